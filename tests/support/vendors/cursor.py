"""Cursor's Admin API: usage events of a team.

Documented at https://docs.cursor.com/account/teams/admin-api.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from tests.support.vendors import Json, Reply, Request

MONTH_MS = 30 * 86400 * 1000


@dataclass
class Cursor:
    """Events of teams by key. Pages are smaller than requested."""

    teams: dict[str, list[Json]]
    page_size: int = 3

    def __call__(self, request: Request) -> Reply:
        """Return the response to one request."""
        scheme, _, word = request.headers.get("authorization", "").partition(" ")
        key = base64.b64decode(word).decode() if scheme == "Basic" else ""
        events = self.teams.get(key.removesuffix(":"))
        if events is None or not key.endswith(":"):
            return Reply(401, {"error": "Unauthorized", "message": "Invalid API key"})
        if (request.method, request.path) != ("POST", "/teams/filtered-usage-events"):
            return Reply(404, {"error": "Not Found"})
        body = request.body
        if body["endDate"] - body["startDate"] > MONTH_MS or not 1 <= body["pageSize"] <= 1000:
            return Reply(
                400, {"error": "Bad Request", "message": "Date range cannot exceed 30 days"}
            )
        mine = [
            event
            for event in events
            if body["startDate"] <= int(event["timestamp"]) <= body["endDate"]
        ]
        count = -(-len(mine) // self.page_size)
        start = (body["page"] - 1) * self.page_size
        return Reply(
            200,
            {
                "totalUsageEventsCount": len(mine),
                "pagination": {
                    "numPages": count,
                    "currentPage": body["page"],
                    "pageSize": self.page_size,
                    "hasNextPage": body["page"] < count,
                    "hasPreviousPage": body["page"] > 1,
                },
                "usageEvents": mine[start : start + self.page_size],
                "period": {"startDate": body["startDate"], "endDate": body["endDate"]},
            },
        )
