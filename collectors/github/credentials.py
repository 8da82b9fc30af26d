"""Personal access tokens and App keys, from the environment or from the GitHub CLI."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from collectors.errors import AccessError

TOKEN_VARIABLE = "GITHUB_TOKEN"
#: variables that the GitHub CLI needs for its own credentials; it gets no other secret
FOR_CLI = re.compile(
    r"PATH|HOME|USER|LANG|LC_\w+|TMPDIR|GH_\w+|XDG_\w+|DBUS_SESSION_BUS_ADDRESS|LD_LIBRARY_PATH"
)


@dataclass(frozen=True)
class PersonalToken:
    """Personal access token; there is no other to renew it with."""

    secret: str = field(repr=False)
    #: environment variable that it came from
    variable: str = TOKEN_VARIABLE
    name: str = "the token"

    @property
    def advice(self) -> str:
        """Advice if GitHub refuses the token."""
        return f"set {self.variable} to a valid token, or run `gh auth login`"

    def token(self) -> str:
        """Return the token."""
        return self.secret

    def renew(self, refused: str) -> bool:
        """Return False: there is no other token."""
        return False

    def stop(self) -> None:
        """Do nothing: no thread waits for a token."""


def find_token(
    environment: Mapping[str, str], base_url: str, variable: str = TOKEN_VARIABLE
) -> str | None:
    """Return the token of a variable, or the output of ``gh auth token``; None without either."""
    if token := environment.get(variable, "").strip():
        return token
    host = urlsplit(base_url).hostname or ""
    name = "github.com" if host == "api.github.com" else host
    try:
        process = subprocess.run(
            ["gh", "auth", "token", "--hostname", name],
            capture_output=True,
            text=True,
            timeout=20,
            env={name: text for name, text in environment.items() if FOR_CLI.fullmatch(name)},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return process.stdout.strip() or None if process.returncode == 0 else None


def find_key(environment: Mapping[str, str], variable: str) -> str:
    """Return the App's key from a variable, or from the file that the variable names.

    Raises AccessError if there is none.
    """
    value = environment.get(variable, "").strip()
    if not value:
        raise AccessError(
            f"no key for the GitHub App; set {variable} to it, or to the path of its .pem file"
        )
    if "-----BEGIN " in value:
        return value.replace("\\n", "\n")  # some environments allow one line only
    try:
        return Path(value).expanduser().read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a text"
        raise AccessError(
            f"{variable} names no readable key ({reason}); set it to the App's .pem file"
        ) from None


def valid_token(token: str | None, variable: str) -> str:
    """Return the token; raises AccessError if there is none or no request could carry it."""
    if token is None:
        raise AccessError(f"no token for GitHub; set {variable}, or run `gh auth login`")
    if not re.fullmatch(r"[!-~]+", token):  # an error of the HTTP client might print it
        raise AccessError("the token for GitHub has characters that no token has; copy it again")
    return token
