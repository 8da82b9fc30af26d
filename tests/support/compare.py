"""Comparison of two published files, table by table: ``python -m tests.support.compare OLD NEW``.

Rows are compared as multisets. Columns of the run itself are left out: ids and times of the
snapshot, SQL texts and the definitions and hashes that change with them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb

#: columns that differ between two publishes of one ledger, by table
RUN_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "snapshot": ("id", "published_at", "headway_version", "contract_version"),
    "metrics": ("definition", "definition_hash", "sql"),
    "answers": ("definition", "definition_hash", "sql"),
    "checks": ("check_name", "description"),
}
#: names of contract 1 and their names in contract 2
RENAMES: Mapping[str, str] = {
    "issue_spells": "issue_intervals",
    "gone_at": "deleted_at",
    "observed_until": "synced_until",
}
#: how many differing rows are printed of each table
PRINTED = 5


def read_renames(path: Path) -> dict[str, str]:
    """Return the renames of a file, one ``old new`` a line, beside those of the contract."""
    pairs = (line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return dict(RENAMES) | {pair[0]: pair[1] for pair in pairs}


def columns(db: duckdb.DuckDBPyConnection, name: str) -> dict[str, list[str]]:
    """Return the columns of each table of an attached file."""
    rows = db.execute(
        "select table_name, list(column_name order by column_index) from duckdb_columns() "
        "where database_name = ? and not internal group by table_name order by table_name",
        [name],
    ).fetchall()
    return dict(rows)


def differences(
    old: Path, new: Path, renames: Mapping[str, str], ignored: Sequence[str]
) -> Iterator[tuple[str, list[str]]]:
    """Yield each table with its differences; a table that is equal has none."""
    with duckdb.connect() as db:
        for name, path in (("old", old), ("new", new)):
            quoted = str(path.resolve()).replace("'", "''")
            db.execute(f"attach '{quoted}' as {name} (read_only)")
        before, after = columns(db, "old"), columns(db, "new")
        names = {renames.get(table, table): table for table in before}
        for table in sorted(names.keys() | after.keys()):
            if table not in after:
                yield table, ["is missing in the new file"]
            elif table not in names:
                yield table, ["is missing in the old file"]
            else:
                yield table, compared(db, names[table], table, before, after, renames, ignored)


def compared(
    db: duckdb.DuckDBPyConnection,
    old_table: str,
    table: str,
    before: Mapping[str, Sequence[str]],
    after: Mapping[str, Sequence[str]],
    renames: Mapping[str, str],
    ignored: Sequence[str],
) -> list[str]:
    """Return the differences of one table: its columns, then the first rows of only one side."""
    run = (*RUN_COLUMNS.get(table, ()), *ignored)
    old_names = {renames.get(column, column): column for column in before[old_table]}
    result = [f"column {name} is missing" for name in old_names if name not in after[table]]
    result += [f"column {name} is new" for name in after[table] if name not in old_names]
    shared = [name for name in after[table] if name in old_names and name not in run]
    old_rows = ", ".join(f'"{old_names[name]}" as "{name}"' for name in shared)
    new_rows = ", ".join(f'"{name}"' for name in shared)
    sides = {
        "old": f"select {old_rows} from old.{old_table}",
        "new": f"select {new_rows} from new.{table}",
    }
    for side, other in (("old", "new"), ("new", "old")):
        rows = db.execute(f"({sides[side]}) except all ({sides[other]})").fetchall()
        if rows:
            result.append(f"{len(rows)} rows only in the {side} file:")
            result += [f"    {dict(zip(shared, row, strict=True))}" for row in rows[:PRINTED]]
    return result


def main() -> int:
    """Print each table as equal or different; return 1 if any differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--renames", type=Path, help="file with a line 'old new' for each rename")
    parser.add_argument("--ignore", nargs="*", default=[], help="columns to ignore in every table")
    options = parser.parse_args()
    renames = read_renames(options.renames) if options.renames else RENAMES
    status = 0
    for table, lines in differences(options.old, options.new, renames, options.ignore):
        print(f"{table}: {'different' if lines else 'equal'}")
        for line in lines:
            print(f"  {line}")
            status = 1
    return status


if __name__ == "__main__":
    raise SystemExit(main())
