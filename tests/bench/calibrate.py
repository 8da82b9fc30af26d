"""Calibration of verdicts: how often they are wrong in simulated histories, and what they find.

``python -m tests.bench.calibrate`` prints the tables of docs/verdicts.md for the code of this
version; ``--quick`` prints them for few histories. Seeded: each cell has dice of its own.
"""

from __future__ import annotations

import argparse
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, stdtr, stdtrit

from queries.statistics.changes import Change, compare
from queries.statistics.judgements import Judgement, judge, judge_median
from queries.statistics.medians import lower_median, slower_share, weekly_shares
from queries.statistics.noise import Array, Weeks, Windows
from queries.statistics.verdicts import ROLLOUT_SHARES, family, guardrail, word
from tests.bench.histories import (
    QUARTER,
    Number,
    Setting,
    World,
    draw_durations,
    draw_levels,
    draw_weeks,
)

SHARE = Number("share near 0.8", "share", 0.8)
NUMBERS = (
    SHARE,
    Number("share near 0.4", "share", 0.4),
    Number("rare share (2 %)", "share", 0.02),
    Number("rate", "rate"),
    Number("net flow", "net"),
    Number("per reviewer", "per reviewer"),
    Number("cost per outcome", "per outcome"),
    Number("count", "count"),
)
MEDIAN = Number("median", "median")
#: items, events or outcomes a week; of a count 1, 10 and 50 a quarter
SIZES: Sequence[float] = (3, 10, 40)
COUNT_SIZES: Sequence[float] = (1 / 13, 10 / 13, 50 / 13)
#: worlds in which false verdicts must stay below 5 %, and the two that may exceed it
WORLDS: tuple[World, ...] = get_args(World)
NULL_WORLDS, STEADY_WORLDS, HARD_WORLDS = WORLDS[:6], WORLDS[:4], ("wander", "bot week")
#: quarters of history with the judged one, and weeks to the baseline
COMPARISONS = ((13, 13), (6, 13), (13, 52), (9, 52))
TEAM_SIZES: Mapping[str, float] = {"6 people": 3, "40 people": 30, "400 people": 300}
#: events a week of counts of 3, 10 and 50 a quarter
COUNT_POWER_SIZES = (3 / 13, 10 / 13, 50 / 13)
POWER = 0.8
#: p of a word that stands alone, and of the third of 13 words
ALONE, THIRD = 0.05, 3 * 0.05 / 13
GUARDS: Mapping[str, tuple[float, float]] = {
    "reverts": (0.02, 0.02),
    "failed changes": (0.08, 0.10),
    "unreviewed": (0.10, 0.05),
}
ROLLOUT_WORLDS = ("nothing", "wander", "shock")
#: weeks before a rollout
ROLLOUT_HISTORY = 156
QUICK_HISTORIES = 40
#: teams of a company: each a history of its own
TEAMS = 8
ROLLOUTS = ((1, 2), (1, 4), (3, 4), (4, 8), (10, 30), (1, 30))


#: hours and weeks of the items of a history, and sorted hours of the judged window and the baseline
Durations = tuple[Array, NDArray[np.int_]]
Samples = Sequence[tuple[Array, Array]]


@dataclass(frozen=True)
class Cell:
    """Figures of many histories: false words, and width over that of the true spread."""

    false: float
    width: float
    covered: float


def dice_of(*key: object) -> np.random.Generator:
    """Return the dice of a cell, the same in every run."""
    return np.random.default_rng(zlib.crc32(repr(key).encode()))


def p_values(change: Change) -> Array:
    """Return the p of many changes; 1 without noise."""
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stdtr(change.noise.df, -np.abs(change.change) / change.noise.se)
    return np.where(np.isfinite(p), p, 1.0)


def row_of(weeks: Weeks, row: int | np.signedinteger) -> Weeks:
    """Return one history of many."""
    moves = None if weeks.moves is None else weeks.moves[row]
    denominator = weeks.denominator[row]
    return Weeks(weeks.numerator[row], denominator, weeks.counts, moves)


