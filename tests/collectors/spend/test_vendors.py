"""Records of each vendor's documented responses, with amounts calculated by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from collectors.spend.records import PLACES, split
from tests.support.vendors import Json, serve
from tests.support.vendors import anthropic as ant
from tests.support.vendors import github as hub
from tests.support.vendors import openai as oai
from tests.support.vendors.cursor import Cursor
from tests.support.vendors.reading import query, read, totals
from tests.support.vendors.tables import (
    ACME,
    ADA,
    ANALYTICS,
    COSTS,
    EVENTS,
    KEY,
    MAY,
    OLDER,
    OPENAI,
    THURSDAY,
    seat,
)


def test_anthropic_costs_are_cents_by_actor_and_product(tmp_path: Path) -> None:
    with serve(anthropic=ant.Anthropic({KEY: ant.Organization(analytics=ANALYTICS)})) as server:
        results = read(tmp_path, server, "anthropic", {"ANTHROPIC_ADMIN_KEY": KEY})
        cost_requests = [request for request in server.requests if "analytics/cost" in request.path]
    assert [result.status for result in results] == ["read", "read"]
    assert "2025" not in "".join(request.parameter("starting_at") for request in cost_requests)
    assert max(len(request.query["group_by[]"]) for request in cost_requests) == 5
    amounts = {
        day: amount
        for (source, _, day), amount in totals(tmp_path).items()
        if source == "anthropic"
    }
    assert {day: amount for day, amount in amounts.items() if amount} == {
        "2026-11-17": Decimal("13.5395"),
        "2026-11-19": Decimal("1.05"),
    }
    assert amounts["2026-11-18"] == 0, "an empty day is zero"
    assert query(tmp_path, "select distinct basis, charge, provider from days") == [
        ("cost_api", "usage", "anthropic")
    ]
    columns = "tool, model, actor_kind, actor, token_type, tokens, requests, amount, list_amount"
    assert query(
        tmp_path, f"select {columns} from days where day = '2026-11-17' order by line"
    ) == [
        (
            "api",
            None,
            "user",
            "ada@acme.example",
            "other",
            None,
            None,
            Decimal("0.3"),
            Decimal("0.3"),
        ),
        (
            "api",
            "claude-opus-5-5",
            "user",
            "ada@acme.example",
            "input",
            1000,
            None,
            Decimal("1.2345"),
            Decimal("1.5"),
        ),
        ("api", "claude-opus-5-5", "user", "ada@acme.example", "other", None, 3, Decimal(0), None),
        (
            "api",
            "claude-opus-5-5",
            "user",
            "ada@acme.example",
            "output",
            40,
            None,
            Decimal("2.005"),
            Decimal("2.005"),
        ),
        (
            "claude code",
            "claude-opus-5-5",
            "api key",
            "apikey_1",
            "output",
            None,
            None,
            Decimal(10),
            Decimal(10),
        ),
    ]
    cached = query(
        tmp_path,
        "select token_type, tokens from days where day = '2026-11-19' and tokens > 0 order by all",
    )
    assert cached == [("cache write", 5), ("cached input", 5), ("input", 7)]
    assert query(tmp_path, "select actor, amount from days where actor = 'user_9'") == [
        ("user_9", Decimal("0.05"))
    ]


def test_older_reports_are_split_by_tokens_and_sum_to_the_cost(tmp_path: Path) -> None:
    notices: list[str] = []
    with serve(anthropic=ant.Anthropic({KEY: OLDER})) as server:
        read(tmp_path, server, "anthropic", {"ANTHROPIC_ADMIN_KEY": KEY}, notices=notices, days=30)
    assert notices == [
        "anthropic: usage and cost analytics are not open to this key (403), "
        "reading the older reports"
    ]
    amounts = totals(tmp_path)
    # 1.00 + 0.50 + 0.25 - 0.10, and a day on two pages: 0.07 + 0.005
    assert amounts["anthropic", "", "2026-11-17"] == Decimal("1.65")
    assert amounts["anthropic", "", "2026-11-19"] == Decimal("0.075")
    columns = "select tool, actor_kind, actor, token_type, tokens, amount from days"
    assert query(tmp_path, f"{columns} where day = '2026-11-17' order by all") == [
        ("api", "api key", "build", "input", 5, Decimal("0.33333333")),
        ("api", "user", "ada@acme.example", "input", 5, Decimal("0.33333334")),
        ("api", "user", "ben@acme.example", "input", 14, Decimal("0.33333333")),
        ("api", None, None, "other", None, Decimal("0.25")),
        ("api", None, None, "output", None, Decimal("-0.1")),
        ("claude code", "user", "ada@acme.example", "cache write", 8, Decimal("0.5")),
    ]


@given(
    st.decimals(-10_000, 10_000, places=8),
    st.dictionaries(st.text(max_size=3), st.integers(1, 10**12), min_size=1, max_size=30),
)
def test_parts_of_a_split_sum_to_the_amount(amount: Decimal, weights: dict[str, int]) -> None:
    parts = split(amount, weights)
    assert sum(parts.values()) == amount
    for key, weight in weights.items():
        assert abs(parts[key] - amount * weight / sum(weights.values())) <= PLACES


def test_claude_code_estimate_of_a_subscription_is_not_owed(tmp_path: Path) -> None:
    def record(actor: Json, customer: str, terminal: str, cents: int) -> tuple[date, Json]:
        return THURSDAY, {
            "date": "2026-11-19T00:00:00Z",
            "actor": actor,
            "customer_type": customer,
            "terminal_type": terminal,
            "model_breakdown": [
                {
                    "model": "claude-opus-5-5",
                    "tokens": {"input": 10, "output": 5, "cache_read": 3, "cache_creation": 2},
                    "estimated_cost": {"currency": "USD", "amount": cents},
                }
            ],
        }

    records = [
        record(ADA, "api", "vscode", 1025),
        record(ADA, "api", "iTerm.app", 75),
        record({"type": "api_actor", "api_key_name": "CI"}, "api", "tmux", 50),
        record(ADA, "subscription", "tmux", 990),
    ]
    with serve(anthropic=ant.Anthropic({KEY: ant.Organization(claude_code=records)})) as server:
        read(tmp_path, server, "anthropic", {"ANTHROPIC_ADMIN_KEY": KEY})
    columns = "select actor_kind, actor, tokens, amount, list_amount from days"
    assert query(tmp_path, f"{columns} where source = 'claude code' order by all") == [
        ("api key", "ci", 20, Decimal("0.5"), Decimal("0.5")),
        ("user", "ada@acme.example", 60, Decimal(11), Decimal("20.9")),
    ]
    assert query(tmp_path, "select distinct basis, is_estimate, tool, provider from days") == [
        ("client", True, "claude code", "anthropic")
    ]


def test_openai_costs_are_dollars_by_user_and_line_item(tmp_path: Path) -> None:
    with serve(openai=oai.OpenAI({"sk-admin-1": OPENAI})) as server:
        read(tmp_path, server, "openai", {"OPENAI_ADMIN_KEY": "sk-admin-1"})
    amounts = {key: amount for key, amount in totals(tmp_path).items() if amount}
    assert amounts == {
        ("openai", "", "2026-11-17"): Decimal("3.41"),
        ("openai", "", "2026-11-19"): Decimal("-0.75"),
    }
    columns = "select model, token_type, actor, tokens, amount from days"
    assert query(tmp_path, f"{columns} where source = 'openai' order by day, line") == [
        (None, "other", None, None, Decimal("0.06")),
        ("gpt-5.4-2026-03-05", "cached input", "ada@acme.example", None, Decimal("1.35")),
        ("gpt-6-astra", "input", "ben@acme.example", 12500, Decimal(2)),
        ("gpt-6-astra", "output", "user-x", None, Decimal("-0.75")),
    ]
    columns = "select model, token_type, tokens, requests, amount, basis, is_estimate from days"
    assert query(tmp_path, f"{columns} where source = 'openai usage' order by line") == [
        ("gpt-5.4-2026-03-05", "cache write", 20, None, None, "client", True),
        ("gpt-5.4-2026-03-05", "cached input", 60, None, None, "client", True),
        ("gpt-5.4-2026-03-05", "input", 115, 8, None, "client", True),
        ("gpt-5.4-2026-03-05", "output", 40, None, None, "client", True),
        ("text-embedding-4", "input", 50, 2, None, "client", True),
    ]


def test_openai_without_costs_by_user_has_the_same_sums(
    tmp_path: Path,
) -> None:
    notices: list[str] = []
    with serve(
        openai=oai.OpenAI({"sk-admin-1": oai.Organization(costs=COSTS, has_user_costs=False)})
    ) as server:
        read(
            tmp_path, server, "openai", {"OPENAI_ADMIN_KEY": "sk-admin-1"}, notices=notices, days=30
        )
    assert notices == ["openai: no costs by user for this organisation, reading costs by line item"]
    assert query(tmp_path, "select sum(amount), count(actor) from days") == [(Decimal("2.66"), 0)]


def test_cursor_costs_are_cents_and_included_use_is_not_owed(tmp_path: Path) -> None:
    with serve(cursor=Cursor({"crsr_one": EVENTS})) as server:
        read(tmp_path, server, "cursor", {"CURSOR_ADMIN_KEY": "crsr_one"})
    amounts = totals(tmp_path)
    assert amounts["cursor", "", "2026-11-20"] == Decimal("0.6152932")
    assert amounts["cursor", "", "2026-11-17"] == Decimal("1.5")
    assert totals(tmp_path, "list_amount")["cursor", "", "2026-11-20"] == Decimal("1.3268792")
    columns = "select model, tokens, requests, amount, list_amount from days"
    assert query(tmp_path, f"{columns} where day >= '2026-11-18' order by day, line") == [
        ("gpt-5.4", None, 1, None, None),
        ("auto", 400, 4, Decimal(0), Decimal("0.723386")),
        ("claude-5-sonnet", 200, 2, Decimal("0.6152932"), Decimal("0.6034932")),
    ]


def test_copilot_has_bills_seats_and_use_by_user(tmp_path: Path) -> None:
    with serve(copilot=hub.GitHub("ghp_x", {"acme": ACME})) as server:
        read(
            tmp_path,
            server,
            "copilot",
            {"GITHUB_TOKEN": "ghp_x"},
            organizations=["acme"],
            last=MAY,
            days=1,
        )
        results = read(
            tmp_path,
            server,
            "copilot",
            {"GITHUB_TOKEN": "ghp_x"},
            organizations=["Acme"],
            is_full=True,
        )
        reports = {
            request.path.rsplit("/", 2)[-2]
            for request in server.requests
            if request.parameter("month") == "5"
        }
    assert reports == {"premium_request", "billing"}, "credits have no report of earlier days"
    assert [result.status for result in results] == ["read", "read", "read"]
    net, gross = totals(tmp_path), totals(tmp_path, "list_amount")
    assert (net["copilot", "acme", "2026-05-31"], gross["copilot", "acme", "2026-05-31"]) == (
        Decimal("0.6"),
        Decimal(1),
    )
    columns = "select basis, charge, model, requests, amount, list_amount from days"
    bills = f"{columns} where source = 'copilot' and"
    assert query(tmp_path, f"{bills} day = '2026-11-19' order by line") == [
        ("seat", "seat", "Copilot Business", None, Decimal("26.6"), Decimal("26.6")),
        ("tool_billing", "usage", "Claude Opus 5.5", None, Decimal(0), Decimal(600)),
        ("tool_billing", "usage", "GPT-5.4", None, Decimal(0), Decimal(100)),
    ]
    assert query(tmp_path, f"{bills} day = '2026-05-31'") == [
        ("tool_billing", "usage", "GPT-5.4", 25, Decimal("0.6"), Decimal(1))
    ]
    seats = "select day::varchar, count(*), count(distinct actor), count(amount) from days"
    assert query(tmp_path, f"{seats} where source = 'copilot seats' group by all order by all") == [
        ("2026-05-31", 119, 119, 0),
        ("2026-11-20", 119, 119, 0),
    ]
    columns = "select day::varchar, actor, requests, amount, list_amount, is_estimate from days"
    rows = [("ada", 30, None, Decimal("7.1051"), True), ("ben", 4, None, None, True)]
    assert query(tmp_path, f"{columns} where source = 'copilot users' order by all") == [
        (f"2026-11-{day}", *row) for day, row in product((17, 18, 19), rows)
    ]
    assert ("copilot users", "acme", "2026-11-20") not in net, "a day without a report is unknown"


def test_closed_optional_report_is_no_failure(tmp_path: Path) -> None:
    closed = hub.Organization(seats=[seat("ada", "2025-01-01T00:00:00Z")], has_metrics=False)
    with serve(copilot=hub.GitHub("ghp_x", {"acme": closed})) as server:
        results = read(
            tmp_path, server, "copilot", {"GITHUB_TOKEN": "ghp_x"}, organizations=["acme"]
        )
    assert [result.status for result in results] == ["read", "read", "closed"]
    assert "users-1-day was refused (403)" in results[2].message
