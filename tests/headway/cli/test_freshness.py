"""Report of `headway check` on repositories and imports that are out of date."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from queries.read.snapshot import Snapshot, listing
from tests.support.facts import published

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
GITHUB: dict[str, str | None] = {
    "host": "github.com",
    "is_imported": "false",
    "is_archived": "false",
}
IMPORT: dict[str, str | None] = {"host": "jira", "is_imported": "true", "is_archived": "false"}


@pytest.fixture
def snapshot(tmp_path: Path, empty: Path) -> Snapshot:
    """A file with repositories and imports, read until different days."""
    repositories: list[dict[str, str | None]] = [
        GITHUB | {"repo": "acme/fresh", "synced_until": "2026-03-30 04:00"},
        GITHUB | {"repo": "acme/stale", "synced_until": "2026-03-20 04:00"},
        GITHUB | {"repo": "acme/never", "synced_until": None},
        GITHUB | {"repo": "acme/shelf", "synced_until": "2025-03-20 04:00", "is_archived": "true"},
        GITHUB
        | {
            "repo": "acme/gone",
            "synced_until": "2026-03-30 04:00",
            "deleted_at": "2026-03-29 04:00",
        },
        IMPORT | {"repo": "jira/SHOP", "synced_until": "2026-02-24 09:00"},
        IMPORT | {"repo": "jira/WEB", "synced_until": "2026-02-23 09:00"},
    ]
    return published(tmp_path, empty, {"repositories": repositories})


def test_what_is_stale_is_named_with_what_to_do(snapshot: Snapshot) -> None:
    assert list(listing(snapshot, "freshness", max_age_days=3, now=NOW)["problem"]) == [
        "acme/never: not read through 2026-03-28, last read until never; run `headway refresh`",
        "acme/stale: not read through 2026-03-28, last read until 2026-03-20; run `headway "
        "refresh`",
        "jira/WEB: its newest export is of 2026-02-23; export it again, then run `headway import "
        "FILE`",
        "published data is as of 2026-02-28; run `headway refresh`, without --as-of",
    ]


def test_who_allows_more_age_gets_it_for_exports_too(snapshot: Snapshot) -> None:
    result = list(listing(snapshot, "freshness", max_age_days=60, now=NOW)["problem"])
    assert [problem.partition(":")[0] for problem in result] == ["acme/never"]


def test_published_day_in_the_future_is_named(snapshot: Snapshot) -> None:
    now = datetime(2026, 2, 27, 9, tzinfo=UTC)
    result = list(listing(snapshot, "freshness", max_age_days=3, now=now)["problem"])
    assert (
        "published data is as of 2026-02-28, which is in the future; set the clock of this "
        "machine, then run `headway refresh`"
    ) in result
