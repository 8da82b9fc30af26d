"""GitHub GitHubApp: signs with its key; each installation gives tokens valid for one hour."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import jwt

from collectors.errors import AccessError
from collectors.github.client import DEFAULT_RETRY_POLICY, Credentials, GitHubClient, RetryPolicy

PAGE = 100
REQUIRED_PERMISSIONS = frozenset(
    {"contents", "deployments", "discussions", "issues", "pull_requests"}
)
#: GitHub refuses a signature that is good for more than ten minutes, or made in its future
SIGNED_BEFORE_S, SIGNED_FOR_S = 60, 480
#: the share of a token's life after which the next one is asked for: six minutes before an hour is over
RENEWED_AFTER = 0.9


@dataclass
class GitHubApp:
    """A GitHub GitHubApp: it signs with its key, and what it is installed on gives tokens of their own."""

    app_id: str
    key: str = field(repr=False)
    base_url: str
    say: Callable[[str], None] = lambda _text: None
    patience: RetryPolicy = DEFAULT_RETRY_POLICY

    def __post_init__(self) -> None:
        """Sign once; raises AccessError where the key cannot."""
        _AppSigner(self.app_id, self.key).check()
        self.api = self._door(0.0)

    def installations(self) -> dict[str, Credentials]:
        """Return the way in to each owner that the GitHubApp is installed on, by login in lower case.

        Suspended installations are left out. Raises AccessError where GitHub refuses the GitHubApp, SourceError where it
        does not answer.
        """
        by_key: dict[str, Credentials] = {}
        page = 1
        while True:
            rows: list[dict[str, Any]] = self.api.rest(
                "/app/installations", {"per_page": PAGE, "page": page}
            )
            for row in rows:
                if not row.get("suspended_at"):
                    owner = row["account"]["login"]
                    permissions = frozenset(row.get("permissions") or ())
                    by_key[owner.lower()] = AppInstallation(
                        self._door(self.api.clock_ahead), row["id"], owner, permissions
                    )
            if len(rows) < PAGE:
                return by_key
            page += 1

    def _door(self, clock_ahead: float) -> GitHubClient:
        """A door of its own, so that whoever stops or waits there concerns nobody else."""
        signer = _AppSigner(self.app_id, self.key)
        api = GitHubClient(self.base_url, signer, self.say, self.patience, clock_ahead)
        signer.clock = api.clock
        return api


@dataclass
class AppInstallation:
    """One owner's installation of an GitHubApp: its tokens last an hour, and the next is asked for in time."""

    api: GitHubClient = field(repr=False)
    identity: int
    owner: str
    permissions: frozenset[str] = frozenset()
    _token: str = field(default="", repr=False)
    _renew_at: float = 0.0
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"the GitHubApp on {self.owner}"

    @property
    def lacking(self) -> list[str]:
        """The permissions that it was not given, by name: what they are for stays unread."""
        return sorted(REQUIRED_PERMISSIONS - self.permissions)

    @property
    def advice(self) -> str:
        """What to do where GitHub refuses it."""
        return (
            f"check under the settings of {self.owner} that the GitHubApp is still installed there"
        )

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
class _AppSigner:
    """The GitHubApp itself: each request carries a signature made for it, by GitHub's clock."""

    app_id: str
    key: str = field(repr=False)
    clock: Callable[[], float] = lambda: 0.0
    name: str = "the App"

    @property
    def advice(self) -> str:
        return "check app_id under [github], and that the key is one of this GitHubApp's"

    def check(self) -> None:
        """Sign once; raises AccessError where the key cannot."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # a key too short to be one of GitHub's
                self.token()
        # what a text that is no key is refused with depends on what it is instead, and may quote it
        except (jwt.PyJWTError, Warning, TypeError, ValueError, AttributeError):
            raise AccessError(
                f"the key of GitHubApp {self.app_id} is no RSA private key; download one from the GitHubApp's settings on GitHub"
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
