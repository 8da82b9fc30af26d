"""Names of accounts and labels over time: the id is the key, the name seen last is current."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from collectors.github.base_models import Json, read_page
from collectors.github.documents import Name
from collectors.github.graphql import Part, repository_part
from collectors.github.models import RepositoryLabel
from collectors.github.repository import PagedList
from collectors.ledger.store import Store, now

#: name of a deleted label
NO_NAME = ""
ORDER = "orderBy: {field: CREATED_AT, direction: ASC}"
CURRENT_NAMES = (
    "select node_id, arg_max(name, (seen_at, name)) as name from github_names "
    "where host = $host and node_id in (select unnest($ids::varchar[])) group by node_id"
)


def write_names(
    store: Store, host: str, names: Mapping[str, Name], is_complete: bool = False
) -> None:
    """Write new and changed names; call it in the transaction of their documents.

    ``is_complete``: the names are the repository's whole list of labels. Elsewhere an event may
    name a deleted label for ever, so a deleted one stays deleted.
    """
    rows = store.rows(CURRENT_NAMES, {"host": host, "ids": list(names)})
    current = {row["node_id"]: row["name"] for row in rows}
    seen_at = now()
    changes = []
    for node_id, (kind, name) in names.items():
        unchanged = (name,) if is_complete else (name, NO_NAME)
        if current.get(node_id) not in unchanged:
            row = {"host": host, "node_id": node_id, "kind": kind, "name": name}
            changes.append(row | {"seen_at": seen_at})
    store.merge("github_names", changes)


@dataclass(eq=False, kw_only=True)
class LabelList(PagedList):
    """All labels of a repository: renaming or deleting one changes no item that has it."""

    name: str = "labels"
    labels: dict[str, str] = field(default_factory=dict)

    def part(self, alias: str) -> Part:
        """Return the request for the next page."""
        selection = f"labels(first: 100, after: ${alias}_after, {ORDER}) {{ ...RepositoryLabels }}"
        return repository_part(alias, self.scope.repo, selection, after=("String", self.cursor))

    def absorb(self, store: Store, data: Json) -> int:
        """Collect a page; after the last one, write changed and deleted names."""
        page = read_page(data, "labels")
        nodes = self.fitting(RepositoryLabel, page).values()
        self.labels |= {node["id"]: node["name"] for node in nodes}
        if self.turn(page):
            return 0
        self.is_done = True
        names = {node_id: ("label", name) for node_id, name in self.labels.items()}
        # if the counts differ, a label was made or deleted meanwhile: the next sync sees it
        if len(self.labels) == page.total_count:
            before = store.watermark("github", self.scope.watermark, self.name) or []
            deleted = [node_id for node_id in before if node_id not in self.labels]
            names |= dict.fromkeys(deleted, ("label", NO_NAME))
            if before != list(self.labels):
                store.set_watermark("github", self.scope.watermark, self.name, list(self.labels))
        write_names(store, self.scope.host, names, is_complete=True)
        return 0
