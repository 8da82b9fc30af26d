"""Coverage, owners and staleness of a repository whose files move, vanish, return and age."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from collectors import people
from collectors.ledger.opening import open_ledger
from headway.config.compiled import compile_rules
from queries.publish.publish import Source, create_models, set_up, snapshot_facts
from queries.publish.settings import PublishSettings
from queries.sql_files import models
from tests.support.company import PEOPLE
from tests.support.company.expand import expand
from tests.support.company.source import ADDED, Commit, Pull, Push, Repository
from tests.support.github_server import serve
from tests.support.refreshing import refresh

AS_OF = date(2025, 6, 30)
RULES = "# Rules\n" + "- Keep it, because others rely on it.\n" * 12
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": "v1.5.0"
}
#: moments at which the repository is read: before the move, after it, and at the end
READ_AT = ("2025-03-05T00:00:00Z", "2025-04-25T00:00:00Z", "2025-07-01T00:00:00Z")
START, MID, MOVE = "2025-01-10 09:00", "2025-02-15 09:00", "2025-04-10 09:00"
ABSENT, BACK, DROP, OWN = (
    "2025-02-10 09:00",
    "2025-03-10 09:00",
    "2025-05-05 09:00",
    "2025-03-20 09:00",
)
FIX = "2025-06-05 12:00"
OWNERS = "* @ada\n/src/pay/ @acme/checkout\n/src/back/ @ghost\n/.claude/ @gus\n"
RECORD = (
    "# A queue for mail\n\nDate: {day}\n\n## Status\n\n{status}\n\n## Context\n\nMail is late and "
    "nobody knows why it is lost between four services.\n\n## Consequences\n\nAll mail is in one "
    "place, and a campaign delays the receipts of others.\n"
)
FILES: Mapping[str, Sequence[tuple[str, str | None]]] = {
    "AGENTS.md": [(START, RULES)],
    "CLAUDE.md": [(START, "@AGENTS.md\n")],
    "src/pay/AGENTS.md": [(MID, RULES + "- Of payments.\n"), (FIX, RULES + "- Of payment.\n")],
    "src/cart/AGENTS.md": [(START, RULES + "- Of the cart.\n"), (MOVE, None)],
    "src/basket/AGENTS.md": [(MOVE, RULES + "- Of the cart.\n")],
    "src/old/AGENTS.md": [(START, RULES + "- Of old code.\n"), (DROP, None)],
    "src/back/AGENTS.md": [
        (START, RULES + "- Back.\n"),
        (ABSENT, None),
        (BACK, RULES + "- Back.\n"),
    ],
    "src/tiny/AGENTS.md": [(START, "- Keep it.\n")],
    ".claude/rules/sql.md": [(START, '---\npaths:\n  - "**/*.sql"\n---\n' + RULES)],
    ".github/CODEOWNERS": [
        (START, OWNERS),
        (OWN, OWNERS + "/src/cart/ @bea\n/src/basket/ @bea\n"),
    ],
    "docs/adr/0002-mail.md": [
        (MID, RECORD.format(day="2024-12-24", status="Superseded by [3](0003-mail.md)"))
    ],
    "docs/adr/0003-mail.md": [(MID, RECORD.format(day="2025-09-01", status="Accepted"))],
    "docs/adr/0004-mail.md": [(MID, "# Mail\n\nWe send mail.\n")],
    "docs/adr/README.md": [(MID, "# Records\n")],
}
TIMES = (START, ABSENT, MID, BACK, OWN, MOVE, DROP)
#: number, time of the merge and paths
MERGED: tuple[tuple[int, str, tuple[str, ...]], ...] = (
    (1, "2025-01-20 12:00", ("src/cart/a.py",)),
    (2, "2025-02-01 12:00", ("src/pay/a.py",)),
    (3, "2025-02-20 12:00", ("src/pay/a.py", "src/pay/b.py", "src/cart/a.py")),
    (4, "2025-02-21 12:00", ("src/back/a.py",)),
    (5, "2025-03-15 12:00", ("src/back/a.py",)),
    (6, "2025-04-01 12:00", ("src/cart/a.py",)),
    (7, "2025-04-20 12:00", ("src/basket/b.py",)),
    (8, "2025-04-21 12:00", ("src/cart/a.py",)),
    (9, "2025-05-10 12:00", ("src/old/a.py", "db/q.sql", "package-lock.json")),
    (10, "2025-05-01 12:00", ("src/old/a.py", "src/tiny/a.py")),
    *((20 + day, f"2025-06-{10 + day} 12:00", ("src/pay/a.py",)) for day in range(12)),
)


def pull(number: int, merged: str, files: Sequence[tuple[Any, ...]]) -> Pull:
    """Return a pull request that was opened at six on the day of its merge."""
    opened = f"{merged[:10]} 06:00"
    return Pull(
        number,
        f"Change {number}",
        "ada",
        opened,
        [Commit(opened)],
        files,
        merged=(merged, "bea"),
    )


def company() -> dict[str, dict[str, Any]]:
    """Return the dataset of the repository."""
    pulls = [pull(n, at, [(path, 5, 1) for path in paths]) for n, at, paths in MERGED]
    pulls.append(pull(13, FIX, [("src/pay/AGENTS.md", 1, 1)]))
    opened = "2025-03-01 06:00"
    pulls.append(Pull(14, "Open", "ada", opened, [Commit(opened)], [("src/pay/c.py", 9, 0, ADDED)]))
    pushes = [Push(index, at, "Change the rules", "ada") for index, at in enumerate(TIMES)]
    shop = Repository("acme/shop", 101, "2025-01-01 09:00", pulls=pulls, pushes=pushes, files=FILES)
    datasets = expand([shop])
    datasets["acme/shop"]["codeowners_errors"] = [{"kind": "Unknown owner", "line": 3}]
    return datasets


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, schema_path: Path) -> Path:
    """Return the data folder of the repository, read three times."""
    folder = tmp_path_factory.mktemp("knowledge")
    with serve(company(), schema=schema_path) as github:
        for moment in READ_AT:
            github.as_of(moment)
            (result,) = refresh(folder, github.url, ["acme/shop"])
            assert (result.status, result.message) == ("read", "")
    with open_ledger(folder / "ledger.duckdb", "test") as store:
        people.load(PEOPLE, store)
    return folder


def build(db: duckdb.DuckDBPyConnection, data: Path, settings: PublishSettings) -> None:
    """Create the knowledge tables of the ledger."""
    settings = replace(settings, rules=compile_rules(data / "seeds"))
    source = Source(data / "ledger.duckdb", settings, "key", "test")
    names = ("knowledge_files", "decisions", "knowledge_coverage")
    tables = [model for model in models() if model.name in names]
    set_up(db, source, snapshot_facts(source, "test", datetime(2025, 7, 1)), AS_OF)
    create_models(db, settings.rules, lambda _: None, tables)


@pytest.fixture(scope="module")
def built(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield the knowledge tables of the repository with the names of people."""
    with duckdb.connect(config=CONFIG) as db:
        build(db, data, PublishSettings(people="names"))
        yield db


