"""Forms in which a pull request names the changes that it reverts."""

from __future__ import annotations

import duckdb
import pytest

from queries.sql_files import ROOT, models, read_sql

REVERTS = next(model for model in models() if model.name == "int_reverts")
COMMIT = "0123456789abcdef0123456789abcdef01234567"
OTHER = "89abcdef0123456789abcdef0123456789abcdef"
#: title and body, and the changes that they revert: 12 is "feat: search", 13 "feat: other", and 14
#: the revert of 12; REPO is the repository
FORMS: list[tuple[str, str, list[int]]] = [
    # titles
    ("Revert PR #12", "", [12]),
    ("Temporarily revert #12", "", [12]),
    ("Emergency revert of #12", "", [12]),
    ("[Revert] #12", "", [12]),
    ("[1.2] Revert “feat: search”", "", [12]),
    ("[Backport 2.x] [Revert] feat: search (#12)", "", [12]),
    ("PROJ-9 | Revert #12", "", [12]),
    ("[SPARK-9][SQL] Revert «feat: search»", "", [12]),
    ("WIP: chore(web): revert #12 and #13", "", [12, 13]),
    ("Revert #12/#13", "", [12, 13]),
    ("Revert PR 12", "", [12]),
    ("Revert https://github.com/REPO/pull/12", "", [12]),
    ("Revert acme/else#12", "", []),
    ("revert(core): #12", "", [12]),
    ("revert: feat: search", "", [12]),
    ("revert: search and other", "", [12, 13]),
    ('Revert "feat: search", "feat: other"', "", [12, 13]),
    ('Revert "feat: search (#12)" on main', "", [12]),
    ('Revert "feat: Search by words (#12)"', "", [12]),
    ('Revert "feat: search (GH-12)" (GH-20)', "", [12]),
    ('Revert "Merge pull request #12 from ann/search"', "", [12]),
    ('Revert "Revert "feat: search (#12)""', "", [14]),
    (r'Revert "Revert \"feat: search (#12)\""', "", [14]),
    ("Revert of feat: search (patchset #1 id:1 of https://a.example/1/)", "", [12]),
    ("Automated rollback of #12", "", [12]),
    ("Roll back #12", "", [12]),
    ("Back out pull request #12", "", [12]),
    ("Fix the crash by reverting #12", "", [12]),
    ("回滚 #12", "", [12]),
    ("Rückgängig: feat: search", "", [12]),
    (f"Revert commit {COMMIT[:7]}", "", [12]),
    ("Revert GH-12", "", [12]),
    ("feat: undo of a step (#12)", "", []),
    ("Add a revert button (#12)", "", []),
    ("Partial revert of #12", "", []),
    ("Revert to the state before #12", "", []),
    # bodies
    ("Broken", "This reverts the changes from #12.", [12]),
    ("Broken", "This pull request reverts the pull requests #12, PR #13.", [12, 13]),
    ("Broken", "Reverts **REPO#12**, [#13](https://a.example/13)", [12, 13]),
    ("Broken", "**Reverts** #12 as well as #13, see #14", [12, 13]),
    ("Broken", "Reverts:\n- #12\n- https://github.com/REPO/pull/13\n\nFixes #14", [12, 13]),
    ("Broken", "Reverts [feat: search](https://github.com/REPO/pull/12)", [12]),
    ("Broken", "Revert-Of: #12", [12]),
    ("Broken", f"Reverts https://github.com/REPO/commit/{COMMIT}", [12]),
    ("Broken", f"Reverts commits {COMMIT[:10]}, {OTHER[:10]}.", [12, 13]),
    ("Broken", f"This reverts commit {COMMIT}, reversing\nchanges made to {OTHER}.", [12]),
    ("Broken", f"This partially reverts commit {COMMIT}.", []),
    ("Broken", "Partially reverts #12", []),
    ("Broken", "Instead of reverting #12, skip it", []),
    ("Broken", "Closes #13 by reverting #12", [12]),
    ("Revert a change", "Revert #12", [12]),
    ("Broken", "Reverts GH-12 and gh-13.", [12, 13]),
    ("Broken", "Reverts GHSA-12, LIGH-12", []),
    ("Broken", "Rollback plan: revert #12", []),
    ("Reland search", "#12 was reverted by #14, backed out in #14.", []),
]


@pytest.fixture(scope="module")
def reverted() -> dict[str, list[int]]:
    """Return the numbers of the reverted changes, by repository: one for each form."""
    rows = [
        row
        for n, (title, body, _) in enumerate(FORMS)
        for row in (
            (f"acme/r{n}", 12, "2026-01-01", "feat: search", "", COMMIT),
            (f"acme/r{n}", 13, "2026-01-01", "feat: other", "", OTHER),
            (f"acme/r{n}", 14, "2026-01-02", 'Revert "feat: search (#12)"', "", "b"),
            *[
                (
                    f"acme/r{n}",
                    20,
                    "2026-02-01",
                    *(s.replace("REPO", f"acme/r{n}") for s in (title, body)),
                    "c",
                )
            ],
        )
    ]
    with duckdb.connect() as db:
        db.execute(read_sql(ROOT / "shared" / "macros.sql").text)
        db.execute(
            "create table int_pull_requests (repo varchar, number bigint, merged_at timestamp, "
            "title varchar, body varchar, oid varchar)"
        )
        db.executemany("insert into int_pull_requests values (?, ?, ?, ?, ?, ?)", rows)
        db.execute(
            "create table int_pull_request_commits as "
            "select repo, number, oid from int_pull_requests; "
            "create table stg_commits as "
            "select repo, number, oid, '' as message from int_pull_requests; "
            "create table stg_default_branch_commits as "
            "select repo, oid, merged_at as committed_at, '' as message from int_pull_requests; "
            "create table stg_repositories as "
            "select distinct repo, repo as name, 'github.com' as host from int_pull_requests"
        )
        targets = db.execute(
            f"select repo, list(target_number order by target_number) "
            f"from ({REVERTS.statement}) where number = 20 group by repo"
        ).fetchall()
    return dict(targets)


@pytest.mark.parametrize("form", range(len(FORMS)), ids=lambda n: " ".join(FORMS[n][:2])[:60])
def test_pull_request_reverts_what_it_names(reverted: dict[str, list[int]], form: int) -> None:
    assert reverted.get(f"acme/r{form}", []) == FORMS[form][2]
