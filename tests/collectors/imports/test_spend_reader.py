"""Reader of spend files: rows of each tool typed by hand, spellings of tables, and mistakes."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from collectors.errors import SourceError
from collectors.imports import inbox
from collectors.imports.spend.formats import CCUSAGE, FOCUS, TELEMETRY, VENDORS
from collectors.imports.spend.reader import ParsedSpend
from tests.support.facts import read_tables

SAMPLES = Path(__file__).parent / "spend"
EXPECTED = read_tables(SAMPLES / "expected.txt")
COLUMNS = [
    "source",
    "account",
    "day",
    "provider",
    "tool",
    "model",
    "actor_kind",
    "actor",
    "team",
    "token_type",
    "tokens",
    "requests",
    "amount",
    "list_amount",
    "currency",
    "basis",
    "is_estimate",
    "charge",
]
UNSAID = {"account": "", "currency": "USD", "is_estimate": "false", "charge": "usage"}
LATE = datetime(2026, 11, 20)
DAYS = "day,cost_usd\n"
MISTAKES: dict[str, str | None] = {
    DAYS + "2026-10-01,twelve\n": (
        "line 2, column 2: 'twelve' is not a number below a trillion; write 1234.56"
    ),
    DAYS + "2026-10-01,1\n\n\n2026-10-02,1e12\n": (
        "line 5, column 2: '1e12' is not a number below a trillion"
    ),
    DAYS + "2026-10-01,1\n2026-10-02,1,5\n": (
        "line 3, column 3: 3 cells where the header has 2; put texts that"
    ),
    DAYS
    + '"2026-10-01",1\n2026-10-02,ann@acme.example\n': "line 3, column 2: '…@…' is not a number",
    DAYS + ",1\n": "line 2, column 1: the day is empty; write one",
    DAYS + "Altogether,12\n": "line 2, column 1: 'Altogether' is not a day; write 2026-11-19",
    DAYS + "2026-02-30,12\n": "line 2, column 1: '2026-02-30' is not a day",
    DAYS + "2026-00-01T11:00:00.000Z,12\n": (
        "line 2, column 1: '2026-00-01T11:00:00.000Z' is not a day; write"
    ),
    DAYS + "0226-02-03,12\n": "line 2, column 1: '0226-02-03' is not a day",
    DAYS + "04/05/2026,12\n": (
        "line 2, column 1: this may be 2026-05-04 or 2026-04-05; write days such as 2026-11-19"
    ),
    DAYS + "31/05/2026,1\n05/31/2026,12\n": (
        "line 2, column 1: day and month have another order in other lines"
    ),
    DAYS + "2026-10-01\n": "line 2, column 2: 1 cell where the header has 2; export it again",
    DAYS + '2026-10-01,"1\n': "line 2: not CSV (unexpected end of data); fix the quotes there",
    DAYS + "2026-10-01,99999999999\n": None,
    "day;cost_usd\n2026-10-01;1.234\n": (
        "line 2, column 2: '1.234' has two meanings as a number; write 1234.56"
    ),
    "day;cost_usd\n2026-10-01;1,5\n2026-10-01;1.5\n": "line 2, column 2: '1,5' is not a number",
    "day,amount,currency\n2026-10-01,1,dollars\n": (
        "line 2, column 3: 'dollars' is not a currency; write a code such"
    ),
    "day,cost_usd,basis\n2026-10-01,1,guess\n": (
        "line 2, column 3: 'guess' is not a basis; write one of invoice, "
    ),
    "day,cost_usd,date,Day\n2026-10-01,1,,\n": "line 1, column 4: duplicate column day; keep one",
}


def find(path: Path, text: str | bytes, account: str = "") -> ParsedSpend:
    """Return the content of a file with this text."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    result = inbox.read_file(path, account, None, LATE)
    assert isinstance(result.content, ParsedSpend)
    return result.content


def rows(export: ParsedSpend) -> list[dict[str, Any]]:
    """Return the ledger's rows of a file, with their partitions."""
    files = {
        name: str(export.workspace.folder / f"{name}.parquet")
        for name in ("spend_partitions", "spend_rows")
    }
    columns = ", ".join(COLUMNS)
    with duckdb.connect() as db:
        db.read_parquet(files["spend_partitions"]).create_view("partitions")
        db.read_parquet(files["spend_rows"]).create_view("held")
        rows = db.execute(
            f"select {columns} from held join partitions using (partition_id) order by all"
        ).fetchall()
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def days(export: ParsedSpend) -> list[tuple[str, str]]:
    """Return the sources and days of a file."""
    with duckdb.connect() as db:
        stored = db.read_parquet(str(export.workspace.folder / "spend_partitions.parquet"))
        return [
            (source, str(day))
            for source, day in stored.select("source", "day").order("day, source").fetchall()
        ]


