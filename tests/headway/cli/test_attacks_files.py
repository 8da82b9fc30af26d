"""Attacks by way of files and texts: each is carried out through the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support import company
from tests.support.command import Desk, Done
from tests.support.github_server import serve
from tests.support.importing import write

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
    "incidents.csv": "key,title,opened_at,resolved_at,service,severity\n"
    f"I-1,Of {EVE},2026-03-01,2026-03-02,{EVE},{EVE}\n",
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
        pull |= {"title": f"{pull['title']} for {EVE} {text[:1_000]}", "body": text}
        pull["files"] = [[f"src/{EVE}/{path}", *counts] for path, *counts in pull["files"]]
    for release in dataset["releases"]:
        release |= {"name": f"Release of {EVE}", "tag": f"{release['tag']}-{EVE}"}
    rows = [f"E-{number},{text},2026-03-01" for number, text in enumerate(LONG)]
    dataset["texts"] = {"experiments.csv": "\n".join(["key,title,started_at", *rows])}
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
    assert max(map(len, done.err.splitlines())) < 400
