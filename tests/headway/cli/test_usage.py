"""Usage in a warehouse or a folder: `headway refresh usage` through the command line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from collectors.spend.usage.source import SHIPPED as QUERIES
from tests.support.command import Desk, wait_until
from tests.support.postgresql import Database, running_postgresql

TODAY = datetime.now(UTC).date()
DAYS = [TODAY - timedelta(days=number) for number in range(1, 41)]
READER = "reads-only-what-it-may"
SETTINGS = """
[github]
repos = ["acme/app"]

[[spend.queries]]
account = "gateway"
url_env = "GATEWAY_URL"
shipped = "litellm"
history_days = 40
timeout_seconds = 20
"""
#: the columns of LiteLLM's table that the query reads, in its types
TABLE = """
create table "LiteLLM_SpendLogs" (
    request_id text primary key,
    "startTime" timestamp without time zone,
    model text,
    custom_llm_provider text,
    "user" text,
    api_key text,
    team_id text,
    spend double precision,
    prompt_tokens integer,
    completion_tokens integer
)
"""


def logs(day: str, count: int, start: int) -> str:
    """Return a statement that adds requests of a day at 0.1 dollars each, by three people."""
    return f"""
        insert into "LiteLLM_SpendLogs"
        select
            'r' || n, timestamp '{day}' + interval '1 minute' * (n % 1440), 'claude-opus-4-5',
            'anthropic', 'user' || n % 3 || '@acme.example', 'key', 'team', 0.1, 100, 10
        from generate_series({start}, {start + count - 1}) as n
    """


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """Run a gateway's database: each day has 30 requests, and a role may read."""
    with running_postgresql() as result:
        days = [logs(str(day), 30, 100 * number) for number, day in enumerate(DAYS)]
        result.run(
            TABLE,
            *days,
            f"create role reader login password '{READER}'",
            'grant select on "LiteLLM_SpendLogs" to reader',
        )
        yield result


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    """Return a desk whose settings name the gateway."""
    url = database.url_of("reader", READER).replace("postgresql://", "postgresql+psycopg://")
    (tmp_path / "headway.toml").write_text(SETTINGS, encoding="utf-8")
    return Desk(tmp_path, {"GATEWAY_URL": url})


def refresh(desk: Desk, *words: str) -> str:
    """Refresh usage, and return what the command prints."""
    done = desk.run("refresh", "usage", "--no-publish", *words)
    assert done.code == 0, done.err
    return done.err


def stored(desk: Desk) -> dict[str, tuple[Decimal, int]]:
    """Return amount and rows of each day in the ledger."""
    with duckdb.connect(str(desk.folder / "data" / "ledger.duckdb"), read_only=True) as db:
        rows = db.execute(
            "select day::varchar, sum(amount), count(*) from spend_partitions "
            "join spend_rows using (partition_id) where source like 'litellm%' group by 1"
        ).fetchall()
    return {day: (amount, count) for day, amount, count in rows}


def test_sums_come_once_and_days_that_change_are_replaced_whole(
    desk: Desk, database: Database
) -> None:
    assert "40 of 40 days changed, 120 rows" in refresh(desk)
    everyone = {str(day): (Decimal("3.00000000"), 3) for day in DAYS}
    assert stored(desk) == everyone
    assert "unchanged, 7 days requested" in refresh(desk)
    day, old = str(DAYS[2]), str(DAYS[20])
    database.run(logs(day, 15, 50_000), logs(old, 15, 60_000))
    assert "1 of 7 days changed, 21 rows" in refresh(desk)
    assert stored(desk) == everyone | {day: (Decimal("4.50000000"), 3)}
    assert "1 of 40 days changed" in refresh(desk, "--full")
    assert stored(desk)[old] == (Decimal("4.50000000"), 3)
    database.run("""delete from "LiteLLM_SpendLogs" where substr(request_id, 2)::int >= 50000""")


