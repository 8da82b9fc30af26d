"""Spend files that are a part of an export, and tables that are nearly spend."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from collectors.errors import SourceError
from collectors.imports import inbox

SAMPLES = Path(__file__).parent / "spend"
ROWS = "day,cost_usd,model\n2026-10-01,10,gpt-5\n2026-10-02,20.5,gpt-5\n"
PAGES = "a part of the export; save all its pages in one file, one after the other"
WHOLE = "a part of the export; export it whole"
TABLES = {
    ROWS + "export limit reached\n": f"line 4: 'export limit reached': {WHOLE}",
    ROWS + "2026-10-03,0,(truncated)\n": f"line 4: '(truncated)': {WHOLE}",
    ROWS + "\n# Row limit of 10,000 reached\n": f"line 5: '# Row limit ...0,000 reached': {WHOLE}",
    ROWS + "Showing 1–100 of 540,,\n": f"line 4: 'Showing 1–100 of 540': {WHOLE}",
    "Page 1 of 3\n" + ROWS: f"line 1: 'Page 1 of 3': {WHOLE}",
    "440 more rows\n" + ROWS: f"line 1: '440 more rows': {WHOLE}",
    "# Filter: user = ann@acme.example\n" + ROWS: (
        "line 1: '# Filter: user = …@…': a filtered view; export it without filters"
    ),
    ROWS + "Filtered by project shop,,\n": "line 4: 'Filtered by project shop': a filtered view",
    ROWS + "Total,540.00,\n": (
        f"line 4, column 2: the total is 540.00 and the rows add up to 30.50: {WHOLE}"
    ),
    ROWS + "2026-10-03,4": "line 4, column 3: 2 cells where the header has 3; export it again",
}
HINTS = {
    "date,model,total\n": "looks like spend; the column cost_usd is missing: is it `total`?",
    "day,model,Cost USD total\n": (
        "looks like spend; the column cost_usd is missing: is it `Cost USD total`?"
    ),
    "date,model,tokens\n": "looks like spend; the column cost_usd is missing",
    "timestamp,user,usd\n": (
        "looks like spend; the column day is missing: is it `timestamp`? The column cost_usd is "
        "missing: is it `usd`?"
    ),
    "startTime,model,total_cost,prompt_tokens,completion_tokens,api_key\n": (
        "looks like LiteLLM's spend logs; the column spend is missing; export it whole"
    ),
    '[{"date": "2026-10-01", "model": "a", "price": 3}]': (
        "looks like spend; the column cost_usd is missing: is it `price`?. Known JSON: "
    ),
    "weather,date\n": "unknown format. Known: FOCUS files and exports of Jira",
}


def problem(folder: Path, name: str, content: str | bytes) -> str:
    """Return the error about a file."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(SourceError) as raised:
        inbox.read_file(path)
    message = str(raised.value).removeprefix(f"{folder}/")
    assert "\n" not in message
    assert "ann@" not in message
    return message


def activity(**about: Any) -> dict[str, Any]:
    """Return a page of LiteLLM's daily activity with some metadata."""
    first, _ = (SAMPLES / "litellm_activity.json").read_text().splitlines()
    page: dict[str, Any] = json.loads(first)
    return page | {"metadata": {"total_spend": 3.0} | about}


@pytest.mark.parametrize("text", TABLES, ids=range(len(TABLES)))
def test_part_of_a_table_is_refused_by_its_line(text: str, tmp_path: Path) -> None:
    assert problem(tmp_path, "a.csv", text).startswith(f"a.csv, {TABLES[text]}")
    packed = problem(tmp_path, "a.csv.gz", gzip.compress(text.encode()))
    assert packed.startswith(f"a.csv.gz, {TABLES[text]}")


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (ROWS + "Total,30.50,\n", "30.50 USD"),
        (ROWS + 'Grand total:,"30.50",\n', "30.50 USD"),
        (ROWS.strip(), "30.50 USD, the last line has no line break: it may be cut off"),
        ("day,cost_usd,note\n2026-10-01,30.5,Showing 1-5 of 5\n", "30.50 USD; not read: note"),
    ],
)
def test_whole_table_is_read(text: str, note: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text)
    assert inbox.read_file(tmp_path / "a.csv").summary.endswith(note)


