"""Vendors as sources: check, preview and collect, and a new vendor as one module."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import pytest

from collectors.ledger.opening import open_ledger
from collectors.source import NOT_READ, CheckResult, Progress, Source
from collectors.spend import vendors
from collectors.spend.source import SpendSource, spend_sources
from collectors.spend.sync import yesterday
from tests.support.vendors import Reply, Request, serve
from tests.support.vendors.reading import totals

ACME_AI = """
from collectors.spend.models import Cents, Dated, IsoDay, Model, Page
from collectors.spend.records import SpendRecord
from collectors.spend.vendor import Stream, Vendor


class Time(Dated):
    day: IsoDay


class Cost(Model):
    cents: Cents


def headers(secret):
    return {"x-key": secret}


def read(client, report):
    items = client.get("/days", Page).data
    for day, cost in report.dated_rows(Time, Cost, items):
        record = SpendRecord(
            provider="acme", tool="acme ai", basis="cost_api", amount=cost.cents
        )
        report.add(day, record)


VENDOR = Vendor(
    name="acme_ai",
    secret_variable="ACME_AI_KEY",
    url="https://ai.acme.example",
    headers=headers,
    permission="an admin key",
    streams=(Stream("acme ai", read, history_days=3, restated_days=1, days_per_call=3),),
)
"""


def source(name: str, environment: dict[str, str]) -> SpendSource:
    """Return the source of one vendor."""
    (only,) = spend_sources([name], environment, (), "https://api.github.example")
    return only


def collect(data: Path, spend: Source) -> list[CheckResult]:
    """Collect a source into the ledger of a folder."""
    notices: list[Progress] = []
    with open_ledger(data / "ledger.duckdb", "test") as store:
        return list(spend.collect(store, notices.append))


def test_vendor_without_a_secret_is_a_message_and_not_checked(tmp_path: Path) -> None:
    cursor = source("cursor", {})
    message = CheckResult(True, "cursor: not read. Set CURSOR_ADMIN_KEY to read it", NOT_READ)
    assert list(cursor.check()) == []
    assert collect(tmp_path, cursor) == [message]
    with open_ledger(tmp_path / "ledger.duckdb", "test", read_only=True) as store:
        assert list(cursor.preview(store)) == [message]


def test_invalid_secret_fails_check_and_collect(tmp_path: Path) -> None:
    cursor = source("cursor", {"CURSOR_ADMIN_KEY": "two words"})
    (checked,) = cursor.check()
    assert not checked.is_good
    assert collect(tmp_path, cursor) == [checked]


def test_new_vendor_is_one_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "acme_ai.py").write_text(ACME_AI, encoding="utf-8")
    monkeypatch.setattr(vendors, "__path__", [*vendors.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "collectors.spend.vendors.acme_ai", raising=False)

    day = str(yesterday())

    def acme_ai(request: Request) -> Reply:
        is_known = request.headers.get("x-key") == "acme-1"
        return Reply(200 if is_known else 401, {"data": [{"day": day, "cents": "150"}]})

    with serve(acme_ai=acme_ai) as server:
        acme = source("acme_ai", {**server.environment(), "ACME_AI_KEY": "acme-1"})
        assert [result.is_good for result in acme.check()] == [True]
        (result,) = collect(tmp_path, acme)
    assert result.facts == {"source": "acme_ai", "status": "read"}
    assert totals(tmp_path)["acme ai", "", day] == Decimal("1.5")
