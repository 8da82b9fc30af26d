"""Chart data: weeks of a metric, or the rows of a chart query."""

from __future__ import annotations

import pandas as pd

from queries.catalog.metric import Metric
from queries.read.chart_sql import CHART_FILES, chart_query
from queries.read.numbers import Numbers
from queries.statistics.estimates import bound_parameters
from queries.statistics.windows import Window


def chart_frame(numbers: Numbers, metric: Metric, period: Window) -> pd.DataFrame:
    """Return the rows of a metric's chart with their n: weeks, age bands, steps or experiments."""
    if metric.chart not in CHART_FILES:
        return numbers.weeks(metric, period)
    sql, parameters = chart_query(numbers.snapshot, metric, period, numbers.scope)
    return numbers.snapshot.query(sql, bound_parameters(sql, parameters))
