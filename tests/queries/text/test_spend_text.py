"""Sentences on spend: amounts agree with each other as they are printed."""

from __future__ import annotations

import pytest

from queries.text.spend_text import PARTS, split_sentence


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (31194.666, 37814.225, "rose by $6,619 from 2026-Q2 to 2026-Q3, from $31,195 to $37,814"),
        (9.5, 3.334, "fell by $6.17 from 2026-Q2 to 2026-Q3, from $9.50 to $3.33"),
        (100.2, 100.4, "did not change from 2026-Q2 to 2026-Q3, from $100 to $100"),
    ],
)
def test_change_is_the_difference_of_the_printed_amounts(
    before: float, after: float, expected: str
) -> None:
    row = dict.fromkeys(PARTS, 0.0) | {"before_usd": before, "after_usd": after}
    assert split_sentence(row, "2026-Q3", "2026-Q2") == f"Spend {expected}."
