"""Cost of collecting beside a simple loop, of importing, publishing and pages: never a test.

``python -m tests.bench --data DIR`` uses dataset files of the local GitHub in DIR; without it, a
generated company.
"""

from __future__ import annotations

import argparse
import itertools
import random
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from github import Auth, Github

from collectors.github.repository import TABLES, GitHub
from collectors.ledger.opening import open_ledger
from tests.bench import pages, size, spend
from tests.support import machine
from tests.support.github_server import TOKEN, Server, serve
from tests.support.refreshing import collect

LATENCY_MS = 50
#: items that the slow loops are timed on; their cost is the same for each
SAMPLE = 40
Figures = tuple[float, float]


def generated(count: int = 600, page_size: int = 600, seed: int = 1) -> dict[str, dict[str, Any]]:
    """Return a dataset of one repository with merged pull requests and closed issues.

    It spans two years at most: the more there are, the closer they follow each other.
    """
    dice = random.Random(seed)
    start, gap = datetime(2024, 1, 1), min(12, 15_000 / count)
    pulls, issues, commits, history = [], [], {}, []

    def stamp(hours: float) -> str:
        return f"{start + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"

    for number in range(1, count + 1):
        opened = number * gap + dice.random() * gap / 2
        merged = opened + dice.lognormvariate(2.5, 1)
        oids = [f"{number:06x}{index:02x}".rjust(40, "a") for index in range(dice.randint(1, 8))]
        for oid in [*oids, merge := f"{number:06x}".rjust(40, "f")]:
            at = stamp(opened - 1 if oid != merge else merged)
            commits[oid] = {
                "oid": oid,
                "parents": [],
                "message": f"Change {number}\n\nMore of the same.",
                "authored_at": at,
                "author_name": "dev",
                "author_login": "dev",
                "committed_at": at,
                "committer_name": "dev",
                "committer_login": "dev",
                "files": [],
            }
        history.append((merged, merge))
        review = {
            "author": "rev",
            "association": "MEMBER",
            "body": "",
            "state": "APPROVED",
            "comments": [],
            "created_at": stamp(opened + 1),
            "updated_at": stamp(opened + 1),
        }
        comment = {
            key: review[key]
            for key in ("author", "association", "body", "created_at", "updated_at")
        }
        pulls.append(
            {
                "number": number,
                "title": f"feat: change {number}",
                "body": "Does it.",
                "author": "dev",
                "association": "MEMBER",
                "state": "MERGED",
                "created_at": stamp(opened),
                "updated_at": stamp(merged),
                "closed_at": stamp(merged),
                "merged_at": stamp(merged),
                "merged_by": "rev",
                "merge_commit": merge,
                "labels": ["feature"],
                "assignees": [],
                "base_ref": "main",
                "head_ref": f"change-{number}",
                "head_repository": "bench/one",
                "closing_issues": [count + number] * (number <= page_size),
                "commits": oids,
                "additions": 40,
                "deletions": 8,
                "changed_files": 3,
                "files": [
                    [f"src/part{n}/file{number % 50}.py", 13, 2, "MODIFIED"] for n in range(3)
                ],
                "reviews": [review] * dice.randint(0, 4),
                "comments": [comment] * dice.randint(0, 5),
                "events": [
                    {
                        "type": "LabeledEvent",
                        "actor": "dev",
                        "created_at": stamp(opened),
                        "label": "feature",
                    }
                ],
            }
        )
        if number > page_size:
            continue
        requested = stamp(opened - 24)
        labels = [
            {"type": "LabeledEvent", "actor": "dev", "created_at": requested, "label": n}
            for n in ("bug", "ux debt")
        ]
        closed = {
            "type": "ClosedEvent",
            "actor": "rev",
            "created_at": stamp(merged),
            "closer": number,
        }
        issues.append(
            {
                "number": count + number,
                "title": f"Wanted: {number}",
                "body": "Please.",
                "author": "customer",
                "association": "NONE",
                "state": "CLOSED",
                "created_at": requested,
                "updated_at": stamp(merged),
                "closed_at": stamp(merged),
                "labels": ["bug", "ux debt"],
                "assignees": ["dev"],
                "comments": [comment] * dice.randint(0, 8),
                "events": [*labels, closed],
            }
        )
    repository = {
        "name_with_owner": "bench/one",
        "database_id": 1,
        "default_branch": "main",
        "created_at": stamp(0),
        "pushed_at": stamp(count * gap),
    }
    dataset = {
        "format": 1,
        "captured_at": "2026-01-01T00:00:00Z",
        "repository": repository,
        "users": {},
        "labels": [],
        "issues": issues,
        "pulls": pulls,
        "commits": commits,
        "releases": [],
        "history": [oid for _, oid in sorted(history, reverse=True)],
    }
    return {"bench/one": dataset}


