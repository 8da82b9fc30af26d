"""Archive of decided quarters: Parquet files that no later publish rewrites."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from queries.read.archive import FOLDER, KEY, archive_files
from queries.sql_files import ROOT, read_sql


def keep(published: Path, data: Path, name: str) -> None:
    """Add the answers that were decided since the last publish, one file for each quarter.

    ``name`` is that of the files, unique for each publish.
    """
    with duckdb.connect(str(published), read_only=True) as db:
        rows = db.sql(read_sql(ROOT / "shared" / "decided_answers.sql").statement)
        if files := archive_files(data):
            known = db.read_parquet([str(file) for file in files]).set_alias("known")
            rows = rows.join(known, KEY, how="anti")
        # one quarter at a time: the texts of all quarters of a large company take gigabytes
        for (quarter,) in rows.project("archive_quarter").distinct().fetchall():
            new = rows.filter(f"archive_quarter = '{quarter}'")
            _write(new, data / FOLDER / quarter / f"{name}.parquet")


def _write(rows: duckdb.DuckDBPyRelation, target: Path) -> None:
    """Write rows into a new file, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    try:
        rows.write_parquet(str(part), compression="zstd")
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.chmod(0o444)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
