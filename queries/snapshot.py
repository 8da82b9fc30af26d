"""Published files: building one from the ledger, swapping it in whole, and opening the newest for reading.

Readers never meet a writer: every publish is a new file under its own name, reached by the link ``headway.duckdb``.
"""

from __future__ import annotations

import os
import secrets
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import duckdb
import pandas as pd

from queries import spend
from queries.answers import answers, metric_rows
from queries.budgets import budget_rows, forecast_rows
from queries.building import add, check, comment, create, limit
from queries.errors import NothingPublishedError, PublishError, SqlError, database_problem
from queries.models import ROOT, models, read_sql
from queries.rules import Rule
from queries.settings import Settings

CONTRACT_VERSION = 1
LINK = "headway.duckdb"
KEPT = 5
#: where what a snapshot shows of persons' spend is kept, private
SHOWN = "shown"
#: snapshots that a process keeps open: a page may still be reading the one before
OPEN_AT_ONCE = 3
READ_ONLY: dict[str, Any] = {
    "access_mode": "read_only", "autoinstall_known_extensions": False, "autoload_known_extensions": False,
    "enable_external_access": False,
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """What a snapshot is made of: a closed ledger, the settings and the rules in force.

    ``hosts`` name the settings' GitHubs as the ledger does, in their order, and limit it to the repositories that the
    settings name; without any it takes all that the ledger holds.
    """

    ledger: Path
    settings: Settings
    rules: Sequence[Rule]
    pseudonym_key: str
    version: str
    hosts: Sequence[str] = ()
    is_synthetic: bool = False
    #: the user's own rules and rates; None where there are none
    seeds: Path | None = None


def publish(source: Source, data: Path, as_of: date | None = None, say: Callable[[str], None] = lambda _: None) -> Path:
    """Build a snapshot, check it, swap it in, and return its path.

    Raises PublishError, which names what is wrong; the snapshot before then stays in place.
    """
    folder = data / "snapshots"
    folder.mkdir(parents=True, exist_ok=True)
    published_at = datetime.now(UTC).replace(tzinfo=None)
    snapshot_id = f"{published_at:%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}"
    work = folder / f".building-{snapshot_id}.duckdb"
    target = folder / f"headway-{snapshot_id}.duckdb"
    shown = data / SHOWN
    try:
        _drop_unfinished(folder, ".building-*")
        facts = _facts(source, snapshot_id, published_at)
        _build(source, work, facts, as_of, shown / (data / LINK).resolve().stem, shown / target.stem, say)
        _swap_in(work, target, data / LINK)
    except duckdb.Error as error:
        raise PublishError(f"nothing was published: {database_problem(error)}") from error
    except OSError as error:
        raise PublishError(f"nothing was published: {error.strerror} ({folder}); check space and permissions") from None
    finally:
        _drop_unfinished(folder, f"{work.stem}.*")
    _drop_old(folder, target, shown)
    return target


def _facts(source: Source, snapshot_id: str, published_at: datetime) -> dict[str, Any]:
    """What a snapshot is made with, but for its day."""
    settings = source.settings
    return {
        "snapshot_id": snapshot_id, "published_at": published_at, "headway_version": source.version,
        "contract_version": CONTRACT_VERSION, "is_synthetic": source.is_synthetic, "people": settings.people,
        "pseudonym_key": source.pseudonym_key, "durable_days": settings.durable_days,
        "failure_days": settings.failure_days, "small_group": settings.small_group,
    }  # fmt: skip


def scopes(source: Source) -> pd.DataFrame:
    """Return what the settings name of each GitHub."""
    columns = ["position", "host", "repos", "owners", "included", "excluded", "forks"]
    rows = [
        (place, host, _lower(named.repos), _lower(named.orgs), named.included, named.excluded, named.forks)
        for place, (host, named) in enumerate(zip(source.hosts, source.settings.githubs, strict=bool(source.hosts)))
    ]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _lower(names: Sequence[str]) -> list[str]:
    return [name.lower() for name in names]


def _build(
    source: Source,
    work: Path,
    facts: dict[str, Any],
    as_of: date | None,
    shown_before: Path,
    shown: Path,
    say: Callable[[str], None],
) -> None:
    config: dict[str, Any] = {
        "storage_compatibility_version": "v1.5.0", "autoinstall_known_extensions": False,
        "autoload_known_extensions": False, "preserve_insertion_order": True,
    }  # fmt: skip
    spill = work.with_suffix(".spill")
    spill.mkdir(mode=0o700)  # what goes there is as private as the ledger
    with duckdb.connect(str(work), config=config | {"temp_directory": str(spill)}) as db:
        limit(db)
        db.execute("attach $ledger as ledger (read_only)", {"ledger": str(source.ledger)})
        db.register("scopes_frame", scopes(source))
        db.execute((ROOT / "stg_scopes.sql").read_text(encoding="utf-8"))
        day = as_of or _newest_day(db)
        facts |= {"as_of": day, "cutoff": datetime.combine(day, datetime.min.time()) + timedelta(days=1)}
        _set_up(db, facts, source)
        spend.set_up(db, source.settings, source.seeds, shown_before)
        for model in models():
            say(model.name)
            create(db, model, source.rules)
        say("answers")
        add(db, "metrics", metrics_frame=metric_rows())
        for told, inputs in answers(db, day):
            add(db, "answers", answers_frame=told)
            add(db, "answer_inputs", inputs_frame=inputs)
        say("forecasts")
        add(db, "budget", budget_frame=budget_rows(source.settings.budgets, day))
        usage, by_model = (db.table(f"stg_daily_{name}").df() for name in ("spend", "models"))
        forecasts, ahead = forecast_rows(usage, by_model, source.settings.budgets, day)
        add(db, "forecasts", forecasts_frame=forecasts)
        add(db, "forecast_days", forecast_days_frame=ahead)
        say("checks")
        add(db, "checks", checks_frame=check(db))
        comment(db)
        spend.keep_shown(db, shown)
        db.execute("detach ledger")
        db.execute("checkpoint")


def _newest_day(db: duckdb.DuckDBPyConnection) -> date:
    """The last complete UTC day that any repository was read through."""
    found = db.execute((ROOT / "newest_day.sql").read_text(encoding="utf-8")).fetchone()
    if not found or found[0] is None:
        raise PublishError(
            "nothing was published: the ledger holds no repository that was read to its end; run `headway refresh`"
        )
    day: date = found[0]
    return day


def _set_up(db: duckdb.DuckDBPyConnection, facts: Mapping[str, Any], source: Source) -> None:
    """The words and the tables that models start from."""
    db.execute((ROOT / "macros.sql").read_text(encoding="utf-8"))
    db.execute((ROOT / "stg_settings.sql").read_text(encoding="utf-8"), dict(facts))
    rules = [asdict(rule) for rule in source.rules]
    db.register("rules_frame", pd.DataFrame(rules, dtype=object))
    rollouts = [asdict(rollout) for rollout in source.settings.rollouts]
    columns = ["name", "on", "transition_days"]
    db.register("rollouts_frame", pd.DataFrame(rollouts, columns=columns, dtype=object))
    db.execute((ROOT / "stg_rules.sql").read_text(encoding="utf-8"))


def _swap_in(work: Path, target: Path, link: Path) -> None:
    """Make the finished file the published one, in one step that a reader sees before or after, never between."""
    if Path(f"{work}.wal").exists():
        raise PublishError(f"nothing was published: {work} was not closed cleanly; run `headway publish` again")
    with work.open("rb") as file:
        os.fsync(file.fileno())
    work.chmod(0o444)
    work.rename(target)
    fresh = link.with_name(f".{link.name}-{target.stem}")
    fresh.symlink_to(target.relative_to(link.parent))
    fresh.replace(link)
    folder = os.open(link.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _drop_unfinished(folder: Path, names: str) -> None:
    """Remove what this publish or a killed one has not finished, and what it had put on disk for a while."""
    for left in folder.glob(names):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def _drop_old(folder: Path, newest: Path, shown: Path) -> None:
    """Keep the last few snapshots."""
    for stale in shown.iterdir():
        if stale.name != newest.stem:
            shutil.rmtree(stale, ignore_errors=True)
    for stale in sorted(folder.glob("headway-*.duckdb"))[:-KEPT]:
        if stale != newest:
            stale.unlink(missing_ok=True)


# -- reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Snapshot:
    """An open published file. Queries may come from any thread: each gets a cursor of its own."""

    path: Path
    id: str
    as_of: date
    published_at: datetime
    is_synthetic: bool
    _db: duckdb.DuckDBPyConnection

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Return the result of one query as a frame."""
        with self._db.cursor() as cursor:
            return cursor.execute(sql, dict(parameters) if parameters else None).df()

    def texts(self, sql: str) -> tuple[list[str], list[tuple[str | None, ...]]]:
        """Return the columns and rows of a query that a user wrote, each value as DuckDB writes it.

        Raises SqlError, one line, where it cannot be answered.
        """
        return self._asked(sql, "select columns(*)::varchar from asked")

    def documents(self, sql: str) -> list[str]:
        """Return the rows of a query that a user wrote as JSON; raises SqlError as ``texts`` does."""
        return [row[0] for row in self._asked(sql, "select to_json(asked) from asked")[1]]

    def _asked(self, sql: str, form: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        with self._db.cursor() as cursor:
            try:
                # None where there is nothing to answer, whatever its types say
                found = cast("duckdb.DuckDBPyRelation | None", cursor.sql(sql))
                rows = found.query("asked", form) if found is not None else None
                return (found.columns, rows.fetchall()) if found is not None and rows is not None else ([], [])
            except duckdb.Error as error:
                raise SqlError(" ".join(str(error).partition("\n\nLINE ")[0].split())) from None


def listing(snapshot: Snapshot, name: str, **parameters: Any) -> pd.DataFrame:
    """Return one of the lists under listings/."""
    return snapshot.query(read_sql(ROOT / "listings" / f"{name}.sql").text, parameters)


_open: dict[Path, Snapshot] = {}
_turn = threading.Lock()


def current(data: Path) -> Snapshot:
    """Return the newest published file of a data folder, opened once for each process.

    Raises NothingPublishedError where there is none.
    """
    for _ in range(10):
        path = (data / LINK).resolve()
        with _turn:
            if path in _open:
                return _open[path]
            try:
                _open[path] = _opened(path)
            except (duckdb.IOException, duckdb.CatalogException):
                if path != (data / LINK).resolve():
                    continue  # a publish came between the link and the file
                raise NothingPublishedError(
                    f"nothing is published in {data}; run `headway refresh`, or `headway demo` for a synthetic company"
                ) from None
            while len(_open) > OPEN_AT_ONCE:
                _open.pop(next(iter(_open)))
            return _open[path]
    raise NothingPublishedError(f"{data / LINK} keeps changing; try again")


def _opened(path: Path) -> Snapshot:
    db = duckdb.connect(str(path), config=READ_ONLY)
    found = db.execute("select id, as_of, published_at, is_synthetic from snapshot").fetchone()
    if found is None:
        raise duckdb.CatalogException(f"{path} is not a snapshot")
    return Snapshot(path, found[0], found[1], found[2], found[3], db)
