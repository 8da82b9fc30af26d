"""`headway refresh`: what it reads, and errors of GitHub, the token and the user's files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support.command import Desk, read_terminal
from tests.support.github_server import TOKEN, Server
from tests.support.refreshing import raw_tables

FAULTS: dict[str, list[dict[str, Any]]] = {
    "limits": [
        {"kind": "primary", "at": 2},
        {"kind": "secondary", "at": 4, "retry_after": 1},
        {"kind": "secondary", "at": 6, "retry_after": 0, "status": 429},
    ],
    "broken answers": [
        {"kind": "status", "at": [1, 2]},
        {"kind": "timeout", "at": 3},
        {"kind": "reset", "at": 4},
        {"kind": "cut", "at": 6},
        {"kind": "truncate", "at": 8},
        {"kind": "empty", "at": 9},
        {"kind": "resource_limits", "at": 10},
    ],
}
TYPOS = {
    'reops = ["a/b"]': "unknown key 'reops'; did you mean repos?",
    'repos = "a/b"': "repos: must be a list of texts in quotes",
    'repos = ["a/b"': "not TOML (Unclosed array)",
    'repos = ["a"]': "repos: 'a' is not a repository; write owner/name",
    'token = "x"': "no token belongs in this file",
    "keep_bodies = 1": "keep_bodies: must be true or false",
}
SEEDS = {
    "not a regular expression": "rule,field,pattern,work_type\nmine,title,(,feature\n",
    "must be 'title', 'body'": "rule,field,pattern,work_type\nmine,titel,^x,feature\n",
    "3 cells where the header has 4": "rule,field,pattern,work_type\nmine,title,feature\n",
    "the header is rule,field,pattern,work_type": "rule,field,pattern\nmine,title,^x\n",
}


@pytest.fixture
def github(offices: tuple[Server, Desk]) -> Server:
    """The company's GitHub, with nothing broken and nothing counted."""
    offices[0].faults([])
    offices[0].reset()
    return offices[0]


@pytest.fixture
def fresh(github: Server, tmp_path: Path) -> Desk:
    """A desk with settings and people, where nothing was read yet."""
    desk = Desk(tmp_path / "fresh")
    desk.folder.mkdir()
    desk.set_up(github.url)
    return desk


@pytest.fixture
def used(github: Server, offices: tuple[Server, Desk], tmp_path: Path) -> Desk:
    """A desk with everything read and published."""
    return offices[1].copy(tmp_path / "used")


def test_refresh_reads_publishes_and_says_so(
    offices: tuple[Server, Desk], github: Server, used: Desk
) -> None:
    done = used.run("refresh")
    assert (done.code, done.out) == (0, "")
    lines = done.err.splitlines()
    assert sorted(lines[:-1]) == [
        "acme/infra: unchanged",
        "acme/shop: unchanged",
        "people.csv: read, 20 rows",
    ]
    assert re.fullmatch(r"published /\S+/data/snapshots/headway-\S+\.duckdb, \d+ MB", lines[-1])
    assert used.facts() == offices[1].facts()
    assert used.rows("select count(*) from pull_requests where team is not null")[0][0] > 10
    assert github.stats()["requests"] <= 2
    for file in ("ledger.duckdb", "headway.duckdb"):
        with duckdb.connect(str((used.folder / "data" / file).resolve()), read_only=True) as db:
            for (table,) in db.execute("select table_name from duckdb_tables()").fetchall():
                assert TOKEN not in str(db.execute(f"from {table}").fetchall())


def test_refresh_in_full_reads_everything_again(offices: tuple[Server, Desk], used: Desk) -> None:
    done = used.run("refresh", "github", "--full", "--no-publish")
    assert done.code == 0
    assert "acme/shop: read, " in done.err
    assert raw_tables(used.folder / "data") == raw_tables(offices[1].folder / "data")


@pytest.mark.parametrize("at", ["fresh", "used"])
def test_a_dry_run_says_what_would_be_read_and_writes_nothing(
    request: pytest.FixtureRequest, at: str
) -> None:
    desk: Desk = request.getfixturevalue(at)
    before = desk.files()
    done = desk.run("refresh", "--dry-run")
    word = {"fresh": "to read", "used": "unchanged"}[at]
    assert (done.code, done.err) == (0, "")
    assert f"acme/shop: {word}, 37 pull requests there" in done.out
    assert desk.files() == before


