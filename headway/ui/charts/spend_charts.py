"""Charts of money: stacked bars by week or month, the split of a change, a fan of what is to come, bars by name."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd

from headway.ui.charts.time_series import (
    COLOURS,
    DASHES,
    GREY,
    Chart,
    Drawing,
    Event,
    Figure,
    Line,
    Point,
    layout,
    over_time,
)
from queries.read.listings import Row
from queries.statistics.windows import Window
from queries.text.sentences import Axis, day, dollars
from queries.text.spend_text import PARTS, month_name, signed

#: patterns of bars that stand on each other; what may still change is hatched
PATTERNS, HATCHED = ("", ".", "x", "-", "+", "|"), "/"
SHADE = "rgba(132, 130, 127, 0.28)"  # the grey of figures, see-through on both backgrounds
AXIS = Axis("dollars", 1)
Rows = Sequence[Row]


@dataclass(frozen=True)
class Frame:
    """What a chart over time shares: title, what is said under it, the period, and the events it marks."""

    title: str
    origin: str
    period: Window
    events: Sequence[Event] = ()


def stacked(frame: Frame, result: pd.DataFrame, step: str, hatched: str) -> Drawing:
    """Return bars on each other by name, one for each ``step`` (week or month); ``hatched`` says what is drawn so.

    The rows have start_on, place (the order of names), name, final_usd and provisional_usd.
    """
    names = [f"{name}" for name in dict.fromkeys(result.sort_values("place")["name"])]
    traces: list[Figure] = []
    for place, name in enumerate(names):
        of_name = result[result["name"] == name]
        looks = (
            ("final_usd", PATTERNS[place], ""),
            ("provisional_usd", HATCHED, ", may still change"),
        )
        for column, pattern, more in looks:
            some = of_name[of_name[column] != 0]
            if len(some) or column == "final_usd":
                traces.append(
                    {
                        "type": "bar",
                        "name": name,
                        "legendgroup": name,
                        "showlegend": column == "final_usd",
                        "x": [f"{moment:%Y-%m-%d}" for moment in some["start_on"]],
                        "y": some[column].tolist(),
                        "hovertemplate": f"%{{y:$,.0f}}{more}",
                        "marker": {
                            "color": COLOURS[place],
                            "pattern": {"shape": pattern, "fillmode": "overlay", "size": 6},
                            "opacity": 0.6 if more else 1,
                        },
                    }
                )
    months = _months(result["start_on"].tolist())
    if step == "month":
        frame = _after(frame, months[0])
    drawn = _over_time(frame, names) | {"barmode": "relative", "bargap": 0.25}
    drawn["legend"] |= {"traceorder": "normal"}
    if step == "month":
        drawn["xaxis"] |= {"hoverformat": "%B %Y", "range": months}
    totals = result.groupby("start_on")[["final_usd", "provisional_usd"]].sum().sum(axis=1)
    message = f"Stacked bars by {step}. {frame.title}, {frame.origin}. {len(totals)} {step}s, "
    message += f"from {dollars(totals.iloc[0])} to {dollars(totals.iloc[-1])}, together {dollars(totals.sum())}: "
    both = result["final_usd"] + result["provisional_usd"]
    message += (
        ", ".join(f"{name} {dollars(both[result['name'] == name].sum())}" for name in names) + "."
    )
    notes = (f"Hatched: {hatched}.",) if (result["provisional_usd"] != 0).any() else ()
    return Drawing({"data": traces, "layout": drawn}, message, notes)


def waterfall(title: str, origin: str, row: Row, before: str, after: str) -> Drawing:
    """Return the parts of a change as steps from one quarter's bar to the other's."""
    steps = {word: float(row[part]) for part, word in PARTS.items() if abs(row[part]) >= 0.005}
    names = [before, *steps, after]
    values = [float(row["before_usd"]), *steps.values(), float(row["after_usd"])]
    texts = [dollars(values[0]), *map(signed, steps.values()), dollars(values[-1])]
    trace = {
        "type": "waterfall",
        "x": names,
        "y": values,
        "text": texts,
        "textposition": "outside",
        "cliponaxis": False,
        "constraintext": "none",
        "textfont": {"size": 11},
        "measure": ["absolute", *["relative"] * len(steps), "total"],
        "hoverinfo": "x+text",
        "increasing": {"marker": {"color": COLOURS[1]}},
        "decreasing": {"marker": {"color": COLOURS[2]}},
        "totals": {"marker": {"color": COLOURS[0]}},
        "connector": {"line": {"color": GREY, "width": 1}},
    }
    drawn = layout(title, origin, 350)
    levels, level = [values[0], values[-1]], values[0]
    for value in steps.values():
        level += value
        levels.append(level)
    drawn["yaxis"] |= {"tickformat": "$,.0f", "range": [min(0, *levels) * 1.15, max(levels) * 1.15]}
    drawn["xaxis"] |= {"type": "category", "automargin": True}
    message = ", ".join(f"{name} {text}" for name, text in zip(names, texts, strict=True))
    return Drawing({"data": [trace], "layout": drawn}, f"Waterfall. {title}, {origin}: {message}.")


def fan(frame: Frame, rows: Rows, breach_on: date | None) -> Drawing:
    """Return what a month cost through each day, and what it will have cost, as a line with its interval around it."""
    spent = [row for row in rows if row["spent_usd"] is not None]
    ahead = [row for row in rows if row["expected_usd"] is not None]
    reported = [row for row in ahead if row["lo_usd"] is not None]
    fixed: Figure = {"type": "scatter", "mode": "lines"}
    traces: list[Figure] = []
    if reported:
        band = {
            "x": [f"{row['day']:%Y-%m-%d}" for row in reported],
            "line": {"width": 0},
            "hoverinfo": "skip",
        }
        traces.append(
            fixed | band | {"y": [row["lo_usd"] for row in reported], "showlegend": False}
        )
        shade = {"name": "80 % interval", "legendrank": 2000, "fill": "tonexty", "fillcolor": SHADE}
        traces.append(fixed | band | shade | {"y": [row["hi_usd"] for row in reported]})
    final = [row for row in spent if not row["is_provisional"]]
    traces.append(_line("spent", final, "spent_usd", 0, {"width": 3}))
    if len(final) < len(spent):
        open_days = spent[max(len(final) - 1, 0) :]
        traces.append(
            _line("spent, may still change", open_days, "spent_usd", 0, {"width": 3, "dash": "dot"})
        )
    traces.append(_line("expected", ahead, "expected_usd", 6, {"dash": "dash", "width": 2.5}))
    budgets = [row for row in rows if row["budget_usd"] is not None]
    if budgets:
        traces.append(_line("budget", budgets, "budget_usd", 5, {"dash": "dot", "width": 2}))
    drawn = _over_time(frame, ["spent", "expected"])
    drawn["legend"] |= {"traceorder": "normal"}
    drawn["xaxis"] |= {
        "hoverformat": "%-d %b %Y",
        "tickformat": "%-d %b",
        "nticks": 8,
        "range": [f"{rows[0]['day']:%Y-%m-%d}", f"{rows[-1]['day']:%Y-%m-%d}"],
    }
    if breach_on:
        drawn["shapes"] = [
            {
                "type": "line",
                "x0": f"{breach_on}",
                "x1": f"{breach_on}",
                "y0": 0,
                "y1": 1,
                "yref": "paper",
            }
            | {"layer": "below", "line": {"color": GREY, "width": 1.5, "dash": "dash"}}
        ]
        middle = rows[len(rows) // 2]["day"]
        drawn["annotations"] = [
            {
                "x": f"{breach_on}",
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "showarrow": False,
                "xanchor": "left" if breach_on < middle else "right",
                "text": f"over budget on {day(breach_on)}",
                "font": {"size": 12},
            }
        ]
    message = [f"Fan chart. {frame.title}, {frame.origin}."]
    message += (
        [f"Spent through {day(spent[-1]['day'])}: {dollars(spent[-1]['spent_usd'])}."]
        if spent
        else []
    )
    message += [f"Expected at the end: {dollars(ahead[-1]['expected_usd'])}."] if ahead else []
    message += (
        [f"80 % interval: {dollars(reported[-1]['lo_usd'])} to {dollars(reported[-1]['hi_usd'])}."]
        if reported
        else []
    )
    message += [f"Budget: {dollars(budgets[0]['budget_usd'])}."] if budgets else []
    return Drawing({"data": traces, "layout": drawn}, " ".join(message))


def by_month(frame: Frame, axis: Axis, rows: Rows, lines: Mapping[str, str]) -> Drawing:
    """Return values of months as lines with markers, hollow where a month is not whole; ``lines`` names the columns."""
    traces: list[Figure] = []
    message = [f"Line chart. {frame.title}, {frame.origin}."]
    for index, (name, column) in enumerate(lines.items()):
        known_values = [row for row in rows if row[column] is not None]
        traces.append(
            _line(
                name,
                known_values,
                column,
                index,
                {"width": 2.5 - index / 2, "dash": DASHES[index]},
                "month",
            )
            | {
                "mode": "lines+markers",
                "hovertemplate": f"%{{y:{axis.form}}}",
                "marker": {
                    "size": 8,
                    "color": COLOURS[index],
                    "symbol": [
                        "circle-open" if row["is_partial"] else "circle" for row in known_values
                    ],
                },
            }
        )
        values = ", ".join(
            f"{axis.number(row[column])} in {month_name(row['month'])}"
            for row in (known_values[0], known_values[-1])
        )
        message.append(f"{name}: {len(known_values)} months, {values}.")
    months = _months([row["month"] for row in rows])
    drawn = _over_time(_after(frame, months[0]), list(lines), axis)
    drawn["yaxis"]["tickformat"] = axis.form
    drawn["xaxis"] |= {"hoverformat": "%B %Y", "range": months}
    notes = (
        ("Hollow: a month that is not whole.",) if any(row["is_partial"] for row in rows) else ()
    )
    return Drawing({"data": traces, "layout": drawn}, " ".join(message), notes)


def ranked(title: str, origin: str, amounts: Sequence[tuple[str, float]]) -> Drawing:
    """Return one bar for each name, in the order given, with its dollars beside it."""
    names, values = [name for name, _ in amounts], [value for _, value in amounts]
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": names,
        "x": values,
        "text": [dollars(value) for value in values],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": COLOURS[0]},
        "hoverinfo": "skip",
    }
    drawn = layout(title, origin, 110 + 32 * len(names))
    drawn["xaxis"] |= {"visible": False, "range": [min(0, *values) * 1.2, max(values) * 1.2]}
    drawn["yaxis"] |= {"type": "category", "autorange": "reversed", "showgrid": False, "ticks": ""}
    drawn["margin"] |= {"t": 56}
    message = ", ".join(f"{name}: {dollars(value)}" for name, value in amounts)
    return Drawing({"data": [trace], "layout": drawn}, f"Bar chart. {title}, {origin}. {message}.")


def _line(
    name: str, rows: Rows, column: str, colour: int, line: Mapping[str, Any], on: str = "day"
) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": html.escape(name),
        "x": [f"{row[on]:%Y-%m-%d}" for row in rows],
        "y": [float(row[column]) for row in rows],
        "line": {"color": COLOURS[colour], **line},
        "hovertemplate": "%{y:$,.0f}",
    }


def _over_time(frame: Frame, names: Sequence[str], axis: Axis = AXIS) -> Figure:
    """The house's layout over time, from nought."""
    none = [Point(frame.period.start_on, frame.period.end_on, None, 0, False)]
    lines = [Line(name, True, none) for name in names]
    drawn = over_time(Chart(frame.title, frame.origin, axis, frame.period, lines, frame.events))
    drawn["yaxis"].pop("range")
    return drawn


def _after(frame: Frame, start: str) -> Frame:
    """Without the events before a day, whose names would have no room."""
    return replace(frame, events=[event for event in frame.events if f"{event.on}" > start])


def _months(starts: Sequence[date]) -> list[str]:
    """The ends of an axis of months, half a bar beyond them."""
    half = timedelta(days=17)
    return [f"{min(starts) - half:%Y-%m-%d}", f"{max(starts) + half:%Y-%m-%d}"]
