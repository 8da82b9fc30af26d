"""Skeleton of a page that answers a question, for pages of metrics and pages of listings.

``answer.page`` draws a page of the catalogue. Other pages use these parts in this order:

1. ``heading(page, view, text, row)``: which question it is, and the answer with its chip as title.
   ``row`` is a row of ``answers``, or None if the answer has no verdict. ``text`` is the title.
2. Their chart, with ``comparison.draw`` for HTML in the style of the other pages.
3. ``with fold("Throughput", "29 a week") as is_open: if is_open: …`` for each further section. The
   closed line has its number, so its content is drawn and read only if it is open.
4. ``evidence_drawer.show_listing`` for the line with definition, rows, SQL and files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from headway.ui.charts.quarter_svg import quarter_svg
from headway.ui.parts import (
    cache,
    comparison,
    notices,
    overview_html,
    pictures,
    question_html,
)
from headway.ui.parts.filters import View
from headway.ui.parts.text import caption, count, escape, slug
from queries.catalog import catalog
from queries.catalog.metric import Metric, Page
from queries.catalog.scope import Scope
from queries.read import question
from queries.read.expectations import Target, target
from queries.read.filters import SnapshotInfo, is_empty
from queries.read.headlines import is_exploratory
from queries.read.listings import EXPECTATIONS
from queries.read.overview import MetricAnswer, Overview
from queries.read.panels import events
from queries.read.question import Sides
from queries.sql_files import Row
from queries.statistics.windows import Event, Window
from queries.text.overview_text import basis, comparison_name, effect_text, word
from queries.text.periods import quarter_name
from queries.text.question_text import (
    difference_sentence,
    guardrail_line,
    position,
    teams_text,
    title,
)
from queries.text.sentences import Axis, closed_note, day

WHOLE = "whole organisation"
#: words under the chart of quarters
BAND = "Band: where a quarter would lie without a change from the one before."
#: panel of a page whose metrics are the stages of its first headline
STAGES = {"cycle-time": "Where the time goes"}
#: the demo company's story: each link has the state that shows its part
TOUR = {
    "speed": "cycle-time?compare=rollout",
    "reviews": "guardrails?compare=rollout&open-merged-without-review=true",
    "money": "budget",
}
SIDE_BY_SIDE = "Teams side by side"
#: medians in hours are drawn in days from this size on
DAYS_FROM = 48


def origin(view: View, text: str = "", *, is_start: bool = False, is_here: bool = False) -> None:
    """Draw what a page is about, and how complete its data is.

    ``is_start``: whether it is the first page, on which the demo company begins its tour.
    ``is_here``: whether it is the page about the data, which the others link to.
    """
    data_page = catalog.extra_page("data")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="origin"):
        if view.snapshot.is_synthetic:
            notices.synthetic()
        if text or is_start:
            caption(text or _extent(view.info))
        label = f"Data through {day(view.info.as_of)}"
        if is_here:
            caption(label)
        else:
            st.page_link(data_page.file, label=label, icon=":material/fact_check:")
        if is_start and view.snapshot.is_synthetic:
            comparison.draw(question_html.tour(TOUR), width="content")
    caption(*_gaps(view))


def scope_line(view: View) -> None:
    """Draw what the filters leave; stop if they match nothing."""
    if view.filters:
        exploratory = ""
        if is_exploratory(view.scope):
            exploratory = " Exploratory: no verdict exists for a filtered view."
        st.markdown(f":material/filter_alt: Only {escape(view.filters)}.{exploratory}")
        if cache.load(is_empty, view, view.scope):
            notices.nothing_in_view(view)
            st.stop()


def _extent(info: SnapshotInfo) -> str:
    text = count(info.repositories, "repository", "repositories")
    if info.imported:
        text += f", {count(info.imported, 'imported project', 'imported projects')}"
    return text


def _gaps(view: View) -> list[str]:
    """Return why data is missing in the period of the charts."""
    info, gaps = view.info, []
    if info.is_silent and info.last_day:
        gaps.append(f"Nothing has happened since {day(info.last_day)}, so periods end there.")
    if info.unread:
        names = ", ".join(
            f"{repo} ({f'synced through {day(until)}' if until else 'not synced yet'})"
            for repo, until in info.unread
        )
        gaps.append(f"Left out after their last synced day: {names}.")
    return gaps


def heading(page: Page, view: View, text: str, row: Row | None = None) -> None:
    """Draw which question a page answers, and the answer as its title."""
    origin(view, " · ".join(part for part in (position(page), page.title) if part))
    comparison.draw(question_html.title(text, overview_html.chip(row) if row else ""))
    scope_line(view)


@contextmanager
def fold(name: str, text: str = "") -> Iterator[bool]:
    """Draw a closed section with its number, and yield whether it is open; kept in the URL."""
    label = f"**{escape(name)}**" + (f" · {escape(text)}" if text else "")
    key = f"open-{slug(name)}"
    box = st.expander(label, key=key, on_change="rerun", bind="query-params", type="compact")
    with box:
        yield bool(box.open)


def answers(page: Page, data: Overview, view: View) -> list[MetricAnswer]:
    """Return the answers of a page's headlines under the filters, the most telling first."""
    if is_published(view):
        return data.of_page(page)
    metrics = [metric for metric in catalog.METRICS if metric.is_headline]
    ordered = sorted(
        (metric for metric in metrics if metric.page == page.name),
        key=lambda metric: metric.name not in page.overview,
    )
    computed = (
        cache.load(question.filtered_answer, view, metric, view.scope, view.period.end_on)
        for metric in ordered
    )
    return [item for item in computed if item]


