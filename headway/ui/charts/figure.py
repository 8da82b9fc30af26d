"""Figures as plain dictionaries: colours, layout and text alternatives."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from headway.ui.charts.scale import wrapped
from queries.statistics.windows import CLOSED, Event

Figure = dict[str, Any]
#: placeholders of Streamlit's template; the browser replaces them with the theme's colours
COLOURS = ("#000001", "#000002", "#000003", "#000004", "#000005", "#000006", "#000007")
GREY = "#84827f"  # readable on light and dark backgrounds
DASHES = ("solid", "dash", "dot", "dashdot")
#: letters of a line of the title, of the subtitle and of a label that fit on a phone
TITLE_LETTERS, ORIGIN_LETTERS, LABEL_LETTERS = 42, 52, 22
LABEL_SIZE, LINE_HEIGHT = 11, 14
#: pixels below a plot: ticks of two lines
BELOW = 40
#: pixels of a legend on a phone: its width, a row, an item without its name, and a letter
LEGEND_WIDTH, LEGEND_ROW, LEGEND_ITEM, LEGEND_LETTER = 340, 20, 48, 6.5


@dataclass(frozen=True)
class Drawing:
    """A figure with its text alternative and notes for readers."""

    figure: Figure
    alt: str
    notes: tuple[str, ...] = ()


def drawing(
    traces: Sequence[Figure], layout: Figure, alt: str, notes: Sequence[str] = ()
) -> Drawing:
    """Return a figure of some traces."""
    return Drawing({"data": list(traces), "layout": layout}, alt, tuple(notes))


def coloured(figure: Figure, palette: Sequence[str]) -> Figure:
    """Return a figure with real colours, for use outside the dashboard."""
    text = json.dumps(figure)
    for placeholder, colour in zip(COLOURS, palette, strict=False):
        text = text.replace(f'"{placeholder}"', f'"{colour}"')
    result: Figure = json.loads(text)
    return result


def base_layout(title: str, origin: str, plot: int = 230, above: int = 0) -> Figure:
    """Return the layout of every chart: title, subtitle, height and fixed axes.

    ``plot`` is the height of the plot, ``above`` that of labels above it, both in pixels.
    """
    titles = [html.escape(line) for line in wrapped(title, TITLE_LETTERS, 2)]
    origins = [html.escape(line) for line in wrapped(origin, ORIGIN_LETTERS, 3)]
    subtitle = f'<span style="font-size:12px;font-weight:400">{"<br>".join(origins)}</span>'
    top = 24 + 18 * len(titles) + 16 * len(origins) + above
    return {
        "title": {
            "text": "<br>".join([*titles, subtitle]),
            "x": 0,
            "xref": "container",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 16, "l": 2},
            "font": {"size": 14},
        },
        "height": top + plot + BELOW,
        "margin": {"l": 0, "r": 8, "t": top, "b": BELOW},
        "dragmode": False,
        "showlegend": False,
        # relative to the container: a legend of several lines would cover the axis
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
            "title": {"text": ""},
        },
        "xaxis": {"title": {"text": ""}, "fixedrange": True, "showgrid": False},
        "yaxis": {"fixedrange": True, "rangemode": "tozero", "automargin": True},
    }


def pattern(shape: str | Sequence[str]) -> Figure:
    """Return the pattern of bars."""
    return {"shape": shape, "fillmode": "overlay", "size": 6}


def vertical_line(x: object, dash: str = "dash") -> Figure:
    """Return a vertical line behind the data."""
    return {
        "type": "line",
        "x0": x,
        "x1": x,
        "y0": 0,
        "y1": 1,
        "xref": "x",
        "yref": "paper",
        "layer": "below",
        "line": {"color": GREY, "width": 1.5, "dash": dash},
    }


def top_label(x: object, text: str, is_left: bool, shift: int = 0) -> Figure:
    """Return a label above a vertical line, on its right in the left half of a chart."""
    lines = [html.escape(line) for line in wrapped(text, LABEL_LETTERS, 3)]
    return {
        "x": x,
        "xref": "x",
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": shift,
        "xanchor": "left" if is_left else "right",
        "align": "left" if is_left else "right",
        "showarrow": False,
        "text": "<br>".join(lines),
        "font": {"size": LABEL_SIZE},
    }


def with_legend(layout: Figure, names: Sequence[str]) -> Figure:
    """Return a layout with room below for a legend of some names, also on a phone."""
    rows, width = 1, 0.0
    for name in names:
        needed = LEGEND_ITEM + LEGEND_LETTER * len(name)
        if width and width + needed > LEGEND_WIDTH:
            rows, width = rows + 1, 0.0
        width += needed
    room = BELOW + LEGEND_ROW * rows + 18
    return layout | {
        "showlegend": True,
        "height": layout["height"] - layout["margin"]["b"] + room,
        "margin": layout["margin"] | {"b": room},
        "legend": layout["legend"] | {"traceorder": "normal"},
    }


def event_marks(
    spans: Sequence[tuple[Event, Any, Any, bool]],
) -> tuple[list[Figure], list[Figure]]:
    """Return shapes and labels of events with their places: start, end, and whether it is left.

    Closed periods are grey parts; other events are lines with a label, and grey in transition.
    """
    shapes, labels, shift = [], [], 0
    for event, start, end, is_left in spans:
        if event.transition:
            area = {"fillcolor": GREY, "opacity": 0.15, "line": {"width": 0}}
            shapes.append(vertical_line(start) | {"type": "rect", "x1": end} | area)
        if event.kind == CLOSED:
            continue
        shapes.append(vertical_line(start))
        labels.append(top_label(start, event.name, is_left, shift))
        shift += label_height(event.name)
    return shapes, labels


def labels_height(events: Sequence[Event], has_target: bool = False) -> int:
    """Return the pixels that the labels of events, and of a target, take above a plot."""
    names = [event.name for event in events if event.kind != CLOSED]
    return sum(map(label_height, names)) + has_target * label_height("target")


def target_marks(value: float, text: str, shift: int) -> tuple[Figure, Figure]:
    """Return the line of a target, and its label so many pixels above the plot."""
    line = {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": value,
        "y1": value,
        "line": {"color": COLOURS[5], "width": 1.5, "dash": "dot"},
    }
    label = {
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": shift,
        "showarrow": False,
        "text": html.escape(f"Dotted: {text}"),
        "font": {"size": LABEL_SIZE, "color": COLOURS[5]},
    }
    return line, label


def label_height(text: str) -> int:
    """Return the pixels that a label above a vertical line takes."""
    return 4 + LINE_HEIGHT * len(wrapped(text, LABEL_LETTERS, 3))


def horizontal_bars(
    title: str, origin: str, bars: Sequence[tuple[str, float]], texts: Sequence[str], plot: int
) -> Drawing:
    """Return one horizontal bar per name with its text, the first on top."""
    names, values = [name for name, _ in bars], [value for _, value in bars]
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": names,
        "x": values,
        "text": list(texts),
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": COLOURS[0]},
        "hoverinfo": "skip",
    }
    layout = base_layout(title, origin, plot)
    layout["xaxis"] |= {"visible": False, "range": [min(0, *values) * 1.2, max(values) * 1.2]}
    layout["yaxis"] |= {"type": "category", "autorange": "reversed", "showgrid": False, "ticks": ""}
    labels = ", ".join(f"{name}: {text}" for name, text in zip(names, texts, strict=True))
    return drawing([trace], layout, f"Bar chart. {title}, {origin}. {labels}.")
