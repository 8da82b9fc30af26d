"""What is the ratio of inference cost to meaningful output? The ratio, what it rests on, and why spend changed."""

from datetime import date

import streamlit as st

from headway.ui.charts import spend_charts
from headway.ui.parts import answer, cache, filters, sections
from headway.ui.parts.filters import View
from queries.catalog import catalog
from queries.read.headlines import Headline
from queries.read.listings import Asked, asked
from queries.statistics.windows import Window, quarter_of
from queries.text.spend_text import (
    basis_sentence,
    missing_sentence,
    split_asides,
    split_lacks,
    split_sentence,
)

BY = {"By provider": "provider", "By tool": "tool"}


def rests_on(window: Window, until: date) -> Asked:
    """Return what a window's ratio rests on."""
    return asked("What it rests on", "cost_basis", window, until=until)


def basis(headline: Headline, view: View) -> None:
    """Draw what the ratio of a quarter rests on, or what the quarter lacks for one."""
    of = rests_on(headline.window, headline.until)
    (row,) = cache.records(of, view)
    lacks = missing_sentence(row, headline.quarter)
    sections.show(of, view, lacks or basis_sentence(row), [basis_sentence(row)] if lacks else [])


def change(headline: Headline, view: View) -> None:
    """Draw why spend changed against the quarter before."""
    later = headline.baseline_window
    before = quarter_of(later.start_on).name
    of = asked(
        "Why spend changed",
        "spend_split",
        headline.window,
        before_start=later.start_on,
        before_end=later.end_on,
    )
    windows = {before: later, headline.quarter: headline.window}
    known_values = {
        name: cache.records(rests_on(window, headline.until), view)[0]
        for name, window in windows.items()
    }
    if why := split_lacks(known_values):
        sections.lacking(of.title, why)
        return
    rows = cache.records(of, view)
    if not rows:
        sections.lacking(of.title, f"Nothing was spent in {before} and in {headline.quarter}.")
        return
    origin = sections.origin(f"{before} to {headline.quarter}, counted spend in scope", view)
    drawing = spend_charts.waterfall(of.title, origin, rows[0], before, headline.quarter)
    sections.show(
        of, view, split_sentence(rows[0], headline.quarter, before), split_asides(rows[1:]), drawing
    )


def over_time(view: View) -> None:
    """Draw spend by week, what has no price in sight."""
    title = "Spend over time"
    st.header(title, anchor=False)
    by = st.segmented_control(
        title, list(BY), default=next(iter(BY)), key="by", label_visibility="collapsed"
    )
    of = asked(title, "spend_by_week", view.period, by=BY[by or next(iter(BY))])
    result = cache.listed(of, view)
    drawing = None
    if len(result):
        frame = sections.frame(title, "counted usage and seats by week", view)
        drawing = spend_charts.stacked(
            frame, result, "week", "days that the vendor may still restate"
        )
    sections.body(of, view, drawing=drawing)
    sections.unpriced(view)


view = filters.view()
page = catalog.page("cost")
answer.heading(page.title, view)
if sections.has_spend(view):
    first, *others = catalog.panels(page)
    answer.show_panels([first], view)
    main = cache.told(first.metrics[0], view).main
    if main:
        basis(main, view)
        change(main, view)
    answer.show_panels(others, view)
    over_time(view)
