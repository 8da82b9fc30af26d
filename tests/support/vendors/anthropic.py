"""Anthropic's Admin API: analytics, older reports and Claude Code.

Documented under https://platform.claude.com/docs/en/manage-claude/: usage-cost-analytics-api,
usage-cost-api and claude-code-analytics-api. Fields are those of the SDK's types.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.support.vendors import Json, Reply, Request, paged

BETA = "analytics-usage-cost-2026-08-24"
GROUPED = {"actor", "model", "product", "workspace_id", "cost_type", "token_type"}


@dataclass
class Organization:
    """Data of an organisation: rows and results with their day."""

    #: day, group, and cost or usage
    analytics: list[tuple[date, Json, Json]] = field(default_factory=list)
    is_open: bool = True
    costs: list[tuple[date, Json]] = field(default_factory=list)
    usage: list[tuple[date, Json]] = field(default_factory=list)
    claude_code: list[tuple[date, Json]] = field(default_factory=list)
    names: dict[str, list[Json]] = field(default_factory=dict)


@dataclass
class Anthropic:
    """Organisations by admin key. Pages are small, so that lists have several."""

    organizations: dict[str, Organization]
    page_size: int = 2

    def __call__(self, request: Request) -> Reply:
        """Return the response to one request."""
        mine = self.organizations.get(request.headers.get("x-api-key", ""))
        if mine is None:
            return _error(401, "authentication_error", "invalid x-api-key")
        if request.headers.get("anthropic-version") != "2023-06-01":
            return _error(400, "invalid_request_error", "anthropic-version: header is required")
        path = request.path.removeprefix("/v1/organizations/")
        if path in ("analytics/cost", "analytics/usage"):
            return self._analytics(mine, request, path.removeprefix("analytics/"))
        if path == "cost_report":
            return self._buckets(mine.costs, request)
        if path == "usage_report/messages":
            return self._buckets(mine.usage, request)
        if path == "usage_report/claude_code":
            day = date.fromisoformat(request.parameter("starting_at"))
            return self._page([record for on, record in mine.claude_code if on == day], request)
        if path in ("users", "api_keys", "workspaces"):
            return _list(mine.names.get(path, []), request)
        return _error(404, "not_found_error", "Not found")

    def _analytics(self, mine: Organization, request: Request, report: str) -> Reply:
        if not mine.is_open:
            return _error(403, "permission_error", "This key may not read analytics")
        if request.headers.get("anthropic-beta") != BETA:
            return _error(400, "invalid_request_error", "anthropic-beta: required")
        first, last = _range(request)
        groups = set(request.query.get("group_by[]", []))
        if last - first > timedelta(days=31) or not groups <= GROUPED or first < date(2026, 1, 1):
            return _error(400, "invalid_request_error", "starting_at: out of range")
        rows = [
            {
                "starting_at": f"{day}T00:00:00Z",
                "ending_at": f"{day + timedelta(days=1)}T00:00:00Z",
                "group": group,
            }
            | {report: reported}
            for day, group, reported in mine.analytics
            if first <= day < last and ("total_tokens" in reported) == (report == "usage")
        ]
        return self._page(rows, request, data_refreshed_at="2026-11-21T04:00:00Z")

    def _buckets(self, results: list[tuple[date, Json]], request: Request) -> Reply:
        """Return a page of buckets: each day has one or, with many results, several."""
        first, last = _range(request)
        if last - first > timedelta(days=31) or not 1 <= int(request.parameter("limit", "7")) <= 31:
            return _error(400, "invalid_request_error", "limit: must be from 1 to 31")
        return self._page(list(_bucketed(results, first, last)), request)

    def _page(self, rows: list[Json], request: Request, **more: str) -> Reply:
        page, following = paged(rows, self.page_size, request.parameter("page"))
        return Reply(
            200, {"data": page, "has_more": following is not None, "next_page": following, **more}
        )


def _bucketed(results: list[tuple[date, Json]], first: date, last: date) -> Iterator[Json]:
    for number in range((last - first).days):
        day = first + timedelta(days=number)
        mine = [result for on, result in results if on == day]
        for start in range(0, max(len(mine), 1), 2):
            yield {
                "starting_at": f"{day}T00:00:00Z",
                "ending_at": f"{day + timedelta(days=1)}T00:00:00Z",
                "results": mine[start : start + 2],
            }


def _list(rows: list[Json], request: Request) -> Reply:
    after = request.parameter("after_id")
    start = next((number for number, row in enumerate(rows, 1) if row["id"] == after), 0)
    page = rows[start : start + 1]
    last_id = page[-1]["id"] if page else None
    return Reply(
        200,
        {"data": page, "has_more": start + 1 < len(rows), "first_id": last_id, "last_id": last_id},
    )


def _range(request: Request) -> tuple[date, date]:
    first, last = (
        datetime.fromisoformat(request.parameter(name)).date()
        for name in ("starting_at", "ending_at")
    )
    return first, last


def _error(status: int, kind: str, message: str) -> Reply:
    return Reply(status, {"type": "error", "error": {"type": kind, "message": message}})