def test_an_unknown_repository_is_named_and_the_others_are_published(
    github: Server, fresh: Desk
) -> None:
    fresh.set_up(github.url, ["acme/nothing", "acme/infra"])
    done = fresh.run("refresh")
    assert done.code == 1
    assert (
        "no repository acme/nothing that this token may see; check its name under [github] repos"
        in done.problem
    )
    assert fresh.rows("select repo, count(*) from pull_requests group by repo") == [
        ("acme/infra", 6)
    ]
    check = fresh.run("check")
    assert (check.code, "acme/nothing" in check.out) == (3, True)
    fresh.set_up(github.url, ["acme/infra"])
    assert fresh.run("refresh").code == 0
    assert fresh.run("check").code == 0


def test_a_refused_token_publishes_what_was_read_before(
    github: Server, used: Desk, fresh: Desk
) -> None:
    before = used.facts()
    done = Desk(used.folder, {"GITHUB_TOKEN": "wrong-token"}).run("refresh")
    assert done.code == 1
    assert (
        "the token was refused (bad credentials); set GITHUB_TOKEN to a valid token" in done.problem
    )
    assert used.facts() == before
    assert used.run("check").code == 3
    done = Desk(fresh.folder, {"GITHUB_TOKEN": "wrong-token"}).run("refresh")
    assert done.code == 2
    assert "nothing was published" in done.err


@pytest.mark.parametrize("token", ["", " \n", "two\nlines", "with…dots"])
def test_without_a_token_that_could_be_one_one_line_says_what_to_do(used: Desk, token: str) -> None:
    done = Desk(used.folder, {"GITHUB_TOKEN": token, "PATH": "/nowhere"}).run(
        "refresh", "github", "--no-publish"
    )
    assert done.code == 1
    expected = "no token for GitHub; set GITHUB_TOKEN, or run `gh auth login`"
    assert done.problem == (
        "the token for GitHub has characters that no token has; copy it again"
        if token.strip()
        else expected
    )


def test_gh_gives_a_token_and_the_environment_goes_first(fresh: Desk, tmp_path: Path) -> None:
    log, gh = tmp_path / "asked", tmp_path / "bin" / "gh"
    gh.parent.mkdir()
    gh.write_text(f'#!/bin/sh\necho "$@" >> {log}\necho {TOKEN}\n', encoding="utf-8")
    gh.chmod(0o755)
    path = {"PATH": str(gh.parent)}
    assert Desk(fresh.folder, path).run("refresh", "github", "--no-publish").code == 0
    assert log.read_text("utf-8") == "auth token --hostname 127.0.0.1\n"
    done = Desk(fresh.folder, {**path, "GITHUB_TOKEN": "wrong-token"}).run(
        "refresh", "github", "--no-publish"
    )
    assert "the token was refused" in done.problem
    assert log.read_text("utf-8").count("\n") == 1


def test_enterprise_servers_address_is_read_and_only_collected(github: Server, fresh: Desk) -> None:
    fresh.set_up(f"{github.url}/api/v3", ["acme/infra"])
    assert fresh.run("refresh", "--no-publish").code == 0
    assert len(raw_tables(fresh.folder / "data")["github_pull_requests"]) == 6
    assert not (fresh.folder / "data" / "headway.duckdb").is_symlink()


@pytest.mark.parametrize("name", FAULTS)
def test_what_github_breaks_on_the_way_costs_no_row(
    offices: tuple[Server, Desk], github: Server, fresh: Desk, name: str
) -> None:
    github.faults(FAULTS[name])
    done = fresh.run("refresh", "--no-publish")
    assert done.code == 0, done.err
    waits = re.findall(
        r"(?m)^127\.0\.0\.1:\d+: waiting for GitHub's rate limit until \d\d:\d\d:\d\d UTC \(\d "
        r"s\)$",
        done.err,
    )
    assert len(waits) == done.err.count("waiting") and len(waits) >= (name == "limits")
    (reported,) = re.findall(
        r"(?m)^127\.0\.0\.1:\d+: (waited \d+ s for GitHub's limits, )?repeated (\d+) requests.*$",
        done.err,
    )
    assert bool(reported[0]) == bool(waits) and int(reported[1]) > 0
    assert raw_tables(fresh.folder / "data") == raw_tables(offices[1].folder / "data")


