"""Company with two quarters of spend on AI: a price rises, and a tool is added.

A day costs $10 of Claude Code and $1 of seats in 2025-Q3. From 2025-Q4 on the same tokens cost
$15, and Cursor costs $2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from tests.support.facts import Row, Tables

REPO = "acme/shop"
Q3, Q4, LAST = date(2025, 6, 30), date(2025, 9, 29), date(2026, 2, 28)


def tables(basis: str = "active authors") -> Tables:
    """Return all tables of the pages about spend."""
    return {
        "repositories": [{"repo": REPO, "is_imported": "false", "synced_until": "2026-03-01"}],
        "pull_requests": [
            {
                "repo": REPO,
                "number": f"{n}",
                "team": "web",
                "ai_tool": tool,
                "merged_at": "2025-11-04",
                "opened_at": "2025-11-03",
                "author_kind": "human",
                "state": "merged",
                "is_draft": "false",
            }
            for n, tool in ((1, "Claude Code"), (2, "Cursor"), (3, None))
        ],
        "issues": [
            {
                "repo": REPO,
                "number": "9",
                "tracker": "issue",
                "state": "open",
                "opened_at": "2026-02-20",
            }
        ],
        "spend": list(spend()),
        "outcomes": list(outcomes()),
        "outcome_items": [
            {"outcome_id": f"{REPO}#{n}", "repo": REPO, "number": f"{n}"} for n in (1, 2, 3)
        ]
        + [{"outcome_id": f"{REPO}#1", "repo": REPO, "number": "2"}],
        "engineers": [
            {"month": f"{month}", "engineers": "10", "engineers_band": "10–19", "basis": basis}
            for month in ("2025-11-01", "2025-12-01", "2026-01-01")
        ],
        "tools": list(tools()),
        "spend_by_team": [
            {"month": month, "team": team, "cost_usd": usd, "spenders_band": band}
            for month, team, usd, band in (
                ("2025-11-01", "web", "300", "5–9"),
                ("2025-12-01", "web", "330", "5–9"),
                ("2025-12-01", "(other teams)", "120", "5–9"),
                ("2025-12-01", "unattributed", "108", None),
            )
        ],
        "spend_per_engineer": [{"month": "2025-12-01", "n_band": "10–19", "usd_per_person": "31"}],
        "spend_reconciliation": [
            {
                "month": "2026-01-01",
                "source": "anthropic",
                "provider": "anthropic",
                "cost_basis": "cost_api",
                "counted_days": "31",
                "days": "31",
                "rows_without_price": "0",
            },
            {
                "month": "2026-01-01",
                "source": "generic",
                "provider": "other",
                "cost_basis": "client",
                "cost_usd": None,
                "counted_usd": "0",
                "counted_days": "0",
                "days": "3",
                "rows_without_price": "3",
            },
        ],
        "forecasts": [
            {
                "made_on": "2026-02-28",
                "period": "2026-02",
                "counted_until": "2026-02-25",
                "spent": "504",
                "seats": "28",
                "point": "504",
                "lo": "500",
                "hi": "510",
                "budget_usd": "400",
                "p_over_budget": "1",
                "breach_on": "2026-02-23",
                "coverage": "0.8",
                "coverage_n": "20",
            },
        ],
        "forecast_days": [
            {
                "made_on": "2026-02-28",
                "period": "2026-02",
                "day": f"2026-02-{day}",
                "point": f"{18 * day}",
                "lo": f"{18 * day - 4}",
                "hi": f"{18 * day + 6}",
            }
            for day in (26, 27, 28)
        ],
        "budget": [{"month": "2026-02-01", "budget_usd": "400"}],
    }


def spend() -> Iterator[Row]:
    """Yield the spend of three tools by day."""
    for day in (Q3 + timedelta(days=n) for n in range((LAST - Q3).days + 1)):
        yield paid(
            day, "anthropic", "claude code", 15 if day >= Q4 else 10, model="sonnet", tokens="1000"
        )
        yield paid(day, "github", "copilot", 1, cost_basis="seat", charge="seat")
        if day >= Q4:
            yield paid(day, "cursor", "cursor", 2)


def paid(
    day: date, provider: str, tool: str, usd: float | None, **other: str | None
) -> dict[str, str | None]:
    """Return a counted row of spend, provisional after 25 February."""
    return {
        "day": f"{day}",
        "account": "",
        "provider": provider,
        "tool": tool,
        "model": "",
        "cost_basis": "cost_api",
        "charge": "usage",
        "cost_usd": None if usd is None else f"{usd}",
        "is_counted": "true",
        "is_in_scope": "true",
        "is_provisional": "true" if day > date(2026, 2, 25) else "false",
        "is_estimate": "false",
    } | other


def outcomes() -> Iterator[Row]:
    """Yield four outcomes in Q3 and seven in Q4.

    Of the seven one is undone, one is not observable, and two have no issue.
    """
    durabilities = (
        [(Q3, "durable")] * 4 + [(Q4, "durable")] * 5 + [(Q4, "not observable"), (Q4, "undone")]
    )
    for index, (start, durability) in enumerate(durabilities, 1):
        number = index - 4 if start == Q4 else 100 + index
        kind = "feature merged" if number in (1, 2) else "feedback resolved"
        yield {
            "outcome_id": f"{REPO}#{number}",
            "ref": f"{REPO}#{number}",
            "repo": REPO,
            "kind": kind,
            "is_linked": "false" if kind == "feature merged" else "true",
            "durability": durability,
            "team": "web",
            "happened_on": f"{start + timedelta(days=30)}",
        }


def tools() -> Iterator[Row]:
    """Yield the shares of two tools: equal in December, three to one in January."""
    shares: Sequence[tuple[str, str, float, str | None]] = (
        ("2025-12-01", "claude code", 0.5, "adopt"),
        ("2025-12-01", "cursor", 0.5, None),
        ("2026-01-01", "claude code", 0.75, "adopt"),
        ("2026-01-01", "cursor", 0.25, "trial"),
    )
    for month, tool, share, decision in shares:
        yield {
            "month": month,
            "tool": tool,
            "provider": "anthropic" if tool == "claude code" else "cursor",
            "cost_usd": f"{400 * share}",
            "share": f"{share}",
            "decision": decision,
        }
