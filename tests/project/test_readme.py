"""What the README says is so: its commands run, and its tables are those of the product."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from headway.cli import commands as headway
from headway.cli import exit_codes
from headway.config.settings import parse_settings
from headway.demo import ROLLOUT
from queries.publish.rules import compile_rules
from tests.headway.cli.test_serve import free_port, is_up
from tests.support.command import REPOS, Desk, wait_until
from tests.support.github_server import Server

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.M | re.S)
SHELL = [
    shlex.split(line, comments=True)
    for kind, text in BLOCKS
    if kind == "sh"
    for line in text.splitlines()
]
COMMANDS = [
    [Path(words[0]).name, *words[1:]]
    for words in SHELL
    if words and Path(words[0]).name in ("headway", "duckdb")
]
#: whatever is quoted as a command anywhere: `headway refresh --full`
MENTIONED = [row.split() for row in re.findall(r"headway ([a-z]+(?: [-\w/.]+)*)", README)]


def table(heading: str) -> list[list[str]]:
    """The cells of the table whose first column has this heading."""
    match = re.search(rf"^\| {re.escape(heading)} \|.*\n\|[- |]+\n((?:\|.*\n)+)", README, re.M)
    assert match, heading
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in match[1].splitlines()]


def names(heading: str) -> list[str]:
    """The first column of a table, without the marks of code."""
    return [row[0].strip("`* ") for row in table(heading)]


def test_every_command_of_the_readme_runs(offices: tuple[Server, Desk], tmp_path: Path) -> None:
    desk, port = Desk(tmp_path), free_port()
    ran = set()
    for program, *words in COMMANDS:
        ran.add(words[0])
        if program == "duckdb":
            duckdb = shutil.which("duckdb", path=str(Path(sys.executable).parent)) or "duckdb"
            done = subprocess.run(
                [duckdb, *words], cwd=tmp_path, capture_output=True, text=True, check=True
            )
            assert "definition_hash" in done.stdout
        elif words[0] == "init":
            at_home = ["--base-url", offices[0].url, "--repo", REPOS[1]]
            assert (
                desk.run(
                    *[REPOS[0] if word == "owner/name" else word for word in words], *at_home
                ).code
                == 0
            )
        elif words[0] == "import":
            shutil.copy(ROOT / "tests" / "collectors" / "imports" / "exports" / words[1], tmp_path)
            assert desk.run(*words).code == 0
        elif words[0] == "serve":
            with desk.start(*words, "--port", str(port)):
                wait_until(lambda: is_up(port), 60)
        else:
            done_here = desk.run(*words)
            assert done_here.code == 0, (words, done_here)
            assert done_here.out or done_here.err
    assert ran - {"-readonly"} == set(headway.cli.commands)


@pytest.mark.parametrize("words", MENTIONED, ids=" ".join)
def test_every_mention_of_a_command_is_one_that_exists(words: list[str]) -> None:
    command = headway.cli.commands.get(words[0])
    assert command, words
    options = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    assert {word for word in words if word.startswith("--")} <= options


def test_every_command_says_what_it_does(tmp_path: Path) -> None:
    for name, command in headway.cli.commands.items():
        done = Desk(tmp_path).run(name, "--help")
        assert done.code == 0
        assert done.out.startswith(f"Usage: headway {name} [OPTIONS]")
        assert all(option.help for option in command.params if isinstance(option, click.Option)), (
            name
        )
        assert "--data DIRECTORY" in done.out and "--config FILE" in done.out


def test_the_tables_are_those_of_the_product(offices: tuple[Server, Desk]) -> None:
    assert sorted(names("table")) == [
        name for (name,) in offices[1].rows("select name from (show tables) order by name")
    ]
    codes = (
        "DONE",
        "SOME_FAILED",
        "NOTHING_PUBLISHED",
        "CROSSED",
        "WRONG_USAGE",
        "MISTAKE",
        "BUSY",
        "STOPPED",
    )
    reported = [getattr(exit_codes, name) for name in (*codes, "TERMINATED")]
    assert [int(code) for code in names("exit code")] == reported
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.M)
    assert sorted(names("target")) == sorted(
        ["make", *(f"make {target}" for target in targets if target != "help")]
    )


def test_every_room_is_in_the_table_of_rooms() -> None:
    rooms = " ".join(row[0] for row in table("room"))
    here = {path.name + ("/" if path.is_dir() else "") for path in ROOT.iterdir()}
    assert {name.strip("`,") for name in rooms.split()} == {
        name
        for name in here
        if name.endswith((".py", "/"))
        and not name.startswith((".", "build/"))
        and "egg" not in name
    } - {"screenshots/", "__pycache__/"}


def test_the_settings_of_the_readme_can_be_used(tmp_path: Path) -> None:
    settings = [
        parse_settings(Path("headway.toml"), text) for kind, text in BLOCKS if kind == "toml"
    ]
    (app,) = [item for item in settings if item.githubs[0].app_id]
    assert (app.githubs[0].app_id, app.githubs[0].app_key_env) == (123456, "HEADWAY_APP_KEY")
    ((first, second),) = [item.githubs for item in settings if len(item.githubs) > 1]
    assert (first.orgs, first.exclude, second.app_key_env) == (
        ("acme",),
        ("acme/*-archive",),
        "ACME_APP_KEY",
    )
    rules = compile_rules(settings[-1], tmp_path)
    assert [
        rule.rule for rule in rules if rule.source == "headway.toml" and rule.kind == "work_types"
    ] == ["our-feature-label"]


def test_the_demos_effect_is_as_told() -> None:
    reported = " ".join(
        README[README.index("## The demo company") : README.index("## Privacy")].split()
    )
    assert f"over {ROLLOUT.ramp_weeks} weeks" in reported
    assert f"coding takes {-ROLLOUT.coding_change * 100:.0f} % less working time" in reported
    assert (
        f"pickup {ROLLOUT.pickup_change * 100:.0f} % more from week {ROLLOUT.pickup_after_weeks} on"
        in reported
    )
    assert f"review {ROLLOUT.review_change * 100:.0f} % more" in reported
    assert f"{ROLLOUT.feature_change * 100:.0f} % more features are started" in reported
    assert (
        f"from {ROLLOUT.ai_share_before * 100:.0f} % to {ROLLOUT.ai_share_after * 100:.0f} %"
        in reported
    )
    assert (
        f"{ROLLOUT.revert_share_after * 100:.0f} % are reverted, was {ROLLOUT.revert_share_before * 100:.0f} %"
        in reported
    )


def test_the_files_it_names_are_there() -> None:
    paths = re.findall(r"`((?:data|queries|tests|collectors|pages)/[\w/.]+)`", README)
    made = (
        "headway.duckdb",
        "inbox/",
        "ledger.duckdb",
        "people.csv",
        "work_types.csv",
        "exchange_rates.csv",
        "data/shown/",
        "backups/",
        "data/demo",
        "NAME",
    )
    assert [
        path
        for path in paths
        if not any(name in path for name in made) and not (ROOT / path).exists()
    ] == []
