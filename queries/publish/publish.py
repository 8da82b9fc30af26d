"""Published files: building one from the ledger, swapping it in whole, and opening the newest for reading.

Readers never meet a writer: every publish is a new file under its own name, reached by the link ``headway.duckdb``.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from queries.errors import PublishError, database_problem
from queries.publish import spend
from queries.publish.answers import answers, metric_rows
from queries.publish.budgets import budget_rows, forecast_rows
from queries.publish.build import add, check, comment, create, limit
from queries.publish.names import rename_documents
from queries.publish.rules import Rule
from queries.publish.settings import Settings
from queries.read.snapshot import LINK
from queries.sql_files import ROOT, models

CONTRACT_VERSION = 2
KEPT = 5
#: where what a snapshot shows of persons' spend is kept, private
SHOWN = "shown"


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


def publish(
    source: Source,
    data: Path,
    as_of: date | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Path:
    """Build a snapshot, check it, swap it in, and return its path.

    Raises PublishError, which names what is wrong; the snapshot before then stays in place.
    """
    folder = data / "snapshots"
    folder.mkdir(parents=True, exist_ok=True)
    published_at = datetime.now(UTC).replace(tzinfo=None)
    snapshot_id = f"{published_at:%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}"
    work = folder / f".building-{snapshot_id}.duckdb"
    target = folder / f"headway-{snapshot_id}.duckdb"
    try:
        _drop_unfinished(folder, ".building-*")
        facts = _facts(source, snapshot_id, published_at)
        _build(
            source,
            work,
            facts,
            as_of,
            spend.previous_folder(data / SHOWN, folder),
            data / SHOWN / target.stem,
            say,
        )
        _swap_in(work, target, data / LINK)
    except duckdb.Error as error:
        raise PublishError(f"nothing was published: {database_problem(error)}") from error
    except OSError as error:
        raise PublishError(
            f"nothing was published: {error.strerror} ({folder}); check space and permissions"
        ) from None
    finally:
        _drop_unfinished(folder, f"{work.stem}.*")
    _drop_old(folder, target, data / SHOWN)
    return target


def _facts(source: Source, snapshot_id: str, published_at: datetime) -> dict[str, Any]:
    """What a snapshot is made with, but for its day."""
    settings = source.settings
    return {
        "snapshot_id": snapshot_id,
        "published_at": published_at,
        "headway_version": source.version,
        "contract_version": CONTRACT_VERSION,
        "is_synthetic": source.is_synthetic,
        "people": settings.people,
        "pseudonym_key": source.pseudonym_key,
        "durable_days": settings.durable_days,
        "failure_days": settings.failure_days,
        "small_group": settings.small_group,
    }


def scopes(source: Source) -> pd.DataFrame:
    """Return what the settings name of each GitHub."""
    columns = ["position", "host", "repos", "owners", "included", "excluded", "forks"]
    rows = [
        (
            index,
            host,
            _lower(by_name.repos),
            _lower(by_name.orgs),
            by_name.included,
            by_name.excluded,
            by_name.forks,
        )
        for index, (host, by_name) in enumerate(
            zip(source.hosts, source.settings.githubs, strict=bool(source.hosts))
        )
    ]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _lower(names: Sequence[str]) -> list[str]:
    return [name.lower() for name in names]


def _build(
    source: Source,
    work: Path,
    facts: dict[str, Any],
    as_of: date | None,
    previous_spend: Path | None,
    published_spend: Path,
    say: Callable[[str], None],
) -> None:
    config: dict[str, Any] = {
        "storage_compatibility_version": "v1.5.0",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "preserve_insertion_order": True,
    }
    spill = work.with_suffix(".spill")
    spill.mkdir(mode=0o700)  # what goes there is as private as the ledger
    with duckdb.connect(str(work), config=config | {"temp_directory": str(spill)}) as db:
        limit(db)
        db.execute("attach $ledger as ledger (read_only)", {"ledger": str(source.ledger)})
        db.register("scopes_frame", scopes(source))
        db.execute((ROOT / "inputs" / "scopes.sql").read_text(encoding="utf-8"))
        day = as_of or _newest_day(db)
        facts |= {
            "as_of": day,
            "cutoff": datetime.combine(day, datetime.min.time()) + timedelta(days=1),
        }
        _set_up(db, facts, source)
        rename_documents(db)
        spend.set_up(db, source.settings, source.seeds, previous_spend)
        for model in models():
            say(model.name)
            create(db, model, source.rules)
        say("answers")
        add(db, "metrics", metrics_frame=metric_rows())
        for reported, inputs in answers(db, day):
            add(db, "answers", answers_frame=reported)
            add(db, "answer_inputs", inputs_frame=inputs)
        say("forecasts")
        add(db, "budget", budget_frame=budget_rows(source.settings.budgets, day))
        usage, by_model = (db.table(f"int_daily_{name}").df() for name in ("spend", "models"))
        forecasts, ahead = forecast_rows(usage, by_model, source.settings.budgets, day)
        add(db, "forecasts", forecasts_frame=forecasts)
        add(db, "forecast_days", forecast_days_frame=ahead)
        say("checks")
        add(db, "checks", checks_frame=check(db))
        comment(db)
        spend.save_published(db, published_spend)
        db.execute("detach ledger")
        db.execute("checkpoint")


def _newest_day(db: duckdb.DuckDBPyConnection) -> date:
    """The last complete UTC day that any repository was read through."""
    rows = db.execute((ROOT / "shared" / "newest_day.sql").read_text(encoding="utf-8")).fetchone()
    if not rows or rows[0] is None:
        raise PublishError(
            "nothing was published: the ledger holds no repository that was read to its end; run `headway refresh`"
        )
    day: date = rows[0]
    return day


def _set_up(db: duckdb.DuckDBPyConnection, facts: Mapping[str, Any], source: Source) -> None:
    """The words and the tables that models start from."""
    db.execute((ROOT / "shared" / "macros.sql").read_text(encoding="utf-8"))
    db.execute((ROOT / "inputs" / "settings.sql").read_text(encoding="utf-8"), dict(facts))
    rules = [asdict(rule) for rule in source.rules]
    db.register("rules_frame", pd.DataFrame(rules, dtype=object))
    rollouts = [asdict(rollout) for rollout in source.settings.rollouts]
    columns = ["name", "on", "transition_days"]
    db.register("rollouts_frame", pd.DataFrame(rollouts, columns=columns, dtype=object))
    db.execute((ROOT / "inputs" / "rules.sql").read_text(encoding="utf-8"))


def _swap_in(work: Path, target: Path, link: Path) -> None:
    """Make the finished file the published one, in one step that a reader sees before or after, never between."""
    if Path(f"{work}.wal").exists():
        raise PublishError(
            f"nothing was published: {work} was not closed cleanly; run `headway publish` again"
        )
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
    for remaining in folder.glob(names):
        if remaining.is_dir():
            shutil.rmtree(remaining, ignore_errors=True)
        else:
            remaining.unlink(missing_ok=True)


def _drop_old(folder: Path, newest: Path, shown: Path) -> None:
    """Keep the last few snapshots."""
    for stale in shown.iterdir():
        if stale.name != newest.stem:
            shutil.rmtree(stale, ignore_errors=True)
    for stale in sorted(folder.glob("headway-*.duckdb"))[:-KEPT]:
        if stale != newest:
            stale.unlink(missing_ok=True)
