"""Expectations through the command line: each state from an example worked out by hand.

From July to October the shop merges two reviewed changes a week: one by an agent, one in the docs
without a signal of AI. From April to June only the second. In each window of 13 weeks since July
agents have 13 of 26 changes, 50 %, or 75 % if half of the others were theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support.command import Desk
from tests.support.field import Repository, refreshed, review

AGENT = "copilot-swe-agent"
DOCS = [["docs/cart.md", 3, 1, "MODIFIED"]]
#: the last day of 13 whole weeks; the day from which the next ones count; the day of the data
AS_OF = "2026-11-15"
CLOSED, BEGUN = "by = 2026-09-27", "from = 2026-06-29"
DECIDED = (
    "select * exclude (position) from expectations "
    "where by_on = '2026-09-27' and decided_on is not null order by position"
)
#: metric, target and other keys of each expectation, with state and reason
EXPECTED = (
    # 50 % is reached; nothing is merged without a review, before and after
    ("offload_share", f"target = 0.5\n{CLOSED}", "met", "decided"),
    # even 75 % is less
    ("offload_share", f"target = 0.8\n{CLOSED}", "missed", "decided"),
    # 50 % is less, 75 % is enough
    (
        "offload_share",
        f"target = 0.6\n{CLOSED}",
        "cannot be told",
        "the target is between the bounds",
    ),
    # half of the reviews go to agents' changes now, none did before
    (
        "offload_share",
        f'target = 0.4\n{CLOSED}\nguardrail = "review_attention"',
        "not proven",
        "the guardrail became worse",
    ),
    # no change of an agent was merged before July, so its rework was not measured
    (
        "offload_share",
        f'target = 0.3\n{CLOSED}\nguardrail = "human_rework_share"',
        "not proven",
        "the guardrail cannot be measured",
    ),
    # 126 of the 273 days are over: 0.9 * 126 / 273 = 0.42, and 50 % is more
    (
        "offload_share",
        f"target = 0.9\n{BEGUN}\nby = 2027-03-28",
        "on course",
        "the interval reaches the line",
    ),
    # no docs are by agents, or half of 13 are: the line is at 0.98 * 126 / 154 = 0.80, and the
    # interval ends at 0.5 + 3.84 / (13 + 3.84) = 0.73
    (
        "offload_share",
        f'target = 0.98\n{BEGUN}\nby = 2026-11-29\ncategory = "docs"',
        "behind",
        "the interval is short of the line",
    ),
    # the line is at 0.98 * 126 / 154 = 0.80; the interval around 50 % ends at 0.68, that around
    # 75 % at 0.93
    (
        "offload_share",
        f"target = 0.98\n{BEGUN}\nby = 2026-11-29",
        "cannot be told",
        "the line is between the bounds",
    ),
    (
        "offload_share",
        f'target = 0.1\n{CLOSED}\ncategory = "migration"',
        "cannot be told",
        "too few items",
    ),
    ("offload_share", f'target = 0.5\n{CLOSED}\nowner = ""', "no owner", "nobody answers for it"),
    # what stays with people: all docs are theirs, or half of them
    (
        "offload_share",
        f'target = 0.5\n{CLOSED}\ncategory = "docs"\nat_most = true',
        "met",
        "decided",
    ),
)


def shop() -> Repository:
    """Return the shop with its weekly changes."""
    shop = Repository("acme/shop")
    shop.bots = {AGENT}
    shop.merge(1, "Old cart", at="2026-03-02T12:00:00Z")
    shop.merge(2, "Back out", at="2026-03-03T12:00:00Z", body="Reverts acme/shop#1")
    for week in range(31):
        monday = date(2026, 3, 30) + timedelta(weeks=week)
        tuesday = monday + timedelta(days=1)
        if monday >= date(2026, 6, 29):
            _merge(shop, 100 + week, f"Part {week}", monday, author=AGENT)
        _merge(shop, 200 + week, f"docs: part {week}", tuesday, files=DOCS)
    return shop


def _merge(shop: Repository, number: int, title: str, on: date, **kind: Any) -> None:
    at = f"{on}T12:00:00Z"
    shop.merge(number, title, at=at, reviews=[review("eve", f"{on}T10:00:00Z")], **kind)


def toml(expectation: tuple[str, str, str, str]) -> str:
    """Return the table of one expectation."""
    owner = "" if "owner" in expectation[1] else 'owner = "@cto"\n'
    return f'[[expectations]]\nmetric = "{expectation[0]}"\n{expectation[1]}\n{owner}\n'


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, schema_path: Path) -> Iterator[Desk]:
    """Yield a desk that has published the shop with its expectations."""
    folder = tmp_path_factory.mktemp("expectations")
    with refreshed([shop()], folder, schema_path, "".join(map(toml, EXPECTED))) as desk:
        assert desk.run("publish", "--as-of", AS_OF).code == 0
        yield desk


def rows_as_of(desk: Desk, columns: str) -> list[tuple[Any, ...]]:
    """Return columns of the expectations as of a Sunday, which tests do not move."""
    (file,) = (desk.folder / "data" / "snapshots").glob(f"as-of-{AS_OF}-*.duckdb")
    with duckdb.connect(str(file), read_only=True) as db:
        return db.execute(f"select {columns} from expectations order by position").fetchall()


def test_days_of_expectations_are_events(desk: Desk) -> None:
    rows = desk.rows("from events where kind = 'expectation' order by happened_on, name")
    assert len(rows) == 10  # the one without an owner expects the same as the first
    name = "Offload share of docs, at most 50 % by 27 Sep 2026"
    assert ("expectation", name, date(2026, 9, 27), None, None, None) in rows


def test_each_state_is_as_worked_out_by_hand(desk: Desk) -> None:
    rows = rows_as_of(desk, "metric, state, reason")
    assert rows == [(metric, state, reason) for metric, _, state, reason in EXPECTED]


def test_numbers_bounds_and_line_are_as_worked_out_by_hand(desk: Desk) -> None:
    columns = "value, least, most, n, needed, baseline, window_end::varchar, decided_on is null"
    rows = rows_as_of(desk, columns)
    assert rows[0] == (0.5, 0.5, 0.75, 26, 0.5, None, "2026-09-28", False)
    value, least, most, n, needed, baseline, end, is_open = rows[5]
    assert (value, least, most, n, baseline, end, is_open) == (
        0.5,
        0.5,
        0.75,
        26,
        0,
        "2026-11-02",
        True,
    )
    assert needed == pytest.approx(0.9 * 126 / 273)
    # Wilson's interval of 13 of 26 is 0.3206 to 0.6794; the upper end moves with the bound
    lo, hi = rows_as_of(desk, "lo, hi")[5]
    assert (lo, hi) == (pytest.approx(0.3206, abs=1e-4), pytest.approx(0.9294, abs=1e-4))
    # of the docs, all 13 of a window are without a signal
    assert rows[-1][:4] == (0, 0, 0.5, 13)


def test_check_names_missed_expectations(desk: Desk) -> None:
    done = desk.run("check")
    assert done.code == 3
    assert (
        "Offload share should be at least 80 % by 27 Sep 2026; it was 50 % to 75 % in the "
        "13 weeks to 27 Sep 2026, so it is missed." in done.err + done.out
    )
    assert done.err.count("so it is missed") + done.out.count("so it is missed") == 1


def test_decided_state_stays_when_rules_change(desk: Desk, tmp_path: Path) -> None:
    again = desk.copy(tmp_path / "again")
    before = again.rows(DECIDED)
    config = again.folder / "headway.toml"
    no_agents = "".join(
        f'[[ai_signals]]\nrule = "{rule}"\ntier = "high"\nfield = "{field}"\npattern = ""\n'
        'kind = "agent"\n'
        for rule, field in (("copilot-agent-login", "login"), ("copilot-name-email", "email"))
    )
    config.write_text(config.read_text(encoding="utf-8") + no_agents, encoding="utf-8")
    assert again.run("publish").code == 0
    after = again.rows(DECIDED)
    assert after == before
    assert len(before) == 7
    assert again.rows("select value from expectations where position = 6") == [(0,)]
    assert again.rows("select count(*) from pull_requests where authorship = 'agent'") == [(0,)]
