"""Attacks by way of files and texts: each is carried out through the command line."""

from __future__ import annotations

import csv
import io
import os
import zlib
from pathlib import Path
from typing import Any

import duckdb
import pytest

from collectors.ledger.opening import open_ledger
from tests.support import company
from tests.support.command import Desk, Done, wait_until
from tests.support.github_server import serve
from tests.support.importing import inbox, write

EVE = "eve.quill@acme.example"
SETTINGS = f"""
keep_bodies = false

[[rollouts]]
name = "Agents for {EVE}"
on = 2026-03-02

[[tool_decisions]]
tool = "{EVE}"
decision = "trial"
on = 2026-03-02

[[label_rules]]
rule = "of {EVE}"
kind = "ux debt"
field = "label"
pattern = "^ux {EVE}$"
"""
IMPORTS = {
    "spend.csv": "day,cost_usd,provider,tool,model,account,team,email\n"
    + "".join(
        f"2026-03-02,{10 + n},{EVE},{EVE},ft:gpt:{EVE},{EVE},{EVE},p{n}@acme.example\n"
        for n in range(6)
    ),
    "items.csv": "key,title,opened_at,closed_at,labels,type,url\n"
    f"SHOP-1,Of {EVE},2026-03-01,,ux {EVE},{EVE},https://x.example/eve.quill%40acme.example\n",
    "incidents.csv": "key,title,opened_at,resolved_at,service,severity,url\n"
    f"I-1,Of {EVE},2026-03-01,2026-03-02,{EVE},{EVE},javascript:alert(1)\n"
    "I-2,x,2026-03-01,,,,https://x.example/2\nI-3,x,2026-03-01,,,,//x.example/3\n",
    "experiments.csv": f"key,title,started_at,repo\n{EVE},Of {EVE},2026-03-01,acme/kit\n",
}
#: texts that a pattern may need quadratic time for, and files with them that cannot be used
LONG = [character * 500_000 for character in "a1!@"]
UNUSABLE = {
    "key.csv": "key,title,opened_at,closed_at\n{}x,x,2026-03-01,\n",
    "time.csv": "key,title,opened_at,closed_at\nA-1,x,{},\n",
    "day.csv": "day,cost_usd,model\n{},1,x\n",
    "header.csv": "{},b\n1,2\n",
}
#: for a refresh of all of them on a busy machine; a quadratic pattern needs more for one of them
SECONDS = 200


def repository() -> dict[str, Any]:
    """Return a repository with an e-mail address in every text, and with long texts."""
    dataset = company.datasets()["acme/kit"]
    dataset["repository"]["topics"] = [EVE]
    dataset["labels"] = [{"name": f"ux {EVE}", "color": "ededed", "description": EVE}]
    times = {"created_at": "2026-03-02T10:00:00Z", "updated_at": "2026-03-02T10:00:00Z"}
    milestone = {"number": 1, "title": EVE, "state": "OPEN", "due_on": None, "closed_at": None}
    dataset["milestones"] = [milestone | times]
    status = {"state": "SUCCESS", "created_at": "2026-03-02T18:00:00Z"}
    oid = dataset["pulls"][0]["merge_commit"]
    deployment = {"database_id": 1, "environment": f"production {EVE}", "task": "deploy"}
    deployment |= {"oid": oid, "ref": None, "creator": None, "statuses": [status]}
    dataset["deployments"] = [deployment | {"created_at": "2026-03-02T17:00:00Z"}]
    for pull, text in zip(dataset["pulls"], LONG[1:], strict=True):
        pull |= {"milestone": EVE, "head_ref": EVE, "labels": [f"ux {EVE}"]}
        pull |= {"title": f"{pull['title']} for {EVE} {text[:1_000]}", "body": text[:250_000]}
        pull["files"] = [[f"src/{EVE}/{path}", *counts] for path, *counts in pull["files"]]
    for release in dataset["releases"]:
        release |= {"name": f"Release of {EVE}", "tag": f"{release['tag']}-{EVE}"}
    rows = [f"E-{n},{text[:200_000]},2026-03-01,javascript:alert(1)" for n, text in enumerate(LONG)]
    blob = "e" * 40
    dataset["files"] = {"experiments.csv": [["2026-03-02T10:00:00Z", oid, blob, 800_000]]}
    dataset["texts"] = {blob: "\n".join(["key,title,started_at,url", *rows])}
    return dataset


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory, schema_path: Path) -> tuple[Desk, Done]:
    """Return a desk that was refreshed with these texts in every field, and the refresh."""
    desk = Desk(tmp_path_factory.mktemp("attacked"))
    with serve({"acme/kit": repository()}, schema=schema_path) as github:
        desk.set_up(github.url, ["acme/kit"], SETTINGS)
        rows = [f"p{n},p{n}@acme.example,Team {EVE},Role {EVE},{EVE}" for n in range(6)]
        people = desk.folder / "data" / "seeds" / "people.csv"
        write(people, "\n".join(["login,email,team,role,level", *rows]))
        assert desk.run("refresh", "people", "--no-publish").code == 0
        write(people, f"login,email\n{EVE},{EVE}\n")
        inbox = desk.folder / "data" / "inbox"
        for name, text in IMPORTS.items():
            write(inbox / name, text)
        for number, text in enumerate(LONG):
            for name, template in UNUSABLE.items():
                write(inbox / f"{number}-{name}", template.format(text))
            row = f"A{text}-1,{text},{text},{text},2026-03-01,\n"
            write(inbox / f"{number}.csv", f"key,title,url,labels,opened_at,closed_at\n{row}")
            row = f"2026-03-01,1,{text},{text},{text}\n"
            write(inbox / f"{number}-spend.csv", f"day,cost_usd,model,account,email\n{row}")
        with desk.start("refresh", "github", "people", "inbox") as running:
            done = running.done(SECONDS)
    return desk, done