@pytest.mark.parametrize("text", HINTS, ids=range(len(HINTS)))
def test_error_names_the_missing_column_and_the_nearest_one(text: str, tmp_path: Path) -> None:
    message = problem(tmp_path, "a.csv", text)
    assert message.startswith(f"a.csv, line 1, column 1: {HINTS[text]}")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (activity(has_more=True), f"line 1, column 1: metadata.has_more is true: {PAGES}"),
        (activity(page=1, total_pages=3), f"line 1, column 1: 1 of 3 pages: {PAGES}"),
        (activity() | {"next_page": "p2"}, f"line 1, column 1: next_page is there: {PAGES}"),
        (activity() | {"truncated": True}, f"line 1, column 1: truncated is true: {PAGES}"),
        (activity(total_spend=540), "line 1, column 1: the total is 540.00 and its rows add up to"),
        (
            activity() | {"filters": {"user_id": "ann@acme.example"}},
            "line 1, column 1: filters is '…@…': a filtered view; export it without filters",
        ),
        (
            {"data": [{"day": "2026-10-01", "cost_usd": 1}], "total": 540, "limit": 1},
            f"line 1, column 1: 1 of 540 rows: {PAGES}",
        ),
        (
            {"monthly": [{"month": "2026-10", "totalTokens": 1, "totalCost": 1}]},
            "line 1, column 1: ccusage by month: no days; run `ccusage daily --json`",
        ),
        (
            {"data": {"total_credits": 100, "total_usage": 25}},
            "line 1, column 1: OpenRouter's credits: no days; save GET /api/v1/activity",
        ),
        (
            {"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "http.duration"}]}]}]},
            "line 1, column 1: telemetry without claude_code.cost.usage, claude_code.token.usage",
        ),
    ],
)
def test_json_that_cannot_be_read_is_refused_by_name(
    document: Any, message: str, tmp_path: Path
) -> None:
    assert problem(tmp_path, "a.json", json.dumps(document)).startswith(f"a.json, {message}")


def test_pages_of_one_file_must_be_all_and_different(tmp_path: Path) -> None:
    first, second = (SAMPLES / "litellm_activity.json").read_text().splitlines()
    for text in (f"{second}\n{first}", f"[{first},\n{second}]"):
        (tmp_path / "a.json").write_text(text)
        assert (
            "4 rows, 2026-10-01 to 2026-10-01, 4.00 USD"
            in inbox.read_file(tmp_path / "a.json").summary
        )
    assert problem(tmp_path, "b.json", first) == f"b.json, line 1, column 1: 1 of 2 pages: {PAGES}"
    twice = problem(tmp_path, "c.json", f"{first}\n{first}\n{second}")
    assert twice == "c.json, line 2, column 1: page 1 is there twice; keep one"


def test_pages_of_a_list_are_read_together(tmp_path: Path) -> None:
    page = {"data": [{"day": "2026-10-01", "cost_usd": 1}], "page": 1, "total_pages": 2, "total": 2}
    last = page | {"data": [{"day": "2026-10-02", "cost_usd": 2}], "page": 2}
    (tmp_path / "a.json").write_text(f"{json.dumps(page)}\n{json.dumps(last)}\n")
    assert (
        "2 rows, 2026-10-01 to 2026-10-02, 3.00 USD" in inbox.read_file(tmp_path / "a.json").summary
    )
    assert "1 of 2 pages" in problem(tmp_path, "b.json", json.dumps(page))


def test_models_without_dollars_do_not_add_tokens_to_price(tmp_path: Path) -> None:
    tokens = {"inputTokens": 10, "outputTokens": 5, "totalTokens": 15}
    day = {"date": "2026-10-01", **tokens, "costUSD": 0.5, "models": {"gpt-5-codex": tokens}}
    report = {"daily": [day], "totals": {**tokens, "costUSD": 0.5}}
    (tmp_path / "a.json").write_text(json.dumps(report))
    assert inbox.read_file(tmp_path / "a.json").summary.endswith(
        "1 row, 2026-10-01 to 2026-10-01, 0.50 USD, a client's estimate"
    )


def test_error_in_json_has_line_and_column_of_the_value(tmp_path: Path) -> None:
    daily = (SAMPLES / "ccusage_daily.json").read_text()
    lines = daily.splitlines()
    number = next(index for index, line in enumerate(lines) if '"cost": 0.25' in line)
    column = lines[number].index("0.25") + 1
    message = problem(tmp_path, "a.json", daily.replace('"cost": 0.25', '"cost": "much"'))
    assert message == (
        f"a.json, line {number + 1}, column {column}: 'much' is not a number below a trillion; "
        "write 1234.56"
    )
    cut = problem(tmp_path, "b.json", daily[:500])
    assert cut.endswith(": the file is cut off; export it again")
    event = (
        (SAMPLES / "telemetry_delta.json")
        .read_text()
        .replace('"asDouble": 0.125', '"asDouble": "x"')
    )
    assert problem(tmp_path, "c.json", event).startswith("c.json, line 2, column ")
    future = problem(tmp_path, "d.json", daily.replace("2026-10-02", "2099-10-02"))
    assert future.endswith("'2099-10-02' is after today; correct it")
    deep = "[" * 200 + "]" * 200
    assert problem(tmp_path, "e.json", deep) == "e.json, line 1, column 1: nested above 50 levels"
    extreme = daily.replace('"totalCost": 0.5', '"totalCost": ' + "9" * 5000)
    assert "is not a number below a trillion" in problem(tmp_path, "f.json", extreme)


def test_packed_json_is_read(tmp_path: Path) -> None:
    content = (SAMPLES / "ccusage_daily.json").read_bytes()
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(content))
    assert "1.75 USD, a client's estimate" in inbox.read_file(tmp_path / "a.json.gz").summary