def is_published(view: View) -> bool:
    """Return whether a view has published answers: one filter at most, up to the last day."""
    is_newest = view.period.end_on >= view.info.ends_on
    return is_newest and view.scope.published == comparison.scope(view)


def head(page: Page, main: MetricAnswer, data: Overview, view: View) -> None:
    """Draw the answer as title, the comparisons with their words, and the effect."""
    metric, row = main.metric, main.row
    guard = guardrail_of(row, data)
    heading(page, view, title(metric, row, (guard.metric, guard.row) if guard else None), row)
    if is_published(view):
        comparison.switch(data, comparison.words(view, metric, data))
    notes = [
        effect_text(metric, row),
        *basis(metric, row, None)[word(row) == "not proven" :],
        overview_html.AGAINST if row["variant"] == question.BESIDE else "",
        comparison_name(row) if main.has_own_period or row["reason"] == "exploratory" else "",
        WHOLE if main.is_whole else "",
    ]
    comparison.draw(question_html.effect(overview_html.strip(metric, row), notes))


def guardrail_of(row: Row, data: Overview) -> MetricAnswer | None:
    """Return the guardrail that stops a gain."""
    guards = (item for item in data.guardrails if item.metric.name == row["guardrail"])
    return next(guards, None)


def quarters(main: MetricAnswer, view: View) -> bool:
    """Draw the first answer by quarter, and return whether the charts of the page have weeks."""
    metric = main.metric
    axis = axis_of(main)
    window = Window(main.quarters[0]["window_start"], main.quarters[-1]["window_end"])
    marked = cache.load(events, view, window) if main.quarters else []
    goal = target_of(metric, view)
    drawn = question_html.quarters(main, axis, marked, goal)
    if not drawn:
        return weeks_switch()
    with st.container(horizontal=True, vertical_alignment="center"):
        whose = " of all teams" if main.row.get("rollout_teams") else ""
        st.header(f"{metric.title}{whose} by quarter, {axis.name}", anchor=False)
        is_weekly = weeks_switch()
    draw_quarters(main, drawn, marked, goal, title(metric, main.row, None))
    caption(BAND, *closed_note(marked))
    return is_weekly


def draw_quarters(
    item: MetricAnswer, drawn: str, marked: Sequence[Event], goal: Target | None, text: str
) -> None:
    """Draw a chart of quarters, which is saved under a title."""
    name = f"{item.metric.title} by quarter"
    svg = quarter_svg(item, marked, goal, (text, f"{name}. {BAND}"))
    comparison.draw(pictures.saved(drawn, svg, slug(name)))


def weeks_switch() -> bool:
    """Draw the switch for weeks, one for all charts of a page, and return whether it is on."""
    return bool(st.toggle("Show weeks", key="weeks", bind="query-params"))


