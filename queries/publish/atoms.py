"""Atoms: the smallest sums of persons' spend that any published table contains.

An atom adds up the spend of at least k persons, over whole weeks of a month; see ``is_safe`` in
``macros.sql``. Every published number is a sum of whole atoms, and each row of spend is in one
atom for good, so that no difference of published numbers contains fewer than k persons. The ledger
keeps the rows of every atom; ``remember`` writes them before a snapshot can be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import duckdb
import pandas as pd

from queries.errors import PublishError
from queries.publish.identities import identities
from queries.sql_files import ROOT, SqlFile, lineage, read_sql

EMPTY: Mapping[str, str] = MappingProxyType({})
FOLDER = ROOT / "atoms"
PEOPLE = ROOT / "shared" / "published_people.sql"
GROUPS = ROOT / "shared" / "has_groups.sql"
#: labels of values that are added up because each is too small, in the order of the splits
MERGED_LABELS = (
    "other",
    "other tools",
    "other weeks",
    "(other teams)",
    "other accounts",
    "several",
    "other models",
)


def models_read() -> list[SqlFile]:
    """Return the models that atoms and the ledger's record are made from, in build order."""
    files = [read_sql(path) for path in sorted(FOLDER.glob("*.sql"))]
    return lineage(*files, read_sql(PEOPLE))


def make_atoms(db: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of atoms, machines' spend and gaps that the spend models read."""
    db.execute(_text("macros"))
    _identify(db)
    db.execute(_text("compare"))
    if db.execute("select 1 from splitting limit 1").fetchall():  # most publishes have no new week
        split = _text("split")
        for level, other in enumerate(MERGED_LABELS, start=1):
            db.execute(f"set variable level = {level}; set variable other = '{other}'")
            db.execute(split)
    db.execute(_text("corrections"))
    db.execute(_text("atoms"))


def remember(
    db: duckdb.DuckDBPyConnection, ledger: Path, tables: Mapping[str, str] = EMPTY
) -> None:
    """Write the atoms of a built snapshot into the ledger, which is closed, in one transaction.

    ``tables``: queries for more rows, by the table of the ledger that takes them.
    """
    db.execute("attach $path as remembered", {"path": str(ledger)})
    db.begin()
    db.execute(_text("remember"))
    people = read_sql(PEOPLE).statement
    db.execute(f"insert into remembered.published_people by name {people}")
    for table, rows in tables.items():
        db.execute(f"insert into remembered.{table} by name {rows}")
    db.commit()
    db.execute("detach remembered")


def check_memory(db: duckdb.DuckDBPyConnection, snapshots: Path) -> None:
    """Raise PublishError if there is a snapshot that the attached ledger was not published as.

    A snapshot without groups of persons reveals nothing beside another.
    """
    rows = db.execute("select snapshot_id from ledger.published_snapshots").fetchall()
    known = [name for (name,) in rows]
    for path in sorted(snapshots.glob("[!.]*.duckdb")):
        is_known = any(path.stem.endswith(snapshot_id) for snapshot_id in known)
        if not is_known and _has_groups(path):
            raise PublishError(
                f"nothing was published: the ledger does not remember {path}, so that the two "
                "together could reveal what one person spent; restore the ledger that it was "
                f"published from, or remove {snapshots} and all copies of it to start again"
            )


def _has_groups(snapshot: Path) -> bool:
    """Return whether a snapshot has spend of persons, or teams or roles of people.csv."""
    try:
        with duckdb.connect(str(snapshot), read_only=True) as db:
            return bool(db.execute(read_sql(GROUPS).statement).fetchall())
    except duckdb.Error:  # of another version, or no snapshot
        return True


def _identify(db: duckdb.DuckDBPyConnection) -> None:
    """Create the table of the persons behind the names in spend."""
    logins = dict(db.execute("select name, login from int_spend_names").fetchall())
    actors = db.execute(read_sql(FOLDER / "actors.sql").statement).fetchall()
    rows = identities((actor for (actor,) in actors), logins)
    frame = pd.DataFrame(rows, columns=["actor", "form", "person"], dtype=object)
    db.register("identities_frame", frame)
    db.execute(_text("identities"))


def _text(name: str) -> str:
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
