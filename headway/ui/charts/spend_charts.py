"""Spend charts: stacked bars, waterfall, fan and monthly lines."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd

from headway.ui.charts.figure import (
    COLOURS,
    DASHES,
    GREY,
    Drawing,
    Figure,
    base_layout,
    drawing,
    horizontal_bars,
    pattern,
    with_legend,
)
from headway.ui.charts.time_series import Chart, time_layout
from queries.sql_files import Row
from queries.statistics.windows import Event
from queries.text.periods import month_name
from queries.text.sentences import Axis, day, dollars
from queries.text.spend_text import PARTS, signed

#: patterns of stacked bars; provisional spend is hatched
PATTERNS, HATCHED = ("", ".", "x", "-", "+", "|"), "/"
SHADE = "rgba(132, 130, 127, 0.28)"  # transparent grey
#: room beside the bars for their labels, as a share of the axis, and pixels of a row
HEADROOM, ROW = 0.35, 32
DOLLARS = Axis("dollars", 1)
#: days of a month that the fan names
FAN_DAYS = (8, 15, 22, 29)
Rows = Sequence[Row]


def stacked(chart: Chart, rows: pd.DataFrame, step: str, hatched: str) -> Drawing:
    """Return stacked bars by name for each week or month (``step``).

    The rows have start_on, place (the order of names), name, final_usd and provisional_usd;
    ``hatched`` explains provisional spend.
    """
    names = [f"{name}" for name in rows.sort_values("place")["name"].drop_duplicates()]
    traces = []
    for index, name in enumerate(names):
        own = rows[rows["name"] == name]
        traces.append(_stack(name, own, "final_usd", index))
        provisional = own[own["provisional_usd"] != 0]
        if len(provisional):
            traces.append(_stack(name, provisional, "provisional_usd", index))
    months = _month_range(rows["start_on"].tolist())
    if step == "month":
        chart = _without_early_events(chart, months[0])
    layout = _layout(chart, names) | {"barmode": "relative", "bargap": 0.25}
    if step == "month":
        layout["xaxis"] |= {"hoverformat": "%B %Y", "range": months}
    amounts = rows["final_usd"] + rows["provisional_usd"]
    totals = amounts.groupby(rows["start_on"]).sum()
    by_name = [f"{name} {dollars(amounts[rows['name'] == name].sum())}" for name in names]
    alt = (
        f"Stacked bars by {step}. {chart.title}, {chart.origin}. {len(totals)} {step}s, from "
        f"{dollars(totals.iloc[0])} to {dollars(totals.iloc[-1])}, together "
        f"{dollars(totals.sum())}: {', '.join(by_name)}."
    )
    notes = [f"Hatched: {hatched}."] if (rows["provisional_usd"] != 0).any() else []
    return drawing(traces, layout, alt, notes)


def _stack(name: str, rows: pd.DataFrame, column: str, index: int) -> Figure:
    is_final = column == "final_usd"
    rows = rows[rows[column] != 0]
    return {
        "type": "bar",
        "name": name,
        "legendgroup": name,
        "showlegend": is_final,
        "x": [f"{moment:%Y-%m-%d}" for moment in rows["start_on"]],
        "y": rows[column].tolist(),
        "hovertemplate": f"%{{y:$,.0f}}{'' if is_final else ', provisional'}",
        "marker": {
            "color": COLOURS[index],
            "pattern": pattern(PATTERNS[index] if is_final else HATCHED),
            "opacity": 1 if is_final else 0.6,
        },
    }


def waterfall(title: str, origin: str, row: Row, before: str, after: str) -> Drawing:
    """Return the parts of a change as steps between the bars of two quarters."""
    steps = {word: float(row[part]) for part, word in PARTS.items() if abs(row[part]) >= 0.005}
    names = [before, *steps, after]
    values = [float(row["before_usd"]), *steps.values(), float(row["after_usd"])]
    texts = [dollars(values[0]), *map(signed, steps.values()), dollars(values[-1])]
    trace = {
        "type": "waterfall",
        "orientation": "h",
        "y": names,
        "x": values,
        "text": texts,
        "textposition": "outside",
        "cliponaxis": False,
        "constraintext": "none",
        "textfont": {"size": 11},
        "measure": ["absolute", *["relative"] * len(steps), "total"],
        "hoverinfo": "y+text",
        "increasing": {"marker": {"color": COLOURS[1]}},
        "decreasing": {"marker": {"color": COLOURS[2]}},
        "totals": {"marker": {"color": COLOURS[0]}},
        "connector": {"line": {"color": GREY, "width": 1}},
    }
    levels = [*pd.Series(values[:-1]).cumsum(), values[-1]]
    layout = base_layout(title, origin, ROW * len(names))
    low, high = min(0, *levels), max(levels)
    room = HEADROOM * (high - low)
    layout["xaxis"] |= {"visible": False, "range": [low - room * (low < 0), high + room]}
    layout["yaxis"] |= {"type": "category", "autorange": "reversed", "showgrid": False, "ticks": ""}
    steps_text = ", ".join(f"{name} {text}" for name, text in zip(names, texts, strict=True))
    return drawing([trace], layout, f"Waterfall. {title}, {origin}: {steps_text}.")


def fan(chart: Chart, rows: Rows, breach_on: date | None) -> Drawing:
    """Return cumulative spend of a month and its forecast with the interval."""
    spent = [row for row in rows if row["spent_usd"] is not None]
    final = [row for row in spent if not row["is_provisional"]]
    ahead = [row for row in rows if row["expected_usd"] is not None]
    interval = [row for row in ahead if row["lo_usd"] is not None]
    budgets = [row for row in rows if row["budget_usd"] is not None]
    traces = _band(interval) if interval else []
    traces.append(_line("spent", final, "spent_usd", 0, {"width": 3}))
    if len(final) < len(spent):
        provisional = spent[max(len(final) - 1, 0) :]
        style = {"width": 3, "dash": "dot"}
        traces.append(_line("spent, provisional", provisional, "spent_usd", 0, style))
    style = {"dash": "dash", "width": 2.5}
    traces.append(_line("expected", ahead, "expected_usd", 6, style))
    if budgets:
        traces.append(_line("budget", budgets, "budget_usd", 5, {"dash": "dot", "width": 2}))
    if breach_on:
        breach = Event(f"over budget on {breach_on:%-d %b}", breach_on, timedelta(0))
        chart = replace(chart, events=[breach])
    names = [trace["name"] for trace in traces if trace.get("showlegend", True)]
    layout = _layout(chart, names)
    days = [f"{row['day']:%Y-%m-%d}" for row in rows if row["day"].day in FAN_DAYS]
    layout["xaxis"] |= {
        "hoverformat": "%-d %b %Y",
        "tickvals": days,
        "ticktext": [f"{date.fromisoformat(text):%-d %b}" for text in days],
        "range": [f"{rows[0]['day']:%Y-%m-%d}", f"{rows[-1]['day']:%Y-%m-%d}"],
    }
    texts = [f"Fan chart. {chart.title}, {chart.origin}."]
    if spent:
        texts.append(f"Spent through {day(spent[-1]['day'])}: {dollars(spent[-1]['spent_usd'])}.")
    if ahead:
        texts.append(f"Expected at the end: {dollars(ahead[-1]['expected_usd'])}.")
    if interval:
        low, high = (dollars(interval[-1][name]) for name in ("lo_usd", "hi_usd"))
        texts.append(f"80 % interval: {low} to {high}.")
    if budgets:
        texts.append(f"Budget: {dollars(budgets[0]['budget_usd'])}.")
    return drawing(traces, layout, " ".join(texts))


def _band(rows: Rows) -> list[Figure]:
    """Return an invisible lower edge and an upper edge filled down to it."""
    shared = {
        "type": "scatter",
        "mode": "lines",
        "x": [f"{row['day']:%Y-%m-%d}" for row in rows],
        "line": {"width": 0},
        "hoverinfo": "skip",
    }
    low = {"y": [row["lo_usd"] for row in rows], "showlegend": False}
    high = {
        "y": [row["hi_usd"] for row in rows],
        "name": "80 % interval",
        "legendrank": 2000,
        "fill": "tonexty",
        "fillcolor": SHADE,
    }
    return [shared | low, shared | high]


def by_month(chart: Chart, rows: Rows, columns: Mapping[str, str]) -> Drawing:
    """Return monthly lines by name of series; partial months are hollow."""
    traces, texts = [], [f"Line chart. {chart.title}, {chart.origin}."]
    for index, (name, column) in enumerate(columns.items()):
        known = [row for row in rows if row[column] is not None]
        style = {"width": 2.5 - index / 2, "dash": DASHES[index]}
        markers = {
            "mode": "lines+markers",
            "hovertemplate": f"%{{y:{chart.axis.form}}}",
            "marker": {
                "size": 8,
                "color": COLOURS[index],
                "symbol": ["circle-open" if row["is_partial"] else "circle" for row in known],
            },
        }
        traces.append(_line(name, known, column, index, style, "month") | markers)
        ends = [
            f"{chart.axis.number(row[column])} in {month_name(row['month'])}"
            for row in (known[0], known[-1])
        ]
        texts.append(f"{name}: {len(known)} months, {', '.join(ends)}.")
    months = _month_range([row["month"] for row in rows])
    layout = _layout(_without_early_events(chart, months[0]), list(columns))
    layout["yaxis"]["tickformat"] = chart.axis.form
    layout["xaxis"] |= {"hoverformat": "%B %Y", "range": months}
    has_partial = any(row["is_partial"] for row in rows)
    return drawing(traces, layout, " ".join(texts), ["Hollow: partial month."] * has_partial)


def ranked(title: str, origin: str, amounts: Sequence[tuple[str, float]]) -> Drawing:
    """Return one bar for each name with its dollars."""
    texts = [dollars(amount) for _, amount in amounts]
    return horizontal_bars(title, origin, amounts, texts, ROW * len(amounts))


def _line(
    name: str,
    rows: Rows,
    column: str,
    colour: int,
    style: Mapping[str, Any],
    date_column: str = "day",
) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": html.escape(name),
        "x": [f"{row[date_column]:%Y-%m-%d}" for row in rows],
        "y": [float(row[column]) for row in rows],
        "line": {"color": COLOURS[colour], **style},
        "hovertemplate": "%{y:$,.0f}",
    }


def _layout(chart: Chart, names: Sequence[str]) -> Figure:
    """Return the layout over time with an axis from zero and a legend of some names."""
    layout = time_layout(chart)
    return with_legend(layout, names) if list(names) != [chart.title] else layout


def _without_early_events(chart: Chart, start: str) -> Chart:
    """Return the chart without events before a day, which have no room for their names."""
    return replace(chart, events=[event for event in chart.events if f"{event.on}" > start])


def _month_range(starts: Sequence[date]) -> list[str]:
    """Return the ends of an axis of months, half a bar beyond them."""
    half = timedelta(days=17)
    return [f"{min(starts) - half:%Y-%m-%d}", f"{max(starts) + half:%Y-%m-%d}"]
