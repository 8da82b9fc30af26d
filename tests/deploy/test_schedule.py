"""Files under deploy/: their commands exist, and the workflow keeps the ledger between runs."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from headway.cli import commands as headway
from tests.support.command import Desk
from tests.support.github_server import TOKEN, Server
from tests.support.machine import ROOT

FOLDER = ROOT / "deploy"
UNITS = sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".service", ".timer"))
HOME = "/srv/headway"
#: keys that make a service unable to do what it has no business with
HARD = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "RestrictSUIDSGID": "yes",
    "SystemCallFilter": "@system-service",
}


def unit(name: str) -> configparser.ConfigParser:
    """A systemd unit, each key of which stands once."""
    result = configparser.ConfigParser(
        interpolation=None, delimiters=("=",), comment_prefixes=("#",)
    )
    result.optionxform = str  # type: ignore[assignment, method-assign]
    result.read_string((FOLDER / name).read_text(encoding="utf-8"))
    return result


def workflow() -> dict[Any, Any]:
    """The workflow of GitHub Actions."""
    result: dict[Any, Any] = yaml.safe_load(
        (FOLDER / "github-actions.yml").read_text(encoding="utf-8")
    )
    return result


def steps() -> list[dict[str, Any]]:
    """Return the steps of the workflow in order."""
    result: list[dict[str, Any]] = workflow()["jobs"]["refresh"]["steps"]
    return result


def cron_lines() -> list[tuple[list[str], str]]:
    """The times and the command of each line of the crontab."""
    lines = (FOLDER / "headway.crontab").read_text(encoding="utf-8").splitlines()
    jobs = [line.split(maxsplit=5) for line in lines if line and not re.match(r"#|\w+=", line)]
    return [(job[:5], job[5]) for job in jobs]


def commands() -> Iterator[tuple[str, list[str]]]:
    """Each command of Headway that a file under deploy/ runs, with the file."""
    scripts = [("headway.crontab", command) for _, command in cron_lines()]
    scripts += [
        (name, unit(name)["Service"]["ExecStart"]) for name in UNITS if name.endswith(".service")
    ]
    scripts += [("github-actions.yml", step["run"]) for step in steps() if "run" in step]
    for name, script in scripts:
        for row in re.findall(r"\.venv/bin/headway (.+?)\s*(?:\d?>|\|\||$)", script, re.M):
            yield name, shlex.split(row)


def test_every_command_in_them_exists() -> None:
    result = list(commands())
    assert {name for name, _ in result} == {
        "headway.crontab",
        "headway.service",
        "headway-check.service",
        "github-actions.yml",
    }
    for name, words in result:
        command = headway.cli.get_command(click.Context(headway.cli), words[0])
        assert command, name
        command.make_context(words[0], list(words[1:])).close()  # parses its options
    assert {words[0] for _, words in result} == {"refresh", "check"}


def test_the_crontab_has_times_that_cron_knows() -> None:
    (_, refresh), (_, check) = cron_lines()
    assert refresh.startswith(f"cd {HOME} && ") and check.startswith(f"cd {HOME} && ")
    for times, command in cron_lines():
        assert all(re.fullmatch(r"\*|\d+", time) for time in times)
        assert "%" not in command  # cron would take it for a line break
    bad = check.replace(f"cd {HOME}", "true").replace(
        ".venv/bin/headway check", "{ echo stale; exit 3; }"
    )
    message = subprocess.run(["sh", "-c", bad], capture_output=True, text=True, check=True)
    assert message.stdout == "stale\n"


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_says_what_systemd_knows(name: str, tmp_path: Path) -> None:
    result = unit(name)
    assert set(result.sections()) == (
        {"Unit", "Service"} if name.endswith(".service") else {"Unit", "Timer", "Install"}
    )
    if name.endswith(".service"):
        service = result["Service"]
        assert service.items() >= HARD.items()
        assert (service["Type"], service["Restart"], service["WorkingDirectory"]) == (
            "oneshot",
            "no",
            HOME,
        )
        assert service.get("SuccessExitStatus", "") == ("1 75" if name == "headway.service" else "")
    else:
        assert (FOLDER / name.replace(".timer", ".service")).exists()
        assert result["Timer"]["Persistent"] == "true"
    if program := shutil.which("systemd-analyze"):
        installed = tmp_path / ".venv" / "bin" / "headway"
        installed.parent.mkdir(parents=True)
        shutil.copy("/bin/true", installed)
        for item in UNITS:
            text = (FOLDER / item).read_text(encoding="utf-8")
            (tmp_path / item).write_text(text.replace(HOME, str(tmp_path)), encoding="utf-8")
        command = [program, "verify", "--man=no", "--recursive-errors=no", str(tmp_path / name)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_actions_are_fixed_by_the_hash_of_their_commit() -> None:
    actions = [step["uses"] for step in steps() if "uses" in step]
    assert len(actions) == 4
    for action in actions:
        assert re.fullmatch(r"actions/[a-z/-]+@[0-9a-f]{40}", action)


def test_the_workflow_is_private_alone_and_keeps_what_the_next_run_needs() -> None:
    result = workflow()
    assert result["concurrency"] == {"group": "headway", "cancel-in-progress": False}
    assert result["permissions"] == {"contents": "read"}
    assert result[True]["schedule"] == [{"cron": "17 * * * *"}]  # `on` is a truth in YAML 1.1
    restore, save = (step for step in steps() if "actions/cache/" in step.get("uses", ""))
    assert restore["with"]["path"] == save["with"]["path"]  # another path would be another cache
    assert restore["with"]["key"] == save["with"]["key"]
    assert (
        "github.run_id" in save["with"]["key"]
    )  # a cache never changes: each run writes one of its own
    assert save["with"]["key"].startswith(restore["with"]["restore-keys"])
    assert save["if"] == "always()"
    secrets = [value for step in steps() for value in step.get("env", {}).values()]
    assert len(secrets) == 5
    assert all(re.fullmatch(r"\$\{\{ secrets\.\w+ \}\}", value) for value in secrets)


class Runner:
    """Runs the workflow as GitHub does: each run in a new folder, with what the cache has."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cache, self.secrets = folder, folder / "cache", {"HEADWAY_TOKEN": TOKEN}
        program = folder / "bin" / "make"  # replaces the setup, which needs a network
        program.parent.mkdir(parents=True)
        program.write_text(
            "#!/bin/sh\nmkdir -p .venv/bin\nprintf '#!/bin/sh\\nexec "
            f'{sys.executable} -m headway.cli.commands "$@"\\n\' '
            "> .venv/bin/headway\nchmod +x .venv/bin/headway\n",
            encoding="utf-8",
        )
        program.chmod(0o755)

    def run(self, name: str, url: str, repos: list[str]) -> tuple[Path, bool, list[str]]:
        """Run every step; return the folder, whether all succeeded, and all outputs."""
        desk = Desk(self.folder / name)
        desk.folder.mkdir()
        desk.set_up(url, repos)
        lines, is_well = [], True
        for step in steps():
            if not is_well and step.get("if") != "always()":
                continue
            if "run" in step:
                done = subprocess.run(
                    ["bash", "-e", "-c", step["run"]],
                    cwd=desk.folder,
                    env=self._environment(step),
                    timeout=120,
                    capture_output=True,
                    text=True,
                    check=False,
                )
                lines.append(done.stdout + done.stderr)
                is_well &= done.returncode == 0
            else:
                self._use(step, desk.folder)
        assert not [text for text in lines if TOKEN in text]
        return desk.folder, is_well, lines

    def _environment(self, step: dict[str, Any]) -> dict[str, str]:
        inputs = workflow()["jobs"]["refresh"]["env"] | step.get("env", {})
        secret = re.compile(r"\$\{\{ secrets\.(\w+) \}\}")
        reported = {
            name: secret.sub(lambda result: self.secrets.get(result[1], ""), value)
            for name, value in inputs.items()
        }
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        return {"PATH": path, "HOME": str(self.folder), "PYTHONPATH": str(ROOT), **reported}

    def _use(self, step: dict[str, Any], at: Path) -> None:
        """Do what GitHub's own actions do with files."""
        action, paths = step["uses"].partition("@")[0], step.get("with", {}).get("path", "").split()
        pairs = [(at / path, self.cache / path) for path in paths]
        if action == "actions/cache/restore":
            pairs = [(stored, here) for here, stored in pairs]
        elif action not in ("actions/cache/save", "actions/checkout", "actions/upload-artifact"):
            raise AssertionError(action)
        for source, target in pairs if "cache" in action else []:
            if source.is_dir():
                shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
            elif source.is_symlink() or source.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                target.unlink(missing_ok=True)
                shutil.copy2(source, target, follow_symlinks=False)


def test_the_workflow_keeps_the_ledger_between_two_runs(
    offices: tuple[Server, Desk], tmp_path: Path
) -> None:
    github, desk = offices
    github.faults([])
    runner = Runner(tmp_path)
    _, is_well, message = runner.run("first", github.url, ["acme/shop", "acme/infra"])
    assert is_well, message
    github.reset()
    folder, is_well, message = runner.run("second", github.url, ["acme/shop", "acme/infra"])
    assert is_well, message
    assert github.stats()["requests"] <= 3
    assert (
        '"status": "unchanged"' in message[1] and '"status": "read", "rows": 37' not in message[1]
    )
    assert Desk(folder).facts() == desk.facts()
    assert (folder / "headway.duckdb").stat().st_size > 0
    folder, is_well, message = runner.run("third", github.url, ["acme/nothing", "acme/infra"])
    # the check reports the failed repository after the ledger and the artifact are saved
    assert not is_well
    assert '"event": "crossed"' in message[-1]
    assert (folder / "headway.duckdb").exists()