def texts(desk: Desk) -> dict[str, list[str]]:
    """Return every text of every published table, by table and column."""
    columns = desk.rows(
        "select table_name, column_name from duckdb_columns() "
        "where not internal and contains(data_type, 'VARCHAR')"
    )
    parts = [
        f"select '{table}.{column}', list(distinct \"{column}\"::varchar) from {table}"
        for table, column in columns
    ]
    return {
        name: [text for text in values or () if text]
        for name, values in desk.rows(" union all ".join(parts))
    }


def test_no_published_text_has_an_address(attacked: tuple[Desk, Done]) -> None:
    published = texts(attacked[0])
    assert not {name for name, values in published.items() if any("quill" in t for t in values)}
    masked = {name for name, values in published.items() if any("…@…" in text for text in values)}
    assert masked >= {
        "areas.area",
        "deployments.environment",
        "events.name",
        "experiments.title",
        "issues.labels",
        "milestones.title",
        "pull_requests.labels",
        "pull_requests.title",
        "releases.name",
        "releases.tag",
        "repositories.topics",
        "rules.rule",
    }


def test_published_links_are_of_the_web(attacked: tuple[Desk, Done]) -> None:
    links = {name: values for name, values in texts(attacked[0]).items() if name.endswith(".url")}
    schemes = {link.partition("//")[0] for values in links.values() for link in values}
    assert schemes == {"https:"}
    assert attacked[0].rows("select key, url from incidents order by key") == [
        ("I-1", None),
        ("I-2", "https://x.example/2"),
        ("I-3", None),
    ]
    experiments = "select url from experiments where repo = 'acme/kit' and key like 'E-%'"
    assert attacked[0].rows(experiments) == [(None,)] * len(LONG)


def test_loads_quote_no_file(attacked: tuple[Desk, Done]) -> None:
    failed = attacked[0].rows(
        "select distinct source, message from loads where status = 'failed' order by 1"
    )
    assert failed == [
        ("inbox", "a file cannot be used; run `headway refresh inbox --dry-run`"),
        ("people", "the file is invalid and the last valid one is used; run `headway doctor`"),
    ]


def test_long_texts_are_read_or_refused_in_one_short_line(attacked: tuple[Desk, Done]) -> None:
    _, done = attacked
    problems = [line for line in done.err.splitlines() if line.startswith("headway: ")]
    assert (done.code, len(problems)) == (1, 1 + len(LONG) * len(UNUSABLE))
    assert max(map(len, done.err.splitlines())) < 450


# -- names of files --------------------------------------------------------------------------------

SPEND = "day,cost_usd,model\n2026-10-0{day},{cost},x\n"


def desk_of(folder: Path, more: str = "") -> Desk:
    """Return a desk with settings, for imports."""
    desk = Desk(folder, env={"TMPDIR": str(folder / "temporary")})
    (folder / "temporary").mkdir(parents=True)
    desk.set_up("http://127.0.0.1:1", ["acme/kit"], more)
    return desk


