"""What is the ratio of inference cost to meaningful output? The ratio, what it rests on, and why spend changed."""

from datetime import date

import streamlit as st

from pages import answer, controls, money, reads, sections
from pages.controls import View
from queries import catalog
from queries.headlines import Headline
from queries.money import basis_sentence, missing_sentence, split_asides, split_lacks, split_sentence
from queries.tables import Asked, asked
from queries.windows import Window, quarter_of

BY = {"By provider": "provider", "By tool": "tool"}


def rests_on(window: Window, until: date) -> Asked:
    """Return what a window's ratio rests on."""
    return asked("What it rests on", "cost_basis", window, until=until)


def basis(headline: Headline, view: View) -> None:
    """Draw what the ratio of a quarter rests on, or what the quarter lacks for one."""
    of = rests_on(headline.window, headline.until)
    (row,) = reads.records(of, view)
    lacks = missing_sentence(row, headline.quarter)
    sections.show(of, view, lacks or basis_sentence(row), [basis_sentence(row)] if lacks else [])


def change(headline: Headline, view: View) -> None:
    """Draw why spend changed against the quarter before."""
    then = headline.baseline_window
    before = quarter_of(then.start_on).name
    of = asked(
        "Why spend changed", "spend_split", headline.window, before_start=then.start_on, before_end=then.end_on
    )  # fmt: skip
    windows = {before: then, headline.quarter: headline.window}
    known = {name: reads.records(rests_on(window, headline.until), view)[0] for name, window in windows.items()}
    if why := split_lacks(known):
        sections.lacking(of.title, why)
        return
    rows = reads.records(of, view)
    if not rows:
        sections.lacking(of.title, f"Nothing was spent in {before} and in {headline.quarter}.")
        return
    origin = sections.origin(f"{before} to {headline.quarter}, counted spend in scope", view)
    drawing = money.waterfall(of.title, origin, rows[0], before, headline.quarter)
    sections.show(of, view, split_sentence(rows[0], headline.quarter, before), split_asides(rows[1:]), drawing)


def over_time(view: View) -> None:
    """Draw spend by week, what has no price in sight."""
    title = "Spend over time"
    st.header(title, anchor=False)
    by = st.segmented_control(title, list(BY), default=next(iter(BY)), key="by", label_visibility="collapsed")
    of = asked(title, "spend_by_week", view.period, by=BY[by or next(iter(BY))])
    found = reads.listed(of, view)
    drawing = None
    if len(found):
        frame = sections.frame(title, "counted usage and seats by week", view)
        drawing = money.stacked(frame, found, "week", "days that the vendor may still restate")
    sections.body(of, view, drawing=drawing)
    sections.unpriced(view)


view = controls.view()
page = catalog.page("cost")
answer.heading(page.title, view)
if sections.has_spend(view):
    first, *others = catalog.panels(page)
    answer.show_panels([first], view)
    main = reads.told(first.metrics[0], view).main
    if main:
        basis(main, view)
        change(main, view)
    answer.show_panels(others, view)
    over_time(view)
