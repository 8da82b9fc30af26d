"""Models on small tables, their shared macros, and a whole ledger as of an earlier day."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import Counter
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from queries.publish.settings import PublishSettings
from queries.sql_files import ROOT, models, read_sql
from tests.support.facts import as_text, create, read_tables
from tests.support.refreshing import publish_tables, tables

FIXTURES = Path(__file__).parent / "models"
EARLIER = date(2026, 5, 13)
CUTOFF = f"{EARLIER + timedelta(days=1)}T00:00:00Z"
#: where the documents of a pull request keep their times
DATED = {
    "comments": ("createdAt",),
    "reviews": ("submittedAt",),
    "timelineItems": ("createdAt",),
    "commits": ("commit", "authoredDate"),
}
#: where the rows of other tables keep the time that they begin to be there
BEGINS = {
    "github_issues": "createdAt",
    "github_releases": "publishedAt",
    "github_commits": "committedDate",
    "github_deployments": "createdAt",
}
MODELS = {model.name: model for model in models()}
SMALL = 8
PLANTED = "Ask ann.b+c@mail.example.com"
Json = dict[str, Any]


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.txt")), ids=lambda path: path.stem)
def test_model_equals_rows_typed_by_hand(path: Path) -> None:
    inputs = read_tables(path)
    expected = inputs.pop("expected")
    with duckdb.connect() as db:
        for name in ("macros", "text"):
            db.execute(read_sql(ROOT / "shared" / f"{name}.sql").text)
        create(db, inputs)
        result = as_text(db, MODELS[path.stem].statement, expected[0])
    assert result == sorted((tuple(row.values()) for row in expected), key=str)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("mask_emails('write to ann.b+c@mail.example.co.uk, or @bob')", "write to …@…, or @bob"),
        ("mask_emails('git@github.com:acme/shop.git and v1@2')", "…@…:acme/shop.git and v1@2"),
        (
            "mask_emails('https://x.example/?u=eve%40mail.example, ünal@köln.example')",
            "https://x.example/?u=…@…, …@…",
        ),
        ("mask_emails('bump left-pad@1.2.3')", "bump left-pad@1.2.3"),
        ("login_of('dependabot[bot]')", "dependabot"),
        ("login_of('bot')", "bot"),
        (
            "references_after('reverts ', 'It Reverts #2, a/b#3 and https://x.y/a/c/pull/4; #5')",
            ["Reverts #2, a/b#3 and https://x.y/a/c/pull/4"],
        ),
        ("references_after('reverts ', 'reverts the change of #2')", []),
        ("hours(timestamp '2026-01-05 09:00', timestamp '2026-01-06 10:30')", 25.5),
        ("hours(null::timestamp, timestamp '2026-01-06 10:30')", None),
        ("utc('2026-01-05T09:00:00Z')", datetime(2026, 1, 5, 9)),
        ("utc('2026-01-05T09:00:00+02:00')", datetime(2026, 1, 5, 7)),
        ("shown_person('Ann', 'names', 'key')", "Ann"),
        ("shown_person('Ann', 'none', 'key')", None),
        (
            "shown_person('Ann', 'pseudonyms', 'key') = shown_person('ann', 'pseudonyms', 'key')",
            True,
        ),
        (
            "shown_person('Ann', 'pseudonyms', 'key') = shown_person('Ann', 'pseudonyms', 'other')",
            False,
        ),
        ("regexp_full_match(shown_person('Ann', 'pseudonyms', 'key'), 'p-[0-9a-f]{12}')", True),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_macros_of_models(expression: str, value: Any, zone: str) -> None:
    with duckdb.connect() as db:
        db.execute(f"set timezone = '{zone}'")
        db.execute(read_sql(ROOT / "shared" / "macros.sql").text)
        assert db.execute(f"select {expression}").fetchall() == [(value,)]


@pytest.fixture(scope="module")
def at_an_earlier_day(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Yield the demo's ledger, published as of an earlier day with pseudonyms.

    Groups have at least eight people. Some titles and release names contain an e-mail address.
    """
    data = tmp_path_factory.mktemp("earlier")
    shutil.copy(demo / "ledger.duckdb", data)
    with duckdb.connect(str(data / "ledger.duckdb")) as ledger:
        for table, key in (("github_pull_requests", "title"), ("github_releases", "name")):
            patch = json.dumps({key: PLANTED})
            ledger.execute(
                f"update {table} set node = json_merge_patch(node, ?) where rowid % 50 = 0", [patch]
            )
        for name in ("snapshots", "people", "atoms", "spend"):  # it was published to nobody yet
            ledger.execute(f"delete from published_{name}")
    publish_tables(data, EARLIER, PublishSettings(people="pseudonyms", small_group=SMALL))
    return data


