"""Kinds of files that codify knowledge, by their path."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

Coverage = Literal["folder", "root", "fields", "none"]
DECISIONS = ("adr", "rfc")
#: files of owners: GitHub reads the first of them only
OWNERS_FILES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
#: people's documents have no scope
PEOPLE = ("contributing", "testing", "style", "architecture", "security", "runbook")


@dataclass(frozen=True)
class KnowledgeFile:
    """Kind of a file, and what decides the paths that it covers.

    ``folder``: its folder and below; ``root``: the folder that its tool's folder is in;
    ``fields``: globs in its front matter.
    """

    kind: str
    covers: Coverage
    folder: str = ""


#: pattern of the path, kind and coverage; the first match decides. ``base`` is the covered folder.
TOOLS: tuple[tuple[str, str, Coverage], ...] = (
    (r"(?P<base>.*/)?AGENTS?(?:\.override)?\.md", "agents", "folder"),
    (r"(?P<base>.*/)?\.claude/CLAUDE\.md", "claude", "root"),
    (r"(?P<base>.*/)?CLAUDE\.md", "claude", "folder"),
    (r"(?P<base>.*/)?\.claude/rules/.+\.md", "claude_rule", "fields"),
    (r"\.github/copilot-instructions\.md", "copilot", "root"),
    (r"\.github/instructions/.+\.instructions\.md", "copilot_path", "fields"),
    (r"(?P<base>.*/)?\.cursor/rules/.+\.mdc?", "cursor", "fields"),
    (r"(?P<base>.*/)?\.cursorrules", "cursor", "folder"),
    (r"(?P<base>.*/)?GEMINI\.md", "gemini", "folder"),
    (r"(?P<base>.*/)?\.gemini/styleguide\.md", "style", "none"),
    (r"(?P<base>.*/)?\.windsurf/rules/.+\.md", "windsurf", "fields"),
    (r"(?P<base>.*/)?\.windsurfrules", "windsurf", "folder"),
    (r"(?P<base>.*/)?\.kiro/steering/.+\.md", "kiro", "fields"),
    (r"(?P<base>.*/)?\.clinerules/(?:workflows|hooks)/.+\.md", "cline", "none"),
    (r"(?P<base>.*/)?\.clinerules(?:/.+\.md)?", "cline", "root"),
    (r"(?P<base>.*/)?\.roo/rules[^/]*/.+\.md", "roo", "root"),
    (r"(?P<base>.*/)?\.roorules", "roo", "folder"),
    (r"(?P<base>.*/)?\.junie/guidelines\.md", "junie", "root"),
    (r"(?P<base>.*/)?\.openhands/microagents/repo\.md", "openhands", "root"),
    (r"(?P<base>.*/)?\.openhands/microagents/.+\.md", "openhands", "none"),
    (r"(?P<base>.*/)?(?:\.goosehints|(?:CRUSH|QWEN|WARP)\.md|\.rules)", "other", "folder"),
    (
        r"(?P<base>.*/)?(?:\.amazonq/rules|\.continue/rules|\.augment/rules)/.+\.md",
        "other",
        "root",
    ),
    (r"(?:.*/)?SKILL\.md", "skill", "none"),
    (
        r"(?:.*/)?(?:\.claude/(?:agents|commands)|\.github/(?:agents|prompts))/.+\.md",
        "skill",
        "none",
    ),
    (r"(?:.*/)?CONVENTIONS\.md", "conventions", "none"),
)
#: ends of a text of a decision record
TEXT = r"\.(?:md|markdown|adoc|rst)"
#: files of people, and decision records: the case of letters is of no account
DOCUMENTS: tuple[tuple[str, str], ...] = (
    (
        r"(?:.*/)?(?:adrs?|(?:architectur(?:e|al)-)?decisions?(?:-records?|-logs?)?)/"
        rf"(?:[^/]+/)?[^/]+{TEXT}",
        "adr",
    ),
    (rf"(?:.*/)?adr-?\d{{2,}}[^/]*{TEXT}", "adr"),
    (rf"(?:.*/)?(?:rfcs?|enhancements|design-docs?)/(?:[^/]+/)?[^/]+{TEXT}", "rfc"),
    (r"(?:.*/)?keps/.+/readme\.md", "rfc"),
    (r"(?:.*/)?(?:docs?|contributing)/(?:.*/)?testing/.+\.mdx?", "testing"),
    (r"(?:.*/)?testing\.(?:mdx?|rst)", "testing"),
    (r"(?:.*/)?[^/]*style-?_?guide(?:lines)?\.(?:mdx?|rst)", "style"),
    (r"(?:.*/)?contributing(?:\.(?:mdx?|rst|txt|adoc))?", "contributing"),
    (r"(?:.*/)?architecture\.(?:mdx?|rst)", "architecture"),
    (r"(?:.*/)?security\.(?:mdx?|rst)", "security"),
    (r"(?:.*/)?runbooks?/.+\.mdx?", "runbook"),
)
#: copies of others' instructions: templates, fixtures and vendored skills cover nothing
COPIES = re.compile(
    r"(?:^|/)(?:templates?|fixtures?|testdata|vendor|node_modules|third_party)/"
    r"|(?:^|/)\.?(?:agents|claude|github|cursor)/skills/",
    re.I,
)
_TOOLS = [(re.compile(pattern), kind, covers) for pattern, kind, covers in TOOLS]
_DOCUMENTS = [(re.compile(pattern, re.I), kind) for pattern, kind in DOCUMENTS]
#: records that are the README of their own folder
OWN_FOLDER = re.compile(
    r"(?:.*/)?(?:keps/[^/]+/[^/]+|(?:adrs?|decisions|rfcs?)/\d{2,}[^/]*)/readme\.\w+", re.I
)
#: records that hold no decision: indexes, templates and the record that ``adr init`` writes
NO_RECORD = re.compile(
    r"(?:readme|index)\.\w+|.*template.*|0*1-record-architecture-decisions\.md", re.I
)


def classify(path: str) -> KnowledgeFile | None:
    """Return the kind of a file; None if it codifies no knowledge."""
    if path in OWNERS_FILES:
        return KnowledgeFile("codeowners", "none")
    is_copy = COPIES.search(path) is not None
    for pattern, kind, covers in _TOOLS:
        if match := pattern.fullmatch(path):
            base = match.groupdict().get("base") or ""
            return KnowledgeFile(kind, "none" if is_copy else covers, base.rstrip("/"))
    for pattern, kind in _DOCUMENTS:
        if pattern.fullmatch(path):
            return None if is_copy else KnowledgeFile(kind, "none")
    return None


def is_record(path: str) -> bool:
    """Return whether a file among decision records can hold a decision."""
    if OWN_FOLDER.fullmatch(path):
        return True
    return NO_RECORD.fullmatch(PurePosixPath(path).name) is None
