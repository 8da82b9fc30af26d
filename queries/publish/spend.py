"""What the models of spend take from outside the ledger, and what was shown of it before.

What a snapshot shows of persons' spend is kept beside the ledger, private, under the snapshot's name: the next publish
compares with it, so that no two snapshots tell of one person.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from queries.errors import SettingsError
from queries.publish.settings import Settings
from queries.sql_files import ROOT, read_sql

PRECEDENCE = ROOT / "seeds" / "cost_precedence.csv"
RATES = "exchange_rates.csv"
RATE_COLUMNS = ["currency", "from_on", "usd"]
FIRST_DAY = date(1970, 1, 1)
#: how a kind of token is asked for, so that its own price comes back
PRICED_TOKENS: Mapping[str, Mapping[str, int]] = {
    "input": {"input_tokens": 1000},
    "cached input": {"input_tokens": 1000, "cache_read_tokens": 1000},
    "cache write": {"input_tokens": 1000, "cache_write_tokens": 1000},
    "output": {"output_tokens": 1000},
}
#: tables of which a cell that was shown once stays as it was
FROZEN = ("spend_by_team", "spend_per_engineer")


def set_up(
    db: duckdb.DuckDBPyConnection, settings: Settings, seeds: Path | None, shown: Path
) -> None:
    """Make the tables that the models of spend read beside the ledger's.

    ``shown`` is the folder that ``keep_shown`` wrote for the snapshot before, if there was one.
    """
    db.register("rates_frame", _frame(RATE_COLUMNS, read_rates(seeds / RATES if seeds else None)))
    db.register("prices_frame", token_prices(db))
    db.register("precedence_frame", pd.read_csv(PRECEDENCE))
    db.register("scope_frame", _frame(["name"], [(name,) for name in settings.scope]))
    decisions = [(item.tool, item.decision, item.on) for item in settings.tool_decisions]
    db.register("decisions_frame", _frame(["tool", "decision", "on"], decisions))
    for name in ("spend", "cells"):
        path = shown / f"{name}.parquet"
        source = f"read_parquet('{path}')" if path.exists() else f"({_body(f'no_shown_{name}')})"
        db.execute(f"create temp view shown_{name}_frame as select * from {source}")
    for statement in (
        (ROOT / "shared" / "stg_spend_inputs.sql").read_text(encoding="utf-8").split(";\n")
    ):
        db.execute(statement)


def keep_shown(db: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write what this snapshot shows of persons' spend into a private folder."""
    folder.mkdir(parents=True, mode=0o700)
    cells = " union ".join(
        f"select '{name}' as table_name, to_json({name}) as cell from {name}" for name in FROZEN
    )
    for name, sql in (
        ("spend", _body("shown_spend")),
        ("cells", f"{cells} union from stg_shown_cells"),
    ):
        path = folder / f"{name}.parquet"
        db.execute(f"copy ({sql}) to '{path}' (format parquet)")
        path.chmod(0o600)


def token_prices(db: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return list prices for tokens that the ledger holds no amount for: provider, model, token_type, month, dollars.

    A model that the price list does not know is left out, and its rows have no price.
    """
    expected = db.execute(_body("unpriced_tokens")).fetchall()
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


def read_rates(path: Path | None) -> list[tuple[str, date, Decimal]]:
    """Return the user's exchange rates; the dollar's is 1. Raises SettingsError with file, line and column."""
    rates = [("USD", FIRST_DAY, Decimal(1))]
    if path is None or not path.exists():
        return rates
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        if next(reader, []) != RATE_COLUMNS:
            raise SettingsError(
                f"{path}, line 1, column 1: the header must be {','.join(RATE_COLUMNS)}"
            )
        for row in reader:
            if any(row):
                rates.append(_rate(path, reader.line_num, row))
    return rates


def _rate(path: Path, line: int, row: Sequence[str]) -> tuple[str, date, Decimal]:
    if len(row) != len(RATE_COLUMNS):
        raise SettingsError(
            f"{path}, line {line}, column 1: {len(row)} cells where there should be 3"
        )
    currency, from_on, usd = (cell.strip() for cell in row)
    if not (len(currency) == 3 and currency.isalpha()):
        raise SettingsError(
            f"{path}, line {line}, column 1: {currency!r} is no currency; write a code such as EUR"
        )
    try:
        day = date.fromisoformat(from_on)
    except ValueError:
        raise SettingsError(
            f"{path}, line {line}, column 2: {from_on!r} is no day; write YYYY-MM-DD"
        ) from None
    try:
        rate = Decimal(usd)
    except ArithmeticError:
        rate = Decimal(0)
    if not rate.is_finite() or rate <= 0:
        raise SettingsError(
            f"{path}, line {line}, column 3: {usd!r} is no rate; write the dollars for one unit"
        )
    return currency.upper(), day, rate


def _frame(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    return pd.DataFrame([list(row) for row in rows], columns=list(columns), dtype=object)


def _body(name: str) -> str:
    return read_sql(ROOT / "shared" / f"{name}.sql").statement
