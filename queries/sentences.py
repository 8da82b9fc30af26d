"""Numbers as words that a leader can read aloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from queries.catalog import Metric
from queries.windows import Window

#: what the columns of a scope are called
SCOPE_WORDS: Mapping[str, str] = {
    "team": "team", "repo": "repository", "work_type": "work type", "authorship": "authorship"
}  # fmt: skip


def shown(value: float | None, unit: str) -> str:
    """Return a value with its unit: durations in the unit that reads best, shares in per cent."""
    if value is None or value != value:
        return "not reached"
    if unit == "share":
        return f"{value * 100:.0f} %"
    if unit in ("hours", "days"):
        return _duration(value * (24 if unit == "days" else 1))
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def _duration(hours: float) -> str:
    if hours < 1:
        minutes = round(hours * 60)
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    if hours < 48:
        return f"{hours:.1f} hours"
    return f"{hours / 24:.1f} days"


def effect_shown(effect: float | None, kind: str) -> str:
    """Return an effect as words: a ratio as per cent less or more, a difference of shares in percentage points."""
    if effect is None or effect != effect:
        return "not comparable"
    size = round(abs(effect) * 100)
    if size < 1 or (kind == "difference" and abs(effect) < 0.01):
        return "about the same"
    word = "less" if effect < 0 else "more"
    unit = " %" if kind == "ratio" else f" percentage point{'' if size == 1 else 's'}"
    return f"{size}{unit} {word}"


def plain(metric: Metric, value: float | None, n: int, period: str) -> str:
    """Return the number and its n as a sentence without its full stop."""
    return metric.phrase.format(value=shown(value, metric.unit), period=period) + f" (n = {n:,})"


def sentence(
    metric: Metric,
    current: float | None,
    n_current: int,
    baseline: float | None,
    n_baseline: int,
    effect: float | None,
    effect_kind: str,
    period: str,
    against: str,
) -> str:
    """Return one plain sentence: the number, its n, and the number it is compared with."""
    if not n_current:
        return metric.nothing.format(period=period) + "."
    if current is None:
        return f"{metric.title}: the median is not reached {period}, fewer than half of {n_current:,} have got there."
    said = plain(metric, current, n_current, period)
    if not n_baseline or baseline is None:
        return f"{said}; there is nothing to compare it with in {against}."
    change = effect_shown(effect, effect_kind)
    joint = f"{change} as" if change == "about the same" else f"{change} than"
    return f"{said}, {joint} {shown(baseline, metric.unit)} in {against} (n = {n_baseline:,})."


def year_aside(unit: str, effect: float | None, effect_kind: str, baseline: float | None, n_baseline: int) -> str:
    """Return how a number compares with the same quarter a year before, beside its sentence."""
    before = "the same quarter a year before"
    if not n_baseline:
        return f"There is nothing to compare it with in {before}."
    value = f"{shown(baseline, unit)}, n = {n_baseline:,}"
    change = effect_shown(effect, effect_kind)
    if effect is None:
        return f"Not comparable with {before} ({value})."
    change = f"{change} as in" if change == "about the same" else f"{change} than in"
    return f"{change[0].upper()}{change[1:]} {before} ({value})."


def so_far_aside(
    quarter: str, unit: str, current: float | None, n_current: int, effect: float | None, kind: str
) -> str:
    """Return where a number stands in a quarter that is not over, beside its sentence."""
    if not n_current:
        return f"{quarter} so far: nothing yet."
    said = f"{quarter} so far: {shown(current, unit)} (n = {n_current:,})"
    if effect is None:
        return f"{said}."
    change = effect_shown(effect, kind)
    return f"{said}, {change} {'as' if change == 'about the same' else 'than'} the quarter before."


def day(when: date) -> str:
    """Return a day as people write it."""
    return f"{when.day} {when:%b %Y}"


def dates(window: Window) -> str:
    """Return a window by its first and last day."""
    return f"{day(window.start_on)} to {day(window.end_on - timedelta(days=1))}"


@dataclass(frozen=True)
class Axis:
    """How a chart shows a unit: its name, and what a value is multiplied by."""

    name: str
    factor: float


def axis(unit: str, largest: float) -> Axis:
    """Return the axis on which values up to ``largest`` read best."""
    if unit == "share":
        return Axis("%", 100)
    if unit == "hours" and largest >= 48:
        return Axis("days", 1 / 24)
    return Axis(unit, 1)
