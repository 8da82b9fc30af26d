"""Command ``import`` and the inbox: each file is imported once, whole or not at all."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from collectors.imports.formats import KINDS
from collectors.imports.reader import import_id
from collectors.ledger.lock import refresh_lock
from collectors.ledger.opening import open_ledger
from tests.support.command import Desk
from tests.support.importing import WRITTEN_AT, desk_with, inbox, kill_and_import_again, write
from tests.support.machine import ROOT

SAMPLES = Path(__file__).parent / "exports"
KILLS = 6
#: two exports of one tracker: a month later the item is closed and renamed, without its label
EARLIER = (
    "key,title,opened_at,closed_at,labels\nSHOP-1,Old name,2026-09-01,,ux-debt\n"
    "SHOP-2,Only in September,2026-09-02,,\n"
)
LATER = (
    "key,title,opened_at,closed_at,labels\nSHOP-1,New name,2026-09-01,2026-10-05,\n"
    "SHOP-3,New,2026-10-01,,ux-debt\n"
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a desk with settings and the samples, all written at one time, before any import."""
    return desk_in(tmp_path / "desk")


def desk_in(folder: Path) -> Desk:
    """Return a desk with settings and the samples in a folder."""
    return desk_with(folder, SAMPLES)


def ledger(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """Return the imports in the ledger without their time of loading; none without a ledger."""
    if not (desk.folder / "data" / "ledger.duckdb").exists():
        return {}
    with open_ledger(desk.folder / "data" / "ledger.duckdb", "test", read_only=True) as store:
        result = {
            name: store.rows(f"from {name} order by all")
            for name in map("imported_{}".format, KINDS)
        }
        imports = store.rows("select * exclude (loaded_at) from imports order by import_id")
    return {name: rows for name, rows in (result | {"imports": imports}).items() if rows}


def messages(stderr: str) -> list[str]:
    """Return the messages of a command, without that of the published snapshot."""
    return [line for line in stderr.splitlines() if not line.startswith("published ")]


# -- one file --------------------------------------------------------------------------------------


def test_import_prints_a_summary_loads_and_publishes(desk: Desk) -> None:
    done = desk.run("import", "pagerduty.csv", "growthbook.json", "items.csv")
    assert done.code == 0
    assert messages(done.err) == [
        "pagerduty.csv: incidents from pagerduty, 2 rows, 2026-10-01 to 2026-10-02; not read: "
        "service_id, "
        "escalation_policy_id, escalation_policy_name, seconds_to_first_ack, seconds_to_resolve, "
        "auto_resolved, "
        "acknowledged_by_user_names, resolved_by_user_name",
        "growthbook.json: experiments from growthbook, 4 rows, 2026-08-03 to 2026-09-19; not "
        "read: dateCreated",
        "items.csv: items, 3 rows, 2026-09-01 to 2026-09-03",
        "pagerduty.csv: imported",
        "growthbook.json: imported",
        "items.csv: imported",
    ]
    imports = [
        (
            row["kind"],
            row["source"],
            row["account"],
            row["file"],
            row["rows_read"],
            row["exported_at"],
        )
        for row in ledger(desk)["imports"]
    ]
    written_at = WRITTEN_AT.replace(tzinfo=None)
    assert sorted(imports) == [
        ("experiments", "growthbook", "", "growthbook.json", 4, written_at),
        ("incidents", "pagerduty", "", "pagerduty.csv", 2, written_at),
        ("items", "generic", "", "items.csv", 3, written_at),
    ]
    counts = {name: len(rows) for name, rows in ledger(desk).items()}
    assert counts == {
        "imports": 3,
        "imported_incidents": 2,
        "imported_experiments": 4,
        "imported_items": 3,
    }
    assert desk.rows("select key, restore_hours from incidents order by key") == [
        ("Q1ABC", 0.75),
        ("Q2DEF", None),
    ]
    for name in ("pagerduty.csv", "growthbook.json", "items.csv"):
        stored = desk.folder / "data" / "inbox" / name
        assert stored.read_bytes() == (desk.folder / name).read_bytes()
        assert stored.stat().st_mode & 0o777 == 0o600
        assert stored.stat().st_mtime == WRITTEN_AT.timestamp()


def test_a_dry_run_and_a_bad_file_alone_write_nothing(desk: Desk) -> None:
    before = desk.files()
    done = desk.run("import", "incidents.csv", "--dry-run")
    assert (done.code, done.err) == (0, "")
    assert done.out == "incidents.csv: incidents, 2 rows, 2026-09-10 to 2026-09-12\n"
    assert desk.files() == before
    for words in (["expected.txt", "--dry-run"], ["expected.txt"]):
        assert desk.run("import", *words).code == 1
        assert desk.files() == before


def test_the_same_file_twice_or_under_two_names_is_one_import(desk: Desk) -> None:
    assert desk.run("import", "incidents.csv", "--no-publish").code == 0
    once, stored = ledger(desk), inbox(desk)
    shutil.copy(desk.folder / "incidents.csv", desk.folder / "again.csv")
    done = desk.run("import", "incidents.csv", "again.csv", "again.csv", "--no-publish")
    assert done.code == 0
    assert messages(done.err)[3:] == [
        f"{name}.csv: imported before" for name in ("incidents", "again", "again")
    ]
    assert (ledger(desk), inbox(desk)) == (once, stored)
    assert not (desk.folder / "data" / "snapshots").exists()


def test_another_file_of_the_same_name_is_kept_beside_it(desk: Desk) -> None:
    write(desk.folder / "items" / "export.csv", EARLIER)
    write(desk.folder / "later" / "export.csv", LATER)
    assert desk.run("import", "items/export.csv", "later/export.csv", "--no-publish").code == 0
    own = import_id(LATER.encode(), "items", "")
    assert inbox(desk) == {"export.csv": EARLIER.encode(), f"export-{own[:8]}.csv": LATER.encode()}
    assert {row["import_id"] for row in ledger(desk)["imports"]} == {
        own,
        import_id(EARLIER.encode(), "items", ""),
    }


def test_an_account_is_an_import_of_its_own_and_a_folder_of_the_inbox(desk: Desk) -> None:
    assert desk.run("import", "jira.csv", "--no-publish").code == 0
    done = desk.run("import", "jira.csv", "--account", "eu", "--no-publish")
    assert "jira.csv: items from jira (eu), 6 rows" in done.err
    assert sorted(row["account"] for row in ledger(desk)["imports"]) == ["", "eu"]
    assert len(ledger(desk)["imported_items"]) == 12
    assert sorted(inbox(desk)) == ["eu/jira.csv", "jira.csv"]
    assert "imported before" not in desk.run("refresh", "inbox", "--no-publish").err


def test_until_changes_the_date_of_an_import_also_later(desk: Desk) -> None:
    assert desk.run("import", "jira.csv", "--no-publish").code == 0
    assert desk.run("import", "jira.csv", "--until", "2026-10-31", "--no-publish").code == 0
    (row,) = ledger(desk)["imports"]
    assert (row["exported_at"], row["file"], row["rows_read"]) == (
        datetime(2026, 11, 1),
        "jira.csv",
        6,
    )
    assert desk.run("import", "incidents.csv", "--until", "2026-10-31", "--no-publish").code == 0
    stored = desk.folder / "data" / "inbox" / "incidents.csv"
    assert stored.stat().st_mtime == datetime(2026, 11, 1, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ([], "Missing argument 'FILE...'; see `headway import --help`"),
        (["none.csv"], "File 'none.csv' does not exist"),
        (["data"], "File 'data' is a directory"),
        (
            ["jira.csv", "--as", "costs"],
            "'costs' is not one of 'items', 'incidents', 'experiments', 'deployments', 'spend'",
        ),
        (
            ["jira.csv", "--account", "../eu"],
            "'../eu' is not an account name; write letters, digits, - and _",
        ),
        (["jira.csv", "--until", "9999-12-31"], "is not a day from 2008-01-01 to yesterday"),
    ],
)
def test_invalid_usage_is_one_line_and_exits_64(desk: Desk, words: list[str], problem: str) -> None:
    before = desk.files()
    done = desk.run("import", *words)
    assert (done.code, done.out) == (64, "")
    assert problem in done.problem
    assert desk.files() == before


