"""One pass over one repository: what changed, then each changed pull request in full.

The change feed fills a queue in the ledger and the details empty it, so a pass that is killed anywhere goes on from
where it was. See https://docs.github.com/rest/issues/issues#list-repository-issues for the feed's order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from collectors.github_api import Answer, Api, Json
from collectors.github_queries import DETAILS_VERSION, LISTS, Part, compose, details_part, next_page_part
from collectors.github_walks import History, NewestFirst, Scope, Walk
from collectors.store import Store, now

PAGE = 100
#: GitHub's answers may lag behind its own changes by this much
SETTLED = timedelta(seconds=120)
#: how often a node that GitHub would not show is asked for again
ATTEMPTS = 5
BATCH_START, BATCH_MOST = 50, 100
BATCHES_AT_ONCE = 2
INNER_PAGES_AT_ONCE = 20
Reduce = Callable[[Json], Json]


def moment(text: str) -> datetime:
    """Return a time of GitHub's (``2020-01-01T00:00:00Z``) as the ledger keeps it."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=None)


def stamp(time: datetime) -> str:
    """Return a time as GitHub writes it."""
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


@dataclass
class Feed:
    """Where the change feed stands: always re-anchored by time, never by page number alone."""

    since: str | None
    page: int = 1
    done: bool = False
    in_flight: bool = False
    walk_was_new: bool = False
    seen: set[tuple[str, str]] = field(default_factory=set)

    def advance(self, items: list[Json]) -> list[Json]:
        """Return the items not seen in this pass, and move to where the next page is asked for."""
        fresh = [i for i in items if (i["node_id"], i["updated_at"]) not in self.seen]
        self.seen |= {(i["node_id"], i["updated_at"]) for i in fresh}
        self.walk_was_new |= bool(fresh)
        last = items[-1]["updated_at"] if items else None
        is_last_page = len(items) < PAGE
        if not is_last_page and last == self.since:  # more items in one second than a page holds
            self.page += 1
        elif self.page > 1 and self.walk_was_new:  # pages may have shifted: until a walk brings nothing new
            self.page, self.walk_was_new = 1, False
        else:
            self.since, self.page, self.done, self.walk_was_new = last or self.since, 1, is_last_page, False
        return fresh


@dataclass(frozen=True)
class Task:
    """One request: ``run`` sends it from any thread; the main thread absorbs the result, or shrinks the request."""

    run: Callable[[], Any]
    absorb: Callable[[Any], None]
    shrink: Callable[[], None] | None = None


@dataclass(frozen=True)
class Batch:
    """What one query brought: pull requests by node id, and why others did not come."""

    answer: Answer
    docs: dict[str, Json]
    problems: dict[str, str]


