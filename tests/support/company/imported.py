"""What the company imported from other tools.

Rows as the ledger keeps them, with the cases above each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from collectors.ledger.store import Store

from .source import sha

Load = dict[str, Any]


def _at(time: str | None) -> datetime | None:
    return datetime.fromisoformat(time) if time else None


def _load(
    kind: str, source: str, exported: str, rows: Sequence[Mapping[str, Any]], account: str = ""
) -> Load:
    about = {
        "import_id": f"{source}-{kind}-{exported}",
        "kind": kind,
        "source": source,
        "account": account,
    }
    return about | {"exported_at": _at(exported), "rows": [dict(row) for row in rows]}


def _item(
    key: str,
    title: str,
    item_type: str,
    opened: str,
    *,
    status: str = "To Do",
    author: str | None = None,
    responded: str | None = None,
    closed: str | None = None,
    resolution: str | None = None,
    labels: Sequence[str] = (),
) -> dict[str, Any]:
    project, _, number = key.partition("-")
    return {
        "key": key,
        "project": project,
        "number": int(number),
        "title": title,
        "url": f"https://acme.example/browse/{key}",
        "type": item_type,
        "status": status,
        "labels": list(labels),
        "resolution": resolution,
        "author_kind": author,
        "opened_at": _at(opened),
        "first_response_at": _at(responded),
        "closed_at": _at(closed),
        "updated_at": _at(closed or opened),
    }


def _incident(
    key: str,
    title: str,
    opened: str,
    resolved: str | None,
    caused_by: str | None,
    service: str | None = "checkout",
    severity: str | None = "high",
) -> dict[str, Any]:
    times = {
        "opened_at": _at(opened),
        "resolved_at": _at(resolved),
        "updated_at": _at(resolved or opened),
    }
    about = {
        "key": key,
        "title": title,
        "url": f"https://pages.example/incidents/{key}",
        "service": service,
    }
    return about | {"severity": severity, "caused_by": caused_by} | times


def _experiment(
    key: str,
    title: str,
    started: str,
    shipped: str | None,
    decided: str | None,
    decision: str | None,
    repo: str | None = "acme/app",
    url: str | None = None,
) -> dict[str, Any]:
    times = {"started_at": _at(started), "shipped_at": _at(shipped), "decided_at": _at(decided)}
    return {
        "key": key,
        "title": title,
        "url": url,
        "repo": repo,
        "decision": decision,
        "updated_at": None,
    } | times


LOADS = [
    # Case: an older export, whose rows the newer one replaces; SHOP-6 stands in the older one
    # alone.
    _load(
        "items",
        "jira",
        "2026-05-31 00:00",
        [
            _item("SHOP-2", "Old title", "UX Debt", "2026-04-02 09:00", author="inside"),
            _item(
                "SHOP-6",
                "Wrong currency",
                "Bug",
                "2026-04-20 09:00",
                status="Rejected",
                author="inside",
                closed="2026-04-22 09:00",
                resolution="not planned",
            ),
        ],
    ),
    _load(
        "items",
        "jira",
        "2026-07-04 00:00",
        [
            # Case: feedback by its type, answered and resolved.
            _item(
                "SHOP-1",
                "Parcel was lost",
                "Support request",
                "2026-04-01 09:00",
                status="Done",
                author="outside",
                responded="2026-04-01 15:00",
                closed="2026-04-03 09:00",
                resolution="completed",
            ),
            # Case: UX debt by its type, open.
            _item(
                "SHOP-2",
                "Two baskets look alike",
                "UX Debt",
                "2026-04-02 09:00",
                author="inside",
                labels=["checkout", "basket"],
            ),
            # Case: an incident by its type.
            _item(
                "SHOP-3",
                "Payments time out",
                "Incident",
                "2026-05-11 08:00",
                status="Done",
                closed="2026-05-11 12:00",
                resolution="completed",
            ),
            # Case: a capability by its type, delivered without GitHub.
            _item(
                "SHOP-4",
                "Pay in instalments",
                "Capability",
                "2026-04-06 09:00",
                status="Done",
                author="inside",
                closed="2026-06-01 09:00",
                resolution="completed",
            ),
            # Case: opened after the last day; answered and closed after it.
            _item("SHOP-5", "Too late", "Support request", "2026-07-01 00:00", author="outside"),
            _item(
                "SHOP-7",
                "Invoice is missing",
                "Question",
                "2026-06-29 09:00",
                status="Done",
                author="outside",
                responded="2026-07-01 00:00",
                closed="2026-07-02 09:00",
                resolution="completed",
            ),
        ],
    ),
    # Case: another tracker, with the name of an account.
    _load(
        "items",
        "linear",
        "2026-07-04 00:00",
        [
            _item("APP-1", "Logo is blurred", "Papercut", "2026-06-01 09:00", author="inside"),
        ],
        account="eu",
    ),
    _load(
        "incidents",
        "pagerduty",
        "2026-07-04 00:00",
        [
            # Case: names the commit of a deployment, which no pull request brought.
            _incident(
                "PD-1",
                "Prices are zero",
                "2026-04-15 10:00",
                "2026-04-15 11:30",
                f"deploy {sha('app', 0, 1)}",
            ),
            # Case: names a pull request by its address.
            _incident(
                "PD-2",
                "Mails bounce",
                "2026-05-13 05:00",
                "2026-05-13 09:00",
                "https://github.com/acme/app/pull/49",
            ),
            # Case: names a release by its tag in time, and by its address exactly 7 days after it:
            # too late.
            _incident(
                "PD-3",
                "Lists are empty",
                "2026-03-18 10:00",
                "2026-03-18 12:00",
                "acme/kit@v1.1.0",
                "lists",
                "low",
            ),
            _incident(
                "PD-4",
                "Lists are slow",
                "2026-03-24 10:00",
                "2026-03-25 10:00",
                "https://github.com/acme/kit/releases/tag/v1.1.0",
                "lists",
            ),
            # Case: of no service, resolved after the last day; one opened after it.
            _incident(
                "PD-5", "Disk is full", "2026-06-30 22:00", "2026-07-01 00:00", None, None, None
            ),
            _incident("PD-6", "Not yet", "2026-07-01 00:00", None, "acme/app#51"),
        ],
    ),
    _load(
        "experiments",
        "generic",
        "2026-07-04 00:00",
        [
            # Case: replaces the issue that it is about.
            _experiment(
                "EXP-1",
                "Loyalty points",
                "2026-03-02 00:00",
                "2026-03-10 00:00",
                "2026-04-01 00:00",
                "killed",
                url="https://github.com/acme/app/issues/22",
            ),
            # Case: decided after the last day; started after it.
            _experiment(
                "EXP-2",
                "Larger pictures",
                "2026-06-01 00:00",
                "2026-06-10 00:00",
                "2026-07-01 00:00",
                "kept",
            ),
            _experiment("EXP-3", "Later", "2026-07-01 00:00", None, None, None),
        ],
    ),
    _load(
        "experiments",
        "growthbook",
        "2026-07-04 00:00",
        [
            _experiment(
                "gb_banner",
                "Banner on top",
                "2026-05-04 00:00",
                "2026-05-04 00:00",
                "2026-05-20 00:00",
                "kept",
            ),
            # Case: running, of no repository.
            _experiment(
                "gb_price", "Prices in bold", "2026-06-15 00:00", None, None, None, repo=None
            ),
        ],
    ),
]


def bring(store: Store) -> None:
    """Write the imports into a ledger."""
    for load in LOADS:
        about = {key: value for key, value in load.items() if key != "rows"}
        stored = {
            "file": f"{load['import_id']}.csv",
            "loaded_at": load["exported_at"],
            "rows_read": len(load["rows"]),
        }
        rows = [
            {"import_id": load["import_id"], "line": line} | row
            for line, row in enumerate(load["rows"], 2)
        ]
        store.merge("imports", [about | stored])
        store.merge(f"imported_{load['kind']}", rows)
