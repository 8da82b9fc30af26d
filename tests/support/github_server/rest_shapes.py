"""The shapes of the REST API's answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .model import Actor, Comment, Event, Issue, PullRequest, PullRequestCommit, Review, node_id
from .repository import Commit, GitActor, Label, Release, Repository, WorkflowRun
from .schema import snake

Json = dict[str, Any]
EVENT_NAMES = {"CrossReferencedEvent": "cross-referenced"}
FILE_STATES = {
    "ADDED": "added",
    "DELETED": "removed",
    "RENAMED": "renamed",
    "COPIED": "copied",
    "CHANGED": "changed",
}


class Shapes:
    """Builds GitHub's REST objects, with links under one base address."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._repositories: dict[str, Json] = {}

    def user(self, actor: Actor | None) -> Json:
        """An account; a deleted one shows as ``ghost``."""
        actor = actor or Actor("ghost")
        kind = "orgs" if actor.typename == "Organization" else "users"
        link = f"{self.base}/{kind}/{actor.rest_login}"
        return {
            "login": actor.rest_login,
            "id": actor.database_id,
            "node_id": actor.id,
            "avatar_url": actor.avatar_url,
            "url": link,
            "html_url": actor.url,
            "repos_url": f"{link}/repos",
            "type": actor.typename,
            "site_admin": False,
        }

    def maybe(self, actor: Actor | None) -> Json | None:
        """An account, or null."""
        return self.user(actor) if actor else None

    def repository(self, r: Repository) -> Json:
        """A repository."""
        return self._repositories.get(r.id) or self._repositories.setdefault(
            r.id, self._repository(r)
        )

    def _repository(self, r: Repository) -> Json:
        link = f"{self.base}/repos/{r.name_with_owner}"
        return {
            "id": r.database_id,
            "node_id": r.id,
            "name": r.name,
            "full_name": r.name_with_owner,
            "private": r.is_private,
            "owner": self.user(r.owner),
            "html_url": r.url,
            "description": r.description,
            "fork": r.is_fork,
            "url": link,
            "pulls_url": f"{link}/pulls{{/number}}",
            "issues_url": f"{link}/issues{{/number}}",
            "default_branch": r.default_branch,
            "created_at": r.created_at,
            "updated_at": r.updated_at,
            "pushed_at": r.pushed_at,
            "archived": r.is_archived,
            "disabled": False,
            "visibility": r.visibility.lower(),
            "topics": r.topics,
            "stargazers_count": 0,
            "forks_count": 0,
            "language": r.language,
            "has_issues": True,
            "open_issues_count": sum(
                i.state == "OPEN" for i in [*r.issues.values(), *r.pull_requests.values()]
            ),
        }

    def label(self, label: Label) -> Json:
        """A label."""
        name = label.name.replace(" ", "%20")
        link = f"{self.base}/repos/{label.repository.name_with_owner}/labels/{name}"
        visible = {"id": label.database_id, "node_id": label.id, "url": link, "name": label.name}
        return visible | {"color": label.color, "default": False, "description": label.description}

    def _item(self, i: Issue, kind: str) -> Json:
        link = f"{self.base}/repos/{i.repository.name_with_owner}"
        return {
            "id": i.database_id,
            "node_id": i.id,
            "number": i.number,
            "url": f"{link}/{kind}/{i.number}",
            "html_url": i.url,
            "title": i.title,
            "body": i.body,
            "user": self.user(i.author),
            "state": "open" if i.state == "OPEN" else "closed",
            "labels": [self.label(x) for x in i.labels],
            "assignees": [self.user(a) for a in i.assignees],
            "assignee": self.maybe(next(iter(i.assignees), None)),
            "milestone": {"number": i.milestone.number, "title": i.milestone.title}
            if i.milestone
            else None,
            "locked": False,
            "active_lock_reason": None,
            "author_association": i.author_association,
            "created_at": i.created_at,
            "updated_at": i.updated_at,
            "closed_at": i.closed_at,
            "comments_url": f"{link}/issues/{i.number}/comments",
            "issue_url": f"{link}/issues/{i.number}",
        }

    def issue(self, i: Issue) -> Json:
        """An issue, or a pull request as the issues API shows it."""
        visible = self._item(i, "issues") | {"comments": len(i.comments)}
        visible |= {"repository_url": f"{self.base}/repos/{i.repository.name_with_owner}"}
        visible["state_reason"] = i.state_reason.lower() if i.state_reason else None
        if isinstance(i, PullRequest):
            link = f"{self.base}/repos/{i.repository.name_with_owner}/pulls/{i.number}"
            visible |= {
                "draft": i.is_draft,
                "pull_request": {"url": link, "html_url": i.url, "merged_at": i.merged_at},
            }
        return visible

    def pull(self, p: PullRequest) -> Json:
        """A pull request in a list: without sizes and merger, as GitHub leaves them out there."""
        owner = (p.head_repository_name or "").partition("/")[0]
        head = {
            "label": f"{owner}:{p.head_ref_name}",
            "ref": p.head_ref_name,
            "sha": p.head_ref_oid,
        }
        base = {
            "label": f"{p.repository.owner.login}:{p.base_ref_name}",
            "ref": p.base_ref_name,
            "sha": p.base_ref_oid,
        }
        same = not p.is_cross_repository
        return self._item(p, "pulls") | {
            "draft": p.is_draft,
            "merged_at": p.merged_at,
            "merge_commit_sha": p.merge_commit.oid if p.merge_commit else None,
            "requested_reviewers": [],
            "requested_teams": [],
            "auto_merge": None,
            "head": head | {"user": None, "repo": self.repository(p.repository) if same else None},
            "base": base
            | {"user": self.user(p.repository.owner), "repo": self.repository(p.repository)},
        }

    def whole_pull(self, p: PullRequest) -> Json:
        """A single pull request."""
        return self.pull(p) | {
            "merged": p.merged,
            "merged_by": self.maybe(p.merged_by),
            "mergeable": None,
            "rebaseable": None,
            "mergeable_state": "unknown",
            "comments": len(p.comments),
            "review_comments": sum(len(r.comments) for r in p.reviews),
            "commits": len(p.commits),
            "additions": p.additions,
            "deletions": p.deletions,
            "changed_files": p.changed_files,
            "maintainer_can_modify": False,
        }

    def comment(self, c: Comment) -> Json:
        """An issue comment or a review comment."""
        link = f"{self.base}/repos/{c.repository.name_with_owner}"
        kind = "issues" if c.typename == "IssueComment" else "pulls"
        visible = {
            "id": c.database_id,
            "node_id": c.id,
            "url": f"{link}/{kind}/comments/{c.database_id}",
            "html_url": c.url,
            "body": c.body,
            "user": self.user(c.author),
            "author_association": c.author_association,
            "created_at": c.created_at,
            "updated_at": c.updated_at,
        }
        if c.review is None:
            return visible | {"issue_url": f"{link}/issues/{c.subject.number}"}
        commit = c.review.commit.oid if c.review.commit else None
        return visible | {
            "pull_request_url": f"{link}/pulls/{c.subject.number}",
            "pull_request_review_id": c.review.database_id,
            "path": c.path,
            "position": c.position,
            "original_position": c.position,
            "commit_id": commit,
            "original_commit_id": commit,
            "diff_hunk": "",
        }

    def review(self, r: Review) -> Json:
        """A review."""
        link = f"{self.base}/repos/{r.repository.name_with_owner}/pulls/{r.pull_request.number}"
        return {
            "id": r.database_id,
            "node_id": r.id,
            "user": self.maybe(r.author),
            "body": r.body,
            "state": r.state,
            "html_url": r.url,
            "pull_request_url": link,
            "author_association": r.author_association,
            "commit_id": r.commit.oid if r.commit else None,
        } | ({"submitted_at": r.submitted_at} if r.submitted_at else {})

    def commit(self, c: Commit) -> Json:
        """A commit in a list."""
        link = f"{self.base}/repos/{c.repository.name_with_owner}"

        def person(a: GitActor) -> Json:
            return {"name": a.name, "email": a.email, "date": a.date}

        inner = {
            "author": person(c.author),
            "committer": person(c.committer),
            "message": c.message,
            "comment_count": 0,
        }
        tree = {"sha": c.oid[::-1], "url": f"{link}/git/trees/{c.oid[::-1]}"}
        return {
            "sha": c.oid,
            "node_id": c.id,
            "url": f"{link}/commits/{c.oid}",
            "html_url": c.url,
            "commit": inner | {"url": f"{link}/git/commits/{c.oid}", "tree": tree},
            "author": self.maybe(c.author.user),
            "committer": self.maybe(c.committer.user),
            "parents": [
                {
                    "sha": o,
                    "url": f"{link}/commits/{o}",
                    "html_url": f"{c.repository.url}/commit/{o}",
                }
                for o in c.parent_oids
            ],
        }

    def whole_commit(self, c: Commit) -> Json:
        """A single commit, with its sizes."""
        stats = {
            "additions": c.additions,
            "deletions": c.deletions,
            "total": c.additions + c.deletions,
        }
        return self.commit(c) | {"stats": stats, "files": [self.file(f) for f in c.files]}

    def file(self, row: Sequence[Any]) -> Json:
        """A changed file."""
        path, plus, minus, *change = row
        status = FILE_STATES.get(change[0] if change else "", "modified")
        visible = {"sha": None, "filename": path, "status": status}
        return visible | {"additions": plus, "deletions": minus, "changes": plus + minus}

    def release(self, r: Release) -> Json:
        """A release."""
        link = f"{self.base}/repos/{r.repository.name_with_owner}/releases/{r.database_id}"
        return {
            "id": r.database_id,
            "node_id": r.id,
            "url": link,
            "html_url": r.url,
            "tag_name": r.tag_name,
            "name": r.name,
            "body": "",
            "target_commitish": r.repository.default_branch,
            "draft": r.is_draft,
            "prerelease": r.is_prerelease,
            "created_at": r.created_at,
            "published_at": r.published_at,
            "author": None,
            "assets": [],
        }

    def workflow_run(self, r: WorkflowRun) -> Json:
        """A run of a workflow."""
        return {
            "id": r.id,
            "node_id": node_id("WFR", r.id),
            "name": r.name,
            "path": r.path,
            "workflow_id": r.workflow_id,
            "run_attempt": 1,
            "head_sha": r.head_sha,
            "head_branch": r.repository.default_branch,
            "event": r.event,
            "status": "completed" if r.conclusion else "in_progress",
            "conclusion": r.conclusion,
            "created_at": r.created_at,
            "run_started_at": r.created_at,
            "updated_at": r.updated_at,
            "html_url": f"{r.repository.url}/actions/runs/{r.id}",
        }

    def event(self, x: Any) -> Json:
        """A timeline item of any kind."""
        if isinstance(x, Comment):
            return self.comment(x) | {"event": "commented", "actor": self.user(x.author)}
        if isinstance(x, Review):
            return self.review(x) | {"event": "reviewed"}
        if isinstance(x, PullRequestCommit):
            visible = self.commit(x.commit)
            own = {"sha": x.commit.oid, "node_id": x.commit.id, "parents": visible["parents"]}
            return {**visible["commit"], "event": "committed", **own}
        return self._event(x)

    def _event(self, event: Event) -> Json:
        name = EVENT_NAMES.get(event.typename, snake(event.typename.removesuffix("Event")))
        visible: Json = {
            "id": event.database_id,
            "node_id": event.id,
            "event": name,
            "actor": self.maybe(event.actor),
            "created_at": event.created_at,
            "commit_id": event.commit.oid if event.commit else None,
        }
        if event.label:
            visible["label"] = {"name": event.label.name, "color": event.label.color}
        if event.assignee:
            visible["requested_reviewer" if name.startswith("review_request") else "assignee"] = (
                self.user(event.assignee)
            )
        if event.milestone_title:
            visible["milestone"] = {"title": event.milestone_title}
        if event.state_reason and name == "closed":
            visible["state_reason"] = event.state_reason.lower()
        if event.origin:
            repo, number = event.origin
            issue = {"number": number, "url": f"{self.base}/repos/{repo}/issues/{number}"}
            visible["source"] = {"type": "issue", "issue": issue}
        return visible
