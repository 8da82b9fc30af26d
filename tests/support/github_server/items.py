"""Builds issues and pull requests; every state is replayed from its events up to the moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from .model import Comment, Event, Issue, PullRequest, PullRequestCommit, Review, node_id, seeded
from .repository import Commit, GitActor, no_reply

if TYPE_CHECKING:
    from .build import Builder
    from .repository import Label

END_OF_TIME = "9999"
STATE_EVENTS = {"ClosedEvent", "ReopenedEvent", "MergedEvent"}
DRAFT_EVENTS = {"ReadyForReviewEvent": False, "ConvertToDraftEvent": True}
LABEL_EVENTS = {"LabeledEvent", "UnlabeledEvent"}
MILESTONE_EVENTS = {"MilestonedEvent", "DemilestonedEvent"}
Raw = dict[str, Any]
AnyItem = TypeVar("AnyItem", bound=Issue)


class ItemBuilder:
    """Builds the issues and pull requests of the repository that ``outer`` builds."""

    def __init__(self, outer: Builder) -> None:
        self.outer, self.repository, self.now = outer, outer.repository, outer.now

    def issue(self, row: Raw) -> Issue:
        """An issue."""
        return self._item(row, Issue, {})

    def _events(self, row: Raw) -> list[Raw]:
        """Return recorded events, plus the closes and labels implied without events."""
        events = list(row["events"])
        kinds = {e["type"] for e in events}
        if row.get("merged_at") and "MergedEvent" not in kinds:
            merge = {
                "type": "MergedEvent",
                "created_at": row["merged_at"],
                "actor": row.get("merged_by"),
            }
            events.append(merge | {"commit": row.get("merge_commit")})
        if row["closed_at"] and "ClosedEvent" not in kinds:
            events.append(
                {
                    "type": "ClosedEvent",
                    "created_at": row["closed_at"],
                    "actor": row.get("merged_by"),
                }
            )
        if row.get("milestone") and not kinds & MILESTONE_EVENTS:
            inputs = {
                "type": "MilestonedEvent",
                "created_at": row["created_at"],
                "actor": row["author"],
            }
            events.append(inputs | {"milestone": row["milestone"]})
        known_values = self.outer.known_labels
        names = {
            name: known_values[name].name if name in known_values else name
            for name in row["labels"]
        }
        deleted = {
            name for name in row["labels"] if name in known_values and known_values[name].is_deleted
        }
        recorded = {
            known_values[n].name if n in known_values else n
            for e in events
            if (n := e.get("label"))
        }
        events += [
            {
                "type": "LabeledEvent",
                "created_at": row["created_at"],
                "actor": row["author"],
                "label": name,
            }
            for name in row["labels"]
            if names[name] not in recorded and name not in deleted
        ]
        return sorted(events, key=lambda e: e["created_at"])

    def _comment(
        self,
        item: Issue,
        row: Raw,
        key: object,
        kind: str = "IssueComment",
        review: Review | None = None,
    ) -> Comment:
        edited = row["updated_at"] if row["updated_at"] <= self.now else row["created_at"]
        return Comment(
            subject=item,
            id=node_id("IC" if kind == "IssueComment" else "PRRC", item.id, key),
            typename=kind,
            review=review,
            author=self.outer.actor(row["author"]),
            author_association=row["association"],
            body=row["body"],
            created_at=row["created_at"],
            updated_at=edited,
            position=row.get("position"),
        )

    def _item(self, row: Raw, kind: type[AnyItem], extra: Raw) -> AnyItem:
        outer, events = self.outer, self._events(row)
        visited = outer.visible(events)
        final = next((e for e in reversed(events) if e["type"] in STATE_EVENTS), None)
        last = next(
            (e for e in reversed(visited) if e["type"] in STATE_EVENTS), {"type": "ReopenedEvent"}
        )
        merged = any(e["type"] == "MergedEvent" for e in visited)
        is_open = last["type"] == "ReopenedEvent" and not merged
        comments = outer.visible(row["comments"])
        stamps = [
            row["created_at"],
            row["updated_at"],
            row["closed_at"],
            *(e["created_at"] for e in visited),
        ]
        stamps += [
            stamp for c in comments for stamp in (c["created_at"], c["updated_at"])
        ] + extra.pop("stamps", [])
        prefix, identity = "PR" if kind is PullRequest else "I", self.repository.identity
        item = kind(
            repository=self.repository,
            number=row["number"],
            id=row.get("id") or node_id(prefix, identity, row["number"]),
            database_id=row.get("database_id") or seeded(identity, row["number"]),
            title=row["title"],
            body=row["body"],
            author=outer.actor(row["author"]),
            author_association=row["association"],
            state="OPEN" if is_open else "MERGED" if merged else "CLOSED",
            state_reason=self._reason(row, last) if kind is Issue else None,
            created_at=row["created_at"],
            updated_at=max(s for s in stamps if s and s <= self.now),
            closed_at=None
            if is_open
            else row["closed_at"]
            if last is final
            else last["created_at"],
            assignees=[a for login in row["assignees"] if (a := outer.actor(login))],
            former_ids=row.get("former_ids", []),
            is_unavailable=row.get("is_unavailable", False),
            issue_type={"name": row["type"]} if row.get("type") else None,
            **extra,
        )
        stored: dict[Label, None] = {}
        for e in visited:
            if e["type"] in MILESTONE_EVENTS:
                known_values = outer.milestones.get(e["milestone"])
                item.milestone = known_values if e["type"] == "MilestonedEvent" else None
            if e["type"] in LABEL_EVENTS:
                label = outer.label(e["label"])
                stored.pop(label, None) if e["type"] == "UnlabeledEvent" else stored.setdefault(
                    label
                )
            item.events.append(
                self._event(item, e, self._reason(row, e) if kind is Issue else None)
            )
        item.labels = [label for label in stored if not label.is_deleted]
        item.comments = [
            self._comment(item, c, f"comment/{i}") for i, c in outer.numbered(row["comments"])
        ]
        return item

    def _reason(self, row: Raw, event: Raw) -> str | None:
        """The reason of an issue's state after an event.

        The last close without one has the dataset's.
        """
        if event["type"] != "ClosedEvent":
            return (
                "REOPENED" if event["type"] == "ReopenedEvent" and "created_at" in event else None
            )
        final = row.get("state_reason") if event["created_at"] == row["closed_at"] else None
        return event.get("state_reason") or final or "COMPLETED"

    def _event(self, item: Issue, row: Raw, reason: str | None) -> Event:
        outer, commits, source = self.outer, self.repository.commits, row.get("source")
        return Event(
            item,
            row["type"],
            row["created_at"],
            outer.actor(row.get("actor")),
            label=outer.label(row["label"]) if row.get("label") else None,
            assignee=outer.actor(row.get("assignee")),
            commit=commits.get(row.get("commit") or ""),
            origin=(source["repo"], source["number"]) if source else None,
            before_commit=commits.get(row.get("before") or ""),
            after_commit=commits.get(row.get("after") or ""),
            state_reason=reason,
            milestone_title=row.get("milestone", ""),
            closing=row.get("closer"),
            original=row.get("canonical"),
        )

    def pull(self, row: Raw) -> PullRequest:
        """A pull request."""
        outer, commits = self.outer, self._pull_commits(row)
        reviews, inline = (
            outer.visible(row["reviews"]),
            [c for r in row["reviews"] for c in outer.visible(r["comments"])],
        )
        stamps = [s for r in [*reviews, *inline] for s in (r["created_at"], r["updated_at"])] + [
            at for _, at in commits
        ]
        merged = bool(row["merged_at"]) and row["merged_at"] <= self.now
        whole = len(commits) == max(1, len(row["commits"])) and "additions" in row
        changes = row["files"] if whole else [f for c, _ in commits for f in c.files]
        draft = row.get("draft_at_creation", False)
        for e in outer.visible(row["events"]):
            draft = DRAFT_EVENTS.get(e["type"], draft)
        extra = {
            "stamps": stamps,
            "is_draft": draft,
            "merged_at": row["merged_at"] if merged else None,
            "merged_by": outer.actor(row.get("merged_by")) if merged else None,
            "base_ref_name": row["base_ref"],
            "base_ref_oid": row.get("base_oid") or "0" * 40,
            "head_ref_name": row["head_ref"],
            "head_ref_oid": commits[-1][0].oid,
            "head_repository_name": row.get("head_repository"),
            "closing": row["closing_issues"],
            "additions": row["additions"] if whole else sum(f[1] for f in changes),
            "deletions": row["deletions"] if whole else sum(f[2] for f in changes),
            "changed_files": row["changed_files"] if whole else len({f[0] for f in changes}),
            "files": [[*f[:3], f[3] if len(f) > 3 else "MODIFIED"] for f in changes],
        }
        pull = self._item(row, PullRequest, extra)
        pull.commits = [PullRequestCommit(pull, commit, at) for commit, at in commits]
        if merged and row.get("merge_commit"):
            web_flow = outer.actor("web-flow")
            merger = GitActor("GitHub", row["merged_at"], web_flow, no_reply(web_flow))
            known_values = self.repository.commits.get(row["merge_commit"])
            unknown = Commit(
                self.repository, row["merge_commit"], row["title"], merger, merger, [], []
            )
            pull.merge_commit = known_values or unknown
        pull.reviews = [self._review(pull, r, i) for i, r in outer.numbered(row["reviews"])]
        return pull

    def _pull_commits(self, row: Raw) -> list[tuple[Commit, str]]:
        """Commits with the time each became visible.

        Its commit time, kept between creation and closing.
        """
        result = []
        for oid in row["commits"]:
            raw = self.outer.raw["commits"].get(oid)
            if raw:
                visible = min(
                    max(raw["committed_at"], row["created_at"]), row["closed_at"] or END_OF_TIME
                )
                result.append((raw, visible))
        displayed = [(raw, at) for raw, at in result if at <= self.now] or result[
            :1
        ]  # a pull request is never empty
        if displayed:
            known_values = self.repository.commits
            return [
                (known_values.get(raw["oid"]) or self.outer.commit(raw), min(at, self.now))
                for raw, at in displayed
            ]
        lag = timedelta(
            minutes=1 + seeded(self.repository.identity, row["number"], "lag") % (72 * 60)
        )
        at = (datetime.fromisoformat(row["created_at"]) - lag).strftime("%Y-%m-%dT%H:%M:%SZ")
        user = self.outer.actor(row["author"])
        actor = GitActor(row["author"] or "unknown", at, user, no_reply(user))
        oid = (row.get("head_oid") or "") or f"{seeded(row['number'], row['created_at']):040x}"
        return [
            (Commit(self.repository, oid, row["title"], actor, actor, [], []), row["created_at"])
        ]

    def _review(self, pull: PullRequest, row: Raw, index: int) -> Review:
        identity = row.get("id") or node_id("PRR", pull.id, index)
        edited = row["updated_at"] if row["updated_at"] <= self.now else row["created_at"]
        oid = row.get("commit")
        review = Review(
            pull_request=pull,
            id=identity,
            database_id=row.get("database_id") or seeded(identity),
            state=row["state"],
            author=self.outer.actor(row["author"]),
            author_association=row["association"],
            body=row["body"],
            created_at=row["created_at"],
            updated_at=edited,
            commit=next(
                (c.commit for c in pull.commits if oid and c.commit.oid.startswith(oid)), None
            ),
        )
        kind, inline = "PullRequestReviewComment", self.outer.numbered(row["comments"])
        review.comments = [
            self._comment(pull, c, f"{identity}/{i}", kind, review) for i, c in inline
        ]
        return review
