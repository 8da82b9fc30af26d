"""Cursor's Admin API: usage events of a team. As documented: https://docs.cursor.com/account/teams/admin-api."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from tests.vendors import Json, Reply, Request

MONTH_MS = 30 * 86400 * 1000


@dataclass
class Cursor:
    """Teams' events by their key; a page holds few, however many are asked for."""

    teams: dict[str, list[Json]]
    page_size: int = 3

    def __call__(self, request: Request) -> Reply:
        """Answer one request."""
        scheme, _, word = request.headers.get("authorization", "").partition(" ")
        key = base64.b64decode(word).decode() if scheme == "Basic" else ""
        events = self.teams.get(key.removesuffix(":"))
        if events is None or not key.endswith(":"):
            return Reply(401, {"error": "Unauthorized", "message": "Invalid API key"})
        if (request.method, request.path) != ("POST", "/teams/filtered-usage-events"):
            return Reply(404, {"error": "Not Found"})
        asked = request.body
        if asked["endDate"] - asked["startDate"] > MONTH_MS or not 1 <= asked["pageSize"] <= 1000:
            return Reply(400, {"error": "Bad Request", "message": "Date range cannot exceed 30 days"})
        mine = [event for event in events if asked["startDate"] <= int(event["timestamp"]) <= asked["endDate"]]
        count = -(-len(mine) // self.page_size)
        start = (asked["page"] - 1) * self.page_size
        return Reply(200, {
            "totalUsageEventsCount": len(mine),
            "pagination": {
                "numPages": count, "currentPage": asked["page"], "pageSize": self.page_size,
                "hasNextPage": asked["page"] < count, "hasPreviousPage": asked["page"] > 1,
            },
            "usageEvents": mine[start : start + self.page_size],
            "period": {"startDate": asked["startDate"], "endDate": asked["endDate"]},
        })  # fmt: skip
