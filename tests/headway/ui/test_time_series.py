"""Figures show gaps as gaps, and have a text alternative."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from headway.ui.charts import durations, time_series
from headway.ui.charts.durations import Curve, Life
from headway.ui.charts.figure import Drawing
from headway.ui.charts.quarters import quarter_levels
from headway.ui.charts.scale import month_ticks
from headway.ui.charts.time_series import Chart, Line, Point
from headway.ui.parts.text import escape
from queries.read.expectations import Target
from queries.statistics.windows import CLOSED, Event, Window
from queries.text.sentences import Axis

MONDAY = date(2026, 6, 29)
AUTUMN = date(2026, 9, 28)
DAYS = Axis("days", 1)
FIVE = Target(5.0, date(2026, 12, 31))


def weeks(values: list[float | None]) -> list[Point]:
    """Return weeks from the start of 2026-Q3 with values; the last is partial."""
    return [
        Point(
            MONDAY + timedelta(weeks=nth),
            MONDAY + timedelta(weeks=nth + 1),
            value,
            2 if value else 0,
            nth == len(values) - 1,
        )
        for nth, value in enumerate(values)
    ]


def levels(*values: float | None) -> list[Point]:
    """Return the second and third quarter of 2026 and the fourth, which is not over."""
    starts = [date(2026, 3, 30), MONDAY, AUTUMN, date(2026, 12, 28)]
    return [
        Point(start, end, value, 20, start == AUTUMN)
        for start, end, value in zip(starts, starts[1:], values, strict=False)
    ]


def drawn(chart: Chart, is_weekly: bool = False) -> Drawing:
    """Return the chart of quarters, which must exist."""
    result = quarter_levels(chart, is_weekly)
    assert result
    return result


def test_quarters_are_levels_with_names_and_the_running_one_is_dashed() -> None:
    period = Window(date(2026, 4, 1), date(2026, 11, 30))
    event = Event("Agents <b>", MONDAY, timedelta(days=28))
    line = Line("Age", True, (), levels(4.0, 5.0, 6.0))
    drawing = drawn(Chart("Age", "median", DAYS, period, [line], [event], result="5 days"))
    closed, running = drawing.figure["data"]
    assert closed["y"] == [4.0, 4.0, 4.0, None, 5.0, 5.0, 5.0, None]
    assert "dash" not in closed["line"] and running["line"]["dash"] == "dash"
    assert running["opacity"] < closed["opacity"]
    assert running["text"][0] == "Q4 2026 so far: 6.0 days (n = 20)"
    layout = drawing.figure["layout"]
    assert layout["xaxis"]["ticktext"] == ["Q2<br>2026", "Q3", "Q4<br>so far"]
    assert layout["shapes"][0]["x0"] == 1, "the rollout is at the start of the third quarter"
    texts = [label["text"] for label in layout["annotations"]]
    assert texts == ["4.0", "5.0", "6.0", "Agents &lt;b&gt;"]
    assert (
        layout["title"]["text"].startswith("5 days<br>")
        and "Age: days" in drawing.figure["layout"]["title"]["text"]
    )
    assert drawing.notes == (
        "Dashed: the quarter is not over.",
        "The axis starts at 3.0 days, not at zero.",
    )
    assert "By quarter: 4.0, 5.0, 6.0." in drawing.alt and "Marked: Agents <b>" in drawing.alt


def test_weeks_have_gaps_and_partial_ones_are_hollow() -> None:
    period = Window(MONDAY, MONDAY + timedelta(weeks=4))
    line = Line("all", True, weeks([2.0, None, 4.0, 8.0]))
    drawing = drawn(Chart("Age", "median", DAYS, period, [line]))
    (trace,) = drawing.figure["data"]
    assert trace["y"] == [2.0, None, 4.0, 8.0] and trace["connectgaps"] is False
    assert trace["marker"]["symbol"] == ["circle", "circle", "circle", "circle-open"]
    assert trace["x"] == [0.0, 0.0769, 0.1538, 0.2308], "a quarter is one wide"
    assert "3 weeks with a value, from 2.0 to 8.0 days" in drawing.alt


def test_weeks_are_drawn_on_demand() -> None:
    period = Window(MONDAY, AUTUMN)
    chart = Chart("Age", "median", DAYS, period, [Line("all", True, weeks([2.0]), levels(4.0))])
    assert [trace["mode"] for trace in drawn(chart).figure["data"]] == ["lines"]
    weekly = drawn(chart, is_weekly=True).figure["data"]
    assert [trace["mode"] for trace in weekly] == ["lines+markers", "lines"]


def test_a_chart_of_zeros_is_not_drawn() -> None:
    line = Line("all", True, weeks([0.0, 0.0]), levels(0.0, 0.0))
    assert quarter_levels(Chart("Age", "median", DAYS, Window(MONDAY, AUTUMN), [line])) is None


def test_axis_fits_shares_and_target_is_drawn() -> None:
    period = Window(date(2026, 4, 1), date(2026, 11, 30))
    line = Line("Failures", True, (), levels(3.0, 18.0, 9.0))
    chart = Chart("Failures", "share", Axis("%", 100), period, [line], target=FIVE)
    layout = drawn(chart).figure["layout"]
    assert layout["yaxis"]["tickvals"] == [0, 5, 10, 15, 20]
    assert layout["yaxis"]["range"][0] == 0 and layout["yaxis"]["range"][1] < 25
    assert layout["shapes"][-1]["y0"] == 5.0
    assert layout["annotations"][-1]["text"] == "Dotted: target 5 by 31 Dec 2026"


def test_bars_have_the_target_below_their_highest_value() -> None:
    period = Window(MONDAY, MONDAY + timedelta(weeks=2))
    line = Line("Deployments", True, weeks([2.0, 3.0]))
    chart = Chart("Deployments", "a week", Axis("a week", 1), period, [line], target=FIVE)
    drawing = time_series.bars(chart)
    layout = drawing.figure["layout"]
    assert layout["shapes"][-1]["y0"] == 5.0 and layout["yaxis"]["range"] == [0.0, 5.75]
    assert "target 5.0 by 31 Dec 2026." in drawing.alt


def test_closed_periods_are_grey_and_named_below_the_chart() -> None:
    period = Window(MONDAY, date(2026, 11, 30))
    summer = Event("Summer", date(2026, 8, 10), timedelta(days=14), CLOSED)
    model = Event("most spend on m-2", date(2026, 8, 17), timedelta(0), "model change")
    line = Line("Age", True, weeks([2.0]), levels(None, 5.0, 6.0))
    chart = Chart("Age", "median", DAYS, period, [line], [summer, model])
    for drawing, ends in (
        (drawn(chart), (1 + 42 / 91, 1 + 56 / 91)),
        (time_series.bars(chart), ("2026-08-10", "2026-08-24")),
    ):
        layout = drawing.figure["layout"]
        closed = next(shape for shape in layout["shapes"] if shape["type"] == "rect")
        assert (closed["x0"], closed["x1"]) == ends
        assert [shape["type"] for shape in layout["shapes"]] == ["rect", "line"]
        labels = [label["text"] for label in layout["annotations"]]
        assert "most spend on m-2" in labels and "Summer" not in labels
        note = "Grey, without a line: closed, Summer (10 Aug 2026 to 23 Aug 2026)."
        assert note in drawing.notes and note in drawing.alt


def test_values_and_names_of_close_lines_are_apart() -> None:
    period = Window(date(2026, 4, 1), date(2026, 11, 30))
    lines = [
        Line("within 7 days", True, (), levels(92.0, 93.0)),
        Line("within 14 days", False, (), levels(94.0, 95.0)),
        Line("within 1 day", False, (), levels(30.0, 35.0)),
    ]
    layout = drawn(Chart("Merged", "share", Axis("%", 100), period, lines)).figure["layout"]
    values = [label for label in layout["annotations"] if label["text"] in ("92", "93")]
    assert all(label["yshift"] < 0 for label in values), "below, as the other line is above"
    names = [label for label in layout["annotations"] if label.get("xshift")]
    scale = layout["yaxis"]["range"]
    heights = [
        230 * (label["y"] - scale[0]) / (scale[1] - scale[0]) + label["yshift"] for label in names
    ]
    assert abs(heights[0] - heights[1]) >= 14


def test_months_are_named_once() -> None:
    days, names = month_ticks(Window(date(2025, 9, 1), date(2025, 12, 1)))
    assert days == ["2025-09-01", "2025-10-01", "2025-11-01"]
    assert names == ["Sep<br>2025", "Oct", "Nov"]
    _, year = month_ticks(Window(date(2025, 12, 1), date(2026, 11, 30)))
    assert year == ["Jan<br>2026", "Mar", "May", "Jul", "Sep", "Nov"]


def test_amounts_have_their_sign_and_missing_weeks_are_named() -> None:
    values = weeks([1234.5, None, 7.25, 300.0])
    values[1] = Point(values[1].start_on, values[1].end_on, None, 5, False)
    quarter = Point(MONDAY, AUTUMN, 144.4, 20, False)
    period = Window(MONDAY, MONDAY + timedelta(weeks=4))
    axis = Axis("dollars per outcome", 1)
    cost = Line("Cost per outcome", True, values, [quarter])
    alone = drawn(Chart("Cost per outcome", "by week", axis, period, [cost], []), is_weekly=True)
    assert (
        "from $1,234 to $300 per outcome, lowest $7.25, highest $1,234. By quarter: $144."
        in alone.alt
    )
    assert [label["text"] for label in alone.figure["layout"]["annotations"]] == ["$144"]
    assert alone.figure["layout"]["yaxis"]["tickformat"] == "$,.2~f"
    assert (
        alone.notes[-1]
        == "No value for the weeks of 6 Jul 2026: too few outcomes, or incomplete spend."
    )
    lines = [cost, Line("other", False, values[:1], [quarter])]
    two = drawn(Chart("Both", "by week", axis, period, lines, []), is_weekly=True)
    assert "for the weeks of 6 Jul 2026 (Cost per outcome): too few" in two.notes[-1]


def test_curves_end_with_their_data_and_lives_show_their_decision() -> None:
    now, before = (
        Curve("now", [1.0, 30.0, 180.0], [0.25, 0.5, 0.5], [4, 3, 2]),
        Curve("before", [], [], []),
    )
    curves = durations.incidence("Closed", "share", [now, before], [30, 90], 180)
    assert curves.figure["data"][0]["y"] == [0, 25, 50, 50]
    assert "now: 50 % within 30 days, 50 % within 90 days" in curves.alt
    assert (
        curves.notes[0] == "Still observed after 0, 30, 90 days: 4, 3, 2 (now); 0, 0, 0 (before)."
    )
    start = datetime(2026, 1, 5)
    lives = [
        Life("one", start, None, "killed", start),
        Life("<two>", start, start, None, start + timedelta(days=9)),
    ]
    drawing = durations.lifecycle(
        "Lives", "from", lives, Window(date(2026, 1, 1), date(2026, 2, 1))
    )
    markers = {
        trace["name"]: trace["marker"]["symbol"]
        for trace in drawing.figure["data"]
        if "name" in trace
    }
    assert markers.keys() == {"started", "shipped", "killed", "not decided"}
    assert len(set(markers.values())) == 4
    assert drawing.figure["layout"]["annotations"][1]["text"] == "&lt;two&gt;"
    assert "2 were active: 1 shipped, 1 killed, 1 not decided. The newest: <two>" in drawing.alt


def test_names_are_escaped() -> None:
    assert escape("a_b *c* :red[d] $x$ <b>") == r"a\_b \*c\* \:red\[d\] \$x\$ \<b\>"
