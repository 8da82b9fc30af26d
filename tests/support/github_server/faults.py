"""Planned faults: what goes wrong, and at which request."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import Any

from .errors import HttpError

KINDS = {
    "status",
    "timeout",
    "went_wrong",
    "resource_limits",
    "secondary",
    "primary",
    "unauthorized",
    "html",
    "redirect",
    "reset",
    "cut",
    "truncate",
    "empty",
    "slow",
    "stall",
    "skew",
    "partial",
    "null_node",
    "null_field",
    "forbidden_field",
    "unknown_field",
}
#: how long the kinds that take time take, or by how much they are off
SECONDS = {"slow": 12.0, "stall": 3_600.0, "skew": 3_600.0}


@dataclass
class Fault:
    """One fault of a plan; README.md lists its members."""

    kind: str
    at: int | list[int] | None = None
    every: int | None = None
    probability: float | None = None
    times: int | None = None
    api: str | None = None
    path: str | None = None
    body: str | None = None
    status: int | None = None
    #: as the header says it: seconds, or a date
    retry_after: float | str | None = None
    #: a secondary limit without a Retry-After header
    is_bare: bool = False
    seconds: float | None = None
    #: as ``Type.field``; ``Type.field[]`` is the first entry of a list
    fields: list[str] = field(default_factory=list)
    request_count: int = field(default=0, init=False)
    fired: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault kind {self.kind!r}; known: {', '.join(sorted(KINDS))}")

    @property
    def length(self) -> float:
        """The seconds that it takes, or is off by."""
        return SECONDS.get(self.kind, 0.0) if self.seconds is None else self.seconds

    def strikes(self, api: str, path: str, body: str, dice: random.Random) -> bool:
        """Count a request; whether this fault strikes it."""
        requested = ((self.path, path), (self.body, body))
        if (self.api and self.api != api) or any(
            want and not re.search(want, text) for want, text in requested
        ):
            return False
        self.request_count += 1
        if self.times is not None and self.fired >= self.times:
            return False
        places = [self.at] if isinstance(self.at, int) else self.at or []
        hit = self.request_count in places or bool(
            self.every and self.request_count % self.every == 0
        )
        hit = hit or (self.probability is not None and dice.random() < self.probability)
        self.fired += hit
        return hit


class Plan:
    """All faults of a run, with one seeded source of chance."""

    def __init__(self, rows: list[dict[str, Any]], seed: int) -> None:
        try:
            self.faults = [Fault(**row) for row in rows]
        except (TypeError, ValueError) as error:
            raise HttpError(422, f"Not a fault plan: {error}") from None
        self.dice = random.Random(seed)

    def strike(self, api: str, path: str, body: str) -> Fault | None:
        """The first fault that strikes this request; all of them count it."""
        return next(iter([f for f in self.faults if f.strikes(api, path, body, self.dice)]), None)
