"""Numbers as sentences that a leader can read aloud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from queries.catalog.metric import COUNTED, EFFECTS, Metric
from queries.catalog.scope import Scope
from queries.statistics.windows import BASELINE, CLOSED, Comparison, Event, Window

#: labels of the columns of a scope
SCOPE_LABELS: Mapping[str, str] = {
    "team": "team",
    "repo": "repository",
    "work_type": "work type",
    "authorship": "authorship",
}
#: subtitles of charts, by kind of chart or else by aggregate
SUBTITLES: Mapping[str, str] = {
    "incidence": "share finished, by days since arrival",
    "stock": "by week, and open at its end",
    "lifecycle": "from started to decided",
    "median": "median by quarter",
    "share": "share by quarter",
    "per reviewer": "by quarter",
    "per week": "by week",
    "net per week": "by week",
    "count": "by week",
    "per outcome": "by quarter",
    "cost share": "by quarter",
    "mean": "by wave and quarter",
}
#: names of the baselines
AGAINST = {"quarter before": "the quarter before", "year before": "the same quarter a year before"}
ABOUT, SAME = "about the same", "the same"
NOT_REACHED, NOT_MEASURED = "not reached", "not measured"
#: a smaller ratio is formatted in per cent, a larger one as a multiple
MANY_TIMES = 2
MUCH = {"hours": "long", "days": "long", "share": "much"}
#: a sentence names this many repositories and counts the rest
MOST_NAMED = 20
#: least share of items without a value that a sentence reports
MUCH_MISSING = 0.1


def format_value(value: float | None, unit: str) -> str:
    """Return a value with its unit: durations in the best unit, shares in per cent."""
    if value is None or value != value:
        return NOT_REACHED if unit in MUCH else NOT_MEASURED
    if unit == "share":
        return _per_cent(value)
    if unit in ("hours", "days"):
        return _duration(value * (24 if unit == "days" else 1))
    if _is_money(unit):
        return dollars(value)
    return _signed(value) if _is_net(unit) else _decimal(value)


def dollars(usd: float) -> str:
    """Return an amount with cents below ten dollars and in whole dollars above."""
    size = f"{abs(usd):,.2f}" if abs(usd) < 9.995 else f"{abs(usd):,.0f}"
    size = size.removesuffix(".00")
    return f"{'−' if usd < 0 and size != '0' else ''}${size}"


def _is_money(unit: str) -> bool:
    return unit.startswith("dollars")


def _is_net(unit: str) -> bool:
    return unit.startswith("net ")


def _signed(value: float) -> str:
    size = _decimal(abs(value))
    return size if size == "0" else f"{'+' if value > 0 else '−'}{size}"


def _per_cent(share: float) -> str:
    """Return a share in per cent; 0 and 100 only for none and all."""
    if 0 < share < 0.01:
        return "less than 1 %"
    if 0.99 < share < 1:
        return "more than 99 %"
    return f"{share * 100:.0f} %"


def _duration(hours: float) -> str:
    minutes = max(round(hours * 60), 1 if hours > 0 else 0)
    if minutes < 60:
        return _counted(str(minutes), "minute")
    if round(hours, 1) < 48:
        return _counted(_decimal(hours), "hour")
    return _counted(_decimal(hours / 24), "day")


def size_of(value: float) -> str:
    """Return a number without its sign, with one decimal below ten."""
    size = f"{abs(value):,.0f}" if abs(value) >= 9.95 else f"{abs(value):.1f}"
    return size.removesuffix(".0")


def _decimal(value: float) -> str:
    """Return a number with one decimal below 100, without a trailing zero."""
    return f"{value:,.0f}" if round(value, 1) >= 100 else f"{value:.1f}".removesuffix(".0")


def _counted(number: str, noun: str) -> str:
    return f"{number} {noun}" if number == "1" else f"{number} {noun}s"


def scope_words(scope: Scope) -> str:
    """Return a scope in words; empty for the organisation."""
    values = ((label, getattr(scope, name)) for name, label in SCOPE_LABELS.items())
    return ", ".join(f"{label} {value}" for label, value in values if value)


def format_effect(effect: float | None, kind: str, unit: str) -> str:
    """Return an effect in words: ratios in per cent, differences of shares in points."""
    if effect is None or effect != effect:
        return "not comparable"
    if kind == "difference" and unit != "share":
        return _difference(effect, unit)
    size = round(abs(effect) * 100)
    if size == 0 or (kind == "difference" and round(abs(effect) * 100, 6) < 1):
        return ABOUT
    word = "less" if effect < 0 else "more"
    if kind == "difference":
        return f"{_counted(str(size), 'percentage point')} {word}"
    if effect + 1 < MANY_TIMES:
        return f"{size} % {word}"
    times = _decimal(effect + 1)
    return f"{'twice' if times == '2' else f'{times} times'} as {MUCH.get(unit, 'many')}"


def format_change(metric: Metric, current: float, baseline: float, effect: float) -> str:
    """Return an effect in words that agree with the two values as they are printed."""
    kind, unit = EFFECTS[metric.aggregate], metric.unit
    if format_value(current, unit) == format_value(baseline, unit):
        return SAME if metric.aggregate == "count" else ABOUT
    if kind == "difference":
        effect = _as_printed(current, unit) - _as_printed(baseline, unit)
    return format_effect(effect, kind, unit)


def _as_printed(value: float, unit: str) -> float:
    """Return a value as exact as it is printed; shares near 0 and 1 are printed as bounds."""
    if unit == "share":
        return value if 0 < value < 0.01 or 0.99 < value < 1 else round(value * 100) / 100
    return round(value, 0 if round(abs(value), 1) >= 100 else 1)


def _difference(effect: float, unit: str) -> str:
    """Return a difference of counts, of rates with a sign, or of points on a scale."""
    is_level = _is_net(unit) or unit.startswith("points")
    size = _decimal(abs(effect))
    if size == "0":
        return ABOUT if is_level else SAME
    less, more = ("lower", "higher") if is_level else ("fewer", "more")
    return f"{size} {more if effect > 0 else less}"


def _change(metric: Metric, current: float, baseline: float, effect: float) -> str:
    """Return an effect with its preposition: 15 % less than in, about the same as in."""
    text = format_change(metric, current, baseline, effect)
    is_comparative = text.endswith(("less", "more", "fewer", "higher", "lower"))
    return f"{text} {'than' if is_comparative else 'as'} in"


def _is_small_share(metric: Metric, n: int) -> bool:
    return metric.aggregate == "share" and not metric.has_enough(n)


def short_value(metric: Metric, value: float | None, n: int) -> str:
    """Return a value with its unit, or a share of few items as a count: 1 of 2."""
    if value is not None and _is_small_share(metric, n):
        return f"{round(value * n)} of {n}"
    return format_value(value, metric.unit)


def with_rate(metric: Metric, text: str) -> str:
    """Return a formatted value with ``a week`` if it is a rate."""
    return f"{text} a week" if "week" in metric.unit else text


def is_known(metric: Metric, value: float | None, n: int) -> bool:
    """Return whether there is a number: counts and rates can be 0, others need items."""
    return value is not None and value == value if metric.aggregate in COUNTED else n > 0


def number_sentence(metric: Metric, value: float | None, n: int, period: str) -> str:
    """Return the number with its n as a sentence without a full stop."""
    if value is None or value != value:
        default = f"{metric.title}: the median is not reached {period}"
        text = metric.unreached.format(period=period) or default
    elif metric.singular and value == 1:
        text = metric.singular.format(period=period)
    elif _is_small_share(metric, n):
        text = metric.phrase.replace("{value} of the", short_value(metric, value, n))
        text = text.format(period=period)
    else:
        text = metric.phrase.format(value=format_value(value, metric.unit), period=period)
    return f"{capitalised(text)}{_n(metric, n)}"


def sentence(
    metric: Metric,
    pair: Comparison,
    scope: Scope,
    row: Mapping[str, Any],
    left_out: Sequence[str],
    until: date,
) -> str:
    """Return a comparison as a sentence: the number, the comparison and missing items.

    ``row`` has the columns of ``answers``; ``left_out`` are the repositories that are not synced
    until ``until``.
    """
    text = f"{_number(metric, row, _period(metric, pair))}{_comparison(metric, row, pair)}."
    if words := scope_words(scope):
        text = f"{capitalised(words)}: {lowered(text)}"
    missing = missing_sentence(metric, row["n_current"], row["n_missing"])
    return text + missing + _left_out(left_out, until)


def _period(metric: Metric, pair: Comparison) -> str:
    """Return when a window was, as a part of a sentence; younger items do not count yet."""
    if not pair.quarter:
        return f"in the {pair.weeks} weeks after {pair.event}"
    if pair.status != "so far":
        return f"in {pair.quarter}"
    last = pair.current.end_on - timedelta(days=1)
    return f"in {pair.quarter} so far" + (f" (until {day(last)})" if metric.matures_after else "")


def _against(pair: Comparison) -> str:
    """Return the name of a baseline."""
    if pair.comparison == BASELINE:
        return pair.event
    return AGAINST.get(pair.comparison, f"the {pair.weeks} weeks before it")


def _number(metric: Metric, row: Mapping[str, Any], period: str) -> str:
    if metric.aggregate in COUNTED and row["current"] is None:
        return f"Not measured {period}: {metric.unmeasured} by then in the synced repositories"
    if not row["n_current"]:
        return metric.nothing.format(period=period)
    return number_sentence(metric, row["current"], row["n_current"], period)


def _comparison(metric: Metric, row: Mapping[str, Any], pair: Comparison) -> str:
    """Return the second half of a sentence: the comparison, or why there is none."""
    n, value, against = row["n_baseline"], row["baseline"], _against(pair)
    is_count = metric.aggregate == "count"
    has_number = is_known(metric, row["current"], row["n_current"])
    if not has_number or (is_count and pair.quarter and pair.status == "so far"):
        return ""
    if not row["n_current"] and not is_count:
        return ""
    if not is_known(metric, value, n):
        if metric.aggregate in COUNTED:
            return f"; {against} was {NOT_MEASURED}"
        return f"; there is nothing to compare it with in {against}"
    if not metric.has_enough(row["n_current"]):
        return f"; too few to compare with {against}"
    if not metric.has_enough(n):
        return f"; {against} had too few to compare with (n = {n:,})"
    if value is None:
        reason = "fewer than half were finished"
        if metric.aggregate != "median":
            reason = f"it was {NOT_MEASURED}"
        return f"; in {against} {reason} (n = {n:,})"
    if row["effect"] is None:
        return f"; in {against} it was {format_value(value, metric.unit)} (n = {n:,})"
    change = _change(metric, row["current"], value, row["effect"])
    return f", {change} {against} ({with_n(metric, value, n)})"


def missing_sentence(metric: Metric, n: int, missing: int) -> str:
    """Return the number of items without a value, if they are enough to matter."""
    if not metric.missing or missing < max(1, MUCH_MISSING * (missing + n)):
        return ""
    more = " more" if n else ""
    were, have = ("was", "has") if missing == 1 else ("were", "have")
    return f" {missing:,}{more} {were} {metric.missing} and {have} no value."


def capitalised(text: str) -> str:
    """Return a text with a capital at its begin."""
    return text[:1].upper() + text[1:]


def lowered(title: str) -> str:
    """Return a title within a sentence; abbreviations keep their capitals."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _left_out(repos: Sequence[str], until: date) -> str:
    if not repos:
        return ""
    last = day(until - timedelta(days=1))
    return f" Left out on both sides, because not synced through {last}: {_named(repos)}."


