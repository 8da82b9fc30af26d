"""Work categories: labels by hand, precision and recall in the docs, and rules of one repository.

``work_categories.csv`` contains 203 changes of two public repositories, each labelled by a reader
before the rules were run on it: round 1 before the rules were written, round 2 after repairs.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from headway.config.compiled import compile_rules
from headway.config.settings import parse_settings
from queries.publish.build import create
from queries.publish.settings import Rule
from queries.sql_files import ROOT, models

TYPED = Path(__file__).parent / "work_category_titles.txt"
LABELLED = Path(__file__).parent / "work_categories.csv"
DOCS = Path(__file__).parents[3] / "docs" / "work-types.md"
KINDS = ("work_types", "path_classes", "work_categories")
TESTFX = "microsoft/testfx"
BUILT = (
    *("int_title_words", "int_sizes", "int_rule_matches", "int_path_matches"),
    *("int_work_types", "int_path_classes", "int_file_mixes", "int_work_categories"),
)
CHANGES = """
create table stg_pull_requests as
select repo, number, title, body, branch as head_branch, additions, deletions from changes_frame;
create table stg_changed_files as from files_frame;
create table stg_repositories as select distinct repo from changes_frame;
create table int_labels as
select repo, number, unnest(labels)::varchar as label from changes_frame;
create table int_linked_issues (repo varchar, number bigint, labels varchar[], type varchar);
create table int_reverts (repo varchar, number bigint);
create table int_rule_values as
select 'title' as field, title as value from changes_frame
union select 'branch', branch from changes_frame
union select 'label', label from int_labels
union select 'path', path from files_frame
union select 'size', '+' || additions || ' -' || deletions from changes_frame
union select 'title_words', unnest(['feature', 'fix', 'docs', 'test', 'refactor', 'chore'])
"""
Change = Mapping[str, object]
Decision = tuple[str, str | None, str]


def change(
    title: str, files: str, number: int = 1, repo: str = "acme/shop", label: str = ""
) -> Change:
    """Return a change with files such as ``src/a.py+3-1 docs/b.md+2-0``."""
    entries = [re.fullmatch(r"(.*)\+(\d+)-(\d+)", entry) for entry in files.split()]
    rows = [(entry[1], int(entry[2]), int(entry[3])) for entry in entries if entry]
    assert len(rows) == len(entries)
    return {
        **{"repo": repo, "number": number, "title": title, "body": "", "branch": "b"},
        **{"labels": [label] if label else [], "files": rows},
        **{"additions": sum(row[1] for row in rows), "deletions": sum(row[2] for row in rows)},
    }


def decide(changes: Sequence[Change], rules: Sequence[Rule]) -> list[Decision]:
    """Return category, rule and reason of each change, by the models of a publish."""
    files = [
        {"repo": row["repo"], "number": row["number"], "path": path, "additions": added}
        | {"deletions": deleted, "area": "/".join(path.split("/")[:-1][:2])}
        for row in changes
        for path, added, deleted in row["files"]  # type: ignore[attr-defined]
    ]
    empty = pd.DataFrame(columns=["name", "on", "transition_days", "teams", "from_on", "to_on"])
    by_name = {model.name: model for model in models()}
    rules = [rule for rule in rules if rule.kind in KINDS]
    with duckdb.connect() as db:
        for name in ("macros", "text"):
            db.execute((ROOT / "shared" / f"{name}.sql").read_text(encoding="utf-8"))
        words = {"path": str(ROOT / "seeds" / "title_words.csv")}
        db.execute((ROOT / "inputs" / "title_words.sql").read_text(encoding="utf-8"), words)
        db.register("rules_frame", pd.DataFrame([vars(rule) for rule in rules], dtype=object))
        db.register("rollouts_frame", empty)
        db.register("closed_frame", empty)
        db.register("expected_frame", empty)
        db.execute((ROOT / "inputs" / "rules.sql").read_text(encoding="utf-8"))
        db.register("changes_frame", pd.DataFrame(changes).drop(columns="files"))
        db.register("files_frame", pd.DataFrame(files))
        db.execute(CHANGES)
        for name in BUILT:
            create(db, by_name[name], rules)
        decided = db.execute(
            "select repo, number, work_category, work_category_rule, work_category_reason "
            "from int_work_categories"
        ).fetchall()
    decision_of = {
        (repo, number): (category, rule, why) for repo, number, category, rule, why in decided
    }
    return [decision_of[row["repo"], row["number"]] for row in changes]


@pytest.fixture(scope="module")
def product() -> list[Rule]:
    """Return the product's rules."""
    return compile_rules(Path("none"))


