"""Builds one repository from its dataset, as it was at the world's moment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .discussions import discussion
from .files import tree
from .items import ItemBuilder
from .model import Actor, Issue, seeded
from .repository import (
    Commit,
    Deployment,
    DeploymentStatus,
    GitActor,
    Label,
    Milestone,
    Ref,
    Release,
    Repository,
    Tag,
    WorkflowRun,
    no_reply,
)

if TYPE_CHECKING:
    from .world import World

Raw = dict[str, Any]


class Builder:
    """Builds one repository; its issues and pull requests are built by ``ItemBuilder``."""

    def __init__(self, world: World, raw: Raw) -> None:
        self.world, self.raw, self.now = world, raw, min(world.now, raw["captured_at"])
        self.repository: Repository

    def build(self) -> Repository:
        """The repository with all that had happened by then."""
        raw, meta = self.raw, self.raw["repository"]
        owner_name, name = meta["name_with_owner"].split("/")
        identity = (meta.get("former_names") or [meta["name_with_owner"]])[0]
        fresh = Actor(owner_name, meta.get("owner_type", "Organization"))
        repository = self.repository = Repository(
            owner=self.world.actors.setdefault(owner_name.lower(), fresh),
            name=name,
            identity=identity,
            database_id=meta.get("database_id") or seeded("repository", identity),
            created_at=meta["created_at"],
            description=meta.get("description"),
            default_branch=meta["default_branch"],
            is_private=meta.get("private", False),
            is_archived=meta.get("is_archived", False),
            is_fork=meta.get("is_fork", False),
            language=meta.get("language"),
            topics=meta.get("topics", []),
            has_discussions_enabled=meta.get("has_discussions", True),
            forbidden=meta.get("forbidden", []),
            unlisted=meta.get("unlisted", {}),
            deleted_items={row["number"]: row.get("moved_to") for row in raw.get("gone", [])},
            hidden_from_search=meta.get("hidden_from_search", []),
        )
        labels = {row["name"]: self._label(row) for row in raw["labels"]}
        self.known_labels = {
            old: labels[row["name"]] for row in raw["labels"] for old in row.get("former", [])
        }
        self.known_labels |= labels
        repository.labels = {name: label for name, label in labels.items() if not label.is_deleted}
        made = raw["commits"]
        repository.commits = {
            oid: self.commit(row) for oid, row in made.items() if row["committed_at"] <= self.now
        }
        landed = {
            oid: made[oid].get("landed_at") or made[oid]["committed_at"]
            for oid in raw["history"]
            if oid in made
        }
        repository.history = [
            repository.commits[oid] for oid, at in landed.items() if at <= self.now
        ]
        repository.pushed_at = max((at for at in landed.values() if at <= self.now), default=None)
        repository.releases = [self._release(row) for row in self.visible(raw["releases"])]
        repository.tags = self._tags()
        repository.workflow_runs = [
            self._run(row) for row in self.visible(raw.get("workflow_runs", []))
        ]
        deployments = enumerate(raw.get("deployments", []))
        repository.deployments = [
            self._deployment(row, i) for i, row in deployments if row["created_at"] <= self.now
        ]
        repository.milestones = {
            row["title"]: self._milestone(row) for row in self.visible(raw.get("milestones", []))
        }
        rows = self.visible(raw.get("milestones", []))
        self.milestones = {
            old: repository.milestones[row["title"]]
            for row in rows
            for old in row.get("former", [])
        }
        self.milestones |= repository.milestones
        repository.discussions = [
            discussion(self, row) for row in self.visible(raw.get("discussions", []))
        ]
        repository.file_versions, repository.texts = raw.get("files", {}), raw.get("texts", {})
        repository.tree_most = meta.get("tree_most", 100_000)
        repository.codeowners_errors = raw.get("codeowners_errors", [])
        repository.tree = tree(repository, repository.file_versions, repository.texts, self.now)
        items = ItemBuilder(self)
        repository.issues = {row["number"]: items.issue(row) for row in self.visible(raw["issues"])}
        repository.pull_requests = {
            row["number"]: items.pull(row) for row in self.visible(raw["pulls"])
        }
        every: list[Issue] = [*repository.issues.values(), *repository.pull_requests.values()]
        repository.updated_at = max(
            [repository.created_at, repository.pushed_at or "", *(i.updated_at for i in every)]
        )
        return repository

    def visible(self, rows: Iterable[Raw]) -> list[Raw]:
        """The rows that exist by now."""
        return [row for row in rows if row["created_at"] <= self.now]

    def numbered(self, rows: Iterable[Raw]) -> list[tuple[int, Raw]]:
        """Visible rows with their index in the whole list, which ids are derived from."""
        return [(i, row) for i, row in enumerate(rows) if row["created_at"] <= self.now]

    def actor(self, login: str | None) -> Actor | None:
        """The account of this repository's dataset; None for a deleted one."""
        return self.world.actor(login)

    def commit(self, row: Raw) -> Commit:
        """A commit of the dataset."""
        author, committer = (
            self._side(row, "author", "authored_at"),
            self._side(row, "committer", "committed_at"),
        )
        return Commit(
            self.repository,
            row["oid"],
            row["message"],
            author,
            committer,
            row["parents"],
            row["files"],
        )

    def _side(self, row: Raw, side: str, time: str) -> GitActor:
        user = self.actor(row.get(f"{side}_login"))
        return GitActor(
            row[f"{side}_name"], row[time], user, row.get(f"{side}_email") or no_reply(user)
        )

    def _label(self, row: Raw) -> Label:
        former, about = row.get("former") or [""], (row["color"], row.get("description") or None)
        is_deleted = row.get("is_deleted", False)
        return Label(self.repository, row["name"], *about, former[0], row.get("id", ""), is_deleted)

    def label(self, name: str) -> Label:
        """The label that has or had this name, made up where the dataset does not list it."""
        if name not in self.known_labels:
            made = Label(self.repository, name, "ededed", None)
            self.known_labels[name] = self.repository.labels[name] = made
        return self.known_labels[name]

    def labels(self, names: Iterable[str]) -> list[Label]:
        """The labels that have or had these names and still exist."""
        return [label for label in dict.fromkeys(map(self.label, names)) if not label.is_deleted]

    def _milestone(self, row: Raw) -> Milestone:
        closed = row.get("closed_at")
        visible = closed if closed and closed <= self.now else None
        changed = row.get("updated_at", "")
        about = (row["number"], row["title"], row["created_at"], row.get("due_on"), visible)
        return Milestone(self.repository, *about, changed if changed <= self.now else "")

    def _release(self, row: Raw) -> Release:
        """A release; until it is published it is a draft."""
        published = None if row.get("is_draft") else row.get("published_at") or row["created_at"]
        visible = published if published and published <= self.now else None
        commit = self.repository.commits.get(row["oid"])
        early = row.get("is_prerelease", False)
        return Release(
            self.repository, row["tag"], row["name"], row["created_at"], visible, early, commit
        )

    def _tags(self) -> list[Ref]:
        """Return the tags of releases, and those that the dataset has beside them."""
        repository = self.repository
        targets: dict[str, Commit | Tag | None] = {
            r.tag_name: r.tag_commit for r in repository.releases if not r.is_draft
        }
        for row in self.raw.get("tags", []):
            if commit := repository.commits.get(row["oid"]):
                tagger = GitActor("ann", row.get("tagged_at"), None)
                is_annotated = bool(tagger.date)
                targets[row["name"]] = (
                    Tag(repository, row["name"], commit, tagger) if is_annotated else commit
                )
        return [Ref(repository, name, target, "refs/tags/") for name, target in targets.items()]

    def _run(self, row: Raw) -> WorkflowRun:
        """A run of a workflow; it is in progress until the world's moment passes its end."""
        ended_at = row["ended_at"]
        conclusion = row["conclusion"] if ended_at <= self.now else None
        return WorkflowRun(
            self.repository,
            row["id"],
            row["path"],
            row.get("name") or row["path"],
            row["oid"],
            row.get("event") or "push",
            row["created_at"],
            ended_at if conclusion else row["created_at"],
            conclusion,
        )

    def _deployment(self, row: Raw, index: int) -> Deployment:
        creator = self.actor(row.get("creator")) or Actor("github-actions", "Bot")
        made = Deployment(
            self.repository,
            row["environment"],
            row["oid"],
            row["created_at"],
            creator,
            index,
            row.get("task") or "deploy",
            row.get("ref"),
        )
        made.database_id = row.get("database_id", made.database_id)
        statuses = self.numbered(row.get("statuses", []))
        visible = [
            DeploymentStatus(made, status["state"].upper(), status["created_at"], i)
            for i, status in statuses
        ]
        made.statuses = sorted(visible, key=lambda s: (s.created_at, s.index), reverse=True)
        return made
