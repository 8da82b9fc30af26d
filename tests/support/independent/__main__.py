"""Comparison of a published file with tables computed from dataset files, by row and column.

Imports are in no dataset file, so a file with imports has rows that are not computed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from tests.support.independent.tables import SEEDS, compute

KEYS = {
    "agent_changes": ("repo", "number"),
    "pull_requests": ("repo", "number"),
    "pull_request_areas": ("repo", "number", "area"),
    "releases": ("repo", "tag"),
    "rework": ("repo", "number", "by_repo", "by_number", "by_key", "kind"),
    "issues": ("repo", "number"),
    "issue_intervals": ("repo", "number", "kind", "entered_at"),
    "pull_request_issues": ("repo", "number", "issue_repo", "issue_number"),
    "milestones": ("repo", "number"),
    "areas": ("repo", "area"),
    "deployments": ("repo", "environment", "created_at", "commit_oid"),
    "incidents": ("repo", "key"),
    "change_failures": ("repo", "shipment_key", "kind", "number", "by_key"),
    "experiments": ("repo", "key"),
    "outcomes": ("outcome_id",),
    "outcome_items": ("outcome_id", "repo", "number"),
    "review_load": ("repo", "number", "week"),
    "reconciliation": ("repo", "kind", "month"),
}
TOTALS = ("state", "authorship", "work_type", "durability")
PRIVATE = {"author", "responsible"}  # published only where the settings allow names
EXAMPLES = 3
Row = dict[str, object]


@dataclass(frozen=True)
class CheckResult:
    """The comparison of one column, or of the rows of a table.

    Examples are (key, published, computed).
    """

    label: str
    compared: int
    differing: int
    examples: Sequence[tuple[object, object, object]]

    def __str__(self) -> str:
        """Return the line to print, and one for each example."""
        visible = "".join(
            f"\n      {key}: published {remaining!r}, computed {valid!r}"
            for key, remaining, valid in self.examples
        )
        return (
            f"  {self.label:<28}{self.compared:>7} compared{self.differing:>7} differing{visible}"
        )


def read_datasets(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the parsed dataset files of a folder, by lower-case ``owner/name``."""
    datasets = {}
    for path in sorted([*folder.glob("*.json"), *folder.glob("*.json.gz")]):
        content = path.read_bytes()
        raw = json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)
        datasets[raw["repository"]["name_with_owner"].lower()] = raw
    return datasets


def read_published(path: Path) -> dict[str, list[Row]]:
    """Return the rows of the compared tables in a published file."""
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return read_tables(connection)


def read_tables(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Row]]:
    """Return the rows of the compared tables."""
    tables = {}
    for table in KEYS:
        rows = connection.execute(f"select * from {table}")
        names = [column[0] for column in rows.description or []]
        tables[table] = [
            {name: _plain(value) for name, value in zip(names, row, strict=True)}
            for row in rows.fetchall()
        ]
    return tables | {"review_load": counted(tables["review_load"])}


def counted(load: Sequence[Row]) -> list[Row]:
    """Return rows of ``review_load`` with the reviewers of a pull request and week counted.

    They have no names.
    """
    rows: dict[tuple[object, ...], Row] = {}
    people: dict[tuple[object, ...], set[object]] = {}
    for row in load:
        key = (row["repo"], row["number"], row["week"])
        people.setdefault(key, set()).add(row["reviewer"])
        rows[key] = {name: value for name, value in row.items() if name != "reviewer"} | {
            "reviewers": len(people[key])
        }
    return list(rows.values())


def _plain(value: object) -> object:
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).replace(tzinfo=None)
    return sorted(value) if isinstance(value, list) else value


def compare(table: str, published: Sequence[Row], computed: Sequence[Row]) -> list[CheckResult]:
    """Return one difference for the rows of a table and one for each of its columns."""
    keys = KEYS[table]
    remaining, valid = (
        {tuple(row[key] for key in keys): row for row in rows} for rows in (published, computed)
    )
    unpaired: list[tuple[object, object, object]] = [
        (key, key in remaining, key in valid)
        for key in sorted(remaining.keys() ^ valid.keys(), key=str)
    ]
    repeated = len(published) - len(remaining) + len(computed) - len(valid)
    differences = [
        CheckResult(
            "rows",
            len(remaining.keys() | valid.keys()),
            len(unpaired) + repeated,
            unpaired[:EXAMPLES],
        )
    ]
    both = sorted(remaining.keys() & valid.keys(), key=str)
    for column in computed[0] if computed else ():
        if not published:
            continue
        if column not in published[0]:
            differences.append(CheckResult(f"{column} (not published)", 0, len(both), []))
        elif column in PRIVATE and all(row[column] is None for row in published):
            differences.append(CheckResult(f"{column} (kept private)", 0, 0, []))
        else:
            pairs = [(key, remaining[key][column], valid[key][column]) for key in both]
            invalid = [pair for pair in pairs if not is_same(pair[1], pair[2])]
            differences.append(CheckResult(column, len(pairs), len(invalid), invalid[:EXAMPLES]))
    unknown = published[0].keys() - computed[0].keys() if published and computed else set()
    return differences + [
        CheckResult(f"{column} (not computed)", 0, 0, []) for column in sorted(unknown)
    ]


def is_same(published: object, computed: object) -> bool:
    """Return whether two values agree; fractions agree up to rounding."""
    if isinstance(published, float) and isinstance(computed, (int, float)):
        return math.isclose(published, computed, rel_tol=1e-9, abs_tol=1e-9)
    return published == computed


def totals(published: Sequence[Row], computed: Sequence[Row]) -> list[str]:
    """Return one line for each value of the counted columns, with its rows on both sides."""
    out = []
    for column in TOTALS:
        remaining, valid = (
            Counter(str(row.get(column)) for row in rows) for rows in (published, computed)
        )
        out += [
            f"  {column:<12}{value:<20}{remaining[value]:>7}{valid[value]:>7}"
            for value in sorted(remaining | valid)
        ]
    return out


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the comparison and return 1 where anything differs, else 0."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.independent", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of dataset files")
    parser.add_argument(
        "--as-of", type=date.fromisoformat, required=True, help="last day, as published"
    )
    parser.add_argument("--published", type=Path, required=True, help="the published DuckDB file")
    parser.add_argument("--people", type=Path, help="people.csv")
    parser.add_argument("--seeds", type=Path, default=SEEDS, help="folder of the product's rules")
    parser.add_argument("--durable-days", type=int, default=14)
    parser.add_argument("--failure-days", type=int, default=7)
    parser.add_argument("--k", type=int, default=5, help="smallest group that is shown")
    parser.add_argument(
        "--observed-at",
        help="when the data was collected (ISO, UTC); default: after its last change",
    )
    options = parser.parse_args(arguments)
    datasets = read_datasets(options.data)
    if not datasets:
        parser.error(f"no dataset (*.json, *.json.gz) in {options.data}")
    computed = compute(
        datasets,
        options.as_of,
        options.people,
        options.seeds,
        options.durable_days,
        options.k,
        options.observed_at,
        options.failure_days,
    )
    published = read_published(options.published)
    differing = 0
    for table in KEYS:
        differences = compare(table, published[table], computed[table])
        differing += sum(difference.differing for difference in differences)
        print(table, *differences, sep="\n")
    print(
        "totals (published, computed)",
        *totals(published["pull_requests"], computed["pull_requests"]),
        sep="\n",
    )
    print("equal" if not differing else f"{differing} differences")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
