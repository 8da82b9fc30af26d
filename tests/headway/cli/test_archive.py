"""Archive of decided quarters, and the report that is read from it."""

from __future__ import annotations

import html
import json
import re
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from queries.catalog.catalog import PAGES, metric
from queries.text.sentences import short_value
from tests.support.command import Desk
from tests.support.dashboard import opened
from tests.support.github_server import Server


def archive(desk: Desk) -> dict[str, bytes]:
    """Return the archived files of a desk."""
    return {
        name: content for name, content in desk.files().items() if name.startswith("data/archive/")
    }


def report(desk: Desk, *words: str) -> str:
    """Return the report as HTML."""
    done = desk.run("report", "--out", "report.html", *words)
    assert done.code == 0, done.err
    return (desk.folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def desk(offices: tuple[Server, Desk], tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose data was published twice."""
    desk = offices[1].copy(tmp_path_factory.mktemp("archive") / "desk")
    assert desk.run("publish").code == 0
    return desk


def quarters(desk: Desk) -> list[str]:
    """Return the quarters that have a decided answer, the newest first."""
    rows = desk.rows(
        "select distinct quarter from answers where status = 'decided' and quarter != '' order by 1"
    )
    return [quarter for (quarter,) in rows][::-1]


def test_each_decided_quarter_is_kept_once(offices: tuple[Server, Desk], desk: Desk) -> None:
    files = archive(desk)
    assert files == archive(offices[1])
    by_quarter = sorted(Path(name).parent.name for name in files)
    assert set(quarters(desk)) <= set(by_quarter)
    assert len(by_quarter) == len(set(by_quarter))
    count = "select count(*) from read_parquet('{}')"
    folder = desk.folder / "data" / "archive"
    rows = desk.rows(count.format(folder / "*" / "*.parquet"))
    assert rows == desk.rows("select count(*) from answers where status = 'decided'")
    assert not [name for name in desk.files() if ".part" in name]


def test_report_of_a_quarter_stays_when_definitions_change(desk: Desk, tmp_path: Path) -> None:
    other = desk.copy(tmp_path / "desk")
    quarter = quarters(desk)[0]
    before, files = report(desk, "--quarter", quarter), archive(desk)
    settings = other.folder / "headway.toml"
    more = "[publish]\nfailure_days = 1\ndurable_days = 1\n"
    settings.write_text(f"{settings.read_text()}\n{more}")
    assert other.run("publish").code == 0
    changed = {name: content for name, content in archive(other).items() if name in files}
    assert changed == files
    assert report(other, "--quarter", quarter) == before
    (name,) = {Path(file).name for file in files}
    assert all(Path(file).name != name for file in archive(other).keys() - files.keys())


def test_report_has_the_numbers_of_the_answers(desk: Desk) -> None:
    quarter = quarters(desk)[0]
    document = re.sub("</?code>", "", report(desk, "--quarter", quarter))
    text = " ".join(html.unescape(re.sub("<[^>]+>", " ", document)).split())
    pages = {page.question: page.name for page in reversed(PAGES)}.values()
    rows = [
        row
        for row in json.loads(desk.run("answers", "--json").out)
        if row["scope_kind"] == "org"
        and row["comparison"] == "quarter before"
        and row["quarter"] == quarter
        and row["status"] == "decided"
        and row["current"] is not None
        and metric(row["metric"]).page in pages
    ]
    assert len(rows) > 5
    for row in rows:
        number = short_value(metric(row["metric"]), row["current"], row["n_current"])
        assert " ".join(number.split()) in text, row["metric"]
        assert " ".join(re.sub("`", "", row["definition"]).split()) in text, row["metric"]
        assert f"Definition {row['definition_hash'][:6]}." in text
    (as_of,) = desk.rows("select as_of from snapshot")[0]
    assert isinstance(as_of, date)
    assert f"data through {as_of.day} {as_of:%b %Y} · as decided on" in text


def test_report_opens_from_disk_and_fits_paper(browser: Browser, desk: Desk) -> None:
    text = report(desk)
    assert not re.search(r"<script|<link|@import|url\(|(?:src|href)=\"(?:https?:)?//", text)
    with opened(browser, (desk.folder / "report.html").as_uri(), offline=True) as page:
        assert page.locator("section svg").count() >= 3
        for width in (688, 699):  # of A4 and Letter between their margins, in CSS pixels
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(media="print")
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_quarter_without_an_archive_is_read_from_the_published_file(
    desk: Desk, tmp_path: Path
) -> None:
    other = desk.copy(tmp_path / "desk")
    for name in archive(other):
        (other.folder / name).unlink()
    quarter = quarters(desk)[0]
    assert (
        other.run("report", "--quarter", quarter).out
        == desk.run("report", "--quarter", quarter).out
    )
    done = desk.run("report", "--quarter", "1999-Q1")
    assert (done.code, done.problem) == (
        64,
        "no answer is published about 1999-Q1; see `headway answers`",
    )
