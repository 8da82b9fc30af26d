"""Rate-limit budgets and the accounts they belong to."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jwt

from .errors import LIMIT_DOCS, HttpError
from .model import Actor, seeded

RESOURCES = {"core": 5_000, "graphql": 5_000}
ANONYMOUS = {"core": 60, "graphql": 0}
PERMISSIONS = ("contents", "deployments", "discussions", "issues", "metadata", "pull_requests")
LONGEST_SIGNED_S = 600


@dataclass
class Budget:
    """Points of one account for one resource, refilled when its window ends."""

    limit: int
    window: float
    clock: Callable[[], float] = time.time
    used: int = 0
    reset: int = 0

    def roll(self) -> Budget:
        """Start a new window where the last one is over."""
        if self.clock() >= self.reset:
            self.used, self.reset = 0, int(self.clock() + self.window + 0.999)
        return self

    def spend(self) -> None:
        """Spend the remaining budget."""
        self.used = max(self.used, self.limit)

    @property
    def remaining(self) -> int:
        """Points left; never below zero, as GitHub shows it."""
        return max(0, self.limit - self.used)

    def show(self) -> dict[str, int]:
        """The budget as ``/rate_limit`` shows it."""
        return {
            "limit": self.limit,
            "used": self.used,
            "remaining": self.remaining,
            "reset": self.reset,
        }


@dataclass
class Principal:
    """Sender of a request: a user, an app, an installation, or an anonymous client."""

    kind: str
    actor: Actor
    budgets: dict[str, Budget]
    #: whose repositories an installation is on
    owner: str = ""
    expires: float = float("inf")

    @property
    def name(self) -> str:
        """Return the name in the request counts."""
        return f"installation of {self.owner}" if self.owner else self.actor.login

    def budget(self, resource: str) -> Budget:
        """The current budget for a resource."""
        return self.budgets[resource].roll()


@dataclass(frozen=True)
class App:
    """The app that may sign in: its id and public key, and what it is installed on."""

    identity: str
    key: str
    #: how long a token of an installation lasts
    token_lifetime_s: float = 3_600.0
    #: owners; none: every owner
    installed: tuple[str, ...] = ()
    suspended: tuple[str, ...] = ()
    permissions: tuple[str, ...] = PERMISSIONS
    actor: Actor = field(default_factory=lambda: Actor("emulator-app", "Bot"))


@dataclass
class Accounts:
    """Known tokens, the app, and everybody's budgets."""

    tokens: list[str]
    limits: dict[str, int]
    window: float = 3_600.0
    app: App | None = None
    clock: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        names = ["emulator-user", *(f"emulator-user-{i}" for i in range(2, len(self.tokens) + 1))]
        self._known = {
            t: self._new("user", Actor(n), self.limits)
            for t, n in zip(self.tokens, names, strict=True)
        }
        self._anonymous = self._new("anonymous", Actor("anonymous"), ANONYMOUS)
        self._app = self._new("app", self.app.actor if self.app else Actor("nobody"), self.limits)
        self._installations: dict[str, Principal] = {}
        self._issued = 0

    def refill(self) -> None:
        """Fill every budget, for a new window."""
        for principal in [
            *self._known.values(),
            *self._installations.values(),
            self._app,
            self._anonymous,
        ]:
            for budget in principal.budgets.values():
                budget.used = budget.reset = 0

    def _new(self, kind: str, actor: Actor, limits: dict[str, int]) -> Principal:
        return Principal(
            kind, actor, {r: Budget(n, self.window, self.clock) for r, n in limits.items()}
        )

    def identify(self, authorization: str | None) -> Principal:
        """The principal behind an ``Authorization`` header; 401 for a wrong or an expired token."""
        if not authorization:
            return self._anonymous
        scheme, _, token = authorization.strip().partition(" ")
        if scheme.lower() == "basic":
            token = base64.b64decode(token + "==").decode(errors="replace").rpartition(":")[2]
        if scheme.lower() == "bearer" and token.count(".") == 2:
            self._check_signature(token)
            return self._app
        result = self._known.get(token)
        if result is None or result.expires <= self.clock():
            raise HttpError(401, "Bad credentials")
        return result

    def issue(self, owner: str) -> dict[str, Any]:
        """A new token of the installation on one owner's repositories; they share one budget."""
        assert self.app is not None
        self._issued += 1
        known_values = self._installations.setdefault(
            owner, self._new("installation", self.app.actor, self.limits)
        )
        token = f"ghs_{seeded('token', owner, self._issued):x}{self._issued}"
        expires = self.clock() + self.app.token_lifetime_s
        self._known[token] = Principal(
            "installation", self.app.actor, known_values.budgets, owner, expires
        )
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(expires))
        permissions = dict.fromkeys(self.app.permissions, "read")
        return {
            "token": token,
            "expires_at": until,
            "permissions": permissions,
            "repository_selection": "all",
        }

    def _check_signature(self, token: str) -> None:
        """Check an app's JSON web token as GitHub does, with its words."""
        try:
            claims = jwt.decode(
                token,
                self.app.key if self.app else "",
                ["RS256"],
                options={
                    "verify_exp": False,
                    "verify_iat": False,
                    "require": ["exp", "iat", "iss"],
                },
            )
        except (jwt.PyJWTError, ValueError):
            raise HttpError(401, "A JSON web token could not be decoded") from None
        if self.app is None or str(claims["iss"]) != self.app.identity:
            raise HttpError(404, "Integration not found")
        if claims["iat"] > self.clock():
            message = "must be an Integer representing the time that the assertion was issued"
            raise HttpError(401, f"'Issued at' claim ('iat') {message}")
        if claims["exp"] <= self.clock():
            message = (
                "must be a numeric value representing the future time at which the "
                "assertion expires"
            )
            raise HttpError(401, f"'Expiration time' claim ('exp') {message}")
        if claims["exp"] > self.clock() + LONGEST_SIGNED_S:
            raise HttpError(401, "'Expiration time' claim ('exp') is too far in the future")


def check_primary(principal: Principal, resource: str) -> None:
    """Raise GitHub's refusal once a budget is spent."""
    budget = principal.budget(resource)
    if budget.remaining == 0:
        raise HttpError(403, exceeded(principal), docs=LIMIT_DOCS)


def exceeded(principal: Principal) -> str:
    """The primary limit's message."""
    known_values = {
        "anonymous": "127.0.0.1",
        "installation": f"installation ID {seeded('installation', principal.owner)}",
    }
    whom = known_values.get(principal.kind, f"user ID {principal.actor.database_id}")
    return f"API rate limit exceeded for {whom}."
