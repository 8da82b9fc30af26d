"""Numbers as words that a leader can read aloud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from queries.catalog.metric import COUNTED, EFFECTS, Metric
from queries.catalog.scope import Scope
from queries.statistics.windows import Comparison, Window

#: what the columns of a scope are called
SCOPE_WORDS: Mapping[str, str] = {
    "team": "team",
    "repo": "repository",
    "work_type": "work type",
    "authorship": "authorship",
}
#: what a chart shows: of its kind, or else of the kind of estimate
DRAWN: Mapping[str, str] = {
    "incidence": "share that got there, by days since it came in",
    "stock": "by week, and what is open at its end",
    "lifecycle": "from started to decided",
    "median": "median by week and quarter",
    "share": "share by week and quarter",
    "per reviewer": "by week and quarter",
    "per week": "by week",
    "net per week": "by week",
    "count": "by week",
    "per outcome": "by week and quarter",
    "cost share": "by week and quarter",
}
#: what a quarter is compared with
AGAINST = {"quarter before": "the quarter before", "year before": "the same quarter a year before"}
ABOUT, SAME = "about the same", "the same"
NOT_REACHED, NOT_MEASURED = "not reached", "not measured"
#: below it, a ratio is told in per cent; from it on, as so many times
MANY_TIMES = 2
MUCH = {"hours": "long", "days": "long", "share": "much"}
#: so many repositories are named in a sentence, the rest counted
MOST_NAMED = 20
#: from this share on, items without a value are told with the number
MUCH_MISSING = 0.1


def shown(value: float | None, unit: str) -> str:
    """Return a value with its unit: durations in the unit that reads best, shares in per cent."""
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
    """Return an amount as people write it: cents under ten dollars, whole dollars above."""
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
    """A share in per cent; 0 and 100 only where none or all are meant."""
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


def _decimal(value: float) -> str:
    """A number with one decimal where that tells something."""
    return f"{value:,.0f}" if round(value, 1) >= 100 else f"{value:.1f}".removesuffix(".0")


def _counted(number: str, noun: str) -> str:
    return f"{number} {noun}" if number == "1" else f"{number} {noun}s"


def scope_words(scope: Scope) -> str:
    """Return a scope in words; empty for the organisation."""
    return ", ".join(
        f"{word} {getattr(scope, name)}"
        for name, word in SCOPE_WORDS.items()
        if getattr(scope, name)
    )


def effect_shown(effect: float | None, kind: str, unit: str) -> str:
    """Return an effect as words: a ratio as per cent less or more, a difference of shares in percentage points."""
    if effect is None or effect != effect:
        return "not comparable"
    if kind == "difference" and unit != "share":
        return _difference(effect, unit)
    size = round(abs(effect) * 100)
    if size == 0 or (kind == "difference" and abs(effect) < 0.01):
        return ABOUT
    if kind == "ratio" and effect + 1 >= MANY_TIMES:
        times = _decimal(effect + 1)
        return f"{'twice' if times == '2' else f'{times} times'} as {MUCH.get(unit, 'many')}"
    word = "less" if effect < 0 else "more"
    return (
        f"{size} % {word}"
        if kind == "ratio"
        else f"{_counted(str(size), 'percentage point')} {word}"
    )


def _difference(effect: float, unit: str) -> str:
    """A difference of counts, or of rates with a sign."""
    size = _decimal(abs(effect))
    words = ("lower", "higher", ABOUT) if _is_net(unit) else ("fewer", "more", SAME)
    return words[2] if size == "0" else f"{size} {words[effect > 0]}"


def _change(effect: float, kind: str, unit: str) -> str:
    """An effect up to what it is an effect against: 15 % less than in, about the same as in."""
    message = effect_shown(effect, kind, unit)
    return (
        f"{message} than in"
        if message.endswith(("less", "more", "fewer", "higher", "lower"))
        else f"{message} as in"
    )


def is_known(metric: Metric, value: float | None, n: int) -> bool:
    """Return whether there is a number: a count or rate can be 0 without an item, anything else needs one."""
    return value is not None and value == value if metric.aggregate in COUNTED else n > 0


def plain(metric: Metric, value: float | None, n: int, period: str) -> str:
    """Return the number and its n as a sentence without its full stop."""
    if value is None or value != value:
        message = (
            metric.unreached.format(period=period)
            or f"{metric.title}: the median is not reached {period}"
        )
    elif metric.one and value == 1:
        message = metric.one.format(period=period)
    else:
        message = metric.phrase.format(value=shown(value, metric.unit), period=period)
    return f"{message[0].upper()}{message[1:]}" + (
        "" if metric.aggregate == "count" else f" (n = {n:,})"
    )


def sentence(
    metric: Metric,
    pair: Comparison,
    scope: Scope,
    result: Mapping[str, Any],
    left_out: Sequence[str],
    until: date,
) -> str:
    """Return what was found of a comparison, in plain words: the number, what it compares with, what is missing.

    ``found`` has the columns of ``answers``; ``left_out`` are the repositories not read until ``until``.
    """
    period = f"in {pair.quarter}" + (" so far" if pair.status == "so far" else "")
    message = f"{_number(metric, result, period)}{_comparison(metric, result, pair)}."
    if words := scope_words(scope):
        begin = message[0] if message[1].isupper() else message[0].lower()
        message = f"{words[0].upper()}{words[1:]}: {begin}{message[1:]}"
    return message + _missing(metric, result) + _left_out(left_out, until)


def _number(metric: Metric, result: Mapping[str, Any], period: str) -> str:
    if metric.aggregate in COUNTED and result["current"] is None:
        return f"Not measured {period}: {metric.unmeasured} by then in the repositories read"
    if not result["n_current"]:
        return metric.nothing.format(period=period)
    return plain(metric, result["current"], result["n_current"], period)


def _comparison(metric: Metric, result: Mapping[str, Any], pair: Comparison) -> str:
    """The second half of a sentence: how the number compares, or why it does not."""
    n, value, against = result["n_baseline"], result["baseline"], AGAINST[pair.comparison]
    is_count = metric.aggregate == "count"
    if not is_known(metric, result["current"], result["n_current"]) or (
        is_count and pair.status == "so far"
    ):
        return ""
    if not result["n_current"] and not is_count:
        return ""
    if not is_known(metric, value, n):
        if metric.aggregate in COUNTED:
            return f"; in {against} it was {NOT_MEASURED}"
        return f"; there is nothing to compare it with in {against}"
    if value is None:
        none = (
            "fewer than half got there"
            if metric.aggregate == "median"
            else f"it was {NOT_MEASURED}"
        )
        return f"; in {against} {none} (n = {n:,})"
    number = shown(value, metric.unit)
    if result["effect"] is None:
        return f"; in {against} it was {number} (n = {n:,})"
    change = _change(result["effect"], result["effect_kind"], metric.unit)
    return f", {change} {against} ({with_n(metric, value, n)})"


def _missing(metric: Metric, result: Mapping[str, Any]) -> str:
    """How many items have no value, where they are many enough to matter."""
    missing, n = result["n_missing"], result["n_current"]
    if not metric.missing or missing < max(1, MUCH_MISSING * (missing + n)):
        return ""
    more = " more" if n else ""
    were, have = ("was", "has") if missing == 1 else ("were", "have")
    return f" {missing:,}{more} {were} {metric.missing} and {have} no value."


def _left_out(repos: Sequence[str], until: date) -> str:
    if not repos:
        return ""
    last, more = day(until - timedelta(days=1)), len(repos) - MOST_NAMED
    names = ", ".join(sorted(repos)[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
    return f" Left out on both sides, as not read to the end of {last}: {names}."


def year_aside(
    metric: Metric, effect: float | None, baseline: float | None, n_baseline: int
) -> str:
    """Return how a number compares with the same quarter a year before, beside its sentence."""
    before = AGAINST["year before"]
    if not is_known(metric, baseline, n_baseline):
        if metric.aggregate in COUNTED:
            return f"It was {NOT_MEASURED} in {before}."
        return f"There is nothing to compare it with in {before}."
    value = with_n(metric, baseline, n_baseline)
    return f"Against {before}: {effect_shown(effect, EFFECTS[metric.aggregate], metric.unit)} ({value})."


def so_far_aside(
    metric: Metric, quarter: str, current: float | None, n_current: int, effect: float | None
) -> str:
    """Return where a number stands in a quarter that is not over, beside its sentence."""
    if not is_known(metric, current, n_current):
        return (
            f"{quarter} so far: {NOT_MEASURED if metric.aggregate in COUNTED else 'nothing yet'}."
        )
    if not n_current:
        return f"{quarter} so far: nothing yet."
    number = shown(current, metric.unit)
    message = f"{quarter} so far: {number}" + (
        "" if metric.aggregate == "count" else f" (n = {n_current:,})"
    )
    if effect is None:
        return f"{message}."
    return f"{message}, {_change(effect, EFFECTS[metric.aggregate], metric.unit)} {AGAINST['quarter before']}."


def with_n(metric: Metric, value: float | None, n: int) -> str:
    """Return a value with its n; a count says how many itself."""
    number = shown(value, metric.unit)
    return number if metric.aggregate == "count" else f"{number}, n = {n:,}"


def day(moment: date) -> str:
    """Return a day as people write it."""
    return f"{moment.day} {moment:%b %Y}"


def dates(window: Window) -> str:
    """Return a window by its first and last day."""
    return f"{day(window.start_on)} to {day(window.end_on - timedelta(days=1))}"


@dataclass(frozen=True)
class Axis:
    """How a chart shows a unit: its name, and what a value is multiplied by."""

    name: str
    factor: float

    @property
    def form(self) -> str:
        """The format of d3 for its numbers; amounts have their sign, and cents only where there are some."""
        return "$,.2~f" if self.is_money else ".0f" if self.name == "%" else ".1f"

    def number(self, value: float) -> str:
        """Return a value as text without its unit; an amount has its sign."""
        return dollars(value) if self.is_money else f"{value:{self.form}}"

    def told(self, value: float) -> str:
        """Return a value as text with its unit."""
        return f"{self.number(value)} {self.name.removeprefix('dollars ')}"

    @property
    def is_money(self) -> bool:
        """Whether it is of amounts."""
        return _is_money(self.name)


def axis(metric: Metric, frames: Sequence[pd.DataFrame]) -> Axis:
    """Return the axis on which the values of a metric's chart read best."""
    if metric.chart == "ages":
        return Axis("open", 1)
    if metric.unit == "share" or metric.chart == "incidence":
        return Axis("%", 100)
    if metric.unit == "hours" and any(frame["estimate"].median() >= 48 for frame in frames):
        return Axis("days", 1 / 24)
    return Axis(metric.unit, 1)


def drawn(metric: Metric, as_of: date) -> str:
    """Return what a metric's chart shows of it."""
    return (
        f"open on {day(as_of)}"
        if metric.chart == "ages"
        else DRAWN.get(metric.chart, DRAWN[metric.aggregate])
    )