@dataclass
class Pass:
    """The state of one repository's pass. The main thread calls it; only its tasks run in other threads."""

    api: Api
    store: Store
    scope: Scope
    probe: Json
    server_time: datetime
    reduce: Reduce
    full: bool = False
    read: int = 0
    total: int = 0
    items: int = 0
    batch_size: int = BATCH_START
    batches_in_flight: int = 0
    started_at: datetime = field(default_factory=now)

    def start(self) -> None:
        """Take up what the ledger knows of this repository."""
        since = None if self.full else self.store.watermark("github", self.scope.mark, "feed")
        self.feed = Feed(stamp(moment(since) - SETTLED) if since else None)
        self.walks: list[Walk] = [
            NewestFirst(self.scope, "releases", "ReleasePage", "github_releases", self.full),
            NewestFirst(self.scope, "deployments", "DeploymentPage", "github_deployments", self.full),
        ]
        if branch := self.probe.get("defaultBranchRef"):
            history = History(self.scope, branch["target"]["oid"], self.full)
            history.start(self.store)
            self.walks.append(history)
        with self.store.transaction():
            if self.full:
                self.store.delete("github_queue", [self.scope.key])
            self._queue_outdated()
        self.waiting = [row for row in self._queued() if row["attempts"] < ATTEMPTS]
        self.total = len(self.waiting)

    def next_task(self, riders: Callable[[], list[Walk]]) -> Task | None:
        """Return the next request to send, or None while there is nothing to ask for.

        A query for pull requests takes along the next page of the walks given, of other repositories too.
        """
        if not self.feed.done and not self.feed.in_flight:
            self.feed.in_flight = True
            return self._feed_task(self.feed.since, self.feed.page)
        if self.batches_in_flight >= BATCHES_AT_ONCE:
            return None
        if not self.waiting or (len(self.waiting) < self.batch_size and not self.feed.done):
            return None
        rows, self.waiting = self.waiting[: self.batch_size], self.waiting[self.batch_size :]
        return self._batch_task(rows, riders())

    def walk_task(self, riders: list[Walk]) -> Task:
        """Return a request for nothing but pages of walks."""
        return self._batch_task([], riders)

    @property
    def is_done(self) -> bool:
        """Whether everything was read."""
        return self.feed.done and not self.waiting and not self.batches_in_flight and all(w.done for w in self.walks)

    @property
    def rows(self) -> int:
        """Rows read so far, of every kind."""
        return self.items + sum(walk.rows for walk in self.walks)

    @property
    def problem(self) -> str | None:
        """Why a list beside the pull requests could not be read, if so."""
        return next((walk.problem for walk in self.walks if walk.problem), None)

    # -- the change feed ----------------------------------------------------------------------------------------------

    def _feed_task(self, since: str | None, page: int) -> Task:
        parameters = {"state": "all", "sort": "updated", "direction": "asc", "per_page": PAGE, "page": page}
        if since:
            parameters["since"] = since
        return Task(lambda: self.api.rest(f"/repos/{self.scope.repo}/issues", parameters), self._absorb_feed)

    def _absorb_feed(self, items: list[Json]) -> None:
        """Queue what changed, keep the issues, and move the watermark: one transaction."""
        fresh = self.feed.advance(items)
        self.feed.in_flight = False
        pulls = [item for item in fresh if "pull_request" in item]
        issues = [item for item in fresh if "pull_request" not in item]
        with self.store.transaction():
            settled = self._settled([item["number"] for item in pulls])
            rows = [self._queue_row(i["number"], i["node_id"], moment(i["updated_at"])) for i in pulls]
            rows = [row for row in rows if settled.get(row["number"]) != row["updated_at"]]
            self.store.merge("github_queue", rows)
            self.store.merge("github_issues", [self._issue_row(item) for item in issues])
            if self.feed.since:
                self.store.set_watermark("github", self.scope.mark, "feed", self.feed.since)
        self.items += len(issues)
        changed = {row["number"]: row for row in rows}
        self.waiting = [row for row in self.waiting if row["number"] not in changed]
        self.total += len(rows)
        self.waiting += rows

    def _queue_row(self, number: int, node_id: str, updated_at: datetime) -> Json:
        row = self.scope.key | {"number": number, "node_id": node_id, "updated_at": updated_at}
        return row | {"queued_at": now(), "attempts": 0, "reason": None}

    def _issue_row(self, item: Json) -> Json:
        user, reason = item.get("user"), item.get("state_reason")
        kept = {
            "__typename": "Issue", "id": item["node_id"], "number": item["number"], "title": item["title"],
            "body": item.get("body"), "url": item.get("html_url"), "state": item["state"].upper(),
            "stateReason": reason and reason.upper(), "createdAt": item["created_at"],
            "updatedAt": item["updated_at"], "closedAt": item.get("closed_at"),
            "authorAssociation": item.get("author_association"),
            "author": {"__typename": user["type"], "login": user["login"]} if user else None, "milestone": None,
            "labels": [{"name": label["name"]} for label in item["labels"]], "assignees": [], "comments": [],
            "closedByPullRequestsReferences": [], "timelineItems": [],
        }  # fmt: skip
        row = self.scope.key | {"number": item["number"], "node_id": item["node_id"]}
        return row | {
            "updated_at": moment(item["updated_at"]),
            "fetched_at": now(),
            "details_version": 0,
            "node": self.reduce(kept),
        }

    def _settled(self, numbers: list[int]) -> dict[int, datetime]:
        """Of some pull requests those read once GitHub had settled: the change they were read at, by number."""
        if self.full:
            return {}
        sql = (
            "select number, updated_at from github_pull_requests where host = $host and repo_id = $repo_id "
            "and number in (select unnest($numbers::integer[])) "
            "and details_version >= $version and fetched_at >= updated_at + to_seconds($settled)"
        )
        asked = {"version": DETAILS_VERSION, "settled": SETTLED.total_seconds(), "numbers": numbers} | self.scope.key
        return {row["number"]: row["updated_at"] for row in self.store.rows(sql, asked)}

    def _queue_outdated(self) -> None:
        """Queue what was read when the collector asked for less than now."""
        sql = (
            "select number, node_id, updated_at from github_pull_requests "
            "where host = $host and repo_id = $repo_id and details_version < $version"
        )
        outdated = self.store.rows(sql, self.scope.key | {"version": DETAILS_VERSION})
        self.store.merge("github_queue", [self._queue_row(**row) for row in outdated])

    def _queued(self) -> list[Json]:
        sql = "select * from github_queue where host = $host and repo_id = $repo_id order by updated_at desc, number"
        return self.store.rows(sql, self.scope.key)

    # -- pull requests in full, with pages of the walks ---------------------------------------------------------------

    def _batch_task(self, rows: list[Json], walks: list[Walk]) -> Task:
        self.batches_in_flight += 1
        for walk in walks:
            walk.in_flight = True
        aliases = {f"w{index}": walk for index, walk in enumerate(walks)}
        parts = [walk.part(alias) for alias, walk in aliases.items()]
        ids = [row["node_id"] for row in rows]

        def shrink() -> None:
            """Take back what was asked for, and ask for less of it."""
            self._release(walks)
            self.batch_size = max(1, len(rows) // 2)
            self.waiting = rows + self.waiting

        return Task(
            lambda: self._fetch(ids, parts),
            lambda batch: self._absorb_batch(batch, rows, aliases),
            shrink if len(rows) > 1 else None,
        )

    def _fetch(self, ids: list[str], parts: list[Part]) -> Batch:
        """Read pull requests with every page of their inner lists. Runs in a worker thread."""
        query, variables = compose([details_part(ids), *parts] if ids else parts)
        answer = self.api.graphql(query, variables, shrinkable=len(ids) > 1)
        nodes = answer.data.get("nodes") or [None] * len(ids)
        problems: dict[str, str] = {}
        for error in answer.errors:
            path = error.get("path") or []
            if len(path) > 1 and path[0] == "nodes":
                problems[ids[path[1]]] = str(error.get("type") or error.get("message"))
        docs = {}
        for node_id, node in zip(ids, nodes, strict=True):
            if not node or node.get("__typename") != "PullRequest":
                problems.setdefault(node_id, "GitHub answered nothing")
            elif node_id not in problems:
                docs[node_id] = node
        self._read_to_the_end(docs, problems)
        return Batch(answer, docs, problems)

    def _read_to_the_end(self, docs: dict[str, Json], problems: dict[str, str]) -> None:
        """Ask for the later pages of inner lists, and leave plain lists in the documents."""
        unfinished = [(i, name) for i, doc in docs.items() for name in LISTS if doc[name]["pageInfo"]["hasNextPage"]]
        while unfinished:
            asked, unfinished = unfinished[:INNER_PAGES_AT_ONCE], unfinished[INNER_PAGES_AT_ONCE:]
            ends = [docs[i][name]["pageInfo"]["endCursor"] for i, name in asked]
            parts = [
                next_page_part(f"p{n}", i, name, end)
                for n, ((i, name), end) in enumerate(zip(asked, ends, strict=True))
            ]
            answer = self.api.graphql(*compose(parts))
            for n, (i, name) in enumerate(asked):
                page = (answer.data.get(f"p{n}") or {}).get(name)
                if page is None or answer.problems(f"p{n}"):
                    problems[i] = f"a page of {name} did not come"
                    continue
                docs[i][name] = {"nodes": docs[i][name]["nodes"] + page["nodes"], "pageInfo": page["pageInfo"]}
                if page["pageInfo"]["hasNextPage"]:
                    unfinished.append((i, name))
        for i in problems:
            docs.pop(i, None)
        for doc in docs.values():
            doc |= {name: [node for node in doc[name]["nodes"] if node] for name in LISTS}

    def _absorb_batch(self, batch: Batch, rows: list[Json], aliases: dict[str, Walk]) -> None:
        """Keep what came and take it off the queue: one transaction; note what did not come."""
        fetched_at = self.server_time
        with self.store.transaction():
            for alias, walk in aliases.items():
                self._absorb_walk(batch.answer, alias, walk)
            came = [row for row in rows if row["node_id"] in batch.docs]
            self.store.merge("github_pull_requests", [self._pull_row(batch, row, fetched_at) for row in came])
            keys = ("host", "repo_id", "number", "updated_at")
            self.store.delete("github_queue", [{key: row[key] for key in keys} for row in came])
            missed = [row for row in rows if row["node_id"] not in batch.docs]
            noted = [r | {"attempts": r["attempts"] + 1, "reason": batch.problems[r["node_id"]]} for r in missed]
            self.store.merge("github_queue", noted)
        self._release(list(aliases.values()))
        self.read += len(rows)
        self.items += len(came)
        if rows:
            self.batch_size = min(BATCH_MOST, self.batch_size * 2)

    def _absorb_walk(self, answer: Answer, alias: str, walk: Walk) -> None:
        problems = answer.problems(alias)
        if any(problem.get("type") == "FORBIDDEN" for problem in problems):
            walk.done = True  # some tokens may read pull requests and not, say, deployments
        elif problems or answer.data.get(alias) is None:
            said = problems[0].get("message") if problems else "no answer"
            walk.problem = f"{walk.scope.host}: {walk.scope.repo} could not be read on ({said}); run again later"
            walk.done = True
        else:
            walk.rows += walk.absorb(self.store, answer.data[alias])

    def _pull_row(self, batch: Batch, row: Json, fetched_at: datetime) -> Json:
        node = batch.docs[row["node_id"]]
        found = self.scope.key | {"number": node["number"], "node_id": node["id"]}
        found |= {"updated_at": moment(node["updatedAt"]), "details_version": DETAILS_VERSION}
        return found | {"fetched_at": fetched_at, "node": self.reduce(node)}

    def _release(self, walks: list[Walk]) -> None:
        for walk in walks:
            walk.in_flight = False
        self.batches_in_flight -= 1

    # -- the end ------------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """Note that everything up to the moment of the probe was read."""
        with self.store.transaction():
            self.store.set_watermark("github", self.scope.mark, "probe", self.probe)
            row = self.scope.key | {"observed_until": self.server_time}
            self.store.merge("github_repositories", [row])
