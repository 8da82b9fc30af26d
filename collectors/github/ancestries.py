"""Contents of releases and deployments of other branches, by the ancestors of their commits.

A commit that the default branch itself does not have contains its changes up to the newest ancestor
that the branch has, the base, and commits of its own. Both are read once: ancestors never change,
but the branch may get some of them later. An own commit that `git cherry-pick -x` made contains the
change that its message names. A commit that GitHub does not return is requested again after a week.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from collectors.github.base_models import Json, NoPageError, Page, read_page
from collectors.github.graphql import Part, repository_part
from collectors.github.models import Ancestor
from collectors.github.repository import OF_REPOSITORY, PagedList
from collectors.ledger.store import Store, now

COMMITS_PER_QUERY, ANCESTORS_PER_PAGE, PAGES_MOST = 10, 100, 10
#: commits whose ancestors one refresh reads, the newest ones
COMMITS_MOST = 1_000
#: time until a commit that GitHub did not return is requested again
RETRY_AFTER = timedelta(days=7)
#: line that `git cherry-pick -x` adds to a message
PICKED = re.compile(r"\(cherry[- ]picked from commit ([0-9a-f]{40})\)")
#: commits that the default branch itself got
BRANCH = f"select oid from github_commits {OF_REPOSITORY} and node->>'isFirstParent' = 'true'"
#: commits whose ancestors are known, though the default branch itself got them since then
LANDED = f"select oid from github_ancestries {OF_REPOSITORY} and oid in ({BRANCH})"
#: commits that are released or deployed by rule, and not a first parent of the default branch; read
#: again if the branch lost their base or got one of their own ancestors
UNKNOWN = f"""
with shipped as (
    select node->'tagCommit'->>'oid' as oid, node->>'createdAt' as shipped_at
    from github_releases {OF_REPOSITORY}
    union all
    select coalesce(node->'target'->'target'->>'oid', node->'target'->>'oid'), '9999'
    from github_tags {OF_REPOSITORY}
        and exists (
            from unnest($tags::varchar[]) as u(p)
            where regexp_matches(node->>'name', p, 'i')
        )
    union all
    select node->>'headSha', node->>'createdAt' from github_workflow_runs {OF_REPOSITORY}
    union all
    select node->>'commitOid', node->>'createdAt'
    from github_deployments {OF_REPOSITORY}
        and exists (
            from unnest($environments::varchar[]) as u(p)
            where regexp_matches(node->>'environment', p, 'i')
        )
),
own as (
    select oid, unnest((node->'own')::varchar[]) as ancestor from github_ancestries {OF_REPOSITORY}
)
select oid
from shipped
where
    oid is not null
    and oid not in ({BRANCH})
    and oid not in (
        select oid from github_ancestries {OF_REPOSITORY}
            and (
                node->>'base' is null and (node->>'isMissing' is null or fetched_at > $retry_before)
                or node->>'base' in (select oid from github_commits {OF_REPOSITORY})
            )
            and oid not in (select oid from own where ancestor in ({BRANCH}))
    )
group by oid
order by max(shipped_at) desc, oid
limit {COMMITS_MOST}
"""
ON_BRANCH = (
    f"select oid, position from github_commits {OF_REPOSITORY} "
    "and node->>'isFirstParent' = 'true' and oid in (select unnest($oids::varchar[]))"
)


@dataclass(eq=False, kw_only=True)
class AncestryList(PagedList):
    """Ancestors of a few commits a page, each until the first that the default branch has."""

    name: str = "ancestors of released commits"
    tags: Sequence[str] = ()
    environments: Sequence[str] = ()
    waiting: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)
    #: commits with an ancestor that does not fit
    unread: set[str] = field(default_factory=set)
    #: cursor, own and picked commits of those whose base was not on the pages so far
    positions: dict[str, tuple[str | None, list[str], list[str]]] = field(default_factory=dict)

    def start(self, store: Store) -> None:
        """Load the commits whose ancestors are not known, forget those that need none."""
        landed = store.rows(LANDED, self.scope.key)
        store.delete("github_ancestries", [self.scope.key | row for row in landed])
        patterns = {"tags": list(self.tags), "environments": list(self.environments)}
        before = {"retry_before": now() - RETRY_AFTER}
        rows = store.rows(UNKNOWN, self.scope.key | patterns | before)
        self.waiting = [row["oid"] for row in rows]
        self.is_done = not self.waiting

    def part(self, alias: str) -> Part:
        """Return the request for a page of ancestors of the next commits."""
        self.requested = self.waiting[:COMMITS_PER_QUERY]
        selection: list[str] = []
        variables: dict[str, tuple[str, str | None]] = {}
        for index, oid in enumerate(self.requested):
            page = f"history(first: {ANCESTORS_PER_PAGE}, after: ${alias}_after{index})"
            commit = f"... on Commit {{ {page} {{ ...AncestorPage }} }}"
            selection.append(f"c{index}: object(oid: ${alias}_oid{index}) {{ {commit} }}")
            variables[f"oid{index}"] = ("GitObjectID!", oid)
            variables[f"after{index}"] = ("String", self.positions.get(oid, (None, [], []))[0])
        return repository_part(alias, self.scope.repo, " ".join(selection), **variables)

    def absorb(self, store: Store, data: Json) -> int:
        """Write the commits whose base came; those without one stay for their next page."""
        rows = []
        for index, oid in enumerate(self.requested):
            try:
                page = read_page(data.get(f"c{index}") or {}, "history")
            except NoPageError:  # no commit, or none that the token may read
                rows.append(self._row(oid, isMissing=True))
                continue
            row = self._absorb_page(store, oid, page)
            rows += [row] if row else []
        store.merge("github_ancestries", rows)
        read = {row["oid"] for row in rows} | self.unread
        self.waiting = [oid for oid in self.waiting if oid not in read]
        self.is_done = not self.waiting
        return len(rows)

    def _absorb_page(self, store: Store, oid: str, page: Page) -> Json | None:
        """Return the row of a commit, or None if its base may be on the next page."""
        nodes = self.fitting(Ancestor, page)
        if len(nodes) < len(page.nodes):  # what the commit contains is unknown until the next sync
            self.unread.add(oid)
            return None
        oids = [str(node["oid"]) for node in nodes.values()]
        rows = store.rows(ON_BRANCH, self.scope.key | {"oids": oids})
        positions = {row["oid"]: row["position"] for row in rows}
        _, own, picked = self.positions.get(oid, (None, [], []))
        news = [node for node in nodes.values() if node["oid"] not in positions]
        own = own + [str(node["oid"]) for node in news]
        picked = picked + [o for node in news for o in PICKED.findall(node.get("message") or "")]
        if positions:
            base = max(positions, key=lambda o: positions[o])
            return self._row(oid, base=base, own=own, picked=picked)
        if page.next is None:
            return self._row(oid, own=own, picked=picked)
        if len(own) >= ANCESTORS_PER_PAGE * PAGES_MOST:
            return self._row(oid)
        self.positions[oid] = (page.next, own, picked)
        return None

    def _row(self, oid: str, **values: Any) -> Json:
        node = {"base": None, "own": [], "picked": []} | values
        return self.scope.key | {"oid": oid, "fetched_at": now(), "node": node}
