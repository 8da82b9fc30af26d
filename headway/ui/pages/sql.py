"""SQL: one query on the published file, as rows, chart and files."""

import time
from threading import BoundedSemaphore

import streamlit as st

from headway.ui.charts.quick_chart import quick_chart
from headway.ui.parts import answer, cache, chart, evidence_drawer, filters, sections
from headway.ui.parts.filters import View
from headway.ui.parts.text import caption, escape
from queries.catalog import catalog
from queries.errors import SqlError
from queries.read.listings import ListingQuery
from queries.read.query import Limits
from queries.read.tables import MOST_ROWS, Result, RunningQuery

STATEMENT, STOPPED, LAST = "sql", "stopped sql", "last sql"
FIRST = (
    "select quarter, metric, current, baseline, verdict, sentence\n"
    "from answers\n"
    "where scope_kind = 'org' and comparison = 'quarter before' and variant = 'raw'\n"
    "order by quarter desc, question, metric"
)
EXAMPLES = ListingQuery("Examples", "examples")
COLUMNS = ListingQuery("Tables and columns", "columns")
LIMITS = Limits(seconds=30, memory_bytes=1_000_000_000)
#: seconds between two looks at a query
POLL = 0.2


@st.cache_resource
def turns() -> BoundedSemaphore:
    """Return the turns of queries, shared by all readers: each can take a gigabyte."""
    return BoundedSemaphore(2)


def stop(statement: str) -> None:
    """Remember that a query was stopped, so that it does not start again."""
    st.session_state[STOPPED] = statement


def use_example() -> None:
    """Write the example into the editor."""
    example = st.session_state.get("example")
    if example:
        st.session_state[STATEMENT] = example


def editor(view: View) -> str:
    """Draw examples and the editor; return the statement."""
    examples = {row["title"]: row["sql"] for row in cache.row_values(EXAMPLES, view)}
    texts = {sql: title for title, sql in examples.items()}
    st.selectbox(
        "Example",
        list(texts),
        index=None,
        format_func=lambda sql: texts[sql],
        key="example",
        on_change=use_example,
        placeholder="A headline's SQL",
    )
    text = st.text_area("Query", FIRST, key=STATEMENT, height=220, bind="query-params")
    return text or ""


def tables(view: View) -> None:
    """Draw the columns of all tables, closed."""
    with st.expander("Tables and columns"):
        columns = cache.rows(COLUMNS, view)
        name = st.selectbox("Table", columns["table"].unique().tolist(), key="table")
        of_table = columns[columns["table"] == name]
        caption(of_table["about"].iloc[0])
        evidence_drawer.table(of_table[["column", "type", "meaning"]], f"Columns of {name}")


def run(view: View, statement: str) -> Result:
    """Return the result of a query; a press of Stop, or any other, ends it."""
    if not turns().acquire(blocking=False):
        raise SqlError("two queries are running; try again when one has ended")
    status = st.empty()
    try:
        with RunningQuery(view.snapshot.path, statement, LIMITS) as query:
            began = time.monotonic()
            with status.container(horizontal=True, vertical_alignment="center"):
                st.button("Stop", icon=":material/stop:", on_click=stop, args=(statement,))
                elapsed = st.empty()
            while not query.wait(POLL):
                elapsed.caption(f"Running for {time.monotonic() - began:.0f} s")
            return query.result()
    finally:
        status.empty()
        turns().release()


def show(result: Result, view: View) -> None:
    """Draw rows, a chart where they have its shape, and files."""
    rows = result.rows
    if rows.empty:
        st.info("The result has no rows.", icon=":material/search_off:")
        return
    count = f"The first {MOST_ROWS:,} rows of more" if result.is_cut else f"{len(rows):,} rows"
    caption(f"{count}, data through {view.info.as_of}.")
    evidence_drawer.table(rows, "Rows of the result")
    drawing = quick_chart(rows, "Result", sections.origin(f"{len(rows):,} rows", view))
    if drawing:
        chart.draw(drawing, "result")
    evidence_drawer.downloads("Result", rows, "result", drawing)


def answer_to(view: View, statement: str, is_new: bool) -> Result | SqlError | None:
    """Return the result or the problem of a query, run once; None if nobody asked for it."""
    key, known = (view.snapshot.id, statement), st.session_state.get(LAST)
    if known and known[0] == key and not is_new:
        outcome: Result | SqlError = known[1]
        return outcome
    is_stopped = st.session_state.pop(STOPPED, None) == statement
    if not statement.strip() or is_stopped or not (is_new or STATEMENT in st.query_params):
        return None
    try:
        outcome = run(view, statement)
    except SqlError as error:
        outcome = error
    st.session_state[LAST] = (key, outcome)
    return outcome


view = filters.whole()
answer.heading(catalog.extra_page("sql").title, view)
statement = editor(view)
with st.container(horizontal=True, vertical_alignment="center"):
    is_new = st.button("Run", type="primary", icon=":material/play_arrow:")
    caption(
        "A query reads the published file only, in a process of its own: 30 s and 1 GB at most."
    )
tables(view)
outcome = answer_to(view, statement, is_new)
if isinstance(outcome, SqlError):
    st.error(escape(str(outcome)), icon=":material/error:")
elif outcome:
    show(outcome, view)
