"""Verdicts as HTML: the chip of a word, the strip of an effect, and the quarters as strokes."""

from __future__ import annotations

import html
from collections.abc import Sequence
from math import isfinite, log

from queries.catalog.metric import Metric
from queries.sql_files import Row
from queries.text.overview_text import CHANGED, effect_text, word
from queries.text.sentences import format_value

#: sign and colour of each word; colours are classes of ``STYLE``
SIGNS = {
    "improving": ("▲", "good"),
    "worse": ("▼", "bad"),
    "no clear change": ("=", "quiet"),
    "too little data": ("·", "quiet"),
    "not proven": ("?", "held"),
    "not measured": ("–", "quiet"),
}
OTHER_SIGN = ("…", "quiet")
STYLE = """
.hw { font-size: 0.9375rem; line-height: 1.4 }
.hw, .hw a { color: inherit; text-decoration: none }
.hw ul { list-style: none; margin: 0; padding: 0 }
.hw li { margin: 0 }
.hw .small { font-size: 0.8125rem; opacity: 0.78 }
.hw .good { color: light-dark(#00755f, #52b598) }
.hw .bad { color: light-dark(#a8391c, #e8805c) }
.hw .held { color: light-dark(#8a5a00, #efb332) }
.hw .chip { border: 1px solid; border-radius: 0.75rem; padding: 0 0.5rem; font-size: 0.8125rem;
  font-weight: 600; white-space: nowrap; display: inline-block }
.hw .quiet.chip { opacity: 0.85 }
.hw .strip { display: block; position: relative; height: 1.25rem; background: linear-gradient(
  light-dark(#9aa2ad, #6d7683), light-dark(#9aa2ad, #6d7683)) center / 1px 100% no-repeat }
.hw .strip i { position: absolute; top: 50%; height: 3px; margin-top: -1.5px;
  background: currentColor }
.hw .strip b { position: absolute; top: 50%; width: 10px; height: 10px; margin: -5px;
  border-radius: 50%; background: currentColor }
.hw .strokes { display: flex; height: 2rem; color: light-dark(#1b4a87, #4db2f5) }
.hw .strokes i { flex: 1; position: relative; margin-right: 1px; box-sizing: border-box }
.hw .strokes b { position: absolute; left: 1px; right: 1px; border-bottom: 3px solid;
  opacity: 0.5 }
.hw .strokes .judged b { opacity: 1 }
.hw .strokes .running b { border-bottom-style: dotted }
.hw .strokes .event { border-left: 1px dashed }
"""
#: an interval as wide as this would show not even a threefold change
WIDEST_RATIO, WIDEST_SHARE = log(3), 0.25


def chip(row: Row | None) -> str:
    """Return the chip of an answer's word; sign and colour repeat the word."""
    name = word(row) if row else "not measured"
    sign, colour = SIGNS.get(name, OTHER_SIGN)
    return f'<span class="chip {colour}">{sign}&nbsp;{html.escape(name)}</span>'


def strip(metric: Metric, row: Row) -> str:
    """Return the effect and its interval around a line at no change; empty without an effect.

    Boxes of CSS, because pages may not contain SVG.
    """
    if row["effect"] is None:
        return ""
    bar = ""
    if row["lo"] is not None and row["hi"] is not None:
        start, end = (_position(metric, row, row[name]) for name in ("lo", "hi"))
        bar = f'<i style="left: {start:.1f}%; width: {max(end - start, 1):.1f}%"></i>'
    at = _position(metric, row, row["effect"])
    name = html.escape(effect_text(metric, row), quote=True)
    return (
        f'<span class="strip {_colour(metric, row)}" role="img" aria-label="{name}">{bar}'
        f'<b style="left: {at:.1f}%"></b></span>'
    )


def _position(metric: Metric, row: Row, effect: float) -> float:
    """Return the place of an effect in per cent; the ends are the widest that has a verdict."""
    if row["effect_kind"] == "ratio":
        size = log(max(effect + 1, 1e-9)) / WIDEST_RATIO
    elif metric.unit == "share":
        size = effect / WIDEST_SHARE
    else:
        size = effect / max(2 * abs(row["baseline"] or 0), 6)
    return 50 + 46 * max(-1.0, min(1.0, size))


def _colour(metric: Metric, row: Row) -> str:
    """Return the colour of an effect: none without a word for a change."""
    if word(row) not in CHANGED:
        return "quiet"
    return "good" if (row["effect"] > 0) == (metric.better == "up") else "bad"


def strokes(metric: Metric, quarters: Sequence[Row], judged: str, event: str | None) -> str:
    """Return the level of each quarter, oldest first; the judged one is dark, a running dashed.

    ``event`` is the quarter in which a rollout began, marked before its stroke.
    """
    values = [row["current"] for row in quarters]
    known = [value for value in values if value is not None and isfinite(value)]
    if len(known) < 2:
        return ""
    low, high = min(0.0, *known), max(known)
    span = (high - low) or 1.0
    levels = "".join(
        f'<i class="{_stroke(row, judged, event)}">{_level(value, low, span)}</i>'
        for row, value in zip(quarters, values, strict=True)
    )
    values_text = ", ".join(
        f"{row['quarter']}: {format_value(value, metric.unit)}"
        for row, value in zip(quarters, values, strict=True)
        if value is not None
    )
    name = html.escape(f"{metric.title} by quarter: {values_text}", quote=True)
    return f'<span class="strokes" role="img" aria-label="{name}">{levels}</span>'


def _stroke(row: Row, judged: str, event: str | None) -> str:
    """Return the classes of a quarter: judged, running, and the first of a rollout."""
    names = {
        "judged": row["quarter"] == judged,
        "running": row["status"] == "so far",
        "event": row["quarter"] == event,
    }
    return " ".join(name for name, applies in names.items() if applies)


def _level(value: float | None, low: float, span: float) -> str:
    if value is None or not isfinite(value):
        return ""
    return f'<b style="bottom: {90 * (value - low) / span:.1f}%"></b>'