def test_nothing_is_imported_without_settings(desk: Desk) -> None:
    (desk.folder / "headway.toml").unlink()
    before = desk.files()
    done = desk.run("import", "incidents.csv")
    assert (done.code, done.problem) == (
        64,
        "headway.toml: no such file; run `headway init` to write it",
    )
    assert desk.files() == before


# -- errors -------------------------------------------------------------------------------


def test_nothing_of_an_invalid_file_is_imported_and_the_others_are(desk: Desk) -> None:
    write(desk.folder / "bad.csv", EARLIER + "SHOP-9,x,some day,,\n")
    done = desk.run("import", "bad.csv", "incidents.csv")
    assert done.code == 1
    assert done.problem == (
        "bad.csv, line 4, column 3: 'some day' is not a time; write 2026-11-19 or 2026-11-19 14:05"
    )
    assert set(ledger(desk)) == {"imports", "imported_incidents"}
    assert list(inbox(desk)) == ["incidents.csv"]
    assert desk.rows("select count(*) from incidents") == [(2,)]


def test_nothing_is_imported_during_a_refresh(desk: Desk) -> None:
    with refresh_lock(desk.folder / "data"):
        done = desk.run("import", "incidents.csv")
    assert done.code == 75
    assert "another refresh is running on data (process" in done.problem
    assert (ledger(desk), inbox(desk)) == ({}, {})


