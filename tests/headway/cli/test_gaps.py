"""Report of `headway check` on differences between stored and GitHub's item counts."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

from queries.read.snapshot import listing
from tests.support import company
from tests.support.command import Desk
from tests.support.facts import published
from tests.support.github_server import serve

GITHUB: dict[str, str | None] = {
    "host": "github.com",
    "is_imported": "false",
    "is_archived": "false",
}
COUNTED: dict[str, str | None] = {"counted_until": "2026-03-29", "counted_at": "2026-03-30 04:00"}
PULLS, ISSUES = "pull_request", "issue"


def cell(
    repo: str, month: str, kind: str, stored: int, at_github: int | None
) -> dict[str, str | None]:
    """A row of reconciliation."""
    row: dict[str, str | None] = {
        "repo": repo,
        "month": f"{month}-01",
        "kind": kind,
        "stored": f"{stored}",
    }
    if at_github is None:
        return row
    return row | COUNTED | {"at_github": f"{at_github}", "difference": f"{at_github - stored}"}


def test_a_gap_is_named_by_repository_with_its_months_and_what_to_do(
    tmp_path: Path, empty: Path
) -> None:
    repositories = [
        GITHUB | {"repo": "acme/both", "queued_count": "2"},
        GITHUB | {"repo": "acme/gone", "deleted_at": "2026-03-29 04:00"},
        GITHUB | {"repo": "acme/long", "queued_count": "0"},
        GITHUB | {"repo": "acme/never"},
        GITHUB | {"repo": "acme/whole"},
    ]
    rows = [
        cell("acme/both", "2026-01", PULLS, 8, 9),
        cell("acme/both", "2026-03", PULLS, 8, 9),
        cell("acme/both", "2026-01", ISSUES, 0, 1),
        cell("acme/both", "2026-02", ISSUES, 5, 4),
        cell("acme/gone", "2026-02", ISSUES, 5, 4),
        *(cell("acme/long", f"2025-{month:02}", PULLS, 0, 1_000) for month in range(3, 9)),
        cell("acme/never", "2026-02", ISSUES, 5, None),
        cell("acme/whole", "2026-02", ISSUES, 5, 5),
    ]
    snapshot = published(tmp_path, empty, {"repositories": repositories, "reconciliation": rows})
    assert list(listing(snapshot, "gaps")["problem"]) == [
        "acme/both: not here but at GitHub: 2 pull requests of 2026-01, 2026-03 and 1 issue of "
        "2026-01; "
        "here but not at GitHub: 1 issue of 2026-02; GitHub counted on 2026-03-30; 2 still to "
        "come; "
        "run `headway refresh --full`",
        "acme/long: not here but at GitHub: 6,000 pull requests of 6 months from 2025-03 to "
        "2025-08; "
        "GitHub counted on 2026-03-30; run `headway refresh --full`",
    ]


def test_check_fails_until_the_totals_agree(tmp_path: Path, schema_path: Path) -> None:
    data = {"acme/web": deepcopy(company.datasets()["acme/web"])}
    pull = data["acme/web"]["pulls"][0]
    data["acme/web"]["repository"]["hidden_from_search"] = [pull["number"]]
    desk = Desk(tmp_path / "desk")
    with serve(data, schema=schema_path) as github:
        desk.folder.mkdir()
        desk.set_up(github.url, ["acme/web"])
        assert desk.run("refresh").code == 0
        check = desk.run("check")
        assert check.code == 3
        message = (
            f"acme/web: here but not at GitHub: 1 pull request of {pull['created_at'][:7]}; GitHub "
            f"counted on "
        )
        assert check.out.startswith(message)
        data["acme/web"]["repository"]["hidden_from_search"] = []
        github.reload(data)
        assert desk.run("refresh", "--full").code == 0
        assert desk.run("check").code == 0
    assert desk.rows(
        "select sum(stored)::int, sum(at_github)::int, count(at_github) = count(*) from "
        "reconciliation"
    ) == [(len(data["acme/web"]["pulls"]),) * 2 + (True,)]
