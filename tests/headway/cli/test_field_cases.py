"""Situations that users of similar products reported, and what is right in each of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Desk
from tests.support.field import Repository, closing, comment, refreshed, review

BOTS = (
    *("k8s-ci-robot", "CLAassistant", "coveralls", "pytorchmergebot", "googlebot", "rustbot"),
    *("jenkinsbot", "acme-bot", "netlify-deploy-bot", "sonarcloud", "openshift-ci-robot"),
    *("mattermost-build", "svc-changelog", "acme-ci-user", "ElementRobot", "metamaskbot"),
    *("my-renovate", "opensearch-infra"),
)


def merged_by_a_push() -> Repository:
    """Return a repository whose closed pull requests were merged by a push, or not at all."""
    shop = Repository("acme/pushes", 1)
    closed = "2026-09-02T20:00:00Z"

    def close(number: int, title: str, oid: str = "", **more: Any) -> None:
        events = [closing(closed, "bors", **({"closer": oid} if oid else {}))]
        opened = "2026-09-02T10:00:00Z"
        shop.pull(
            number, title, opened=opened, state="CLOSED", closed_at=closed, events=events, **more
        )

    def push(message: str) -> str:
        return shop.push(message, "2026-09-02T19:59:00Z")

    shop.bots.add("bors")
    close(
        *(1, "[Merged by Bors] - feat: lemma"),
        push("feat: lemma (#1)\n\nCo-authored-by: ann <ann@acme.example>"),
    )
    close(2, "[SPARK-1] Join", push("[SPARK-1] Join\n\nCloses #2 from ann/join.\n\nSigned"))
    push("Add a kernel\n\nPull Request resolved: https://github.com/acme/pushes/pull/3")
    close(3, "Add a kernel")
    push("lib: fix\n\nPR-URL: https://github.com/acme/pushes/pull/4\nReviewed-By: Bob")
    close(4, "lib: fix")
    copy = "COPYBARA_INTEGRATE_REVIEW=https://github.com/acme/pushes/pull/5 from ann:x 0123456"
    close(5, "Tidy", push(f"Tidy\n\n{copy}\nPiperOrigin-RevId: 1"))
    close(6, "Fix the parser", push("Fix the parser. Fixes #6"))
    push("Search by name (#7)")
    close(7, "feat: Search by name")
    shop.items["labels"].append({"name": "Merged", "color": "ededed"})
    close(8, "Export", labels=["Merged"])
    close(9, "[Merged by Bors] - feat: import")
    push("Port it\n\nChange-Id: I0123456789abcdef0123456789abcdef01234567\n")
    close(19, "Port", message="Port it\n\nChange-Id: I0123456789abcdef0123456789abcdef01234567")
    push("lib: another name (GH-20)")
    close(20, "lib: another name")
    push("Auto merge of #21 - ann:cache, r=bob\n\nCache more")
    close(21, "Cache it")
    push("Merge pull request #22 from ann:lock\n\nPiperOrigin-RevId: 2")
    close(22, "Lock it")
    push("Speed up the planner")
    close(23, "A faster planner", message="Speed up the planner\n\nIt was slow.")
    # not merged: tidied up, replaced, named by others, closed only, other people's
    push("Warm up the planner")
    shop.merge(25, "Warm up the planner", at="2026-09-02T19:59:30Z")
    close(24, "Warm up the planner")
    shop.push("Cool down the planner", "2026-09-02T19:59:00Z", "zoe")
    close(26, "Cool down the planner")
    stale = push("Close old pull requests\n\nCloses #11\nCloses #12")
    close(11, "Old", stale)
    close(12, "Older", stale)
    shop.merge(14, "feat: another way", at="2026-09-02T19:00:00Z")
    close(13, "feat: one way", shop.items["pulls"][-1]["merge_commit"])
    second = push("feat: a second way. Closes #17")
    shop.merge(18, "feat: ways", at="2026-09-02T19:59:30Z", commits=[second])
    close(17, "feat: a second idea", second)
    push("Revert the idea of #15 (#14)\n\nPR-URL: https://github.com/acme/other/pull/15")
    close(15, "feat: an idea")
    push("Something else (#16)")
    close(16, "feat: a plan")
    return shop


def answered_by_robots() -> Repository:
    """Return a repository whose pull requests are first answered by robots with user accounts."""
    shop = Repository("acme/robots", 2)
    for number, bot in enumerate(BOTS, 1):
        shop.merge(
            number,
            f"feat: {bot}",
            opened="2026-09-02T10:00:00Z",
            at="2026-09-03T10:00:00Z",
            comments=[comment(bot, "2026-09-02T10:01:00Z", association="NONE")],
            reviews=[review("bob", "2026-09-02T20:00:00Z")],
        )
    shop.merge(20, "Update cats-core to 2.13.0", at="2026-09-02T11:00:00Z", author="scala-steward")
    approval = review("pytorchmergebot", "2026-09-02T10:01:00Z")
    shop.merge(21, "feat: x", at="2026-09-02T11:00:00Z", by="ann", reviews=[approval])
    shop.merge(22, "feat: y", at="2026-09-02T11:00:00Z", author="talbot")
    return shop


PRODUCTION = (
    *("prod_eu", "production_us", "prod1", "PROD-EU", "live", "prd", "eu-production", "shop-prod"),
    *("eu-west-1-prod", "Production (blue)", "k8s/prod", "blue", "Production – web", "prod.eu"),
    *("live-eu", "prd-weu", "ProdEU", "webProduction", "euprod", "produção", "本番環境"),
)
NOT_PRODUCTION = (
    "staging",
    "pre-production",
    "prod-preview",
    "nonprod",
    "product-docs",
    "delivery",
    *("preProd", "nprod", "staging-production-mirror", "prod-like", "production-plan", "olive"),
    *("github-pages", "Preview – web", "live-preview", "reproduction", "byproduct"),
)
OWN_RULE = """[[label_rules]]
rule = "blue-environment"
kind = "production"
field = "environment"
pattern = "^(blue|green)$"
"""
TEMPLATE = """Fix the retry loop.

