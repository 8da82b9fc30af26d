"""Rate-limit budgets and the accounts they belong to."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass

from .errors import LIMIT_DOCS, HttpError
from .model import Actor

RESOURCES = {"core": 5_000, "graphql": 5_000}
ANONYMOUS = {"core": 60, "graphql": 0}


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

    @property
    def remaining(self) -> int:
        """Points left; never below zero, as GitHub shows it."""
        return max(0, self.limit - self.used)

    def show(self) -> dict[str, int]:
        """The budget as ``/rate_limit`` shows it."""
        return {"limit": self.limit, "used": self.used, "remaining": self.remaining, "reset": self.reset}


@dataclass
class Principal:
    """Who sends a request: a user, or nobody."""

    kind: str
    actor: Actor
    budgets: dict[str, Budget]

    def budget(self, resource: str) -> Budget:
        """The current budget for a resource."""
        return self.budgets[resource].roll()


@dataclass
class Accounts:
    """Known tokens, and everybody's budgets."""

    tokens: list[str]
    limits: dict[str, int]
    window: float = 3_600.0
    clock: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        names = ["emulator-user", *(f"emulator-user-{i}" for i in range(2, len(self.tokens) + 1))]
        self._known = {t: self._new("user", Actor(n), self.limits) for t, n in zip(self.tokens, names, strict=True)}
        self._anonymous = self._new("anonymous", Actor("anonymous"), ANONYMOUS)

    def refill(self) -> None:
        """Fill every budget, for a new window."""
        for principal in [*self._known.values(), self._anonymous]:
            for budget in principal.budgets.values():
                budget.used = budget.reset = 0

    def _new(self, kind: str, actor: Actor, limits: dict[str, int]) -> Principal:
        return Principal(kind, actor, {r: Budget(n, self.window, self.clock) for r, n in limits.items()})

    def identify(self, authorization: str | None) -> Principal:
        """The principal behind an ``Authorization`` header; 401 for a wrong token."""
        if not authorization:
            return self._anonymous
        scheme, _, token = authorization.strip().partition(" ")
        if scheme.lower() == "basic":
            token = base64.b64decode(token + "==").decode(errors="replace").rpartition(":")[2]
        found = self._known.get(token)
        if found is None:
            raise HttpError(401, "Bad credentials")
        return found


def check_primary(principal: Principal, resource: str) -> None:
    """Raise GitHub's refusal once a budget is spent."""
    budget = principal.budget(resource)
    if budget.remaining == 0:
        raise HttpError(403, exceeded(principal), docs=LIMIT_DOCS)


def exceeded(principal: Principal) -> str:
    """The primary limit's message."""
    whom = "127.0.0.1" if principal.kind == "anonymous" else f"user ID {principal.actor.database_id}"
    return f"API rate limit exceeded for {whom}."