def as_typed(row: Mapping[str, Any]) -> dict[str, str | None]:
    """Return a row as the hand-typed tables write it."""
    texts: dict[str, str | None] = {}
    for name, value in row.items():
        if isinstance(value, Decimal):
            texts[name] = f"{value.normalize():f}"
        else:
            texts[name] = (
                None
                if value is None
                else str(value).lower()
                if isinstance(value, bool)
                else str(value)
            )
    return texts


def expected(name: str) -> list[dict[str, str | None]]:
    """Return the rows of a sample as typed by hand."""
    empty: dict[str, str | None] = {**dict.fromkeys(COLUMNS), **UNSAID}
    return [
        empty | {key: value or UNSAID.get(key) for key, value in row.items()}
        for row in EXPECTED[name]
    ]


def in_order(result: list[dict[str, str | None]]) -> list[str]:
    """Rows without regard to their order."""
    return sorted(map(str, result))


@pytest.mark.parametrize("name", EXPECTED)
def test_sample_equals_rows_typed_by_hand(name: str, tmp_path: Path) -> None:
    export = find(tmp_path / name, (SAMPLES / name).read_bytes())
    assert in_order([as_typed(row) for row in rows(export)]) == in_order(expected(name))


def test_every_sample_has_expected_rows_and_every_format_a_sample() -> None:
    assert set(EXPECTED) == {path.name for path in SAMPLES.iterdir()} - {"expected.txt"}
    for form in (*VENDORS, CCUSAGE, TELEMETRY):
        assert [name for name in EXPECTED if name.startswith(form.name)], form.name
    message = [row for name in EXPECTED for row in expected(name)]
    assert {column for row in message for column, value in row.items() if value} == set(COLUMNS)


def test_summary_has_total_excluded_rows_and_unread_columns() -> None:
    message = {name: inbox.read_file(SAMPLES / name, "", None, LATE).summary for name in EXPECTED}
    assert (
        message["minimal.csv"] == "minimal.csv: spend, 3 rows, 2026-10-01 to 2026-10-03, 12.50 USD"
    )
    assert message["generic.csv"] == (
        "generic.csv: spend, 5 rows, 2026-10-01 to 2026-10-02, 21.90 USD, 700 tokens without an "
        "amount; not read: Note"
    )
    assert message["copilot.csv"] == (
        "copilot.csv: spend from copilot, 4 rows, 2026-05-01 to 2026-06-02, 0.25 USD (1.85 at list "
        "price), "
        "aic_* is a preview of another price and is not included; not read: sku, "
        "applied_cost_per_quantity, discount_amount, "
        "total_monthly_quota, repository, cost_center_name, aic_quantity, aic_gross_amount"
    )
    left_out = (
        "3.95 USD (5.45 at list price), left out: 1 row of services that are not AI (99.50 USD); "
        "not read: Bill"
    )
    assert (
        f"focus_1_0.csv: spend from focus, 4 rows, 2026-10-01 to 2026-10-02, {left_out}"
        in message["focus_1_0.csv"]
    )
    assert "cursor_team.csv: spend from cursor, 5 rows" in message["cursor_team.csv"]
    assert "1.38 USD (1.50 at list price)" in message["cursor_team.csv"]


def test_day_without_spend_is_a_covered_day(tmp_path: Path) -> None:
    export = find(tmp_path / "cost.csv", (SAMPLES / "openai_cost.csv").read_bytes())
    assert days(export) == [
        ("openai", "2025-10-01"),
        ("openai", "2025-10-02"),
        ("openai", "2025-10-03"),
    ]
    clouds = find(tmp_path / "focus.csv", (SAMPLES / "focus_1_0.csv").read_bytes())
    assert days(clouds) == [("focus aws", "2026-10-01"), ("focus aws", "2026-10-02")]


