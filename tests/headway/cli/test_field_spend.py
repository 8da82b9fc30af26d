"""Spend in situations that users of similar products reported, through the command line."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.support.command import Desk
from tests.support.importing import write

SAMPLES = Path(__file__).parents[2] / "collectors" / "imports" / "spend"
FOCUS = (
    "BillingAccountId,BillingAccountType,BillingCurrency,ChargeCategory,ChargePeriodStart,"
    "ChargePeriodEnd,CommitmentDiscountId,EffectiveCost,ListCost,ProviderName,ResourceId,"
    "ServiceCategory,ServiceName,SubAccountName"
)
AI = "AI and Machine Learning"
CCUSAGE = """{"daily": [{"date": "2026-09-01", "inputTokens": 10, "outputTokens": 20,
  "cacheCreationTokens": 5, "cacheReadTokens": 100, "totalTokens": 135, "totalCost": 1.25,
  "modelsUsed": ["claude-opus-5"], "modelBreakdowns": [{"modelName": "claude-opus-5",
  "inputTokens": 10, "outputTokens": 20, "cacheCreationTokens": 5, "cacheReadTokens": 100,
  "cost": 1.25}]}], "totals": {"totalTokens": 135, "totalCost": 1.25}}
"""
OPENAI = """start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item
1,2,2026-09-01T00:00:00+00:00,2026-09-02T00:00:00+00:00,10.00,usd,"gpt-5, output"
1,2,2026-09-02T00:00:00+00:00,2026-09-03T00:00:00+00:00,10.00,usd,"gpt-5, output"
"""
#: the same dollars as gateways and clients have them
GATEWAYS = {
    "focus.csv": f"{FOCUS}\n"
    + "".join(
        f"88dc,API Key,USD,Usage,2026-09-0{day}T00:00:00Z,2026-09-0{day + 1}T00:00:00Z,,10,10,"
        f"openai,gpt-5,{AI},gpt-5,Core\n"
        for day in (1, 2)
    ),
    "marked.csv": (
        "day,model,cost_usd,gateway\n2026-09-01,gpt-5,10,Portkey\n2026-09-02,gpt-5,10,yes\n"
    ),
    "report.json": """[{"group_by_day": "2026-09-01T00:00:00+00:00", "teams": [{"team_name": "Core",
 "total_spend": 20, "metadata": [{"model": "gpt-5", "spend": 20, "total_tokens": 9,
 "api_key": "88dc"}]}]}]""",
    "codex.csv": "day,provider,tool,cost_usd,basis\n2026-09-02,openai,codex,10,client\n",
}
JIRA = """Summary,Issue key,Issue Type,Status,Created,Updated,Resolved,Labels,Status Category
Jumps,OPS-1,Bug,Doing,01/Mar/26 9:00 AM,20/Mar/26 8:00 AM,05/Mar/26 8:00 AM,ux-debt,In Progress
Fits,OPS-2,Bug,Shipped,01/Mar/26 9:00 AM,20/Mar/26 8:00 AM,05/Mar/26 8:00 AM,ux-debt,Done
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a desk with settings."""
    desk = Desk(tmp_path, env={})
    desk.set_up("http://127.0.0.1:1")
    return desk


def put(desk: Desk, **files: str) -> list[str]:
    """Write files to a desk and return their names."""
    for name, text in files.items():
        write(desk.folder / name, text)
    return list(files)


def counted(desk: Desk) -> float:
    """Return the published spend that counts."""
    ((usd,),) = desk.rows("select sum(cost_usd) from spend where is_counted and is_in_scope")
    return float(usd)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Return a desk that has published bought seats and an export of Jira."""
    desk = Desk(tmp_path_factory.mktemp("published"), env={})
    desk.set_up("http://127.0.0.1:1")
    days = [date(2026, 7, 1) + timedelta(days=number) for number in range(92)]
    rows = [
        f"acct,Billing Account,USD,Purchase,{day}T00:00:00Z,{day + timedelta(days=1)}T00:00:00Z,,"
        f"98.5,98.5,Anthropic,,{AI},Claude Enterprise seats,"
        for day in days
    ]
    put(desk, **{"seats.csv": "\n".join([FOCUS, *rows, ""]), "jira.csv": JIRA})
    assert desk.run("import", "seats.csv", "jira.csv").code == 0
    return desk


def test_bought_seats_cost_in_their_period(published: Desk) -> None:
    spend = "select charge, round(sum(cost_usd), 2) from spend where is_counted group by all"
    assert published.rows(spend) == [("seat", 92 * 98.5)]


def test_list_cost_of_a_commitment_counts_once(desk: Desk) -> None:
    covered = [
        f"acct,,USD,Usage,2026-09-0{day}T00:00:00Z,2026-09-0{day + 1}T00:00:00Z,ptu-1,120,150,"
        f"Microsoft,,{AI},Azure OpenAI,"
        for day in (1, 2)
    ]
    bought = (
        "acct,,USD,Purchase,2026-09-01T00:00:00Z,2026-10-01T00:00:00Z,ptu-1,0,300,Microsoft,,"
        f"{AI},Azure OpenAI,"
    )
    put(desk, **{"commitment.csv": "\n".join([FOCUS, bought, *covered, ""])})
    done = desk.run("import", "commitment.csv", "--dry-run")
    assert "240.00 USD (300.00 at list price)" in done.out


def test_ccusage_is_a_clients_estimate_and_loads_once(desk: Desk) -> None:
    put(desk, **{"ccusage.json": CCUSAGE})
    done = desk.run("import", "ccusage.json", "--dry-run")
    assert done.out == (
        "ccusage.json: spend from ccusage, 1 row, 2026-09-01 to 2026-09-01, 1.25 USD, "
        "a client's estimate\n"
    )
    lines = [desk.run("import", "ccusage.json", "--no-publish").err for _ in range(2)]
    assert [text.splitlines()[-1] for text in lines] == [
        "ccusage.json: imported",
        "ccusage.json: imported before",
    ]


def test_gateway_counts_only_without_the_bill_of_its_provider(desk: Desk) -> None:
    names = put(desk, **GATEWAYS)
    done = desk.run("import", *names)
    assert done.code == 0
    assert done.err.count("a gateway counts only on days without the provider's bill") == 3
    assert counted(desk) == 20
    put(desk, **{"openai.csv": OPENAI})
    assert desk.run("import", "openai.csv").code == 0
    assert counted(desk) == 20
    spend = "select distinct cost_basis, model from spend where is_counted and cost_usd > 0"
    assert desk.rows(spend) == [("cost_api", "gpt-5")]


def test_item_with_an_open_status_category_is_open(published: Desk) -> None:
    states = "select number, state, state_reason from issues order by number"
    assert published.rows(states) == [(1, "open", None), (2, "closed", "completed")]
    stock = "select number, left_at is null from issue_intervals where kind = 'ux debt' order by 1"
    assert published.rows(stock) == [(1, True), (2, False)]


def test_every_documented_format_is_read_by_its_content(desk: Desk) -> None:
    samples = sorted(path for path in SAMPLES.glob("*.*") if path.name != "expected.txt")
    names = []
    for number, path in enumerate(samples):
        names.append(f"{number}.txt")
        shutil.copy(path, desk.folder / names[-1])
    done = desk.run("import", *names, "--dry-run")
    assert (done.code, done.err) == (0, "")
    assert [line.split(": ")[0] for line in done.out.splitlines()] == names