---
##### Did an AI tool help to write this?

<!--
If so, tick the box, name the tool and uncomment the line below.
-->

- [ ] Yes (name the tool)

<!--
Generated-by: [Tool Name] following [the guide](https://example.invalid/guide#gen-ai)
-->
"""
CLAUDE = "Co-authored-by: Claude <noreply@anthropic.com>"
#: body and message of pull requests that deny the use of AI, or only speak of it
WITHOUT_AI = (
    (TEMPLATE, ""),
    ("", "fix: b\n\nAssisted-by: none"),
    ("Text\n\nAssisted-by: N/A", ""),
    ("- [ ] This change was generated with Claude Code\n- [x] I wrote it myself", ""),
    (f"Text\n<!-- If an assistant wrote most of it:\n{CLAUDE}\n-->\n", ""),
    (f"Our hook should refuse this:\n\n```\n{CLAUDE}\n```\n", ""),
    ("", "fix: g\n\nCo-authored-by: Claude Monet <claude.monet@acme.example>"),
    ("", "fix: h\n\nGenerated-by: openapi-generator 7.2"),
    (f"> {CLAUDE}\n\nThe line above is what we no longer accept.", ""),
    ("This was not generated with Claude Code.", ""),
    ("### Was this generated with Claude Code?\n\nNo", ""),
    ("`Generated with Claude Code` is what the hook looks for", ""),
    ("", "fix: n\n\nAssisted-by: Bob Jones <bob@acme.example>"),
    ("Assisted-by: <tool name>\nGenerated-by: protoc-gen-go. DO NOT EDIT.", ""),
    ("Assisted-by: [AI tool name]\n**Generated with Claude Code**: ❌", ""),
    ('The hook finds "Generated with [Claude Code]" in a text.', ""),
    ("", "fix: o\n\nCo-authored-by: Aider Garcia <aider.garcia@acme.example>"),
    ("### Did you use AI tools?\n- [ ] Yes\n- [x] No", "fix: p\n\nAssisted-by: no AI"),
    ("Was AI used? Yes / No", "fix: q\n\nAssisted-by: keine"),
    ("If this was generated with Claude Code, state it below.", ""),
    ("- [x] I understand that AI-generated changes may be closed", ""),
    (
        f"<!-- This is an auto-generated comment -->\n{CLAUDE}\n"
        "<!-- end of auto-generated comment -->",
        "",
    ),
)
WITH_AI = (
    ("Text\n\nAssisted-by: Claude Opus 5", "", "assisted-trailer"),
    ("- [x] Generated with [Claude Code](https://claude.ai/code)", "", "claude-code-text"),
    ("", f"fix: z\n\n{CLAUDE}", "claude-email"),
    ("", "fix: y\n\nAssisted-by: gpt-5-codex", "assisted-trailer"),
    ("### Did you use AI tools?\n- [x] Yes\n- [ ] No", "", "affirmed-text"),
    ("- [x] AI was used for the tests", "fix: x", "affirmed-text"),
    ("AI-assisted: yes", "", "affirmed-trailer"),
    ("", "fix: w\n\nCo-authored-by: Junie <junie@jetbrains.com>", "agent-email"),
    ("Text\n\n<!-- CURSOR_SUMMARY -->\n---\n> [!NOTE]\n> Adds x", "", "cursor-summary-text"),
)


def signs_of_ai() -> Repository:
    """Return a repository whose pull requests state, deny or only mention the use of AI."""
    shop = Repository("acme/signs", 3)
    texts = [*WITHOUT_AI, *((body, message) for body, message, _ in WITH_AI)]
    for number, (body, message) in enumerate(texts, 1):
        title = f"fix: {number}"
        opened = "2026-09-02T10:00:00Z"
        shop.pull(number, title, opened=opened, body=body, message=message or title)
    return shop


def reverts() -> Repository:
    """Return a repository with reverts in the forms of several projects."""
    shop = Repository("acme/reverts", 4)
    for number in range(1, 11):
        shop.merge(number, f"feat: f{number}", at=f"2026-09-{number:02}T12:00:00Z")
    first, second = (row["merge_commit"][:12] for row in shop.items["pulls"][6:8])
    original = (
        "<!-- start_original_pr_link -->\nReverts: acme/reverts#1\n<!-- end_original_pr_link -->"
    )
    texts = {
        11: ('Reverts "feat: f1 (#1)"', f"{original}\nInitiated by: bob", ""),
        12: ("Revert the last two", "Reverts #2 and #3", ""),
        13: ("Revert f4", "Reverts https://github.com/acme/reverts/pull/4", ""),
        15: ("Revert #5 and #6 to make CI pass again", "", ""),
        16: (
            *("revert: f7 and f8", ""),
            f"revert: f7 and f8\n\nThis reverts commits {first} and {second}.",
        ),
    }
    for number, (title, body, message) in texts.items():
        at = f"2026-09-{number}T12:00:00Z"
        shop.merge(number, title, at=at, body=body, message=message or title)
    docs = shop.merge(
        17, "docs: how to revert", at="2026-09-17T12:00:00Z", body="`Reverts #9`\n> Reverts #9"
    )
    oid = docs["merge_commit"][:12]
    shop.merge(18, "Roll back the change of PR #9", at="2026-09-18T12:00:00Z")
    shop.merge(19, 'Back out "feat: f10"', at="2026-09-19T12:00:00Z")
    shop.push(f"Backed out changeset {oid}", "2026-09-20T12:00:00Z")
    shop.merge(21, "feat: undo and roll back", at="2026-09-21T12:00:00Z", body="Can undo #18.")
    return shop


def environments() -> Repository:
    """Return a repository with deployments to environments of many names."""
    shop = Repository("acme/environments", 5)
    shop.merge(1, "feat: one", at="2026-09-01T12:00:00Z")
    for minute, name in enumerate((*PRODUCTION, *NOT_PRODUCTION)):
        oid = shop.items["pulls"][0]["merge_commit"]
        shop.deploy(name, oid, f"2026-09-03T10:{minute:02}:00Z")
    return shop


def first_deployment() -> Repository:
    """Return a repository that tells GitHub of its deployments only after eight months."""
    shop = Repository("acme/first", 6)
    for month in range(1, 10):
        shop.merge(month, f"feat: f{month}", at=f"2026-0{month}-05T12:00:00Z")
    shop.deploy("production", shop.history[-1], "2026-09-10T10:05:00Z")
    shop.merge(20, 'Revert "feat: f1"', at="2026-09-12T12:00:00Z", body="Reverts acme/first#1")
    shop.deploy("production", shop.history[-1], "2026-09-12T12:15:00Z")
    return shop


def imported_deployments() -> tuple[Repository, str]:
    """Return a repository that is deployed without GitHub, and a CSV file of its deployments."""
    shop = Repository("acme/imported", 7)
    oids = [
        shop.merge(day, f"feat: f{day}", at=f"2026-09-0{day}T12:00:00Z")["merge_commit"]
        for day in range(1, 5)
    ]
    shop.release("V3", oids[2], "2026-09-06T00:00:00Z")
    return shop, (
        "Repository;Environment;SHA;Deployed at;Status;Link\n"
        f"https://github.com/acme/imported;production;{oids[0][:8]};2026-09-01 13:00;success;\n"
        f"acme/imported;production;{oids[1]};2026-09-02 13:00;Failed;\n"
        f"acme/imported;staging;{oids[3]};2026-09-05 13:00;success;\n"
        "acme/imported;prod-eu;v3;2026-09-05 14:00;;https://ci.example/3\n"
        f"acme/unknown;production;{oids[3]};2026-09-05 13:00;success;\n"
    )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, schema_path: Path) -> Iterator[Desk]:
    """A desk that has refreshed the repositories of these cases."""
    repositories = [
        merged_by_a_push(),
        answered_by_robots(),
        signs_of_ai(),
        reverts(),
        environments(),
        first_deployment(),
    ]
    imported, deployments = imported_deployments()
    repositories.append(imported)
    inbox = {"deployments.csv": deployments}
    with refreshed(
        repositories, tmp_path_factory.mktemp("field"), schema_path, OWN_RULE, inbox
    ) as desk:
        yield desk


def pulls(desk: Desk, repo: str, columns: str) -> list[tuple[Any, ...]]:
    """Return these columns of each pull request of a repository, by number."""
    return desk.rows(
        f"select number, {columns} from pull_requests where repo = 'acme/{repo}' order by number"
    )


def test_robots_with_user_accounts_answer_nothing(desk: Desk) -> None:
    rows = pulls(desk, "robots", "author_kind, pickup_hours, is_merged_unreviewed")
    assert rows == [
        *((number, "human", 10, False) for number in range(1, len(BOTS) + 1)),
        (20, "bot", None, True),
        (21, "human", None, True),
        (22, "human", None, True),
    ]


def test_text_that_denies_or_mentions_ai_is_no_signal(desk: Desk) -> None:
    rows = pulls(desk, "signs", "authorship, authorship_rule")
    count = len(WITHOUT_AI)
    assert rows[:count] == [(number, "no signal", None) for number in range(1, count + 1)]
    assert [row[1:] for row in rows[count:]] == [("assisted", rule) for *_, rule in WITH_AI]


def test_bot_that_pushes_and_closes_has_merged(desk: Desk) -> None:
    columns = "state, merged_at::varchar, cycle_hours, merged_by_kind, merge_rule"
    rows = pulls(desk, "pushes", columns)
    merged = ("merged", "2026-09-02 20:00:00", 10, "bot")
    assert [row[1:] for row in rows[:9]] == [
        *[(*merged, "closing commit")] * 2,
        *[(*merged, "commit message")] * 2,
        *[(*merged, "closing commit")] * 2,
        (*merged, "commit message"),
        (*merged, "merged-label"),
        (*merged, "merged-title"),
    ]
    assert [row for row in rows if row[0] in (19, 20, 21, 22, 23)] == [
        *((number, *merged, "commit message") for number in (19, 20, 21, 22)),
        (23, *merged, "same commit"),
    ]
    closed = [row[0] for row in rows if row[1:] == ("closed", None, None, None, None)]
    assert closed == [11, 12, 13, 15, 16, 17, 24, 26]


def test_reverts_in_other_words_undo_what_they_name(desk: Desk) -> None:
    rows = pulls(desk, "reverts", "reverted_at::date::varchar, is_revert, work_type = 'revert'")
    days = (11, 12, 12, 13, 15, 15, 16, 16, 18, 19)
    assert rows == [
        *((number, f"2026-09-{day}", False, False) for number, day in enumerate(days, 1)),
        *((number, None, True, True) for number in (11, 12, 13, 15, 16)),
        (17, "2026-09-20", False, False),
        *((number, None, True, True) for number in (18, 19)),
        (21, None, False, False),
    ]


def test_production_has_many_names_and_rules_of_its_own(desk: Desk) -> None:
    rows = desk.rows("select environment, is_production from deployments where repo like '%envi%'")
    assert {name for name, is_production in rows if is_production} == set(PRODUCTION)
    assert {name for name, is_production in rows if not is_production} == set(NOT_PRODUCTION)


def test_first_recorded_deployment_has_shipped_nothing_that_is_known(desk: Desk) -> None:
    rows = pulls(desk, "first", "deployed_at::varchar, lead_hours")
    assert rows == [
        *((month, None, None) for month in range(1, 10)),
        (20, "2026-09-12 12:15:00", 4.25),
    ]
    assert desk.rows("from change_failures where repo = 'acme/first'") == []


def test_imported_deployments_ship_what_their_commits_contain(desk: Desk) -> None:
    columns = "environment, is_production, state, pull_request_count"
    rows = desk.rows(f"select {columns} from deployments where repo = 'acme/imported' order by all")
    assert rows == [
        ("prod-eu", True, "succeeded", 2),
        ("production", True, "failed", 0),
        ("production", True, "succeeded", None),
        ("staging", False, "succeeded", 0),
    ]
    shipped = pulls(desk, "imported", "deployed_at::varchar, lead_hours")
    assert shipped == [
        (1, None, None),
        (2, "2026-09-05 14:00:00", 78),
        (3, "2026-09-05 14:00:00", 54),
        (4, None, None),
    ]
    urls = desk.rows("select url from shipments where repo = 'acme/imported' order by shipped_at")
    assert urls == [(None,), ("https://ci.example/3",)]
