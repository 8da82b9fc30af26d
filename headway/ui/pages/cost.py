"""Q5: inference cost and output: the ratio, its basis, and changes of spend."""

import streamlit as st

from headway.ui.charts import spend_charts
from headway.ui.parts import answer, cache, filters, notices, question, sections
from headway.ui.parts.filters import View
from headway.ui.parts.text import lead
from queries.catalog import catalog
from queries.read.listings import ListingQuery, listing_query
from queries.read.overview import MetricAnswer
from queries.read.question import filtered_answer, windows_of
from queries.statistics.estimates import read_until
from queries.statistics.windows import Window, quarter_of
from queries.text.periods import quarter_name
from queries.text.spend_text import (
    basis_sentence,
    missing_sentence,
    split_notes,
    split_problem,
    split_sentence,
)

GROUPS = {"By provider": "provider", "By tool": "tool"}
DEFAULT_GROUP = next(iter(GROUPS))


def basis_query(window: Window, main: MetricAnswer, view: View) -> ListingQuery:
    """Return the query for spend and outcomes behind a window's ratio."""
    until = read_until(main.metric, windows_of(main.row), view.snapshot.as_of)
    return listing_query("Basis", "cost_basis", window, until=until)


def basis(main: MetricAnswer, view: View) -> None:
    """Draw spend and outcomes behind the ratio, or the data that it needs."""
    query = basis_query(windows_of(main.row)[1], main, view)
    (row,) = cache.row_values(query, view)
    missing = missing_sentence(row, quarter_name(main.row["quarter"]))
    text = basis_sentence(row)
    closed = text.removeprefix("Based on ").partition(":")[0]
    with question.fold(query.title, missing or closed) as is_open:
        if is_open:
            lead(missing or text)
            sections.body(query, view, notes=[text] if missing else [])


def change(main: MetricAnswer, view: View) -> None:
    """Draw the reasons for the change of spend since the baseline."""
    baseline, window = windows_of(main.row)
    before, quarter = map(quarter_name, (quarter_of(baseline.start_on).name, main.row["quarter"]))
    query = listing_query(
        "Why spend changed",
        "spend_split",
        window,
        before_start=baseline.start_on,
        before_end=baseline.end_on,
    )
    quarters = {
        name: cache.row_values(basis_query(part, main, view), view)[0]
        for name, part in ((before, baseline), (quarter, window))
    }
    problem = split_problem(quarters)
    rows = [] if problem else cache.row_values(query, view)
    if not rows:
        problem = problem or f"There is no spend in {before} and {quarter}."
        sections.empty(query.title, problem)
        return
    sentence = split_sentence(rows[0], quarter, before)
    with question.fold(query.title, sentence.partition(":")[0]) as is_open:
        if is_open:
            origin = sections.origin(f"{before} to {quarter}, counted spend in scope", view)
            drawing = spend_charts.waterfall(query.title, origin, rows[0], before, quarter)
            lead(sentence)
            sections.body(query, view, drawing, notes=split_notes(rows[1:]))


def over_time(view: View) -> None:
    """Draw spend by week, and spend without a price."""
    title = "Spend over time"
    group = st.segmented_control(
        title, list(GROUPS), default=DEFAULT_GROUP, key="by", label_visibility="collapsed"
    )
    by = GROUPS[group or DEFAULT_GROUP]
    query = listing_query(title, "spend_by_week", view.period, by=by)
    rows = cache.rows(query, view)
    chart = sections.chart(title, "counted usage and seats by week", view)
    note = "days that the vendor can still restate. The newest days are added once they are final"
    drawing = spend_charts.stacked(chart, rows, "week", note) if len(rows) else None
    sections.body(query, view, drawing=drawing)
    sections.unpriced(view)


def reasons(main: MetricAnswer | None, view: View) -> None:
    """Draw what the ratio rests on, why spend changed, and spend by week, closed."""
    if main is None:  # nothing is published yet
        arguments = (catalog.metric("cost_per_outcome"), view.scope, view.period.end_on)
        main = cache.load(filtered_answer, view, *arguments)
    if main and main.metric.aggregate == "per outcome":
        basis(main, view)
        change(main, view)
    with question.fold("Spend over time", "by provider and by tool") as is_open:
        if is_open:
            over_time(view)


view = filters.view()
if sections.knows_spend(view):
    answer.page("cost", reasons)
else:
    answer.heading(catalog.page("cost").title, view)
    notices.no_spend()
