"""CODEOWNERS as GitHub reads it: patterns, order, invalid lines and size."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from collectors.knowledge.codeowners import SIZE_MOST, OwnerRule, read_rules
from collectors.knowledge.patterns import glob_pattern


def deciding_rule(rules: Sequence[OwnerRule], path: str) -> OwnerRule | None:
    """Return the last rule that matches a path; None if the path is unmatched."""
    return next((rule for rule in reversed(rules) if rule.pattern.matches(path)), None)


def owner(text: str, path: str) -> str | None:
    """Return the first owner of a path, an empty text if it was cleared, None if unmatched."""
    rule = deciding_rule(read_rules(text), path)
    return None if rule is None else "".join(rule.owners[:1])


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*", "a/b.py", True),
        ("/**", "a/b.py", True),
        ("*.py", "b.py", True),
        ("*.py", "a/b.py", True),
        ("*.py", "a/b.pyc", False),
        ("docs/*", "docs/a.md", True),
        ("docs/*", "docs/a/b.md", False),
        ("docs/", "docs/a/b.md", True),
        ("docs/", "web/docs/a.md", True),
        ("/docs/", "web/docs/a.md", False),
        ("/docs/", "docs/a.md", True),
        ("/docs", "docs/a.md", True),
        ("docs", "web/docs/a.md", True),
        ("docs", "docs.md", False),
        ("web/docs", "web/docs/a.md", True),
        ("web/docs", "a/web/docs/b.md", False),
        ("**/logs", "a/b/logs/c.txt", True),
        ("**/logs", "logs/c.txt", True),
        ("a/**/z", "a/z", True),
        ("a/**/z", "a/b/c/z", True),
        ("a/**", "a/b/c", True),
        ("foo/**/", "foo/a/b", True),
        ("/apps/[param]/x", "apps/[param]/x", True),
        ("/apps/[param]/x", "apps/p/x", False),
        ("/a?c.py", "abc.py", True),
        ("/a?c.py", "a/c.py", False),
        (r"/my\ docs/", "my docs/a.md", True),
        ("/Docs/", "docs/a.md", False),
    ],
)
def test_pattern(pattern: str, path: str, matches: bool) -> None:
    assert owner(f"{pattern} @ada", path) == ("@ada" if matches else None)


def test_last_matching_line_wins() -> None:
    text = "* @all\n/src/ @acme/shop @bea\n*.md @docs\n"
    assert owner(text, "src/a.py") == "@acme/shop"
    assert owner(text, "src/a.md") == "@docs"
    assert owner(text, "b.py") == "@all"


def test_line_without_owners_clears_ownership() -> None:
    text = "/src/ @ada\n/src/vendor/\n"
    assert owner(text, "src/vendor/a.py") == ""
    assert owner(text, "src/a.py") == "@ada"
    assert owner(text, "b.py") is None


def test_invalid_lines_are_skipped() -> None:
    text = (
        "/a/ @ada\n!/a/x @bea\n\\#a @bea\n/a/y bea\n[Section] @bea\n^[Other][2] @bea\n"
        "# comment\n/b/ @ada # and why\n/c/ ada@acme.example\n"
    )
    assert [rule.line for rule in read_rules(text)] == [1, 8, 9]
    assert owner(text, "a/x") == owner(text, "a/y") == "@ada"
    assert owner(text, "b/x") == "@ada"
    assert owner(text, "c/x") == "ada@acme.example"


def test_line_with_an_error_owns_nothing() -> None:
    text = "/a/ @ada\n/a/b/ @unknown\n"
    rule = deciding_rule(read_rules(text, {2}), "a/b/c")
    assert rule is not None
    assert rule.owners == ("@ada",)


def test_catch_all_is_marked() -> None:
    rules = read_rules("* @a\n** @a\n/** @a\n/* @a\n*.py @a\n")
    assert [rule.row["is_catch_all"] for rule in rules] == [True, True, True, False, False]


def test_file_above_the_limit_is_ignored() -> None:
    line = "/a/ @ada\n"
    assert read_rules(line + "#" * (SIZE_MOST - len(line)))
    assert read_rules(line + "#" * (SIZE_MOST - len(line) + 1)) == []


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("**/*.py", "a.py", True),
        ("**/*.py", "a/b/c.py", True),
        ("*.ts", "a/b.ts", True),
        ("src/**", "src/a/b", True),
        ("src/**", "web/src/a", False),
        ("**/*.{ts,tsx}", "a/b.tsx", True),
        ("**/*.{ts,tsx}", "a/b.js", False),
        ("tests/**/*.py", "tests/a.py", True),
        ("src/*.py", "src/a/b.py", False),
    ],
)
def test_glob_of_an_instruction_file(glob: str, path: str, matches: bool) -> None:
    assert glob_pattern(glob).matches(path) == matches
