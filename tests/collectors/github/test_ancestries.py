"""Ancestors of released commits: when a commit that GitHub did not return is requested again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from collectors.github.ancestries import AncestryList
from collectors.github.repository import Scope
from collectors.ledger.opening import open_ledger
from collectors.ledger.store import now

OID = "a" * 40
SHOP = Scope("github.com", 1, "acme/shop")


@pytest.mark.parametrize(
    ("age", "waiting"),
    [(timedelta(0), []), (timedelta(days=6, hours=23), []), (timedelta(days=7, hours=1), [OID])],
)
def test_commit_that_github_did_not_return_is_requested_again_after_7_days(
    tmp_path: Path, age: timedelta, waiting: list[str]
) -> None:
    with open_ledger(tmp_path / "ledger.duckdb", "test") as store:
        node = {"createdAt": "2026-09-01T12:00:00Z", "tagCommit": {"oid": OID}}
        release = SHOP.key | {"node_id": "R1", "fetched_at": now(), "node": node}
        store.merge("github_releases", [release])
        first = AncestryList(scope=SHOP)
        first.start(store)
        assert first.waiting == [OID]
        first.part("a")
        assert first.absorb(store, {"c0": None}) == 1
        assert first.is_done
        store.execute("update github_ancestries set fetched_at = ?", [now() - age])
        again = AncestryList(scope=SHOP)
        again.start(store)
        assert again.waiting == waiting
