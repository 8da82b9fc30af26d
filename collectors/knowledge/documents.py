"""Facts of a document: scope, status, date and reasons. The text itself is not kept."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from collectors.knowledge.paths import DECISIONS, KnowledgeFile, is_record
from collectors.knowledge.patterns import Pattern, folder_pattern, glob_pattern

#: raise it if more facts are read: documents are then read again
FACTS_VERSION = 3
#: a file of at most so many bytes that only names another instruction file is the same document
STUB_MOST = 200
#: a file with less than both gives no guidance
RULES_LEAST, BYTES_LEAST = 5, 400
INSTRUCTIONS = r"(?:AGENTS|CLAUDE|GEMINI|copilot-instructions)\.md"
POINTER = re.compile(rf"(?:@|\]\(|`|\s|^)((?:[\w.-]+/|\./|\.\./)*{INSTRUCTIONS})")
FIELD = re.compile(r"^\s{0,3}(\w[\w-]*):\s*(.*?)\s*$")
TOML_FIELD = re.compile(r"^\s*(\w[\w-]*)\s*=\s*(.*?)\s*$")
ITEM = re.compile(r"^\s*-\s+(.+?)\s*$")
BULLET = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+\S")
#: of Markdown or AsciiDoc, or underlined
HEADING = re.compile(
    r"^(#{1,6}|={1,6})[ \t]+(.+?)[ \t]*[#=]*[ \t]*$|^(\S.*)\n(?:=+|-{3,})[ \t]*$", re.M
)
#: "since" of a time, such as "since version 2", is no reason
REASON = re.compile(
    r"\b(?:because|due to|in order to|to avoid|so that|rather than|which is why"
    r"|since(?! (?:then|version|release|v?\d|last|the (?:start|beginning|first|last)|"
    r"january|february|march|april|may|june|july|august|september|october|november|december)\b))"
    r"\b",
    re.I,
)
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
#: field in a line of its own, an item, a quotation, a heading, or a row of a table
FIELD_LINE = r"^[ \t]*(?:[>|*:#-]+[ \t]*)*\**(?:{})\**[ \t]*(?::|\|)[ \t:*]*([^\n]*[^\s|])"
STATUS_LINE = re.compile(FIELD_LINE.format("status"), re.I | re.M)
DATE_LINE = re.compile(FIELD_LINE.format("(?:decision )?date|decided(?: on)?"), re.I | re.M)
#: first two rows of a table: its header and values
TABLE = re.compile(r"^\|(.+)\|[ \t]*\n\|[ \t:|-]+\|[ \t]*\n\|(.+)\|[ \t]*$", re.M)
SUCCESSOR_LINE = re.compile(r"^\W*(?:superseded|replaced) by\b.*$", re.I | re.M)
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
MONTH = rf"(?P<month>{'|'.join(MONTHS)})[a-z]*\.?"
#: forms of a day; 12/02/2016 is the 12th of February
DAYS = [
    re.compile(form, re.I)
    for form in (
        r"(?<![\d-])(?P<y>\d{4})(?P<mark>[-/.])(?P<m>\d{1,2})(?P=mark)(?P<d>\d{1,2})(?![\d-])",
        r"(?<![\d-])(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?![\d-])",
        r"\b(?P<d>\d{1,2})(?P<mark>[/.])(?P<m>\d{1,2})(?P=mark)(?P<y>\d{4})\b",
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[ -]{MONTH}[ ,-]+(?P<y>\d{{4}})\b",
        rf"\b{MONTH} (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})\b",
    )
]
STATUSES = {
    "accepted": "accepted",
    "approved": "accepted",
    "implemented": "accepted",
    "final": "accepted",
    "active": "accepted",
    "adopted": "accepted",
    "decided": "accepted",
    "ratified": "accepted",
    "implementable": "accepted",
    "imlpemented": "accepted",
    "proposed": "proposed",
    "provisional": "proposed",
    "draft": "proposed",
    "pending": "proposed",
    "in-progress": "proposed",
    "in progress": "proposed",
    "experimental": "proposed",
    "open": "proposed",
    "rfc": "proposed",
    "wip": "proposed",
    "in review": "proposed",
    "under review": "proposed",
    "under discussion": "proposed",
    "on hold": "on hold",
    "deferred": "on hold",
    "postponed": "on hold",
    "rejected": "rejected",
    "withdrawn": "rejected",
    "declined": "rejected",
    "abandoned": "rejected",
    "cancelled": "rejected",
    "canceled": "rejected",
    "deprecated": "deprecated",
    "obsolete": "deprecated",
    "retired": "deprecated",
    "superseded": "superseded",
    "replaced": "superseded",
}
#: headings of the parts of a record, and an item of a list that weighs a choice
CONTEXT = re.compile(
    r"context|problem|motivation|background|driver|rationale|reason|justification|^(?:why|issue)\b",
    re.I,
)
DRIVERS = re.compile(r"motivation|driver|rationale|reason|justification|^why\b", re.I)
OPTIONS = re.compile(
    r"option|alternative|\bpros\b|\bcons\b|consequence|benefit|trade-?off|drawback|implication"
    r"|\brisks?\b|advantage|argument",
    re.I,
)
OUTCOME = re.compile(r"decision|outcome", re.I)
WEIGHED = re.compile(r"^\s*[-*+]\s*(?:good|bad|neutral|positive|negative)\b", re.I | re.M)
#: bold label at the start of a line, which is a heading
LABEL = re.compile(r"^[ \t]*(?:[*-] )?\*\*([^*\n]{2,60}?)(?::\*\*|\*\*:|\*\*[ \t]*$)", re.M)
#: text that templates ask to be replaced: in brackets of any kind, or a question of Nygard's
PLACEHOLDER = re.compile(
    r"\{[^{}]*\}|<[a-z][^<>]*>|\[(?:[^\[\]\s]+\s+){2,}[^\[\]]*\](?!\()"
    r"|What is the (?:issue|change) that we're [^?]*\?|What becomes easier or [^?]*\?",
    re.I,
)
Y_STATEMENT = re.compile(
    r"in the context of\b.{5,600}?\bfacing\b.{5,600}?\bto achieve\b.{5,600}?\baccepting\b",
    re.I | re.S,
)


def read_facts(file: KnowledgeFile, path: str, text: str) -> dict[str, Any]:
    """Return the facts of a document: patterns of its scope, pointer, rules and decision."""
    fields, body = _split(text)
    facts: dict[str, Any] = {"patterns": [pattern.row for pattern in _scope(file, path, fields)]}
    facts["pointer"] = _pointer(path, text)
    bullets = [line for line in _prose(body).splitlines() if BULLET.match(line)]
    facts["rules"] = len(bullets)
    facts["reasons"] = sum(REASON.search(line) is not None for line in bullets)
    if file.kind in DECISIONS:
        facts |= _decision(path, fields, body)
    return facts


def status_of(text: str | None) -> str | None:
    """Return the normalised status of a record; None if there is none or a list of choices."""
    if text is None:
        return None
    text = re.sub(r"~~.*?~~", "", LINK.sub(r"\1", text))
    plain = re.sub(r"[*_`\"'{}]", "", text).strip().lower()
    last = re.split(r"->|→", re.split(r"\||\n|<br", plain)[0])[-1]
    first = re.sub(r"^\W+", "", last)
    if "|" in plain and re.search(r"\bproposed\b.*\|.*\b(?:rejected|accepted)\b", plain):
        return None
    return next((value for word, value in STATUSES.items() if first.startswith(word)), None)


def date_of(text: str | None) -> date | None:
    """Return the first day in a text, if it is one."""
    matches = [match for form in DAYS if (match := form.search(text or ""))]
    if not matches:
        return None
    parts = min(matches, key=lambda match: match.start()).groupdict()
    name = parts.get("month")
    month = MONTHS.index(name.lower()) + 1 if name else int(parts["m"])
    day = int(parts["d"])
    if month > 12 and parts["mark"] == "/":  # of the United States
        month, day = day, month
    try:
        return date(int(parts["y"]), month, day)
    except ValueError:
        return None


def _has_why(body: str) -> bool:
    """Return whether a record says why: reasons beside a context, options or the outcome.

    The text is without its fields; what stands before its sections is context.
    """
    prose = PLACEHOLDER.sub("", _prose(body))
    if Y_STATEMENT.search(prose):
        return True
    parts = {"context": CONTEXT, "drivers": DRIVERS, "options": OPTIONS, "outcome": OUTCOME}
    words = dict.fromkeys(parts, 0)
    reasons = dict.fromkeys(parts, False)
    for titles, content in _sections(LABEL.sub(r"###### \1\n", prose)):
        for name, pattern in parts.items():
            is_first = name == "context" and not any(titles)
            if is_first or any(pattern.search(title) for title in titles):
                words[name] += len(re.findall(r"\w[\w'-]*", content))
                reasons[name] |= bool(REASON.search(content) or WEIGHED.search(content))
    return (
        words["drivers"] >= 20
        or (words["context"] >= 10 and (words["options"] >= 5 or any(reasons.values())))
        or (words["options"] >= 30 and reasons["options"])
        or (words["outcome"] >= 10 and reasons["outcome"] and words["context"] >= 5)
    )


def _sections(text: str) -> list[tuple[list[str], str]]:
    """Return the sections of a text: the headings above each, and its own text."""
    result: list[tuple[list[str], str]] = []
    titles: list[tuple[int, str]] = []
    start = 0
    headings = [(_level(match), match) for match in HEADING.finditer(text)]
    # one heading of the first level is the title, whose words say nothing of the parts
    has_title = [level for level, _ in headings].count(1) == 1
    for level, match in headings:
        result.append(([title for _, title in titles], text[start : match.start()]))
        titles = [entry for entry in titles if entry[0] < level]
        is_title = has_title and level == 1
        titles.append((level, "" if is_title else (match[2] or match[3])))
        start = match.end()
    return [*result, ([title for _, title in titles], text[start:])]


def _level(heading: re.Match[str]) -> int:
    """Return the level of a heading, which is marked before it or underlined."""
    if heading[1]:
        return len(heading[1])
    return 1 if heading[0].rstrip().endswith("=") else 2


def _decision(path: str, fields: Mapping[str, Any], body: str) -> dict[str, Any]:
    """Return the facts of a decision record."""
    sections = {titles[-1].lower(): text.strip() for titles, text in _sections(body) if titles}
    section = sections.get("status", "")
    successor_line = SUCCESSOR_LINE.search(section)
    line = STATUS_LINE.search(body)
    cells = _table(body)
    raw = (
        fields.get("status")
        or cells.get("status")
        or (successor_line[0] if successor_line else section)
        or (line[1] if line else None)
    )
    raw = f"{raw}" if raw else None
    own_date = DATE_LINE.search(body)
    days = (
        f"{fields.get('date') or ''}",
        cells.get("date"),
        own_date[1] if own_date else None,
        sections.get("date"),
        section,
        posixpath.basename(path)[:10],
    )
    day = next((value for text in days if (value := date_of(text))), None)
    is_choice = raw is not None and status_of(raw) is None and "|" in raw
    can_decide = is_record(path) and not is_choice
    status = status_of(raw)
    link = LINK.search(raw or "")
    field = f"{fields.get('superseded-by') or fields.get('superseded_by') or ''}"
    target = link[2] if link else field if field.endswith(".md") else ""
    return {
        "is_record": can_decide,
        "has_status": raw is not None,
        "status": status,
        "superseded_by": _relative(path, target) if target and status == "superseded" else None,
        "decided_on": day.isoformat() if day else None,
        "has_why": can_decide and _has_why(body),
    }


def _table(body: str) -> dict[str, str]:
    """Return the fields of a table that has a status in its first row of values, by header."""
    for match in TABLE.finditer(body):
        header, values = ([cell.strip(" *") for cell in row.split("|")] for row in match.groups())
        cells = dict(zip((name.lower() for name in header), values, strict=False))
        if status_of(cells.get("status")):
            return cells
    return {}


def _split(text: str) -> tuple[dict[str, Any], str]:
    """Return the fields of the front matter and the text below; the first ``---`` may be missing.

    YAML cannot read globs such as ``**/*.py`` without quotes, so the fields are read line by line.
    """
    lines = text.lstrip("\ufeff").splitlines()
    mark, form = ("+++", TOML_FIELD) if lines[:1] == ["+++"] else ("---", FIELD)
    begin = 1 if lines[:1] == [mark] else 0
    end = next((i for i, line in enumerate(lines[begin:], begin) if line.rstrip() == mark), None)
    if end is None or (not begin and not all(_is_field(line) for line in lines[:end])):
        return {}, text
    fields: dict[str, Any] = {}
    name = ""
    for line in lines[begin:end]:
        if (item := ITEM.match(line)) and name:
            before = fields[name]
            fields[name] = [*(before if isinstance(before, list) else []), _unquoted(item[1])]
        elif match := form.match(line):
            name = match[1]
            fields[name] = _value(match[2])
    return fields, "\n".join(lines[end + 1 :])


def _is_field(line: str) -> bool:
    return not line.strip() or bool(FIELD.match(line) or ITEM.match(line))


def _value(text: str) -> Any:
    """Return a value of the front matter: a list in brackets, or a text, without its comment."""
    text = re.sub(r"^(\"[^\"]*\"|'[^']*'|[^\"'].*?)\s+#.*$", r"\1", text)
    if text.startswith("[") and text.endswith("]") and "](" not in text:
        return [_unquoted(entry) for entry in text[1:-1].split(",") if entry.strip()]
    return _unquoted(text)


def _unquoted(text: str) -> str:
    text = text.strip()
    is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if is_quoted else text


def _globs(value: Any) -> list[str]:
    """Return the globs of a field: a list, or texts between commas outside of braces."""
    entries = value if isinstance(value, list) else re.split(r",(?![^{]*\})", value or "")
    return [_unquoted(entry) for entry in entries if entry.strip()]


def _scope(file: KnowledgeFile, path: str, fields: Mapping[str, Any]) -> list[Pattern]:
    """Return the patterns of the paths that a file covers; none if an agent chooses it."""
    if file.covers in ("folder", "root"):
        return [folder_pattern(file.folder)]
    if file.covers == "none":
        return []
    names = {
        "claude_rule": "paths",
        "copilot_path": "applyTo",
        "kiro": "fileMatchPattern",
    }
    globs = _globs(fields.get(names.get(file.kind, "globs")))
    is_always = {
        "claude_rule": not globs,
        "cursor": fields.get("alwaysApply") == "true",
        "windsurf": fields.get("trigger") == "always_on",
        "kiro": fields.get("inclusion", "always") == "always",
    }.get(file.kind, False)
    if is_always:
        return [folder_pattern(file.folder)]
    is_manual = fields.get("inclusion") == "manual" or fields.get("trigger") in (
        "manual",
        "model_decision",
    )
    return [] if is_manual else [glob_pattern(glob, file.folder) for glob in globs]


def _pointer(path: str, text: str) -> str | None:
    """Return the path of the instruction file that a one-line stub names; None for others."""
    if len(text.encode()) > STUB_MOST:
        return None
    targets = {_relative(path, match[1]) for match in POINTER.finditer(text)} - {path}
    return targets.pop() if len(targets) == 1 else None


def link_target(path: str, text: str) -> str:
    """Return the path to which a symbolic link points."""
    return _relative(path, text.strip())


def _relative(path: str, target: str) -> str:
    """Return the path in the repository of a target that is relative to a file's folder."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target.partition("#")[0]))


def _prose(text: str) -> str:
    """Return a text without comments and code."""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    text = re.sub(r"^(```|~~~).*?^\1\s*$", "", text, flags=re.S | re.M)
    return re.sub(r"`[^`\n]*`", "", text)