def earlier_file(data: Path) -> Path:
    """Return the published file of the earlier day."""
    (file,) = (data / "snapshots").glob(f"as-of-{EARLIER}-*.duckdb")
    return file


def test_publish_as_of_an_earlier_day_equals_a_ledger_of_that_day(
    at_an_earlier_day: Path, tmp_path: Path
) -> None:
    shutil.copy(at_an_earlier_day / "ledger.duckdb", tmp_path)
    with duckdb.connect(str(tmp_path / "ledger.duckdb")) as ledger:
        for table, begins in BEGINS.items():
            ledger.execute(f"delete from {table} where node->>'{begins}' >= ?", [CUTOFF])
        ledger.execute("update github_repositories set synced_until = ?", [CUTOFF])
        ledger.execute("delete from github_pull_requests where node->>'createdAt' >= ?", [CUTOFF])
        rows = ledger.execute("select rowid, node from github_pull_requests").fetchall()
        later = [(row, json.dumps(as_of(json.loads(node)))) for row, node in rows]
        ledger.register("then_frame", pd.DataFrame(later, columns=["at", "node"]))
        ledger.execute(
            "update github_pull_requests as pulls set node = t.node from then_frame as t where "
            "pulls.rowid = t.at"
        )
    cut = publish_tables(tmp_path, EARLIER, PublishSettings(people="pseudonyms", small_group=SMALL))
    whole = tables(earlier_file(at_an_earlier_day))
    assert {row[0] for row in whole["repositories"]} == {row[0] for row in cut["repositories"]}
    assert len(cut["pull_requests"]) > 2000
    for name, expected in cut.items():
        assert whole[name] == expected, name


def test_the_order_of_rows_in_the_ledger_changes_nothing(
    at_an_earlier_day: Path, tmp_path: Path
) -> None:
    shutil.copy(at_an_earlier_day / "ledger.duckdb", tmp_path)
    with duckdb.connect(str(tmp_path / "ledger.duckdb")) as ledger:
        for (table,) in ledger.execute("select table_name from duckdb_tables()").fetchall():
            ledger.execute(f"create temp table mixed as from {table} order by hash(rowid)")
            ledger.execute(f"delete from {table}")
            ledger.execute(f"insert into {table} from mixed")
            ledger.execute("drop table mixed")
    mixed = publish_tables(
        tmp_path, EARLIER, PublishSettings(people="pseudonyms", small_group=SMALL)
    )
    for name, expected in tables(earlier_file(at_an_earlier_day)).items():
        assert mixed[name] == expected, name


