"""Figures show gaps as gaps, and have a text alternative."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from headway.ui.charts import durations, time_series
from headway.ui.charts.durations import Curve, Life
from headway.ui.charts.time_series import Chart, Line, Point
from headway.ui.parts.text import escape
from queries.statistics.windows import Event, Window
from queries.text.sentences import Axis


def test_gaps_stay_and_partial_weeks_are_hollow() -> None:
    monday = date(2026, 1, 5)
    weeks = [
        Point(
            monday + timedelta(weeks=nth),
            monday + timedelta(weeks=nth + 1),
            value,
            2 if value else 0,
            nth == 3,
        )
        for nth, value in enumerate([2.0, None, 4.0, 8.0])
    ]
    period = Window(monday, monday + timedelta(weeks=4))
    event = Event("Agents <b>", monday + timedelta(weeks=1), timedelta(days=28))
    drawn = time_series.lines(
        Chart("Age", "median", Axis("days", 1), period, [Line("all", True, weeks)], [event])
    )
    trace, layout = drawn.figure["data"][0], drawn.figure["layout"]
    assert trace["y"] == [2.0, None, 4.0, 8.0] and trace["connectgaps"] is False
    assert trace["marker"]["symbol"] == ["circle", "circle", "circle", "circle-open"]
    assert layout["shapes"][0]["x0"] == f"{event.on}"
    assert layout["annotations"][0]["text"] == "Agents &lt;b&gt;"
    assert (
        "3 weeks with a value, from 2.0 to 8.0 days" in drawn.alt
        and "Marked: Agents <b>" in drawn.alt
    )


def test_amounts_have_their_sign_and_missing_weeks_are_named() -> None:
    monday = date(2026, 1, 5)
    weeks = [
        Point(monday + timedelta(weeks=nth), monday + timedelta(weeks=nth + 1), value, 5, False)
        for nth, value in enumerate([1234.5, None, 7.25, 300.0])
    ]
    quarter = Point(monday, monday + timedelta(weeks=4), 144.4, 20, False)
    period = Window(monday, monday + timedelta(weeks=4))
    axis = Axis("dollars per outcome", 1)
    cost = Line("Cost per outcome", True, weeks, [quarter])
    alone = time_series.lines(Chart("Cost per outcome", "by week", axis, period, [cost], []))
    assert (
        "from $1,234 to $300 per outcome, lowest $7.25, highest $1,234. By quarter: $144."
        in alone.alt
    )
    assert [trace["text"] for trace in alone.figure["data"] if "text" in trace] == [["$144"]]
    assert alone.figure["layout"]["yaxis"]["tickformat"] == "$,.2~f"
    assert (
        alone.notes[-1]
        == "No value for the weeks of 12 Jan 2026: too few outcomes, or incomplete spend."
    )
    two = time_series.lines(
        Chart(
            "Both", "by week", axis, period, [cost, Line("other", False, weeks[:1], [quarter])], []
        )
    )
    assert "for the weeks of 12 Jan 2026 (Cost per outcome): too few" in two.notes[-1]


def test_median_that_is_not_reached_is_noted() -> None:
    monday = date(2026, 1, 5)
    weeks = [Point(monday, monday + timedelta(weeks=1), None, 5, False)]
    period = Window(monday, monday + timedelta(weeks=1))
    line = Line("Cycle time", True, weeks)
    drawn = time_series.lines(Chart("Cycle time", "median", Axis("days", 1), period, [line], []))
    assert drawn.notes == (
        "No median for the weeks of 5 Jan 2026: fewer than half of the items are finished.",
    )


def test_curves_end_with_their_data_and_lives_show_their_decision() -> None:
    now, before = (
        Curve("now", [1.0, 30.0, 180.0], [0.25, 0.5, 0.5], [4, 3, 2]),
        Curve("before", [], [], []),
    )
    drawn = durations.incidence("Closed", "share", [now, before], [30, 90], 180)
    assert drawn.figure["data"][0]["y"] == [0, 25, 50, 50]
    assert "now: 50 % within 30 days, 50 % within 90 days" in drawn.alt
    assert drawn.notes[0] == "Still observed after 0, 30, 90 days: 4, 3, 2 (now); 0, 0, 0 (before)."
    start = datetime(2026, 1, 5)
    lives = [
        Life("one", start, None, "killed", start),
        Life("<two>", start, start, None, start + timedelta(days=9)),
    ]
    drawn = durations.lifecycle("Lives", "from", lives, Window(date(2026, 1, 1), date(2026, 2, 1)))
    markers = {
        trace["name"]: trace["marker"]["symbol"]
        for trace in drawn.figure["data"]
        if "name" in trace
    }
    assert markers.keys() == {"started", "shipped", "killed", "not decided"}
    assert len(set(markers.values())) == 4
    assert drawn.figure["layout"]["annotations"][1]["text"] == "&lt;two&gt;"
    assert "2 were active: 1 shipped, 1 killed, 1 not decided. The newest: <two>" in drawn.alt


def test_names_are_escaped() -> None:
    assert escape("a_b *c* :red[d] $x$ <b>") == r"a\_b \*c\* \:red\[d\] \$x\$ \<b\>"