def headway(server: Server, repos: list[str], items: int) -> Figures:
    """Requests and milliseconds per pull request or issue of Headway's collector, at full depth."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_ledger(Path(folder) / "ledger.duckdb", "bench") as store,
    ):
        server.reset()
        began = time.perf_counter()
        collect([GitHub(server.url, tuple(repos))], {"GITHUB_TOKEN": TOKEN}, store, lambda _: None)
        took = time.perf_counter() - began
        stored = [
            store.rows(f"select count(*) as n from {table}")[0]["n"] for table in TABLES.values()
        ]
        if sum(stored) != items:
            raise SystemExit(f"{sum(stored)} of {items} pull requests and issues came")
    return server.stats()["requests"] / items, took * 1000 / items


def loop(server: Server, repos: list[str], pauses: bool) -> Figures:
    """Return the figures of a simple loop with separate requests for each part of an item."""
    calm: dict[str, Any] = (
        {} if pauses else {"seconds_between_requests": None, "seconds_between_writes": None}
    )
    client = Github(base_url=server.url, auth=Auth.Token(TOKEN), per_page=100, **calm)
    server.reset()
    began, count = time.perf_counter(), 0
    for item in itertools.islice(
        (i for repo in repos for i in client.get_repo(repo).get_issues(state="all")), SAMPLE
    ):
        list(item.get_comments())
        list(item.get_timeline())
        if item.pull_request:
            pull = item.as_pull_request()
            list(pull.get_reviews())
            list(pull.get_commits())
        count += 1
    took = time.perf_counter() - began
    return server.stats()["requests"] / count, took * 1000 / count


def main() -> None:
    """Print the figures of the collector and of the loop, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of dataset files")
    folder = parser.parse_args().data
    source: Any = folder or generated()
    with serve(source, schema=machine.schema(), latency_ms=LATENCY_MS) as server:
        client = Github(base_url=server.url, auth=Auth.Token(TOKEN), per_page=100)
        names = [
            repo.full_name
            for owner in owners(server.folder)
            for repo in client.get_organization(owner).get_repos()
        ]
        items = sum(client.get_repo(name).get_issues(state="all").totalCount for name in names)
        rows = {
            "headway": headway(server, names, items),
            "the obvious loop, no pauses": loop(server, names, pauses=False),
            "the obvious loop": loop(server, names, pauses=True),
        }
    print(
        f"{items} pull requests and issues of {len(names)} repositories, "
        f"{LATENCY_MS} ms to each response; for each item:"
    )
    requests, milliseconds = rows["headway"]
    for name, (each_requests, each_ms) in rows.items():
        times = (
            f"{each_requests / requests:8.0f} x {each_ms / milliseconds:8.0f} x"
            if name != "headway"
            else ""
        )
        print(f"{name:30} {each_requests:8.3f} requests {each_ms:8.2f} ms {times}")
    spend.main()
    with tempfile.TemporaryDirectory() as scratch:
        print("pages of the demo company")
        pages.measure(pages.of_demo(Path(scratch)))
    size.main()


def owners(folder: Path) -> list[str]:
    """Return the owners of the datasets in a folder."""
    return sorted({path.name.partition("__")[0] for path in folder.glob("*.json*")})


if __name__ == "__main__":
    main()
