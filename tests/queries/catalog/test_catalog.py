"""A new metric takes three files: SQL, catalogue entry and fixture. Docs are regenerated."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from queries.catalog import catalog, docs
from queries.catalog.catalog import METRICS, PAGES, QUESTIONS, panels
from queries.sql_files import metric_sql
from tests.support.facts import DEMO_UNTIL
from tests.support.machine import ROOT

SQL = """\
-- Hours from start to the first release or production deployment that contains the merge, of pull
-- requests by people and agents merged in the window. Pull requests that are not shipped yet are
-- right-censored. Bots are excluded.
select
    merged_at::date as day,
    repo,
    number,
    team,
    work_type,
    authorship,
    if(author_kind = 'bot', null, coalesce(lead_hours, 'infinity'::double)) as value,
    coalesce(author_kind = 'bot', false) as is_excluded
from pull_requests
where merged_at is not null
"""
ENTRY = """\
    Metric(
        "lead_time", "cycle-time", "Lead time", "hours", "median", "down",
        "Half of the pull requests merged {period} were shipped within {value} of starting",
        "No pull request was merged {period}",
        unreached="Fewer than half of the pull requests merged {period} have been shipped",
        is_headline=True,
    ),
"""
FIXTURE = """\
Start to shipped, by the week of the merge.

[repositories]
repo       synced_until
acme/shop  2026-03-01 00:00

[pull_requests]
repo       number  author_kind  merged_at         lead_hours
acme/shop  1       human        2026-01-05 09:00  30
acme/shop  2       agent        2026-01-06 09:00  -           # not shipped
acme/shop  3       bot          2026-01-06 09:00  1
acme/shop  4       human        -                 -           # not merged

[items]
number  day         value  left_out
1       2026-01-05  30     -
2       2026-01-06  inf    -
3       2026-01-06  -      yes

[estimates]
start_on    end_on      estimate  n  missing  left_out
2026-01-05  2026-01-12  30        2  0        1
2026-01-12  2026-01-19  -         0  0        0
"""
PUBLISH = f"""
import json
from datetime import date
from pathlib import Path
from queries.publish.publish import Source, publish
from headway.config.compiled import compile_rules
from queries.publish.settings import PublishSettings
from queries.read.snapshot import current

data = Path("data")
settings = PublishSettings(rules=compile_rules(data / "seeds"))
source = Source(data / "ledger.duckdb", settings, "key", "test")
publish(source, data, date.fromisoformat("{DEMO_UNTIL}"))
for table in ("metrics", "answers"):
    rows = current(data).query(f"from {{table}} where metric = 'lead_time'")
    print(rows.to_json(orient="records"))
"""
PAGE = """
from streamlit.testing.v1 import AppTest

app = AppTest.from_file("dashboard.py", default_timeout=60)
app.query_params["open-lead-time"] = "true"
app.run()
app.switch_page("headway/ui/pages/cycle_time.py").run()
assert not app.exception, app.exception
print([section.label for section in app.expander])
print([found.proto.body for found in app.get("html")])
"""


@pytest.fixture(scope="module")
def project(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the project with a new metric and the demo's ledger."""
    copy = tmp_path_factory.mktemp("project") / "headway"
    tools = (".git*", ".venv", ".cache", ".*_cache", ".hypothesis")
    left_out = shutil.ignore_patterns(*tools, "__pycache__", "build", "data", "*.egg-info")
    shutil.copytree(ROOT, copy, ignore=left_out, symlinks=True)
    before = fingerprints(copy)
    plant(copy)
    run(copy, "-m", "queries.catalog.docs")
    after = fingerprints(copy)
    assert {path for path, digest in after.items() if before.get(path) != digest} == {
        "docs/metrics.md",
        "queries/catalog/cycle_time.py",
        "queries/sql/metrics/lead_time.sql",
        "queries/cases/lead_time.txt",
    }
    (copy / "data").mkdir()
    shutil.copy(demo / "ledger.duckdb", copy / "data")
    return copy


