"""Small tables of the vendors in tests, with sums calculated by hand."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.support.vendors import Json
from tests.support.vendors import anthropic as ant
from tests.support.vendors import github as hub
from tests.support.vendors import openai as oai
from tests.support.vendors.reading import LAST

KEY = "sk-ant-admin01-test"
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (LAST - timedelta(days=number) for number in (3, 2, 1, 0))
ADA = {
    "type": "user_actor",
    "user_id": "user_1",
    "email_address": "Ada@Acme.example",
    "name": "Ada",
}
MAY = date(2026, 5, 31)
DELETED = {
    "type": "user_actor",
    "user_id": "user_9",
    "email_address": None,
    "name": "Deleted User",
    "deleted": True,
}
BOT = {"type": "api_actor", "api_key_id": "apikey_1"}


def group(
    actor: Json | None, model: str | None, product: str | None = None, token_type: str | None = None
) -> Json:
    """Return the group of a row of Anthropic's analytics."""
    kind = "tokens" if token_type else "web_search"
    return {
        "actor": actor,
        "model": model,
        "product": product,
        "cost_type": kind,
        "token_type": token_type,
    }


def cost(amount: Any, list_amount: Any = None) -> Json:
    """Return the cost of a row in cents."""
    return {
        "amount": amount,
        "list_amount": list_amount or amount,
        "currency": "USD",
        "requests": None,
    }


def usage(
    uncached: int,
    read: int = 0,
    hour: int = 0,
    minutes: int = 0,
    output: int = 0,
    requests: int = 1,
) -> Json:
    """Return the tokens of a row."""
    return {
        "uncached_input_tokens": uncached,
        "cache_read_input_tokens": read,
        "output_tokens": output,
        "cache_creation": {"ephemeral_1h_input_tokens": hour, "ephemeral_5m_input_tokens": minutes},
        "requests": requests,
        "total_tokens": uncached + read + hour + minutes + output,
    }


ANALYTICS = [
    # Tuesday, by hand: 1.2345 + 2.005 + 10 + 0.30 = 13.5395 dollars
    (TUESDAY, group(ADA, "claude-opus-5-5", None, "uncached_input_tokens"), cost("123.45", "150")),
    (TUESDAY, group(ADA, "claude-opus-5-5", None, "output_tokens"), cost("200.5")),
    (TUESDAY, group(BOT, "claude-opus-5-5", "claude_code", "output_tokens"), cost("1000")),
    (TUESDAY, group(ADA, None), cost("30")),
    (TUESDAY, group(ADA, "claude-opus-5-5"), usage(1000, output=40, requests=3)),
    # Wednesday is empty; Thursday: 1 + 0.05 dollars, the second as a number
    (THURSDAY, group(ADA, "claude-opus-5-5", None, "output_tokens"), cost("99.9999999999")),
    (THURSDAY, group(DELETED, "claude-opus-5-5", None, "output_tokens"), cost(5)),
    (THURSDAY, group(ADA, "claude-opus-5-5", "claude_code"), usage(7, read=5, hour=3, minutes=2)),
]


def older(amount: str, **other: str | None) -> Json:
    """Return a cost of the older report."""
    return {
        "currency": "USD",
        "amount": amount,
        "workspace_id": None,
        "description": "x",
        "cost_type": "tokens",
        "context_window": "0-200k",
        "model": "claude-opus-5-5",
        "service_tier": "standard",
        "inference_geo": None,
        "token_type": "uncached_input_tokens",
    } | other


