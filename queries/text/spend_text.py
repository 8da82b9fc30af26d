"""Spend as sentences: budgets, forecasts, changes and missing data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil

from queries.catalog.cost import MIN_KNOWN_DAYS, MIN_OUTCOMES
from queries.sql_files import Row
from queries.statistics.forecasts import Forecast
from queries.text.periods import is_passed, month_name, period_name
from queries.text.sentences import day, dollars, format_value

#: number of segments of a change that a note names
NAMED_SEGMENTS = 4
#: parts of a change, in the order of sentences and charts
PARTS = {
    "volume_usd": "volume",
    "mix_usd": "mix",
    "price_usd": "price",
    "new_usd": "new",
    "retired_usd": "retired",
}
#: phrases for parts whose name alone is not clear in a sentence
PART_PHRASES = {"new_usd": "by new tools and models", "retired_usd": "by retired ones"}


def period_sentence(row: Row) -> str:
    """Return spend, budget and forecast of a row of ``forecasts``."""
    name = period_name(row["period"])
    if row["point"] is None:
        forecast = f"There is {row['reason']}"
    else:
        forecast = expected(row["point"], row["lo"], row["hi"], "its end")
    if row["counted_until"] < date.fromisoformat(f"{row['period']}-01-01"[:10]):
        last = day(row["counted_until"])
        return f"Spend is known only through {last}, so not yet for {name}. {forecast}."
    is_known = row["counted_until"] >= row["made_on"]
    least = "" if is_known else "at least "
    text = f"In {name}, {least}{dollars(row['spent'])} was spent by {day(row['made_on'])}"
    if row["budget_usd"] is not None:
        budget = float(row["budget_usd"])
        share = f"{format_value(row['spent'] / budget, 'share')} of" if budget else "against"
        text += f", {share} a budget of {dollars(budget)}"
    if not is_known:
        text += f"; spend is complete through {day(row['counted_until'])}"
    return f"{text}. {forecast}."


def expected(point: float, lo: float | None, hi: float | None, moment: str) -> str:
    """Return an expected amount with its interval, if there is one."""
    text = f"{dollars(point)} is expected by {moment}"
    if lo is None or hi is None:
        return text
    return f"{text} (80 % interval: {dollars(lo)} to {dollars(hi)})"


def period_notes(row: Row) -> list[str]:
    """Return notes on a forecast: breach of the budget, accuracy and missing intervals."""
    has_forecast = row["point"] is not None
    notes = [_breach_note(row)] if has_forecast or row["breach_on"] else []
    if row["p_over_budget"] is not None:
        chance = format_value(row["p_over_budget"], "share")
        notes.append(f"The probability of exceeding it is {chance}.")
    if row["coverage"] is not None and row["lo"] is not None:
        coverage = format_value(row["coverage"], "share")
        notes.append(
            f"The interval was right in {coverage} of {int(row['coverage_n'])} past forecasts "
            "with the same horizon; 80 % is the target."
        )
    if row["reason"] is not None and has_forecast:
        notes.append(f"There is {row['reason']}.")
    if row["break_on"] is not None and has_forecast:
        notes.append(
            f"Spend changed on {day(row['break_on'])} ({row['break_kind']}); the forecast includes "
            "only part of that change."
        )
    return notes


def _breach_note(row: Row) -> str:
    if row["budget_usd"] is None and "-" in row["period"]:
        return "It has no budget; add one under [[budgets]] in headway.toml."
    if row["budget_usd"] is None:
        return "Not every month of it has a budget."
    if row["breach_on"] is None:
        return "The budget is expected to hold."
    verb = "is expected to be exceeded about"
    if row["breach_on"] <= row["made_on"]:
        verb = "was exceeded on" if is_passed(row) else "was probably exceeded about"
    return f"The budget {verb} {day(row['breach_on'])}."


def what_if_sentence(before: Forecast, after: Forecast, budget: float | None) -> str:
    """Return the cost of a month under other conditions, and the difference."""
    lo, hi = after.interval or (None, None)
    text = expected(after.point, lo, hi, f"the end of {month_name(after.first)}")
    change = after.point - before.point
    if abs(change) >= 0.5:
        text = f"Then {text}, {dollars(abs(change))} {'more' if change > 0 else 'less'} than now"
    if budget is None:
        return f"{text}."
    breach, chance = after.breach_on(budget), after.chance_over(budget)
    if breach and breach <= after.counted_until:
        return f"{text}. The budget was exceeded on {day(breach)}."
    text += f". The budget would {f'be exceeded about {day(breach)}' if breach else 'hold'}"
    if chance is None:
        return f"{text}."
    return f"{text} (probability of exceeding it: {format_value(chance, 'share')})."


def split_sentence(row: Row, name: str, before: str) -> str:
    """Return the parts of a change of spend between two quarters."""
    # as a reader subtracts the printed amounts
    before_usd, after_usd = (
        round(row[column], 2 if abs(row[column]) < 9.995 else 0)
        for column in ("before_usd", "after_usd")
    )
    change = after_usd - before_usd
    verb = f"{'rose' if change > 0 else 'fell'} by {dollars(abs(change))}"
    if abs(change) < 0.5:
        verb = "did not change"
    amounts = f"from {dollars(row['before_usd'])} to {dollars(row['after_usd'])}"
    text = f"Spend {verb} from {before} to {name}, {amounts}"
    parts = [
        f"{signed(row[part])} {PART_PHRASES.get(part, f'by {word}')}"
        for part, word in PARTS.items()
        if abs(row[part]) >= 0.5
    ]
    return f"{text}: {', '.join(parts)}." if parts else f"{text}."


def split_notes(rows: Sequence[Row]) -> list[str]:
    """Return the segments with the largest changes, and the effect of grouping small ones."""
    changes = [
        f"{signed(row['after_usd'] - row['before_usd'])} {_segment(row)}"
        for row in rows[:NAMED_SEGMENTS]
        if abs(row["after_usd"] - row["before_usd"]) >= 0.5
    ]
    notes = [f"Largest changes: {', '.join(changes)}."] if changes else []
    if any({row["tool"], row["model"]} & {"other tools", "other models"} for row in rows):
        notes.append(
            "Tools and models below the privacy threshold are grouped as “other”. One that rises "
            "above the threshold counts as new."
        )
    return notes


def _segment(row: Row) -> str:
    return " of ".join(name for name in (row["model"], row["tool"]) if name)


def split_problem(quarters: Mapping[str, Row]) -> str | None:
    """Return the reason why a change cannot be split; None if it can."""
    short = [
        f"{row['days_known']} of the {row['days']} days of {name}"
        for name, row in quarters.items()
        if row["days_known"] < _needed_days(row)
    ]
    if not short:
        return None
    share = format_value(MIN_KNOWN_DAYS, "share")
    return f"Not split: final spend is known for only {' and '.join(short)}; {share} are needed."


def _needed_days(row: Row) -> int:
    return ceil(MIN_KNOWN_DAYS * int(row["days"]))


def signed(usd: float) -> str:
    """Return an amount with its sign."""
    return dollars(usd) if usd < 0 else f"+{dollars(usd)}"


def engineer_sentence(rows: Sequence[Row]) -> str | None:
    """Return the cost per engineer in the newest whole month, and the month before."""
    whole = [row for row in rows if not row["is_partial"] and row["usd_per_engineer"] is not None]
    if not whole:
        return None
    last = whole[-1]
    text = (
        f"AI cost {dollars(last['usd_per_engineer'])} per {per_whom(last['basis'])} "
        f"in {month_name(last['month'])} (n = {int(last['engineers']):,})"
    )
    if len(whole) > 1:
        before = whole[-2]
        text += f", after {dollars(before['usd_per_engineer'])} in {month_name(before['month'])}"
    return f"{text}."


def per_whom(basis: object) -> str:
    """Return the divisor of spend: engineer or active author."""
    return "active author" if basis == "active authors" else "engineer"


def tools_sentence(rows: Sequence[Row]) -> str | None:
    """Return the number of tools with spend, and the share with a decision."""
    whole = _whole_months(rows)
    if not whole:
        return None
    last = whole[-1]
    tools = "1 tool" if last["tools"] == 1 else f"{int(last['tools'])} tools"
    decided = format_value(1 - last["undecided_share"], "share")
    return (
        f"In {month_name(last['month'])}, {tools} cost money. "
        f"{decided} of the spend is for tools with a decision."
    )


def concentration_sentence(rows: Sequence[Row]) -> str | None:
    """Return how concentrated spend is in the newest whole month, and was in the first."""
    whole = _whole_months(rows)
    if not whole:
        return None
    last, first = whole[-1], whole[0]
    text = f"Spend is as concentrated as on {last['effective_tools']:.1f} equally large tools"
    if last is not first:
        text += f", {first['effective_tools']:.1f} in {month_name(first['month'])}"
    return f"{text}."


def _whole_months(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of whole months, or all if there is none."""
    return [row for row in rows if not row["is_partial"]] or list(rows)


