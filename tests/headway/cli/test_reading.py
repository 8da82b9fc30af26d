"""Commands answers, sql, rules, check and doctor on a published refresh of the local GitHub."""

from __future__ import annotations

import csv
import io
import json
import time
from datetime import date
from pathlib import Path

import pytest

from queries.catalog.catalog import METRICS, PAGES
from tests.support import company
from tests.support.command import Desk, children, is_running, read_terminal, wait_until
from tests.support.github_server import Server, serve


@pytest.fixture
def github(offices: tuple[Server, Desk]) -> Server:
    """The company's GitHub, with nothing broken."""
    offices[0].faults([])
    offices[0].reset()
    return offices[0]


@pytest.fixture
def desk(offices: tuple[Server, Desk]) -> Desk:
    """A desk with everything read and published, which tests leave as it is."""
    return offices[1]


@pytest.fixture
def used(desk: Desk, tmp_path: Path) -> Desk:
    """Another desk with everything read and published."""
    return desk.copy(tmp_path / "used")


@pytest.mark.parametrize("words", [["answers"], ["sql", "select 1"], ["rules"], ["check"]])
def test_where_nothing_is_published_one_line_says_what_to_do(
    tmp_path: Path, words: list[str]
) -> None:
    done = Desk(tmp_path / "new").run(*words)
    assert done.code == 2
    expected = (
        "nothing is published in data; run `headway refresh`, or `headway demo` for a synthetic "
        "company"
    )
    assert done.problem == expected
    assert list((tmp_path / "new").iterdir()) == []


# -- answers ---------------------------------------------------------------------------------------


def test_answers_are_paragraphs_of_the_newest_quarter_that_has_data(desk: Desk) -> None:
    done = desk.run("answers")
    assert (done.code, done.err) == (0, "")
    opening, *paragraphs = done.out.strip().split("\n\n")
    assert (
        "Nothing has happened since 2 Jul 2026. 2026-Q2 is 30 Mar 2026 to 28 Jun 2026." in opening
    )
    questions = [text for text in paragraphs if "  " in text]
    assert questions == [
        f"{page.question[0].upper()}{page.question[1:]}  {page.title}" for page in PAGES
    ]
    where = "scope_kind = 'org' and quarter = '2026-Q2' and comparison = 'quarter before'"
    where += " and variant = 'raw'"
    columns = "title, sentence, current is null, verdict, verdict_sentence"
    reported = desk.rows(f"select {columns} from answers where {where}")
    assert len(paragraphs) - len(questions) == len([row for row in METRICS if row.is_headline])
    assert len(reported) > 10  # an answer that matures later is about the quarter before
    assert {verdict for *_, verdict, _ in reported} == {"too little data", "not measured"}
    for title, sentence, is_null, verdict, reason in reported:
        (paragraph,) = [text for text in paragraphs if text.startswith(f"{title}: ")]
        assert paragraph.startswith(f"{title}: {sentence}")
        assert is_null or "a year before" in paragraph
        assert (f" Too little data: {reason}" in paragraph) == (verdict == "too little data")


def test_answers_as_json_are_the_table(desk: Desk) -> None:
    done = desk.run("answers", "--json")
    columns = [name for (name,) in desk.rows("select column_name from (describe answers)")]
    rows = [dict(zip(columns, row, strict=True)) for row in desk.rows("from answers")]
    assert len(rows) > 50
    expected = [{n: str(v) if isinstance(v, date) else v for n, v in row.items()} for row in rows]
    assert json.loads(done.out) == expected


# -- sql -------------------------------------------------------------------------------------------

QUERY = (
    "select number, title, labels, merged_at, cycle_hours from pull_requests order by number desc, "
    "repo limit 5"
)


def test_sql_prints_a_table_csv_or_json_in_the_order_asked_for(desk: Desk) -> None:
    rows = desk.rows(QUERY)
    table = desk.run("sql", QUERY).out.splitlines()
    assert table[0].split() == ["number", "title", "labels", "merged_at", "cycle_hours"]
    assert [int(line.split()[0]) for line in table[1:]] == [row[0] for row in rows]
    read = list(csv.DictReader(io.StringIO(desk.run("sql", "--csv", QUERY).out)))
    assert [(int(row["number"]), row["title"]) for row in read] == [row[:2] for row in rows]
    assert [float(row["cycle_hours"]) if row["cycle_hours"] else None for row in read] == [
        row[4] for row in rows
    ]
    documents = json.loads(desk.run("sql", "--json", QUERY).out)
    assert [(row["number"], row["labels"], row["cycle_hours"]) for row in documents] == [
        (row[0], row[2], row[4]) for row in rows
    ]


