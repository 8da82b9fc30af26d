"""What lets us in at GitHub: somebody's token, or the installations of a GitHub GitHubApp, whose tokens last an hour."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from collectors.errors import AccessError

TOKEN_VARIABLE = "GITHUB_TOKEN"


@dataclass(frozen=True)
class PersonalToken:
    """A token that somebody made; there is no other."""

    secret: str = field(repr=False)
    #: the variable of the environment that it came from
    variable: str = TOKEN_VARIABLE
    name: str = "the token"

    @property
    def advice(self) -> str:
        """What to do where GitHub refuses it."""
        return f"set {self.variable} to a valid token, or run `gh auth login`"

    def token(self) -> str:
        """Return the token."""
        return self.secret

    def renew(self, refused: str) -> bool:
        """Return False."""
        return False

    def stop(self) -> None:
        """Do nothing: nobody waits for it."""


def find_token(
    environment: Mapping[str, str], base_url: str, variable: str = TOKEN_VARIABLE
) -> str | None:
    """Return the token in a variable, else what ``gh auth token`` prints; None without either."""
    if token := environment.get(variable, "").strip():
        return token
    host = urlsplit(base_url).hostname or ""
    name = "github.com" if host == "api.github.com" else host
    try:
        run = subprocess.run(
            ["gh", "auth", "token", "--hostname", name],
            capture_output=True,
            text=True,
            timeout=20,
            env=dict(environment),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return run.stdout.strip() or None if run.returncode == 0 else None


def find_key(environment: Mapping[str, str], variable: str) -> str:
    """Return the GitHubApp's key that a variable holds, or the content of the file that it names.

    Raises AccessError where there is none.
    """
    result = environment.get(variable, "").strip()
    if not result:
        raise AccessError(
            f"no key for the GitHub GitHubApp; set {variable} to it, or to the path of its .pem file"
        )
    if re.search(r"-----BEGIN ", result):
        return result.replace("\\n", "\n")  # as one line, where an environment takes no more
    try:
        return Path(result).expanduser().read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a text"
        raise AccessError(
            f"{variable} names no key that can be read ({why}); set it to the GitHubApp's .pem file"
        ) from None
