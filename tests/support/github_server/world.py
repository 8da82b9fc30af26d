"""Loads dataset files and shows them as they were at one moment (time travel)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from .build import Builder
from .model import Actor, Issue, PullRequest, Reference
from .repository import Repository

END_OF_TIME = "9999"
Raw = dict[str, Any]


def timestamp(text: str) -> str:
    """Normalise any ISO date or time to ``YYYY-MM-DDTHH:MM:SSZ``."""
    moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    return (moment.astimezone(UTC) if moment.tzinfo else moment).strftime("%Y-%m-%dT%H:%M:%SZ")


def load(folder: Path) -> dict[str, Raw]:
    """Every dataset of a folder, by lower-case ``owner/name``."""
    by_key: dict[str, Raw] = {}
    for path in sorted([*folder.glob("*.json"), *folder.glob("*.json.gz")]):
        raw = path.read_bytes()
        data = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)
        by_key[data["repository"]["name_with_owner"].lower()] = data
    if not by_key:
        raise SystemExit(f"no dataset (*.json, *.json.gz) in {folder}")
    return by_key


class World:
    """Every repository as it was at ``as_of`` (None: as recorded)."""

    def __init__(
        self, datasets: dict[str, Raw], as_of: str | None = None, hidden: Iterable[str] = ()
    ) -> None:
        self.as_of = as_of
        self.now = as_of or END_OF_TIME
        self._datasets = datasets
        self._hidden = {name.lower() for name in hidden}
        self._built: dict[str, Repository] = {}
        self.actors: dict[str, Actor] = {}

    def repository(self, name_with_owner: str) -> Repository | None:
        """One repository, or None where it is unknown, hidden or not yet created."""
        key = name_with_owner.lower()
        raw = self._datasets.get(key)
        if raw is None or key in self._hidden or raw["repository"]["created_at"] > self.now:
            return None
        if key not in self._built:
            self._built[key] = Builder(self, raw).build()
        return self._built[key]

    def renamed(self, former_name: str) -> Repository | None:
        """The repository that once had this name and now has another; None where nobody had it."""
        return self.repository(self._former.get(former_name.lower(), ""))

    @cached_property
    def _former(self) -> dict[str, str]:
        names = {
            key: raw["repository"].get("former_names", []) for key, raw in self._datasets.items()
        }
        return {
            old.lower(): key
            for key, former in names.items()
            for old in former
            if old.lower() not in names
        }

    def numbered(self, database_id: int) -> Repository | None:
        """The repository with this id."""
        return next((r for r in self.repositories if r.database_id == database_id), None)

    @cached_property
    def repositories(self) -> list[Repository]:
        """Every visible repository, by name."""
        return [r for key in sorted(self._datasets) if (r := self.repository(key))]

    def item(self, here: Repository, reference: Reference) -> Issue | None:
        """The issue or pull request that a dataset of ``here`` refers to.

        None where it is hidden, gone or a commit.
        """
        name, _, number = str(reference).rpartition("#")
        index = (self.repository(name) or self.renamed(name)) if name else here
        if not index or not number.isdigit() or (not name and isinstance(reference, str)):
            return None
        moved = index.deleted_items.get(int(number))
        if moved:
            return self.item(index, moved)
        return index.issues.get(int(number)) or index.pull_requests.get(int(number))

    def is_from_deleted(self, event: Any) -> bool:
        """Return whether an event refers to a deleted item, which GitHub no longer shows."""
        name, number = getattr(event, "origin", None) or ("", 0)
        index = (self.repository(name) or self.renamed(name)) if name else None
        return (
            index is not None
            and number in index.deleted_items
            and index.deleted_items[number] is None
        )

    @cached_property
    def closing(self) -> dict[str, list[PullRequest]]:
        """The pull requests that close an issue, by the issue's id."""
        by_key: dict[str, list[PullRequest]] = {}
        for repository in self.repositories:
            for pull in repository.pull_requests.values():
                for issue in (self.item(repository, reference) for reference in pull.closing):
                    if issue and issue.typename == "Issue":
                        by_key.setdefault(issue.id, []).append(pull)
        return by_key

    @cached_property
    def _users(self) -> dict[str, tuple[str, Raw]]:
        """Return the newest login and the account's data, by every login it had."""
        reported = {
            login: known_values
            for raw in self._datasets.values()
            for login, known_values in raw["users"].items()
        }
        former = {
            old.lower(): (login, known_values)
            for login, known_values in reported.items()
            for old in known_values.get("former", [])
        }
        return former | {
            login.lower(): (login, known_values) for login, known_values in reported.items()
        }

    def actor(self, login: str | None) -> Actor | None:
        """The account that has or had this login; None for a deleted one, as GitHub answers."""
        if not login or login == "ghost":
            return None
        login, known_values = self._users.get(login.lower(), (login, {}))
        if login.lower() not in self.actors:
            former = known_values.get("former") or [login]
            about = (known_values.get("type", "User"), known_values.get("rest_login", ""))
            self.actors[login.lower()] = Actor(login, *about, former[0], known_values.get("id", ""))
        return self.actors[login.lower()]

    def organization(self, login: str) -> Actor | None:
        """The owner of a visible repository."""
        return next(
            (r.owner for r in self.repositories if r.owner.login.lower() == login.lower()), None
        )

    @cached_property
    def nodes(self) -> dict[str, Any]:
        """Everything that has a node id."""
        index: dict[str, Any] = {}
        for repository in self.repositories:
            members = list(self._members(repository))
            index |= {x.id: x for x in members}
            index |= {former: x for x in members for former in getattr(x, "former_ids", [])}
        return index | {actor.id: actor for actor in self.actors.values()}

    @staticmethod
    def _members(repository: Repository) -> Iterator[Any]:
        yield from (repository, repository.owner, *repository.labels.values(), *repository.releases)
        yield from (
            *repository.commits.values(),
            *repository.deployments,
            *repository.milestones.values(),
        )
        for discussion in repository.discussions:
            yield from (
                discussion,
                *discussion.comments,
                *(r for c in discussion.comments for r in c.replies),
            )
        for item in [*repository.issues.values(), *repository.pull_requests.values()]:
            yield from (item, *item.timeline)
