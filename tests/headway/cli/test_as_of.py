"""Snapshots of earlier days, earlier settings, and paths with spaces and apostrophes."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.command import Desk
from tests.support.github_server import Server

TODAY = datetime.now(UTC).date()


@pytest.fixture
def desk(offices: tuple[Server, Desk], tmp_path: Path) -> Desk:
    """A desk with everything read and published."""
    return offices[1].copy(tmp_path / "desk")


def test_a_snapshot_of_an_earlier_day_is_written_beside_the_live_one(desk: Desk) -> None:
    live = (desk.folder / "data" / "headway.duckdb").resolve()
    done = desk.run("publish", "--as-of", "2026-06-30")
    (path,) = (desk.folder / "data" / "snapshots").glob("as-of-2026-06-30-*.duckdb")
    assert (done.code, f"published {path}" in done.err) == (0, True)
    assert (desk.folder / "data" / "headway.duckdb").resolve() == live
    query = ("sql", "--csv", "select as_of from snapshot")
    earlier = desk.run(*query, "--snapshot", str(path))
    assert earlier.out.splitlines() == ["as_of", "2026-06-30"]
    assert desk.run(*query).out.splitlines()[1] > "2026-06-30"
    assert "As of 30 Jun 2026, the last day" in desk.run("answers", "--snapshot", str(path)).out


def test_a_file_that_is_no_snapshot_is_one_line(desk: Desk) -> None:
    done = desk.run("answers", "--snapshot", "headway.toml")
    assert (done.code, done.problem) == (
        2,
        "headway.toml is not a published file; name one under data/snapshots",
    )


def test_a_day_before_the_ledgers_first_publishes_nothing(desk: Desk) -> None:
    before = sorted((desk.folder / "data" / "snapshots").iterdir())
    done = desk.run("publish", "--as-of", "2010-01-01")
    assert done.code == 2
    assert done.problem.startswith(
        "nothing was published: the ledger has no data up to 2010-01-01, it begins on 20"
    )
    assert sorted((desk.folder / "data" / "snapshots").iterdir()) == before


def test_check_with_settings_that_are_not_there_is_one_line(desk: Desk) -> None:
    done = desk.run("check", "--config", "WRONG")
    assert (done.code, done.problem) == (
        64,
        "WRONG: no such file; run `headway init` to write it",
    )
    (desk.folder / "headway.toml").unlink()
    assert desk.run("check").code == 0


def test_exchange_rates_are_read_and_a_wrong_one_is_one_line(desk: Desk) -> None:
    rates = desk.folder / "data" / "seeds" / "exchange_rates.csv"
    file = desk.folder / "focus.csv"
    day = TODAY - timedelta(days=40)
    file.write_text(f"day,tool,cost,currency\n{day},api,10,EUR\n", encoding="utf-8")
    rates.write_text("currency,from_on,usd\nEUR,2020-01-01,1.5\n", encoding="utf-8")
    done = desk.run("import", "focus.csv", "--as", "spend")
    assert done.code == 0, done.err
    assert desk.rows("select sum(cost_usd) from spend") == [(15.0,)]
    rates.write_bytes(b"currency,from_on,usd\nEUR,2020-01-01,\xe9\n")
    done = desk.run("publish")
    assert (done.code, done.problem) == (
        64,
        "data/seeds/exchange_rates.csv, line 2, column 3: usd: must be a number with a point, "
        "such as 1.09",
    )


def test_paths_may_have_spaces_and_apostrophes(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "the team's desk"
    shutil.move(desk.folder, folder)
    moved = Desk(folder, desk.env)
    data, config = "data of the team's", "team's settings.toml"
    (folder / "data").rename(folder / data)
    (folder / "headway.toml").rename(folder / config)
    paths = ("--data", data, "--config", config)
    (folder / "items.csv").write_text("key,title,opened_at\nX-1,a,2026-01-01\n", encoding="utf-8")
    for words in (["refresh", "--no-publish"], ["publish"], ["check"], ["answers"]):
        done = moved.run(*words, *paths)
        assert done.code == 0, (words, done.err)