def fingerprints(folder: Path) -> dict[str, str]:
    """Return a hash of each file."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def plant(project: Path) -> None:
    """Write the three files of a new metric."""
    entries = project / "queries" / "catalog" / "cycle_time.py"
    head, last, tail = entries.read_text(encoding="utf-8").partition('        "open_work_age",')
    head, _, opening = head.rpartition("    Metric(\n")
    entries.write_text(f"{head}{ENTRY}    Metric(\n{opening}{last}{tail}", encoding="utf-8")
    (project / "queries" / "sql" / "metrics" / "lead_time.sql").write_text(SQL, encoding="utf-8")
    (project / "queries" / "cases" / "lead_time.txt").write_text(FIXTURE, encoding="utf-8")


def run(project: Path, *words: str) -> str:
    """Return the output of a Python process in the copy, without the paths of this project."""
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "HEADWAY"))
    }
    done = subprocess.run(
        [sys.executable, *words],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        env=env | {"PYTHONDONTWRITEBYTECODE": "1", "HEADWAY_DATA": "data"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def published(project: Path) -> list[list[dict[str, Any]]]:
    """Return the new metric's published rows of ``metrics`` and ``answers``."""
    return [json.loads(line) for line in run(project, "-c", PUBLISH).splitlines()]


def test_new_metric_is_in_the_generated_docs(project: Path) -> None:
    text = (project / "docs" / "metrics.md").read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if "lead_time" in line]
    assert line == (
        "| **`lead_time`** | Q2 | hours | down | Hours from start to the first release or "
        "production deployment that contains the merge, of pull requests by people and agents "
        "merged in the window. Pull requests that are not shipped yet are right-censored. "
        "Bots are excluded. |"
    )


def test_new_metric_is_published_with_its_answers(published: list[list[dict[str, Any]]]) -> None:
    (listed,), answers = published
    assert (listed["question"], listed["page"], listed["is_headline"]) == ("Q2", "cycle-time", True)
    assert listed["sql"] == SQL
    newest = [
        row
        for row in answers
        if (row["scope_kind"], row["quarter"], row["variant"]) == ("org", "2026-Q4", "raw")
    ]
    assert [row["comparison"] for row in newest] == ["quarter before", "year before"]
    for row in newest:
        assert row["n_current"] > 100
        assert re.match(
            r"Half of the pull requests merged in 2026-Q4 were shipped within [\d.]+ days of "
            r"starting \(n = \d+\), ",
            row["sentence"],
        )
    assert {row["scope_kind"] for row in answers} == {"org", "team", "repo", "work_type"}


@pytest.mark.usefixtures("published")
def test_new_metric_is_on_its_page(project: Path) -> None:
    sections, sentences = run(project, "-c", PAGE).splitlines()
    assert "**Lead time** · " in sections
    assert "Half of the pull requests merged in 2026-Q4 were shipped within" in sentences


def test_new_metric_has_its_fixture(project: Path) -> None:
    message = run(
        project,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/queries/catalog/test_metrics.py",
        "-k",
        "lead_time or its",
    )
    assert "5 passed" in message


def test_generated_docs_are_up_to_date() -> None:
    for name, text in (
        ("metrics", docs.metrics_table()),
        ("data-dictionary", docs.data_dictionary()),
    ):
        page = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
        outdated = "run python -m queries.catalog.docs"
        assert f"{docs.BEGIN}\n{text}\n{docs.END}" in page, outdated


def test_docs_keep_the_text_around_the_generated_part(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(f"before\n{docs.BEGIN}\nold\n{docs.END}\nafter\n", encoding="utf-8")
    for _ in range(2):
        docs.write(path, "new")
        text = path.read_text(encoding="utf-8")
        assert text == f"before\n{docs.BEGIN}\nnew\n{docs.END}\nafter\n"


def test_names_are_unique_and_every_entry_has_a_page() -> None:
    assert len({row.name for row in METRICS}) == len(METRICS)
    pages = {page.name for page in PAGES}
    assert {row.page for row in METRICS} == pages
    assert {page.question for page in PAGES} <= {question.name for question in QUESTIONS}
    drawn = [row.name for page in PAGES for panel in panels(page) for row in panel.metrics]
    assert sorted(drawn) == sorted(row.name for row in METRICS)
    for page in PAGES:
        assert (ROOT / page.file).exists()
        for panel in panels(page):
            assert len({(row.unit, row.chart) for row in panel.metrics}) == 1
    for row in METRICS:
        if row.is_headline:
            assert row.gain and row.loss and row.gain != row.loss, row.name
            for phrase in (row.changed, row.unchanged):
                assert set(re.findall(r"\{(\w+)\}", phrase)) == {"current", "baseline"}, row.name
    with pytest.raises(KeyError):
        catalog.metric("lines_of_code")


def test_every_metric_sql_is_used_and_has_its_parameters() -> None:
    used = {row.sql_name for row in METRICS}
    assert {path.stem for path in (ROOT / "queries" / "sql" / "metrics").glob("*.sql")} == used
    for row in METRICS:
        assert set(re.findall(r"\$(\w+)", metric_sql(row.sql_name).statement)) == set(
            row.parameters
        ), row.name
