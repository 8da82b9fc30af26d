"""Enterprise Servers whose schema lacks fields, arguments, types or values of the queries."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from collectors.github.repository import Result
from tests.support import tiny
from tests.support.github_server import serve
from tests.support.refreshing import refresh
from tests.support.schemas import (
    OLDEST,
    oldest_enterprise_server,
    with_issue_types,
    without_value,
)

SHOP = "acme/shop"
SCHEMAS: dict[str, Callable[[str], str]] = {
    "github.com": with_issue_types,
    f"Enterprise Server {OLDEST}": oldest_enterprise_server,
    "no such value": lambda schema: without_value(
        without_value(schema, "IssueTimelineItemsItemType", "MARKED_AS_DUPLICATE_EVENT"),
        "PullRequestTimelineItemsItemType",
        "CONVERT_TO_DRAFT_EVENT",
    ),
    "no such type": lambda schema: re.sub(r"\bHeadRefForcePushedEvent\b", "OtherEvent", schema),
}
UNKNOWN = {
    "github.com": [],
    f"Enterprise Server {OLDEST}": [
        *("closedByPullRequestsReferences of Issue", "enableDuplicate of Issue"),
    ],
    "no such value": [
        "CONVERT_TO_DRAFT_EVENT of PullRequest",
        "MARKED_AS_DUPLICATE_EVENT of Issue",
    ],
    "no such type": ["HeadRefForcePushedEvent of PullRequestTimelineItemsConnection"],
}


def read(schema_path: Path, folder: Path, server: str) -> tuple[Result, int]:
    """Read the repository from a server with this schema; return result and requests."""
    schema = folder / "schema.graphql"
    text = SCHEMAS[server](schema_path.read_text(encoding="utf-8"))
    schema.write_text(text, encoding="utf-8")
    with serve({SHOP: tiny.complete(SHOP)}, schema=schema) as github:
        (result,) = refresh(folder, f"{github.url}/api/v3", [SHOP])
        return result, github.stats()["requests"]


@pytest.mark.parametrize("server", SCHEMAS)
def test_older_server_costs_only_what_it_does_not_know(
    schema_path: Path, tmp_path: Path, server: str
) -> None:
    result, requests = read(schema_path, tmp_path, server)
    assert result.status == "read"
    known = result.message.partition(" does not know ")[2]
    assert known.split(", ") == (UNKNOWN[server] or [""])
    assert requests <= 12
    with duckdb.connect(str(tmp_path / "ledger.duckdb"), read_only=True) as db:
        rows = db.execute(
            "select number, node->>'stateReason', node->>'$.issueType.name', "
            "json_array_length(node, '$.timelineItems') from github_issues order by number"
        ).fetchall()
    kind = "Bug" if server == "github.com" else None
    events = 12 if server == "no such value" else 13
    assert rows == [(1, "COMPLETED", kind, events), (3, None, None, 0)]
