"""Retention of snapshots, on files with nothing but their names."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from queries.publish.retention import drop_old
from queries.publish.settings import PublishSettings

#: a Monday
NOW = datetime(2026, 11, 30, 10)


def write(folder: Path, at: datetime, kind: str = "headway") -> Path:
    """Write a file with the name of a snapshot of a time."""
    path = folder / f"{kind}-{at:%Y%m%dT%H%M%S%f}-abcd.duckdb"
    path.touch()
    return path


def remaining(folder: Path, kind: str = "headway") -> list[str]:
    """Return the months, days and hours of the snapshots that are left."""
    paths = sorted(folder.glob(f"{kind}-*.duckdb"))
    times = [datetime.strptime(path.stem.split("-")[-2], "%Y%m%dT%H%M%S%f") for path in paths]
    return [f"{at:%m-%d %H}" for at in times]


def test_the_last_then_one_a_day_then_one_a_week_are_kept(tmp_path: Path) -> None:
    """Every four hours for sixty days: each publish drops what has become too old."""
    settings = PublishSettings(keep_last=3, keep_daily=4, keep_weekly=3)
    at = NOW - timedelta(days=60)
    while at <= NOW:
        drop_old(tmp_path, write(tmp_path, at), settings)
        at += timedelta(hours=4)
    assert remaining(tmp_path) == [
        "11-22 22",  # the Sundays of two weeks; this week's newest is the last one
        "11-27 22",
        "11-28 22",
        "11-29 22",
        "11-30 02",
        "11-30 06",
        "11-30 10",
    ]


def test_after_a_pause_the_last_are_kept_whatever_their_age(tmp_path: Path) -> None:
    paths = [write(tmp_path, NOW - timedelta(days=days)) for days in (400, 300, 200, 100, 0)]
    drop_old(tmp_path, paths[-1], PublishSettings(keep_last=2, keep_daily=7, keep_weekly=4))
    assert remaining(tmp_path) == ["08-22 10", "11-30 10"]


def test_snapshots_of_earlier_days_do_not_count_among_the_live_ones(tmp_path: Path) -> None:
    early = [write(tmp_path, NOW - timedelta(days=n), "as-of-2026-06-30") for n in (3, 2, 1)]
    newest = write(tmp_path, NOW)
    drop_old(tmp_path, newest, PublishSettings(keep_last=1, keep_daily=0, keep_weekly=0))
    assert sorted(tmp_path.iterdir()) == [early[-1], newest]


def test_the_file_just_published_and_other_files_stay(tmp_path: Path) -> None:
    """The clock was ahead once, so that another file has a later name."""
    own_files = [
        tmp_path / name for name in ("headway-board.duckdb", ".building-x.duckdb", "a.csv")
    ]
    for path in own_files:
        path.touch()
    later, live = write(tmp_path, NOW + timedelta(days=9)), write(tmp_path, NOW)
    write(tmp_path, NOW - timedelta(days=1))
    drop_old(tmp_path, live, PublishSettings(keep_last=1, keep_daily=0, keep_weekly=0))
    assert set(tmp_path.iterdir()) == {live, later, *own_files}