def test_concurrent_imports_succeed_or_exit_75(desk: Desk) -> None:
    assert desk.run("import", "incidents.csv", "--no-publish").code == 0
    with ThreadPoolExecutor(2) as pool:
        runs = list(
            pool.map(
                lambda name: (name, desk.run("import", name, "--no-publish").code),
                ("jira.csv", "linear.csv"),
            )
        )
    assert {code for _, code in runs} <= {0, 75} and 0 in {code for _, code in runs}
    expected = {"incidents.csv", *(name for name, code in runs if code == 0)}
    assert {row["file"] for row in ledger(desk)["imports"]} == set(inbox(desk)) == expected


def test_read_only_inbox_leaves_the_ledger_unchanged(desk: Desk) -> None:
    (desk.folder / "data" / "inbox").write_text("in the way")
    done = desk.run("import", "incidents.csv")
    assert done.code == 2
    assert done.problem.endswith("check permissions and space")
    assert ledger(desk) == {}


def test_import_after_a_kill_equals_a_clean_import(
    tmp_path: Path,
) -> None:
    words = ("import", "jira.csv", "incidents.csv", "experiments.csv", "--no-publish")
    moments = [number * 0.05 for number in range(KILLS)]
    kill_and_import_again(tmp_path, desk_in, ledger, words, "experiments.csv: experiments", moments)


def tables(desk: Desk) -> dict[str, list[tuple[Any, ...]]]:
    """Return the published tables with imports."""
    return {
        name: desk.rows(f"from {name} order by all")
        for name in ("issues", "issue_intervals", "incidents", "experiments")
    }


# -- overlapping exports ---------------------------------------------------------------------------


