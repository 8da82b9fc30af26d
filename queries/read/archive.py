"""Archive of decided quarters, read as a published file of its own."""

from __future__ import annotations

from pathlib import Path

import duckdb

from queries.read.snapshot import Snapshot
from queries.sql_files import ROOT, read_sql

FOLDER = "archive"
#: columns that identify an answer
KEY = "metric, quarter, comparison, event, scope_kind, scope, variant, window_end"


def archive_files(data: Path, last: str = "9999-Q4") -> list[Path]:
    """Return the files of all quarters to the last one, oldest first."""
    files = sorted((data / FOLDER).glob("????-Q?/*.parquet"))
    return [file for file in files if file.parent.name <= last]


def archived(data: Path, quarter: str, live: Snapshot) -> Snapshot | None:
    """Return the answers up to a quarter as they were decided; None if none was kept.

    ``live`` is the published file of the folder; events are those that it has, with the teams of
    that time.
    """
    files = archive_files(data, quarter)
    if not files or files[-1].parent.name != quarter:
        return None
    db = duckdb.connect()
    statement = read_sql(ROOT / "shared" / "archived_answers.sql").statement
    db.execute(statement, {"files": [str(file) for file in files]})
    db.execute("alter table answers add column if not exists event_teams varchar[]")
    db.execute("attach $file as live (read_only)", {"file": str(live.path)})
    db.execute(read_sql(ROOT / "shared" / "archived_events.sql").statement)
    db.execute("detach live")
    ((as_of,),) = db.execute(
        "select max(as_of) from answers where quarter = $quarter", {"quarter": quarter}
    ).fetchall()
    name = f"archive-{quarter}"
    return Snapshot(files[-1], name, as_of, live.published_at, live.is_synthetic, db)
