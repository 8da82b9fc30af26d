"""Work types: spellings typed by hand, the weights of title words, and the order of evidence."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from queries.sql_files import ROOT, models, read_sql
from tests.support.github_server import serve
from tests.support.independent.examples import dataset, issue, pull
from tests.support.independent.rules import by_title_words, read_title_words
from tests.support.refreshing import publish_file, refresh

SEEDS = ROOT / "seeds"
TYPED = Path(__file__).parent / "work_types.txt"
WORDS = read_title_words(SEEDS)
MODELS = {model.name: model for model in models()}
AS_OF = date(2024, 1, 31)
AT = "2024-01-05T00:00:00Z"
#: rules and what they match, the strongest first; a pull request has all from one rule on
EVIDENCE: dict[str, dict[str, object]] = {
    "revert-title": {"title": 'Revert "Add tests"'},
    "fix-label": {"labels": ["kind/bug"]},
    "feature-linked": {"closing_issues": [90]},
    "docs-prefix": {"title": "docs: add tests"},
    "test-words": {"title": "Add tests for the cart"},
    "chore-branch": {"head_ref": "ci/cart"},
    "only-docs": {"files": [["docs/cart.md", 0, 4, "MODIFIED"]]},
    "only-deletions": {"additions": 0, "deletions": 4},
}
REASONS = {
    "revert-title": ("revert", 'title "Revert"'),
    "fix-label": ("fix", 'label "kind/bug"'),
    "feature-linked": ("feature", 'label "new feature" of the linked issue'),
    "docs-prefix": ("docs", 'title "docs:"'),
    "test-words": ("test", 'title says "tests", begins with "add"'),
    "chore-branch": ("chore", 'branch "ci/"'),
    "only-docs": ("docs", "paths of all changed files"),
    "only-deletions": ("refactor", "lines +0 -4"),
    None: ("unclassified", None),
}


def typed() -> list[tuple[str, str, str, str]]:
    """Return the texts typed by hand: field, text, work type and rule."""
    lines = TYPED.read_text(encoding="utf-8").splitlines()[1:]
    return [tuple(line.split(" | ")) for line in lines]  # type: ignore[misc]


def seed() -> list[dict[str, str]]:
    """Return the product's rules for work types in their order."""
    with (SEEDS / "work_types.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_words(titles: Iterable[str]) -> dict[str, tuple[str, list[str]]]:
    """Return type and reasons of the titles that the SQL of the weights classifies."""
    with duckdb.connect() as db:
        db.execute(read_sql(ROOT / "shared" / "macros.sql").text)
        path = {"path": str(SEEDS / "title_words.csv")}
        db.execute((ROOT / "inputs" / "title_words.sql").read_text(encoding="utf-8"), path)
        db.execute("create table stg_pull_requests (title varchar)")
        db.execute("insert into stg_pull_requests select unnest(?)", [list(titles)])
        rows = db.execute(MODELS["int_title_words"].text).fetchall()
    return {title: (kind, reasons) for title, kind, reasons in rows}


def test_texts_typed_by_hand_decide_their_rule_in_both_engines() -> None:
    rules = seed()
    words = by_words(text for field, text, *_ in typed() if field == "title")
    for field, text, work_type, rule in typed():
        value = {field: text}
        if field == "title" and text in words:
            value["title_words"] = words[text][0]
        matched = [row for row in rules if row["field"] in value]
        texts = [value[row["field"]] for row in matched]
        patterns = [row["pattern"] for row in matched]
        query = "select regexp_matches(text, pattern, 'i') from (select unnest(?), unnest(?)) "
        result = duckdb.execute(query + "as t (text, pattern)", [texts, patterns]).fetchall()
        assert [is_match for (is_match,) in result] == [
            bool(re.search(pattern, text, re.I | re.A))
            for text, pattern in zip(texts, patterns, strict=True)
        ]
        first = next((row for row, (hit,) in zip(matched, result, strict=True) if hit), None)
        decided = (first["work_type"], first["rule"]) if first else ("unclassified", "-")
        assert decided == (work_type, rule), text


def test_every_rule_has_a_text_typed_by_hand() -> None:
    rules = {row["rule"] for row in seed() if row["pattern"]}
    assert rules == {rule for *_, rule in typed()} - {"-"}


def test_title_words_equal_a_plain_computation() -> None:
    dice = random.Random(1)
    terms = sorted(term.removeprefix("^") for term in WORDS)
    starts = ["", "Fixes #12: ", "[web] ", "ABC-12 ", "core: ", "(2) ", "feat(ui)!: ", "\u200b«"]
    titles = {
        dice.choice(starts) + " ".join(dice.sample(terms, dice.randint(0, 7))).title()
        for _ in range(1500)
    } | {text for field, text, *_ in typed() if field == "title"}
    expected = {title: by_title_words(title, WORDS) for title in titles}
    result = by_words(titles)
    assert {title: result.get(title, (None,))[0] for title in titles} == expected
    assert len(set(expected.values())) == 7


@pytest.mark.parametrize(
    ("title", "terms"),
    [
        ("Fix the cart", {"fix", "the", "cart", "^fix"}),
        ("Fixes #12: cart is empty", {"cart", "is", "empty", "^cart", "fix #"}),
        ("resolve ABC-7 - don't wait", {"don't", "wait", "^don't", "fix #"}),
        ("[web][2.1] core: Add it", {"web", "core", "add", "it", "^add"}),
        ("ABC-12 Add", {"abc", "add", "^add"}),
        ("#12", set()),
        ("修正", set()),
        ("x" * 199 + " yy", {"x" * 199, "^" + "x" * 199}),
    ],
)
def test_terms_of_a_title(title: str, terms: set[str]) -> None:
    with duckdb.connect() as db:
        db.execute(read_sql(ROOT / "shared" / "macros.sql").text)
        ((result,),) = db.execute("select title_terms(?)", [title]).fetchall()
    assert sorted(result) == sorted(terms)


def test_weights_name_every_word_once() -> None:
    with (SEEDS / "title_words.csv").open(encoding="utf-8", newline="") as file:
        terms = [row["term"] for row in csv.DictReader(file)]
    assert len(terms) == len(set(terms))
    assert {"(every title)", "^fix", "fix", "support", "add"} <= set(terms)
    assert "in" not in terms


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory, schema_path: Path) -> Path:
    """Return the folder of a ledger with pull requests of ever less evidence."""
    matches = list(EVIDENCE.values())
    pulls = []
    for number in range(len(matches) + 1):
        members: dict[str, object] = {"title": "PROJ-9"}
        for match in reversed(matches[number:]):
            members |= match
        pulls.append(pull(number + 1, AT, **members))
    issues = [issue(90, AT, labels=["new feature"])]
    labels = [{"name": name, "color": "ffffff"} for name in ("kind/bug", "new feature")]
    data = tmp_path_factory.mktemp("evidence")
    shop = dataset(pulls, issues=issues, labels=labels, name="acme/shop")
    with serve({"acme/shop": shop}, schema=schema_path) as server:
        (result,) = refresh(data, server.url, ["acme/shop"])
    assert result.status == "read", result
    return data


def decided(data: Path) -> list[tuple[object, ...]]:
    """Publish a folder and return rule, type and reason of each pull request."""
    with duckdb.connect(str(publish_file(data, AS_OF)), read_only=True) as db:
        return db.execute(
            "select work_type_rule, work_type, work_type_reason from pull_requests order by number"
        ).fetchall()


def test_stronger_evidence_decides_and_is_the_reason(evidence: Path) -> None:
    assert decided(evidence) == [(rule, *reason) for rule, reason in REASONS.items()]


def test_rule_of_a_repository_applies_there_only(evidence: Path) -> None:
    file = evidence / "seeds" / "work_types.csv"
    file.parent.mkdir(exist_ok=True)
    text = "rule,field,pattern,work_type,repo\nours,title,proj-9,chore,{}\n"
    try:
        file.write_text(text.format("acme/w*"), encoding="utf-8")
        assert decided(evidence)[-1] == (None, "unclassified", None)
        file.write_text(text.format("acme/S*"), encoding="utf-8")
        assert decided(evidence)[-1] == ("ours", "chore", 'title "PROJ-9"')
    finally:
        file.unlink()
