"""Dates of the demo company's history: its first day, its rollout, and the recovery."""

from __future__ import annotations

from datetime import date, timedelta

from queries.statistics.windows import quarter_of


class Calendar:
    """Days of a history that ends on a day; quarters are those of ISO weeks.

    The rollout begins with a quarter, after ten whole ones. The loss at guardrails lasts for this
    quarter, until ``recovery``. The third quarter from the rollout on ended three weeks ago or
    earlier.
    """

    def __init__(self, until: date) -> None:
        third = quarter_of(until - timedelta(weeks=3)).before()
        self.until, self.recovery = until, third.before().start
        self.rollout = third.before().before().start
        three_years_before = third.year_before().year_before().year_before()
        self.begin = three_years_before.start - timedelta(weeks=1)
