"""Names of accounts and labels: their ids are keys, and the name under which an id was seen last is its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from collectors.github.documents import Named
from collectors.github.graphql import Part, repository_part
from collectors.github.repository import Scope
from collectors.github.responses import Json
from collectors.ledger.store import Store, now

#: the name of a label that was deleted
NO_NAME = ""
ORDER = "orderBy: {field: CREATED_AT, direction: ASC}"
HELD = (
    "select node_id, arg_max(name, (seen_at, name)) as name from github_names "
    "where host = $host and node_id in (select unnest($ids::varchar[])) group by node_id"
)


def keep_names(store: Store, host: str, names: Mapping[str, Named], are_all: bool = False) -> None:
    """Note names that are new or no longer what they were; call it in the transaction that keeps what told them.

    ``are_all``: the list of all labels tells them. Elsewhere a label that is gone may be named for ever, by events.
    """
    stored = {
        row["node_id"]: row["name"] for row in store.rows(HELD, {"host": host, "ids": list(names)})
    }
    seen_at = now()
    rows = [
        {"host": host, "node_id": node_id, "kind": kind, "name": name, "seen_at": seen_at}
        for node_id, (kind, name) in names.items()
        if stored.get(node_id) not in ((name,) if are_all else (name, NO_NAME))
    ]
    store.merge("github_names", rows)


@dataclass
class LabelList:
    """The labels of a repository, all of them: a renamed or deleted one changes nothing that carries it."""

    scope: Scope
    name: str = "labels"
    done: bool = False
    in_flight: bool = False
    problem: str | None = None
    rows: int = 0
    cursor: str | None = None
    seen: dict[str, str] = field(default_factory=dict)

    def start(self, store: Store) -> None:
        """Take up nothing: the list is short."""

    def part(self, alias: str) -> Part:
        """Return the request for the next page."""
        selection = f"labels(first: 100, after: ${alias}_after, {ORDER}) {{ ...RepositoryLabels }}"
        return repository_part(alias, self.scope.repo, selection, after=("String", self.cursor))

    def documents(self, _found: Json) -> Mapping[str, tuple[str, Json]]:
        """Return nothing: labels hold no lists."""
        return {}

    def absorb(self, store: Store, result: Json) -> int:
        """Take a page; after the last, note names that changed and labels that are gone."""
        page = result["labels"]
        self.seen |= {node["id"]: node["name"] for node in page["nodes"] if node}
        self.cursor = page["pageInfo"]["endCursor"]
        if page["pageInfo"]["hasNextPage"]:
            return 0
        self.done = True
        names = {node_id: ("label", name) for node_id, name in self.seen.items()}
        if (
            len(self.seen) == page["totalCount"]
        ):  # else one was made or deleted meanwhile: the next walk tells
            stored = store.watermark("github", self.scope.mark, self.name) or []
            names |= {node_id: ("label", NO_NAME) for node_id in stored if node_id not in self.seen}
            if stored != list(self.seen):
                store.set_watermark("github", self.scope.mark, self.name, list(self.seen))
        keep_names(store, self.scope.host, names, are_all=True)
        return 0