def _named(names: Sequence[str]) -> str:
    """Return names, sorted and as a list of bounded length."""
    more = len(names) - MOST_NAMED
    return ", ".join(sorted(names)[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def restriction_sentence(
    repos: Sequence[str], weeks: Sequence[date], teams: Sequence[str] = ()
) -> str:
    """Return what counts in neither window of a comparison, and the teams that count."""
    text = f" Only teams with it: {_named(teams)}." if teams else ""
    if repos:
        text += f" Left out, because active in one window only: {_named(repos)}."
    if weeks:
        text += f" Closed weeks left out: {', '.join(day(monday) for monday in weeks)}."
    return text


def year_note(metric: Metric, row: Mapping[str, Any]) -> str:
    """Return the comparison with the same quarter a year before, for below the sentence.

    ``row`` has the columns of ``answers``, here and in the other notes.
    """
    before, n = AGAINST["year before"], row["n_baseline"]
    if not is_known(metric, row["baseline"], n):
        if metric.aggregate in COUNTED:
            return f"{capitalised(before)} was {NOT_MEASURED}."
        return f"There is nothing to compare it with in {before}."
    if not metric.has_enough(row["n_current"], n):
        return f"Against {before}: too few to compare (n = {n:,})."
    return f"Against {before}: {_changed(metric, row)} ({with_n(metric, row['baseline'], n)})."


def _changed(metric: Metric, row: Mapping[str, Any]) -> str:
    if row["effect"] is None:
        return "not comparable"
    return format_change(metric, row["current"], row["baseline"], row["effect"])


def so_far_note(metric: Metric, quarter: str, row: Mapping[str, Any]) -> str:
    """Return the number of the current quarter, for below the sentence."""
    current, n_current, effect = row["current"], row["n_current"], row["effect"]
    if metric.aggregate in COUNTED and not is_known(metric, current, n_current):
        return f"{quarter} so far: {NOT_MEASURED}."
    if not n_current:
        return f"{quarter} so far: nothing yet."
    text = f"{quarter} so far: {short_value(metric, current, n_current)}{_n(metric, n_current)}"
    if effect is None:
        return f"{text}."
    change = _change(metric, current, row["baseline"], effect)
    return f"{text}, {change} {AGAINST['quarter before']}."


def with_n(metric: Metric, value: float | None, n: int) -> str:
    """Return a value with its n; a count is its own n."""
    number = format_value(value, metric.unit)
    return number if metric.aggregate == "count" else f"{number}, n = {n:,}"


def _n(metric: Metric, n: int) -> str:
    return "" if metric.aggregate == "count" or _is_small_share(metric, n) else f" (n = {n:,})"


def day(moment: date) -> str:
    """Return a day, for example 5 Sep 2026."""
    return f"{moment.day} {moment:%b %Y}"


def dates(window: Window) -> str:
    """Return the first and last day of a window."""
    return f"{day(window.start_on)} to {day(window.end_on - timedelta(days=1))}"


def closed_note(events: Sequence[Event]) -> list[str]:
    """Return a note on the closed periods that a chart has in grey, if there are some."""
    periods = [
        f"{event.name} ({dates(Window(event.on, event.ends_on))})"
        for event in events
        if event.kind == CLOSED
    ]
    return [f"Grey, without a line: closed, {', '.join(periods)}."] if periods else []


def between(window: Window) -> str:
    """Return a window as a part of a sentence."""
    return f"between {day(window.start_on)} and {day(window.end_on - timedelta(days=1))}"


@dataclass(frozen=True)
class Axis:
    """Unit of a chart: its name, and the factor for values."""

    name: str
    factor: float

    @property
    def form(self) -> str:
        """Return d3's format of the numbers; amounts have cents only if there are some."""
        if self.is_money:
            return "$,.2~f"
        return ".0f" if self.name == "%" else ".1f"

    def number(self, value: float) -> str:
        """Return a value without its unit; amounts have their sign."""
        return dollars(value) if self.is_money else f"{value:{self.form}}"

    def with_unit(self, value: float) -> str:
        """Return a value with its unit."""
        return f"{self.number(value)} {self.name.removeprefix('dollars ')}"

    @property
    def is_money(self) -> bool:
        """Return whether the values are amounts."""
        return _is_money(self.name)


def axis(metric: Metric, frames: Sequence[pd.DataFrame]) -> Axis:
    """Return the axis on which the values of a metric's chart read best."""
    if metric.chart in ("ages", "stock"):
        return Axis("open", 1)
    if metric.unit == "share" or metric.chart == "incidence":
        return Axis("%", 100)
    if metric.unit == "hours" and any(frame["estimate"].median() >= 48 for frame in frames):
        return Axis("days", 1 / 24)
    return Axis(metric.unit, 1)


def chart_subtitle(metric: Metric, as_of: date) -> str:
    """Return the subtitle of a metric's chart."""
    if metric.chart == "ages":
        return f"open on {day(as_of)}"
    return SUBTITLES.get(metric.chart, SUBTITLES[metric.aggregate])
