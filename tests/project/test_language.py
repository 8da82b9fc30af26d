"""Names, docstrings, comments, help, pages and docs use the field's words."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.machine import ROOT

#: words of names: participles and adverbs in place of a noun, and private words
NAME_WORDS = re.compile(
    "found|said|told|asked|lacking|held|kept|gone|taken|given|wanted|met|tell|telling|says|saying|"
    "sayings|one|others|place|keepsake|findings?|endings|mend|trail|doors?|lanes?|riders?|sweep|"
    "walks?|patience|spells?|stretch|stretches"
)
#: whole names that are no noun
NAMES = re.compile("what|this|that|left|shown|named|seen|chosen|wrong|right|then|when|looked")
#: names of the field that have such a word
TERMS = {"NOT_FOUND"}
#: phrases that no docstring, comment, message, page, SQL header or page of docs contains
PHRASES = re.compile(
    r"\b(keepsakes?|sayings?|spells?|stretches|doors?|lanes?|riders?|endings|mends?|mended|"
    r"lets? us in|tells? (?:of|apart|how|what|that|where|which)|told (?:of|apart)|"
    r"(?:is|are) told|says? (?:so|how|what|where|which|that)|said (?:so|how|what|that)|"
    r"stands? (?:for|there|in|beside|above|below)|"
    r"what is (?:gone|asked|told|said|read|held|left|there)|whoever|whatever|"
    r"(?:some|any)body(?:'s)?|nobody's?|longer than any|at length|in sight|goes? on|"
    r"comes? (?:of|to)|put back|brought forward)\b",
    re.IGNORECASE,
)
#: words that no docstring begins with: a verb begins a function's, a noun a class's
OPENINGS = re.compile(r"(What|Whether|Whatever|Who|How|Where|Why|The way)\b")
ROOMS = (
    *(
        "collectors/github",
        "collectors/imports",
        "collectors/ledger",
        "collectors/spend",
        "collectors/people.py",
    ),
    *(
        "headway/cli",
        "headway/config",
        "headway/demo",
        "headway/ui",
        "dashboard.py",
        "collectors/source.py",
    ),
    *(
        "queries/catalog",
        "queries/publish",
        "queries/read",
        "queries/sql",
        "queries/statistics",
        "queries/text",
    ),
    *(
        "queries/sql_files.py",
        "queries/errors.py",
        "deploy",
        "docs",
        "README.md",
        "tests",
        "Makefile",
    ),
)


def files(room: str) -> Iterator[Path]:
    """Yield the text files of a room, without test data and what repeats words on purpose."""
    path = ROOT / room
    for file in [path] if path.is_file() else sorted(path.rglob("*")):
        is_text = file.suffix in (
            ".py",
            ".sql",
            ".md",
            ".yml",
            ".service",
            ".timer",
            ".crontab",
            "",
        )
        hidden = {"__pycache__", "company", "ledgers", "migrations"} & set(file.parts)
        if file.is_file() and is_text and not hidden and file.name != Path(__file__).name:
            yield file


def names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield each name that a module binds, with its line; a test's name is a sentence."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("test_"):
            yield node.lineno, node.name


def docstrings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield each docstring of a module with its line."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            continue
        if text := ast.get_docstring(node):
            yield node.body[0].lineno, text


def prose(path: Path, text: str) -> Iterator[tuple[int, str]]:
    """Yield the comments of a file with their lines; of a page of docs, every line."""
    if path.suffix == ".py":
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        yield from ((t.start[0], t.string) for t in tokens if t.type == tokenize.COMMENT)
    else:
        mark = {".sql": "--", ".md": ""}.get(path.suffix, "#")
        lines = enumerate(text.splitlines(), 1)
        yield from ((number, line) for number, line in lines if line.lstrip().startswith(mark))


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the sentences in a module's strings: messages, help and page text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, node.value


def problems(path: Path) -> Iterator[str]:
    """Yield each banned word of a file with its place."""
    text = path.read_text(encoding="utf-8")
    where = path.relative_to(ROOT).as_posix()
    passages = list(prose(path, text))
    if path.suffix == ".py":
        tree = ast.parse(text)
        for line, name in names(tree):
            words = re.split(r"_|(?<=[a-z])(?=[A-Z])", name.lower())
            has_word = any(NAME_WORDS.fullmatch(word) for word in words)
            if name not in TERMS and (has_word or NAMES.fullmatch(name)):
                yield f"{where}:{line}: name {name}"
        passages += texts(tree)
        for line, text in docstrings(tree):
            if OPENINGS.match(text):
                yield f"{where}:{line}: docstring begins with {text[:20]!r}"
    for line, passage in passages:
        for match in PHRASES.finditer(passage):
            yield f"{where}:{line}: {match[0]!r}"


@pytest.mark.parametrize("room", ROOMS)
def test_words_are_those_of_the_field(room: str) -> None:
    """Names, docstrings and comments of a room hold no banned word."""
    assert [problem for path in files(room) for problem in problems(path)] == []
