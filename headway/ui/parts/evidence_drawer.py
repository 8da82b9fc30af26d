"""The way from a number to its evidence: how it is measured, the rows, the SQL, and what can be taken away."""

from __future__ import annotations

import io
import re
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import plotly.io
import streamlit as st

from headway.ui.charts.time_series import Drawing, coloured
from headway.ui.parts import cache
from headway.ui.parts.filters import View
from headway.ui.parts.notices import plain
from queries.catalog.catalog import Panel
from queries.read.evidence import Evidence
from queries.read.headlines import Headline
from queries.read.listings import Asked
from queries.text.sentences import day

MEASURED, ROWS, SQL, DOWNLOAD = "How this is measured", "Rows", "SQL", "Download"
OLDEST_SHOWN, NEWEST_SHOWN = 10, 20
#: what of an address tells things apart: shop/pull/12, shop/releases/tag/v1
ADDRESS = r"([^/]+/(?:releases/tag/[^/]+|[^/]+/[^/]+))$"
#: the chart's own buttons: only the one that saves a picture
CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "png", "scale": 2},
}
COLUMNS: dict[str, Any] = {
    "url": st.column_config.LinkColumn("link", display_text=ADDRESS, width="medium"),
    "pull_requests": st.column_config.ListColumn("pull requests", width="medium"),
    "happened_on": st.column_config.DateColumn("happened on", format="D MMM YYYY"),
    "counted_through": st.column_config.DateColumn("counted through", format="D MMM YYYY"),
    "day": st.column_config.DateColumn(format="D MMM YYYY"),
    "start_on": st.column_config.DateColumn("from", format="D MMM YYYY"),
    "month": st.column_config.DateColumn(format="MMM YYYY"),
    "first_month": st.column_config.DateColumn("since", format="MMM YYYY"),
    "last_month": st.column_config.DateColumn("until", format="MMM YYYY"),
    "title": st.column_config.TextColumn(width="large"),
}
FORMULA = re.compile(r"^[=+\-@\t\r]")


@st.fragment
def show(panel: Panel, headlines: list[Headline], drawing: Drawing | None, view: View) -> None:
    """Draw the four ways to the evidence of a panel; only the one that is chosen is read."""
    options = [MEASURED, ROWS, SQL, DOWNLOAD]
    selected = st.pills(
        f"Evidence: {panel.title}",
        options,
        key=f"trail {panel.title}",
        label_visibility="collapsed",
    )
    if selected == MEASURED:
        measured(panel, headlines, view)
    elif selected:
        result = _which(panel, headlines, view)
        {ROWS: _rows, SQL: _sql, DOWNLOAD: _downloads}[selected](result, panel, drawing, view)


@st.fragment
def of_list(requested: Asked, drawing: Drawing | None, view: View) -> None:
    """Draw the four ways to the evidence of what rests on one list."""
    title = requested.title
    options = [MEASURED, ROWS, SQL, DOWNLOAD]
    selected = st.pills(
        f"Evidence: {title}", options, key=f"trail {title}", label_visibility="collapsed"
    )
    if selected == MEASURED:
        st.markdown(plain(requested.definition))
    elif selected == ROWS:
        table(cache.listed(requested, view), f"Rows of {title}")
    elif selected == SQL:
        _code(requested.sql)
    elif selected == DOWNLOAD:
        _offer(title, cache.listed(requested, view), title, drawing)


def oldest(panel: Panel, view: View) -> None:
    """Draw the list of what has been open longest."""
    result, *_ = cache.behind(panel, [], view)
    frame = cache.rows(result, view).nlargest(OLDEST_SHOWN, "value")
    if len(frame):
        st.markdown("**Open longest**")
        visible = frame[["url", *panel.subject.shown]].dropna(axis="columns", how="all")
        _table(
            visible, result.metric.unit, f"The {panel.subject.plural} that have been open longest"
        )


def newest(panel: Panel, view: View) -> None:
    """Draw the list of the newest items that count; outcomes with links to what belongs to them."""
    result, *_ = cache.behind(panel, [], view)
    frame = cache.rows(result, view)
    counted = frame[frame["counts_as"] == "counted"]
    if not len(counted):
        return
    more = f", the {NEWEST_SHOWN} newest of {len(counted):,}" if len(counted) > NEWEST_SHOWN else ""
    st.markdown(f"**{panel.title}** in the period shown{more}")
    visible = counted[["url", *panel.subject.shown]].head(NEWEST_SHOWN)
    if panel.subject.name == "outcome":
        st.markdown("\n".join(_linked(row) for row in visible.to_dict("records")))
    else:
        _table(
            visible.dropna(axis="columns", how="all"),
            result.metric.unit,
            f"{panel.title} in the period shown",
        )


def _linked(row: Mapping[Hashable, Any]) -> str:
    """One line of a list: the title with its link, when and by whom, and the pull requests."""
    message = f"- {_link(row['title'], row['url'])} :gray[{day(row['happened_on'])}"
    message += f", {plain(row['team'])}]" if isinstance(row["team"], str) else "]"
    urls = row["pull_requests"] if hasattr(row["pull_requests"], "__iter__") else ()
    links = [_link(f"#{url.rpartition('/')[2]}", url) for url in urls]
    return f"{message} · {', '.join(links)}" if links else message


