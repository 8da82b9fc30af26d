"""Simulated histories of weekly sums in which nothing changes, or exactly one thing does.

The last quarter is the judged one. Levels are logarithms of rates, durations and costs, and logits
of shares.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from queries.statistics.noise import Array, Kind, Weeks

World = Literal[
    "independent",
    "correlated 0.4",
    "correlated 0.7",
    "authors",
    "past change",
    "growth",
    "wander",
    "bot week",
    "season",
]
QUARTER = 13
#: spread of the weekly level of correlated weeks, and of the level of an author
WEEK_SPREAD, AUTHOR_SPREAD = 0.3, 0.8
AUTHORS, STAY_WEEKS = 8, 40
BURST, BURST_LEVEL = 3.0, 0.8
PAST_CHANGE, WANDER, GROWTH_A_YEAR = 0.6, 0.15, 1.26
#: hours of the median duration, spread of their logarithm, and share that never ends
HOURS, HOURS_SPREAD, NEVER = 24.0, 1.2, 0.08


@dataclass(frozen=True)
class Number:
    """A number: its kind, and its level if it is a share."""

    name: str
    kind: Kind
    share: float = 0.0


@dataclass(frozen=True)
class Levels:
    """Weekly levels and volumes of many histories; the axes are histories and weeks.

    ``burst``: factor by which one person's work multiplies a week; that work has its own level.
    ``weights`` and ``authors``: shares of the week's items and levels, with an axis of authors
    between the two others.
    """

    level: Array
    volume: Array
    burst: Array
    weights: Array | None = None
    authors: Array | None = None


@dataclass(frozen=True)
class Setting:
    """A world with the number of histories, quarters, the baseline and the change."""

    world: World
    histories: int
    quarters: int = 13
    lag: int = 13
    change: float = 0.0
    #: further wander of quarters, of the power study
    wander: float = 0.0
    #: week of the year of the first judged week
    first_week: int = 0

    @property
    def weeks(self) -> int:
        """Return the weeks of a history with the judged quarter."""
        return self.quarters * QUARTER

    @property
    def judged(self) -> int:
        """Return the first week of the judged quarter."""
        return self.weeks - QUARTER

    @property
    def past_change(self) -> int:
        """Return the week of the change of the world with a past change, before the baseline."""
        return QUARTER + (self.judged - self.lag - QUARTER) * 2 // 3


def draw_levels(setting: Setting, dice: np.random.Generator) -> Levels:
    """Draw the levels of a world."""
    shape = (setting.histories, setting.weeks)
    drawn = Levels(np.zeros(shape), np.ones(shape), np.ones(shape))
    drawn = _world(drawn, setting, dice)
    level = drawn.level + _wander(setting, setting.wander, dice)
    level[:, setting.judged :] += setting.change
    return replace(drawn, level=level)


def _world(drawn: Levels, setting: Setting, dice: np.random.Generator) -> Levels:
    level, volume, world = drawn.level, drawn.volume, setting.world
    week, rows = np.arange(setting.weeks), np.arange(setting.histories)
    if world.startswith("correlated"):
        return replace(drawn, level=_correlated(level.shape, float(world.split()[1]), dice))
    if world == "authors":
        return _authors(drawn, dice)
    if world == "past change":
        sign = dice.choice([-1.0, 1.0], setting.histories)[:, None]
        return replace(drawn, level=np.where(week < setting.past_change, 0, sign * PAST_CHANGE))
    if world == "growth":
        return replace(drawn, volume=volume * GROWTH_A_YEAR ** (week / 52))
    if world == "wander":
        return replace(drawn, level=_wander(setting, WANDER, dice))
    if world == "bot week":
        at = setting.judged + dice.integers(0, QUARTER, setting.histories)
        drawn.burst[rows, at] = BURST
    if world == "season":
        of_year = (week - setting.judged + setting.first_week) % 52
        volume[:, np.isin(of_year, [50, 51, 0])] = 1 / 3
        volume[:, np.isin(of_year, [30, 31, 32, 33])] = 3 / 4
    return drawn


def _correlated(shape: tuple[int, ...], rho: float, dice: np.random.Generator) -> Array:
    """Return weekly levels of which each resembles the one before."""
    level = dice.normal(0, WEEK_SPREAD, shape)
    for week in range(1, shape[1]):
        level[:, week] = rho * level[:, week - 1] + np.sqrt(1 - rho**2) * level[:, week]
    return level


def _wander(setting: Setting, spread: float, dice: np.random.Generator) -> Array:
    """Return a level of its own for each quarter."""
    quarters = dice.normal(0, spread, (setting.histories, setting.quarters))
    return np.repeat(quarters, QUARTER, axis=1)


def _authors(drawn: Levels, dice: np.random.Generator) -> Levels:
    """Return authors with levels of their own, who come, go, and work more in some weeks."""
    histories, weeks = drawn.level.shape
    shape = (histories, AUTHORS, weeks)
    arrivals = dice.random(shape) < 1 / STAY_WEEKS
    arrivals[..., 0] = True
    last = np.maximum.accumulate(np.where(arrivals, np.arange(weeks), 0), axis=-1)
    levels = np.take_along_axis(dice.normal(0, AUTHOR_SPREAD, shape), last, axis=-1)
    output = np.take_along_axis(np.exp(dice.normal(0, 0.7, shape)), last, axis=-1)
    output = output * dice.gamma(1.0, 1.0, shape) * (dice.random(shape) < 0.6) + 1e-6
    total = output.sum(axis=1)
    volume = total / total.mean()
    return replace(drawn, volume=volume, weights=output / total[:, None], authors=levels)


def draw_weeks(number: Number, size: float, setting: Setting, dice: np.random.Generator) -> Weeks:
    """Draw the weekly sums of a number; ``size`` is items, events or outcomes a week."""
    drawn = draw_levels(setting, dice)
    ones, volume = np.ones(drawn.level.shape), size * drawn.volume
    if number.kind == "share":
        items = dice.poisson(volume * drawn.burst)
        events = dice.binomial(items, _probability(number.share, drawn))
        return Weeks(events.astype(float), items.astype(float))
    factor = np.exp(drawn.level) * drawn.burst
    if number.kind in ("rate", "count"):
        return Weeks(dice.poisson(volume * factor).astype(float), ones)
    if number.kind == "net":
        came, went = dice.poisson(volume * factor), dice.poisson(volume)
        return Weeks((came - went).astype(float), ones, None, (came + went).astype(float))
    if number.kind == "per reviewer":
        reviewers = 1 + dice.poisson(volume / 5)
        return Weeks(dice.poisson(4 * reviewers * factor).astype(float), reviewers.astype(float))
    cost = 400 * volume * factor * np.exp(dice.normal(0, 0.3, volume.shape))
    return Weeks(cost, dice.poisson(volume).astype(float))


def _probability(share: float, drawn: Levels) -> Array:
    if drawn.weights is None or drawn.authors is None:
        burst = (1 - 1 / drawn.burst) * BURST_LEVEL
        return np.asarray(expit(logit(share) + drawn.level + burst))
    levels = logit(share) + drawn.level[:, None] + drawn.authors
    return np.asarray((drawn.weights * expit(levels)).sum(axis=1))


def draw_durations(
    size: float, setting: Setting, dice: np.random.Generator
) -> list[tuple[Array, NDArray[np.int_]]]:
    """Draw the durations of items and their weeks, one pair a history."""
    drawn = draw_levels(setting, dice)
    histories = []
    for row, counts in enumerate(dice.poisson(size * drawn.volume * drawn.burst)):
        week = np.repeat(np.arange(setting.weeks), counts)
        level = drawn.level[row, week] + (1 - 1 / drawn.burst[row, week]) * BURST_LEVEL
        if drawn.weights is not None and drawn.authors is not None:
            until = drawn.weights[row].cumsum(axis=0)[:, week]
            author = (until < dice.random(len(week)) * until[-1]).sum(axis=0)
            level = level + drawn.authors[row, author, week]
        hours = HOURS * np.exp(level + dice.normal(0, HOURS_SPREAD, len(week)))
        histories.append((np.where(dice.random(len(week)) < NEVER, np.inf, hours), week))
    return histories