def target_of(metric: Metric, view: View) -> Target | None:
    """Return the target of an expectation for the chart of a metric."""
    return target(cache.row_values(EXPECTATIONS, view), metric.name, view.scope)


def axis_of(item: MetricAnswer) -> Axis:
    """Return the axis on which the quarters of an answer read best."""
    metric = item.metric
    if metric.unit == "share":
        return Axis("%", 100)
    values = [row["current"] for row in item.quarters if row["current"] is not None]
    if metric.unit == "hours" and max(values, default=0) >= DAYS_FROM:
        return Axis("days", 1 / 24)
    return Axis(metric.unit, 1)


def beside(page: Page, main: MetricAnswer, view: View) -> None:
    """Draw teams beside each other, and the stages before and since."""
    metric, row = main.metric, main.row
    is_whole = view.scope == Scope() and is_published(view)
    sides = cache.load(question.sides, view, metric, row) if is_whole else None
    tables = [table for table in (teams(main, sides, view), stages(page, row, view)) if table]
    if not tables:
        return
    for column, (content, note) in zip(st.columns(len(tables)), tables, strict=True):
        with column:
            comparison.draw(content)
            caption(note)


def teams(main: MetricAnswer, sides: Sides | None, view: View) -> tuple[str, str] | None:
    """Return the teams with and without a rollout, or all teams side by side, and a note."""
    metric, row = main.metric, main.row
    if sides:
        lines = [
            (teams_text(len(sides.teams_with), "rollout"), metric, sides.with_it),
            (teams_text(len(sides.teams_without), "other"), metric, sides.without_it),
        ]
        table = question_html.comparison_table("Did the rollout teams change more?", "teams", lines)
        return table, difference_sentence(metric, sides.difference)
    if not row["quarter"]:
        return None
    return side_by_side(metric, row["comparison"], row["quarter"], view)


def side_by_side(metric: Metric, compared: str, quarter: str, view: View) -> tuple[str, str] | None:
    """Return the answers of all teams in a quarter, and a note."""
    if view.scope != Scope() or "team" not in metric.of.parts:
        return None
    rows = cache.load(question.team_answers, view, metric, compared, quarter)
    if not rows:
        return None
    lines = [(other["team"], metric, other) for other in rows]
    table = question_html.comparison_table(SIDE_BY_SIDE, "team", lines)
    note = f"{comparison_name(rows[0])}. Teams have few items, so most differences are chance."
    return table, note


def compare_teams(main: MetricAnswer, view: View) -> None:
    """Draw the teams side by side in the newest quarter, closed, if a rollout is compared."""
    decided = [row["quarter"] for row in main.quarters if row["status"] != "so far"]
    if main.row["quarter"] or not decided:
        return
    if drawn := side_by_side(main.metric, "quarter before", decided[-1], view):
        with fold(SIDE_BY_SIDE, quarter_name(decided[-1])) as is_open:
            if is_open:
                comparison.draw(drawn[0])
                caption(drawn[1])


def stages(page: Page, row: Row, view: View) -> tuple[str, str] | None:
    """Return the stages of a page's first headline before and since, and a note."""
    panel = next(
        (panel for panel in catalog.panels(page) if panel.title == STAGES.get(page.name)), None
    )
    if panel is None or row["baseline"] is None:
        return None
    names = cache.load(question.rollout_teams, view, row)
    lines = [
        (
            metric.label or metric.title,
            metric,
            cache.load(question.in_windows, view, metric, row, view.scope, tuple(names)),
        )
        for metric in panel.metrics
    ]
    table = question_html.comparison_table("Where the time went", "stage", lines)
    who = f" of {teams_text(len(names), 'rollout')}" if names else ""
    return table, f"Medians of all work{who}. {comparison_name(row)}."


def in_the_way(main: MetricAnswer, data: Overview) -> None:
    """Draw the guardrail that stops a gain, with its figures and a link to its page."""
    guard = guardrail_of(main.row, data)
    if word(main.row) != "not proven" or guard is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        text = guardrail_line(guard.metric, guard.row)
        st.markdown(f"**Guardrail in the way:** {escape(text)}")
        page = catalog.page(guard.metric.page)
        st.page_link(page.file, label=page.heading, icon=":material/shield:")
