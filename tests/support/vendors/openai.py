"""OpenAI's admin API: costs and usage in daily buckets, and users.

Documented under https://platform.openai.com/docs/api-reference/usage. Fields are those of the
SDK's types.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from tests.support.vendors import Json, Reply, Request, paged


@dataclass
class Organization:
    """Data of an organisation: results with their day."""

    costs: list[tuple[date, Json]] = field(default_factory=list)
    completions: list[tuple[date, Json]] = field(default_factory=list)
    embeddings: list[tuple[date, Json]] = field(default_factory=list)
    users: list[Json] = field(default_factory=list)
    #: costs may be grouped by user and line item together
    has_user_costs: bool = True


@dataclass
class OpenAI:
    """Organisations by admin key. Pages have two buckets."""

    organizations: dict[str, Organization]

    def __call__(self, request: Request) -> Reply:
        """Return the response to one request."""
        mine = self.organizations.get(
            request.headers.get("authorization", "").removeprefix("Bearer ")
        )
        if mine is None:
            # OpenAI's message contains a part of the key
            return _error(
                401,
                "Incorrect API key provided: sk-adm*****key1. You can find your API key there.",
            )
        path = request.path.removeprefix("/v1/organization/")
        groups = request.query.get("group_by[]", [])
        if path == "users":
            return _users(mine, request)
        if path == "costs":
            if "user_id" in groups and not mine.has_user_costs:
                return _error(
                    400, "group_by user_id is not supported for this organization and time range"
                )
            return _buckets(mine.costs, request, groups, 180)
        if path in ("usage/completions", "usage/embeddings"):
            results = mine.completions if path == "usage/completions" else mine.embeddings
            return _buckets(results, request, groups, 31)
        return _error(404, "Not found")


def _buckets(
    results: list[tuple[date, Json]], request: Request, groups: list[str], most: int
) -> Reply:
    """Return a page of buckets: one or more for each day, also for empty days."""
    if (
        not 1 <= int(request.parameter("limit", "7")) <= most
        or request.parameter("bucket_width") != "1d"
    ):
        return _error(400, "limit is out of range")
    start, end = (
        datetime.fromtimestamp(int(request.parameter(name)), UTC).date()
        for name in ("start_time", "end_time")
    )
    buckets = []
    for number in range((end - start).days):
        day = start + timedelta(days=number)
        at = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
        mine = [_grouped(result, groups) for on, result in results if on == day]
        for begin in range(0, max(len(mine), 1), 2):
            bucket = {
                "object": "bucket",
                "start_time": at,
                "end_time": at + 86400,
                "results": mine[begin : begin + 2],
            }
            buckets.append(bucket)
    page, following = paged(buckets, 2, request.parameter("page"))
    return Reply(
        200,
        {"object": "page", "data": page, "has_more": following is not None, "next_page": following},
    )


def _grouped(result: Json, groups: list[str]) -> Json:
    """Return a result without the fields that are not in ``group_by``."""
    return result | {
        name: None
        for name in ("user_id", "line_item", "model")
        if name in result and name not in groups
    }


def _users(mine: Organization, request: Request) -> Reply:
    after = request.parameter("after")
    start = next((number for number, user in enumerate(mine.users, 1) if user["id"] == after), 0)
    page = mine.users[start : start + 1]
    return Reply(200, {"object": "list", "data": page, "has_more": start + 1 < len(mine.users)})


def _error(status: int, message: str) -> Reply:
    return Reply(
        status, {"error": {"message": message, "type": "invalid_request_error", "code": None}}
    )
