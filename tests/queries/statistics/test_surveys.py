"""Numbers of surveys against values worked out by hand, and verdicts of waves."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pytest

from queries.statistics.judgements import judge
from queries.statistics.noise import Weeks, Windows
from queries.statistics.surveys import (
    MANY,
    Cell,
    Wave,
    band,
    level,
    mean_and_sd,
    mean_bounds,
    mean_interval,
    plausible,
    response_rate,
    share_bounds,
    share_interval,
    shown_cells,
)
from queries.statistics.verdicts import word

#: answers 1, 2, 2, 3, 4 and 5
SIX = (1, 2, 1, 1, 1)


def test_mean_and_spread_of_six_answers() -> None:
    # 17 / 6; squares 3.3611 + 2 * 0.6944 + 0.0278 + 1.3611 + 4.6944 = 10.8333, over 5
    assert mean_and_sd(SIX, 1) == pytest.approx((2.83333, 1.47196), abs=1e-5)


def test_interval_of_a_finite_group_is_narrower() -> None:
    # t(5) = 2.570582, 1.47196 / sqrt(6) = 0.600925; six of eight answered: sqrt(1 - 6/8) = 0.5
    assert mean_interval(2.83333, 1.47196, 6, 8) == pytest.approx((2.06097, 3.60570), abs=1e-4)
    assert mean_interval(2.83333, 1.47196, 6) == pytest.approx((1.28860, 4.37806), abs=1e-4)
    assert mean_interval(2.83333, 1.47196, 6, 6) == (2.83333, 2.83333)


def test_interval_of_a_share_counts_a_finite_group_as_more() -> None:
    # 6 * 7 / 2 = 21 answers: (0.5 ± 1.656877 * sqrt(0.0119048 + 0.0021777))
    assert share_interval(0.5, 6, 8) == pytest.approx((0.30338, 0.69662), abs=1e-4)
    # Wilson of 3 of 6: 1.195136 * sqrt(0.0416667 + 0.0266768)
    assert share_interval(0.5, 6) == pytest.approx((0.18761, 0.81239), abs=1e-4)
    assert share_interval(0.5, 6, 6) == (0.5, 0.5)


def test_bounds_are_those_of_everybody_at_an_end_of_the_scale() -> None:
    assert mean_bounds(3, 0.7, 1, 5) == pytest.approx((2.4, 3.6))
    assert share_bounds(0.5, 0.7) == pytest.approx((0.35, 0.65))


def test_favourable_answers_are_the_low_ones_of_a_bad_item() -> None:
    assert [Cell(SIX, polarity=polarity).favourable for polarity in (-1, 1)] == [3, 2]
    # of two or three points only the best one
    assert [Cell(values, polarity=-1).favourable for values in ((4, 2), (4, 2, 1))] == [4, 4]


def test_people_who_did_not_answer_are_plausibly_less_content() -> None:
    # half favourable: of the silent 2 * 0.5 / 1.5 = 2/3 are not; 0.75 / 2 + 0.25 * 2/3 = 0.541667
    # means of both halves 5/3 and 4: 1.666667 + 0.541667 * 2.333333 = 2.930556
    assert plausible(Cell(SIX, polarity=-1), 1, 0.75) == (2.9, 0.45)
    assert plausible(Cell(SIX, polarity=-1), 1, 1.0) == (2.8, 0.5)
    # 4 of 6 not favourable: 0.8 of the silent; 0.75 * 2/3 + 0.2 = 0.7; means 2 and 4.5
    assert plausible(Cell(SIX), 1, 0.75) == (2.8, 0.3)


def test_rates_and_numbers_of_answers_are_published_in_steps() -> None:
    assert [response_rate(8, 12), response_rate(9, 9), response_rate(13, 12)] == [0.65, None, None]
    assert [band(n, 5) for n in (5, 9, 10, 49, 50, 5000)] == [5, 5, 10, 20, 50, 1000]
    assert [band(n, 7) for n in (7, 9, 10)] == [7, 7, 10]


def test_published_numbers_are_rounded() -> None:
    numbers = level(Cell(SIX, polarity=-1), 1, 6, 5, 8, 0.75)
    # under ten answers with a spread of 1.5: 2.8333 ± 2.570582 * 1.5 / sqrt(6) * 0.5 = 0.7871
    assert (numbers.n, numbers.mean, numbers.sd, numbers.lo, numbers.hi) == (5, 2.8, 1.5, 2.0, 3.6)
    shares = (numbers.favourable, numbers.favourable_lo, numbers.favourable_hi)
    assert shares == (0.5, 0.3, 0.7)
    # 0.75 * 2.8 + 0.25 * 1 = 2.35 and + 0.25 * 5 = 3.35
    assert (numbers.mean_least, numbers.mean_most) == pytest.approx((2.35, 3.35), abs=0.051)
    assert (numbers.favourable_least, numbers.favourable_most) == (0.4, 0.6)


def test_team_is_hidden_with_the_next_smallest() -> None:
    teams = {
        "red": Cell((2, 2, 2, 2, 2)),
        "blue": Cell((2, 2, 1, 1, 0)),
        "gold": Cell((1, 1, 0, 1, 0)),
    }
    whole = Cell((5, 5, 3, 4, 2))
    public = shown_cells(Wave(whole, teams), (), 5)
    assert public and set(public.teams) == {"red"}
    assert shown_cells(Wave(Cell((2, 0, 0, 2, 0))), (), 5) is None
    assert shown_cells(Wave(Cell((0, 9, 0, 0, 0))), (), 5) is None


def test_cell_in_which_all_or_none_are_favourable_is_hidden() -> None:
    high, low, mixed = (0, 0, 0, 4, 3), (3, 2, 2, 0, 0), (3, 2, 1, 1, 0)
    for polarity, names in ((1, set()), (-1, {"low"})):
        whole = Cell((9, 9, 9, 9, 9), polarity=polarity)
        teams = {"high": Cell(high, polarity=polarity), "low": Cell(low, polarity=polarity)}
        public = shown_cells(Wave(whole, teams), (), 5)
        assert public and set(public.teams) == names
    public = shown_cells(Wave(Cell((9, 9, 9, 9, 9)), {"red": Cell(mixed)}), (), 5)
    assert public and set(public.teams) == {"red"}
    # the rest of the organisation is a cell as well
    assert shown_cells(Wave(Cell((3, 2, 1, 5, 3)), {"red": Cell(mixed)}), (), 5) == Wave(
        Cell((3, 2, 1, 5, 3))
    )


def test_reader_of_a_small_cell_finds_nobody_s_side_and_seldom_each_answer() -> None:
    alike: dict[tuple[float | None, ...], list[Cell]] = {}
    for n in (5, 6, 7):
        for answers in itertools.combinations_with_replacement(range(5), n):
            small = Cell(tuple(answers.count(value) for value in range(5)))
            if small.is_large(5):
                numbers = vars(level(small, 1, n, 5, n + 2, None)).values()
                alike.setdefault((n, *numbers), []).append(small)
    # the reader knows how many answered, and tries all answers that agree with the numbers
    assert not any(all(small.is_uniform for small in cells) for cells in alike.values())
    known = sum(len(cells) == 1 for cells in alike.values())
    assert known / sum(map(len, alike.values())) < 0.4  # 0.9 with the true spread


def test_share_at_an_end_is_not_published() -> None:
    assert level(Cell((49, 0, 0, 1, 0)), 1, 50, 5, 60, None).favourable == 0.05
    assert level(Cell((49, 0, 1, 0, 0), polarity=-1), 1, 50, 5, 60, None).favourable == 0.95


def cell(people: Iterable[str], answers: Mapping[str, int]) -> Cell:
    """Return the answers of some people."""
    members = frozenset(people)
    counts = Counter(answers[name] for name in members)
    return Cell(tuple(counts[value] for value in range(1, 6)), members)


def wave_of(teams: Mapping[str, str], luck: random.Random) -> Wave:
    """Return a wave in which everybody answered."""
    answers = {name: luck.randint(1, 5) for name in teams}
    names = sorted(set(teams.values()))
    parts = {name: cell([who for who in teams if teams[who] == name], answers) for name in names}
    return Wave(cell(teams, answers), parts)


def is_derivable(part: Cell, pool: Sequence[frozenset[str]], k: int) -> bool:
    """Return whether disjoint groups make up a part with few answers but for fewer than k."""
    if part.n >= MANY:
        return False
    near = [group for group in pool if group & part.members]
    for size in range(1, 4):
        for groups in itertools.combinations(near, size):
            union = frozenset[str]().union(*groups)
            is_disjoint = len(union) == sum(map(len, groups))
            if is_disjoint and 0 < len(union ^ part.members) < k:
                return True
    return False


def test_parts_of_several_waves_make_up_no_small_difference() -> None:
    names = ("red", "blue", "green", "gold")
    for seed in range(60):
        luck = random.Random(seed)
        teams = {f"{name}{n}": name for name in names for n in range(luck.randint(2, 14))}
        public: list[Wave] = []
        for week in range(4):
            if week and luck.random() < 0.5:  # a team is split or merged into another
                first, second = luck.sample(names, 2)
                moving = [who for who in teams if teams[who] == first]
                teams |= dict.fromkeys(moving[: luck.choice([len(moving), 6])], second)
            for who in luck.sample(sorted(teams), luck.choice([0, 1, 5])):
                del teams[who]
            teams |= {f"new{week}{n}": "red" for n in range(luck.choice([0, 1, 6]))}
            if wave := shown_cells(wave_of(teams, luck), public, 5):
                public.append(wave)
        for wave in public:
            pool = [part.members for other in public if other is not wave for part in other.parts]
            assert not any(is_derivable(part, pool, 5) for part in wave.parts), seed


def waves(*values: float | None) -> Weeks:
    """Return weekly sums with a wave in some weeks."""
    means = np.array([value or 0.0 for value in values])
    return Weeks(means, np.array([float(value is not None) for value in values]))


def halves(weeks: int) -> Windows:
    """Return a window of some weeks and the same number before it."""
    return Windows(judged=weeks, lag=weeks, weeks=weeks)


def test_six_waves_on_each_side_give_a_verdict() -> None:
    before, now = (3.0, 3.2, 3.1, 2.9, 3.3, 3.1), (2.4, 2.6, 2.5, 2.3, 2.7, 2.5)
    result = judge("mean", waves(*before, *now), halves(6))
    # variances of 0.02 on both sides: sqrt(2 * 0.02 / 6), 10 degrees of freedom, t = 7.348
    assert (result.effect, result.se, result.df) == pytest.approx((-0.6, 0.0816497, 10))
    assert result.p == pytest.approx(2.455e-5, rel=1e-2)
    # t(10) = 2.228139
    assert result.interval() == pytest.approx((-0.781927, -0.418073), abs=1e-5)
    assert word(result, result.p, "down", {}).word == "improving"
    assert word(result, result.p, "up", {}).word == "worse"


def test_fewer_waves_have_an_interval_and_no_verdict() -> None:
    result = judge("mean", waves(3.0, None, 3.2, 2.4, None, 2.6), halves(3))
    assert result.lack and (result.lack.code, result.lack.actual, result.lack.needed) == (
        "waves",
        2,
        6,
    )
    # variances of 0.02 over 2: se 0.141421, 2 degrees of freedom, t(2) = 4.302653
    assert result.interval() == pytest.approx((-1.208487, 0.008487), abs=1e-5)
    assert word(result, None, "down", {}).word == "too little data"


@pytest.mark.parametrize("values", [(None, None, None, 3.0), (3.0, None, 2.0, None), (3, 3, 2, 2)])
def test_too_few_waves_for_an_interval(values: tuple[float | None, ...]) -> None:
    result = judge("mean", waves(*values), halves(2))
    assert result.lack and result.lack.code == "waves"
    assert result.interval() is None


def test_closed_weeks_do_not_count() -> None:
    weeks = waves(3.0, 3.2, 9.0, 2.4, 2.6, 9.0)
    counts = np.array([True, True, False, True, True, False])
    result = judge("mean", Weeks(weeks.numerator, weeks.denominator, counts), halves(3))
    assert result.effect == pytest.approx(-0.6)
