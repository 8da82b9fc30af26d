"""Discussions as the GraphQL API serves them, at one moment in time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from .model import WEB, Actor, node_id, seeded

if TYPE_CHECKING:
    from .build import Builder
    from .repository import Label, Repository

Raw = dict[str, Any]


@dataclass(eq=False)
class DiscussionComment:
    """A comment of a discussion, or a reply to one."""

    discussion: Discussion
    id: str
    author: Actor | None
    author_association: str
    body: str
    created_at: str
    updated_at: str
    is_answer: bool
    reply_to: DiscussionComment | None = None
    replies: list[DiscussionComment] = field(default_factory=list)
    typename: ClassVar[str] = "DiscussionComment"

    def __post_init__(self) -> None:
        self.database_id = seeded(self.id)
        self.url = f"{self.discussion.url}#discussioncomment-{self.database_id}"
        self.body_text, self.published_at = self.body, self.created_at


@dataclass(eq=False)
class Discussion:
    """A discussion."""

    repository: Repository
    number: int
    title: str
    body: str
    author: Actor | None
    author_association: str
    category: Raw
    labels: list[Label]
    created_at: str
    closed_at: str | None
    state_reason: str | None
    answer_chosen_at: str | None
    answer_chosen_by: Actor | None
    id: str = ""
    former_ids: list[str] = field(default_factory=list)
    updated_at: str = ""
    comments: list[DiscussionComment] = field(default_factory=list)
    typename: ClassVar[str] = "Discussion"

    def __post_init__(self) -> None:
        self.id = self.id or node_id("D", self.repository.identity, self.number)
        self.database_id = seeded(self.id)
        self.resource_path = f"/{self.repository.name_with_owner}/discussions/{self.number}"
        self.url = WEB + self.resource_path
        self.body_text, self.published_at = self.body, self.created_at
        self.closed, self.locked = self.closed_at is not None, False
        self.is_answered = (
            self.answer_chosen_at is not None if self.category["is_answerable"] else None
        )

    @property
    def answer(self) -> DiscussionComment | None:
        """The comment or reply that was chosen."""
        every = [message for comment in self.comments for message in (comment, *comment.replies)]
        return (
            next((message for message in every if message.is_answer), None)
            if self.answer_chosen_at
            else None
        )


def discussion(outer: Builder, row: Raw) -> Discussion:
    """Return a discussion with its comments, answer and close until the builder's time."""
    now = outer.now
    reopened_at = row.get("reopened_at") or ""
    chosen_at = row.get("answer_chosen_at")
    is_chosen, is_closed = (
        bool(chosen_at) and chosen_at <= now,
        bool(row.get("closed_at")) and row["closed_at"] <= now,
    )
    is_reopened = is_closed and row["closed_at"] < reopened_at <= now
    category = row["category"]
    made = Discussion(
        repository=outer.repository,
        number=row["number"],
        title=row["title"],
        body=row.get("body", ""),
        author=outer.actor(row["author"]),
        author_association=row["association"],
        category={
            "id": node_id("DIC", outer.repository.identity, category["name"]),
            "slug": "",
            **category,
        },
        labels=outer.labels(row.get("labels", [])),
        id=row.get("id", ""),
        former_ids=row.get("former_ids", []),
        created_at=row["created_at"],
        closed_at=row["closed_at"] if is_closed and not is_reopened else None,
        state_reason="REOPENED"
        if is_reopened
        else row.get("state_reason") or "RESOLVED"
        if is_closed
        else None,
        answer_chosen_at=chosen_at if is_chosen else None,
        answer_chosen_by=outer.actor(row.get("answer_chosen_by")) if is_chosen else None,
    )
    made.comments = [
        _comment(outer, made, message, i, None)
        for i, message in outer.numbered(row.get("comments", []))
    ]
    stamps = [
        message.created_at for comment in made.comments for message in (comment, *comment.replies)
    ]
    stamps += [
        row["created_at"],
        made.answer_chosen_at or "",
        row["closed_at"] if is_closed else "",
    ]
    stamps += [stamp for stamp in [row.get("updated_at", "")] if stamp <= now]
    made.updated_at = max([*stamps, reopened_at if is_reopened else ""])
    return made


def _comment(
    outer: Builder, made: Discussion, row: Raw, index: int, parent: DiscussionComment | None
) -> DiscussionComment:
    comment = DiscussionComment(
        discussion=made,
        id=node_id("DC", parent.id if parent else made.id, index),
        author=outer.actor(row["author"]),
        author_association=row["association"],
        body=row.get("body", ""),
        created_at=row["created_at"],
        updated_at=row["created_at"],
        is_answer=row.get("is_answer", False),
        reply_to=parent,
    )
    comment.replies = [
        _comment(outer, made, r, i, comment) for i, r in outer.numbered(row.get("replies", []))
    ]
    return comment
