"""Verdicts as sentences: what changed, or what is missing for a word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from queries.catalog.metric import EFFECTS, Metric
from queries.statistics.comparison import as_float
from queries.text.sentences import MUCH, day, format_value, lowered, size_of

#: comparison of a rollout's teams with the other teams
AGAINST_TEAMS = "against the teams without it"
#: yardstick of a change
USUAL = "quarters here usually differ"
#: words of changes that were judged
JUDGED = ("improving", "worse", "no clear change", "not proven")
#: sentences of reasons that have no figures
REASONS: Mapping[str, str] = {
    "not measured": "Not measured: nothing of this kind was ever observed",
    "pairs": "Too few comparable quarters in the past",
    "not reached": "Fewer than half are finished, so there is no median to compare",
    "undefined": "A number of 0 has no ratio, so there is nothing to compare",
    "repositories": "No repository has items in both windows",
    "rate unknown": "A wave has no known response rate, or fewer than 10 people were invited",
    "silence": "The change is no larger than what less content people who did not answer may hide",
    "response": "The response rate changed by more than 15 points, so other people answered",
    "exploratory": "Repositories and work types have effects and no verdicts",
    "guardrails open": "Not decided yet: a guardrail has not matured",
    "members": "More than 30 % of the team changed, so there is no verdict",
}
#: what is too few, of one and of many; other nouns are those of the metric
NOUNS: Mapping[str, tuple[str, str]] = {
    "reviews": ("review", "reviews"),
    "outcomes": ("outcome", "outcomes"),
    "waves": ("wave of the pulse", "waves of the pulse"),
    "moves": ("issue that came or went", "issues that came or went"),
    "events": ("event in both windows", "events in both windows"),
    "non-events": ("item without it in both windows", "items without it in both windows"),
    "history": ("week of history", "weeks of history"),
    "spend": ("day of known spend", "days of known spend"),
}
#: a sentence has the change without mix if mix moves a share by so much, or a ratio by this factor
MIX_POINTS, MIX_RATIO = 0.05, 1.1
#: what a blind interval cannot show, by kind of effect
UNSEEN: Mapping[str, str] = {"ratio": "a threefold change", "share": "a change of 25 points"}
#: comparatives of a smaller and a larger number
COMPARATIVES: Mapping[str, tuple[str, str]] = {
    "median": ("faster", "slower"),
    "share": ("lower", "higher"),
    "net per week": ("lower", "higher"),
    "per outcome": ("cheaper", "more expensive"),
    "count": ("fewer", "more"),
    "mean": ("lower", "higher"),
}


def verdict_sentence(
    metric: Metric,
    row: Mapping[str, Any],
    guardrail: tuple[Metric, Mapping[str, Any]] | None = None,
    *,
    is_alone: bool = False,
) -> str:
    """Return a verdict as one sentence.

    ``row`` and the guardrail's row have the columns of ``answers``. ``guardrail`` is the one that
    stops a gain. ``is_alone``: whether a rollout has no teams without it.
    """
    busy = row.get("busy_week") if row["verdict"] in JUDGED else None
    text = _sentence(metric, row, guardrail, is_alone=is_alone)
    return f"{text} The week of {day(busy)} has over a third of the items." if busy else text


def _sentence(
    metric: Metric,
    row: Mapping[str, Any],
    guardrail: tuple[Metric, Mapping[str, Any]] | None,
    *,
    is_alone: bool,
) -> str:
    text = _statement(metric, row, guardrail)
    if not row["comparison"].startswith("rollout") or row["verdict"] not in JUDGED:
        return f"{text}."
    text += "; an association, not a cause"
    return f"{text}; there is no team without it to compare with." if is_alone else f"{text}."


def _statement(
    metric: Metric, row: Mapping[str, Any], guardrail: tuple[Metric, Mapping[str, Any]] | None
) -> str:
    verdict, reason = row["verdict"], row["reason"] or ""
    if reason == "so far":
        return _so_far(metric, row)
    if verdict in ("improving", "worse"):
        usual = "such differences usually are" if _is_difference(row) else USUAL
        return f"{_change(metric, row)}: more than {usual}"
    if verdict == "no clear change":
        against = f" {AGAINST_TEAMS}" if _is_difference(row) else ""
        return f"No clear change{against}; {range_text(metric, row)}"
    if verdict == "not proven":
        return _not_proven(metric, row, guardrail)
    return shortage_text(metric, row, reason)


def _change(metric: Metric, row: Mapping[str, Any]) -> str:
    """Return both numbers in the phrase of the metric; of a difference also the difference."""
    current, baseline = (
        format_value(as_float(row[name]), metric.unit) for name in ("current", "baseline")
    )
    text = metric.changed.format(current=current, baseline=baseline)
    effect = as_float(row["effect"])
    if not _is_difference(row) or effect is None:
        return text
    return f"{text}, {change_text(metric, effect)} {AGAINST_TEAMS}"


def _is_difference(row: Mapping[str, Any]) -> bool:
    """Return whether a rollout is compared with the teams without it."""
    return bool(row["variant"] == "difference")


def _not_proven(
    metric: Metric, row: Mapping[str, Any], guardrail: tuple[Metric, Mapping[str, Any]] | None
) -> str:
    change = _change(metric, row)
    text = f"Not proven: {lowered(change)}"
    if guardrail is None:
        return f"{text}, and none of its guardrails can be measured"
    guard, numbers = guardrail
    current, baseline = (
        format_value(as_float(numbers[name]), guard.unit) for name in ("current", "baseline")
    )
    return f"{text}, while {guard.loss} ({current}, was {baseline})"


def _so_far(metric: Metric, row: Mapping[str, Any]) -> str:
    effect = as_float(row["effect"])
    if effect is None:
        return "So far there is nothing to compare"
    text = f"So far {change_text(metric, effect)}"
    if as_float(row["lo"]) is None:
        return text
    return f"{text}; {range_text(metric, row)}"


def range_text(metric: Metric, row: Mapping[str, Any]) -> str:
    """Return the interval as the changes that the numbers do not rule out."""
    low, high = as_float(row["lo"]), as_float(row["hi"])
    if low is None or high is None:
        return "the size of a change is not known"
    bounds = f"{change_text(metric, low)} and {change_text(metric, high)}"
    return f"anything between {bounds} would look like this"


def change_text(metric: Metric, effect: float) -> str:
    """Return an effect in words: 38 % faster, 12 points higher, 4 fewer, 3 times as long."""
    smaller, larger = COMPARATIVES.get(metric.aggregate, ("less", "more"))
    word = smaller if effect < 0 else larger
    if EFFECTS[metric.aggregate] == "difference":
        if metric.unit == "share":
            points = round(abs(effect) * 100)
            noun = "point" if points == 1 else "points"
            return f"{points} {noun} {word}" if points else "no change"
        size = size_of(effect)
        return "no change" if size == "0" else f"{size} {word}"
    if effect >= 1:
        times = f"{effect + 1:,.1f}".removesuffix(".0")
        much = "much" if metric.unit.startswith("dollars") else MUCH.get(metric.unit, "many")
        return f"{'twice' if times == '2' else f'{times} times'} as {much}"
    size = f"{abs(effect) * 100:.0f}"
    return "no change" if size == "0" else f"{size} % {word}"


def mix_sentence(metric: Metric, effect: float | None, adjusted: float | None) -> str:
    """Return what the change would be with the baseline's mix; empty if the mix matters little."""
    if effect is None or adjusted is None:
        return ""
    if EFFECTS[metric.aggregate] == "difference":
        is_moved = abs(adjusted - effect) >= MIX_POINTS
    else:
        ratio = (1 + adjusted) / (1 + effect) if effect > -1 else MIX_RATIO
        is_moved = not 1 / MIX_RATIO < ratio < MIX_RATIO
    texts = change_text(metric, adjusted), change_text(metric, effect)
    if not is_moved or texts[0] == texts[1]:
        return ""
    weights = "repositories and work types" if metric.has_mix_of_types else "repositories"
    return f" With the same weights of {weights}: {texts[0]}, not {texts[1]}."


