"""The command line on a terminal: it wraps at words, fits tables, and has colours."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

import pytest

from headway.cli import terminal
from tests.support.command import Desk, read_terminal
from tests.support.github_server import Server

COLUMNS = 60
COLOUR = re.compile(r"\x1b\[[\d;]*m")


def on_terminal(desk: Desk, *words: str, **env: str) -> str:
    """Return the output of a command on a terminal of 60 columns."""
    small = Desk(desk.folder, {**desk.env, "COLUMNS": str(COLUMNS), **env})
    with small.on_terminal(*words) as (running, screen):
        text = read_terminal(screen, lambda _: not running.process.is_alive())
        assert running.done().code == 0
        with contextlib.suppress(OSError):  # nothing more to read
            while more := os.read(screen, 65536):
                text += more.decode()
        return text.replace("\r\n", "\n")


@pytest.fixture(scope="module")
def desk(offices: tuple[Server, Desk]) -> Desk:
    """A desk where data was published."""
    return offices[1]


def test_answers_wrap_at_words_on_a_terminal_only(desk: Desk) -> None:
    text, whole = on_terminal(desk, "answers"), desk.run("answers").out
    assert max(map(len, text.splitlines())) <= COLUMNS < max(map(len, whole.splitlines()))
    assert text.split() == whole.split()


def test_answers_begin_with_known_numbers(desk: Desk) -> None:
    paragraphs = desk.run("answers").out.strip().split("\n\n")
    assert "the last day that was read to its end." in paragraphs[0]
    rows = desk.rows(
        "select title, arg_max(current is not null or n_current > 0, quarter) from answers "
        "where scope_kind = 'org' and comparison = 'quarter before' and status = 'decided' and "
        "variant = 'raw' and quarter <= '2026-Q2' group by all"
    )
    titles = dict(rows)
    by_page: list[list[bool]] = []
    for paragraph in paragraphs[1:]:
        if "  " in paragraph:
            by_page.append([])
        elif (title := paragraph.partition(":")[0]) in titles:
            by_page[-1].append(titles[title])
    assert len([known for page in by_page for known in page]) > 5
    assert all(page == sorted(page, reverse=True) for page in by_page), by_page


def test_table_fits_the_terminal_and_names_what_it_leaves_out(desk: Desk) -> None:
    query = "select r.range as id, p.* from range(41) r, (from pull_requests limit 1) p order by id"
    lines = on_terminal(desk, "sql", query).strip().splitlines()
    assert [line.split()[0] for line in lines[:-1]] == ["id", *map(str, range(40))]
    assert max(map(len, lines[:-1])) <= COLUMNS
    pattern = r"41 rows, \d\d columns; shown: 40 rows, \d columns; --wide prints all"
    assert re.fullmatch(pattern, lines[-1])
    wide = on_terminal(desk, "sql", "--wide", query).strip().splitlines()
    assert len(wide) == 42 and max(map(len, wide)) > 200
    assert wide == desk.run("sql", query).out.strip().splitlines()


def test_small_table_has_its_count_and_long_cells_are_cut(desk: Desk) -> None:
    text = on_terminal(desk, "sql", f"select 7 as n, '{'long ' * 20}' as words")
    assert text.splitlines()[1].endswith("…")
    assert text.splitlines()[-1] == "1 rows, 2 columns"
    long_cell = on_terminal(desk, "sql", f"select '{'x' * 200}' as words")
    assert len(long_cell.splitlines()[1]) <= COLUMNS


def test_colours_need_a_terminal_without_no_color(desk: Desk) -> None:
    assert "\x1b[32m\x1b[1mOK\x1b[0m" in on_terminal(desk, "doctor", TERM="xterm")
    assert not COLOUR.search(on_terminal(desk, "doctor", NO_COLOR="1"))
    assert not COLOUR.search(desk.run("doctor").out)


def test_verdicts_have_colours_where_they_begin_a_sentence() -> None:
    text = terminal.coloured("Are features faster? Improving. They got Worse sentences. Worse: 2")
    assert COLOUR.sub("", text) == (
        "Are features faster? Improving. They got Worse sentences. Worse: 2"
    )
    assert text.count("\x1b[32m") == text.count("\x1b[31m") == 1


def test_first_thing_to_do_is_the_first_failure(desk: Desk, tmp_path: Path) -> None:
    fresh = Desk(tmp_path / "fresh", {"PATH": "/nowhere"})
    done = fresh.run("init", "--repo", "a/b")
    assert done.err == (
        f"wrote {fresh.folder / 'headway.toml'}; next: set GITHUB_TOKEN (or `gh auth login`), "
        "then run `headway refresh`\n"
    )
    checked = fresh.run("doctor")
    assert checked.code == 1
    assert checked.out.splitlines()[-1] == (
        "Do first: no token for GitHub; set GITHUB_TOKEN, or run `gh auth login`"
    )
