"""Money as words that a leader can read aloud: budgets, forecasts, what changed, and what is missing for an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil

from queries.read.listings import Row
from queries.statistics.forecasts import Forecast
from queries.text.sentences import day, dollars, shown

#: what a cost per outcome takes at least: outcomes, and days of its window with known spend
LEAST_OUTCOMES, LEAST_DAYS = 5, 0.8
#: segments of a change that are told
MOVED = 4
#: the parts of a change, in the order in which they are told and drawn
PARTS = {
    "volume_usd": "volume",
    "mix_usd": "mix",
    "price_usd": "price",
    "new_usd": "new",
    "retired_usd": "retired",
}


def month_name(first: date) -> str:
    """Return a month as people write it."""
    return f"{first:%B %Y}"


def period_sentence(row: Row) -> str:
    """Return where a month or year of ``forecasts`` stands against its budget."""
    moment = period_name(row["period"])
    if row["counted_until"] < date.fromisoformat(f"{row['period']}-01-01"[:10]):
        known_values = (
            f"Spend is known only through {day(row['counted_until'])}, so nothing of {moment} yet"
        )
        return f"{known_values}; {expected(row['point'], row['lo'], row['hi'], 'its end')}."
    message = f"In {moment}, {dollars(row['spent'])} was spent by {day(row['made_on'])}"
    if row["budget_usd"] is not None:
        budget = float(row["budget_usd"])
        message += f", {shown(row['spent'] / budget, 'share')} of" if budget else ", against"
        message += f" a budget of {dollars(budget)}"
    return f"{message}; {expected(row['point'], row['lo'], row['hi'], 'its end')}."


def expected(point: float, lo: float | None, hi: float | None, moment: str) -> str:
    """Return an expected amount with its interval, where there is one."""
    message = f"{dollars(point)} is expected by {moment}"
    return (
        message
        if lo is None or hi is None
        else f"{message} ({dollars(lo)} to {dollars(hi)} in four cases of five)"
    )


def period_asides(row: Row) -> list[str]:
    """Return what stands beside such a sentence: when the budget breaks, how often intervals held, and why none is."""
    message = []
    if row["budget_usd"] is None:
        for_month = "There is no budget for it; name one under [[budgets]] in headway.toml."
        message.append(for_month if "-" in row["period"] else "Not every month of it has a budget.")
    elif row["breach_on"] is None:
        message.append("The budget is expected to hold.")
    else:
        broke = row["breach_on"] <= row["made_on"]
        message.append(
            f"The budget {'was passed on' if broke else 'is expected to be passed about'} {day(row['breach_on'])}."
        )
    if row["p_over_budget"] is not None:
        message.append(f"The chance to end over it is {shown(row['p_over_budget'], 'share')}.")
    if row["coverage"] is not None and row["lo"] is not None:
        message.append(
            f"Of {int(row['coverage_n'])} forecasts of the past as far ahead, the interval held in "
            f"{shown(row['coverage'], 'share')}; it should in 80 %."
        )
    if row["reason"] is not None:
        message.append(f"There is {row['reason']}.")
    if row["break_on"] is not None:
        message.append(
            f"Since {day(row['break_on'])} spend is of another kind ({row['break_kind']}), which the forecast knows "
            "only in part."
        )
    return message


def period_name(period: str) -> str:
    """Return the period of a forecast, 2026-11 or 2026, as people write it."""
    return month_name(date.fromisoformat(f"{period}-01")) if "-" in period else period


def what_if_sentence(before: Forecast, after: Forecast, budget: float | None) -> str:
    """Return what a month will cost under other conditions, against what it would without them."""
    lo, hi = after.interval or (None, None)
    message = f"{expected(after.point, lo, hi, f'the end of {month_name(after.first)}')}"
    change = after.point - before.point
    if abs(change) >= 0.5:
        message = (
            f"Then {message}, {dollars(abs(change))} {'more' if change > 0 else 'less'} than now"
        )
    if budget is None:
        return f"{message}."
    breach, chance = after.breach_on(budget), after.chance_over(budget)
    if breach and breach <= after.counted_until:
        return f"{message}; the budget was passed on {day(breach)}."
    message += f"; the budget would {f'be passed about {day(breach)}' if breach else 'hold'}"
    return (
        f"{message} (chance to end over it: {shown(chance, 'share')})."
        if chance is not None
        else f"{message}."
    )


def split_sentence(row: Row, name: str, before: str) -> str:
    """Return why spend changed from one quarter to another, by the parts of the change."""
    change = row["after_usd"] - row["before_usd"]
    verb = (
        "did not change"
        if abs(change) < 0.5
        else f"{'rose' if change > 0 else 'fell'} by {dollars(abs(change))}"
    )
    message = f"Spend {verb} from {before} to {name}, from {dollars(row['before_usd'])} to {dollars(row['after_usd'])}"
    ways = {"new_usd": "by new tools and models", "retired_usd": "by retired ones"}
    parts = [
        f"{signed(row[part])} {ways.get(part, f'by {word}')}"
        for part, word in PARTS.items()
        if abs(row[part]) >= 0.5
    ]
    return f"{message}: {', '.join(parts)}." if parts else f"{message}."


def split_asides(rows: Sequence[Row]) -> list[str]:
    """Return which segments (the rows but for the total) moved most, and what merging the small ones does."""
    moved = [(row["after_usd"] - row["before_usd"], row) for row in rows[:MOVED]]
    reported = [
        f"{signed(change)} {' of '.join(name for name in (row['model'], row['tool']) if name)}"
        for change, row in moved
        if abs(change) >= 0.5
    ]
    message = [f"What moved most: {', '.join(reported)}."] if reported else []
    if any({row["tool"], row["model"]} & {"other tools", "other models"} for row in rows):
        message.append(
            "What too few people use is in other tools and other models; what comes to be told of looks new."
        )
    return message


def split_lacks(quarters: Mapping[str, Row]) -> str | None:
    """Return why a change between quarters cannot be split, from what is known of each; None where it can."""
    short = [
        f"for {row['days_known']} of the {row['days']} days of {name}"
        for name, row in quarters.items()
        if row["days_known"] < ceil(LEAST_DAYS * row["days"])
    ]
    return (
        f"Not split: final spend is known only {' and '.join(short)}; it takes four fifths."
        if short
        else None
    )


def signed(usd: float) -> str:
    """Return an amount with its sign."""
    return dollars(usd) if usd < 0 else f"+{dollars(usd)}"


def engineer_sentence(rows: Sequence[Row]) -> str | None:
    """Return what an engineer cost in the newest whole month, against the month before; None without one."""
    whole = [row for row in rows if not row["is_partial"] and row["usd_per_engineer"] is not None]
    if not whole:
        return None
    last, message = whole[-1], ""
    who = per_whom(last["basis"])
    if len(whole) > 1:
        later = whole[-2]
        message = f", after {dollars(later['usd_per_engineer'])} in {month_name(later['month'])}"
    return (
        f"AI cost {dollars(last['usd_per_engineer'])} per {who} in {month_name(last['month'])} "
        f"(n = {int(last['engineers']):,}){message}."
    )


def per_whom(basis: object) -> str:
    """Return by whom spend is divided, as titles say it."""
    return "active author" if basis == "active authors" else "engineer"


def tools_sentence(rows: Sequence[Row]) -> str | None:
    """Return how many tools money goes to in effect, and how much of it was decided on; None without a month."""
    whole = [row for row in rows if not row["is_partial"]] or list(rows)
    if not whole:
        return None
    last, first = whole[-1], whole[0]
    some = "1 tool" if last["tools"] == 1 else f"{int(last['tools'])} tools"
    message = f"In {month_name(last['month'])} money went to {some}, in effect to {last['effective_tools']:.1f}"
    if last is not first:
        message += f", after {first['effective_tools']:.1f} in {month_name(first['month'])}"
    decided = 1 - last["undecided_share"]
    return f"{message}; {shown(decided, 'share')} of it to tools that were decided on."


def team_sentence(rows: Sequence[Row]) -> str | None:
    """Return who spent most in a month, and how much no team is known for; None where no team is named."""
    whole = sum(row["cost_usd"] for row in rows)
    named = [row for row in rows if row["team"] not in ("(other teams)", "unattributed")]
    if not named or whole <= 0:
        return None
    top = named[0]
    message = f"In {month_name(top['month'])}, {shown(top['cost_usd'] / whole, 'share')} of {dollars(whole)} went to "
    message += f"{top['team']}"
    alone = sum(row["cost_usd"] for row in rows if row["team"] == "unattributed")
    return (
        f"{message}; for {shown(alone / whole, 'share')} no person or team is known."
        if alone > 0
        else f"{message}."
    )


def outcomes_sentence(rows: Sequence[Row]) -> str | None:
    """Return which tools left traces on outcomes; None where none did."""
    traced = [row for row in rows if row["tool"] != "no trace"]
    if not traced:
        return None
    reported = ", ".join(f"{row['tool']} on {row['outcomes']:,}" for row in traced)
    return f"Traces of tools on outcomes: {reported}."


def overlap_sentence(rows: Sequence[Row]) -> str:
    """Return how many teams work with several tools at once."""
    several = sum(row["tools"] > 1 for row in rows)
    teams = "1 team" if len(rows) == 1 else f"{len(rows)} teams"
    return f"{several} of {teams} that left traces of tools left those of several."


def without_price(rows: Sequence[Row]) -> str | None:
    """Return which spend counts as nothing because nobody knows its price; None where all is known."""
    if not rows:
        return None
    reported = ", ".join(
        f"{int(row['rows_without_price']):,} rows of {row['provider']} ({row['sources']})"
        for row in rows
    )
    return f"Without a known price, so counted as nothing: {reported}."


def basis_sentence(row: Row) -> str:
    """Return what a cost per outcome rests on: the money, and the outcomes by kind and by what is known of them."""
    message = f"It rests on {dollars(row['cost_usd'])} of final spend, known for {row['days_known']} of {row['days']} days"
    if not row["outcomes"]:
        return f"{message}, and on no outcome."
    message += f", and on {row['outcomes']:,} outcomes: {row['kinds']}."
    parts = [
        (row["not_observable"], "cannot be observed to last"),
        (row["unlinked"], "are linked to no issue"),
    ]
    reported = [f"{shown(n / row['outcomes'], 'share')} of them {label}" for n, label in parts if n]
    message += f" {', and '.join(reported)}." if reported else ""
    remaining = [
        f"{row[name]:,} {label}"
        for name, label in (("undone", "undone"), ("provisional", "too young"))
        if row[name]
    ]
    return f"{message} Left out: {', '.join(remaining)}." if remaining else message


def missing_sentence(row: Row, quarter: str) -> str | None:
    """Return exactly what a quarter lacks for a cost per outcome; None where it lacks nothing."""
    lacks, needed = [], ceil(LEAST_DAYS * row["days"])
    if row["days_known"] < needed:
        known_values = f"is known for {row['days_known']} of its {row['days']} days"
        if row["days_known"]:
            known_values += f" (between {day(row['first_day'])} and {day(row['last_day'])})"
        lacks.append(
            f"final spend of {needed - row['days_known']} more days: it {known_values}, and {needed} are needed"
        )
    if row["outcomes"] < LEAST_OUTCOMES:
        more, known_values = (
            LEAST_OUTCOMES - row["outcomes"],
            f"{row['outcomes']} of {LEAST_OUTCOMES} are known",
        )
        lacks.append(
            f"{more} more {'outcome' if more == 1 else 'outcomes'} that lasted: {known_values}"
        )
    return f"What {quarter} lacks: {'; and '.join(lacks)}." if lacks else None
