"""Import of spend: each file once, whole or not at all; the newest export of a day counts."""

from __future__ import annotations

import itertools
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collectors.ledger.opening import open_ledger
from tests.support.command import Desk
from tests.support.importing import WRITTEN_AT, desk_with, inbox, kill_and_import_again, write

SAMPLES = Path(__file__).parent / "spend"
KILLS = 5
#: two exports of one bill: the later one restates the second and adds the third of October
EARLIER = (
    "day,cost_usd,tool,user\n2026-10-01,10,cursor,ann@acme.example\n"
    "2026-10-02,20,cursor,ann@acme.example\n"
)
LATER = (
    "day,cost_usd,tool,user\n2026-10-02,25,cursor,bob@acme.example\n"
    "2026-10-03,30,cursor,ann@acme.example\n"
)
#: the rule of the published tables, in its shortest form
WINNERS = """
    with winners as (
        select partition_id, day
        from spend_partitions
        qualify row_number() over (
            partition by source, account, day order by exported_at desc, origin desc
        ) = 1
    )
    select day::varchar as day, amount::double as amount, actor
    from winners join spend_rows using (partition_id)
    order by all"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a desk with settings and the samples, all written at one time."""
    return desk_in(tmp_path / "desk")


def desk_in(folder: Path) -> Desk:
    """Return a desk with settings and the samples in a folder."""
    return desk_with(folder, SAMPLES)


def query(desk: Desk, sql: str) -> list[dict[str, Any]]:
    """Return the rows of a query on the ledger; none without a ledger."""
    if not (desk.folder / "data" / "ledger.duckdb").exists():
        return []
    with open_ledger(desk.folder / "data" / "ledger.duckdb", "test", read_only=True) as store:
        return store.rows(sql)


def ledger(desk: Desk) -> list[list[dict[str, Any]]]:
    """Return the spend in the ledger without its time of loading."""
    timed = ("imports", "spend_partitions")
    result = [
        query(desk, f"select * exclude (loaded_at) from {name} order by all") for name in timed
    ]
    return [*result, query(desk, "from spend_rows order by all")]


def test_import_prints_a_summary_and_loads_the_file(desk: Desk) -> None:
    done = desk.run("import", "anthropic_cost.csv", "minimal.csv", "--no-publish")
    assert done.code == 0
    assert done.err.splitlines() == [
        "anthropic_cost.csv: spend from anthropic, 5 rows, 2026-10-01 to 2026-10-02, 0.44 USD "
        "(0.46 at list price); "
        "not read: workspace, context_window, cost_type, inference_geo, speed",
        "minimal.csv: spend, 3 rows, 2026-10-01 to 2026-10-03, 12.50 USD",
        "anthropic_cost.csv: imported",
        "minimal.csv: imported",
    ]
    written_at = WRITTEN_AT.replace(tzinfo=None)
    imports = query(
        desk,
        "select kind, source, account, file, exported_at, rows_read from imports order by file",
    )
    assert [tuple(row.values()) for row in imports] == [
        ("spend", "anthropic", "", "anthropic_cost.csv", written_at, 5),
        ("spend", "generic", "", "minimal.csv", written_at, 3),
    ]
    ids = "left(sha256(concat_ws('|', source, account, day, origin)), 16)"
    assert query(
        desk, f"select count(*) as n from spend_partitions where partition_id = {ids}"
    ) == [{"n": 5}]
    assert inbox(desk) == {
        name: (SAMPLES / name).read_bytes() for name in ("anthropic_cost.csv", "minimal.csv")
    }


def test_dry_run_prints_a_summary_and_writes_nothing(desk: Desk) -> None:
    before = desk.files()
    done = desk.run("import", "minimal.csv", "--dry-run")
    assert (done.code, done.out) == (
        0,
        "minimal.csv: spend, 3 rows, 2026-10-01 to 2026-10-03, 12.50 USD\n",
    )
    assert desk.files() == before


def test_import_publishes(desk: Desk) -> None:
    done = desk.run("import", "generic.csv", "focus_1_4.csv")
    assert done.code == 0
    assert done.err.splitlines()[-1].startswith("published ")
    assert desk.rows("select repo from repositories") == []  # a bill is no tracker


def test_the_same_file_twice_or_under_two_names_is_one_import(desk: Desk) -> None:
    assert desk.run("import", "copilot.csv", "--no-publish").code == 0
    once, stored = ledger(desk), inbox(desk)
    shutil.copy(desk.folder / "copilot.csv", desk.folder / "again.csv")
    done = desk.run("import", "again.csv", "copilot.csv", "--no-publish")
    assert [line for line in done.err.splitlines() if "imported" in line] == [
        "again.csv: imported before",
        "copilot.csv: imported before",
    ]
    assert (ledger(desk), inbox(desk)) == (once, stored)