@pytest.fixture(scope="module")
def labelled() -> list[dict[str, str]]:
    """Return the labelled changes."""
    with LABELLED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def decided(labelled: list[dict[str, str]], product: list[Rule]) -> list[str]:
    """Return the category of each labelled change."""
    return [category for category, *_ in decide(list(changes(labelled)), product)]


def changes(labelled: Sequence[Mapping[str, str]]) -> Iterator[Change]:
    """Yield the labelled changes."""
    for row in labelled:
        yield change(row["title"], row["files"], int(row["number"]), row["repo"])


def documented() -> dict[str, tuple[str, str]]:
    """Return precision and recall by category of the table in the docs."""
    rows = re.findall(r"^\| ([a-z ]+) \| (\d+ of \d+) \| (\d+ of \d+) \|$", DOCS.read_text(), re.M)
    return {category: (precision, recall) for category, precision, recall in rows}


def test_precision_and_recall_are_those_of_the_docs(
    labelled: list[dict[str, str]], decided: list[str]
) -> None:
    pairs = Counter(
        (row["category"], category)
        for row, category in zip(labelled, decided, strict=True)
        if row["repo"] == TESTFX
    )
    assert pairs.total() == 179
    categories = {category for pair in pairs for category in pair}
    measured = {}
    for category in categories:
        agreed = pairs[category, category]
        matched = sum(count for (_, decision_of), count in pairs.items() if decision_of == category)
        labels = sum(count for (label, _), count in pairs.items() if label == category)
        measured[category] = (f"{agreed} of {matched}", f"{agreed} of {labels}")
    assert documented() == measured
    assert sum(pairs[category, category] for category in categories) == 161


def test_documents_of_a_repository_of_documents_are_docs_unless_a_rule_says_otherwise(
    labelled: list[dict[str, str]], decided: list[str]
) -> None:
    pairs = zip(labelled, decided, strict=True)
    drafts = [(row, category) for row, category in pairs if row["repo"] != TESTFX]
    assert Counter(category for _, category in drafts) == {"docs": 23, "product work": 1}
    assert sum(row["category"] == category for row, category in drafts) == 7
    blocks = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    (toml,) = [text for text in blocks if "[[work_categories]]" in text]
    rules = compile_rules(Path("none"), parse_settings(Path("headway.toml"), toml))
    again = decide(list(changes([row for row, _ in drafts])), rules)
    assert (
        sum(
            row["category"] == category
            for (row, _), (category, *_) in zip(drafts, again, strict=True)
        )
        == 14
    )
    # the rule is limited to repositories of that name
    other = decide([change("Rename ECIES", "draft-protocol.md+3-3")], rules)
    assert other == [("docs", "only-docs", "files: docs")]


def test_rules_decide_changes_typed_by_hand(product: list[Rule]) -> None:
    typed = [
        [cell.strip() for cell in line.split("|")]
        for line in TYPED.read_text(encoding="utf-8").splitlines()[1:]
    ]
    rows = [change(title, files, number) for number, (title, files, *_) in enumerate(typed)]
    result = [[category, rule or "-", why] for category, rule, why in decide(rows, product)]
    differing = [
        f"{cells[0]}: decided {have}, typed {cells[2:]}"
        for cells, have in zip(typed, result, strict=True)
        if have != cells[2:]
    ]
    assert not differing, "\n".join(differing)
    rules = {rule.rule for rule in product if rule.kind == "work_categories"}
    assert rules - {cells[3] for cells in typed} == {"design-label", "design-linked"}


def test_change_without_known_files_is_decided_by_rules_without_limits(product: list[Rule]) -> None:
    rows = [
        *(change("Cart", "", 1), change("fix: the cart", "", 2)),
        *(change("Move the cart", "", 3), change("Cart", "src/a.py+1-0", 4, label="design")),
    ]
    assert decide(rows, product) == [
        ("unclassified", None, ""),
        ("debugging", "large-fix", "work type fix"),
        ("migration", "migration-title", 'title "Move"'),
        ("design work", "design-label", 'label "design"'),
    ]


def test_users_class_of_paths_comes_before_the_products(tmp_path: Path) -> None:
    (tmp_path / "path_classes.csv").write_text("rule,pattern,kind\nmodels,^models/,generated\n")
    (tmp_path / "work_categories.csv").write_text(
        "rule,field,pattern,category,max_lines\nlittle,title,.,boilerplate,2\n"
    )
    rows = [change("Cart", "models/a.py+900-0", 1), change("Cart", "src/a.py+2-0", 2)]
    assert decide(rows, compile_rules(tmp_path)) == [
        ("boilerplate", "little", "0 lines of source"),
        ("boilerplate", "little", "2 lines of source"),
    ]
