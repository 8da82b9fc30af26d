"""GitHub App: signs with its key; each installation issues tokens valid for one hour.

https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import jwt

from collectors.errors import AccessError
from collectors.github.base_models import UnexpectedAnswerError, read, read_list
from collectors.github.client import (
    DEFAULT_RETRY_POLICY,
    Credentials,
    GitHubClient,
    Notify,
    RetryPolicy,
)
from collectors.github.rest_models import Installation, InstallationToken

PAGE, PAGES_MOST = 100, 1_000
REQUIRED_PERMISSIONS = frozenset(
    {"contents", "deployments", "discussions", "issues", "pull_requests"}
)
#: GitHub refuses a signature valid for more than ten minutes, or issued in its future
SIGNED_BEFORE_S, SIGNED_FOR_S = 60, 480
#: share of a token's life after which the next one is requested: six minutes before the hour ends
RENEWED_AFTER = 0.9


@dataclass(eq=False)
class GitHubApp:
    """A GitHub App with its key and its installations."""

    app_id: str
    key: str = field(repr=False)
    base_url: str
    notify: Notify = lambda _text: None
    retry_policy: RetryPolicy = DEFAULT_RETRY_POLICY

    def __post_init__(self) -> None:
        """Sign once; raises AccessError if the key is no RSA key."""
        _AppSigner(self.app_id, self.key).check()
        self.client = self._new_client(0.0)

    def installations(self) -> dict[str, Credentials]:
        """Return the credentials for each owner with the App, by login in lower case.

        Suspended installations are left out. Raises AccessError if GitHub refuses the App,
        SourceError if it does not answer.
        """
        installations: dict[str, Credentials] = {}
        page = 1
        while True:
            parameters = {"per_page": PAGE, "page": page}
            answer = self.client.rest("/app/installations", parameters)
            rows = read_list(Installation, answer, f"{self.client.host}: an App installation")
            for row in rows:
                if not row.suspended_at:
                    owner = row.account.login
                    installations[owner.lower()] = AppInstallation(
                        client=self._new_client(self.client.clock_ahead),
                        installation_id=row.id,
                        owner=owner,
                        permissions=frozenset(row.permissions or ()),
                    )
            if len(rows) < PAGE:
                return installations
            if page == PAGES_MOST:
                raise UnexpectedAnswerError(f"{self.client.host}: App installations do not end")
            page += 1

    def _new_client(self, clock_ahead: float) -> GitHubClient:
        """Return a client of its own, so that its waits and its stop affect no other."""
        signer = _AppSigner(self.app_id, self.key)
        client = GitHubClient(
            self.base_url, signer, self.notify, self.retry_policy, clock_ahead=clock_ahead
        )
        signer.clock = client.clock
        return client


@dataclass(eq=False)
class AppInstallation:
    """An owner's installation of an App; it renews its token before the hour ends."""

    client: GitHubClient = field(repr=False)
    installation_id: int
    owner: str
    permissions: frozenset[str] = frozenset()
    _token: str = field(default="", repr=False)
    _renew_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def name(self) -> str:
        """Name in messages."""
        return f"the App on {self.owner}"

    @property
    def missing_permissions(self) -> list[str]:
        """Required permissions that the owner did not grant, by name."""
        return sorted(REQUIRED_PERMISSIONS - self.permissions)

    @property
    def can_read_members(self) -> bool:
        """Return True if GitHub shows private memberships to this App."""
        return "members" in self.permissions

    @property
    def advice(self) -> str:
        """Advice if GitHub refuses a token."""
        return f"check under the settings of {self.owner} that the App is still installed there"

    def token(self) -> str:
        """Return a valid token; raises SourceError if GitHub issues none."""
        with self._lock:
            if self.client.clock() >= self._renew_at:
                self._request_token()
            return self._token

    def renew(self, refused: str) -> bool:
        """Return True: a refused token is never used again."""
        with self._lock:
            if self._token == refused:
                self._renew_at = 0.0
        return True

    def stop(self) -> None:
        """Stop every thread that waits for a token."""
        self.client.stop()

    def _request_token(self) -> None:
        path = f"/app/installations/{self.installation_id}/access_tokens"
        answer = read(InstallationToken, self.client.post(path, {}), f"{self.client.host}: a token")
        expires_at = datetime.fromisoformat(answer.expires_at).timestamp()
        life_s = expires_at - self.client.clock()
        self._renew_at = self.client.clock() + life_s * RENEWED_AFTER
        self._token = answer.token


@dataclass(eq=False)
class _AppSigner:
    """The App's own credentials: every request has a new signature, by GitHub's clock."""

    app_id: str
    key: str = field(repr=False)
    clock: Callable[[], float] = lambda: 0.0
    name: str = "the App"

    @property
    def advice(self) -> str:
        return "check app_id under [github], and that the key is one of this App's"

    def check(self) -> None:
        """Sign once; raises AccessError if the key cannot."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # the key is shorter than GitHub's keys
                self.token()
        # the error of an invalid key depends on its content, and may quote it
        except (jwt.PyJWTError, Warning, TypeError, ValueError, AttributeError):
            raise AccessError(
                f"the key of App {self.app_id} is no RSA private key; "
                "download one from the App's settings on GitHub"
            ) from None

    def token(self) -> str:
        now = int(self.clock())
        claims = {"iat": now - SIGNED_BEFORE_S, "exp": now + SIGNED_FOR_S, "iss": self.app_id}
        return jwt.encode(claims, self.key, "RS256")

    def renew(self, refused: str) -> bool:
        """Return True: the refusal carried GitHub's time, so a new signature may pass."""
        return True

    def stop(self) -> None:
        """Do nothing: signing does not wait."""