def number_cell(
    number: Number,
    size: float,
    setting: Setting,
    truth: float = 0.0,
    breaks: Sequence[tuple[int, int]] = (),
) -> Cell:
    """Return the figures of a number; ``truth`` is the change on the scale of the test."""
    weeks = draw_weeks(number, size, setting, dice_of(number, size, setting))
    windows = Windows(setting.judged, setting.lag, breaks=breaks)
    result = compare(number.kind, [weeks], windows)
    # only a history with enough data has a word
    rows = np.flatnonzero(p_values(result) < ALONE)
    judged = (judge(number.kind, row_of(weeks, row), windows).p for row in rows)
    false = sum(p is not None for p in judged) / setting.histories
    half = stdtrit(result.noise.df, 0.975) * result.noise.se
    is_known = np.isfinite(result.change) & np.isfinite(half)
    change, half = result.change[is_known], half[is_known]
    covered = float((np.abs(change - truth) <= half).mean())
    return Cell(false, float(np.median(half)) / (1.96 * float(change.std())), covered)


def median_changes(histories: Sequence[Durations], windows: Windows) -> tuple[Change, Samples]:
    """Return the changes of the medians of many histories, by the steps of ``judge_median``."""
    samples, sums, changes = [], [], []
    for hours, week in histories:
        now, before = (
            np.sort(hours[(week >= part.start) & (week < part.stop)])
            for part in (windows.now, windows.before)
        )
        open_weeks = np.ones(windows.now.stop, dtype=np.bool_)
        threshold = lower_median(np.concatenate([now, before]))
        sums.append(weekly_shares(hours, week, open_weeks, threshold))
        changes.append(slower_share(now, before))
        samples.append((now, before))
    numerators, denominators = (
        np.stack([getattr(weeks, name) for weeks in sums]) for name in ("numerator", "denominator")
    )
    result = compare("median", [Weeks(numerators, denominators)], windows)
    return replace(result, change=np.array(changes)), samples


def median_cell(size: float, setting: Setting) -> Cell:
    """Return the figures of a median; the change of the setting is the logarithm of a factor."""
    windows, factor = Windows(setting.judged, setting.lag), np.exp(setting.change)
    histories = draw_durations(size, setting, dice_of("median", size, setting))
    result, samples = median_changes(histories, windows)
    rows = np.flatnonzero(p_values(result) < ALONE)
    judged = [judge_median(*histories[row], windows) for row in rows]
    half = stdtrit(result.noise.df, 0.975) * result.noise.se
    distance = np.abs([slower_share(now / factor, before) for now, before in samples])
    width = float(np.median(half)) / (1.96 * float(result.change.std()))
    false = sum(_is_seen(judgement, ALONE) for judgement in judged) / len(histories)
    return Cell(false, width, float((distance <= half).mean()))


