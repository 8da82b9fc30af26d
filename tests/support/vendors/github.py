"""GitHub's billing and Copilot endpoints of an organisation.

Documented at https://docs.github.com/rest/billing/usage, https://docs.github.com/rest/copilot/copilot-user-management
and https://docs.github.com/rest/copilot/copilot-usage-metrics.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tests.support.vendors import Json, Reply, Request

CREDITS_FROM = date(2026, 6, 1)


@dataclass
class Organization:
    """Data of an organisation."""

    credits: dict[date, list[Json]] = field(default_factory=dict)
    premium: dict[date, list[Json]] = field(default_factory=dict)
    bill: dict[date, list[Json]] = field(default_factory=dict)
    seats: list[Json] = field(default_factory=list)
    #: text of the report by day; other days have no report
    reports: dict[date, str] = field(default_factory=dict)
    has_metrics: bool = True


@dataclass
class GitHub:
    """Organisations by login, for one token."""

    token: str
    organizations: dict[str, Organization]

    def __call__(self, request: Request) -> Reply:
        """Return the response to one request."""
        if request.path.startswith("/download/"):  # a signed link needs no token
            if "authorization" in request.headers:
                return Reply(400, "<Error>Only one auth mechanism allowed</Error>")
            login, day_text = request.path.split("/")[-2:]
            return Reply(200, self.organizations[login].reports[date.fromisoformat(day_text)])
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return Reply(401, {"message": "Bad credentials", "status": "401"})
        kind, login, *remainder = request.path.strip("/").split("/")
        mine = self.organizations.get(login)
        if mine is None or kind not in ("organizations", "orgs"):
            return Reply(404, {"message": "Not Found", "status": "404"})
        path = "/".join(remainder)
        if path == "copilot/billing/seats":
            return _seats(mine, request)
        if path == "copilot/metrics/reports/users-1-day":
            return _report(mine, login, request)
        bills = {
            "ai_credit/usage": mine.credits,
            "premium_request/usage": mine.premium,
            "usage": mine.bill,
        }
        items = bills.get(path.removeprefix("settings/billing/"))
        if items is None:
            return Reply(404, {"message": "Not Found", "status": "404"})
        day = date(*(int(request.parameter(name)) for name in ("year", "month", "day")))
        period = {"year": day.year, "month": day.month, "day": day.day}
        return Reply(
            200, {"timePeriod": period, "organization": login, "usageItems": items.get(day, [])}
        )


def _seats(mine: Organization, request: Request) -> Reply:
    page, size = int(request.parameter("page", "1")), int(request.parameter("per_page", "50"))
    seats = mine.seats[(page - 1) * size : page * size]
    return Reply(200, {"total_seats": len(mine.seats), "seats": seats})


def _report(mine: Organization, login: str, request: Request) -> Reply:
    day = request.parameter("day")
    if not mine.has_metrics:
        return Reply(
            403, {"message": "Copilot usage metrics policy is not enabled", "status": "403"}
        )
    if date.fromisoformat(day) not in mine.reports:
        return Reply(204, "")
    link = f"{request.url}/download/{login}/{day}?sig=signed"
    return Reply(200, {"download_links": [link], "report_day": day})
