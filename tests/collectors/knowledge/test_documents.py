"""Facts of documents: scopes, stubs, dates, and reasons of decision records."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from collectors.knowledge.documents import date_of, link_target, read_facts
from collectors.knowledge.paths import classify

CASE = re.compile(r"(yes|no)\s+(\S+) (\S+)\s+\|(.*)")
READ = [
    row.groups()
    for line in (Path(__file__).parent / "has_why.txt").read_text(encoding="utf-8").splitlines()
    if (row := CASE.fullmatch(line))
]
RECORD = re.compile(r"^=== (yes|no) (\S+)\n(.*?)(?=^=== |\Z)", re.S | re.M)
#: records written and judged before the rules were run on them
WRITTEN = RECORD.findall((Path(__file__).parent / "records.md").read_text(encoding="utf-8"))
#: the problem alone is the reason, which a reader sees
UNSEEN = [
    "contributing/decisions/2026-01-20-pin-actions.md",
    "docs/adr/0015-sqlite-on-tills.md",
    "docs/adr/0041-no-soft-deletes.md",
]
#: a reason under a heading that no rule knows, and one about a standard, not for the choice
WRONG = [
    "docs/adrs/008-use-svelte-for-embedded-spas.md",
    "docs/decisions/0069-mcp.md",
]


def facts(path: str, text: str) -> dict[str, Any]:
    """Return the facts of a text under a path."""
    file = classify(path)
    assert file is not None
    return read_facts(file, path, text)


def has_why(path: str, text: str) -> bool:
    """Return whether a record under a path says why."""
    return bool(facts(path, text)["has_why"])


def scope(path: str, text: str) -> list[str]:
    """Return the patterns of a text under a path."""
    return [pattern["text"] for pattern in facts(path, text)["patterns"]]


def record(sections: str) -> str:
    """Return a record with these sections, each of so many words."""
    text = "# The title of a record\n"
    for section in sections.split(" | "):
        heading, words, mark = re.fullmatch(r"(#+ .+?) (\d+)( \w+)?", section.strip()).groups()  # type: ignore[union-attr]
        text += "\n" if heading == "# Title" else f"\n{heading}\n\n"
        text += "word " * int(words)
        text += {None: "", " because": "because", " good": "\n\n- Good: word"}[mark] + "\n"
    return text


def test_reasons_agree_with_the_reader() -> None:
    assert len(READ) == 32
    disagreed = [
        path
        for judgement, _, path, sections in READ
        if has_why(path, record(sections)) != (judgement == "yes")
    ]
    assert disagreed == WRONG


def test_reasons_of_records_that_no_rule_was_written_for() -> None:
    assert len(WRITTEN) == 37
    disagreed = [
        path for judgement, path, text in WRITTEN if has_why(path, text) != (judgement == "yes")
    ]
    assert disagreed == UNSEEN


@pytest.mark.parametrize("name", ["README.md", "index.md", "adr-template.md", "0000-template.md"])
def test_indexes_and_templates_hold_no_reason(name: str) -> None:
    assert not has_why(f"docs/adr/{name}", record("## Context 50 because | ## Options 50"))


def test_y_statement_is_a_reason() -> None:
    text = (
        "In the context of the web shop, facing slow pages, we decided for a cache to achieve fast "
        "answers, accepting stale prices for a minute."
    )
    assert has_why("docs/adr/0002-cache.md", text)


@pytest.mark.parametrize(
    "text",
    [
        "# Title\n\n## Context\n\n<!-- " + "word " * 40 + "because -->\n\n## Options\n",
        "# Title\n\n## Context\n\n```\n" + "word " * 40 + "\n```\n\n## Options\n\nnone\n",
        "# Title\n\n## Context\n\n{" + "word " * 40 + "because}\n",
        "# Title\n\n## Decision\n\n" + "word " * 40,
    ],
)
def test_placeholders_and_decisions_alone_are_no_reason(text: str) -> None:
    assert not has_why("docs/adr/0002-cache.md", text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2022-06-30", date(2022, 6, 30)),
        ("2023-11-8", date(2023, 11, 8)),
        ("2023-10-26T00:00:00Z", date(2023, 10, 26)),
        ("{ 2024-09-03 }", date(2024, 9, 3)),
        ("13/02/2016", date(2016, 2, 13)),
        ("1/31/2024", date(2024, 1, 31)),
        ("05.01.2024", date(2024, 1, 5)),
        ("2024/01/05", date(2024, 1, 5)),
        ("20240105", date(2024, 1, 5)),
        ("5 January 2024", date(2024, 1, 5)),
        ("Jan 5th, 2024", date(2024, 1, 5)),
        ("5-Jan-2024", date(2024, 1, 5)),
        ("2024-01-05 (revised 2024-03-01)", date(2024, 1, 5)),
        ("May 2024", None),
        ("2024-023-2706", None),
        ("2024-02-30", None),
        ("", None),
        (None, None),
    ],
)
def test_date_of_a_record(text: str | None, day: date | None) -> None:
    assert date_of(text) == day


@pytest.mark.parametrize(
    ("text", "status", "decided_on"),
    [
        ("---\nstatus: accepted\ndate: 2025-01-02\n---\n# T\n", "accepted", "2025-01-02"),
        ("# 2. T\n\nDate: 12/02/2016\n\n## Status\n\nAccepted\n", "accepted", "2016-02-12"),
        ("# T\n\n* Status: Pending\n* Date: 2024-03-08\n", "proposed", "2024-03-08"),
        ("# T\n\nNo fields.\n", None, None),
        ("---\nstatus: imlpemented\n---\n# T\n", "accepted", None),
        ("---\nstatus: draft # of the guild\n---\n# T\n", "proposed", None),
        ('+++\nstatus = "accepted"\ndate = 2024-01-05\n+++\n# T\n', "accepted", "2024-01-05"),
        (
            "# T\n\n| Status | Declined |\n|---|---|\n| Date | 2024-01-05 |\n",
            "rejected",
            "2024-01-05",
        ),
        (
            "# T\n\n| Status | Date | Owner |\n|---|---|---|\n| Open | 5 May 2024 | ada |\n",
            "proposed",
            "2024-05-05",
        ),
        ("# T\n\n## Status: Final\n\n## Date\n\n2024-01-05\n", "accepted", "2024-01-05"),
        ("# T\n\n## Status\n\n✅ Adopted on 2024-01-05\n", "accepted", "2024-01-05"),
        ("# T\n\n> Status: ~~proposed~~ obsolete\n", "deprecated", None),
        ("= T\n:status: accepted\n\n== Date\n\n2024-01-05\n", "accepted", "2024-01-05"),
        ("= T\n\n== Status\n\nProposed -> Accepted\n", "accepted", None),
        ("T\n=\n\n:Status: Under review\n:Decision date: 2024-01-05\n", "proposed", "2024-01-05"),
    ],
)
def test_status_and_date_of_each_format(text: str, status: str | None, decided_on: str) -> None:
    result = facts("docs/adr/0002-t.md", text)
    assert (result["status"], result["decided_on"]) == (status, decided_on)
    assert result["is_record"]


def test_day_in_the_name_of_a_record_is_its_date() -> None:
    assert facts("docs/decisions/2024-03-11-a.md", "# T\n")["decided_on"] == "2024-03-11"


@pytest.mark.parametrize(
    "text",
    [
        "---\nstatus: superseded\nsuperseded-by: 0004-u.md\n---\n",
        "# T\n\n## Status\n\nAccepted\n\nSuperseded by [4. U](0004-u.md)\n",
    ],
)
def test_successor_beside_the_status(text: str) -> None:
    result = facts("docs/adr/0002-t.md", text)
    assert (result["status"], result["superseded_by"]) == ("superseded", "docs/adr/0004-u.md")


def test_headings_of_asciidoc_are_sections() -> None:
    context = "word " * 10 + "\n\n== Decision\n\nWe cache because it is cheap.\n"
    assert has_why("docs/adr/0002-t.adoc", f"= T\n\n== Context\n\n{context}")


def test_superseding_record_is_resolved_and_choices_are_a_template() -> None:
    superseded = facts("docs/adr/0002-t.md", "---\nstatus: superseded by [4](0004-u.md)\n---\n")
    assert (superseded["status"], superseded["superseded_by"]) == (
        "superseded",
        "docs/adr/0004-u.md",
    )
    choice = facts("docs/adr/0003-t.md", "---\nstatus: {proposed | rejected | accepted}\n---\n")
    assert (choice["status"], choice["is_record"]) == (None, False)


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (".github/instructions/a.instructions.md", "---\napplyTo: '**/*.ts,src/**'\n---\n", 2),
        (".github/instructions/a.instructions.md", "---\napplyTo: '**/*.{ts,tsx}'\n---\n", 1),
        (".github/instructions/a.instructions.md", "applyTo:\n  - cli/**\n---\nText\n", 1),
        (".github/instructions/a.instructions.md", "Text without fields\n", 0),
        (".claude/rules/a.md", "Text for everything\n", 1),
        (".cursor/rules/a.mdc", "---\nalwaysApply: true\n---\n", 1),
        (".cursor/rules/a.mdc", "---\nalwaysApply: true # of all\n---\n", 1),
        (".cursor/rules/a.mdc", '---\nalwaysApply: "true"\nglobs:\n---\n', 1),
        (".cursor/rules/a.mdc", "---\ndescription: by choice\n---\n", 0),
        (".cursor/rules/a.mdc", "---\nglobs: *.ts, *.tsx\n---\n", 2),
        (".windsurf/rules/a.md", "---\ntrigger: model_decision\n---\n", 0),
        (".kiro/steering/a.md", "---\ninclusion: fileMatch\nfileMatchPattern: ['a/**']\n---\n", 1),
        (".kiro/steering/a.md", "---\ninclusion: manual\n---\n", 0),
        ("sdk/AGENTS.md", "---\ndescription: of another tool\nglobs: x/**\n---\n", 1),
    ],
)
def test_number_of_patterns(path: str, text: str, expected: int) -> None:
    assert len(scope(path, text)) == expected


def test_everything_is_the_root() -> None:
    path = ".github/instructions/a.instructions.md"
    (pattern,) = facts(path, '---\napplyTo: "**"\n---\n')["patterns"]
    assert (pattern["prefix"], pattern["regex"]) == ("", None)


@pytest.mark.parametrize(
    ("path", "text", "target"),
    [
        ("CLAUDE.md", "@AGENTS.md\n", "AGENTS.md"),
        ("web/CLAUDE.md", "See [the rules](../AGENTS.md).\n", "AGENTS.md"),
        ("CLAUDE.md", "Read `AGENTS.md` first. " + "More words here. " * 12, None),
        ("CLAUDE.md", "Read AGENTS.md and web/AGENTS.md.\n", None),
        ("AGENTS.md", "# AGENTS.md\n", None),
    ],
)
def test_stub_of_one_line_names_a_document(path: str, text: str, target: str | None) -> None:
    assert facts(path, text)["pointer"] == target


def test_link_target_is_relative_to_its_folder() -> None:
    assert link_target("web/CLAUDE.md", "AGENTS.md") == "web/AGENTS.md"
    assert link_target("AGENTS.md", "./cli/azd/AGENTS.md\n") == "cli/azd/AGENTS.md"


def test_rules_and_their_reasons_are_counted() -> None:
    text = "# Rules\n\n- Do it, because it breaks.\n* Do that.\n1. Or this.\n```\n- no rule\n```\n"
    result = facts("AGENTS.md", text)
    assert (result["rules"], result["reasons"]) == (3, 1)