def test_a_bill_without_ai_has_no_days(tmp_path: Path) -> None:
    text = re.sub(
        "AI and Machine Learning,Amazon Bedrock",
        "Compute,EC2",
        (SAMPLES / "focus_1_0.csv").read_text(),
    )
    export = find(tmp_path / "focus.csv", text)
    assert (rows(export), days(export)) == ([], [])


def test_account_option_sets_the_account(tmp_path: Path) -> None:
    export = find(tmp_path / "generic.csv", (SAMPLES / "generic.csv").read_bytes(), "us")
    assert {row["account"] for row in rows(export)} == {"us"}


WRITTEN: list[Callable[[str], bytes]] = [
    lambda text: b"\xef\xbb\xbf" + text.encode(),
    lambda text: text.encode("cp1252"),
    lambda text: text.encode("utf-16"),
    lambda text: text.replace(",", ";").encode(),
    lambda text: text.replace(",", "\t").encode("utf-16"),
    lambda text: ("sep=;\n" + text.replace(",", ";")).encode(),
    lambda text: ("\n\n" + text).encode(),
    lambda text: re.sub(r"[^,\n]+|(?<=,)(?=[,\n])", r'"\g<0>"', text).encode(),
    lambda text: text.replace("\n", "\r\n").encode(),
    lambda text: text.replace("\n", "\r").encode(),
    lambda text: text.replace("\n", "\r\n", 2).encode(),
    lambda text: text.replace("\n", ",,\n").encode(),
    lambda text: text.replace("\n", "\n,,,\n \n\n").encode(),
    lambda text: gzip.compress(text.encode()),
    lambda text: gzip.compress(text.encode("cp1252")),
    lambda text: text.replace("Date", " day ").replace("cost_usd", "Cost USD").encode(),
    lambda text: re.sub(r"2026-(\d\d)-(\d\d)", r"\2/\1/2026", text).encode(),
    lambda text: re.sub(r"2026-(\d\d)-(\d\d)", r"\1/\2/2026 9:30 PM", text).encode(),
    lambda text: re.sub(r"2026-10-(\d\d)", r"2026-10-\1T23:30:00-00:10", text).encode(),
    lambda text: text.replace("0.25", '"$0.25"').replace(",20,", ',"+2.0E1",').encode(),
    lambda text: (
        text.replace(",", ";")
        .replace("0.25", "0,25")
        .replace("0.15", "0,15")
        .replace("1.5", "1,5")
        .encode()
    ),
    lambda text: text.replace(",20,", ',"$ 20 ",').replace("1200", '"1,200"').encode(),
    lambda text: text.replace(",,", ",NULL,").replace(",,", ",NULL,").encode(),
    lambda text: "".join(
        f"{','.join(reversed(line.split(',')))}\n" for line in text.splitlines()
    ).encode(),
]


@pytest.mark.parametrize("written", WRITTEN, ids=range(len(WRITTEN)))
def test_table_is_read_in_every_spelling(written: Callable[[str], bytes], tmp_path: Path) -> None:
    text = (
        (SAMPLES / "generic.csv")
        .read_text("utf-8")
        .replace("Shop", "Läden")
        .replace("10-02", "10-13")
    )
    text = (
        text.replace(",first", ",")
        .replace(",second", ",")
        .replace(",seat of October", ",")
        .replace(",no amount", ",")
    )
    plain = find(tmp_path / "plain.csv", text)
    assert len(rows(plain)) == 4
    other = find(tmp_path / "other.csv", written(text))
    assert rows(other) == rows(plain)
    assert (other.row_count, other.time_range) == (plain.row_count, plain.time_range)


@pytest.mark.parametrize("name", ["focus_1_0.csv", "focus_1_4.csv", "generic.csv"])
def test_parquet_gives_the_same_rows(name: str, tmp_path: Path) -> None:
    path = tmp_path / "typed.parquet"
    with duckdb.connect() as db:  # with numbers and times as numbers and times
        db.read_csv(str(SAMPLES / name), na_values="NULL").write_parquet(str(path))
    export = inbox.read_file(path, "", None, LATE).content
    assert isinstance(export, ParsedSpend)
    assert in_order([as_typed(row) for row in rows(export)]) == in_order(expected(name))


