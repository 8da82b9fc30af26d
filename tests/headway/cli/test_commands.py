"""The command line as a person meets it: usage, errors, and `headway init`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from headway.config.settings import GitHubTable, Settings, read_settings
from tests.support.command import Desk, read_terminal, typed
from tests.support.github_server import Server


@pytest.fixture
def fresh(tmp_path: Path) -> Desk:
    """A desk with settings and people, where nothing was read yet."""
    desk = Desk(tmp_path / "fresh")
    desk.folder.mkdir()
    desk.set_up("http://127.0.0.1:1")
    return desk


# -- usage -----------------------------------------------------------------------------------------


def test_the_installed_command_answers_at_once_and_knows_its_commands(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("headway")), "--help"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, timeout=20, check=True
    )
    sections = re.findall(r"^(\w+):\n((?:  .*\n)+)", done.stdout, re.M)
    listed = {name: re.findall(r"^  ([a-z]+)  ", lines, re.M) for name, lines in sections}
    assert {name: " ".join(commands) for name, commands in listed.items() if commands} == {
        "Start": "init demo doctor refresh",
        "Read": "serve answers report sql mcp",
        "Data": "import pulse rules publish",
        "Operate": "check verify restore",
    }
    assert "...\n" not in done.stdout.partition("Start:")[2]
    heavy = (
        "import sys, headway; print(sorted({'pandas', 'github', 'streamlit'} & set(sys.modules)))"
    )
    assert (
        subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True).stdout
        == "[]\n"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["refresh", "--frce"], "No such option '--frce'; see `headway refresh --help`"),
        (["refrsh"], "No such command 'refrsh'"),
        (["refresh", "gitlab"], "'gitlab' is not one of 'github', 'people', 'surveys', 'inbox'"),
        (
            ["refresh", "--as-of", "9999-12-31"],
            "9999-12-31 is not a day from 2008-01-01 to yesterday",
        ),
        (["demo", "--until", "0001-01-01"], "is not a day from 2008-01-01 to yesterday"),
        (["serve", "--port", "0"], "0 is not in the range 1<=x<=65535"),
        (["check", "--max-age-days", "-1"], "-1 is not in the range"),
        (["answers", "--data", "headway.toml"], "'headway.toml' is a file"),
    ],
)
def test_wrong_usage_is_one_line_and_64(fresh: Desk, words: list[str], message: str) -> None:
    before = fresh.files()
    done = fresh.run(*words)
    assert (done.code, done.out) == (64, "")
    assert message in done.problem
    assert fresh.files() == before


def test_without_a_command_the_help_is_shown(fresh: Desk) -> None:
    done = fresh.run()
    assert done.code == 64
    assert done.err.startswith("Usage: headway")


@pytest.mark.parametrize("words", [["refresh"], ["demo"], ["init", "--force", "--repo", "a/b"]])
def test_a_place_that_cannot_be_written_is_one_line(fresh: Desk, words: list[str]) -> None:
    done = fresh.run(*words, "--data", "headway.toml/data")
    assert done.code == 2
    assert done.problem.endswith("Not a directory; check permissions and space")
    assert done.problem.startswith("headway.toml/data")


def test_a_reader_that_has_seen_enough_is_no_error(offices: tuple[Server, Desk]) -> None:
    command = (
        f"{sys.executable} -m headway.cli.commands sql "
        "'from pull_requests cross join range(200)' | head -1"
    )
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, cwd=offices[1].folder, check=True
    )
    assert done.stdout.split()[:2] == ["repo", "number"]
    assert done.stderr == ""


# -- init ------------------------------------------------------------------------------------------


def test_init_writes_what_the_flags_say_and_asks_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    done = desk.run(
        "init",
        "--repo",
        "a/b",
        "--repo",
        "c/d.e",
        "--org",
        "f",
        "--base-url",
        "https://ghe.example/api/v3/",
    )
    assert done.code == 0
    assert f"wrote {desk.folder / 'headway.toml'}; next: run `headway refresh`" in done.err
    expected = GitHubTable(
        repos=("a/b", "c/d.e"), orgs=("f",), base_url="https://ghe.example/api/v3"
    )
    assert read_settings(tmp_path / "headway.toml") == Settings(github=(expected,))
    assert (tmp_path / "data" / "seeds").is_dir()


def test_init_replaces_a_file_only_when_told_to(fresh: Desk) -> None:
    before = fresh.files()
    done = fresh.run("init", "--repo", "a/b")
    assert (done.code, done.problem) == (
        64,
        "headway.toml is there already; edit it, or replace it with --force",
    )
    assert fresh.files() == before
    assert fresh.run("init", "--repo", "a/b", "--force").code == 0
    assert read_settings(fresh.folder / "headway.toml").github[0].repos == ("a/b",)


def test_init_works_elsewhere(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "here")
    done = desk.run(
        "init",
        "--repo",
        "a/b",
        "--config",
        "../there/h.toml",
        env={"HEADWAY_DATA": "../there/data"},
    )
    assert done.code == 0
    assert list(desk.folder.iterdir()) == []
    assert read_settings(tmp_path / "there" / "h.toml").github[0].repos == ("a/b",)
    assert (tmp_path / "there" / "data" / "seeds").is_dir()


@pytest.mark.parametrize(
    "flags",
    [
        [],
        ["--repo", "a"],
        ["--repo", "a/b/c"],
        ["--repo", "https://github.com/a/b"],
        ["--repo", ""],
        ["--org", "a/b"],
        ["--repo", "a/b", "--base-url", "github.com"],
        ["--repo", "a/b", "--base-url", "https://github.com"],
        ["--repo", "a/b", "--base-url", "https://me:secret@ghe.example"],
    ],
)
def test_init_with_a_wrong_name_or_address_writes_nothing(tmp_path: Path, flags: list[str]) -> None:
    desk = Desk(tmp_path / "desk")
    done = desk.run("init", "--config", "new/headway.toml", *flags)
    assert done.code == 64
    assert done.problem
    assert "secret" not in done.err
    assert list(desk.folder.iterdir()) == []


def test_init_asks_on_a_terminal_until_it_can_use_the_answer(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with desk.on_terminal("init") as (running, terminal):
        read_terminal(terminal, lambda text: "separated by spaces): " in text)
        typed(terminal, "nonsense")
        assert "'nonsense' is not a repository" in read_terminal(
            terminal, lambda text: text.count("separated by spaces") == 1
        )
        typed(terminal, "a/b c/d")
        read_terminal(terminal, lambda text: "run `headway refresh`" in text)
        assert running.done().code == 0
    assert read_settings(tmp_path / "headway.toml").github[0].repos == ("a/b", "c/d")


def test_an_import_that_is_not_published_needs_no_rules(fresh: Desk) -> None:
    (fresh.folder / "spend.csv").write_text("day,cost_usd\n2026-11-02,3\n", encoding="utf-8")
    (fresh.folder / "data" / "seeds" / "work_types.csv").write_text("rule\n\n", encoding="utf-8")
    assert fresh.run("import", "spend.csv").code == 64
    done = fresh.run("import", "spend.csv", "--no-publish")
    assert done.code == 0, done.err
    assert "spend.csv: imported" in done.err
