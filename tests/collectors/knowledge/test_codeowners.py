"""CODEOWNERS as GitHub reads it: patterns, order, invalid lines and size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import duckdb
import pytest

from collectors.knowledge.codeowners import SIZE_MOST, OwnerRule, read_rules
from collectors.knowledge.patterns import Pattern, glob_pattern
from queries.sql_files import ROOT, read_sql

Matches = Callable[[Pattern, str], bool]
Owner = Callable[[Iterable[OwnerRule], str], str | None]


@pytest.fixture(scope="module")
def matches() -> Iterator[Matches]:
    """Yield a function that matches a path to a pattern as the models do."""
    with duckdb.connect() as db:
        db.execute(read_sql(ROOT / "shared" / "macros.sql").text)

        def match(pattern: Pattern, path: str) -> bool:
            values = [path, pattern.prefix, pattern.regex]
            row = db.execute("select matches_path(?, ?, ?::varchar)", values).fetchone()
            assert row is not None
            return bool(row[0])

        yield match


@pytest.fixture(scope="module")
def owner(matches: Matches) -> Owner:
    """Return a function for the first owner of a path by the last rule that matches it.

    An empty text if it was cleared, None if unmatched.
    """

    def first_owner(rules: Iterable[OwnerRule], path: str) -> str | None:
        decisive = [rule for rule in rules if matches(rule.pattern, path)][-1:]
        return "".join(decisive[0].owners[:1]) if decisive else None

    return first_owner


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*", "a/b.py", True),
        ("/**", "a/b.py", True),
        ("*.py", "b.py", True),
        ("*.py", "a/b.py", True),
        ("*.py", "a/b.pyc", False),
        ("docs/*", "docs/a.md", True),
        ("docs/*", "docs/a/b.md", False),
        ("docs/", "docs/a/b.md", True),
        ("docs/*.md", "docs/a.md", True),
        ("docs/*.md", "docs/a/b.md", False),
        ("/*", "a.py", True),
        ("/*", "a/b.py", False),
        ("/*.js", "a.js", True),
        ("/*.js", "web/a.js", False),
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
        ("*.PY", "a.py", False),
        ("/apps/[a-c].py", "apps/b.py", False),
        ("[id].tsx", "web/[id].tsx", True),
    ],
)
def test_pattern(pattern: str, path: str, expected: bool, owner: Owner) -> None:
    assert owner(read_rules(f"{pattern} @ada"), path) == ("@ada" if expected else None)


def test_last_matching_line_wins(owner: Owner) -> None:
    rules = read_rules("* @all\n/src/ @acme/shop @bea\n*.md @docs\n")
    assert owner(rules, "src/a.py") == "@acme/shop"
    assert owner(rules, "src/a.md") == "@docs"
    assert owner(rules, "b.py") == "@all"


def test_line_without_owners_clears_ownership(owner: Owner) -> None:
    rules = read_rules("/src/ @ada\n/src/vendor/\n")
    assert owner(rules, "src/vendor/a.py") == ""
    assert owner(rules, "src/a.py") == "@ada"
    assert owner(rules, "b.py") is None


def test_invalid_lines_are_skipped(owner: Owner) -> None:
    rules = read_rules(
        "/a/ @ada\n!/a/x @bea\n\\#a @bea\n/a/y bea\n[Section] @bea\n^[Other][2] @bea\n"
        "# comment\n/b/ @ada # and why\n/c/ ada@acme.example\n"
    )
    assert [rule.line for rule in rules] == [1, 8, 9]
    assert owner(rules, "a/x") == owner(rules, "a/y") == "@ada"
    assert owner(rules, "b/x") == "@ada"
    assert owner(rules, "c/x") == "ada@acme.example"


def test_line_with_an_error_owns_nothing(owner: Owner) -> None:
    rules = read_rules("/a/ @ada\n/a/b/ @unknown\n", {2})
    assert owner(rules, "a/b/c") == "@ada"


def test_comment_behind_a_pattern_clears_ownership(owner: Owner) -> None:
    rules = read_rules("/a/ @ada\r\n/a/b/ # nobody yet\r\n")
    assert (owner(rules, "a/x"), owner(rules, "a/b/c")) == ("@ada", "")


#: the example in GitHub's documentation
EXAMPLE = """\ufeff* @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/* docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.py", "@global-owner1"),
        ("x/y.js", "@js-owner"),
        ("cmd/main.go", "docs@example.com"),
        ("a/notes.txt", "@octo-org/octocats"),
        ("build/logs/a/b.log", "@octocat"),
        ("docs/a.md", "@doctocat"),
        ("web/docs/a.md", "@global-owner1"),
        ("scripts/x.sh", "@doctocat"),
        ("web/apps/x.py", "@octocat"),
        ("apps/github/x.py", ""),
    ],
)
def test_example_of_the_documentation(path: str, expected: str, owner: Owner) -> None:
    assert owner(read_rules(EXAMPLE), path) == expected


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("*\t@ada\t@bea\n", "a", "@ada"),
        ("*.md @ada_corp\n", "x.md", "@ada_corp"),
        ("*.md first.last+x@sub.acme.co.uk\n", "x.md", "first.last+x@sub.acme.co.uk"),
        ("[Two words] @docs\n*.md @bea\n", "x.md", "@bea"),
        ("*.{js,ts} @ada\n", "x.ts", None),
        (".github @ada\n", ".github/workflows/x.yml", "@ada"),
        ("./src/ @ada\n", "src/x", None),
        ("*.md @ada,@bea\n", "x.md", None),
    ],
)
def test_other_forms_of_lines(text: str, path: str, expected: str | None, owner: Owner) -> None:
    assert owner(read_rules(text), path) == expected


def test_catch_all_is_marked() -> None:
    rules = read_rules("* @a\n** @a\n/** @a\n/* @a\n*.py @a\n")
    assert [rule.row["is_catch_all"] for rule in rules] == [True, True, True, False, False]


def test_file_above_the_limit_is_ignored() -> None:
    line = "/a/ @ada\n"
    assert read_rules(line + "#" * (SIZE_MOST - len(line)))
    assert read_rules(line + "#" * (SIZE_MOST - len(line) + 1)) == []


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
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
def test_glob_of_an_instruction_file(
    glob: str, path: str, expected: bool, matches: Matches
) -> None:
    assert matches(glob_pattern(glob), path) == expected
