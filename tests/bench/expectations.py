"""Simulation of expectations: how often chance alone gives a state, by the distance to the target.

``python -m tests.bench.expectations`` prints the tables of docs/expectations.md; seeded.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from queries.statistics.expectations import Level, decided, level, line_at, so_far
from queries.statistics.windows import Window

#: changes in 13 weeks, target, and points of the true share above it
SIZES, TARGET = (20, 60, 260), 0.6
DISTANCES = (-20, -10, -5, 0, 5, 10, 20)
#: share before, and spread of weeks in logits
BASELINE, SPREAD = 0.3, 0.3
#: share of changes that could not be observed
UNSEEN = (0.0, 0.2)
WEEKS = 13
FIRST = date(2026, 1, 5)
BEFORE = Window(FIRST, FIRST + timedelta(weeks=WEEKS))
NOW = Window(BEFORE.end_on + timedelta(weeks=WEEKS), BEFORE.end_on + timedelta(weeks=2 * WEEKS))
DAY = BEFORE.end_on + timedelta(weeks=4 * WEEKS)


def drawn(dice: np.random.Generator, size: int, share: float, window: Window) -> pd.DataFrame:
    """Return items of a window with a true share, whose weeks vary."""
    counts = dice.poisson(size / WEEKS, WEEKS)
    shares = expit(logit(share) + SPREAD * dice.standard_normal(WEEKS))
    days = np.repeat([window.start_on + timedelta(weeks=n) for n in range(WEEKS)], counts)
    values = (dice.random(len(days)) < np.repeat(shares, counts)).astype(float)
    frame = pd.DataFrame({"day": days, "value": values, "is_excluded": False})
    return frame.assign(reviewer=None, cost_usd=np.nan)


def at_the_day(seed: int, size: int, distance: int, unseen: float, rounds: int) -> Counter[str]:
    """Return the states on the day, of a share that is so many points from the target."""
    dice = np.random.default_rng([seed, size, distance + 100, int(100 * unseen)])
    states: Counter[str] = Counter()
    for _ in range(rounds):
        shares = expit(logit(TARGET + distance / 100) + SPREAD * dice.standard_normal(WEEKS))
        counts = dice.poisson(size / WEEKS, WEEKS)
        n = int(counts.sum())
        missing = int(dice.binomial(n, unseen))
        known = n - missing
        if known < 10:
            states["cannot be told"] += 1
            continue
        mean = float(np.average(shares, weights=counts))
        total = int(dice.binomial(known, mean))
        value = total / known
        states[decided(TARGET, False, Level(value, total / n, (total + missing) / n, n=known))] += 1
    return states


def half_way(seed: int, size: int, share: float, rounds: int) -> Counter[str]:
    """Return the states in the middle between baseline and day, at a true share."""
    dice = np.random.default_rng([seed, size, int(1000 * share)])
    states: Counter[str] = Counter()
    for _ in range(rounds):
        before = level("share", drawn(dice, size, BASELINE, BEFORE), BEFORE)
        now = level("share", drawn(dice, size, share, NOW), NOW)
        if not (before.is_enough("share") and now.is_enough("share")) or before.value is None:
            states["cannot be told"] += 1
            continue
        line = line_at(NOW.end_on, (BEFORE.end_on, before.value), (DAY, TARGET))
        states[so_far(line, False, now)] += 1
    return states


def _percent(states: Counter[str], names: Sequence[str]) -> str:
    total = sum(states.values())
    return "; ".join(f"{100 * states[name] / total:.0f}" for name in names) + " %"


def tables(rounds: int, seed: int = 1) -> str:
    """Return the tables in Markdown."""
    heads = [f"{distance:+d}" if distance else "0" for distance in DISTANCES]
    lines = ["| changes | not observed | " + " | ".join(heads) + " |", "| --- " * 9 + "|"]
    for size in SIZES:
        for unseen in UNSEEN:
            cells: list[Any] = [f"{size}", f"{unseen:.0%}".replace("%", " %")]
            for distance in DISTANCES:
                states = at_the_day(seed, size, distance, unseen, 10 * rounds)
                cells.append(_percent(states, ("met", "missed")))
            lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "| changes | as before | half of the way | on the line | at the target |"]
    lines.append("| --- " * 5 + "|")
    line = (BASELINE + TARGET) / 2
    for size in SIZES:
        truths = (BASELINE, (BASELINE + line) / 2, line, TARGET)
        drawn_states = [half_way(seed, size, share, rounds) for share in truths]
        cells = [_percent(states, ("on course", "behind")) for states in drawn_states]
        lines.append(f"| {size} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=500, help="rounds of a cell")
    print(tables(parser.parse_args().rounds))