def test_sql_reads_standard_input(desk: Desk) -> None:
    done = desk.run(
        "sql", "--csv", stdin=b"select count(*) as n\nfrom pull_requests -- all of them\n"
    )
    assert (done.code, done.out) == (0, "n\n43\n")
    assert desk.run("sql", "--csv", stdin=b"").out.strip() == ""


def test_sql_without_a_query_on_a_terminal_asks_for_one(desk: Desk) -> None:
    with desk.on_terminal("sql") as (running, terminal):
        assert "write a query" in read_terminal(terminal, lambda text: "pipe one in" in text)
        assert running.done().code == 64


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("drop table pull_requests", "only a query can run here"),
        ("select 1; delete from answers", "write one statement"),
        ("copy pull_requests to 'out.csv'", "only a query can run here"),
        ("call enable_logging(storage='file', storage_path='log')", "only a query can run here"),
        ("from read_text('headway.toml')", "file system operations are disabled"),
        ("attach 'data/ledger.duckdb'", "only a query can run here"),
        (
            "select foo from pull_requests",
            'Referenced column "foo" not found in FROM clause! Candidate bindings: "',
        ),
        ("selec 1", 'syntax error at or near "selec"'),
        ("select 'a\nb'::int", "Could not convert string 'a b' to INT32"),
        ("select error('a\nb')", "a b"),
    ],
)
def test_sql_that_writes_or_is_wrong_is_one_line(desk: Desk, query: str, message: str) -> None:
    before = desk.files()
    done = desk.run("sql", query)
    assert (done.code, done.out) == (64, "")
    assert message in done.problem
    assert done.err.count("\n") == 1
    assert desk.files() == before


def test_bytes_that_are_no_text_are_no_traceback(desk: Desk) -> None:
    done = desk.run("sql", stdin=b"select '\xff\x00'")
    assert done.code in (0, 64)
    for path, visible in {
        "data\udcff": "data\ufffd",
        "\x1b[2Jdata\udcff": "\ufffd[2Jdata\ufffd",
    }.items():
        done = desk.run("sql", "--data", path, "select 1")
        assert done.code == 64
        assert f"/{visible} is not UTF-8 text; rename it" in done.problem
    done = desk.run("sql", "--data", "\u202edata", "select 1")
    assert (done.code, done.problem[:32]) == (2, "nothing is published in \ufffddata; r")


#: ESC and BEL (title of the terminal), C1 CSI, carriage return, DEL, override from right to left
HOSTILE = "chr(27) || ']0;pwned' || chr(7) || chr(155) || '2J' || chr(13) || chr(127) || chr(8238)"


def test_no_character_that_a_terminal_obeys_is_printed(desk: Desk) -> None:
    query = f"select {HOSTILE} as title, 'a' || chr(10) || 'b' as body"
    safe = "\ufffd]0;pwned\ufffd\ufffd2J\ufffd\ufffd\ufffd"
    assert desk.run("sql", query).out.splitlines()[1] == f"{safe}  a b"
    assert desk.run("sql", "--csv", query).out == f'title,body\n{safe},"a\nb"\n'
    done = desk.run("sql", "--json", query)
    assert "\\u009b2J\\r\x7f".replace("\x7f", "\\u007f") in done.out
    expected = "\x1b]0;pwned\x07\x9b2J\r\x7f\u202e"
    assert json.loads(done.out) == [{"title": expected, "body": "a\nb"}]
    done = desk.run("sql", f"select error({HOSTILE})")
    assert (done.code, done.problem.partition(": ")[2]) == (64, safe.replace("J\ufffd", "J "))
    done = desk.run("sql", 'select 1 as "\x1b[2J"')
    assert done.out.splitlines()[0] == "\ufffd[2J"


def test_characters_that_the_terminal_lacks_are_replaced(desk: Desk) -> None:
    done = desk.run("sql", "select 'é' as a", env={"PYTHONIOENCODING": "ascii"})
    assert (done.code, done.out, done.err) == (0, "a\n?\n", "")


def test_a_table_is_cut_and_csv_is_whole(desk: Desk) -> None:
    query = "from range(10001) as t(n)"
    done = desk.run("sql", query)
    assert len(done.out.splitlines()) == 10_001
    assert (done.code, done.err) == (0, "only the first 10,000 rows; print all with --csv\n")
    done = desk.run("sql", "--csv", query)
    assert (done.err, done.out.splitlines()[-1]) == ("", "10000")
    assert [row["n"] for row in json.loads(desk.run("sql", "--json", query).out)] == list(
        range(10_001)
    )
    assert desk.run("sql", "--json", "from range(0)").out == "[\n]\n"


