"""Teams and roles that earlier snapshots published.

They are saved beside the ledger, private, under the snapshot's name. The next publish compares with
them, so that a change of ``people.csv`` does not single out the people whom it concerns.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from queries.sql_files import ROOT, read_sql

FILE = "people.parquet"


def set_up(db: duckdb.DuckDBPyConnection, previous: Path | None) -> None:
    """Create the input table of the people whose team or role was published.

    ``previous`` is the folder that ``save_published`` wrote for an earlier snapshot.
    """
    path = previous and previous / FILE
    if path and path.exists():  # published before teams were saved
        frame = db.read_parquet(str(path))
    else:
        frame = db.sql(read_sql(ROOT / "inputs" / "no_published_people.sql").statement)
    db.register("published_people_frame", frame)
    db.execute("create temp table input_published_people as from published_people_frame")


def save_published(db: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write the teams and roles that this snapshot publishes into a private folder."""
    path = folder / FILE
    db.sql(read_sql(ROOT / "shared" / "published_people.sql").statement).write_parquet(str(path))
    path.chmod(0o600)
