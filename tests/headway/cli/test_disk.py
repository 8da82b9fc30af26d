"""Full and read-only disks: one error line, no partial file, and a working refresh afterwards."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from collectors.ledger.ledger_file import migrations, read_version
from tests.collectors.ledger.test_migrations import LEDGERS, desk
from tests.headway.cli.test_serve import is_up
from tests.support.command import Desk, free_port, wait_until
from tests.support.github_server import Server
from tests.support.refreshing import raw_tables

__all__ = ["desk"]  # a fixture
LEFT = (".part", ".building", "restoring")
WRITING = (
    "refresh --full",
    "publish",
    "import incidents.csv",
    "rules --map polish feedback",
    "demo",
)
#: bytes of a file that the demo cannot start its ledger with; a larger one only takes longer
SMALL = 600_000
READING = {
    "answers": 0,
    "sql --csv table releases": 0,
    "rules": 0,
    "check": 0,
    "refresh --dry-run": 0,
}


def left_over(desk: Desk) -> list[str]:
    """Return the unfinished files."""
    return [name for name in desk.files() if any(part in name for part in LEFT)]


@pytest.mark.parametrize("largest_file", [8_192, 2_500_000])
def test_a_first_refresh_on_a_full_disk_is_gone_on_with_where_there_is_space(
    offices: tuple[Server, Desk], desk: Desk, largest_file: int
) -> None:
    shutil.rmtree(desk.folder / "data")
    desk.set_up(offices[0].url)
    done = desk.run("refresh", largest_file=largest_file)
    assert (done.code, "File too large" in done.problem) == (2, True), done.err
    assert left_over(desk) == []
    assert not (desk.folder / "data" / "headway.duckdb").is_symlink()
    assert desk.run("refresh", "--no-publish").code == 0
    assert raw_tables(desk.folder / "data") == raw_tables(offices[1].folder / "data")


def test_a_disk_that_fills_later_takes_nothing_that_was_there(
    offices: tuple[Server, Desk], desk: Desk
) -> None:
    shutil.copy(LEDGERS.parents[1] / "imports" / "exports" / "incidents.csv", desk.folder)
    data = desk.folder / "data"
    size = (data / "ledger.duckdb").stat().st_size
    # in the largest the ledger has room, and the file to publish has not
    limits = [(words, SMALL if words == "demo" else size // 2) for words in WRITING]
    for words, largest_file in (*limits, ("refresh --full", size + 100_000)):
        done = desk.run(*words.split(), largest_file=largest_file)
        assert (done.code, "File too large" in done.problem) == (2, True), (words, done.err)
        assert left_over(desk) == []
        assert desk.facts() == offices[1].facts()
        assert read_version(data / "ledger.duckdb") == set(migrations())
    done = desk.run("restore", "--yes", largest_file=size // 2)
    assert (done.code, done.problem.endswith("nothing was changed")) == (2, True)
    done = desk.run(
        "init", "--force", "--repo", "a/b", largest_file=4_096, env={"HEADWAY_DATA": "other"}
    )
    assert (done.code, done.problem) == (
        2,
        "headway.toml: File too large; check permissions and space",
    )
    assert left_over(desk) == []
    assert desk.run("refresh").code == 0
    assert raw_tables(data) == raw_tables(offices[1].folder / "data")
    assert desk.facts() == offices[1].facts()


def test_an_answer_that_cannot_be_written_is_told(desk: Desk) -> None:
    done = desk.run("sql", "from pull_requests", largest_file=2_000)
    assert (done.code, done.problem) == (
        2,
        "this machine: File too large; check permissions and space",
    )


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody write into a folder for a while."""
    result = [folder, *folder.rglob("*")]
    modes = {path: path.stat().st_mode for path in result if not path.is_symlink()}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def test_a_read_only_data_folder_is_read_and_never_written(desk: Desk) -> None:
    shutil.copy(LEDGERS.parents[1] / "imports" / "exports" / "incidents.csv", desk.folder)
    assert desk.run("publish").code == 0  # so that there is a backup
    before, port = desk.files(), free_port()
    with read_only(desk.folder / "data"):
        for words, code in READING.items():
            done = desk.run(*words.split(maxsplit=2))
            assert done.code == code, (words, done)
        assert "data cannot be written; change its permissions" in desk.run("doctor").out
        for words in (*WRITING, "restore --yes"):
            done = desk.run(*words.split())
            assert (done.code, done.problem.startswith(("data/", "data:"))) == (2, True), (
                words,
                done.err,
            )
            assert "Permission denied" in done.problem
        with desk.start("serve", "--port", str(port)):
            wait_until(lambda: is_up(port), 60)
        assert desk.files() == before
    assert desk.run("refresh", "--no-publish").code == 0