def test_names_of_files_are_neither_patterns_nor_sql(tmp_path: Path) -> None:
    desk = desk_of(tmp_path)
    names = ["a.csv", "b.csv", "[ab].csv", "*.csv", "?.csv", "o'b; --.csv", 'q".csv', "{a,b}.csv"]
    for day, name in enumerate(names, 1):
        write(tmp_path / name, SPEND.format(day=day, cost=day))
    done = desk.run("import", *names[2:], "é ü.csv", "--dry-run")
    assert done.code == 64  # a file that is not there
    done = desk.run("import", *names[2:], "--dry-run")
    assert done.out.splitlines() == [
        f"{name}: spend, 1 row, 2026-10-0{day} to 2026-10-0{day}, {day}.00 USD"
        for day, name in enumerate(names, 1)
        if day > 2
    ]
    parquet = tmp_path / "[p].parquet"
    with duckdb.connect() as db:
        db.sql("select 1 as cost_usd, '2026-10-01' as day").write_parquet(str(tmp_path / "p"))
    (tmp_path / "p").rename(parquet)
    write(tmp_path / "p.parquet", b"PAR1")
    done = desk.run("import", parquet.name, "--dry-run")
    assert done.out == "[p].parquet: spend, 1 row, 2026-10-01 to 2026-10-01, 1.00 USD\n"


def test_odd_names_are_refused(tmp_path: Path) -> None:
    desk = desk_of(tmp_path)
    for name in ("...", "n\nl.csv", "e\x1b[2J.csv", "\u202egnp.csv"):
        write(tmp_path / "from" / name, SPEND.format(day=1, cost=1))
        done = desk.run("import", f"from/{name}", "--no-publish")
        assert done.code == 1
        assert done.problem.endswith(": a name of dots or control characters; rename it")
    assert not inbox(desk)


def test_links_and_odd_folders_of_the_inbox_are_refused(tmp_path: Path) -> None:
    desk = desk_of(tmp_path)
    secret = tmp_path / "elsewhere" / "secret.csv"
    dropped = tmp_path / "data" / "inbox"
    for path in (secret, dropped / "good.csv", *(dropped / name / "a.csv" for name in ODD_FOLDERS)):
        write(path, SPEND.format(day=1, cost=len(path.name)))
    (dropped / "link.csv").symlink_to(secret)
    (dropped / "folder").symlink_to(secret.parent)
    (dropped / "us").mkdir()
    (dropped / "us" / "link.csv").symlink_to(secret)
    done = desk.run("refresh", "inbox", "--no-publish")
    assert done.code == 1
    problems = [line for line in done.err.splitlines() if line.startswith("headway: ")]
    links = ("folder", "link.csv", "us/link.csv")
    expected = [f"headway: data/inbox/{name}: a link; put a copy there" for name in links]
    advice = "not an account; name it with letters, digits, - and _"
    visible = ("a b", "alice@acme.io", "n\ufffdl")
    expected += [f"headway: data/inbox/{name}: {advice}" for name in visible]
    assert sorted(problems) == sorted(expected)
    with open_ledger(tmp_path / "data" / "ledger.duckdb", "test", read_only=True) as ledger:
        assert [row["file"] for row in ledger.rows("from imports")] == ["good.csv"]


ODD_FOLDERS = ("a b", "alice@acme.io", "n\nl")


@pytest.mark.parametrize("name", ["a?b", "[ab]", "x*y", "n\nl"])
def test_data_folders_that_are_patterns_are_refused(name: str, tmp_path: Path) -> None:
    desk = desk_of(tmp_path)
    done = desk.run("publish", env={"HEADWAY_DATA": str(tmp_path / name)})
    assert done.code == 64
    assert "has a character that DuckDB takes for a pattern; rename it" in done.problem


# -- what is made and what stays -------------------------------------------------------------------


def test_folders_are_private_under_every_umask(tmp_path: Path) -> None:
    desk = desk_of(tmp_path)
    name = 'data of Ü\'nal "x"'
    write(tmp_path / "a.csv", SPEND.format(day=1, cost=1))
    with desk.start("import", "a.csv", "--account", "us", "--data", name, umask=0) as running:
        assert running.done(SECONDS).code == 0
    made = [path for path in (tmp_path / name).rglob("*") if not path.is_symlink()]
    folders = {path.name for path in made if path.is_dir()}
    assert folders >= {"inbox", "snapshots", "us"}
    for path in (tmp_path / name, *made):
        mode = path.stat().st_mode & 0o777
        assert mode == 0o700 if path.is_dir() else mode in (0o600, 0o444), path


