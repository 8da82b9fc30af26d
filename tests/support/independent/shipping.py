"""Milestones, areas, deployments, incidents and change failures."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.support.independent.delivery import area_of, base, contains, first_of_releases
from tests.support.independent.issues import Clerk
from tests.support.independent.recorded import PullKey, Raw, Window, milestone_of, moment
from tests.support.independent.rework import Named, Rework
from tests.support.independent.stages import hours
from tests.support.independent.tickets import Imports, Ticket
from tests.support.independent.view import Pull, Repo, is_production

Row = dict[str, object]
FAILED = ("FAILURE", "ERROR")


@dataclass(frozen=True)
class Deployment:
    """A deployment with what its statuses said by the cutoff."""

    key: str | None
    environment: str
    oid: str
    created_at: datetime
    deployed_at: datetime | None
    failed_at: datetime | None
    state: str
    successes: list[datetime] = field(default_factory=list)

    @property
    def is_production(self) -> bool:
        """Return whether this is a production deployment."""
        return is_production(self.environment)


def read_deployments(raw: Raw, window: Window) -> list[Deployment]:
    """Return the deployments of a dataset that had been made by the cutoff, oldest first."""
    result = []
    for row in raw.get("deployments", []):
        if not window.has(moment(row["created_at"])):
            continue
        message = [(moment(s["created_at"]), s["state"].upper()) for s in row["statuses"]]
        good = sorted(at for at, state in message if state == "SUCCESS" and window.has(at))
        bad = sorted(at for at, state in message if state in FAILED and window.has(at))
        is_failed = bool(bad) and not any(at > bad[-1] for at in good)
        result.append(
            Deployment(
                key=str(row["database_id"]) if row.get("database_id") else None,
                environment=row["environment"],
                oid=row["oid"],
                created_at=moment(row["created_at"]),
                deployed_at=good[0] if good else None,
                failed_at=bad[0] if bad else None,
                state="failed" if is_failed else "succeeded" if good else "pending",
                successes=good,
            )
        )
    return sorted(result, key=lambda deployment: deployment.created_at)


def shipped_by(repo: Repo, pull: Pull, deployments: list[Deployment]) -> Deployment | None:
    """Return the production deployment that shipped a merge first.

    Of several at once the nearest to it.
    """
    result = [
        d for d in deployments if d.is_production and d.deployed_at and contains(repo, d.oid, pull)
    ]
    first = min(
        result,
        key=lambda d: (d.deployed_at, -(base(repo, d.oid) or 0), d.created_at),
        default=None,
    )
    return first if first and has_known_content(repo, deployments, first) else None


def has_known_content(repo: Repo, deployments: list[Deployment], item: Deployment) -> bool:
    """Return whether the contents of it and of an earlier production deployment are known."""
    here = [
        d.deployed_at
        for d in deployments
        if d.is_production and d.deployed_at and base(repo, d.oid) is not None
    ]
    return (
        base(repo, item.oid) is not None
        and item.deployed_at is not None
        and min(here) < item.deployed_at
    )


def deployment_rows(repo: Repo, deployments: list[Deployment]) -> list[Row]:
    """Return rows of ``deployments``."""
    first = [shipped_by(repo, pull, deployments) for pull in repo.pulls.values()]
    rows: list[Row] = []
    for item in deployments:
        restored_at = None
        if item.state == "failed" and item.failed_at:
            rest_rows = [
                d for d in deployments if d is not item and d.environment == item.environment
            ]
            restored_at = min(
                (at for d in rest_rows for at in d.successes if at > item.failed_at), default=None
            )
        rows.append(
            {
                "repo": repo.name,
                "deployment": item.key,
                "environment": item.environment,
                "is_production": item.is_production,
                "commit_oid": item.oid,
                "created_at": item.created_at,
                "deployed_at": item.deployed_at,
                "failed_at": item.failed_at,
                "state": item.state,
                "restored_at": restored_at,
                "restore_hours": hours(item.failed_at, restored_at),
                "pull_request_count": sum(shipper is item for shipper in first)
                if not (item.is_production and item.deployed_at)
                or has_known_content(repo, deployments, item)
                else None,
            }
        )
    return rows


def existing_areas(repo: Repo) -> list[Row]:
    """Return rows of ``areas``: where something was merged."""
    merged = sorted(
        (p for p in repo.pulls.values() if p.merged_at), key=lambda p: (p.merged_at, p.number)
    )
    rows: list[Row] = []
    for area in sorted({area_of(file[0]) for pull in merged for file in pull.files}):
        here = [pull for pull in merged if any(area_of(file[0]) == area for file in pull.files)]
        last = [file for file in here[-1].files if area_of(file[0]) == area]
        rows.append(
            {
                "repo": repo.name,
                "area": area,
                "first_merged_at": here[0].merged_at,
                "last_merged_at": here[-1].merged_at,
                "pull_request_count": len(here),
                "is_alive": any(file[3] != "DELETED" for file in last),
            }
        )
    return rows


def milestone_rows(repo: Repo, raw: Raw, window: Window, clerk: Clerk) -> list[Row]:
    """Return rows of ``milestones``."""
    rows: list[Row] = []
    for row in raw.get("milestones", []):
        if not window.has(moment(row["created_at"])):
            continue
        closed_at = moment(row["closed_at"]) if row.get("closed_at") else None
        closed_at = closed_at if window.has(closed_at) else None
        carrying = {
            kind: sum(
                window.has(moment(item["created_at"]))
                and milestone_of(item, window) == row["title"]
                for item in raw[kind]
            )
            for kind in ("issues", "pulls")
        }
        rows.append(
            {
                "repo": repo.name,
                "number": row["number"],
                "title": row["title"],
                "url": f"https://github.com/{repo.name}/milestone/{row['number']}",
                "state": "closed" if closed_at else "open",
                "due_on": moment(row["due_on"]).date() if row.get("due_on") else None,
                "created_at": moment(row["created_at"]),
                "closed_at": closed_at,
                "is_capability": clerk.is_capability_milestone(row["title"]),
                "issue_count": carrying["issues"],
                "pull_request_count": carrying["pulls"],
            }
        )
    return rows


def incident_rows(
    tickets: list[Ticket], imports: Imports, clerk: Clerk, cutoff: datetime
) -> list[Row]:
    """Return rows of ``incidents``: issues that are one, and what was imported."""
    rows: list[Row] = []
    for ticket in tickets:
        if clerk.is_a(ticket, "incident"):
            close = ticket.last_close
            rows.append(
                {
                    "repo": ticket.repo,
                    "key": ticket.item_key or f"{ticket.repo}#{ticket.number}",
                    "number": ticket.number,
                    "title": ticket.title,
                    "url": ticket.url,
                    "source": ticket.tracker if ticket.item_key else "github",
                    "severity": None,
                    "opened_at": ticket.opened_at,
                    "resolved_at": close.at if close else None,
                }
            )
    for row in imports.incidents:
        if row["opened_at"] < cutoff:
            resolved_at = (
                row["resolved_at"] if row["resolved_at"] and row["resolved_at"] < cutoff else None
            )
            rows.append(
                {"repo": _service(row), "key": row["key"], "number": None, "title": row["title"]}
                | {"url": row["url"], "source": row["source"], "severity": row["severity"]}
                | {"opened_at": row["opened_at"], "resolved_at": resolved_at}
            )
    for entry in rows:
        begin, end = entry["opened_at"], entry["resolved_at"]
        entry["restore_hours"] = (
            hours(begin, end) if isinstance(begin, datetime) and isinstance(end, datetime) else None
        )
    return rows


def _service(row: Raw) -> str:
    return f"{row['source']}/{row['service']}" if row["service"] else str(row["source"])


@dataclass(frozen=True)
class Shipment:
    """A production deployment with a success, or a release."""

    kind: str
    key: str
    at: datetime
    oid: str | None
    tag: str | None = None


def change_failure_rows(
    repo: Repo,
    deployments: list[Deployment],
    rework: list[Rework],
    causes: list[Named],
    within: timedelta,
) -> list[Row]:
    """Return rows of ``change_failures``.

    What undid a change, or causes a shipment, soon after it was shipped.
    """
    good = [d for d in deployments if d.is_production and d.deployed_at]
    first: dict[PullKey, Shipment] = {}
    if good:
        shipments = {
            id(d): Shipment("deployment", str(d.key), d.deployed_at or d.created_at, d.oid)
            for d in good
        }
        for pull in repo.pulls.values():
            if shipper := shipped_by(repo, pull, good):
                first[pull.key] = shipments[id(shipper)]
        known_values = list(shipments.values())
    else:
        full = [release for release in repo.releases if not release.is_prerelease]
        by_tag = {r.tag: Shipment("release", r.tag, r.published_at, r.oid, r.tag) for r in full}
        for pull in repo.pulls.values():
            if release := first_of_releases(repo, full, pull):
                first[pull.key] = by_tag[release.tag]
        known_values = list(by_tag.values())
    rows: list[Row] = []
    for item in rework:
        shipment = first.get((item.repo.lower(), item.number))
        if (
            shipment
            and item.repo == repo.name
            and shipment.at <= item.happened_at < shipment.at + within
        ):
            rows.append(
                _failure(repo, shipment, item.kind, item.number, item.by_key, item.happened_at)
            )
    for incident in causes:
        for shipment in known_values:
            is_named = (repo.name.lower(), shipment.tag) in incident.tags or any(
                shipment.oid and shipment.oid.startswith(sha) for sha in incident.shas
            )
            if is_named and shipment.at <= incident.at < shipment.at + within:
                rows.append(_failure(repo, shipment, "incident", None, incident.key, incident.at))
    return rows


def _failure(
    repo: Repo,
    shipment: Shipment,
    kind: str,
    number: int | None,
    by_key: str | None,
    happened_at: datetime,
) -> Row:
    about = {
        "repo": repo.name,
        "shipment": shipment.kind,
        "shipment_key": shipment.key,
        "shipped_at": shipment.at,
    }
    return about | {"kind": kind, "number": number, "by_key": by_key, "happened_at": happened_at}


SHA = re.compile(r"\b[0-9a-f]{7,40}\b", re.I | re.A)
TAG = re.compile(r"\b([\w-]+/[\w.-]+)@([^\s,;]+)", re.A)
RELEASE = re.compile(r"https?://[^/\s]+/([\w-]+/[\w.-]+)/releases/tag/([^\s,;]+)", re.I | re.A)


def names_of(imports: Imports, cutoff: datetime) -> list[Named]:
    """Return what the imported incidents name as their cause."""
    result = []
    for row in imports.incidents:
        if row["opened_at"] < cutoff and row["caused_by"]:
            text = str(row["caused_by"])
            tags = {
                (repo.lower(), tag) for repo, tag in [*TAG.findall(text), *RELEASE.findall(text)]
            }
            result.append(
                Named(
                    row["key"],
                    row["opened_at"],
                    text,
                    {sha.lower() for sha in SHA.findall(text)},
                    tags,
                )
            )
    return result