def test_overlapping_exports_give_the_same_tables_in_any_order(tmp_path: Path) -> None:
    result = []
    for number, order in enumerate(itertools.permutations(["september.csv", "october.csv"])):
        desk = desk_in(tmp_path / str(number))
        write(desk.folder / "september.csv", EARLIER, datetime(2026, 10, 1, tzinfo=UTC))
        write(desk.folder / "october.csv", LATER, datetime(2026, 11, 1, tzinfo=UTC))
        assert desk.run("import", order[0], "--no-publish").code == 0
        assert desk.run("import", order[1]).code == 0
        result.append((ledger(desk), tables(desk)))
        assert desk.rows("select repo, number, title, state from issues order by number") == [
            ("generic/SHOP", 1, "New name", "closed"),
            ("generic/SHOP", 2, "Only in September", "open"),
            ("generic/SHOP", 3, "New", "open"),
        ]
    assert result[0] == result[1]


# -- the inbox -------------------------------------------------------------------------------------


def test_refresh_imports_new_files_in_spite_of_an_invalid_one(desk: Desk) -> None:
    dropped = desk.folder / "data" / "inbox"
    for name in ("incidents.csv", "us/jira.csv"):
        write(dropped / name, (SAMPLES / Path(name).name).read_text("utf-8"))
    write(dropped / "bad.csv", "a,b\n1,2\n")
    write(dropped / ".hidden.csv", "a,b\n1,2\n")
    before = desk.files()
    preview = desk.run("refresh", "inbox", "--dry-run")
    assert preview.code == 1
    assert preview.out.splitlines() == [
        "incidents.csv: incidents, 2 rows, 2026-09-10 to 2026-09-12",
        "jira.csv: items from jira (us), 6 rows, 2025-11-19 to 2026-10-04; not read: Issue id, "
        "Project name, Priority, "
        "Assignee, Reporter, Reporter Id, Last Viewed, Description, Sprint, Custom field (Story "
        "Points), Comment",
    ]
    assert desk.files() == before
    done = desk.run("refresh", "inbox")
    assert done.code == 1
    assert done.problem.startswith("data/inbox/bad.csv, line 1, column 1: unknown format")
    assert {(row["file"], row["account"]) for row in ledger(desk)["imports"]} == {
        ("incidents.csv", ""),
        ("jira.csv", "us"),
    }
    assert desk.rows("select status, rows_read, message from loads where source = 'inbox'") == [
        (
            "failed",
            8,
            "a file cannot be used; run `headway refresh inbox --dry-run`",
        )
    ]
    assert desk.rows("select count(*) from incidents") == [(2,)]
    (dropped / "bad.csv").unlink()
    again = desk.run("refresh", "inbox")
    assert (again.code, messages(again.err)) == (0, [])
    assert desk.rows("from loads where source = 'inbox' and status = 'unchanged'")


def test_lost_ledger_is_rebuilt_from_the_inbox(desk: Desk) -> None:
    assert (
        desk.run(
            "import", "incidents.csv", "growthbook.json", "--until", "2026-10-31", "--no-publish"
        ).code
        == 0
    )
    assert desk.run("import", "jira.csv", "--account", "eu").code == 0
    before = ledger(desk), tables(desk)
    (desk.folder / "data" / "ledger.duckdb").unlink()
    assert desk.run("refresh", "inbox").code == 0
    assert (ledger(desk), tables(desk)) == before


def test_texts_and_names_of_people_are_in_no_database(desk: Desk) -> None:
    names = [path.name for path in SAMPLES.iterdir() if path.name != "expected.txt"]
    assert desk.run("import", *names).code == 0
    data = desk.folder / "data"
    for path in (data / "ledger.duckdb", (data / "headway.duckdb").resolve()):
        with duckdb.connect(str(path), read_only=True) as db:
            listed = db.execute(
                "select table_name from duckdb_tables() where table_name <> 'people'"
            ).fetchall()
            for (name,) in listed:
                text = str(db.execute(f"from {name}").fetchall())
                for word in (
                    "@acme.example",
                    "Alice",
                    "Bob Roy",
                    "Carol",
                    "first look",
                    "line two",
                    "ship it",
                ):
                    assert word not in text, name


# -- label rules ------------------------------------------------------------


