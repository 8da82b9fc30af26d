"""Inputs of the spend models from outside the ledger, and the spend published before.

The spend of persons that a snapshot publishes is saved beside the ledger, private, under the
snapshot's name. The next publish compares with it, so that no two snapshots together reveal one
person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from queries.errors import PublishError
from queries.publish.settings import PublishSettings
from queries.sql_files import ROOT, read_sql

PRECEDENCE = ROOT / "seeds" / "cost_precedence.csv"
DOLLAR = ("USD", date(1970, 1, 1), Decimal(1))
#: how a kind of token is asked for, so that its own price comes back
PRICED_TOKENS: Mapping[str, Mapping[str, int]] = {
    "input": {"input_tokens": 1000},
    "cached input": {"input_tokens": 1000, "cache_read_tokens": 1000},
    "cache write": {"input_tokens": 1000, "cache_write_tokens": 1000},
    "output": {"output_tokens": 1000},
}
#: tables of which a cell that was shown once stays as it was
FROZEN = ("spend_by_team", "spend_per_engineer")


def set_up(db: duckdb.DuckDBPyConnection, settings: PublishSettings, previous: Path | None) -> None:
    """Create the input tables of the spend models.

    ``previous`` is the folder that ``save_published`` wrote for an earlier snapshot.
    """
    rates = [DOLLAR, *((rate.currency, rate.from_on, rate.usd) for rate in settings.rates)]
    db.register("rates_frame", _frame(["currency", "from_on", "usd"], rates))
    db.register("prices_frame", token_prices(db))
    db.register("precedence_frame", pd.read_csv(PRECEDENCE))
    db.register("scope_frame", _frame(["name"], [(name,) for name in settings.spend_scope]))
    decisions = [(item.tool, item.decision, item.on) for item in settings.tool_decisions]
    db.register("decisions_frame", _frame(["tool", "decision", "on"], decisions))
    for name in ("spend", "cells"):
        if previous is None:
            frame = db.sql(_body("inputs", f"no_published_{name}"))
        else:
            frame = db.read_parquet(str(previous / f"{name}.parquet"))
        db.register("published_frame", frame)
        db.execute(f"create temp table input_published_{name} as from published_frame")
    for statement in (ROOT / "inputs" / "spend.sql").read_text(encoding="utf-8").split(";\n"):
        db.execute(statement)


def save_published(db: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write the spend of persons that this snapshot publishes into a private folder."""
    folder.mkdir(parents=True, mode=0o700)
    cells = " union ".join(
        f"select '{name}' as table_name, to_json({name}) as cell from {name}" for name in FROZEN
    )
    queries = {
        "spend": _body("shared", "published_spend"),
        "cells": f"{cells} union from input_published_cells",
    }
    for name, sql in queries.items():
        path = folder / f"{name}.parquet"
        db.sql(sql).write_parquet(str(path))
        path.chmod(0o600)


def previous_folder(published: Path, snapshots: Path) -> Path | None:
    """Return the folder of the newest snapshot's published spend; null before the first snapshot.

    It does not depend on the link to the newest snapshot, which a user may remove. Raises
    PublishError if there are snapshots without one: small groups could be derived.
    """
    folders = [path for path in published.glob("*") if path.is_dir()]
    folders.sort(key=lambda path: path.name.split("-")[-2:])  # by time of publish
    complete = [path for path in folders if (snapshots / f"{path.name}.duckdb").exists()]
    if complete or folders:
        return (complete or folders)[-1]
    if any(snapshots.glob("[!.]*.duckdb")):
        raise PublishError(
            f"nothing was published: {published} is missing, which protects small groups between "
            f"snapshots; restore it from a backup, or remove {snapshots} to start again"
        )
    return None


def token_prices(db: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return list prices of tokens without an amount, by provider, model, type and month.

    A model that the price list does not know is left out, and its rows have no price.
    """
    expected = db.execute(_body("shared", "unpriced_tokens")).fetchall()
    rows = [(*row, price) for row in expected if (price := _price(*row)) is not None]
    return _frame(["provider", "model", "token_type", "month", "usd_per_token"], rows)


def _price(provider: str, model: str, token_type: str, month: date) -> Decimal | None:
    """Dollars for one token at list price in the middle of a month."""
    from genai_prices import Usage, calc_price  # a second to import, and few need it

    moment = datetime(month.year, month.month, 15, tzinfo=UTC)
    try:
        result = calc_price(
            Usage(**PRICED_TOKENS[token_type]),
            model_ref=model,
            provider_id=provider,
            genai_request_timestamp=moment,
        )
    except (LookupError, ValueError):
        return None
    return Decimal(str(result.total_price)) / 1000


def _frame(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    return pd.DataFrame([list(row) for row in rows], columns=list(columns), dtype=object)


def _body(folder: str, name: str) -> str:
    return read_sql(ROOT / folder / f"{name}.sql").statement