def used(account: str | None, tokens: int, key: str | None = None, **other: Any) -> Json:
    """Return a usage row of the older report."""
    return {
        "account_id": account,
        "api_key_id": key,
        "workspace_id": None,
        "model": "claude-opus-5-5",
        "service_tier": "standard",
        "context_window": "0-200k",
        "inference_geo": None,
        "uncached_input_tokens": tokens,
        "cache_read_input_tokens": 0,
        "output_tokens": 0,
        "cache_creation": {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": 0},
    } | other


OLDER = ant.Organization(
    is_open=False,
    costs=[
        (TUESDAY, older("100")),
        (
            TUESDAY,
            older(
                "50",
                workspace_id="wrkspc_cc",
                token_type="cache_creation.ephemeral_1h_input_tokens",
            ),
        ),
        (
            TUESDAY,
            older("25", cost_type="code_execution", model=None, token_type=None, service_tier=None),
        ),
        (TUESDAY, older("-10", token_type="output_tokens")),
        (THURSDAY, older("7")),
        (THURSDAY, older("0.5")),
    ],
    usage=[
        (TUESDAY, used("user_1", 5)),
        (TUESDAY, used("user_2", 5)),
        (TUESDAY, used(None, 5, "apikey_1")),
        (
            TUESDAY,
            used(
                "user_1",
                0,
                workspace_id="wrkspc_cc",
                cache_creation={"ephemeral_1h_input_tokens": 8},
            ),
        ),
        (TUESDAY, used("user_2", 9, service_tier="priority")),
        (THURSDAY, used("user_1", 3)),
        (THURSDAY, used("user_1", 1)),
    ],
    names={
        "users": [
            {"id": "user_1", "email": "Ada@acme.example"},
            {"id": "user_2", "email": "ben@acme.example"},
        ],
        "api_keys": [{"id": "apikey_1", "name": "Build"}],
        "workspaces": [
            {"id": "wrkspc_1", "name": "Shop"},
            {"id": "wrkspc_cc", "name": "Claude Code"},
        ],
    },
)


def item(value: Any, line_item: str | None, user: str | None, **other: Any) -> Json:
    """Return a cost of OpenAI."""
    amount = {"value": value, "currency": "usd"}
    return {
        "object": "organization.costs.result",
        "amount": amount,
        "line_item": line_item,
        "user_id": user,
    } | other


COSTS = [
    # Tuesday, by hand: 1.25 + 0.10 + 0.06 + 2 = 3.41 dollars; the first two are one record on
    # two pages
    (TUESDAY, item(1.25, "gpt-5.4-2026-03-05, cached input", "user-a")),
    (TUESDAY, item("0.0600000000000000000123", "web search tool calls", None)),
    (TUESDAY, item("0.10", "gpt-5.4-2026-03-05, cached input", "user-a")),
    (
        TUESDAY,
        item(2, "gpt-6-astra, input_tokens", "user-b", quantity=12.5, quantity_unit="1000_tokens"),
    ),
    (THURSDAY, item("-0.75", "gpt-6-astra, output", "user-x")),
]
COMPLETION = {
    "object": "organization.usage.completions.result",
    "input_tokens": 100,
    "input_cached_tokens": 30,
    "input_cache_write_tokens": 10,
    "output_tokens": 20,
    "num_model_requests": 4,
    "user_id": "user-a",
    "model": "gpt-5.4-2026-03-05",
}
EMBEDDING = {
    "input_tokens": 50,
    "num_model_requests": 2,
    "user_id": None,
    "model": "text-embedding-4",
}
OPENAI = oai.Organization(
    costs=COSTS,
    completions=[(THURSDAY, COMPLETION), (THURSDAY, COMPLETION | {"input_uncached_tokens": 55})],
    embeddings=[(THURSDAY, EMBEDDING)],
    users=[
        {"id": "user-a", "email": "Ada@acme.example"},
        {"id": "user-b", "email": "ben@acme.example"},
    ],
)


def event(day: date, hour: int, cents: Any = None, charged: Any = None, **other: Any) -> Json:
    """Return a usage event of Cursor."""
    at = datetime(day.year, day.month, day.day, hour, 59, 59, 999000, tzinfo=UTC)
    event_fields: Json = {
        "timestamp": str(int(at.timestamp() * 1000)),
        "userEmail": "Ada@acme.example",
        "model": "claude-5-sonnet",
        "kind": "Usage-based",
        "maxMode": False,
        "requestsCosts": 1,
        "isTokenBasedCall": cents is not None,
        "isFreeBugbot": False,
    }
    if cents is not None:
        tokens = {
            "inputTokens": 10,
            "outputTokens": 20,
            "cacheWriteTokens": 30,
            "cacheReadTokens": 40,
        }
        event_fields["tokenUsage"] = tokens | {"totalCents": cents}
    return event_fields | ({"chargedCents": charged} if charged is not None else {}) | other


EVENTS = [
    # Friday, by hand, in cents: 21.36232 + 40.167 = 61.52932; included, free and failed use is 0
    event(FRIDAY, 23, 20.18232, 21.36232),
    event(FRIDAY, 0, "40.167"),
    event(FRIDAY, 12, 62.3386, 62.3386, kind="USAGE_EVENT_KIND_INCLUDED_IN_BUSINESS", model="auto"),
    event(FRIDAY, 13, 5, 5, kind="Errored, No Charge", model="auto"),
    event(FRIDAY, 14, 3, 3, isChargeable=False, model="auto"),
    event(FRIDAY, 15, 2, 2, isFreeBugbot=True, model="auto"),
    # paid by the request, without an amount
    event(WEDNESDAY, 15, model="gpt-5.4", kind="Usage-based"),
    event(TUESDAY, 1, 150, 150),
]


def bill(
    sku: str, unit: str, quantity: Any, gross: Any, net: Any, model: str | None = None
) -> Json:
    """Return an item of an organisation's bill."""
    return {
        "product": "Copilot",
        "sku": sku,
        "model": model,
        "unitType": unit,
        "pricePerUnit": 0.04,
        "grossQuantity": quantity,
        "grossAmount": gross,
        "discountQuantity": 0,
        "discountAmount": 0,
        "netQuantity": 0,
        "netAmount": net,
    }


def seat(login: str, created: str, plan: str = "business") -> Json:
    """Return a seat."""
    return {
        "assignee": {"login": login},
        "created_at": created,
        "plan_type": plan,
        "assigning_team": None,
    }


def report_row(login: str, credits: Any, requests: int) -> Json:
    """Return a row of a user's day."""
    row = {
        "user_login": login,
        "user_id": 1,
        "day": "2026-11-19",
        "user_initiated_interaction_count": requests,
    }
    return row | ({"ai_credits_used": credits} if credits is not None else {})


ROWS = [report_row("Ada", 710.51, 30), report_row("ben", None, 4), report_row("idle", 0, 0)]
ACME = hub.Organization(
    premium={MAY: [bill("Copilot Premium Request", "requests", 25, 1.0, 0.6, "GPT-5.4")]},
    credits={
        THURSDAY: [
            bill("Copilot AI Credit", "ai-credits", 60000, 600, 0, "Claude Opus 5.5"),
            bill("Copilot AI Credit", "ai-credits", 10000, "100.00", "0", "GPT-5.4"),
        ]
    },
    bill={
        THURSDAY: [
            bill("Copilot Business", "User Months", 1.4, 26.6, 26.6),
            {
                "product": "Actions",
                "sku": "Linux",
                "unitType": "Minutes",
                "grossAmount": 9,
                "netAmount": 9,
            },
        ]
    },
    seats=[
        seat("Ada", "2025-01-01T00:00:00Z"),
        seat("ada", "2025-02-01T00:00:00Z"),
        seat("ben", "2026-11-21T08:00:00Z"),
    ]
    + [seat(f"dev-{number}", "2026-01-01T00:00:00+02:00") for number in range(118)],
    reports={
        TUESDAY: json.dumps(ROWS),
        WEDNESDAY: json.dumps({"report_day": "2026-11-18", "user_totals": ROWS}, indent=2),
        THURSDAY: "\ufeff" + "\n".join(json.dumps(row) for row in ROWS) + "\n",
    },
)
