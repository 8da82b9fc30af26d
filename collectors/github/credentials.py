"""What lets us in at GitHub: somebody's token, or the installations of a GitHub App, whose tokens last an hour."""

from __future__ import annotations

import re
import subprocess
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import jwt

from collectors.errors import AccessError
from collectors.github.client import PATIENT, Api, Patience

TOKEN_VARIABLE = "GITHUB_TOKEN"
PAGE = 100
WANTED = frozenset({"contents", "deployments", "discussions", "issues", "pull_requests"})
#: GitHub refuses a signature that is good for more than ten minutes, or made in its future
SIGNED_BEFORE_S, SIGNED_FOR_S = 60, 480
#: the share of a token's life after which the next one is asked for: six minutes before an hour is over
RENEWED_AFTER = 0.9


class Access(Protocol):
    """A token that is valid now. Safe to use from several threads."""

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    @property
    def advice(self) -> str:
        """What to do where GitHub refuses it."""
        ...

    def token(self) -> str:
        """Return a token that is valid now; raises SourceError where none can be had."""
        ...

    def renew(self, refused: str) -> bool:
        """Return whether there is another token to try than the one refused."""
        ...

    def stop(self) -> None:
        """Let every thread that waits for a token give up."""
        ...


@dataclass(frozen=True)
class Personal:
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


@dataclass
class App:
    """A GitHub App: it signs with its key, and what it is installed on gives tokens of their own."""

    app_id: str
    key: str = field(repr=False)
    base_url: str
    say: Callable[[str], None] = lambda _text: None
    patience: Patience = PATIENT

    def __post_init__(self) -> None:
        """Sign once; raises AccessError where the key cannot."""
        _Signer(self.app_id, self.key).check()
        self.api = self._door(0.0)

    def installations(self) -> dict[str, Access]:
        """Return the way in to each owner that the App is installed on, by login in lower case.

        Suspended installations are left out. Raises AccessError where GitHub refuses the App, SourceError where it
        does not answer.
        """
        by_key: dict[str, Access] = {}
        page = 1
        while True:
            rows: list[dict[str, Any]] = self.api.rest(
                "/app/installations", {"per_page": PAGE, "page": page}
            )
            for row in rows:
                if not row.get("suspended_at"):
                    owner = row["account"]["login"]
                    permissions = frozenset(row.get("permissions") or ())
                    by_key[owner.lower()] = Installation(
                        self._door(self.api.clock_ahead), row["id"], owner, permissions
                    )
            if len(rows) < PAGE:
                return by_key
            page += 1

    def _door(self, clock_ahead: float) -> Api:
        """A door of its own, so that whoever stops or waits there concerns nobody else."""
        signer = _Signer(self.app_id, self.key)
        api = Api(self.base_url, signer, self.say, self.patience, clock_ahead)
        signer.clock = api.clock
        return api


@dataclass
class Installation:
    """One owner's installation of an App: its tokens last an hour, and the next is asked for in time."""

    api: Api = field(repr=False)
    identity: int
    owner: str
    permissions: frozenset[str] = frozenset()
    _token: str = field(default="", repr=False)
    _renew_at: float = 0.0
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"the App on {self.owner}"

    @property
    def lacking(self) -> list[str]:
        """The permissions that it was not given, by name: what they are for stays unread."""
        return sorted(WANTED - self.permissions)

    @property
    def advice(self) -> str:
        """What to do where GitHub refuses it."""
        return f"check under the settings of {self.owner} that the App is still installed there"

    def token(self) -> str:
        """Return a token that is valid now; raises SourceError where GitHub gives none."""
        with self._turn:
            if self.api.clock() >= self._renew_at:
                self._ask()
            return self._token

    def renew(self, refused: str) -> bool:
        """Return True: a refused token is never given again."""
        with self._turn:
            if self._token == refused:
                self._renew_at = 0.0
        return True

    def stop(self) -> None:
        """Let every thread that waits for a token give up."""
        self.api.stop()

    def _ask(self) -> None:
        answer = self.api.post(f"/app/installations/{self.identity}/access_tokens", {})
        lasts = datetime.fromisoformat(answer["expires_at"]).timestamp() - self.api.clock()
        self._token, self._renew_at = answer["token"], self.api.clock() + lasts * RENEWED_AFTER


@dataclass
class _Signer:
    """The App itself: each request carries a signature made for it, by GitHub's clock."""

    app_id: str
    key: str = field(repr=False)
    clock: Callable[[], float] = lambda: 0.0
    name: str = "the App"

    @property
    def advice(self) -> str:
        return "check app_id under [github], and that the key is one of this App's"

    def check(self) -> None:
        """Sign once; raises AccessError where the key cannot."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # a key too short to be one of GitHub's
                self.token()
        # what a text that is no key is refused with depends on what it is instead, and may quote it
        except (jwt.PyJWTError, Warning, TypeError, ValueError, AttributeError):
            raise AccessError(
                f"the key of App {self.app_id} is no RSA private key; download one from the App's settings on GitHub"
            ) from None

    def token(self) -> str:
        now = int(self.clock())
        claims = {"iat": now - SIGNED_BEFORE_S, "exp": now + SIGNED_FOR_S, "iss": self.app_id}
        return jwt.encode(claims, self.key, "RS256")

    def renew(self, refused: str) -> bool:
        """Return True: the answer that refused it told GitHub's time."""
        return True

    def stop(self) -> None:
        """Do nothing: signing takes no time."""


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
    """Return the App's key that a variable holds, or the content of the file that it names.

    Raises AccessError where there is none.
    """
    result = environment.get(variable, "").strip()
    if not result:
        raise AccessError(
            f"no key for the GitHub App; set {variable} to it, or to the path of its .pem file"
        )
    if re.search(r"-----BEGIN ", result):
        return result.replace("\\n", "\n")  # as one line, where an environment takes no more
    try:
        return Path(result).expanduser().read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a text"
        raise AccessError(
            f"{variable} names no key that can be read ({why}); set it to the App's .pem file"
        ) from None
