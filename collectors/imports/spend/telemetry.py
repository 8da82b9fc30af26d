"""OpenTelemetry of Claude Code and Codex, as a collector's file exporter writes it (OTLP JSON).

A cumulative counter counts from its start, so the spend of a day is the increase on that day. If a
file has metrics and events of a tool, only its metrics are read: both have the same tokens.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from collectors.errors import SourceError
from collectors.imports.spend.json_text import Path, locate, position
from collectors.imports.tabular import quote

DELTA, CUMULATIVE = "delta", "cumulative"
TEMPORALITIES = {
    "1": DELTA,
    "2": CUMULATIVE,
    "AGGREGATION_TEMPORALITY_DELTA": DELTA,
    "AGGREGATION_TEMPORALITY_CUMULATIVE": CUMULATIVE,
}
CLAUDE_CODE, CODEX = "claude code", "codex"
#: counters by name: tool, column, and attribute of the token type
COUNTERS = {
    "claude_code.cost.usage": (CLAUDE_CODE, "cost", ""),
    "claude_code.token.usage": (CLAUDE_CODE, "tokens", "type"),
    "codex.turn.token_usage": (CODEX, "tokens", "token_type"),
}
#: events by name: tool, and the column and token type of each attribute
EVENTS: Mapping[str, tuple[str, Mapping[str, tuple[str, str]]]] = {
    "claude_code.api_request": (
        CLAUDE_CODE,
        {
            "cost_usd": ("cost", ""),
            "input_tokens": ("tokens", "input"),
            "output_tokens": ("tokens", "output"),
            "cache_read_tokens": ("tokens", "cacheRead"),
            "cache_creation_tokens": ("tokens", "cacheCreation"),
        },
    ),
    "codex.sse_event": (
        CODEX,
        {
            "input_token_count": ("tokens", "input"),
            "output_token_count": ("tokens", "output"),
            "cached_token_count": ("tokens", "cached_input"),
        },
    ),
}
#: attributes that name a person, the clearest first
PERSONS = ("user.email", "user.account_uuid", "user.account_id", "user.id")
#: Codex counts these within input and output
INCLUDED_TYPES = ("total", "reasoning_output", "reasoning", "tool")
FIRST_DAY = date(2000, 1, 1)
NANOSECONDS = 10**9
Item = tuple[int, Path, Any]
Cells = dict[str, tuple[Path, str]]


@dataclass(frozen=True)
class Point:
    """A number of a counter or event, with its place in the file and its attributes."""

    offset: int
    path: Path
    tool: str
    column: str
    attributes: Mapping[str, str]
    token_type: str
    start: int
    time: int
    value: Decimal

    @property
    def day(self) -> date:
        """Return its day in UTC."""
        return _day(self.time)

    def cells(self, value: Decimal, token_type: str) -> Cells:
        """Return the cells of a row with a number."""
        person = next((self.attributes[name] for name in PERSONS if self.attributes.get(name)), "")
        texts = {
            "day": f"{self.day}",
            "tool": self.tool,
            "model": re.sub(r"\[[^\]]*\]$", "", self.attributes.get("model", "")),
            "person": person,
            "token_type": token_type,
            self.column: f"{value:f}",
        }
        return {name: (self.path, text) for name, text in texts.items()}


def is_telemetry(document: Any) -> bool:
    """Return whether a document has metrics or logs of OpenTelemetry."""
    return isinstance(document, dict) and bool({"resourceMetrics", "resourceLogs"} & set(document))


def rows(
    name: str, text: str, documents: Sequence[tuple[int, Any]]
) -> Iterator[tuple[int, Path, Cells]]:
    """Yield offset, path and cells of each row. Raises SourceError with line and column."""
    reader = _Reader(name, text)
    counted = [reading for item in documents for reading in reader.counters(*item)]
    tools = {point.tool for point, _ in counted}
    events = [point for item in documents for point in reader.events(*item)]
    points = [
        *_increases(counted),
        *((point, point.value) for point in _once(events) if point.tool not in tools),
    ]
    if not points:
        names = ", ".join((*COUNTERS, *EVENTS))
        raise SourceError(f"{name}, line 1, column 1: telemetry without {names}; export those")
    for point, value in points:
        if point.token_type in INCLUDED_TYPES:
            continue
        yield point.offset, point.path, point.cells(value, point.token_type)
        if point.token_type == "cached_input":  # Codex counts it within input
            yield point.offset, point.path, point.cells(-value, "input")


@dataclass(frozen=True)
class _Reader:
    """Reader of one file: finds points, and errors by line and column."""

    name: str
    text: str

    def counters(self, offset: int, document: Any) -> Iterator[tuple[Point, str]]:
        """Yield the points of known counters with their temporality."""
        for path, above, metric in _entries(document, "resourceMetrics", "scopeMetrics", "metrics"):
            if metric.get("name") not in COUNTERS:
                continue
            tool, column, type_name = COUNTERS[metric["name"]]
            for kind in ("sum", "gauge", "histogram"):
                data = metric.get(kind)
                if not isinstance(data, dict):
                    continue
                temporality = TEMPORALITIES.get(str(data.get("aggregationTemporality")))
                if not temporality:
                    where = self._where(offset, (*path, kind))
                    raise SourceError(
                        f"{where}: no aggregationTemporality; export delta or cumulative counters"
                    )
                for index, item in _objects(data.get("dataPoints")):
                    attributes = above | _attributes(item)
                    point = self._point(
                        (offset, (*path, kind, "dataPoints", index), item),
                        (tool, column),
                        attributes,
                        attributes.get(type_name, ""),
                        ("asDouble", "asInt", "sum"),
                    )
                    yield point, temporality

    def events(self, offset: int, document: Any) -> Iterator[Point]:
        """Yield a point for each number of known events."""
        for path, above, record in _entries(document, "resourceLogs", "scopeLogs", "logRecords"):
            attributes = above | _attributes(record)
            body = record.get("body")
            names = (
                record.get("eventName"),
                attributes.get("event.name"),
                body.get("stringValue") if isinstance(body, dict) else None,
            )
            event = next((name for name in names if name in EVENTS), "")
            if attributes.get("event.name") == "api_request":
                event = event or "claude_code.api_request"
            if not event:
                continue
            if event == "codex.sse_event" and attributes.get("event.kind") != "response.completed":
                continue
            tool, columns = EVENTS[event]
            for attribute, (column, token_type) in columns.items():
                if attribute in attributes:
                    item = {**record, attribute: attributes[attribute]}
                    yield self._point(
                        (offset, path, item), (tool, column), attributes, token_type, (attribute,)
                    )

    def _point(
        self,
        item: Item,
        about: tuple[str, str],
        attributes: Mapping[str, str],
        token_type: str,
        values: Sequence[str],
    ) -> Point:
        offset, path, data = item
        tool, column = about
        key = next((key for key in values if key in data), values[0])
        value = _decimal(data.get(key))
        if value is None:
            where = self._where(offset, path)
            raise SourceError(f"{where}: {key} is not a number below a trillion; export it again")
        time = _nanoseconds(data.get("timeUnixNano")) or _iso(attributes.get("event.timestamp"))
        time = time or _nanoseconds(data.get("observedTimeUnixNano"))
        today = datetime.now(UTC).date()
        if not time or not FIRST_DAY <= _day(time) <= today:
            text = quote(str(data.get("timeUnixNano")))
            where = self._where(offset, path)
            raise SourceError(f"{where}: timeUnixNano {text} is not a time of the past; correct it")
        start = _nanoseconds(data.get("startTimeUnixNano"))
        return Point(offset, path, tool, column, attributes, token_type, start, time, value)

    def _where(self, offset: int, path: Path) -> str:
        return position(self.name, self.text, locate(self.text, offset, path))


def _increases(counted: Sequence[tuple[Point, str]]) -> Iterator[tuple[Point, Decimal]]:
    """Yield what each point adds: its value, or the increase of a cumulative counter.

    The first value of a counter that began on a day before the file is not an increase on a day of
    the file.
    """
    first_day = min((point.day for point, _ in counted), default=FIRST_DAY)
    series: dict[tuple[str, int], list[Point]] = defaultdict(list)
    yield from (
        (point, point.value) for point in _once([point for point, kind in counted if kind == DELTA])
    )
    for point, kind in counted:
        if kind == CUMULATIVE:
            series[_identity(point), point.start].append(point)
    for points in series.values():
        points.sort(key=lambda point: (point.time, point.value))
        value = Decimal(0)
        if points[0].start and _day(points[0].start) < first_day:
            value = points.pop(0).value
        for point in points:
            yield point, point.value if point.value < value else point.value - value
            value = point.value


def _once(points: Sequence[Point]) -> Iterator[Point]:
    """Yield each point once: collectors send some batches again."""
    unique = {(_identity(point), point.start, point.time, point.value): point for point in points}
    yield from unique.values()


def _identity(point: Point) -> str:
    return json.dumps(
        [point.tool, point.column, point.token_type, sorted(point.attributes.items())]
    )


def _entries(
    document: Any, outer: str, middle: str, inner: str
) -> Iterator[tuple[Path, dict[str, str], Mapping[str, Any]]]:
    """Yield path, attributes of the resource, and each metric or record."""
    for first, resource in _objects(document.get(outer)):
        above = _attributes(resource.get("resource"))
        for second, scope in _objects(resource.get(middle)):
            for third, item in _objects(scope.get(inner)):
                yield (outer, first, middle, second, inner, third), above, item


def _objects(members: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for index, member in enumerate(members if isinstance(members, list) else ()):
        if isinstance(member, dict):
            yield index, member


def _attributes(item: Any) -> dict[str, str]:
    """Return the attributes of a resource, point or record as text."""
    attributes: dict[str, str] = {}
    for _, attribute in _objects(item.get("attributes") if isinstance(item, dict) else None):
        value = attribute.get("value")
        texts = (
            [text for text in value.values() if isinstance(text, str | bool)]
            if isinstance(value, dict)
            else []
        )
        if isinstance(attribute.get("key"), str) and texts:
            attributes[attribute["key"]] = str(texts[0])
    return attributes


def _decimal(value: Any) -> Decimal | None:
    try:
        number = Decimal(value) if isinstance(value, str) and len(value) < 100 else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() and abs(number) < 10**12 else None


def _nanoseconds(value: Any) -> int:
    """Return a time in nanoseconds since 1970; 0 for other values."""
    is_time = isinstance(value, str) and re.fullmatch("[0-9]{1,19}", value)
    return int(value) if is_time else 0


def _iso(text: str | None) -> int:
    """Return an ISO 8601 time in nanoseconds since 1970; 0 for other texts."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return 0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(int(moment.timestamp()), 0) * NANOSECONDS


def _day(time: int) -> date:
    return datetime.fromtimestamp(time // NANOSECONDS, UTC).date()
