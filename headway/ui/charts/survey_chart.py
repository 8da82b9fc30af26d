"""Chart of a survey: the mean of each item by wave, with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from headway.ui.charts.figure import (
    COLOURS,
    DASHES,
    LABEL_SIZE,
    Drawing,
    Figure,
    base_layout,
    drawing,
)
from headway.ui.charts.scale import apart
from queries.sql_files import Row
from queries.text.survey_text import item_name, wave_name

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross")
#: distance of the items of one wave, as a share of the distance of waves
OFFSET = 0.07
#: ends of the scale of answers
LOWEST, HIGHEST = 1, 5
#: height of the plot, width of the names at its right and a line of them, in pixels
PLOT, NAMES, LINE = 230, 100, 19


def waves(title: str, origin: str, items: Mapping[str, Sequence[Row]]) -> Drawing:
    """Return the waves of some items as points with intervals, joined by lines."""
    starts = sorted({row["wave_start"] for rows in items.values() for row in rows})
    traces: list[Figure] = []
    for index, (item, rows) in enumerate(items.items()):
        shift = (index - (len(items) - 1) / 2) * OFFSET
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": item_name(item),
                "x": [starts.index(row["wave_start"]) + shift for row in rows],
                "y": [row["mean"] for row in rows],
                "error_y": {
                    "type": "data",
                    "symmetric": False,
                    "array": [row["hi"] - row["mean"] for row in rows],
                    "arrayminus": [row["mean"] - row["lo"] for row in rows],
                    "thickness": 1.5,
                },
                "customdata": [[row["lo"], row["hi"]] for row in rows],
                "hovertemplate": "%{y:.1f} (%{customdata[0]:.1f} to %{customdata[1]:.1f})",
                "line": {"color": COLOURS[index], "dash": DASHES[index % len(DASHES)]},
                "marker": {"symbol": SYMBOLS[index % len(SYMBOLS)], "size": 8},
            }
        )
    layout = base_layout(title, origin, PLOT)
    layout["margin"] |= {"r": NAMES}
    layout["annotations"] = _names(items)
    layout["yaxis"] |= {
        "range": [LOWEST, HIGHEST],
        "tickvals": list(range(LOWEST, HIGHEST + 1)),
        "rangemode": "normal",
    }
    layout["xaxis"] |= {
        "tickvals": list(range(len(starts))),
        "ticktext": [f"{start:%-d %b}<br>{start.year}" for start in starts],
        "tickangle": 0,
        "range": [-0.5, len(starts) - 0.5],
    }
    means = {item: ", ".join(f"{row['mean']:.1f}" for row in rows) for item, rows in items.items()}
    texts = [f"{item_name(item)} {text}" for item, text in means.items()]
    names = ", ".join(map(wave_name, starts))
    return drawing(traces, layout, f"{title}, {origin}. Waves of {names}: {'; '.join(texts)}.")


def _names(items: Mapping[str, Sequence[Row]]) -> list[Figure]:
    """Return the names of the items at the right of their newest means, none over another."""
    scale = PLOT / (HIGHEST - LOWEST)
    heights = [(rows[-1]["mean"] - LOWEST) * scale for rows in items.values()]
    moved = apart(heights, LINE, LINE / 2, PLOT - LINE / 2)
    return [
        {
            "x": 1,
            "xref": "paper",
            "xanchor": "left",
            "xshift": 4,
            "y": LOWEST + height / scale,
            "showarrow": False,
            "text": item_name(name),
            "font": {"size": LABEL_SIZE, "color": COLOURS[index]},
        }
        for index, (name, height) in enumerate(zip(items, moved, strict=True))
    ]
