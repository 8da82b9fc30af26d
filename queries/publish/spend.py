"""Inputs of the spend models from outside the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd

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


def set_up(db: duckdb.DuckDBPyConnection, settings: PublishSettings) -> None:
    """Create the input tables of the spend models."""
    rates = [DOLLAR, *((rate.currency, rate.from_on, rate.usd) for rate in settings.rates)]
    db.register("rates_frame", _frame(["currency", "from_on", "usd"], rates))
    db.register("prices_frame", token_prices(db))
    db.register("precedence_frame", pd.read_csv(PRECEDENCE))
    db.register("scope_frame", _frame(["name"], [(name,) for name in settings.spend_scope]))
    decisions = [(item.tool, item.decision, item.on) for item in settings.tool_decisions]
    db.register("decisions_frame", _frame(["tool", "decision", "on"], decisions))
    for statement in (ROOT / "inputs" / "spend.sql").read_text(encoding="utf-8").split(";\n"):
        db.execute(statement)


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
