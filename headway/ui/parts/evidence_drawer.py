"""Evidence drawer: definition, rows, SQL and downloads of a number."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
import plotly.io
import streamlit as st

from headway.ui.charts.figure import Drawing, coloured
from headway.ui.parts import cache, sign_in
from headway.ui.parts.chart import config
from headway.ui.parts.filters import View
from headway.ui.parts.text import caption, escape, slug
from queries.catalog import catalog
from queries.catalog.catalog import Panel
from queries.catalog.definitions import definition
from queries.catalog.metric import Metric
from queries.read.evidence import Evidence, items, summary
from queries.read.headline import Headline
from queries.read.listings import ListingQuery
from queries.read.overview import MetricAnswer
from queries.read.panels import PanelData
from queries.read.question import answer_items, detail
from queries.statistics.estimates import supported_scope
from queries.text.cells import harmless
from queries.text.question_text import decided_text, definition_lines
from queries.text.sentences import capitalised, day

DEFINITION, ROWS, SQL, DOWNLOAD = "How this is measured", "Rows", "SQL", "Download"
#: part of the address that names the open evidence, and its values
EVIDENCE = "evidence"
TABS = {"definition": DEFINITION, "rows": ROWS, "sql": SQL, "download": DOWNLOAD}
#: begin of titles in the list of capabilities, which has this name itself
KIND_OF_OUTCOME = "Capability: "
#: part of a URL that identifies an item: shop/pull/12, shop/releases/tag/v1
ITEM_PATH = r"([^/]+/(?:releases/tag/[^/]+|[^/]+/[^/]+))$"
DAY, MONTH, TIME = "D MMM YYYY", "MMM YYYY", "D MMM YYYY, HH:mm"
COLUMNS: dict[str, Any] = {
    "url": st.column_config.LinkColumn("link", display_text=ITEM_PATH, width="medium"),
    "pull_requests": st.column_config.ListColumn("pull requests", width="medium"),
    "happened_on": st.column_config.DateColumn("happened on", format=DAY),
    "counted_through": st.column_config.DateColumn("counted through", format=DAY),
    "day": st.column_config.DateColumn(format=DAY),
    "start_on": st.column_config.DateColumn("from", format=DAY),
    "month": st.column_config.DateColumn(format=MONTH),
    "first_month": st.column_config.DateColumn("since", format=MONTH),
    "last_month": st.column_config.DateColumn("until", format=MONTH),
    "title": st.column_config.TextColumn(width="large"),
}


@sign_in.fragment
def show(data: PanelData, drawing: Drawing | None, view: View) -> None:
    """Draw the evidence of a panel; only the chosen part is read."""
    title = data.panel.title
    tab = _tabs(title)
    if not tab:
        return
    with _frame(title):
        if tab == DEFINITION:
            definitions(data.panel, data.headlines, view)
            return
        by_label = {evidence.label: evidence for evidence in data.evidence}
        label = st.selectbox("Behind which number", list(by_label), key=f"which {title}")
        evidence = by_label[label]
        if tab == SQL:
            _code(evidence.sql)
            if evidence.inputs_sql:
                _code(evidence.inputs_sql)
        elif tab == ROWS:
            _rows(evidence, data.panel, view)
        else:
            downloads(title, _items(evidence, view), label, drawing)


@sign_in.fragment
def show_answer(item: MetricAnswer, panel: Panel, view: View) -> None:
    """Draw the evidence of an answer: both windows with their items, SQL and files."""
    metric, row = item.metric, item.row
    scope = supported_scope(metric, view.scope)
    extra = cache.load(detail, view, metric, row, *(scope.published or ("", "")))
    left_out = tuple(extra.left_out) if extra else ()
    total = row["n_current"] + row["n_baseline"]
    tab = _tabs(metric.title, f"{total:,} {metric.of.plural}")
    caption(decided_text(row, extra.definition_hash if extra else ""))
    if not tab:
        return
    with _frame(""):
        if tab == DEFINITION:
            _meaning(metric)
            definitions(panel, [], view)
        elif tab == SQL:
            _code(extra.sql if extra else row["sql"])
        else:
            frame = cache.load(answer_items, view, metric, row, scope, left_out)
            if tab == ROWS:
                _filtered(frame, metric)
            else:
                downloads(metric.title, frame, metric.title, None)


def _filtered(frame: pd.DataFrame, metric: Metric) -> None:
    """Draw the items of an answer, with a filter that is kept in the URL."""
    text = st.text_input(
        "Only rows with", key="find", bind="query-params", placeholder="a team, a word of a title"
    )
    if text:
        cells = frame.astype(str)
        is_match = cells.apply(lambda column: column.str.contains(text, case=False, regex=False))
        frame = frame[is_match.any(axis="columns")]
    st.caption(f"{len(frame):,} {metric.of.plural}, newest first. Click a header to sort.")
    table(_linked(frame, metric.of.ids), f"Rows of {metric.title}", metric.unit)


def _meaning(metric: Metric) -> None:
    """Draw a definition in three short lines."""
    lines = (line.partition(": ") for line in definition_lines(definition(metric)))
    st.markdown("\n".join(f"- **{name}:** {escape(text)}" for name, _, text in lines))


@sign_in.fragment
def show_listing(query: ListingQuery, drawing: Drawing | None, view: View) -> None:
    """Draw the evidence of a section with one listing."""
    tab = _tabs(query.title)
    if not tab:
        return
    with _frame(query.title):
        if tab == DEFINITION:
            st.markdown(escape(query.definition))
        elif tab == ROWS:
            table(cache.rows(query, view), f"Rows of {query.title}")
        elif tab == SQL:
            _code(query.sql)
        else:
            downloads(query.title, cache.rows(query, view), query.title, drawing)


def _tabs(title: str, rows: str = "") -> str | None:
    """Draw the choice of what to see, and return it; the address names the open one.

    ``rows`` is the text of the rows of the page's first answer, whose names are the short ones.
    """
    key, suffix = (f"evidence {title}", f"-{slug(title)}") if not rows else ("evidence", "")
    tab = TABS.get(st.query_params.get(EVIDENCE, "").removesuffix(suffix))
    is_open = st.query_params.get(EVIDENCE, "").endswith(suffix)
    st.session_state[key] = tab if is_open else None
    return st.pills(
        f"Evidence: {title}",
        list(TABS.values()),
        format_func=lambda name: rows if rows and name == ROWS else name,
        key=key,
        on_change=_open,
        args=(key, suffix),
        label_visibility="collapsed",
    )


def _open(key: str, suffix: str) -> None:
    """Write into the address which evidence is open."""
    names = {tab: name for name, tab in TABS.items()}
    if tab := st.session_state[key]:
        st.query_params[EVIDENCE] = f"{names[tab]}{suffix}"
    else:
        _close()


@contextmanager
def _frame(title: str) -> Iterator[None]:
    """Draw a frame around open evidence, with a button that closes it."""
    with st.container(border=True):
        yield
        st.button("Close", icon=":material/close:", key=f"close {title}", on_click=_close)


def _close() -> None:
    st.query_params.pop(EVIDENCE, None)


def oldest(data: PanelData, view: View) -> None:
    """Draw the items that have been open longest."""
    panel = data.panel
    evidence = _chart_evidence(data)
    frame = _items(evidence, view, "longest").sort_values("value", ascending=False, kind="stable")
    if len(frame):
        st.markdown("**Open longest**")
        columns = _listed(frame, panel).dropna(axis="columns", how="all")
        alt = f"The {panel.subject.plural} that have been open longest"
        table(columns, alt, evidence.metric.unit)


def newest(data: PanelData, view: View) -> None:
    """Draw the newest items that count; outcomes with links to their pull requests."""
    panel = data.panel
    evidence = _chart_evidence(data)
    counted = _items(evidence, view, "newest")
    if not len(counted):
        return
    total = counted["total"].iloc[0]
    more = f", the {len(counted)} newest of {total:,}" if total > len(counted) else ""
    st.markdown(f"**{panel.title}** in the period shown{more}")
    columns = _listed(counted, panel)
    if panel.subject.name == "outcome":
        st.markdown("\n".join(_outcome(row) for row in columns.to_dict("records")))
    else:
        columns = columns.dropna(axis="columns", how="all")
        table(columns, f"{panel.title} in the period shown", evidence.metric.unit)


def _chart_evidence(data: PanelData) -> Evidence:
    return data.evidence[len(data.headlines)]


def _items(evidence: Evidence, view: View, only: str = "") -> pd.DataFrame:
    return cache.load(items, view, evidence, view.scope, only)


def _outcome(row: Mapping[Hashable, Any]) -> str:
    """Return an outcome as a line of Markdown with its date, team and pull requests."""
    team = f", {escape(row['team'])}" if isinstance(row["team"], str) else ""
    title = capitalised(row["title"].removeprefix(KIND_OF_OUTCOME))
    text = f"- {_link(title, row['url'])} :gray[{day(row['happened_on'])}{team}]"
    urls = row["pull_requests"] if hasattr(row["pull_requests"], "__iter__") else ()
    links = [_link(f"#{url.rpartition('/')[2]}", url) for url in urls]
    return f"{text} · {', '.join(links)}" if links else text


def _link(text: str, url: object) -> str:
    is_url = isinstance(url, str) and re.match(r"https?://[^\s()]+$", url)
    return f"[{escape(text)}]({url})" if is_url else escape(text)


def definitions(panel: Panel, headlines: list[Headline], view: View) -> None:
    """Draw the definitions of a panel's metrics, and a table of their numbers."""
    for metric in panel.metrics:
        st.markdown(f"**{escape(metric.title)}.** {escape(definition(metric))}")
    frame = cache.load(summary, view, panel, headlines, view.period, view.scope)
    st.table(frame, hide_index=True, border="horizontal")
    st.caption(
        "Quarters are 13 whole ISO weeks. Items without a value do not count in a number. "
        "Items that the definition excludes are left out. Verdicts compare a change with the "
        "changes of the past."
    )


