"""Statistics of surveys: levels of small groups, and the cells that may be published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import ceil, sqrt

from scipy.special import ndtri, stdtrit

#: the level of intervals
LEVEL = 0.95
#: answers from which the changes of other people's answers hide that of one person: with a
#: correlation of 0.6 between waves, their sum changes by as much as the whole scale
MANY = 20
#: lower ends of the published bands of a number of answers
BANDS = (5, 10, 20, 50, 100, 200, 500, 1000)
#: fewest people invited for a response rate
LEAST_INVITED = 10
#: published steps between the shares 0 and 1; the first and the last are never published
STEPS_OF_A_SHARE = 20
#: answers of a cell below which the spread is rounded up, in steps of half a point: with a finer
#: one a reader could find how many people gave each answer
SMALL, STEPS_OF_A_SPREAD = 10, 2
#: in the plausible case, odds of an unfavourable answer of people who did not answer, compared with
#: those of people who did
ODDS_OF_SILENCE = 2


@dataclass(frozen=True)
class Cell:
    """Answers of one group to one item: how many people gave each value from ``least`` on.

    ``members`` are the people who could answer, if they are known. ``polarity`` is -1 if a high
    answer is bad.
    """

    frequencies: tuple[int, ...]
    members: frozenset[str] = frozenset()
    polarity: int = 1

    @property
    def n(self) -> int:
        """Return the number of answers."""
        return sum(self.frequencies)

    @property
    def favourable(self) -> int:
        """Return the number of favourable answers: the two best, or one of two or three."""
        best = min(2, len(self.frequencies) // 2)
        return sum(self.frequencies[-best:] if self.polarity > 0 else self.frequencies[:best])

    @property
    def is_uniform(self) -> bool:
        """Return whether all or none are favourable, so that each person's answer is known."""
        return self.favourable in (0, self.n)

    def is_large(self, k: int) -> bool:
        """Return whether the cell may be published by itself."""
        return self.n >= k and not self.is_uniform

    def without(self, cells: Iterable[Cell]) -> Cell:
        """Return the answers of all people who are in none of some cells."""
        parts = list(cells)
        columns = zip(self.frequencies, *(cell.frequencies for cell in parts), strict=True)
        members = self.members.difference(*(cell.members for cell in parts))
        frequencies = tuple(first - sum(rest) for first, *rest in columns)
        return Cell(frequencies, members, self.polarity)


@dataclass(frozen=True)
class Wave:
    """Cells of one item in one wave: of the organisation and of its teams."""

    whole: Cell
    teams: Mapping[str, Cell] = field(default_factory=dict)

    @property
    def parts(self) -> list[Cell]:
        """Return the teams and the rest of the organisation, if other people answered."""
        rest = self.whole.without(self.teams.values())
        return [*self.teams.values(), *([rest] if rest.n else [])]


def shown_cells(wave: Wave, earlier: Sequence[Wave], k: int) -> Wave | None:
    """Return the wave with the cells that may be published; None if there are none.

    A cell needs ``k`` answers, favourable ones and others. So does the rest of the organisation
    outside the teams that are published, unless it is empty. ``earlier`` are the published waves of
    the same item: see ``reveals_a_change``. Teams are hidden, the smallest first, until all this is
    so.
    """
    before = [other.parts for other in earlier]
    teams = {
        name: cell
        for name, cell in wave.teams.items()
        if cell.is_large(k) and not reveals_a_change([cell], before, k)
    }
    while True:
        public = Wave(wave.whole, teams)
        if all(part.is_large(k) for part in public.parts) and not reveals_a_change(
            public.parts, before, k
        ):
            return public if wave.whole.is_large(k) else None
        if not teams:
            return None
        del teams[min(teams, key=lambda name: (teams[name].n, name))]