def test_a_second_refresh_ends_at_once_and_the_first_goes_on(github: Server, used: Desk) -> None:
    github.faults([{"kind": "slow", "at": 1, "seconds": 3}])
    with used.start("refresh", "--full", "--no-publish") as first:
        first.wait_for("people.csv: read")
        done = used.run("refresh")
        assert done.code == 75
        assert f"another refresh is running on data (process {first.pid} since" in done.problem
        assert first.process.is_alive()
        assert used.run("refresh", "--dry-run").code == 75
        assert used.run("publish").code == 75
        assert "a refresh is running" in used.run("doctor").out
        assert first.done().code == 0


def test_ctrl_c_stops_a_refresh_even_while_it_waits(github: Server, fresh: Desk) -> None:
    github.faults([{"kind": "secondary", "at": 3, "retry_after": 600}])
    with fresh.start("refresh") as running:
        running.wait_for("UTC (10 min 0 s)")
        running.interrupt()
        done = running.done()
    assert (done.code, done.problem) == (130, "stopped; what was committed stays")
    github.faults([])
    assert fresh.run("refresh", "--no-publish").code == 0


def test_a_terminal_shows_bars_and_is_left_clean(github: Server, fresh: Desk) -> None:
    github.faults(
        [{"kind": "slow", "at": 2, "seconds": 1}, {"kind": "secondary", "at": 4, "retry_after": 1}]
    )
    with fresh.on_terminal("refresh", "--no-publish") as (running, terminal):
        text = read_terminal(terminal, is_clean)
        assert running.done().code == 0
    assert "━" in text
    assert "waiting" in text


def is_clean(text: str) -> bool:
    """Return whether a refresh is over, its last bar is wiped, and the cursor is back."""
    has_cursor = text.rfind("\x1b[?25h") > text.rfind("\x1b[?25l")
    has_bar = "━" in text[text.rfind("\x1b[2K") :]
    return "acme/shop: read" in text and has_cursor and not has_bar


@pytest.mark.parametrize("line", TYPOS)
def test_a_typo_in_the_settings_changes_nothing(used: Desk, line: str) -> None:
    (used.folder / "headway.toml").write_text(f"[github]\n{line}\n", encoding="utf-8")
    before = used.files()
    done = used.run("refresh")
    assert done.code == 64
    assert done.problem.startswith(
        "headway.toml, line 2" if "[" not in line or "]" in line else "headway.toml"
    )
    assert TYPOS[line] in done.problem
    assert used.files() == before


def test_settings_that_are_not_there_or_name_nothing(fresh: Desk) -> None:
    assert "run `headway init`" in fresh.run("refresh", "--config", "other.toml").problem
    (fresh.folder / "headway.toml").write_text("", encoding="utf-8")
    done = fresh.run("refresh")
    assert (done.code, "names no repository" in done.problem) == (64, True)


def test_a_bad_line_in_people_csv_keeps_the_people_of_the_last_good_file(used: Desk) -> None:
    before = used.facts()
    people = used.folder / "data" / "seeds" / "people.csv"
    people.write_text("login,team\nada,Other\nbea,Other,x\n", encoding="utf-8")
    done = used.run("refresh")
    assert done.code == 1
    index = (
        "data/seeds/people.csv, line 3, column 3: 3 cells where the header has 2; put texts that "
        "contain a separator in quotes"
    )
    assert done.problem == f"{index}; until then the last valid people.csv is used"
    assert used.facts() == before
    assert used.run("check").code == 3
    people.unlink()
    assert used.run("publish").code == 0
    assert used.run("check").code == 0
    assert used.rows("select count(*) from pull_requests where team is not null") == [(0,)]


@pytest.mark.parametrize("message", SEEDS)
def test_a_bad_rule_changes_nothing(used: Desk, message: str) -> None:
    (used.folder / "data" / "seeds" / "work_types.csv").write_text(SEEDS[message], encoding="utf-8")
    before = used.files()
    done = used.run("refresh")
    assert done.code == 64
    assert done.problem.startswith("data/seeds/work_types.csv, line ")
    assert message in done.problem
    assert used.files() == before


