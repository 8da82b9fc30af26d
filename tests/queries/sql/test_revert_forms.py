"""Forms in which a pull request names the changes that it reverts."""

from __future__ import annotations

import duckdb
import pytest

from queries.sql_files import ROOT, models, read_sql

REVERTS = next(model for model in models() if model.name == "int_reverts")
COMMIT = "0123456789abcdef0123456789abcdef01234567"
#: title and body, and the changes that they revert: 12 is "feat: search", 13 another one
FORMS: list[tuple[str, str, list[int]]] = [
    ("Revert PR #12", "", [12]),
    ("Temporarily revert #12", "", [12]),
    ("[Revert] #12", "", [12]),
    ("[1.2] Revert “feat: search”", "", [12]),
    ("chore: revert #12 and #13", "", [12, 13]),
    ("revert(core): #12", "", [12]),
    ("revert: feat: search", "", [12]),
    ('Revert "feat: search (#12)" on main', "", [12]),
    ("Roll back #12", "", [12]),
    ("Back out pull request #12", "", [12]),
    (f"Revert commit {COMMIT[:7]}", "", [12]),
    ("Broken", "This reverts the changes from #12.", [12]),
    ("Broken", "Reverts **acme/shop#12**, [#13](https://a.example/13)", [12, 13]),
    ("Broken", f"Reverts https://github.com/acme/shop/commit/{COMMIT}", [12]),
    ("Revert a change", "Revert #12", [12]),
    ("Broken", "Reverts GH-12 and gh-13.", [12, 13]),
    ("Revert GH-12", "", [12]),
    ('Revert "feat: search (GH-12)" (GH-20)', "", [12]),
    ("Broken", "Reverts GHSA-12, LIGH-12", []),
    ("Broken", "Rollback plan: revert #12", []),
    ("feat: undo of a step (#12)", "", []),
    ("Revert to the state before #12", "", []),
]


@pytest.mark.parametrize(("title", "body", "expected"), FORMS)
def test_pull_request_reverts_what_it_names(title: str, body: str, expected: list[int]) -> None:
    with duckdb.connect() as db:
        db.execute(read_sql(ROOT / "shared" / "macros.sql").text)
        db.execute(
            "create table int_pull_requests as select 'acme/shop' as repo, * "
            "from (values (12, timestamp '2026-01-01', 'feat: search', '', $1), "
            "(13, timestamp '2026-01-01', 'feat: other', '', 'b'), "
            "(20, timestamp '2026-02-01', $2, $3, 'c')) as t(number, merged_at, title, body, oid)",
            [COMMIT, title, body],
        )
        db.execute(
            "create table int_pull_request_commits as "
            "select repo, number, oid from int_pull_requests; "
            "create table stg_commits as "
            "select repo, number, oid, '' as message from int_pull_requests; "
            "create table stg_default_branch_commits as "
            "select repo, oid, merged_at as committed_at, '' as message from int_pull_requests; "
            "create table stg_repositories as "
            "select 'acme/shop' as repo, 'acme/shop' as name, 'github.com' as host"
        )
        sql = f"select target_number from ({REVERTS.statement}) where number = 20 order by all"
        assert [number for (number,) in db.execute(sql).fetchall()] == expected