def reveals_a_change(parts: Sequence[Cell], earlier: Sequence[Sequence[Cell]], k: int) -> bool:
    """Return whether sums of parts differ from those of other waves by fewer than ``k`` people.

    If all other people answered alike, the difference is what those who joined, left or moved
    answered. The other parts may be of several waves, as after teams were merged.
    From 20 answers on, the changes of other people's answers are larger than that.
    """
    new = [part.members for part in parts]
    old = [[part.members for part in wave] for wave in earlier]
    if _is_near(parts, [people for wave in old for people in wave], (), k):
        return True
    rest = [
        [people for other, wave in enumerate(old) if other != index for people in wave]
        for index in range(len(old))
    ]
    pairs = zip(earlier, rest, strict=True)
    return any(_is_near(wave, [*pool, *new], new, k) for wave, pool in pairs)


def _is_near(
    parts: Sequence[Cell],
    pool: Iterable[frozenset[str]],
    needed: Sequence[frozenset[str]],
    k: int,
) -> bool:
    """Return whether few people tell sums of parts with few answers from sums of other parts.

    If some parts are ``needed``, sums without any of these do not count.
    """
    distinct = list(dict.fromkeys(pool))
    most_parts = min(len(parts), (MANY - 1) // k)
    for size in range(1, most_parts + 1):
        for some in combinations(parts, size):
            if sum(part.n for part in some) < MANY:
                people = frozenset[str]().union(*(part.members for part in some))
                near = [part for part in distinct if 2 * len(part & people) > len(part)]
                if _is_reached(people, near, needed, k):
                    return True
    return False


def _is_reached(
    people: frozenset[str],
    near: Sequence[frozenset[str]],
    needed: Sequence[frozenset[str]],
    k: int,
) -> bool:
    """Return whether disjoint parts, most of whose people are in a group, leave fewer than ``k``.

    Other parts only add people to the difference.
    """
    sums: list[tuple[int, frozenset[str], int, bool]] = [(0, frozenset(), len(people), not needed)]
    while sums:
        index, used, distance, counts = sums.pop()
        if counts and 0 < distance < k:
            return True
        for position in range(index, len(near)):
            part = near[position]
            if not part & used:
                shared = len(part & people)
                difference = distance - 2 * shared + len(part)
                sums.append((position + 1, used | part, difference, counts or part in needed))
    return False


@dataclass(frozen=True)
class Level:
    """Published numbers of a cell, rounded. Bounds are those that non-response leaves."""

    n: int
    mean: float
    sd: float
    lo: float
    hi: float
    favourable: float
    favourable_lo: float
    favourable_hi: float
    favourable_least: float | None
    favourable_most: float | None
    mean_least: float | None
    mean_most: float | None
    response_rate: float | None


def level(cell: Cell, least: int, n: int, k: int, invited: int | None, rate: float | None) -> Level:
    """Return the numbers of a cell; ``n`` is the smallest number of answers to any of its items.

    The interval is that of a finite group of ``invited`` people, or of an endless one if their
    number is not known or too small to be true.
    """
    values = range(least, least + len(cell.frequencies))
    mean, sd = mean_and_sd(cell.frequencies, least)
    if cell.n < SMALL:
        sd = ceil(sd * STEPS_OF_A_SPREAD) / STEPS_OF_A_SPREAD
    size = invited if invited is not None and invited >= cell.n else None
    low, high = mean_interval(mean, sd, cell.n, size)
    most = values[-1]
    share = cell.favourable / cell.n
    share_low, share_high = share_interval(share, cell.n, size)
    mean, share = round(mean, 1), _inner_step(share)
    bounds = None if rate is None else mean_bounds(mean, rate, least, most)
    shares = None if rate is None else share_bounds(share, rate)
    return Level(
        n=band(n, k),
        mean=mean,
        sd=round(sd, 1),
        lo=round(max(low, least), 1),
        hi=round(min(high, most), 1),
        favourable=share,
        favourable_lo=_step(share_low),
        favourable_hi=_step(share_high),
        favourable_least=shares and shares[0],
        favourable_most=shares and shares[1],
        mean_least=bounds and round(bounds[0], 1),
        mean_most=bounds and round(bounds[1], 1),
        response_rate=rate,
    )


def mean_and_sd(frequencies: Sequence[int], least: int) -> tuple[float, float]:
    """Return mean and standard deviation of values with frequencies, from ``least`` on."""
    n = sum(frequencies)
    mean = sum(count * (least + index) for index, count in enumerate(frequencies)) / n
    squares = sum(
        count * (least + index - mean) ** 2 for index, count in enumerate(frequencies) if count
    )
    return mean, sqrt(squares / (n - 1)) if n > 1 else 0.0


def mean_interval(mean: float, sd: float, n: int, size: int | None = None) -> tuple[float, float]:
    """Return the interval of the mean of a group of ``size`` people, of whom ``n`` answered."""
    if n < 2:
        return mean, mean
    correction = 1.0 if size is None else sqrt(max(1 - n / size, 0))
    margin = float(stdtrit(n - 1, (1 + LEVEL) / 2)) * sd / sqrt(n) * correction
    return mean - margin, mean + margin


def share_interval(share: float, n: int, size: int | None = None) -> tuple[float, float]:
    """Return Wilson's interval of a share of a group of ``size`` people, of whom ``n`` answered."""
    if size is not None and n >= size:
        return share, share
    count = n if size is None else n * (size - 1) / (size - n)
    z = float(ndtri((1 + LEVEL) / 2))
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    margin = z / (1 + z * z / count) * sqrt(share * (1 - share) / count + (z / (2 * count)) ** 2)
    return max(centre - margin, 0.0), min(centre + margin, 1.0)


def mean_bounds(mean: float, rate: float, least: int, most: int) -> tuple[float, float]:
    """Return the mean if all who did not answer had given the lowest or the highest answer."""
    return rate * mean + (1 - rate) * least, rate * mean + (1 - rate) * most


def share_bounds(share: float, rate: float) -> tuple[float, float]:
    """Return the share if none or all of those who did not answer were favourable."""
    return _step(rate * share), _step(rate * share + 1 - rate)


def plausible(cell: Cell, least: int, rate: float) -> tuple[float, float]:
    """Return mean and favourable share if those who did not answer were plausibly less content.

    Their odds of an unfavourable answer are ``ODDS_OF_SILENCE`` times those of the others. Among
    favourable answers, and among the others, they answer alike.
    """
    other = 1 - cell.favourable / cell.n
    silent = ODDS_OF_SILENCE * other / (1 - other + ODDS_OF_SILENCE * other)
    best = min(2, len(cell.frequencies) // 2)
    split = len(cell.frequencies) - best if cell.polarity > 0 else best
    low, high = cell.frequencies[:split], cell.frequencies[split:]
    means = [mean_and_sd(low, least)[0], mean_and_sd(high, least + split)[0]]
    good, bad = means[::-1] if cell.polarity > 0 else means
    bad_share = rate * other + (1 - rate) * silent
    return round(good + bad_share * (bad - good), 1), _inner_step(1 - bad_share)


def response_rate(answers: int, invited: int | None) -> float | None:
    """Return the response rate in steps of 5 points; None if too few were invited."""
    if invited is None or invited < LEAST_INVITED or answers > invited:
        return None
    return _step(answers / invited)


def band(n: int, k: int) -> int:
    """Return the lower end of the band of a number of answers."""
    return max(limit for limit in (k, *BANDS) if limit <= max(n, k) and limit >= k)


def _inner_step(share: float) -> float:
    """Return a share in steps, of which the ends would state everybody's answer."""
    return min(max(_step(share), 1 / STEPS_OF_A_SHARE), 1 - 1 / STEPS_OF_A_SHARE)


def _step(share: float) -> float:
    return round(share * STEPS_OF_A_SHARE) / STEPS_OF_A_SHARE
