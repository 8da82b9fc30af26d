"""Charts of durations: ages, stock and flow, cumulative incidence and lifecycles."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from headway.ui.charts.figure import (
    COLOURS,
    LABEL_SIZE,
    Drawing,
    Figure,
    base_layout,
    drawing,
    horizontal_bars,
    pattern,
    vertical_line,
    with_legend,
)
from headway.ui.charts.scale import month_ticks, scale
from headway.ui.charts.time_series import Chart, partial_note, time_layout
from queries.statistics.windows import Window
from queries.text.sentences import closed_note, day

#: a lifecycle chart has at most this many rows
MAX_LIVES = 25
#: height of a row with its name, in pixels
ROW_HEIGHT = 32
#: letters of a name that fit on a phone
NAME_LENGTH = 46
#: colour and pattern of each way out of a stock
DEPARTURES = {"completed": (2, ""), "declined": (5, "/"), "unlabelled": (6, ".")}
#: colour and symbol of each decision
DECISIONS = {"kept": (2, "circle"), "killed": (5, "x"), "inconclusive": (6, "square")}


@dataclass(frozen=True)
class Flow:
    """Arrivals and departures of a week, and the stock at its end."""

    start_on: date
    end_on: date
    entered: int
    departed: dict[str, int]
    open: int

    @property
    def is_partial(self) -> bool:
        """Return whether the week is not over."""
        return self.end_on - self.start_on < timedelta(days=7)


@dataclass(frozen=True)
class Curve:
    """Cumulative incidence: steps of days, the share finished and the number at risk."""

    label: str
    days: Sequence[float]
    shares: Sequence[float]
    at_risk: Sequence[int]

    def at(self, days: float) -> tuple[float, int]:
        """Return the share finished by a day, and the number still at risk."""
        steps = list(zip(self.days, self.shares, self.at_risk, strict=True))
        share = max((share for step, share, _ in steps if step <= days), default=0.0)
        return share, max((n for step, _, n in steps if step >= days), default=0)


@dataclass(frozen=True)
class Life:
    """An experiment from start to decision; ``ends_at`` is the cutoff without a decision."""

    name: str
    started_at: datetime
    shipped_at: datetime | None
    decision: str | None
    ends_at: datetime


def ages(title: str, origin: str, counts: Sequence[tuple[str, int]]) -> Drawing:
    """Return one bar for each age band, the youngest on top."""
    return horizontal_bars(title, origin, counts, [f"{count}" for _, count in counts], 210)


def stock(chart: Chart, flows: Sequence[Flow]) -> Drawing:
    """Return the stock as a line, and weekly arrivals and departures as bars below.

    ``chart`` has the stock as its line.
    """
    ways = [way for way in DEPARTURES if any(flow.departed[way] for flow in flows)]
    line = {
        "type": "scatter",
        "mode": "lines",
        "name": "open",
        "x": [f"{flow.start_on}" for flow in flows],
        "y": [flow.open for flow in flows],
        "line": {"color": COLOURS[0], "width": 2.5, "shape": "hv"},
        "hovertemplate": "%{y} open at its end",
    }
    traces = [line, _flow_bars("arrived", flows, [flow.entered for flow in flows], (1, ""))]
    for way in ways:
        values = [-flow.departed[way] for flow in flows]
        traces.append(_flow_bars(way, flows, values, DEPARTURES[way]))
    layout = time_layout(chart, plot=300) | {"barmode": "relative", "bargap": 0.2}
    layout = with_legend(layout, ["open", "arrived", *ways])
    layout["yaxis"] |= {"domain": [0.45, 1], "title": {"text": "open"}}
    layout["yaxis2"] = {
        "domain": [0, 0.36],
        "fixedrange": True,
        "automargin": True,
        "title": {"text": "in and out"},
        "zeroline": True,
        "anchor": "x",
    }
    layout["xaxis"] |= {"anchor": "y2"}
    departed = [f"{sum(flow.departed[way] for flow in flows)} {way}" for way in ways]
    alt = (
        f"Chart of stock and flow. {chart.title}, {chart.origin}. Open: {flows[0].open} in the "
        f"first week, {flows[-1].open} in the last. In {len(flows)} weeks "
        f"{sum(flow.entered for flow in flows)} arrived; departures: "
        f"{', '.join(departed) or 'none'}."
    )
    notes = [*partial_note(chart, "Pale"), *closed_note(chart.events)]
    return drawing(traces, layout, alt, notes)


def _flow_bars(
    name: str, flows: Sequence[Flow], values: Sequence[int], style: tuple[int, str]
) -> Figure:
    colour, shape = style
    return {
        "type": "bar",
        "name": name,
        "x": [f"{flow.start_on}" for flow in flows],
        "y": values,
        "yaxis": "y2",
        "customdata": [abs(value) for value in values],
        "hovertemplate": f"%{{customdata}} {name}",
        "marker": {
            "color": COLOURS[colour],
            "pattern": pattern(shape),
            "opacity": [0.4 if flow.is_partial else 1 for flow in flows],
        },
    }


def incidence(
    title: str, origin: str, curves: Sequence[Curve], marks: Sequence[int], horizon: int
) -> Drawing:
    """Return the shares finished by days, the first curve bold; ``marks`` are notable days."""
    traces = [_curve(curve, is_main=index == 0) for index, curve in enumerate(curves)]
    layout = base_layout(title, f"%, {origin}") | {
        "shapes": [vertical_line(mark, "dot") for mark in marks],
    }
    layout = with_legend(layout, [curve.label for curve in curves])
    step = 30 if horizon > 60 else 7
    ticks = list(range(step, horizon + 1, step))
    axis = scale([share * 100 for curve in curves for share in curve.shares] or [100], True)
    layout["xaxis"] |= {
        "range": [0, horizon],
        "tickvals": ticks,
        "ticktext": [f"{tick} days" if tick == step else f"{tick}" for tick in ticks],
        "tickangle": 0,
        "tickfont": {"size": LABEL_SIZE},
    }
    layout["yaxis"] |= {"range": [0, axis.high], "tickvals": list(axis.ticks)}
    texts, at_risk = [], []
    for curve in curves:
        shares = [f"{curve.at(mark)[0] * 100:.0f} % within {mark} days" for mark in marks]
        texts.append(f"{curve.label}: {', '.join(shares)}")
        numbers = [f"{curve.at(mark)[1]:,}" for mark in (0, *marks)]
        at_risk.append(f"{', '.join(numbers)} ({curve.label})")
    days = ", ".join(map(str, (0, *marks)))
    notes = (
        f"Still observed after {days} days: {'; '.join(at_risk)}.",
        "Open items count for as long as they have been observed.",
    )
    return drawing(traces, layout, f"Curves. {title}, {origin}. {'. '.join(texts)}.", notes)


def _curve(curve: Curve, is_main: bool) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": curve.label,
        "x": [0, *curve.days],
        "y": [0, *(share * 100 for share in curve.shares)],
        "customdata": [curve.at_risk[0], *curve.at_risk] if curve.at_risk else [0],
        "line": {
            "shape": "hv",
            "width": 3 if is_main else 2,
            "color": COLOURS[0 if is_main else 6],
            "dash": "solid" if is_main else "dash",
        },
        "hovertemplate": "%{y:.0f} % within %{x:.1f} days (%{customdata} still observed)",
    }


def lifecycle(title: str, origin: str, lives: Sequence[Life], period: Window) -> Drawing:
    """Return a row for each life, the newest on top, dotted if it is not decided."""
    newest = lives[-MAX_LIVES:]
    rows = list(enumerate(newest))
    markers: list[tuple[str, str, int, list[tuple[datetime, int]]]] = [
        ("started", "line-ns-open", 0, [(life.started_at, row) for row, life in rows]),
        (
            "shipped",
            "diamond",
            0,
            [(life.shipped_at, row) for row, life in rows if life.shipped_at],
        ),
    ]
    for decision, (colour, symbol) in DECISIONS.items():
        ends = [(life.ends_at, row) for row, life in rows if life.decision == decision]
        markers.append((decision, symbol, colour, ends))
    undecided = [(life.ends_at, row) for row, life in rows if not life.decision]
    markers.append(("not decided", "triangle-right-open", 0, undecided))
    markers = [marker for marker in markers if marker[-1]]
    traces = [_life_line(row, life) for row, life in rows]
    for name, symbol, colour, places in markers:
        texts = [html.escape(newest[row].name) for _, row in places]
        traces.append(_life_markers(name, places, texts, (symbol, colour)))
    counts = ", ".join(f"{len(ends)} {name}" for name, *_, ends in markers if name != "started")
    alt = (
        f"Chart of lives. {title}, {origin}. {len(lives)} were active: {counts}. "
        f"The newest: {newest[-1].name}, started on {day(newest[-1].started_at.date())}."
    )
    notes = [f"The {MAX_LIVES} newest of {len(lives)}; Rows lists all."]
    is_cut = len(lives) > MAX_LIVES
    names = [name for name, *_ in markers]
    layout = _life_layout(title, origin, newest, period, names)
    return drawing(traces, layout, alt, notes * is_cut)


def _life_line(row: int, life: Life) -> Figure:
    colour, _ = DECISIONS.get(life.decision or "", (0, ""))
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [f"{life.started_at}", f"{life.ends_at}"],
        "y": [row, row],
        "line": {
            "color": COLOURS[colour],
            "width": 2.5,
            "dash": "solid" if life.decision else "dot",
        },
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _life_markers(
    name: str,
    places: Sequence[tuple[datetime, int]],
    texts: Sequence[str],
    style: tuple[str, int],
) -> Figure:
    symbol, colour = style
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [f"{moment}" for moment, _ in places],
        "y": [row for _, row in places],
        "text": texts,
        "marker": {"symbol": symbol, "size": 10, "color": COLOURS[colour], "line": {"width": 1.5}},
        "hovertemplate": f"%{{text}}<br>{name} on %{{x|%-d %b %Y}}<extra></extra>",
    }


def _life_layout(
    title: str, origin: str, newest: Sequence[Life], period: Window, names: Sequence[str]
) -> Figure:
    # only the part of the period with these lives, with room for the last marker
    start = max(period.start_on, min(life.started_at for life in newest).date())
    end = period.end_on + (period.end_on - start) / 50
    days, texts = month_ticks(Window(start, period.end_on))
    layout = base_layout(title, origin, 20 + ROW_HEIGHT * len(newest)) | {
        "hovermode": "closest",
        "annotations": [_life_name(row, life) for row, life in enumerate(newest)],
    }
    layout["xaxis"] |= {
        "type": "date",
        "tickvals": days,
        "ticktext": texts,
        "tickangle": 0,
        "tickfont": {"size": LABEL_SIZE},
        "range": [f"{start}", f"{end}"],
    }
    layout["yaxis"] |= {"visible": False, "range": [-0.6, len(newest) - 0.1], "rangemode": "normal"}
    return with_legend(layout, names)


def _life_name(row: int, life: Life) -> Figure:
    name = life.name
    if len(name) > NAME_LENGTH:
        name = f"{name[: NAME_LENGTH - 1].rstrip()}…"
    return {
        "x": 0,
        "xref": "paper",
        "y": row,
        "yshift": 12,
        "xanchor": "left",
        "showarrow": False,
        "text": html.escape(name),
        "font": {"size": 11},
    }
