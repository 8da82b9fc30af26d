"""The demo company many times over, as one.

A ledger of any size, made by SQL and the same each time.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from collectors import people
from collectors.ledger.opening import open_ledger
from headway import demo
from tests.support.facts import DEMO_UNTIL

#: pull requests of the demo company
PULL_REQUESTS = 6_594
REPOSITORIES = 6
#: what the documents of a copy say otherwise than the company's, each as a regular expression and
#: its replacement; {copy} is its number, {turn} and {rest} cut a commit's name in two, so that no
#: two copies have names that begin alike
CHANGES = (
    (r"fernhill-demo/", "fernhill-{copy}/"),
    (r"73000(\d)", r"{prefix}\1"),
    (r'"__typename":"User","login":"', '"__typename":"User","login":"c{copy}-'),
    (r"@example\.invalid", "@c{copy}.example.invalid"),
    (r'","body":"', ' in {copy}","body":"'),
    (r'","url":"https', ' for {copy}","url":"https'),
    (r'","authoredDate":', r'\\nIn {copy}","authoredDate":'),
    (r'","isCrossRepository":', '-{copy}","isCrossRepository":'),
    (r'"path":"(src|tests)/([^".]*)\.', r'"path":"\1/\2_{copy}.'),
    (r"\b([0-9a-f]{{{turn}}})([0-9a-f]{{{rest}}})[0-9a-f]\b", r"\2{digit}\1"),
)
#: how each column of the ledger is written anew where it is not copied as it is
COLUMNS = {
    "node": "{document}::json",
    "repo": "replace(repo, 'fernhill-demo/', 'fernhill-{copy}/')",
    "asked_as": "replace(asked_as, 'fernhill-demo/', 'fernhill-{copy}/')",
    "repo_id": "repo_id + 10 * {copy}",
    "node_id": "replace(node_id, '73000', '{prefix}')",
    "team": "team || ' {copy}'",
    "oid": "right(left(oid, 39), {rest}) || '{digit}' || left(oid, {turn})",
    "login": "'c{copy}-' || login",
    "email": "replace(email, '@', '@c{copy}.')",
}


def build(ledger: Path, pull_requests: int, repositories: int = 0) -> None:
    """Write a ledger of at least this many pull requests, with other items in proportion.

    Copies of repositories, people and documents have their own names. Spend is the demo's.
    ``repositories`` at least, if that is more; each then has fewer of its pull requests and issues.
    """
    with open_ledger(ledger, "bench") as store:
        demo.build(store, DEMO_UNTIL)
        table = ledger.with_suffix(".csv")
        table.write_text(demo.people_csv(DEMO_UNTIL), encoding="utf-8")
        people.load(table, store)
        table.unlink()
    copies = max(-(-pull_requests // PULL_REQUESTS), -(-repositories // REPOSITORIES))
    share = max(1, copies * PULL_REQUESTS // pull_requests)
    with duckdb.connect(str(ledger)) as db:
        tables = db.execute(
            "select table_name, list(column_name order by column_index) from duckdb_columns() "
            "where table_name like 'github\\_%' escape '\\' or table_name = 'people' "
            "group by all order by all"
        ).fetchall()
        for name, columns in tables:
            db.execute(f"create temp table first_{name} as from {name}")
            if share > 1 and name in ("github_pull_requests", "github_issues"):
                db.execute(
                    f"delete from first_{name} where number % {share} > 0; truncate {name}; "
                )
                db.execute(f"insert into {name} from first_{name}")
            for copy in range(1, copies):
                db.execute(f"insert into {name} select {_select(columns, copy)} from first_{name}")


def _select(columns: list[str], copy: int) -> str:
    """Return the columns of one copy's rows."""
    turn = 1 + copy % 38
    inputs = {
        "copy": copy,
        "prefix": 73000 + copy,
        "turn": turn,
        "rest": 39 - turn,
        "digit": f"{copy // 38 % 16:x}",
    }
    document = "node::varchar"
    for pattern, other in CHANGES:
        document = (
            f"regexp_replace({document}, '{pattern.format(**inputs)}', "
            f"'{other.format(**inputs)}', 'g')"
        )
    return ", ".join(
        COLUMNS.get(column, column).format(document=document, **inputs) for column in columns
    )