def _rows(evidence: Evidence, panel: Panel, view: View) -> None:
    frame = _items(evidence, view)
    st.caption(f"{len(frame):,} {panel.subject.plural}, newest first. Click a header to sort.")
    table(_linked(frame, panel.subject.ids), f"Rows of {evidence.label}", evidence.metric.unit)


def _linked(frame: pd.DataFrame, ids: Sequence[str]) -> pd.DataFrame:
    """Return rows with window and link first; items with a link need no other key."""
    first = [name for name in ("window", "url") if name in frame.columns]
    keys = ids[:2] if "url" in frame.columns else ()
    return frame[[*first, *frame.columns.drop([*first, *keys])]]


def _listed(frame: pd.DataFrame, panel: Panel) -> pd.DataFrame:
    """Return the columns of a short list, with the link if items have one."""
    return frame[[name for name in ("url", *panel.subject.listed) if name in frame.columns]]


def table(frame: pd.DataFrame, alt: str, unit: str = "") -> None:
    """Draw rows with readable headers and formats."""
    headers: dict[str, Any] = {name: name.replace("_", " ") for name in frame.columns}
    for name in frame.columns:
        if name.endswith("_at"):
            label = name.removesuffix("_at").replace("_", " ")
            headers[name] = st.column_config.DatetimeColumn(label, format=TIME)
        elif name.endswith("_on"):
            headers[name] = st.column_config.DateColumn(name.replace("_", " "), format=DAY)
    integers = frame.select_dtypes("integer").columns
    formats = dict.fromkeys((name for name in integers if name != "number"), "localized")
    formats |= {name: "dollar" for name in frame.columns if name.endswith("usd")}
    numbers = frame.select_dtypes("number").columns
    shares = [name for name in numbers if name.endswith("share")]
    formats |= dict.fromkeys(shares, "percent")
    formats |= {name: "%d %%" for name in numbers if name.endswith("_percent")}
    for name, form in formats.items():
        label = name.replace("usd", "$").removesuffix("_percent").replace("_", " ")
        headers[name] = st.column_config.NumberColumn(label, format=form)
    value = st.column_config.NumberColumn(f"value ({unit})", format="%.2f")
    st.dataframe(
        frame.round(dict.fromkeys(shares, 3)),
        hide_index=True,
        column_config=headers | COLUMNS | {"value": value},
        placeholder="–",
        alt=alt,
    )