def read_csv(path: Path) -> list[dict[str, str]]:
    """Return the lines of a CSV file."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def as_of(node: Json) -> Json:
    """Return a pull request as GitHub returned it at the cutoff."""
    result = dict(node)
    for name, path in DATED.items():
        result[name] = [item for item in node[name] if dig(item, path) < CUTOFF]
    drafts = [e["__typename"] for e in node["timelineItems"] if e["__typename"] in DRAFT]
    was_draft = drafts[0] == "ReadyForReviewEvent" if drafts else node["isDraft"]
    past = [e["__typename"] for e in result["timelineItems"] if e["__typename"] in DRAFT]
    result["isDraft"] = DRAFT[past[-1]] if past else was_draft
    if not node["mergedAt"] or node["mergedAt"] >= CUTOFF:
        result |= {"mergedAt": None, "mergedBy": None, "mergeCommit": None}
        ends = [
            e
            for e in result["timelineItems"]
            if e["__typename"] in ("ClosedEvent", "ReopenedEvent")
        ]
        is_closed = bool(ends) and ends[-1]["__typename"] == "ClosedEvent"
        result["closedAt"] = ends[-1]["createdAt"] if is_closed else None
    labels = {label["name"] for label in node["labels"]}
    for event in reversed(node["timelineItems"]):
        if event["createdAt"] >= CUTOFF and event["__typename"] in (
            "LabeledEvent",
            "UnlabeledEvent",
        ):
            (labels.discard if event["__typename"] == "LabeledEvent" else labels.add)(
                event["label"]["name"]
            )
    result["labels"] = [{"name": name} for name in labels]
    late = {
        e["assignee"]["login"]
        for e in node["timelineItems"]
        if e["__typename"] == "AssignedEvent" and e["createdAt"] >= CUTOFF
    }
    result["assignees"] = [who for who in node["assignees"] if who["login"] not in late]
    return result


DRAFT = {"ReadyForReviewEvent": False, "ConvertToDraftEvent": True}


def dig(item: Json, path: tuple[str, ...]) -> str:
    """Return the text at the end of a path of keys."""
    result: Any = item
    for key in path:
        result = result[key]
    return str(result)


def test_small_groups_are_no_teams_no_roles_and_no_scopes(
    demo: Path, at_an_earlier_day: Path
) -> None:
    listed = [row for row in read_csv(demo / "people.csv") if row["team"] and row["role"]]
    sizes: Counter[str] = Counter(row["team"] for row in listed)
    assert min(sizes.values()) < SMALL
    with duckdb.connect(str(earlier_file(at_an_earlier_day)), read_only=True) as db:
        rows = db.execute(
            "select distinct team, role, opened_at::date from pull_requests "
            "where team is not null or role is not null"
        ).fetchall()
        scopes = db.execute(
            "select distinct scope from answers where scope_kind = 'team'"
        ).fetchall()
    for team, role, day in rows:
        people = {
            row["login"]
            for row in listed
            if row["from"] <= f"{day}" <= (row["to"] or "9")
            and team in (None, row["team"])
            and role in (None, row["role"])
        }
        assert len(people) >= SMALL, (team, role, day)
    teams = {"Checkout", "Insights", "Platform"}
    assert {team for (team,) in scopes} == {team for team, *_ in rows if team} == teams
    assert {role for _, role, _ in rows} == {None, "engineering"}


def test_addresses_in_titles_and_names_are_masked(at_an_earlier_day: Path) -> None:
    with duckdb.connect(str(earlier_file(at_an_earlier_day)), read_only=True) as db:
        for table, column in (("pull_requests", "title"), ("releases", "name")):
            rows = db.execute(f"select count(*) from {table} where {column} = 'Ask …@…'").fetchall()
            assert rows > [(1,)]
            assert db.execute(f"from {table} where contains({column}, 'ann.b')").fetchall() == []


def test_pseudonyms_are_keyed_and_no_other_column_identifies_a_person(
    at_an_earlier_day: Path,
) -> None:
    with duckdb.connect(str(earlier_file(at_an_earlier_day)), read_only=True) as db:
        people = db.execute(
            "select distinct unnest([author, responsible]) as who from pull_requests where author "
            "is not null"
        ).fetchall()
    visible = {who for (who,) in people if who}
    assert len(visible) > 20
    assert all(re.fullmatch(r"p-[0-9a-f]{12}", who) for who in visible)


def test_the_cutoff_is_the_end_of_the_day(at_an_earlier_day: Path) -> None:
    end = datetime.combine(EARLIER, time()) + timedelta(days=1)
    with duckdb.connect(str(earlier_file(at_an_earlier_day)), read_only=True) as db:
        moments = db.execute(
            "select table_name, column_name from duckdb_columns() where not internal and data_type "
            "= 'TIMESTAMP' "
            "and table_name not in ('snapshot', 'loads') "
            "and column_name not in ('synced_until', 'durable_after', 'counted_at')"
        ).fetchall()
        for table, column in moments:
            (newest,) = db.execute(f'select max("{column}") from {table}').fetchall()[0]
            assert newest is None or newest < end, (table, column)
        assert db.execute("select distinct synced_until from repositories").fetchall() == [(end,)]