def test_mapped_label_is_published_at_once(desk: Desk) -> None:
    write(desk.folder / "items.csv", EARLIER.replace("ux-debt", "design polish"))
    assert desk.run("import", "items.csv").code == 0
    assert desk.rows("select count(*) from issues where is_ux_debt") == [(0,)]
    done = desk.run("rules", "--map", "design polish", "ux debt")
    assert done.code == 0
    reported = (
        "design polish now means ux debt, by the rule ux-debt-design-polish in "
        "data/seeds/label_rules.csv"
    )
    assert messages(done.err)[0] == reported
    assert desk.rows("select number from issues where is_ux_debt") == [(1,)]
    rules = desk.folder / "data" / "seeds" / "label_rules.csv"
    before = rules.read_bytes()
    done = desk.run("rules", "--map", "design polish", "feedback")
    assert (done.code, rules.read_bytes()) == (64, before)
    assert done.problem.startswith(
        "'design polish' already means ux debt, by the rule ux-debt-design-polish (user)"
    )


# -- changed files --------------------------------------------------------------------

COUNT_OPENS = """
import os, sys
opened = []
def record(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        path = os.fsdecode(arguments[0])
        if "inbox/" in path:
            opened.append(os.path.basename(path))
sys.addaudithook(record)
from headway.cli.commands import cli
try:
    cli.main(["refresh", "inbox", "--no-publish"], standalone_mode=False)
finally:
    print("opened:", *sorted(set(opened)))
"""


def opened_by_refresh(desk: Desk) -> list[str]:
    """Return the names of the files in the inbox that a refresh opens."""
    script = [sys.executable, "-c", COUNT_OPENS]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(script, cwd=desk.folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1].removeprefix("opened:").split()


def test_unchanged_files_of_the_inbox_are_not_opened_again(desk: Desk) -> None:
    folder = desk.folder / "data" / "inbox"
    write(folder / "items.csv", EARLIER)
    write(folder / "eu" / "incidents.csv", (SAMPLES / "incidents.csv").read_bytes())
    assert opened_by_refresh(desk) == ["incidents.csv", "items.csv"]
    assert opened_by_refresh(desk) == []
    write(folder / "items.csv", LATER, datetime(2026, 11, 3, tzinfo=UTC))
    assert opened_by_refresh(desk) == ["items.csv"]
    assert {row["file"] for row in ledger(desk)["imports"]} == {"items.csv", "incidents.csv"}
    assert len(ledger(desk)["imports"]) == 3
    assert opened_by_refresh(desk) == []


def test_a_file_replaced_by_one_of_the_same_size_is_imported(desk: Desk) -> None:
    path = desk.folder / "data" / "inbox" / "items.csv"
    write(path, EARLIER)
    assert desk.run("refresh", "inbox", "--no-publish").code == 0
    write(path, EARLIER.replace("Old name", "New name"), datetime(2026, 11, 3, tzinfo=UTC))
    assert desk.run("refresh", "inbox", "--no-publish").code == 0
    assert len(ledger(desk)["imports"]) == 2


def test_folders_and_files_with_an_apostrophe_are_imported(tmp_path: Path) -> None:
    desk = desk_in(tmp_path / "Ann's desk")
    costs = "day,cost_usd\n2026-10-01,12\n"
    write(desk.folder / "Ann's costs.csv", costs)
    write(desk.folder / "data" / "inbox" / "Bob's costs.csv", costs.replace("12", "13"))
    temporary = desk.folder / "Ann's files"
    temporary.mkdir()
    env = {"TMPDIR": str(temporary)}
    data = str(desk.folder / "data")
    imported = desk.run("import", "Ann's costs.csv", "--data", data, "--no-publish", env=env)
    assert imported.code == 0, imported.err
    refreshed = desk.run("refresh", "inbox", "--data", data, "--no-publish", env=env)
    assert refreshed.code == 0, refreshed.err
    assert [row["rows_read"] for row in ledger(desk)["imports"]] == [1, 1]