def test_ctrl_c_ends_a_query_at_once(desk: Desk) -> None:
    endless = "with recursive a as (select 1 as i union all select i + 1 from a) from a limit 1e15"
    with desk.start("sql", f"select count(*) from ({endless})") as running:
        wait_until(lambda: bool(children(running.pid)))
        (child,) = children(running.pid)
        began = time.monotonic()
        running.interrupt()
        done = running.done()
    assert done.code == 130
    assert time.monotonic() - began < 3
    # interrupted while it started the child, the parent ends first: its pipe ends the child
    wait_until(lambda: not is_running(child))


# -- rules -----------------------------------------------------------------------------------------


def test_rules_shows_what_each_matched_and_the_labels_nothing_looks_for(desk: Desk) -> None:
    done = desk.run("rules")
    lines = [line.split() for line in done.out.splitlines()]
    for rule, matched in desk.rows("select rule, matched from rules where kind <> 'settings'"):
        assert [line for line in lines if line and line[0] == rule and line[-1] == str(matched)], (
            rule
        )
    assert ["python", "1", "0"] in lines[[line[:1] for line in lines].index(["labels"]) :]
    assert "hotfix" not in done.out.partition("labels that no rule looks for")[2]


# -- check and doctor ------------------------------------------------------------------------------


def test_check_is_content_with_fresh_data_and_not_with_old(desk: Desk) -> None:
    done = desk.run("check")
    assert (done.code, done.out[:6], done.out[16:]) == (
        0,
        "as of ",
        ": fresh, and every check passed\n",
    )
    assert desk.run("check", "--max-age-days", "0").code in (
        0,
        3,
    )  # 3 in the first moments of a day


def test_doctor_says_what_works(desk: Desk, github: Server) -> None:
    done = desk.run("doctor")
    assert done.code == 0
    lines = done.out.splitlines()
    assert [line[:6] for line in lines] == ["OK    "] * len(lines)
    assert "duckdb 2." in lines[0]
    assert lines[1:2] + lines[3:] == [
        "OK    headway.toml can be used",
        "OK    acme/shop: 37 pull requests",
        "OK    acme/infra: 6 pull requests",
        "OK    data/seeds/people.csv has 20 rows",
        "OK    data/ledger.duckdb holds 43 pull requests",
    ]
    assert "accepts the token; requests left this hour: core" in lines[2]


def test_doctor_names_each_thing_to_mend(used: Desk, github: Server, tmp_path: Path) -> None:
    def mended(env: dict[str, str] | None = None) -> str:
        done = Desk(used.folder, {"PATH": "/nowhere", **(used.env if env is None else env)}).run(
            "doctor"
        )
        assert done.code == 1
        (line,) = [line for line in done.out.splitlines() if line.startswith("FAIL  ")]
        return line.removeprefix("FAIL  ")

    assert mended({}) == "no token for GitHub; set GITHUB_TOKEN, or run `gh auth login`"
    assert "the token was refused" in mended({"GITHUB_TOKEN": "wrong-token"})
    used.set_up(github.url, ["acme/infra", "acme/nothing"])
    assert "no repository acme/nothing that this token may see" in mended()
    used.set_up("http://127.0.0.1:1")
    assert mended() == (
        "127.0.0.1:1: nothing answers there; check base_url under [github], and this machine's "
        "network"
    )
    used.set_up(github.url, more="[publsh]\n")
    assert mended() == "headway.toml, line 4, column 1: unknown key 'publsh'; did you mean publish?"
    used.set_up(github.url)
    people = used.folder / "data" / "seeds" / "people.csv"
    people.write_text("login\na b\n", encoding="utf-8")
    assert "'a b' is not a login" in mended()
    people.unlink()
    (used.folder / "data" / "ledger.duckdb").write_bytes(b"garbage")
    assert "`headway restore` replaces it with a backup" in mended()


def test_rollout_of_an_unknown_team_is_a_warning(used: Desk, github: Server) -> None:
    rollout = '[[rollouts]]\nname = "Agents"\non = 2026-03-02\nteams = ["Checkout", "Payments"]\n'
    used.set_up(github.url, more=rollout)
    warning = (
        "headway.toml: rollout Agents names Payments, no team of data/seeds/people.csv; "
        "write its teams as they are there"
    )
    doctor, publish = used.run("doctor"), used.run("publish")
    assert (doctor.code, publish.code) == (0, 0)
    assert f"WARN  {warning}\n" in doctor.out
    assert warning in publish.err
    assert used.rows("select name, teams from events") == [("Agents", ["Checkout"])]


def test_doctor_says_when_no_request_is_left(used: Desk, schema_path: Path) -> None:
    with serve(company.datasets(), schema=schema_path, graphql_limit=1) as github:
        used.set_up(github.url)
        assert used.run("doctor").code == 0
        done = used.run("doctor")
    assert done.code == 1
    assert "no graphql requests are left until " in done.out
