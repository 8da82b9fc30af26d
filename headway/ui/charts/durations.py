"""Charts of what comes, waits and goes: ages, stock and flow, cumulative incidence, lives from start to decision."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from headway.ui.charts.time_series import (
    COLOURS,
    GREY,
    Chart,
    Drawing,
    Figure,
    layout,
    over_time,
    provisional,
)
from queries.statistics.windows import Window
from queries.text.sentences import day

LIVES = 25
ROW = 32  # pixels of one life, with its name above
NAME = 46  # letters of a name that fit a phone
#: how each way out of a stock looks: its colour and the pattern of its bars
WAYS = {"completed": (2, ""), "declined": (5, "/"), "unlabelled": (6, ".")}
#: how each decision looks: its colour and its symbol
DECISIONS = {"kept": (2, "circle"), "killed": (5, "x"), "inconclusive": (6, "square")}


@dataclass(frozen=True)
class Flow:
    """What came into a stock and what left it in a week, and what was open at its end."""

    start_on: date
    end_on: date
    entered: int
    left: dict[str, int]
    open: int

    @property
    def is_partial(self) -> bool:
        """Whether the week is not over."""
        return self.end_on - self.start_on < timedelta(days=7)


@dataclass(frozen=True)
class Curve:
    """How many got there within so many days: steps of days, share and the number still watched."""

    label: str
    days: Sequence[float]
    shares: Sequence[float]
    watched: Sequence[int]

    def at(self, days: float) -> tuple[float, int]:
        """Return the share that got there by some day, and how many were watched so far."""
        share = max(
            (share for moment, share in zip(self.days, self.shares, strict=True) if moment <= days),
            default=0.0,
        )
        return share, max(
            (n for moment, n in zip(self.days, self.watched, strict=True) if moment >= days),
            default=0,
        )


@dataclass(frozen=True)
class Life:
    """One thing from its start to its decision; what is not decided goes on to ``ends_at``."""

    name: str
    started_at: datetime
    shipped_at: datetime | None
    decision: str | None
    ends_at: datetime


def ages(title: str, origin: str, counts: Sequence[tuple[str, int]]) -> Drawing:
    """Return one bar for each band of age, the youngest on top, with its count beside it."""
    bands, numbers = [band for band, _ in counts], [count for _, count in counts]
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": bands,
        "x": numbers,
        "text": numbers,
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": COLOURS[0]},
        "hovertemplate": "%{x} open for %{y}<extra></extra>",
    }
    drawn = layout(title, origin, 300)
    drawn["xaxis"] |= {"visible": False, "range": [0, max(numbers) * 1.1]}
    drawn["yaxis"] |= {"type": "category", "autorange": "reversed", "showgrid": False, "ticks": ""}
    drawn["margin"] |= {"t": 56}
    message = ", ".join(f"{band}: {count}" for band, count in counts)
    return Drawing({"data": [trace], "layout": drawn}, f"Bar chart. {title}, {origin}. {message}.")


def stock(chart: Chart, flows: Sequence[Flow]) -> Drawing:
    """Return the open stock as a line above, and what came in and what left each week as bars up and down below it.

    ``chart`` has the stock as its line.
    """
    weeks = [f"{flow.start_on}" for flow in flows]
    ways = [way for way in WAYS if any(flow.left[way] for flow in flows)]
    traces: list[Figure] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "open",
            "x": weeks,
            "y": [flow.open for flow in flows],
            "line": {"color": COLOURS[0], "width": 2.5, "shape": "hv"},
            "hovertemplate": "%{y} open at its end",
        },
        _bars("came in", flows, [flow.entered for flow in flows], 1),
    ]
    for way in ways:
        traces.append(_bars(way, flows, [-flow.left[way] for flow in flows], *WAYS[way]))
    drawn = over_time(chart) | {
        "barmode": "relative",
        "bargap": 0.2,
        "showlegend": True,
        "height": 430,
    }
    drawn["yaxis"] |= {"domain": [0.45, 1], "title": {"text": "open"}, "range": [0, chart.top]}
    drawn["yaxis2"] = {
        "domain": [0, 0.36],
        "fixedrange": True,
        "automargin": True,
        "title": {"text": "in and out"},
        "zeroline": True,
        "anchor": "x",
    }
    drawn["xaxis"] |= {"anchor": "y2"}
    entered, deleted = (
        sum(flow.entered for flow in flows),
        {way: sum(flow.left[way] for flow in flows) for way in ways},
    )
    message = ", ".join(f"{n} {way}" for way, n in deleted.items()) or "none"
    alt = f"Chart of stock and flow. {chart.title}, {chart.origin}. Open: {flows[0].open} at first, {flows[-1].open} at "
    alt += f"last. In {len(flows)} weeks {entered} came in, and left: {message}."
    return Drawing({"data": traces, "layout": drawn}, alt, tuple(provisional(chart, "Pale")))


def _bars(
    name: str, flows: Sequence[Flow], values: Sequence[int], colour: int, pattern: str = ""
) -> Figure:
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
            "pattern": {"shape": pattern, "fillmode": "overlay", "size": 6},
            "opacity": [0.4 if flow.is_partial else 1 for flow in flows],
        },
    }


def incidence(
    title: str, origin: str, curves: Sequence[Curve], marks: Sequence[int], horizon: int
) -> Drawing:
    """Return the share that got there by days as steps, the first curve bold; ``marks`` are days told in words."""
    traces: list[Figure] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": curve.label,
            "x": [0, *curve.days],
            "y": [0, *(share * 100 for share in curve.shares)],
            "customdata": [curve.watched[0], *curve.watched] if curve.watched else [0],
            "line": {
                "shape": "hv",
                "width": 2 if index else 3,
                "color": COLOURS[6 if index else 0],
                "dash": "dash" if index else "solid",
            },
            "hovertemplate": "%{y:.0f} % within %{x:.1f} days (%{customdata} watched so far)",
        }
        for index, curve in enumerate(curves)
    ]
    drawn = layout(title, origin, 350)
    drawn |= {
        "showlegend": True,
        "shapes": [
            {
                "type": "line",
                "x0": at,
                "x1": at,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "layer": "below",
            }
            | {"line": {"color": GREY, "width": 1.5, "dash": "dot"}}
            for at in marks
        ],
    }
    drawn["xaxis"] |= {
        "range": [0, horizon],
        "title": {"text": "days"},
        "tickvals": list(range(0, horizon + 1, 30 if horizon > 60 else 7)),
        "automargin": True,
    }
    drawn["yaxis"] |= {"range": [0, 104], "tickvals": [0, 25, 50, 75, 100], "title": {"text": "%"}}
    message, watched = [], []
    for curve in curves:
        reported = [(at, *curve.at(at)) for at in (0, *marks)]
        message.append(
            f"{curve.label}: {', '.join(f'{share * 100:.0f} % within {at} days' for at, share, _ in reported[1:])}"
        )
        watched.append(f"{', '.join(f'{n:,}' for *_, n in reported)} ({curve.label})")
    notes = (
        f"Still watched after {', '.join(map(str, (0, *marks)))} days: {'; '.join(watched)}.",
        "What is not there yet counts for as long as it has been watched.",
    )
    return Drawing(
        {"data": traces, "layout": drawn},
        f"Curves. {title}, {origin}. {'. '.join(message)}.",
        notes,
    )


def lifecycle(title: str, origin: str, lives: Sequence[Life], period: Window) -> Drawing:
    """Return a row for each life, the newest on top: a line from its start, dashed while it is not decided."""
    newest = lives[-LIVES:]
    traces: list[Figure] = []
    for row, life in enumerate(newest):
        colour, _ = DECISIONS.get(life.decision or "", (0, ""))
        line = {"color": COLOURS[colour], "width": 2.5, "dash": "solid" if life.decision else "dot"}
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [f"{life.started_at}", f"{life.ends_at}"],
                "y": [row, row],
                "line": line,
                "hoverinfo": "skip",
                "showlegend": False,
            }
        )
    points = [
        ("started", "line-ns-open", 0, [(life.started_at, row) for row, life in enumerate(newest)])
    ]
    shipped = [(life.shipped_at, row) for row, life in enumerate(newest) if life.shipped_at]
    points += [("shipped", "diamond", 0, shipped)]
    for decision, (colour, symbol) in DECISIONS.items():
        points.append(
            (
                decision,
                symbol,
                colour,
                [(o.ends_at, row) for row, o in enumerate(newest) if o.decision == decision],
            )
        )
    waiting = [(life.ends_at, row) for row, life in enumerate(newest) if not life.decision]
    points.append(("not decided", "triangle-right-open", 0, waiting))
    for name, symbol, colour, result in points:
        if result:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": name,
                    "x": [f"{at}" for at, _ in result],
                    "y": [row for _, row in result],
                    "text": [html.escape(newest[row].name) for _, row in result],
                    "marker": {
                        "symbol": symbol,
                        "size": 10,
                        "color": COLOURS[colour],
                        "line": {"width": 1.5},
                    },
                    "hovertemplate": f"%{{text}}<br>{name} on %{{x|%-d %b %Y}}<extra></extra>",
                }
            )
    # only the part of the period in which these were alive, with room for the last marker
    start = max(period.start_on, min(life.started_at for life in newest).date())
    end = period.end_on + (period.end_on - start) / 50
    drawn = layout(title, origin, 130 + ROW * len(newest))
    drawn |= {
        "showlegend": True,
        "hovermode": "closest",
        "annotations": [
            {
                "x": 0,
                "xref": "paper",
                "y": row,
                "yshift": 12,
                "xanchor": "left",
                "showarrow": False,
                "text": html.escape(_short(life.name)),
                "font": {"size": 11},
            }
            for row, life in enumerate(newest)
        ],
    }
    drawn["xaxis"] |= {
        "type": "date",
        "tickformat": "%-d %b\n%Y",
        "nticks": 6,
        "range": [f"{start}", f"{end}"],
    }
    drawn["yaxis"] |= {"visible": False, "range": [-0.6, len(newest) - 0.1], "rangemode": "normal"}
    drawn["margin"] |= {"b": 76}
    counted = ", ".join(
        f"{len(result)} {name}" for name, _, _, result in points if result and name != "started"
    )
    alt = f"Chart of lives. {title}, {origin}. {len(lives)} were active: {counted}."
    alt += f" The newest: {newest[-1].name}, started on {day(newest[-1].started_at.date())}."
    notes = (
        (f"The {LIVES} newest of {len(lives)}; the rows have all.",) if len(lives) > LIVES else ()
    )
    return Drawing({"data": traces, "layout": drawn}, alt, notes)


def _short(name: str) -> str:
    return name if len(name) <= NAME else f"{name[: NAME - 1].rstrip()}…"
