"""Rules in force: the user's come before the product's, and an error is one line with its place."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import get_args

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from headway.config.compiled import compile_rules, text_markers
from headway.config.errors import SettingsError
from headway.config.fields import Expression, Table, problem
from headway.config.rules import KINDS, SEEDS, LabelRule, WorkType, add_label_rule
from headway.config.settings import parse_settings
from queries.publish.settings import Rule

TOML = Path("headway.toml")
SPELLINGS = Path(__file__).parent / "labels.txt"
HEAD = "rule,field,pattern,work_type\n"
MISTAKES = {
    "": "line 1: the file is empty; export or save it again",
    "rule,pattern,field\n": (
        "line 1, column 1: the column work_type is missing; the header is "
        "rule,field,pattern,work_type"
    ),
    "rule;pattern;kind;field;work_type\n": "line 1, column 3: unknown column 'kind'; known: rule,",
    HEAD + "a,title,feature\n": "line 2, column 4: 3 cells where the header has 4; add a separator",
    HEAD + "a,title,(a,b),feature\n": "line 2, column 5: 5 cells where the header has 4",
    HEAD + ",title,x,feature\n": "line 2, column 1: rule: must not be empty",
    HEAD + "\na,title,x,\n": "line 3, column 4: work_type: must not be empty",
    HEAD + "a,titel,x,feature\n": "line 2, column 2: field: must be 'title', 'body', 'branch'",
    HEAD + "a,title,(x,feature\n": (
        "line 2, column 3: pattern: not a regular expression (missing ): (x); correct it"
    ),
    HEAD + "a,title,x(?=y),feature\n": (
        "line 2, column 3: pattern: not a regular expression (invalid perl operator: (?=)"
    ),
    HEAD
    + "a,title,x,fix\na,title,y,fix\n": "line 3, column 1: a second rule 'a'; give it another name",
    HEAD + "revert-titel,title,,revert\n": (
        "line 2, column 3: the pattern of 'revert-titel' is empty; did you mean"
    ),
    HEAD + "mine,title,,feature\n": "line 2, column 3: the pattern of 'mine' is empty; write one",
    HEAD + '"a,title,x,feature\n': "line 2: not CSV (unexpected end of data)",
}


def allowed(model: type[Table], name: str) -> set[str]:
    """The values that a column may have."""
    return set(get_args(model.model_fields[name].annotation))


def of_kind(rules: list[Rule], kind: str) -> list[Rule]:
    """The rules of one kind."""
    return [rule for rule in rules if rule.kind == kind]


def test_without_rules_of_the_users_the_products_are_in_force(tmp_path: Path) -> None:
    rules = compile_rules(tmp_path)
    for kind in KINDS:
        with (SEEDS / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        names = [row["rule"] for row in rows]
        assert not [row for row in rows if problem(Expression, row["pattern"])]
        result = of_kind(rules, kind)
        assert [rule.rule for rule in result] == names
        assert [rule.position for rule in result] == list(range(1, len(names) + 1))
        assert {rule.source for rule in result} <= {"product"}
    visible = {rule.rule: rule.value for rule in of_kind(rules, "settings")}
    assert visible == {
        "people": "none",
        "durable_days": "14",
        "failure_days": "7",
        "small_group": "5",
        "keep_last": "5",
        "keep_daily": "7",
        "keep_weekly": "4",
        "keep_bodies": "true",
        "margin of revert_rate": "0.02",
        "margin of change_failure_rate": "0.1",
        "margin of unreviewed_merge_share": "0.05",
        "margin of time_to_restore": "0.5",
        "margin of review_load": "0.25",
    }


def test_the_users_rules_come_first_replace_and_switch_off(tmp_path: Path) -> None:
    (tmp_path / "work_types.csv").write_text(
        f"\ufeff{HEAD}ours,label,^kind/new$,feature\nrevert-title,title,^undo,revert\n"
        f"both,title,csv,fix\n"
        "revert-body,body,,revert\n\n",
        encoding="utf-8",
    )
    text = '[[work_types]]\nrule = "both"\nfield = "title"\npattern = "toml"\nwork_type = "fix"\n'
    product = of_kind(compile_rules(tmp_path / "none"), "work_types")
    rules = of_kind(compile_rules(tmp_path, parse_settings(TOML, text)), "work_types")
    assert [(rule.rule, rule.pattern, rule.source) for rule in rules[:3]] == [
        ("both", "toml", "headway.toml"),
        ("ours", "^kind/new$", "user"),
        ("revert-title", "^undo", "user"),
    ]
    remainder = [rule.rule for rule in product if rule.rule not in ("revert-title", "revert-body")]
    assert [rule.rule for rule in rules[3:]] == remainder
    assert [rule.position for rule in rules] == list(range(1, len(rules) + 1))


@pytest.mark.parametrize("text", MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_in_a_file_is_one_line_that_names_its_place(tmp_path: Path, text: str) -> None:
    file = tmp_path / "work_types.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as raised:
        compile_rules(tmp_path)
    assert str(raised.value).startswith(f"{file}, {MISTAKES[text]}")
    assert "\n" not in str(raised.value)


def test_a_mistake_in_the_settings_names_its_line(tmp_path: Path) -> None:
    text = (
        '\n[[ai_signals]]\nrule = "x"\ntier = "hgih"\nfield = "login"\npattern = "x"\n'
        'kind = "agent"\n'
    )
    with pytest.raises(SettingsError) as raised:
        compile_rules(tmp_path, parse_settings(TOML, text))
    assert (
        str(raised.value)
        == "headway.toml, line 4, column 8: tier: must be 'high', 'medium' or 'low'"
    )
    (rule,) = [
        r
        for r in compile_rules(tmp_path, parse_settings(TOML, text.replace("hgih", "low")))
        if r.rule == "x"
    ]
    assert (rule.tool, rule.tier, rule.source) == (None, "low", "headway.toml")


def test_bytes_that_are_no_text_say_so(tmp_path: Path) -> None:
    (tmp_path / "label_rules.csv").write_bytes(b"rule,kind,field,pattern\nx,hotfix,label,\x81\n")
    with pytest.raises(SettingsError, match="line 2: neither UTF-8 nor Windows-1252 text; save"):
        compile_rules(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_spreadsheets_columns_separator_and_encoding_are_read_and_kept(
    tmp_path: Path, separator: str, encoding: str
) -> None:
    file = tmp_path / "label_rules.csv"
    before = "Kind,Rule,Pattern,Field\r\nhotfix,ours,^é,label\r\n".replace(",", separator)
    file.write_bytes(before.encode(encoding))
    add_label_rule(compile_rules(tmp_path), tmp_path, "polish", "feedback")
    rules = [rule for rule in compile_rules(tmp_path) if rule.source == "user"]
    assert [(rule.rule, rule.field, rule.pattern, rule.value) for rule in rules] == [
        ("ours", "label", "^é", "hotfix"),
        ("feedback-polish", "label", "^polish$", "feedback"),
    ]
    line = "feedback,feedback-polish,^polish$,label\r\n".replace(",", separator)
    mark = "\ufeff" if encoding in ("utf-8-sig", "utf-16") else ""
    assert file.read_bytes().decode() == mark + before + line


def test_a_column_with_a_default_may_be_absent(tmp_path: Path) -> None:
    text = "rule,tier,field,pattern,kind\nours,high,label,^ai$,agent\n"
    (tmp_path / "ai_signals.csv").write_text(text, encoding="utf-8")
    rules = [rule for rule in compile_rules(tmp_path) if rule.source == "user"]
    assert [(rule.rule, rule.value, rule.tool) for rule in rules] == [("ours", "agent", None)]


def test_markers_are_the_patterns_that_look_at_texts(tmp_path: Path) -> None:
    rules = compile_rules(tmp_path)
    markers = text_markers(rules)
    assert markers
    looking = {rule.field for rule in rules if rule.pattern in markers}
    assert looking <= {"body", "comment", "message", "text", "trailer"}


def test_the_products_label_rules_know_the_spellings_in_the_wild(tmp_path: Path) -> None:
    rules = of_kind(compile_rules(tmp_path), "label_rules")
    lines = [line.split(" | ") for line in SPELLINGS.read_text(encoding="utf-8").splitlines()[1:]]
    expected = {(field, text): set(kinds.split(", ")) - {"-"} for field, text, kinds in lines}
    assert len(expected) == len(lines) > 200
    by_key: dict[tuple[str, str], set[str]] = {key: set() for key in expected}
    for rule in rules:
        assert rule.field and rule.pattern
        texts = [text for field, text in expected if field == rule.field]
        query = "select text from unnest(?) as t (text) where regexp_matches(text, ?, 'i')"
        matched = [text for (text,) in duckdb.execute(query, [texts, rule.pattern]).fetchall()]
        assert matched == [text for text in texts if re.search(rule.pattern, text, re.I)], rule.rule
        for text in matched:
            by_key[rule.field, text].add(rule.value)
    assert by_key == expected
    assert {kind for kinds in expected.values() for kind in kinds} == allowed(LabelRule, "kind")
    assert {rule.field for rule in rules} == allowed(LabelRule, "field")


@given(st.text(alphabet="ab(){}[]|*+?.\\^$:=!<>PpdWwx,1290-\n\0é", max_size=12))
def test_a_pattern_that_is_accepted_works_in_duckdb(pattern: str) -> None:
    if message := problem(Expression, pattern):
        assert "\n" not in message
    else:
        duckdb.execute("select regexp_matches('some text', ?, 'i')", [pattern]).fetchone()


@pytest.mark.parametrize(
    ("label", "kind", "line"),
    [
        ("design polish", "ux debt", "ux-debt-design-polish,ux debt,label,^design polish$"),
        ("C++ (v2)?", "feedback", r"feedback-c-v2,feedback,label,^C\+\+ \(v2\)\?$"),
        ("a, b", "hotfix", '"hotfix-a-b",hotfix,label,"^a, b$"'),
        ("🎨", "ux debt", "ux-debt,ux debt,label,^🎨$"),
        (
            "label",
            "capability",
            "capability-label-2,capability,label,^label$",
        ),  # the product has one of that name
        (
            "exp: over",
            "decision killed",
            "decision-killed-exp-over,decision killed,label,^exp: over$",
        ),
        (
            "experiment: over",
            "decision killed",
            "decision-killed-experiment-over,decision killed,label,^experiment: over$",
        ),
        (
            "Data scientist",
            "engineering",
            "engineering-data-scientist,engineering,role,^Data scientist$",
        ),
        ("blue", "production", "production-blue,production,environment,^blue$"),
    ],
)
def test_a_label_is_mapped_once(tmp_path: Path, label: str, kind: str, line: str) -> None:
    file = tmp_path / "seeds" / "label_rules.csv"
    message = add_label_rule(compile_rules(file.parent), file.parent, label, kind)
    assert message.startswith(f"{label} now means {kind}, by the rule ")
    expected = line.replace('"hotfix-a-b"', "hotfix-a-b")
    assert file.read_text(encoding="utf-8") == f"rule,kind,field,pattern\n{expected}\n"
    (rule,) = [rule for rule in compile_rules(file.parent) if rule.source == "user"]
    assert rule.pattern and re.search(rule.pattern, label.upper(), re.I) and rule.value == kind
    assert add_label_rule(compile_rules(file.parent), file.parent, label.upper(), kind).startswith(
        f"{label.upper()} already means {kind}"
    )
    assert file.read_text(encoding="utf-8").count("\n") == 2


def test_a_mapped_label_leaves_the_other_rules_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "label_rules.csv"
    before = "\ufeffrule,kind,field,pattern\r\nours,hotfix,label,^urgent$"
    file.write_bytes(before.encode())
    add_label_rule(compile_rules(tmp_path), tmp_path, "a-b", "ux debt")
    add_label_rule(compile_rules(tmp_path), tmp_path, "a b", "ux debt")
    added = r"ux-debt-a-b,ux debt,label,^a\-b$", "ux-debt-a-b-2,ux debt,label,^a b$"
    assert file.read_bytes().decode() == "\r\n".join([before, *added, ""])
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("label", "kind", "message"),
    [
        ("x", "ux-debt", "'ux-debt' is not a kind; write one of hotfix, incident, ux debt,"),
        (" ", "ux debt", "' ' is not a label; copy it from the issue"),
        ("a\nb", "ux debt", r"'a\nb' is not a label"),
        (
            "support",
            "ux debt",
            "'support' already means feedback, by the rule support-label (product); change that "
            "rule",
        ),
        (
            "URGENT",
            "feedback",
            "'URGENT' already means hotfix, by the rule ours (user); change that rule first",
        ),
    ],
)
def test_a_label_that_cannot_be_mapped_changes_nothing(
    tmp_path: Path, label: str, kind: str, message: str
) -> None:
    file = tmp_path / "label_rules.csv"
    file.write_text("rule,kind,field,pattern\nours,hotfix,label,^urgent$\n", encoding="utf-8")
    before = file.read_bytes()
    with pytest.raises(SettingsError) as raised:
        add_label_rule(compile_rules(tmp_path), tmp_path, label, kind)
    assert str(raised.value).startswith(message)
    assert file.read_bytes() == before


CELLS = st.sampled_from(
    [
        "a",
        "title",
        "reference",
        "^x",
        "(",
        "feature",
        "",
        '"',
        '"a\nb"',
        "revert-title",
        "\u2028",
        "é",
    ]
)
WILD = st.one_of(
    st.binary(max_size=200),
    st.lists(st.lists(CELLS, min_size=3, max_size=5).map(",".join)).map(
        lambda result: (HEAD + "\n".join(result)).encode()
    ),
)


@example(b"PK\x03\x04")
@settings(deadline=None)  # the first example compiles the product's patterns
@given(WILD)
def test_wild_bytes_are_rules_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, wild: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp() / "wild-seeds"
    folder.mkdir(exist_ok=True)
    file = folder / "work_types.csv"
    file.write_bytes(wild)
    try:
        rules = compile_rules(folder)
    except SettingsError as error:
        index = r"(, line \d+(, column \d+)?)?"  # a workbook has no lines
        assert re.fullmatch(rf"{re.escape(str(file))}{index}: [^\n]{{1,300}}", str(error))
    else:
        assert {rule.field for rule in of_kind(rules, "work_types")} <= allowed(WorkType, "field")