def team_sentence(rows: Sequence[Row]) -> str | None:
    """Return the team with the largest spend of a month, and the unattributed share."""
    total = sum(row["cost_usd"] for row in rows)
    teams = [row for row in rows if row["team"] not in ("(other teams)", "unattributed")]
    if not teams or total <= 0:
        return None
    top = teams[0]
    share = format_value(top["cost_usd"] / total, "share")
    text = f"In {month_name(top['month'])}, {top['team']} spent {share} of {dollars(total)}"
    unattributed = sum(row["cost_usd"] for row in rows if row["team"] == "unattributed")
    if unattributed <= 0:
        return f"{text}."
    return f"{text}; {format_value(unattributed / total, 'share')} is unattributed."


def outcomes_sentence(rows: Sequence[Row]) -> str | None:
    """Return the number of outcomes with traces of each tool; None without traces."""
    traced = [row for row in rows if row["tool"] != "no trace"]
    if not traced:
        return None
    counts = ", ".join(f"{row['tool']} {row['outcomes']:,}" for row in traced)
    return f"Outcomes with traces of a tool: {counts}."


def overlap_sentence(rows: Sequence[Row]) -> str:
    """Return the number of teams that use several tools."""
    several = sum(row["tools"] > 1 for row in rows)
    teams = "1 team" if len(rows) == 1 else f"{len(rows)} teams"
    return f"{several} of {teams} with traces of tools used several."


