"""End of a command: by one signal or two, by a fault of Headway, by too little memory."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import Desk
from tests.support.github_server import Server
from tests.support.machine import ROOT

#: a command line of its own, ended by the product's code
COMMANDS = """
import sys, time
import click
from headway.cli import exit_codes, log

@click.group()
def cli(): ...

@cli.command()
def deaf():
    for _ in range(2):
        try:
            print("ready", flush=True)
            time.sleep(60)
        except KeyboardInterrupt:
            pass

@cli.command()
def broken():
    raise ValueError("two\\nlines")

@cli.command()
@click.argument("error")
def hungry(error):
    raise {"bytes": MemoryError(), "threads": RuntimeError("can't start new thread")}[error]

log.set_up(sys.argv.pop())
exit_codes.run(cli)
"""


def start(command: str, form: str = "text") -> subprocess.Popen[str]:
    """Run one of these commands."""
    words = [sys.executable, "-c", COMMANDS, *command.split(), form]
    return subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )


@pytest.fixture
def github(offices: tuple[Server, Desk]) -> Server:
    """The company's GitHub, with nothing broken and nothing counted."""
    offices[0].faults([])
    offices[0].reset()
    return offices[0]


def test_sigterm_ends_a_refresh_that_hangs_on_an_answer_and_leaves_the_lock_free(
    github: Server, offices: tuple[Server, Desk], tmp_path: Path
) -> None:
    desk = offices[1].copy(tmp_path / "desk")
    before = desk.facts()
    github.faults([{"kind": "slow", "at": [3, 4, 5, 6], "seconds": 30}])
    with desk.start("refresh", "--full") as running:
        running.wait_for("people.csv: read")
        running.process.terminate()
        done = running.done(timeout=20)
    assert (done.code, done.problem) == (143, "stopped; what was committed stays")
    assert desk.facts() == before
    github.faults([])
    assert desk.run("refresh").code == 0
    assert desk.facts() == before


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_second_signal_ends_it_at_once(form: str) -> None:
    with start("deaf", form) as running:
        assert running.stdout and running.stderr
        assert running.stdout.readline() == "ready\n"
        running.send_signal(signal.SIGTERM)
        assert running.stdout.readline() == "ready\n"
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 130
        (line,) = running.stderr.read().splitlines()
    assert "stopped; what was committed stays" in line
    assert line.startswith("{" if form == "json" else "headway: ")


def test_a_mistake_of_ours_has_an_exit_code_of_its_own() -> None:
    with start("broken") as running:
        _, message = running.communicate(timeout=20)
    assert running.returncode == 70
    assert message.startswith("Traceback (most recent call last):\n")
    assert message.endswith("headway: a mistake of Headway's own (ValueError); please report it\n")
    with start("broken", "json") as running:
        _, message = running.communicate(timeout=20)
    mistake, ended = message.splitlines()
    assert "Traceback" in mistake and '"exit_code": 70' in ended


@pytest.mark.parametrize("error", ["bytes", "threads"])
def test_too_little_memory_is_one_line(error: str) -> None:
    with start(f"hungry {error}") as running:
        _, message = running.communicate(timeout=20)
    assert running.returncode == 2
    assert (
        message
        == "headway: out of memory; give it more, then run again; what was committed stays\n"
    )