def test_a_ledger_that_is_none_is_one_line(used: Desk) -> None:
    before = used.facts()
    (used.folder / "data" / "ledger.duckdb").write_bytes(b"garbage" * 1000)
    done = used.run("refresh")
    assert done.code == 2
    assert "data/ledger.duckdb: IO Error" in done.problem
    assert done.problem.endswith("`headway restore` replaces it with a backup")
    assert used.facts() == before


@pytest.mark.parametrize(
    ("address", "message"),
    [
        (
            "https://github.invalid/api/v3",
            "github.invalid: its name is not found; check base_url under [github]",
        ),
        ("http://127.0.0.1:1", "127.0.0.1:1: nothing answers there; check base_url under [github]"),
        (
            "https://127.0.0.1:{port}",
            "127.0.0.1:{port}: no secure connection (wrong version number); check base_url",
        ),
        ("http://127.0.0.1:{port}/wrong", "does not exist, or this token may not read it"),
    ],
    ids=["a name that nobody knows", "nobody there", "no TLS there", "another address"],
)
def test_what_stands_between_is_one_line_soon(
    github: Server, used: Desk, address: str, message: str
) -> None:
    port = github.url.rpartition(":")[2]
    used.set_up(address.format(port=port))
    # of another host nothing was ever read, so there is nothing to publish
    is_other_host = "{port}" not in address
    done = used.run("refresh", *(() if is_other_host else ("--no-publish",)))
    first, *rest_rows = [line for line in done.err.splitlines() if line.startswith("headway: ")]
    assert message.format(port=port) in first and "trying again" not in done.err
    assert (done.code, len(rest_rows)) == ((2, 1) if is_other_host else (1, 0))


def test_doctor_says_what_stands_between_without_a_minute_of_tries(fresh: Desk) -> None:
    fresh.set_up("http://127.0.0.1:1")
    done = fresh.run("doctor")
    assert done.code == 1
    assert (
        "FAIL  127.0.0.1:1: nothing answers there; check base_url under [github], and this "
        "machine's network" in done.out
    )


def test_a_longer_wait_than_allowed_ends_the_reading_and_the_rest_is_published(
    offices: tuple[Server, Desk], github: Server, used: Desk
) -> None:
    github.faults([{"kind": "secondary", "at": 4, "retry_after": 3_000}])
    done = used.run("refresh", "--full", "--max-wait", "5")
    assert (done.code, "published" in done.err, used.facts()) == (1, True, offices[1].facts())
    reported = re.sub(r"\d\d:\d\d:\d\d", "HH:MM:SS", done.problem.partition(": ")[2])
    assert reported == (
        "GitHub requests a wait until HH:MM:SS UTC (50 min 0 s), longer than --max-wait 5 allows; "
        "what was read is kept, run again after that"
    )
    github.faults([])
    assert used.run("refresh", "--no-publish").code == 0
    assert raw_tables(used.folder / "data") == raw_tables(offices[1].folder / "data")


def test_what_was_read_before_a_wait_is_not_read_again(
    offices: tuple[Server, Desk], github: Server, fresh: Desk
) -> None:
    codes: list[int] = []
    while codes[-1:] != [0]:
        assert len(codes) < 10, (
            "a refresh that begins anew each time never comes past its fifth request"
        )
        github.reset()
        # the limit ends the connection while three answers are under way
        github.faults(
            [
                {"kind": "slow", "at": [2, 3, 4], "seconds": 0.3},
                {"kind": "secondary", "at": 5, "retry_after": 60},
            ]
        )
        codes.append(fresh.run("refresh", "github", "--max-wait", "0", "--no-publish").code)
    assert codes[:-1] and set(codes[:-1]) == {1}
    github.faults([])
    assert (
        fresh.run("refresh", "github", "--no-publish").code == 0
    )  # what GitHub counts may still be missing
    assert raw_tables(fresh.folder / "data") == raw_tables(offices[1].folder / "data")
    assert fresh.run("refresh", "--max-wait", "-1").code == 64
