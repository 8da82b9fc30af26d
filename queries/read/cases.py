"""Cases of the metrics: small tables, and the estimates that were worked out from them by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from queries.catalog.catalog import METRICS
from queries.catalog.metric import Metric
from queries.catalog.scope import Scope
from queries.read.snapshot import Snapshot
from queries.sql_files import ROOT
from queries.statistics.estimates import estimates
from queries.statistics.windows import Window

FOLDER = ROOT.parent / "cases"
#: tables of a case that are expected; the others are published tables
EXPECTED = ("items", "estimates", "chart")
SCOPES = ("repo", "team", "work_type", "authorship")
#: last day of the data of all cases
AS_OF = date(2026, 2, 28)
#: estimates agree if they differ by less than this share
TOLERANCE = 1e-6
Row = Mapping[str, str | None]
Tables = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Result:
    """One estimate of a case: what was worked out by hand, and what this version gives."""

    case: str
    expected: str
    got: str
    is_same: bool


def replay(snapshot: Snapshot) -> Iterator[Result]:
    """Yield the estimates of each metric's case; ``snapshot`` gives the types of the tables."""
    for metric in METRICS:
        path = FOLDER / f"{metric.name}.txt"
        if path.exists():
            yield from _replay(snapshot, metric, read_tables(path))


def _replay(
    snapshot: Snapshot, metric: Metric, tables: Mapping[str, list[Row]]
) -> Iterator[Result]:
    facts = {name: rows for name, rows in tables.items() if name not in EXPECTED}
    with duckdb.connect() as db:
        fill(db, snapshot.path, facts)
        db.execute("update snapshot set as_of = ?", [AS_OF])
        case = replace(snapshot, as_of=AS_OF, _db=db)
        for row in tables["estimates"]:
            windows = [Window(_day(row["start_on"]), _day(row["end_on"]))]
            if beside := row.get("beside"):
                windows.append(Window(*map(_day, beside.split("/"))))
            scope = Scope(**{part: row.get(part) for part in SCOPES})
            frame = estimates(case, metric, windows, scope)
            (estimate,) = frame[frame["start_on"] == str(windows[0].start_on)].to_dict("records")
            yield _result(metric, row, estimate)


def _result(metric: Metric, row: Row, estimate: Mapping[Any, Any]) -> Result:
    parts = [f"{row['start_on']} to {row['end_on']}"]
    parts += [f"{row[part]}" for part in SCOPES if row.get(part)]
    value = estimate["estimate"] if estimate["estimate"] == estimate["estimate"] else None
    expected = None if row["estimate"] is None else float(row["estimate"])
    counts = (estimate["n"], estimate["n_missing"], estimate["n_excluded"])
    typed = tuple(int(row[name] or 0) for name in ("n", "missing", "left_out"))
    is_same = counts == typed and _agree(expected, value)
    return Result(
        f"{metric.name} {', '.join(parts)}", _text(expected, typed), _text(value, counts), is_same
    )


def _agree(expected: float | None, value: object) -> bool:
    if expected is None or not isinstance(value, float):
        return expected is None and value is None
    return abs(value - expected) <= TOLERANCE * max(1.0, abs(expected))


def _text(value: object, counts: Sequence[object]) -> str:
    n, missing, excluded = counts
    number = f"{value:.6g}" if isinstance(value, float) else "none"
    return f"{number}, n {n}, missing {missing}, left out {excluded}"


def _day(text: str | None) -> date:
    return date.fromisoformat(text or "")


def read_tables(path: Path) -> dict[str, list[Row]]:
    """Return the tables of a text file by name.

    ``[name]`` begins a table and its first line names the columns. Two or more blanks separate
    cells, ``-`` is null, and a blank with ``#`` begins a comment.
    """
    by_key: dict[str, list[Row]] = {}
    name, columns = "", list[str]()
    for line in path.read_text(encoding="utf-8").splitlines():
        message = re.split(r"(?:^|\s)#", line)[0].strip()
        if head := re.fullmatch(r"\[([\w.]+)\]", message):
            name, columns = head[1], []
            by_key[name] = []
        elif message and name:
            cells = re.split(r"\s{2,}", message)
            if columns:
                values = [None if cell == "-" else cell for cell in cells]
                by_key[name].append(dict(zip(columns, values, strict=True)))
            else:
                columns = cells
    return by_key


def fill(db: duckdb.DuckDBPyConnection, types: Path, tables: Tables) -> None:
    """Give a connection the tables of a published file without their rows, and these rows."""
    db.execute(f"attach '{types}' as types (read_only)")
    for (name,) in db.execute(
        "select table_name from duckdb_tables() where database_name = 'types'"
    ).fetchall():
        limit = "" if name == "snapshot" else " limit 0"
        db.execute(f"create table {name} as from types.{name}{limit}")
    for name, rows in tables.items():
        insert(db, name, rows)


def insert(db: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    """Insert rows of text, each value cast to its column's type; other columns are null."""
    for row in rows:
        names, places = ", ".join(f'"{column}"' for column in row), ", ".join("?" for _ in row)
        db.execute(f"insert into {table} ({names}) values ({places})", list(row.values()))
