"""The hand-written company.

Seven repositories in which every case happens once, and what should be published of them.

``datasets()`` gives the datasets that ``tests.github_server`` serves; ``expected/`` holds the
published tables as of ``AS_OF``, typed by hand; ``people.csv`` is the company's. The README says
which pull request is which case.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

from . import app, app_issues, kit, others, shop, shop_large, shop_later, web
from .expand import expand
from .source import Push, Repository

HERE = Path(__file__).parent
AS_OF = date(2026, 6, 30)
EXPECTED = HERE / "expected"
PEOPLE = HERE / "people.csv"

REPOSITORIES = [
    Repository(
        "acme/shop",
        101,
        "2024-06-03 08:00",
        language="Python",
        topics=["checkout", "payments"],
        issues=[*shop.ISSUES, *shop_later.ISSUES],
        pulls=[*shop.PULLS, *shop_large.PULLS, *shop_later.PULLS],
        pushes=shop.PUSHES,
        releases=shop_later.RELEASES,
        deployments=shop_later.DEPLOYMENTS,
    ),
    Repository(
        "acme/web",
        102,
        "2025-02-03 09:00",
        language="TypeScript",
        topics=["frontend"],
        pulls=web.PULLS,
        pushes=[Push(0, "2025-02-03 10:00", "Initial commit", "jon")],
    ),
    Repository(
        "acme/infra",
        103,
        "2025-09-01 09:00",
        default_branch="trunk",
        language="HCL",
        topics=["terraform"],
        former_names=["acme/ops"],
        pulls=others.INFRA_PULLS,
        pushes=[Push(0, "2025-09-01 10:00", "Initial commit", "gus")],
        deployments=others.INFRA_DEPLOYMENTS,
    ),
    Repository(
        "acme/legacy",
        104,
        "2024-06-03 09:00",
        default_branch="master",
        language="Ruby",
        is_archived=True,
        issues=others.LEGACY_ISSUES,
        pulls=others.LEGACY_PULLS,
        pushes=[Push(0, "2024-06-03 10:00", "Initial commit", "hal")],
    ),
    Repository("acme/empty", 105, "2026-05-04 09:00"),
    Repository(
        "acme/app",
        106,
        "2025-01-06 09:00",
        language="TypeScript",
        topics=["mobile"],
        issues=app_issues.ISSUES,
        discussions=app_issues.DISCUSSIONS,
        milestones=app.MILESTONES,
        pulls=app.PULLS,
        pushes=app.PUSHES,
        deployments=app.DEPLOYMENTS,
    ),
    Repository(
        "acme/kit",
        107,
        "2026-02-02 09:00",
        language="TypeScript",
        topics=["library"],
        pulls=kit.PULLS,
        pushes=kit.PUSHES,
        releases=kit.RELEASES,
    ),
]


def datasets() -> dict[str, dict[str, Any]]:
    """The company's datasets, by ``owner/name``."""
    return expand(REPOSITORIES)


def expected(table: str) -> list[dict[str, str]]:
    """The rows of a published table as typed by hand; null is the empty text."""
    with (EXPECTED / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def typed(value: object) -> str:
    """Return a published value as the expected files write it."""
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).lower()
    if isinstance(value, list):
        return "|".join(value)
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
