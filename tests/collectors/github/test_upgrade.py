"""Ledger of the first Headway: published unchanged, then read again in full."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import duckdb

from collectors.ledger.ledger_file import MIGRATIONS
from collectors.ledger.opening import open_ledger
from collectors.ledger.store import now
from collectors.source import Progress
from tests.support.company.expand import expand
from tests.support.github_server import Server, serve
from tests.support.github_server.client import rest_get
from tests.support.refreshing import publish_tables, raw_tables, refresh
from tests.support.tracker import SHOP, WEB, nodes

REPOS = ["acme/shop", "acme/web"]
LAST = date(2026, 2, 1)


def old_ledger(github: Server, data: Path) -> None:
    """Write a ledger as the first Headway did: issues of the feed, deployments without an id."""
    refresh(data, github.url, REPOS)
    path, new = data / "ledger.duckdb", data / "new.duckdb"
    path.rename(new)
    with duckdb.connect(str(path)) as db:
        db.execute((MIGRATIONS / "001.sql").read_text("utf-8"))
        db.execute(f"attach '{new}' as new (read_only)")
        db.execute("insert into migrations values (1, current_timestamp::timestamp, '0.1')")
        db.execute("insert into watermarks from new.watermarks where name in ('feed', 'history')")
        older = (
            "select * exclude (deleted_at) replace (1 as details_version) "
            "from new.github_pull_requests"
        )
        db.execute(f"insert into github_pull_requests {older}")
        for table in ("repositories", "releases", "commits"):
            db.execute(f"insert into github_{table} from new.github_{table}")
        names = ("id", "environment", "commitOid", "createdAt", "updatedAt", "state")
        stored = ", ".join(f"'{name}', node->>'{name}'" for name in names)
        node = f"json_object({stored}, 'statuses', node->'statuses')"
        db.execute(
            f"insert into github_deployments select * replace ({node} as node) "
            "from new.github_deployments"
        )
        for item in rest_get(github, "/repos/acme/shop/issues?state=all&per_page=100"):
            key = [github.url.removeprefix("http://"), 101, item["number"], item["node_id"]]
            values = [*key, item["updated_at"].removesuffix("Z"), now(), json.dumps(item)]
            db.execute("insert into github_issues values (?, ?, ?, ?, ?, ?, ?)", values)
    new.unlink()


def test_old_ledger_is_published_unchanged_and_then_read_in_full(
    schema_path: Path, tmp_path: Path
) -> None:
    with serve(expand([SHOP, WEB]), schema=schema_path) as github:
        old, fresh = tmp_path / "old", tmp_path / "fresh"
        refresh(fresh, github.url, REPOS)
        old.mkdir()
        old_ledger(github, old)
        open_ledger(
            old / "ledger.duckdb", "test"
        ).__exit__()  # any command but a dry run upgrades it
        published, whole = publish_tables(old, LAST), publish_tables(fresh, LAST)
        assert published["pull_requests"] == whole["pull_requests"]
        first, second, _ = nodes(old, "github_issues")
        zoe = {"__typename": "User", "login": "zoe"}
        assert (first["state"], first["stateReason"], first["author"]) == (
            "CLOSED",
            "COMPLETED",
            zoe,
        )
        assert (first["labels"][0]["name"], second["stateReason"], second["timelineItems"]) == (
            "ux debt",
            "DUPLICATE",
            [],
        )
        reports: list[Progress] = []
        refresh(old, github.url, REPOS, report=reports.append)
        assert [step.note for step in reports if step.note] == [
            "acme/shop: pull requests and issues to read again, in more detail: 3",
            "acme/web: pull requests and issues to read again, in more detail: 1",
        ]
        assert raw_tables(old) == raw_tables(fresh)
        assert publish_tables(old, LAST) == whole