def test_an_empty_or_much_smaller_answer_erases_no_day(desk: Desk, database: Database) -> None:
    refresh(desk)
    before = stored(desk)
    absent, smaller = DAYS[1], DAYS[3]
    database.run(
        f"""delete from "LiteLLM_SpendLogs" where "startTime"::date = '{absent}'""",
        f"""delete from "LiteLLM_SpendLogs" where "startTime"::date = '{smaller}'
            and substr(request_id, 2)::int % 100 >= 6""",
    )
    printed = refresh(desk)
    assert f"2 days from {smaller} have less than half of the stored amount" in printed
    assert stored(desk) == before
    refresh(desk, "--full")
    after = {str(smaller): (Decimal("0.60000000"), 3)}
    rest = {day: value for day, value in before.items() if day != str(absent)}
    assert stored(desk) == rest | after
    database.run(
        """delete from "LiteLLM_SpendLogs" """,
        *(logs(str(day), 30, 100 * number) for number, day in enumerate(DAYS)),
    )


def test_a_role_that_may_write_is_refused_and_no_secret_is_printed(
    desk: Desk, database: Database
) -> None:
    owner = database.url.replace("postgresql://", "postgresql+psycopg://")
    for url, problem in (
        (owner, "the role of GATEWAY_URL may write"),
        (desk.env["GATEWAY_URL"].replace(READER, "a-wr0ng-one-here"), "authentication failed"),
        ("postgresql+psycopg://reader:a-wr0ng-one-here@127.0.0.1:1/x", "the query failed"),
        ("not an address of a-wr0ng-one-here", "GATEWAY_URL cannot be used"),
        ("oracle://reader:a-wr0ng-one-here@127.0.0.1/x", "GATEWAY_URL cannot be used"),
    ):
        done = Desk(desk.folder, {"GATEWAY_URL": url}).run("refresh", "usage", "--no-publish")
        assert done.code == 1 and problem in done.problem, done.err
        assert "wr0ng" not in done.err and "s3cret" not in done.err


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("select 1 as a where :since < :until", "no columns of spend"),
        ("select 1 as day, 1 as cost_usd", "names no :since and :until"),
        (
            "select :since as day, 1 as cost_usd where :since < :until; drop table x",
            "cannot insert",
        ),
        (
            'delete from "LiteLLM_SpendLogs" where "startTime" between :since and :until',
            "syntax error",
        ),
        (
            'with x as (delete from "LiteLLM_SpendLogs" returning 1) '
            "select 1 as day, 1 as cost_usd where :since < :until",
            "must not contain data-modifying statements",
        ),
        ("select cast(:since as date) - 9 as day, 1 as cost_usd where :until > :since", "restrict"),
        (
            "select pg_sleep(30)::text as day, 1 as cost_usd where :since < :until",
            "longer than 1 s",
        ),
    ],
)
def test_a_query_that_cannot_be_used_is_an_error_and_changes_nothing(
    desk: Desk, database: Database, statement: str, problem: str
) -> None:
    count = database.rows('select count(*) from "LiteLLM_SpendLogs"')
    (desk.folder / "own.sql").write_text(statement, encoding="utf-8")
    text = SETTINGS.replace('shipped = "litellm"', 'file = "own.sql"').replace("= 20", "= 1")
    (desk.folder / "headway.toml").write_text(text, encoding="utf-8")
    done = desk.run("refresh", "usage", "--no-publish")
    assert done.code in (1, 64) and problem in done.problem, done.err
    assert database.rows('select count(*) from "LiteLLM_SpendLogs"') == count


def test_ctrl_c_cancels_the_query_at_the_server(desk: Desk, database: Database) -> None:
    statement = "select pg_sleep(60)::text as day, 1 as cost_usd where :since < :until"
    (desk.folder / "own.sql").write_text(statement, encoding="utf-8")
    text = SETTINGS.replace('shipped = "litellm"', 'file = "own.sql"').replace("= 20", "= 60")
    (desk.folder / "headway.toml").write_text(text, encoding="utf-8")
    of_reader = "usename = 'reader' and state = 'active'"
    sleeping = f"select count(*) from pg_stat_activity where {of_reader}"
    with desk.start("refresh", "usage", "--no-publish") as running:
        wait_until(lambda: database.rows(sleeping) == [(1,)])
        running.interrupt()
        done = running.done()
    assert done.code == 130
    wait_until(lambda: database.rows(sleeping) == [(0,)])


