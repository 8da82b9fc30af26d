"""Organisations: which repositories of an owner are read and published, and what that costs."""

from __future__ import annotations

import fnmatch
import re

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from queries.github_settings import any_of, not_a_pattern

LETTERS = st.text("abAB-._1", min_size=1, max_size=4)
PIECES = st.one_of(LETTERS, st.sampled_from(["*", "?", "[ab]", "[!a]", "[a-b1]", "[-b]", "[!.-]"]))
PATTERNS = st.lists(PIECES, min_size=1, max_size=4).map("".join)


@given(st.tuples(PATTERNS, PATTERNS).map("/".join), st.tuples(LETTERS, LETTERS).map("/".join))
def test_a_pattern_matches_the_same_names_when_collecting_when_publishing_and_in_a_shell(
    pattern: str, name: str
) -> None:
    assert not_a_pattern(pattern) == ""
    expected = fnmatch.fnmatchcase(name.lower(), pattern.lower())
    expression = any_of([pattern, "other/one"])
    assert bool(re.fullmatch(expression, name, re.I)) == expected
    found = duckdb.execute(
        "select regexp_full_match($name, $expression, 'i')", {"name": name, "expression": expression}
    )
    assert found.fetchone() == (expected,)
