"""Exchange rates of the user: errors name file, line and column."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from headway.config.errors import SettingsError
from headway.config.rules import read_rates
from queries.publish.settings import ExchangeRate

HEAD = "currency,from_on,usd\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("currency,usd\n", "line 1, column 1: the column from_on is missing; the header"),
        (f"{HEAD}EURO,2026-01-01,1\n", "line 2, column 1: currency: 'EURO' is not a currency"),
        (f"{HEAD}EUR,01.02.2026,1\n", "line 2, column 2: from_on: '01.02.2026' is not a date"),
        (f"{HEAD}EUR,2026-13-01,1\n", "line 2, column 2: from_on: month must be in 1..12"),
        (f"{HEAD}EUR,2026-01-01,-1\n", "line 2, column 3: usd: must be greater than 0"),
        (f'{HEAD}EUR,2026-01-01,"1,09"\n', "line 2, column 3: usd: must be a number with a point"),
        (f"{HEAD}EUR,2026-01-01,NaN\n", "line 2, column 3: usd: must be a finite number"),
        (f"{HEAD}EUR,2026-01-01\n", "line 2, column 3: 2 cells where the header has 3"),
    ],
)
def test_a_wrong_rate_is_an_error_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "exchange_rates.csv"
    path.write_text(text)
    with pytest.raises(SettingsError) as raised:
        read_rates(path)
    assert str(raised.value).startswith(f"{path}, {message}")


def test_a_spreadsheets_file_of_rates_is_read(tmp_path: Path) -> None:
    path = tmp_path / "exchange_rates.csv"
    path.write_bytes("USD;Currency;From on\r\n1.09;eur;2026-01-01\r\n".encode("utf-16"))
    assert read_rates(path) == [ExchangeRate("EUR", date(2026, 1, 1), Decimal("1.09"))]


def test_bytes_that_are_no_text_are_an_error_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "exchange_rates.csv"
    path.write_bytes(f"{HEAD}EUR,2026-01-01,1\n".encode() + b"\x81")
    with pytest.raises(SettingsError, match=r"rates\.csv, line 3: neither UTF-8 nor Windows-1252"):
        read_rates(path)


def test_without_a_file_there_are_no_rates(tmp_path: Path) -> None:
    assert read_rates(tmp_path / "none.csv") == []