def bound_sentence(upper: Metric, row: Mapping[str, Any]) -> str:
    """Return the upper bound of both numbers; empty if one is not known."""
    values = [as_float(row[name]) for name in ("current", "baseline")]
    if None in values:
        return ""
    current, baseline = (format_value(value, upper.unit) for value in values)
    return f" At most {current}, was {baseline}."


def shortage_text(metric: Metric, row: Mapping[str, Any], reason: str) -> str:
    """Return what is missing; a reason with figures is ``code: actual of needed``."""
    code, _, figures = reason.partition(": ")
    if code == "blind":
        kind = "share" if metric.unit == "share" else EFFECTS[metric.aggregate]
        unseen = UNSEEN.get(kind, "twice as many")
        return f"Too few to see even {unseen}; {range_text(metric, row)}"
    if code in REASONS:
        return REASONS[code]
    actual, needed = (float(figure) for figure in figures.split(" of "))
    singular, plural = NOUNS.get(code) or _items(metric)
    count = f"{actual:,.0f}"
    noun = singular if count == "1" else plural
    return f"{count} {noun}; a verdict needs {needed:,.0f}"


def _items(metric: Metric) -> tuple[str, str]:
    """Return the nouns of one and of many items."""
    kind = metric.parameters.get("only_work_type")
    return (f"{kind}", f"{kind}s") if kind else (metric.of.name, metric.of.plural)