def test_a_mistake_in_parquet_names_row_and_column(tmp_path: Path) -> None:
    with duckdb.connect() as db:
        stored = (
            db.values(["2026-10-01", "1"])
            .union(db.values(["2026-10-02", "x"]))
            .select("col0 as day, col1 as cost")
        )
        stored.write_parquet(str(tmp_path / "a.parquet"))
    with pytest.raises(SourceError, match=r"a\.parquet, row 2, column cost: 'x' is not a number"):
        inbox.read_file(tmp_path / "a.parquet")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("day,cost\n2026-10-01,1\n2099-01-01,1\n", "line 3, column 1: '2099-01-01' is after today"),
        ("cost,day\n1,31/12/2098\n", "line 2, column 2: '31/12/2098' is after today"),
        ("day,cost\n2098-12-31T10:00:00Z,1\n", "line 2, column 1: '2098-12-31T10:00:00Z' is after"),
    ],
)
def test_day_after_today_is_refused(text: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=problem):
        find(tmp_path / "spend.csv", text)


def test_charge_of_many_years_is_refused(tmp_path: Path) -> None:
    text = (SAMPLES / "focus_periods.csv").read_text().replace("2026-09-04T", "2036-09-04T")
    problem = r"line 2, column 6: '2036-09-04T00:00:00Z' is years after the start of its charge"
    with pytest.raises(SourceError, match=problem):
        find(tmp_path / "focus.csv", text)


def test_focus_headers_in_snake_case_are_recognised(tmp_path: Path) -> None:
    first, remainder = (SAMPLES / "focus_1_4.csv").read_text().split("\n", 1)
    snakes = re.sub(r"(?<=[a-z])([A-Z])", r"_\1", first).lower()
    assert "service_provider_name" in snakes
    assert rows(find(tmp_path / "snake.csv", f"{snakes}\n{remainder}")) == rows(
        find(tmp_path / "a.csv", f"{first}\n{remainder}")
    )


@pytest.mark.parametrize("text", MISTAKES, ids=range(len(MISTAKES)))
def test_error_is_one_line_with_its_position(text: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as raised:
        find(tmp_path / "a.csv", text)
    message = str(raised.value).removeprefix(f"{tmp_path}/")
    amounts = "a.csv: its amounts add up to billions; write them in units of the currency"
    assert message.startswith(f"a.csv, {MISTAKES[text]}" if MISTAKES[text] else amounts)
    assert "\n" not in message


def test_error_names_the_missing_column_of_a_vendor_export(tmp_path: Path) -> None:
    text = (SAMPLES / "focus_1_4.csv").read_text().replace("EffectiveCost", "Effective")
    with pytest.raises(
        SourceError,
        match="line 1, column 1: looks like FOCUS; the column effectivecost is missing: is it `Eff",
    ):
        find(tmp_path / "a.csv", text)


def test_a_charge_of_no_category_is_refused(tmp_path: Path) -> None:
    text = (SAMPLES / "focus_1_4.csv").read_text().replace("Adjustment", "Other")
    with pytest.raises(
        SourceError,
        match=r"line 6, column 4: 'Other' is not a charge category; write Usage, Purchase",
    ):
        find(tmp_path / "a.csv", text)
    assert FOCUS.required


def test_kind_requires_the_generic_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("date,spend\n2026-10-01,1\n")
    with pytest.raises(
        SourceError, match="line 1, column 1: no column day or cost_usd; spend needs both"
    ):
        inbox.read_file(tmp_path / "a.csv", "", "spend")
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(SourceError, match=r"a\.txt: not a table; save it as CSV UTF-8"):
        inbox.read_file(tmp_path / "a.txt", "", "spend")


def test_truncated_file_is_an_error(tmp_path: Path) -> None:
    packed = gzip.compress((SAMPLES / "generic.csv").read_bytes() * 2000)
    parquet = tmp_path / "whole.parquet"
    with duckdb.connect() as db:
        db.read_csv(str(SAMPLES / "generic.csv")).write_parquet(str(parquet))
    for name, content, message in (
        ("a.csv.gz", packed[:-9], "a.csv.gz: gzip that is damaged or cut off; fetch it again"),
        ("b.csv.gz", packed[:20], "b.csv.gz: gzip that is damaged or cut off; fetch it again"),
        (
            "c.parquet",
            parquet.read_bytes()[:-9],
            "c.parquet: not Parquet that can be read; fetch it again",
        ),
    ):
        with pytest.raises(SourceError) as raised:
            find(tmp_path / name, content)
        assert str(raised.value).endswith(message)
