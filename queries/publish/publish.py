"""Publishing: build a snapshot from the ledger and make it the published file.

Readers and writers use different files: every publish creates a new file, and the link
``headway.duckdb`` points to the newest.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from queries.errors import PublishError, database_problem
from queries.publish import archive, atoms, decisions, spend, surveys
from queries.publish.answers import (
    Estimates,
    add_guardrail_sentences,
    answers,
    estimates,
    metric_rows,
)
from queries.publish.budgets import budget_rows, forecast_rows
from queries.publish.build import add, check, comment, create, limit, mask
from queries.publish.expectations import expectation_events, expectation_rows
from queries.publish.items import Headline, batches
from queries.publish.machines import save_quick_accounts
from queries.publish.names import rename_documents
from queries.publish.registered import Key
from queries.publish.retention import drop_old
from queries.publish.settings import PublishSettings, Rule
from queries.read.snapshot import ID_TIME, LINK
from queries.sql_files import ROOT, SqlFile, lineage, models

CONTRACT_VERSION = 2
#: rows of a snapshot that the ledger remembers, by its table
NEW_ROWS = {
    "published_verdicts": "from new_verdicts",
    "published_expectations": "from new_expectations",
    "published_survey_cells": "from new_survey_cells",
    "published_survey_comments": "from new_survey_comments",
}


@dataclass(frozen=True)
class Source:
    """Input of a snapshot: a closed ledger and the settings of the publish."""

    ledger: Path
    settings: PublishSettings
    pseudonym_key: str
    version: str
    is_synthetic: bool = False


def publish(
    source: Source,
    data: Path,
    as_of: date | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Path:
    """Build a snapshot, check it, and return its path.

    The snapshot becomes the live one unless ``as_of`` is before the ledger's newest complete day.
    Raises PublishError, which names what is wrong; the live snapshot is then unchanged.
    """
    folder = data / "snapshots"
    folder.mkdir(parents=True, exist_ok=True)
    published_at = datetime.now(UTC).replace(tzinfo=None)
    snapshot_id = f"{published_at:{ID_TIME}}-{secrets.token_hex(2)}"
    work = folder / f".building-{snapshot_id}.duckdb"
    try:
        _drop_unfinished(folder, ".building-*")
        facts = snapshot_facts(source, snapshot_id, published_at)
        is_live = _build(source, work, facts, as_of, say)
        if is_live:
            archive.keep(work, data, snapshot_id)
        name = "headway" if is_live else f"as-of-{as_of}"
        target = folder / f"{name}-{snapshot_id}.duckdb"
        _finish(work, target)
        if is_live:
            _move_link(data / LINK, target)
    except duckdb.Error as error:
        raise PublishError(f"nothing was published: {database_problem(error)}") from error
    except OSError as error:
        raise PublishError(
            f"nothing was published: {error.strerror} ({folder}); check space and permissions"
        ) from None
    finally:
        _drop_unfinished(folder, f"{work.stem}.*")
    drop_old(folder, target, source.settings)
    return target


def snapshot_facts(source: Source, snapshot_id: str, published_at: datetime) -> dict[str, Any]:
    """Return the settings of a snapshot, without its day."""
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


def scopes(settings: PublishSettings) -> pd.DataFrame:
    """Return which repositories of each GitHub are published, one row a GitHub."""
    columns = ["position", "host", "repos", "owners", "included", "excluded", "forks"]
    rows = [{"position": n, **vars(scope)} for n, scope in enumerate(settings.repositories)]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _build(
    source: Source,
    work: Path,
    facts: dict[str, Any],
    as_of: date | None,
    say: Callable[[str], None],
) -> bool:
    """Write the snapshot's tables, and return whether its day is the ledger's newest."""
    config: dict[str, Any] = {
        "storage_compatibility_version": "v1.5.0",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "preserve_insertion_order": True,
    }
    spill = work.with_suffix(".spill")
    spill.mkdir(mode=0o700)  # what goes there is as private as the ledger
    with duckdb.connect(str(work), config=config | {"temp_directory": str(spill)}) as db:
        limit(db, source.ledger)
        is_live = set_up(db, source, facts, as_of)
        if not source.is_synthetic:
            atoms.check_memory(db, work.parent)
        create_models(db, source.settings.rules, say)
        day = facts["as_of"]
        say("surveys")
        surveys.publish_surveys(db, source.settings.small_group, day)
        say("answers")
        add(db, "metrics", metrics_frame=metric_rows())
        groups = batches(db, day, baselines=source.settings.baselines)
        judging = decisions.read_judging(db, source.settings)
        judged, answered = judged_answers(db, day, judging, groups)
        for reported in answered:
            add(db, "answers", answers_frame=reported)
        add_guardrail_sentences(db)
        decisions.keep(db, judged)
        add(db, "answer_inputs")
        add(db, "verdicts")
        expected = expectation_rows(
            db, source.settings.expectations, source.settings.guardrail_margins, day
        )
        add(db, "expectations", expectations_frame=expected)
        text = (ROOT / "inputs" / "new_expectations.sql").read_text(encoding="utf-8")
        db.execute(text)
        say("forecasts")
        add(db, "budget", budget_frame=budget_rows(source.settings.budgets, day))
        usage, by_model = (db.table(f"int_daily_{name}").df() for name in ("spend", "models"))
        forecasts, ahead = forecast_rows(usage, by_model, source.settings.budgets, day)
        add(db, "forecasts", forecasts_frame=forecasts)
        add(db, "forecast_days", forecast_days_frame=ahead)
        mask(db)
        say("checks")
        add(db, "checks", checks_frame=check(db))
        comment(db)
        save_quick_accounts(db, work.parent.parent)
        db.execute("detach ledger")
        atoms.remember(db, source.ledger, NEW_ROWS)
        db.execute("checkpoint")
    return is_live


def judged_answers(
    db: duckdb.DuckDBPyConnection,
    day: date,
    judging: decisions.Judging,
    groups: Sequence[Sequence[Headline]],
) -> tuple[Mapping[Key, decisions.Judged], Iterator[pd.DataFrame]]:
    """Return the judged comparisons and the rows of ``answers``, some headlines at once.

    The items of a group are read once for both.
    """
    estimated: dict[str, Estimates] = {}

    def read(group: Sequence[Headline]) -> None:
        estimated.update(estimates(db, group, day))

    judged = decisions.decide(db, day, judging, groups, read)
    return judged, answers(db, day, judged, groups, estimated)


def set_up(
    db: duckdb.DuckDBPyConnection, source: Source, facts: dict[str, Any], as_of: date | None
) -> bool:
    """Attach the ledger, add the day to the facts, and create what the models read.

    Return whether the day is the ledger's newest.
    """
    db.execute("attach $ledger as ledger (read_only)", {"ledger": str(source.ledger)})
    db.register("scopes_frame", scopes(source.settings))
    db.execute((ROOT / "inputs" / "scopes.sql").read_text(encoding="utf-8"))
    newest = _newest_day(db)
    day = _check_day(db, as_of or newest)
    facts |= {
        "as_of": day,
        "cutoff": datetime.combine(day, datetime.min.time()) + timedelta(days=1),
    }
    _set_up_settings(db, facts, source)
    rename_documents(db)
    spend.set_up(db, source.settings)
    db.execute("create temp table input_published_people as from ledger.published_people")
    return newest is None or day >= newest


def create_models(
    db: duckdb.DuckDBPyConnection,
    rules: Sequence[Rule],
    say: Callable[[str], None],
    tables: Sequence[SqlFile] = (),
) -> None:
    """Create all models, or those that some tables need, and the atoms after what they read."""
    first = atoms.models_read()
    selected = {model.name for model in ([*lineage(*tables), *tables] if tables else models())}
    for model in first:
        say(model.name)
        create(db, model, rules)
    say("atoms of spend")
    atoms.make_atoms(db)
    for model in models():
        if model.name in selected and model not in first:
            say(model.name)
            create(db, model, rules)


def _newest_day(db: duckdb.DuckDBPyConnection) -> date | None:
    """Return the last complete UTC day to which a repository was read; None without one.

    It is never after yesterday: a clock may have been wrong.
    """
    rows = db.execute((ROOT / "shared" / "newest_day.sql").read_text(encoding="utf-8")).fetchone()
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    return min(rows[0], yesterday) if rows and rows[0] else None


def _check_day(db: duckdb.DuckDBPyConnection, day: date | None) -> date:
    """Return the day of the snapshot; raises PublishError if the ledger has nothing up to it."""
    if day is None:
        raise PublishError(
            "nothing was published: no repository in the ledger was read to its end; "
            "run `headway refresh`"
        )
    rows = db.execute((ROOT / "shared" / "first_day.sql").read_text(encoding="utf-8")).fetchone()
    if rows and rows[0] and day < rows[0]:
        raise PublishError(
            f"nothing was published: the ledger has no data up to {day}, it begins on {rows[0]}; "
            "choose a later day with --as-of"
        )
    return day


def _set_up_settings(
    db: duckdb.DuckDBPyConnection, facts: Mapping[str, Any], source: Source
) -> None:
    """Create the macros and input tables of the models."""
    for name in ("macros", "text"):
        db.execute((ROOT / "shared" / f"{name}.sql").read_text(encoding="utf-8"))
    db.execute((ROOT / "inputs" / "settings.sql").read_text(encoding="utf-8"), dict(facts))
    words = {"path": str(ROOT / "seeds" / "title_words.csv")}
    db.execute((ROOT / "inputs" / "title_words.sql").read_text(encoding="utf-8"), words)
    rules = [vars(rule) for rule in source.settings.rules]
    db.register("rules_frame", pd.DataFrame(rules, dtype=object))
    rollouts = [vars(rollout) for rollout in source.settings.rollouts]
    columns = ["name", "on", "transition_days", "teams"]
    db.register("rollouts_frame", pd.DataFrame(rollouts, columns=columns, dtype=object))
    closed = [vars(period) for period in source.settings.closed_periods]
    columns = ["name", "from_on", "to_on"]
    db.register("closed_frame", pd.DataFrame(closed, columns=columns, dtype=object))
    db.register("expected_frame", expectation_events(source.settings.expectations))
    db.execute((ROOT / "inputs" / "rules.sql").read_text(encoding="utf-8"))


def _finish(work: Path, target: Path) -> None:
    """Flush the built file to disk, make it read-only and give it its name."""
    if Path(f"{work}.wal").exists():
        raise PublishError(
            f"nothing was published: {work} was not closed cleanly; run `headway publish` again"
        )
    with work.open("rb") as file:
        os.fsync(file.fileno())
    work.chmod(0o444)
    work.rename(target)


def _move_link(link: Path, target: Path) -> None:
    """Make a file the live snapshot, in one step: readers open the file before it or this one."""
    fresh = link.with_name(f".{link.name}-{target.stem}")
    fresh.symlink_to(target.relative_to(link.parent))
    fresh.replace(link)
    folder = os.open(link.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _drop_unfinished(folder: Path, names: str) -> None:
    """Remove unfinished files of this or a killed publish, and spilled tables."""
    for remaining in folder.glob(names):
        if remaining.is_dir():
            shutil.rmtree(remaining, ignore_errors=True)
        else:
            remaining.unlink(missing_ok=True)
