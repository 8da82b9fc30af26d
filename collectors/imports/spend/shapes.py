"""Shapes of JSON exports: where their rows are, and what splits a row into parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from collectors.imports.spend.formats import CCUSAGE, LITELLM, SpendFormat
from collectors.imports.spend.json_text import Path

#: each element of a list, or each value of an object
EACH = "*"
#: where a list of rows can be that is not a known export; its keys decide about the format
LISTS: Sequence[Path] = (
    (EACH,),
    *((key, EACH) for key in ("data", "rows", "results", "items", "records", "logs", "spend")),
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """Key of a list or object that splits a row, such as the models of a day.

    ``key`` is the column of an object's keys, ``names`` are columns of keys with another name.
    """

    path: Path
    key: str = "model"
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """An export with rows at ``rows``, of which each has all keys of ``has``.

    ``amount`` is the column of dollars, ``totals`` are keys of their sum, ``names`` are columns of
    keys with another name. An export with a ``problem`` cannot be read.
    """

    rows: Path
    has: Sequence[Path]
    format: SpendFormat = CCUSAGE
    parts: Sequence[Part] = ()
    amount: str = "totalCost"
    totals: Sequence[Path] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    def matches(self, document: Any) -> bool:
        """Return whether a document has rows with these keys, or a known list without rows."""
        entry = next((entry for _, _, entry in row_paths(document, self.rows)), None)
        if entry is None:
            members = value_at(document, self.rows[:-1])
            return members == [] and self.rows[0] in ("daily", "projects")
        return all(value_at(entry, path) is not None for path in self.has)


def value_at(value: Any, path: Path) -> Any:
    """Return a value in a document by its keys; None if it is not there."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def row_paths(document: Any, keys: Path) -> Iterator[tuple[Path, list[tuple[int, Any]], Any]]:
    """Yield path, entries above it with their depth, and value of each object at some keys."""
    level: list[tuple[Path, list[tuple[int, Any]], Any]] = [((), [], document)]
    for key in keys:
        below = []
        for path, parents, value in level:
            if key != EACH:
                members = [(key, value[key])] if isinstance(value, dict) and key in value else []
            elif isinstance(value, dict):
                members = list(value.items())
            else:
                members = list(enumerate(value)) if isinstance(value, list) else []
            above = (
                parents if isinstance(value, list) or not path else [*parents, (len(path), value)]
            )
            below += [((*path, name), above, member) for name, member in members]
        level = below
    yield from (entry for entry in level if isinstance(entry[2], dict))


MODEL_NAMES = {"modelName": "model", "cost": "totalCost", "costUSD": "totalCost"}
MODELS = (
    Part(path=("modelBreakdowns",), names=MODEL_NAMES),
    Part(path=("breakdown",), names=MODEL_NAMES),
    Part(path=("models",), names=MODEL_NAMES),
)
TOTALS = (("totals", "totalCost"), ("totals", "costUSD"), ("summary", "totalCostUSD"))


def _ccusage(rows: Path, *has: str, problem: str = "") -> Shape:
    paths = [(name,) for name in has]
    return Shape(
        rows=rows, has=paths, parts=MODELS, totals=TOTALS, names=MODEL_NAMES, problem=problem
    )


def _without_days(kind: str) -> str:
    return f"ccusage by {kind}: no days; run `ccusage daily --json`"


CCUSAGE_SHAPES = (
    _ccusage(("daily", EACH), "date", "totalTokens"),
    _ccusage(("projects", EACH, EACH), "date", "totalTokens"),
    _ccusage(("data", EACH), "date", "totalTokens", "inputTokens"),
    _ccusage(("sessions", EACH), "lastActivity", "totalTokens"),
    _ccusage(("data", EACH), "session", "lastActivity", "totalTokens"),
    _ccusage(("blocks", EACH), "startTime", "totalTokens"),
    _ccusage(("data", EACH), "blockStart", "totalTokens"),
    _ccusage(("monthly", EACH), "month", problem=_without_days("month")),
    _ccusage(("data", EACH), "month", "totalTokens", problem=_without_days("month")),
    _ccusage(("weekly", EACH), "week", problem=_without_days("week")),
    _ccusage(("data", EACH), "week", "totalTokens", problem=_without_days("week")),
)
SHAPES = (
    *CCUSAGE_SHAPES,
    # LiteLLM: GET /user/daily/activity
    Shape(
        rows=("results", EACH),
        has=(("date",), ("metrics", "spend")),
        format=LITELLM,
        parts=(
            Part(path=("breakdown", "models")),
            Part(path=("breakdown", "providers"), key="provider"),
        ),
        amount="metrics.spend",
        totals=(("metadata", "total_spend"),),
    ),
    # GET /global/spend/report
    Shape(
        rows=(EACH, "teams", EACH),
        has=(("total_spend",),),
        format=LITELLM,
        parts=(Part(path=("metadata",), names={"spend": "total_spend"}),),
        amount="total_spend",
    ),
    # GET /spend/logs by day
    Shape(
        rows=(EACH,),
        has=(("startTime",), ("spend",), ("models",)),
        format=LITELLM,
        parts=(Part(path=("models",)),),
        amount="spend",
    ),
    Shape(
        rows=(EACH,),
        has=(("total_cost",), ("model_details",)),
        problem="LiteLLM's report by key or customer: no days; leave out group_by",
    ),
    # OpenRouter: GET /credits
    Shape(
        rows=(EACH,),
        has=(("total_credits",), ("total_usage",)),
        problem="OpenRouter's credits: no days; save GET /api/v1/activity",
    ),
)
