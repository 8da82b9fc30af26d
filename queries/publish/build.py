"""Tables of a snapshot during the build, their comments and the checks on them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd

from queries.errors import PublishError
from queries.publish.settings import Rule
from queries.sql_files import ROOT, SqlFile, checks, models, read_sql
from queries.statistics.estimates import literal

#: Memory of a build for tables, independent of the machine; the rest is spilled to disk. With a few
#: threads and Python's memory, a process stays under 4 GB for a million pull requests.
MEMORY = "1700MB"
THREADS = 4
#: bytes of a ledger below which more threads cost more than they save: DuckDB gives each 122,880
#: rows of a table
SMALL_LEDGER = 64 * 2**20
VALUE_FIELDS = "select distinct field from int_rule_values"
#: Columns with a compression of their own: the SQL texts of answers are long and similar, and
#: become seventy times smaller than with DuckDB's default.
PACKED = {"sql": " using compression zstd"}


def limit(db: duckdb.DuckDBPyConnection, ledger: Path) -> None:
    """Limit memory and threads of a build, and switch off the progress bar."""
    threads = 1 if ledger.stat().st_size < SMALL_LEDGER else THREADS
    (limits,) = db.execute(
        read_sql(ROOT / "shared" / "limits.sql").text, {"memory": MEMORY, "threads": threads}
    ).fetchall()
    db.execute(
        "set enable_progress_bar = false; set memory_limit = '{}'; set threads = {}".format(*limits)
    )


def create(db: duckdb.DuckDBPyConnection, model: SqlFile, rules: Sequence[Rule] = ()) -> None:
    """Make one model a table: a published one, or one for the time of the build.

    A model with a pattern runs once for each rule that has one and values to match, its parameters
    bound. Documents of the ledger are views, so that they are not copied.
    """
    kind = (
        "table"
        if model.is_published
        else "temp view"
        if model.name.endswith("_documents")
        else "temp table"
    )
    if "$pattern" not in model.text:
        db.execute(f"create {kind} {model.name} as\n{model.text}")
        return
    names = dict.fromkeys(re.findall(r"\$(\w+)", model.text))
    fields = {field for (field,) in db.execute(VALUE_FIELDS).fetchall()}
    rules = [rule for rule in rules if rule.pattern]
    bound = [{name: getattr(rule, name) for name in names} for rule in rules]
    db.execute(f"create {kind} {model.name} as\n{model.text}\nlimit 0", bound[0])
    matching = [
        row for row, rule in zip(bound, rules, strict=True) if fields & {*rule.value_fields}
    ]
    db.executemany(f"insert into {model.name}\n{model.text}", matching)


def add(db: duckdb.DuckDBPyConnection, name: str, **frames: pd.DataFrame) -> None:
    """Insert frames, read by name in the table's SQL, into a published table; create it first."""
    # of a sample, DuckDB finds no type for lists that are nearly always empty
    db.execute("set pandas_analyze_sample = 1000000")
    for frame_name, frame in frames.items():
        db.register(frame_name, frame)
    table = read_sql(ROOT / "frames" / f"{name}.sql")
    described = db.execute(f"describe {table.statement}").fetchall()
    columns = [f'"{column}" {kind}{PACKED.get(column, "")}' for column, kind, *_ in described]
    db.execute(f"create table if not exists {name} ({', '.join(columns)})")
    db.execute(f"insert into {name}\n{table.text}")


def mask(db: duckdb.DuckDBPyConnection) -> None:
    """Mask e-mail addresses in every text of every published table, and drop unsafe links.

    Most tables have neither, and one scan is enough for them. Empty tables need none. Each column
    is looked at by itself: DuckDB then reads a repeated text once.
    """
    tables: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in db.execute(
        "select table_name, column_name, data_type from duckdb_columns() join duckdb_tables() "
        "using (database_name, table_name) where database_name = current_database() "
        "and estimated_size > 0 and contains(data_type, 'VARCHAR') order by all"
    ).fetchall():
        tables.setdefault(table, []).append((f'"{column}"', kind))
    for table, columns in tables.items():
        texts = (
            name if kind == "VARCHAR" else f"array_to_string({name}, ' ')" for name, kind in columns
        )
        condition = " or ".join(f"may_have_email({text})" for text in texts)
        if ('"url"', "VARCHAR") in columns:
            condition += f" or url is distinct from {_masked('url', 'VARCHAR')}"
        if db.execute(f"select 1 from {table} where {condition} limit 1").fetchall():
            masked = ", ".join(f"{column} = {_masked(column, kind)}" for column, kind in columns)
            db.execute(f"update {table} set {masked} where {condition}")


def _masked(column: str, kind: str) -> str:
    """Return the SQL of a column of texts, or of lists of texts, without e-mail addresses.

    A link of another scheme than http can run as a script in a browser.
    """
    if column.strip('"') == "url":
        return f"if(regexp_full_match({column}, '(?i)https?://\\S+'), mask_emails({column}), null)"
    if kind == "VARCHAR":
        return f"mask_emails({column})"
    return f"list_transform({column}, lambda text: mask_emails(text))"


def comment(db: duckdb.DuckDBPyConnection) -> None:
    """Set the comments of published tables and columns in one transaction, which is faster."""
    rest_rows = [read_sql(path) for path in sorted((ROOT / "frames").glob("*.sql"))]
    statements = ["begin"]
    for table in [*(model for model in models() if model.is_published), *rest_rows]:
        statements.append(f"comment on table {table.name} is {literal(table.definition)}")
        statements += [
            f'comment on column {table.name}."{column}" is {literal(text)}'
            for column, text in table.columns.items()
        ]
    db.execute(";\n".join([*statements, "commit"]))


def check(db: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Run every check and return the rows of the table ``checks``.

    Raises PublishError if a check returns rows.
    """
    done = []
    for check in checks():
        bad = db.execute(check.text).df()
        if len(bad):
            first = ", ".join(f"{name} {value}" for name, value in bad.iloc[0].items())
            raise PublishError(
                f"nothing was published: {len(bad)} rows break the check {check.name} "
                f"({check.definition}), "
                f"the first: {first}; please report it with this line"
            )
        done.append({"check_name": check.name, "description": check.definition, "failing_rows": 0})
    return pd.DataFrame(done)