def rows(db: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    return db.execute(sql).fetchall()


def test_coverage_of_each_change_at_its_time(built: duckdb.DuckDBPyConnection) -> None:
    # number, area, files, scoped, root, owned, all three
    assert rows(
        built,
        "select number, area, files, scoped, root, owned, scoped_fresh_owned "
        "from knowledge_coverage where number < 20 order by number, area",
    ) == [
        (1, "src/cart", 1, 1, 0, 0, 0),
        (2, "src/pay", 1, 0, 1, 1, 0),  # its guidance lands in the middle of the quarter
        (3, "src/cart", 1, 1, 0, 0, 0),
        (3, "src/pay", 2, 2, 0, 2, 2),
        (4, "src/back", 1, 0, 1, 0, 0),  # while its guidance was deleted
        (5, "src/back", 1, 1, 0, 0, 0),  # the owner's line has an error
        (6, "src/cart", 1, 1, 0, 1, 1),  # owned since the second version of CODEOWNERS
        (7, "src/basket", 1, 1, 0, 1, 1),  # where its guidance was moved
        (8, "src/cart", 1, 0, 1, 1, 0),
        (9, "db", 1, 1, 0, 0, 0),
        (9, "src/old", 1, 0, 1, 0, 0),  # after its guidance was deleted; no lock file
        (10, "src/old", 1, 1, 0, 0, 0),
        (10, "src/tiny", 1, 0, 1, 0, 0),  # one rule is no guidance
        (14, "src/pay", 1, 1, 0, 1, 1),  # open: as of its opening
    ]


def test_guidance_becomes_stale_with_the_tenth_change(built: duckdb.DuckDBPyConnection) -> None:
    stale = rows(
        built,
        "select number, stale, scoped_fresh_owned from knowledge_coverage "
        "where number >= 20 order by number",
    )
    # number 3 and nine of June are ten changes; an edit of two lines on 5 June is none
    assert stale == [(20 + n, int(n >= 9), int(n < 9)) for n in range(12)]


#: path, level, scope, links, rules, landed, edited, changes since, stale, owner (two of six of
#: Checkout are senior), deleted
DOCUMENTS = """
.claude/rules/sql.md scoped **/*.sql - 12 2025-01-10 2025-01-10 1 false person gus senior true -
AGENTS.md root / CLAUDE.md 12 2025-01-10 2025-01-10 22 true - - - - -
src/back/AGENTS.md scoped src/back/ - 13 2025-01-10 2025-03-10 1 false - - - - -
src/basket/AGENTS.md scoped src/basket/ - 13 2025-01-10 2025-01-10 1 false person bea mid false -
src/cart/AGENTS.md - - - 13 2025-01-10 2025-01-10 4 false person bea mid false 2025-04-10
src/old/AGENTS.md - - - 13 2025-01-10 2025-01-10 2 false - - - - 2025-05-05
src/pay/AGENTS.md scoped src/pay/ - 13 2025-02-15 2025-02-15 13 true team Checkout - false -
src/tiny/AGENTS.md - - - 1 2025-01-10 2025-01-10 - - - - - - -
"""


def test_documents_with_their_owners_and_edits(built: duckdb.DuckDBPyConnection) -> None:
    columns = (
        "path",
        "level",
        "array_to_string(scope, ',')",
        "array_to_string(also_at, ',')",
        "rules",
        "landed_at::date",
        "last_edited_at::date",
        "changes_since",
        "is_stale",
        "owner_kind",
        "owner",
        "owner_level",
        "owner_is_senior",
        "deleted_at::date",
    )
    texts = ", ".join(f"coalesce(nullif({column}::varchar, ''), '-')" for column in columns)
    sql = f"select concat_ws(' ', {texts}) from knowledge_files where kind <> 'adr' order by path"
    assert [line for (line,) in rows(built, sql)] == DOCUMENTS.strip().splitlines()


def test_decisions_have_the_earlier_date_and_their_successor(
    built: duckdb.DuckDBPyConnection,
) -> None:
    assert rows(
        built,
        "select path, status, has_status, decided_on::text, has_why, superseded_by from decisions",
    ) == [
        ("docs/adr/0002-mail.md", "superseded", True, "2024-12-24", True, "docs/adr/0003-mail.md"),
        ("docs/adr/0003-mail.md", "accepted", True, "2025-02-15", True, None),
        ("docs/adr/0004-mail.md", "accepted", False, "2025-02-15", False, None),
    ]


def test_no_text_of_a_document_is_kept(built: duckdb.DuckDBPyConnection) -> None:
    for table in ("github_knowledge_files", "github_knowledge_edits", "github_codeowners"):
        stored = rows(built, f"select * from ledger.{table}")
        assert stored
        assert "because others rely" not in str(stored)
        assert "Mail is late" not in str(stored)


def test_owners_of_small_groups_have_no_name_and_no_level(data: Path) -> None:
    sql = (
        "select distinct owner_kind, owner, owner_level, owner_is_senior from knowledge_files "
        "where owner_kind is not null order by owner_kind"
    )
    with duckdb.connect(config=CONFIG) as db:
        build(db, data, PublishSettings(people="none", small_group=15))
        assert rows(db, sql) == [("person", None, None, None), ("team", None, None, None)]