def test_folders_of_killed_imports_are_removed_by_the_next(tmp_path: Path) -> None:
    desk = desk_of(tmp_path)
    rows = "".join(f"2026-10-01,1,m{number}\n" for number in range(300_000))
    write(tmp_path / "large.csv", f"day,cost_usd,model\n{rows}")
    write(tmp_path / "small.csv", SPEND.format(day=1, cost=1))
    temporary = tmp_path / "temporary"
    with desk.start("import", "large.csv", "--dry-run") as running:
        wait_until(lambda: any(temporary.glob("*/*.parquet")))
        (of_the_running,) = temporary.iterdir()
        assert desk.run("import", "small.csv", "--dry-run").code == 0
        assert list(temporary.iterdir()) == [of_the_running]
        running.process.kill()
        running.process.join()
    assert any(of_the_running.iterdir())
    (temporary / "headway-import-link").symlink_to(tmp_path / "data")
    assert desk.run("import", "small.csv", "--dry-run").code == 0
    assert [path.name for path in temporary.iterdir()] == ["headway-import-link"]
    assert (tmp_path / "data" / "seeds" / "people.csv").exists()


# -- size ------------------------------------------------------------------------------------------


def packed(start: bytes, part: bytes, count: int) -> bytes:
    """Return a gzip file whose content is far larger."""
    packer = zlib.compressobj(9, wbits=31)
    parts = [packer.compress(start), *(packer.compress(part) for _ in range(count))]
    return b"".join([*parts, packer.flush()])


def test_one_packed_line_of_gigabytes_is_refused_in_little_memory(tmp_path: Path) -> None:
    desk = desk_of(tmp_path)
    start = b"day,cost_usd,model\n2026-10-01,1,"
    (tmp_path / "line.csv.gz").write_bytes(packed(start, b"x" * (1 << 20), LINE_MB))
    (tmp_path / "quoted.csv.gz").write_bytes(packed(start + b'"', b"x\n" * (1 << 19), LINE_MB))
    for name in ("line.csv.gz", "quoted.csv.gz"):
        with desk.start("import", name, "--dry-run", more_memory=MEMORY) as running:
            done = running.done(SECONDS)
        assert done.code == 1
        assert done.problem == f"{name}, line 2: a row above 4 MB; fix the quotes there"


#: bytes of address space that also an import of two lines needs
MEMORY = 768 << 20
#: of a packed line; its size does not matter beyond a few times the limit
LINE_MB = int(os.environ.get("HEADWAY_LINE_MB", "100"))


def test_long_headers_are_cut_in_messages(tmp_path: Path) -> None:
    desk = desk_of(tmp_path)
    columns = ",".join(
        ["key,title,opened_at,closed_at", "x" * 260_000, *(f"c{n}" for n in range(99))]
    )
    write(tmp_path / "items.csv", f"{columns}\nA-1,a,2026-10-01,,\n")
    done = desk.run("import", "items.csv", "--dry-run")
    assert (done.code, len(done.out) < 400) == (0, True)
    assert done.out.endswith(", c28 and 70 more\n")


# -- spreadsheets and settings ---------------------------------------------------------------------


def test_csv_has_no_formulas_and_numbers_stay(empty: Path, tmp_path: Path) -> None:
    cells = ["=1+1", "+A1", "-A1", "@A1", "\tx", "\rx", " =1", "-12.5", "+3", "1e-5", "plain"]
    values = ", ".join("'{}'".format(cell.replace("'", "''")) for cell in cells)
    query = f'select -7 as n, unnest([{values}]) as "=cell"'
    done = Desk(tmp_path).run("sql", query, "--csv", "--snapshot", str(empty))
    assert done.code == 0
    rows = list(csv.reader(io.StringIO(done.out)))
    visible = [cell.replace("\r", "\ufffd") for cell in cells]
    guarded = [f"'{cell}" for cell in visible[:7]] + visible[7:]
    assert rows == [["n", "'=cell"], *(["-7", cell] for cell in guarded)]


def test_groups_of_one_are_refused_and_of_four_are_a_warning(tmp_path: Path) -> None:
    desk = desk_of(tmp_path / "one", "[publish]\nsmall_group = 1\n")
    done = desk.run("refresh", "inbox")
    assert done.code == 64
    assert "small_group: must be greater than or equal to 2" in done.problem
    desk = desk_of(tmp_path / "four", "[publish]\nsmall_group = 4\n")
    done = desk.run("doctor")
    assert "WARN  headway.toml: groups of 4 people are published; 5 are safer\n" in done.out