def unpriced_sentence(rows: Sequence[Row]) -> str | None:
    """Return the spend that counts as zero because its price is unknown; None without any."""
    if not rows:
        return None
    counts = ", ".join(
        f"{int(row['rows_without_price']):,} rows of {row['provider']} ({row['sources']})"
        for row in rows
    )
    return f"Counted as $0 because the price is unknown: {counts}."


def basis_sentence(row: Row) -> str:
    """Return spend and outcomes behind a cost per outcome."""
    text = f"Based on {dollars(row['cost_usd'])} of final spend, known for "
    text += f"{row['days_known']} of {row['days']} days"
    if not row["outcomes"]:
        return f"{text}, and no outcome."
    text += f", and {row['outcomes']:,} outcomes: {row['kinds']}."
    shares = [
        f"{format_value(n / row['outcomes'], 'share')} of them {label}"
        for n, label in (
            (row["not_observable"], "have unknown durability"),
            (row["unlinked"], "are not linked to an issue"),
        )
        if n
    ]
    text += f" {', and '.join(shares)}." if shares else ""
    left_out = [
        f"{row[name]:,} {label}"
        for name, label in (("undone", "undone"), ("provisional", "too recent"))
        if row[name]
    ]
    return f"{text} Left out: {', '.join(left_out)}." if left_out else text


def missing_sentence(row: Row, quarter: str) -> str | None:
    """Return the data that a quarter needs for a cost per outcome; None if it has all."""
    missing, needed = [], _needed_days(row)
    if row["days_known"] < needed:
        known = f"{row['days_known']} of {needed} are known"
        if row["days_known"]:
            known += f", between {day(row['first_day'])} and {day(row['last_day'])}"
        missing.append(f"final spend of {needed - row['days_known']} more days ({known})")
    if row["outcomes"] < MIN_OUTCOMES:
        more = MIN_OUTCOMES - row["outcomes"]
        noun = "outcome" if more == 1 else "outcomes"
        known = f"{row['outcomes']} of {MIN_OUTCOMES} are known"
        missing.append(f"{more} more {noun} that lasted ({known})")
    return f"{quarter} needs {' and '.join(missing)}." if missing else None
