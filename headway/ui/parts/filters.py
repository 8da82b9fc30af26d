"""Filters in one line, kept in the URL, and the published file that pages show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import streamlit as st

from headway.ui.parts import sign_in
from headway.ui.parts.published import of_session
from headway.ui.parts.text import escape
from queries.catalog.scope import Scope
from queries.errors import NothingPublishedError
from queries.read import filters
from queries.read.filters import SnapshotInfo
from queries.read.snapshot import Snapshot
from queries.statistics.windows import Window
from queries.text.sentences import SCOPE_LABELS, scope_words

CUSTOM = "Custom dates"
DEFAULT_PERIOD = next(iter(filters.PERIODS))
EVERYTHING = {
    "team": "All teams",
    "repo": "All repositories",
    "work_type": "All work types",
    "authorship": "Any authorship",
}
#: name of the control of the charts' range; sentences compare whole quarters
PERIOD = "Range of the charts"
#: comparison of the reader, in the address of every page
COMPARE = "compare"
UNKNOWN = "unknown filters"
UNKNOWN_VALUES = {
    "team": "There is no team “{}” (renamed, or too few people to show). Showing all teams.",
    "repo": "There is no repository “{}”. Showing all repositories.",
    "work_type": "There is no work type “{}”. Showing all work types.",
    "authorship": "There is no authorship “{}”. Showing any authorship.",
}
#: seconds between two looks for a newer snapshot
POLL_SECONDS = 10


@dataclass(frozen=True)
class View:
    """A snapshot with period and filters."""

    snapshot: Snapshot
    info: SnapshotInfo
    period: Window
    scope: Scope

    @property
    def filters(self) -> str:
        """Return the scope in words; empty without filters."""
        return scope_words(self.scope)


def published() -> Snapshot | None:
    """Return the published file that this run reads; None if there is none."""
    try:
        return of_session()
    except NothingPublishedError:
        return None


@st.fragment(run_every=POLL_SECONDS)
def watch(snapshot_id: str | None) -> None:
    """Run the page again if a newer snapshot is published, or the reader's session has ended."""
    newest = published()
    if sign_in.refusal() or (newest.id if newest else None) != snapshot_id:
        st.rerun()


def choose(snapshot: Snapshot) -> View:
    """Draw the filters in one line and store the view for ``view``."""
    info, choices = _info(snapshot, snapshot.id), _choices(snapshot, snapshot.id)
    unknown = _unknown(choices)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="filters"):
        scope = Scope(**{key: _choice(key, choices[key]) for key in SCOPE_LABELS})
        name, period = _period(info)
        with st.container(key="address"):  # hidden: pages have their own control for it
            st.text_input("Comparison", key=COMPARE, bind="query-params")
        if name != DEFAULT_PERIOD or scope != Scope():
            st.button("Reset", icon=":material/restart_alt:", on_click=reset)
    for text in unknown:
        st.warning(escape(text), icon=":material/filter_alt_off:")
    st.session_state["view"] = View(snapshot, info, period, scope)
    return view()


def _unknown(choices: Mapping[str, list[str]]) -> list[str]:
    """Return a sentence for each value of the address that does not exist, until a filter changes.

    Streamlit removes such a value from the address in the first run.
    """
    for key, values in choices.items():
        value = st.query_params.get(key)
        if value and value not in (EVERYTHING[key], *values):
            st.session_state.setdefault(UNKNOWN, {})[key] = UNKNOWN_VALUES[key].format(value)
    return list(st.session_state.get(UNKNOWN, {}).values())


def _forget() -> None:
    st.session_state.pop(UNKNOWN, None)


def view() -> View:
    """Return the view of this run."""
    stored: View = st.session_state["view"]
    return stored


def whole() -> View:
    """Return the view without filters, whose line is hidden; their values stay in the address."""
    st.html(
        "<style>.st-key-filters { display: none } .st-key-origin { padding-right: 2.5rem }</style>"
    )
    return replace(view(), scope=Scope())


def _period(info: SnapshotInfo) -> tuple[str, Window]:
    periods = filters.periods(info)
    name = st.selectbox(
        PERIOD, [*periods, CUSTOM], key="period", bind="query-params", label_visibility="collapsed"
    )
    if name in periods:
        return name, periods[name]
    default = periods[DEFAULT_PERIOD]
    last = info.ends_on - timedelta(days=1)
    start = _date("From", "from", default.start_on, last)
    end = _date("To", "to", last, last)
    return CUSTOM, Window(start, max(start, end) + timedelta(days=1))


def _date(label: str, key: str, default: date, last: date) -> date:
    return st.date_input(
        label,
        default,
        min_value=date(2000, 1, 1),
        max_value=last,
        key=key,
        bind="query-params",
        format="YYYY-MM-DD",
        label_visibility="collapsed",
    )


def _choice(key: str, values: list[str]) -> str | None:
    """Draw one filter, if there is more than one value, and return its value."""
    if len(values) < 2:
        return None
    options = [EVERYTHING[key], *values]
    value = st.selectbox(
        SCOPE_LABELS[key].capitalize(),
        options,
        key=key,
        bind="query-params",
        label_visibility="collapsed",
        on_change=_forget,
    )
    return None if value == EVERYTHING[key] else value


def reset() -> None:
    """Set all filters to their defaults."""
    _forget()
    for key, value in ({"period": DEFAULT_PERIOD} | EVERYTHING).items():
        if key in st.session_state:
            st.session_state[key] = value


@st.cache_data(show_spinner=False, max_entries=8)
def _info(_snapshot: Snapshot, snapshot_id: str) -> SnapshotInfo:
    return filters.snapshot_info(_snapshot)


@st.cache_data(show_spinner=False, max_entries=8)
def _choices(_snapshot: Snapshot, snapshot_id: str) -> Mapping[str, list[str]]:
    return filters.choices(_snapshot)
