"""Q5: inference cost and output: the ratio, its basis, and changes of spend."""

from datetime import date

import streamlit as st

from headway.ui.charts import spend_charts
from headway.ui.parts import answer, cache, filters, sections
from headway.ui.parts.filters import View
from queries.catalog import catalog
from queries.read.headlines import Headline
from queries.read.listings import ListingQuery, listing_query
from queries.statistics.windows import Window, quarter_of
from queries.text.spend_text import (
    basis_sentence,
    missing_sentence,
    split_notes,
    split_problem,
    split_sentence,
)

GROUPS = {"By provider": "provider", "By tool": "tool"}
DEFAULT_GROUP = next(iter(GROUPS))


def basis_query(window: Window, until: date) -> ListingQuery:
    """Return the query for spend and outcomes behind a window's ratio."""
    return listing_query("Basis", "cost_basis", window, until=until)


def basis(headline: Headline, view: View) -> None:
    """Draw spend and outcomes behind the ratio, or the data that it needs."""
    query = basis_query(headline.window, headline.until)
    (row,) = cache.row_values(query, view)
    missing = missing_sentence(row, headline.quarter)
    text = basis_sentence(row)
    sections.show(query, view, missing or text, [text] if missing else [])


def change(headline: Headline, view: View) -> None:
    """Draw the reasons for the change of spend since the quarter before."""
    baseline = headline.baseline_window
    before = quarter_of(baseline.start_on).name
    query = listing_query(
        "Why spend changed",
        "spend_split",
        headline.window,
        before_start=baseline.start_on,
        before_end=baseline.end_on,
    )
    windows = {before: baseline, headline.quarter: headline.window}
    quarters = {
        name: cache.row_values(basis_query(window, headline.until), view)[0]
        for name, window in windows.items()
    }
    if problem := split_problem(quarters):
        sections.empty(query.title, problem)
        return
    rows = cache.row_values(query, view)
    if not rows:
        sections.empty(query.title, f"There is no spend in {before} and {headline.quarter}.")
        return
    origin = sections.origin(f"{before} to {headline.quarter}, counted spend in scope", view)
    drawing = spend_charts.waterfall(query.title, origin, rows[0], before, headline.quarter)
    sentence = split_sentence(rows[0], headline.quarter, before)
    sections.show(query, view, sentence, split_notes(rows[1:]), drawing)


def over_time(view: View) -> None:
    """Draw spend by week, and spend without a price."""
    title = "Spend over time"
    st.header(title, anchor=False)
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


view = filters.view()
page = catalog.page("cost")
answer.heading(page.title, view)
if sections.has_spend(view):
    answer.verdicts(page, view)
    first, *other_panels = catalog.panels(page)
    answer.show_panels([first], view)
    main = answer.load([first], view)[0].reported[0].main
    if main:
        basis(main, view)
        change(main, view)
    answer.show_panels(other_panels, view)
    over_time(view)
