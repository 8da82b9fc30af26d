"""Numbers as words that a leader can read aloud."""

from __future__ import annotations

from queries.catalog import Metric


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
    size = abs(effect) * 100
    if size < 0.5:
        return "the same"
    word = "less" if effect < 0 else "more"
    return f"{size:.0f} % {word}" if kind == "ratio" else f"{size:.0f} percentage points {word}"


def sentence(
    metric: Metric, current: float | None, n_current: int, baseline: float | None, n_baseline: int,
    effect: float | None, effect_kind: str, period: str, against: str,
) -> str:
    """Return one plain sentence: the number, its n, and the number it is compared with."""
    if not n_current:
        return metric.nothing.format(period=period) + "."
    if current is None:
        return f"{metric.title}: the median is not reached {period}, fewer than half of {n_current:,} have got there."
    said = metric.phrase.format(value=shown(current, metric.unit), period=period) + f" (n = {n_current:,})"
    if not n_baseline or baseline is None:
        return f"{said}; there is nothing to compare it with in {against}."
    change = effect_shown(effect, effect_kind)
    joint = "the same as" if change == "the same" else f"{change} than"
    return f"{said}, {joint} {shown(baseline, metric.unit)} in {against} (n = {n_baseline:,})."