def cells(number: Number, quarters: int, lag: int, count: int) -> dict[tuple[World, float], Cell]:
    """Return the cells of a number by world and size, for one comparison."""
    sizes = COUNT_SIZES if number.kind == "count" else SIZES
    result = {}
    for world in WORLDS[:8]:
        for size in sizes:
            setting = Setting(world, count, quarters, lag)
            if number is MEDIAN:
                result[world, size] = median_cell(size, replace(setting, histories=count // 2))
            else:
                result[world, size] = number_cell(number, size, setting)
    return result


def false_table(count: int) -> Iterable[str]:
    """Yield the table of false verdicts, widths and coverage where nothing changes."""
    yield "| number | history, baseline | false | wander; bot week | coverage | width |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for number in (*NUMBERS[:3], MEDIAN, *NUMBERS[3:]):
        for quarters, lag in COMPARISONS:
            table = cells(number, quarters, lag, count)
            usual = [cell for (world, _), cell in table.items() if world in NULL_WORLDS]
            # a past change and growth are changes: see the next table
            widths = [cell.width for (world, _), cell in table.items() if world in STEADY_WORLDS]
            hard = [
                max(cell.false for (name, _), cell in table.items() if name == world)
                for world in HARD_WORLDS
            ]
            name = f"{quarters} quarters, {'quarter' if lag == QUARTER else 'year'} before"
            yield (
                f"| {number.name} | {name} | {span([c.false for c in usual])} | "
                f"{per_cent(hard[0])}; {per_cent(hard[1])} | "
                f"{span([cell.covered for cell in usual])} | "
                f"{span_of_widths(widths)} |"
            )


def past_change_table(count: int) -> Iterable[str]:
    """Yield false verdicts and widths after a lasting change, registered as a rollout or not."""
    yield "| number | baseline | not registered: false; width | registered: false; width |"
    yield "| --- | --- | --- | --- |"
    for number in NUMBERS:
        size = COUNT_SIZES[2] if number.kind == "count" else SIZES[1]
        for lag in (QUARTER, 4 * QUARTER):
            setting = Setting("past change", count, lag=lag)
            texts = []
            for breaks in ((), ((setting.past_change, setting.past_change),)):
                cell = number_cell(number, size, setting, breaks=breaks)
                texts.append(f"{per_cent(cell.false)}; {cell.width:.1f}")
            name = "quarter before" if lag == QUARTER else "year before"
            yield f"| {number.name} | {name} | {' | '.join(texts)} |"


def season_table(count: int) -> Iterable[str]:
    """Yield the false verdicts of each quarter of a year with a Christmas and an August dip."""
    yield "| number | quarter before, by quarter | year before, by quarter |"
    yield "| --- | --- | --- |"
    for number in NUMBERS:
        size = COUNT_SIZES[2] if number.kind == "count" else SIZES[1]
        by_lag = [
            ", ".join(
                per_cent(
                    number_cell(
                        number, size, Setting("season", count, 13, lag, first_week=QUARTER * n)
                    ).false
                )
                for n in range(4)
            )
            for lag in (13, 52)
        ]
        yield f"| {number.name} | {by_lag[0]} | {by_lag[1]} |"


def coverage_table(count: int) -> Iterable[str]:
    """Yield the coverage of intervals if the judged quarter changes."""
    yield "| number | change | coverage by world | found at 5 % |"
    yield "| --- | --- | --- | --- |"
    for number in (*NUMBERS[:4], MEDIAN, *NUMBERS[4:]):
        size = COUNT_SIZES[2] if number.kind == "count" else SIZES[1]
        for change in (-0.5, 0.5):
            results = []
            for world in STEADY_WORLDS:
                setting = Setting(world, count, change=change)
                if number is MEDIAN:
                    cell = median_cell(size, replace(setting, histories=count // 2))
                else:
                    cell = number_cell(number, size, setting, truth_of(number, size, setting))
                results.append(cell)
            yield (
                f"| {number.name} | {change:+.1f} | {span([cell.covered for cell in results])} | "
                f"{span([cell.false for cell in results])} |"
            )


def truth_of(number: Number, size: float, setting: Setting) -> float:
    """Return the expected change of a number on the scale of the test, over all histories."""
    if number.kind in ("rate", "per reviewer", "per outcome"):
        return setting.change
    weeks = draw_weeks(number, size, setting, dice_of("truth", number, size, setting))
    now, before = weeks.numerator[:, -QUARTER:], weeks.numerator[:, -2 * QUARTER : -QUARTER]
    if number.kind == "count":
        return float((now.sum(axis=1) - before.sum(axis=1)).mean())
    totals = weeks.denominator[:, -QUARTER:], weeks.denominator[:, -2 * QUARTER : -QUARTER]
    return float(now.sum() / totals[0].sum() - before.sum() / totals[1].sum())


def power_table(count: int) -> Iterable[str]:
    """Yield the smallest change that 80 % of histories show, alone and as the third of 13 words."""
    yield f"| number | {' | '.join(TEAM_SIZES)} |"
    yield "| --- | --- | --- | --- |"
    signs = {"share near 0.8": -1, "rare share (2 %)": 1, "count": 1, "net flow": 1}
    for number in (*NUMBERS[:3], MEDIAN, *NUMBERS[3:]):
        sign = signs.get(number.name, -1)
        values = []
        for column, size in enumerate(TEAM_SIZES.values()):
            size = COUNT_POWER_SIZES[column] if number.kind == "count" else size
            changes = [smallest_change(number, size, sign, p, count) for p in (ALONE, THIRD)]
            values.append("; ".join(changed_text(number, size, change) for change in changes))
        yield f"| {number.name} | {' | '.join(values)} |"


def smallest_change(number: Number, size: float, sign: int, level: float, count: int) -> float:
    """Return the smallest change of the level that most histories show."""
    low, high = 0.0, 5.0
    for _ in range(9):
        middle = (low + high) / 2
        if power(number, size, sign * middle, level, count) < POWER:
            low = middle
        else:
            high = middle
    return sign * high if high < 5 else float("nan")


def power(number: Number, size: float, change: float, level: float, count: int) -> float:
    """Return the share of histories in which a change is seen."""
    setting = Setting("correlated 0.4", count, change=change, wander=0.05)
    windows = Windows(setting.judged, setting.lag)
    if number is MEDIAN:
        setting = replace(setting, histories=max(count // 5, 20))
        histories = draw_durations(size, setting, dice_of("power", number, size))
        return float((p_values(median_changes(histories, windows)[0]) < level).mean())
    weeks = draw_weeks(number, size, setting, dice_of("power", number, size))
    result = compare(number.kind, [weeks], windows)
    return float((p_values(result) < level).mean())


def _is_seen(judgement: Judgement, level: float) -> bool:
    return judgement.p is not None and judgement.p < level


def changed_text(number: Number, size: float, change: float) -> str:
    """Return a change of the level on the scale that people read."""
    if not np.isfinite(change):
        return "–"
    if number.kind == "share":
        points = (expit(logit(number.share) + change) - number.share) * 100
        return f"{points:+.0f} points"
    if number.kind in ("count", "net"):
        scale = QUARTER if number.kind == "count" else 1
        return f"{size * scale * np.expm1(change):+.1f} of {size * scale:.0f}"
    return f"{np.expm1(change) * 100:+.0f} %"


def family_table(count: int) -> Iterable[str]:
    """Yield the families of 13 headlines with a false word, and of eight teams with one of any."""
    yield "| world | p < 0.05 somewhere | a false word | of 8 teams alone | of 8 teams together |"
    yield "| --- | --- | --- | --- | --- |"
    for world in (
        "independent",
        "correlated 0.4",
        "correlated 0.7",
        "authors",
        "wander",
        "bot week",
    ):
        setting = Setting(world, count)
        windows = Windows(setting.judged, setting.lag)
        headlines = [
            (NUMBERS[n], COUNT_SIZES[2] if NUMBERS[n].kind == "count" else SIZES[1])
            for n in (0, 0, 0, 1, 1, 2, 3, 3, 4, 6, 7)
        ]
        drawn = [
            draw_weeks(number, size, setting, dice_of("family", n, world))
            for n, (number, size) in enumerate(headlines)
        ]
        medians = [
            draw_durations(SIZES[1], setting, dice_of("family median", n, world)) for n in range(2)
        ]
        p = [
            p_values(compare(headlines[n][0].kind, [weeks], windows))
            for n, weeks in enumerate(drawn)
        ]
        p += [p_values(median_changes(histories, windows)[0]) for histories in medians]
        # a word needs a p below 5 %
        rows = np.flatnonzero(np.min(p, axis=0) < ALONE)
        somewhere = 0
        #: histories with a false word: alone, and as one of eight teams
        words: dict[int, list[int]] = {1: [], TEAMS: []}
        for row in rows:
            judgements = [
                judge(headlines[n][0].kind, row_of(weeks, row), windows)
                for n, weeks in enumerate(drawn)
            ]
            judgements += [judge_median(*histories[row], windows) for histories in medians]
            somewhere += any(_is_seen(judgement, ALONE) for judgement in judgements)
            for teams, rows_of in words.items():
                if has_word(judgements, n_unchanged=(teams - 1) * len(judgements)):
                    rows_of.append(int(row))
        companies = [len({row // TEAMS for row in rows_of}) for rows_of in words.values()]
        shares = [somewhere / count, len(words[1]) / count]
        shares += [number / (count // TEAMS) for number in companies]
        yield f"| {world} | " + " | ".join(per_cent(share) for share in shares) + " |"


def has_word(judgements: Sequence[Judgement], n_unchanged: int) -> bool:
    """Return whether a headline of a family gets a word that claims a change."""
    adjusted = family(dict(enumerate(judgements)), n_unchanged=n_unchanged)
    return any(
        word(judgement, adjusted.get(n, (None, 0))[0], "up", {}).word in ("improving", "worse")
        for n, judgement in enumerate(judgements)
    )


def guardrail_table(count: int) -> Iterable[str]:
    """Yield how often three guardrails stop a gain: as they were, doubled and tripled."""
    yield "| size | as they were | doubled | tripled | none can be measured |"
    yield "| --- | --- | --- | --- | --- |"
    for name, size in TEAM_SIZES.items():
        results = [guardrail_words(size, factor, count) for factor in (1, 2, 3)]
        stops = " | ".join(per_cent(stop) for stop, _ in results)
        yield f"| {name} | {stops} | {per_cent(results[0][1])} |"


def guardrail_words(size: float, factor: float, count: int) -> tuple[float, float]:
    """Return how often a guardrail is worse, and how often none can be measured."""
    words = []
    for name, (share, margin) in GUARDS.items():
        change = float(logit(share * factor) - logit(share))
        setting = Setting("correlated 0.4", count, change=change, wander=0.05)
        windows = Windows(setting.judged, setting.lag)
        weeks = draw_weeks(Number(name, "share", share), size, setting, dice_of(name, size, factor))
        judgements = (judge("share", row_of(weeks, row), windows) for row in range(count))
        words.append([guardrail(judgement, "down", margin) for judgement in judgements])
    by_history = list(zip(*words, strict=True))
    worse = np.mean(["worse" in row for row in by_history])
    unmeasured = np.mean([set(row) == {"too little data"} for row in by_history])
    return float(worse), float(unmeasured)


def rollout_table(count: int) -> Iterable[str]:
    """Yield the false words of rollouts, alone and as a difference to the other teams."""
    yield "| teams with it, of all | difference | before and after | both looks | found |"
    yield "| --- | --- | --- | --- | --- |"
    for having, teams in ROLLOUTS:
        results = [Rollout(having, teams, world, count) for world in ROLLOUT_WORLDS]
        columns = [
            [per_cent((case.p(QUARTER, is_difference) < ALONE).mean()) for case in results]
            for is_difference in (True, False)
        ]
        columns.append([per_cent(case.both_looks()) for case in results])
        effects = Rollout(having, teams, "nothing", count, effect=0.5).p(QUARTER, True) < ALONE
        cells = " | ".join(" / ".join(column) for column in columns)
        yield f"| {having} of {teams} | {cells} | {per_cent(effects.mean())} |"


class Rollout:
    """Histories of teams of which some have a rollout; shares of 5 items a week and team."""

    def __init__(
        self, having: int, teams: int, world: str, count: int, *, effect: float = 0.0
    ) -> None:
        dice = dice_of("rollout", having, teams, world)
        latent: World = "wander" if world == "wander" else "correlated 0.4"
        quarters = (ROLLOUT_HISTORY + 2 * QUARTER) // QUARTER
        level = draw_levels(Setting(latent, count * teams, quarters), dice).level
        level = level.reshape(count, teams, -1) + dice.normal(0, 0.3, (count, teams, 1))
        level[..., ROLLOUT_HISTORY:] += 0.5 if world == "shock" else 0.0
        level[:, :having, ROLLOUT_HISTORY:] += effect
        items = dice.poisson(5, level.shape)
        events = dice.binomial(items, expit(level))
        self.sides = [
            Weeks(
                events[:, part].sum(axis=1).astype(float), items[:, part].sum(axis=1).astype(float)
            )
            for part in (slice(0, having), slice(having, teams))
        ]

    def p(self, weeks: int, is_difference: bool) -> Array:
        """Return the p of windows of a length, of the difference or of the teams with it."""
        windows = Windows(ROLLOUT_HISTORY, weeks, weeks=weeks)
        return p_values(compare("share", self.sides[: 1 + is_difference], windows))

    def both_looks(self) -> float:
        """Return the share of histories with a false word of the difference at either look."""
        looks = [self.p(weeks, True) < share for weeks, share in ROLLOUT_SHARES.items()]
        return float(np.mean(looks[0] | looks[1]))


def per_cent(share: float) -> str:
    """Return a share in per cent with one decimal."""
    return f"{share * 100:.1f} %"


def span(shares: Sequence[float]) -> str:
    """Return the lowest and the highest share in per cent."""
    return f"{min(shares) * 100:.1f}–{max(shares) * 100:.1f} %"


def span_of_widths(widths: Sequence[float]) -> str:
    """Return the lowest and the highest width."""
    return f"{min(widths):.1f}–{max(widths):.1f}"


#: title of each table, its rows for a number of histories, and the share of these it uses
TABLES: Sequence[tuple[str, Callable[[int], Iterable[str]], float]] = (
    ("Nothing changes", false_table, 1),
    ("A lasting change in the past", past_change_table, 1),
    ("Seasons", season_table, 1),
    ("Something changes", coverage_table, 0.5),
    ("Smallest change that is seen in 80 %", power_table, 0.25),
    ("Families of 13 headlines", family_table, 1),
    ("Guardrails that stop a gain", guardrail_table, 0.25),
    ("Rollouts", rollout_table, 0.25),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Print the calibration of verdicts.")
    parser.add_argument("--quick", action="store_true", help="simulate few histories")
    parser.add_argument("--histories", type=int, default=4000, help="histories of a cell")
    parser.add_argument("--only", default="", help="print tables whose title contains this text")
    options = parser.parse_args(arguments)
    count = QUICK_HISTORIES if options.quick else options.histories
    for title, rows, share in TABLES:
        if options.only.lower() not in title.lower():
            continue
        start = time.monotonic()
        print(f"\n### {title} ({int(count * share):,} histories a cell)\n")
        for row in rows(int(count * share)):
            print(row, flush=True)
        print(f"{title}: {time.monotonic() - start:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
