"""Judgements: worked cases, and small cases that can be worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from queries.statistics.judgements import (
    Judgement,
    judge,
    judge_median,
)
from queries.statistics.noise import Weeks, Windows, degrees_of_freedom

CASES = json.loads((Path(__file__).parent / "verdict_cases.json").read_text(encoding="utf-8"))


def by_name(name: str) -> list[Any]:
    """Return the cases of one kind as parameters of a test."""
    return [pytest.param(case, id=case["name"]) for case in CASES[name]]


def figures(judgement: Judgement) -> dict[str, Any]:
    """Return the figures of a worked case."""
    low, high = judgement.interval() or (None, None)
    return {
        "effect": judgement.effect,
        "lo": low,
        "hi": high,
        "p": judgement.p,
        "df": judgement.df,
        "se": judgement.se,
    }


def test_degrees_of_freedom_are_those_of_the_table() -> None:
    table = [
        round(degrees_of_freedom(case["weeks"], case["lag"], 13, 13), 3)
        for case in CASES["degrees_of_freedom"]
    ]
    assert table == [case["df"] for case in CASES["degrees_of_freedom"]]
    assert len(table) == 18


@pytest.mark.parametrize("case", by_name("numbers"))
def test_worked_cases_of_numbers(case: dict[str, Any]) -> None:
    n = len(case["numerator"])
    counts = np.ones(n, dtype=np.bool_)
    counts[case.get("closed_weeks", [])] = False
    weeks = Weeks(np.array(case["numerator"], float), np.array(case["denominator"], float), counts)
    judgement = judge(case["kind"], weeks, Windows(n - 13, case["lag"]))
    assert figures(judgement) == pytest.approx(case["expected"], abs=1e-6)


@pytest.mark.parametrize("case", by_name("medians"))
def test_worked_cases_of_medians(case: dict[str, Any]) -> None:
    hours = np.array([np.inf if value is None else value for value in case["hours"]])
    judgement = judge_median(
        hours, np.array(case["week"]), Windows(case["weeks"] - 13, case["lag"])
    )
    assert figures(judgement) == pytest.approx(case["expected"], abs=1e-3)
    assert judgement.lack is None