def test_a_folder_of_focus_files_is_summed_up(tmp_path: Path) -> None:
    lake = tmp_path / "lake" / "month=1"
    lake.mkdir(parents=True)
    columns = """
        'acme' as "BillingAccountId", 'OpenAI' as "ProviderName", 'OpenAI' as "PublisherName",
        'OpenAI' as "InvoiceIssuerName", 'AI and Machine Learning' as "ServiceCategory",
        'OpenAI API' as "ServiceName", 'Usage' as "ChargeCategory", 'USD' as "BillingCurrency",
        'gpt-5' as "x_model", 0.25::decimal(18, 10) as "EffectiveCost", 0.5 as "ListCost",
        1000 as "ConsumedQuantity", 'tokens' as "ConsumedUnit"
    """
    with duckdb.connect() as db:
        for number, day in enumerate(DAYS[:2]):
            db.execute(
                f"copy (select timestamp '{day}' + interval (n % 24) hour as ChargePeriodStart, "
                f"timestamp '{day}' + interval (n % 24 + 1) hour as ChargePeriodEnd, {columns} "
                f"from range(400) as t(n)) to '{lake}/{number}.parquet'"
            )
    (tmp_path / "headway.toml").write_text(
        '[github]\nrepos = ["acme/app"]\n\n[[spend.queries]]\nshipped = "focus"\n'
        f'folder = "{tmp_path}/lake"\nhistory_days = 10\n',
        encoding="utf-8",
    )
    desk = Desk(tmp_path, {})
    assert "2 of 10 days changed" in refresh(desk)
    with duckdb.connect(str(tmp_path / "data" / "ledger.duckdb"), read_only=True) as db:
        rows = db.execute(
            "select day, model, sum(amount), sum(list_amount) from spend_partitions "
            "join spend_rows using (partition_id) group by all order by day"
        ).fetchall()
    assert rows == [
        (day, "gpt-5", Decimal("100.00000000"), Decimal("200.00000000")) for day in DAYS[1::-1]
    ]
    assert "unchanged" in refresh(desk)


def test_a_full_refresh_takes_a_day_whose_rows_count_no_longer(
    desk: Desk, database: Database
) -> None:
    refresh(desk)
    day = str(DAYS[2])
    nothing = "spend = null, prompt_tokens = 0, completion_tokens = 0"
    database.run(f"""update "LiteLLM_SpendLogs" set {nothing} where "startTime"::date = '{day}'""")
    text = SETTINGS.replace('shipped = "litellm"', 'file = "own.sql"')
    (desk.folder / "headway.toml").write_text(text, encoding="utf-8")
    shipped = (QUERIES / "litellm.sql").read_text(encoding="utf-8")
    own = shipped.replace("count(*) as api_requests", "null as api_requests")
    (desk.folder / "own.sql").write_text(own, encoding="utf-8")
    refresh(desk, "--full")
    assert set(stored(desk)) == {str(item) for item in DAYS} - {day}
    database.run(
        f"""update "LiteLLM_SpendLogs" set spend = 0.1, prompt_tokens = 100, completion_tokens = 10
            where "startTime"::date = '{day}'"""
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('shipped = "litellm"', "write either url_env, for a database, or folder"),
        ('url_env = "X"', "write either file, or shipped"),
        ('url_env = "X"\nfile = "none.sql"', "none.sql: cannot be read"),
        ('folder = "nowhere"\nshipped = "focus"', "nowhere"),
    ],
)
def test_wrong_settings_of_a_query_are_named(tmp_path: Path, text: str, problem: str) -> None:
    settings = f'[github]\nrepos = ["acme/app"]\n\n[[spend.queries]]\n{text}\n'
    (tmp_path / "headway.toml").write_text(settings, encoding="utf-8")
    done = Desk(tmp_path, {}).run("refresh", "usage", "--no-publish")
    assert done.code != 0 and problem in done.problem