def _link(text: str, url: object) -> str:
    is_address = isinstance(url, str) and re.match(r"https?://[^\s()]+$", url)
    return f"[{plain(text)}]({url})" if is_address else plain(text)


def measured(panel: Panel, headlines: list[Headline], view: View) -> None:
    """Draw the definitions of a panel's numbers, and what each rests on."""
    for metric in panel.metrics:
        st.markdown(f"**{plain(metric.title)}.** {plain(metric.definition)}")
    st.table(cache.measured(panel, headlines, view), hide_index=True, border="horizontal")
    st.caption(
        "Quarters are 13 whole ISO weeks. Items without a value count in no number; what is left out is left out by "
        "the definition. A verdict needs statistics that tell a change from noise; until they are there, none is given."
    )


def _which(panel: Panel, headlines: list[Headline], view: View) -> Evidence:
    """The number that the evidence is wanted for."""
    offered = {row.label: row for row in cache.behind(panel, headlines, view)}
    label = st.selectbox("Behind which number", list(offered), key=f"which {panel.title}")
    return offered[label]


def _rows(result: Evidence, panel: Panel, drawing: Drawing | None, view: View) -> None:
    frame = cache.rows(result, view)
    st.caption(
        f"{len(frame):,} {panel.subject.plural}, newest first; click a column's head to sort."
    )
    _table(
        frame[["url", *frame.columns.drop(["url", *panel.subject.ids[:2]])]],
        result.metric.unit,
        f"Rows of {result.label}",
    )


def table(frame: pd.DataFrame, alt: str) -> None:
    """Draw the rows of a list."""
    _table(frame, "", alt)


def _table(frame: pd.DataFrame, unit: str, alt: str) -> None:
    by_name: dict[str, Any] = {name: name.replace("_", " ") for name in frame.columns}
    by_name |= {
        name: st.column_config.DatetimeColumn(
            name.removesuffix("_at").replace("_", " "), format="D MMM YYYY, HH:mm"
        )
        for name in frame.columns
        if name.endswith("_at")
    }
    forms = {
        name: "localized" for name in frame.select_dtypes("integer").columns if name != "number"
    }
    forms |= {name: "dollar" for name in frame.columns if name.endswith("usd")}
    forms |= {name: "percent" for name in frame.columns if name.endswith("share")}
    by_name |= {
        name: st.column_config.NumberColumn(name.replace("usd", "$").replace("_", " "), format=form)
        for name, form in forms.items()
    }
    frame = frame.round(
        {name: 3 for name, form in forms.items() if form == "percent"}
    )  # per cent with one digit
    value = st.column_config.NumberColumn(f"value ({unit})", format="%.2f")
    st.dataframe(
        frame,
        hide_index=True,
        column_config=by_name | COLUMNS | {"value": value},
        placeholder="–",
        alt=alt,
    )


def _sql(result: Evidence, panel: Panel, drawing: Drawing | None, view: View) -> None:
    _code(result.sql)


def _code(sql: str) -> None:
    st.caption(
        "Runs as it is on the published file, in any DuckDB client: `headway sql`, or `duckdb -readonly`."
    )
    st.code(sql, language=None, wrap_lines=True)


def _downloads(result: Evidence, panel: Panel, drawing: Drawing | None, view: View) -> None:
    _offer(panel.title, cache.rows(result, view), result.label, drawing)


def _offer(title: str, frame: pd.DataFrame, label: str, drawing: Drawing | None) -> None:
    """Draw the buttons that give a frame named by its label, and the chart named by its title."""
    name = _file_name(label)
    with st.container(horizontal=True):
        st.download_button(
            "Rows as CSV",
            lambda: _csv(frame),
            f"{name}.csv",
            "text/csv",
            on_click="ignore",
            key=f"csv {title}",
        )
        st.download_button(
            "Rows as Parquet",
            lambda: _parquet(frame),
            f"{name}.parquet",
            "application/vnd.apache.parquet",
            on_click="ignore",
            key=f"parquet {title}",
        )
        if drawing:
            st.download_button(
                "Chart as HTML",
                lambda: _html(drawing),
                f"{_file_name(title)}.html",
                "text/html",
                on_click="ignore",
                key=f"html {title}",
            )
    st.caption("The camera above the chart saves it as a picture.")


def _file_name(label: str) -> str:
    return re.sub(r"\W+", "-", label.lower()).strip("-")


def _csv(frame: pd.DataFrame) -> bytes:
    """Rows as CSV; text that a spreadsheet would take for a formula begins with an apostrophe."""
    texts = {
        name: frame[name].map(
            lambda cell: f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell
        )
        for name in frame.columns
        if frame[name].dtype in ("object", "str")
    }
    return frame.assign(**texts).to_csv(index=False).encode()


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _html(drawing: Drawing) -> bytes:
    """A chart as a page of its own, which needs no network; its camera saves an SVG."""
    figure = coloured(drawing.figure, st.get_option("theme.light.chartCategoricalColors"))
    figure["layout"] |= {"template": "plotly_white", "font": {"family": "sans-serif"}}
    config = CONFIG | {"toImageButtonOptions": {"format": "svg"}}
    return str(plotly.io.to_html(figure, config=config, include_plotlyjs=True)).encode()
