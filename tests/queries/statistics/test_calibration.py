"""Calibration of the shipped verdicts in few histories; ``make calibrate`` is the long form."""

from __future__ import annotations

import numpy as np
import pytest

from tests.bench import calibrate
from tests.bench.calibrate import COUNT_SIZES, NUMBERS, Rollout, median_cell, number_cell
from tests.bench.histories import Number, Setting, World

HISTORIES = 600
#: false words at 5 %, and two standard errors more
MOST_FALSE = 0.05 + 2 * np.sqrt(0.05 * 0.95 / HISTORIES)


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number.name)
@pytest.mark.parametrize("world", ["correlated 0.4", "authors"])
def test_false_words_and_intervals_of_a_number(number: Number, world: World) -> None:
    size = COUNT_SIZES[2] if number.kind == "count" else 10
    cell = number_cell(number, size, Setting(world, HISTORIES))
    assert cell.false <= MOST_FALSE
    assert cell.covered >= 0.935
    assert 0.9 <= cell.width <= 1.6


def test_false_words_and_intervals_of_a_median() -> None:
    cell = median_cell(10, Setting("correlated 0.4", HISTORIES // 2))
    assert cell.false <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / HISTORIES * 2)
    assert cell.covered >= 0.935
    assert 0.9 <= cell.width <= 1.6
    changed = median_cell(10, Setting("correlated 0.4", 100, change=-1.2))
    assert (changed.covered >= 0.9, changed.false > 0.8) == (True, True)


def test_large_change_of_a_number_is_seen() -> None:
    setting = Setting("correlated 0.4", 300, change=-1.2)
    assert min(number_cell(number, 10, setting).false for number in NUMBERS[:2]) > 0.6


def test_rollout_of_few_teams_has_few_false_words_in_a_shock() -> None:
    case = Rollout(1, 4, "shock", HISTORIES)
    assert (case.p(13, True) < 0.05).mean() <= MOST_FALSE
    assert case.both_looks() <= MOST_FALSE
    # without other teams the shock looks like an effect
    assert (case.p(13, False) < 0.05).mean() > 0.15


def test_quick_form_prints_the_tables(capsys: pytest.CaptureFixture[str]) -> None:
    calibrate.main(["--quick", "--only", "guardrails"])
    table = capsys.readouterr().out.split("\n")
    assert table[1] == "### Guardrails that stop a gain (10 histories a cell)"
    assert table[3] == "| size | as they were | doubled | tripled | none can be measured |"
    assert [row.split("|")[1].strip() for row in table[5:8]] == list(calibrate.TEAM_SIZES)