def _code(sql: str) -> None:
    caption(
        "Runs unchanged on the published file, in any DuckDB client: headway sql, or "
        "duckdb -readonly."
    )
    st.code(sql, language=None, wrap_lines=True)
    page = catalog.extra_page("sql")
    st.page_link(
        page.file,
        label="Open on the SQL page",
        icon=":material/terminal:",
        query_params={"sql": sql},
    )


def downloads(title: str, frame: pd.DataFrame, label: str, drawing: Drawing | None) -> None:
    """Draw buttons for the rows and the chart; files have the names of label and title."""
    name, csv, parquet = slug(label), "text/csv", "application/vnd.apache.parquet"
    with st.container(horizontal=True):
        _button("Rows as CSV", lambda: _csv(frame), f"{name}.csv", csv, title)
        _button("Rows as Parquet", lambda: _parquet(frame), f"{name}.parquet", parquet, title)
        if drawing:
            file = f"{slug(title)}.html"
            _button("Chart as HTML", lambda: _html(drawing, title), file, "text/html", title)
    st.caption("The buttons at the chart save it as a picture, PNG or SVG.")


def _button(label: str, content: Callable[[], bytes], file: str, mime: str, title: str) -> None:
    key = f"{label} {title}"
    st.download_button(label, content, file, mime, on_click="ignore", key=key)


def _csv(frame: pd.DataFrame) -> bytes:
    """Return rows as CSV without formulas."""
    texts = {
        name: frame[name].map(harmless)
        for name in frame.columns
        if frame[name].dtype in ("object", "str")
    }
    return frame.assign(**texts).to_csv(index=False).encode()


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _html(drawing: Drawing, name: str) -> bytes:
    """Return a chart as a page that works offline; its camera saves an SVG."""
    figure = coloured(drawing.figure, st.get_option("theme.light.chartCategoricalColors"))
    figure["layout"] |= {"template": "plotly_white", "font": {"family": "sans-serif"}}
    toolbar = config(name, "svg")
    return str(plotly.io.to_html(figure, config=toolbar, include_plotlyjs=True)).encode()