def test_overlapping_files_give_the_same_rows_in_any_order(tmp_path: Path) -> None:
    result = []
    for number, order in enumerate(itertools.permutations(["first.csv", "second.csv"])):
        desk = desk_in(tmp_path / str(number))
        write(desk.folder / "first.csv", EARLIER.encode(), datetime(2026, 10, 3, 1, tzinfo=UTC))
        write(desk.folder / "second.csv", LATER.encode(), datetime(2026, 10, 4, 1, tzinfo=UTC))
        done = [desk.run("import", name, "--no-publish") for name in order]
        assert [each.code for each in done] == [0, 0]
        assert done[1].err.splitlines()[-1] == (
            f"{order[1]}: imported; 1 of its days is also in {order[0]}; the newest export of a "
            f"day "
            "counts; to add both, import one under another --account"
        )
        assert [tuple(row.values()) for row in query(desk, WINNERS)] == [
            ("2026-10-01", 10, "ann@acme.example"),
            ("2026-10-02", 25, "bob@acme.example"),
            ("2026-10-03", 30, "ann@acme.example"),
        ]
        result.append((ledger(desk), query(desk, WINNERS)))
    assert result[0] == result[1]


def test_accounts_are_summed(desk: Desk) -> None:
    write(desk.folder / "first.csv", EARLIER.encode())
    assert desk.run("import", "first.csv", "--no-publish").code == 0
    done = desk.run("import", "first.csv", "--account", "eu", "--no-publish")
    assert done.err.splitlines()[-1] == "first.csv: imported"
    assert query(desk, f"select sum(amount)::double as usd from ({WINNERS})") == [{"usd": 60}]
    assert sorted(inbox(desk)) == ["eu/first.csv", "first.csv"]


def test_unfinished_day_is_provisional_until_confirmed(desk: Desk) -> None:
    write(desk.folder / "first.csv", EARLIER.encode(), datetime(2026, 10, 2, 18, tzinfo=UTC))
    assert desk.run("import", "first.csv", "--no-publish").code == 0
    provisional = (
        "select day::varchar as day, exported_at::varchar as exported_at from spend_partitions "
        "where is_provisional"
    )
    assert query(desk, provisional) == [{"day": "2026-10-02", "exported_at": "2026-10-02 18:00:00"}]
    assert desk.run("import", "first.csv", "--until", "2026-10-02", "--no-publish").code == 0
    assert query(desk, provisional) == []
    assert query(
        desk, "select distinct exported_at::varchar as exported_at from spend_partitions"
    ) == [{"exported_at": "2026-10-03 00:00:00"}]


def test_refresh_imports_new_files_and_rebuilds_a_lost_ledger(desk: Desk) -> None:
    dropped = desk.folder / "data" / "inbox"
    write(dropped / "cursor.csv", (SAMPLES / "cursor_team.csv").read_bytes())
    write(dropped / "eu" / "minimal.csv", (SAMPLES / "minimal.csv").read_bytes())
    assert desk.run("refresh", "inbox", "--no-publish").code == 0
    before = ledger(desk)
    assert {(row["file"], row["account"]) for row in before[0]} == {
        ("cursor.csv", ""),
        ("minimal.csv", "eu"),
    }
    assert desk.run("refresh", "inbox", "--no-publish").err == ""
    (desk.folder / "data" / "ledger.duckdb").unlink()
    assert desk.run("refresh", "inbox", "--no-publish").code == 0
    assert ledger(desk) == before


def test_invalid_file_is_not_imported_and_its_error_names_no_person(desk: Desk) -> None:
    write(desk.folder / "bad.csv", EARLIER.encode() + b"2026-10-03,ann@acme.example,3,cursor\n")
    done = desk.run("import", "bad.csv", "minimal.csv", "--no-publish")
    assert done.code == 1
    assert (
        done.problem
        == "bad.csv, line 4, column 2: '…@…' is not a number below a trillion; write 1234.56"
    )
    assert [row["file"] for row in query(desk, "select file from imports")] == ["minimal.csv"]
    assert list(inbox(desk)) == ["minimal.csv"]


def test_import_after_a_kill_equals_a_clean_import(
    tmp_path: Path,
) -> None:
    words = ("import", "generic.csv", "focus_1_4.csv", "copilot.csv", "--no-publish")
    moments = [number * 0.08 for number in range(KILLS)]
    kill_and_import_again(tmp_path, desk_in, ledger, words, "copilot.csv: spend", moments)
