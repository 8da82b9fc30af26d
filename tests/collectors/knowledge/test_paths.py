"""Kinds, scopes and statuses of 446 files of 24 public repositories, typed by a reader."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from collectors.knowledge.documents import link_target, read_facts, status_of
from collectors.knowledge.paths import classify

with (Path(__file__).parent / "files.csv").open(encoding="utf-8", newline="") as LINES:
    ROWS = list(csv.DictReader(LINES))
#: front matter in which a tool writes globs
FIELDS = {"claude_rule": "paths", "copilot_path": "applyTo"}
#: its scope is a folder above its own, and no other file of the repository says why
UNEXPLAINED = "cli/azd/extensions/azure.ai.agents/AGENTS.md"
STATUSES = {
    "": None,
    '"Accepted"': "accepted",
    "Accepted": "accepted",
    "accepted": "accepted",
    "approved": "accepted",
    "{ accepted }": "accepted",
    "Accepted | Amended by [9. Help scripts](0009-help-scripts.md": "accepted",
    "Accepted | Amends [5. Help comments](0005-help-comments.md)": "accepted",
    "proposed": "proposed",
    "{ proposed }": "proposed",
    "{proposed}": "proposed",
    "Pending": "proposed",
    "experimental": "proposed",
    "{ in-progress }": "proposed",
    "on hold": "on hold",
    "Deprecated": "deprecated",
    "{proposed | rejected | accepted | deprecated | … | supersede": None,
}


def test_every_kind_is_the_reader_s() -> None:
    kinds = [(row["path"], file.kind if (file := classify(row["path"])) else None) for row in ROWS]
    assert kinds == [(row["path"], row["kind"]) for row in ROWS]
    assert len(ROWS) == 446


@pytest.mark.parametrize("row", [row for row in ROWS if row["scope"]], ids=lambda row: row["path"])
def test_scope_is_the_reader_s(row: dict[str, str]) -> None:
    file = classify(row["path"])
    assert file is not None
    globs = row["scope"].split("|")
    text = ""
    if row["kind"] in FIELDS and row["scope"] != "none":
        entries = "".join(f'  - "{glob}"\n' for glob in globs)
        text = f"---\n{FIELDS[row['kind']]}:\n{entries}---\nRules.\n"
    patterns = read_facts(file, row["path"], text)["patterns"]
    links = [
        link["path"]
        for link in ROWS
        if link["is_link"] == "1"
        and link["repo"] == row["repo"]
        and link_target(link["path"], link["links_to"]) == row["path"]
    ]
    if row["path"] == UNEXPLAINED:
        assert patterns[0]["text"] == "cli/azd/extensions/azure.ai.agents/"
    elif row["path"].startswith(".agents/"):
        assert links == ["AGENTS.md"]  # whose folder is the root, as the reader says
    elif row["scope"] == "none":
        assert patterns == []
    else:
        assert [pattern["text"] for pattern in patterns] == globs


def test_every_status_is_the_reader_s() -> None:
    for row in ROWS:
        raw = row["status"]
        expected = "superseded" if raw.startswith("superseded") else STATUSES[raw]
        assert status_of(raw or None) == expected, raw


def test_most_files_are_decision_records() -> None:
    counts = Counter(row["kind"] for row in ROWS)
    assert (counts["adr"], counts["agents"], counts["rfc"]) == (202, 92, 26)


@pytest.mark.parametrize(
    ("path", "kind", "covers", "folder"),
    [
        ("CLAUDE.local.md", None, None, None),
        ("llms.txt", None, None, None),
        (".mcp.json", None, None, None),
        ("agents.md", None, None, None),
        ("src/AGENTS.override.md", "agents", "folder", "src"),
        ("templates/AGENTS.md", "agents", "none", "templates"),
        ("tests/fixtures/a/CLAUDE.md", "claude", "none", "tests/fixtures/a"),
        ("web/.cursor/rules/a.mdc", "cursor", "fields", "web"),
        (".cursorrules", "cursor", "folder", ""),
        ("web/.windsurfrules", "windsurf", "folder", "web"),
        (".roorules", "roo", "folder", ""),
        ("AGENT.md", "agents", "folder", ""),
        ("QWEN.md", "other", "folder", ""),
        (".claude/agents/reviewer.md", "skill", "none", ""),
        (".github/prompts/plan.prompt.md", "skill", "none", ""),
        (".github/instructions/web/a.instructions.md", "copilot_path", "fields", ""),
        ("docs/CODEOWNERS", "codeowners", "none", ""),
        ("src/CODEOWNERS", None, None, None),
        ("docs/adr/backend/0003-a.md", "adr", "none", ""),
        ("docs/architecture-decisions/0003-a.md", "adr", "none", ""),
        ("docs/decision-records/0003-a.markdown", "adr", "none", ""),
        ("docs/ADR-0012-a.md", "adr", "none", ""),
        ("rfcs/0002-a/README.md", "rfc", "none", ""),
        (".kiro/steering/tech.md", "kiro", "fields", ""),
        (".windsurf/rules/a.md", "windsurf", "fields", ""),
        (".claude/skills/a/SKILL.md", "skill", "none", ""),
        (".clinerules", "cline", "root", ""),
        ("keps/sig-node/12-x/README.md", "rfc", "none", ""),
        ("runbooks/restore.md", "runbook", "none", ""),
        ("src/decisions/tree.py", None, None, None),
    ],
)
def test_kind_by_path(path: str, kind: str | None, covers: str, folder: str) -> None:
    file = classify(path)
    assert (file and file.kind) == kind
    if file:
        assert (file.covers, file.folder) == (covers, folder)
