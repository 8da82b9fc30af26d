"""What a reader chooses, kept in the address so that a link is the state; and the published file that pages read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import streamlit as st

from queries.catalog.scope import Scope
from queries.errors import NothingPublishedError
from queries.read import filters
from queries.read.filters import Facts
from queries.read.snapshot import Snapshot, current
from queries.statistics.windows import Window
from queries.text.sentences import SCOPE_WORDS, scope_words

CUSTOM = "Custom dates"
EVERYTHING = {
    "team": "All teams",
    "repo": "All repositories",
    "work_type": "All work types",
    "authorship": "Any authorship",
}
POLL_SECONDS = 5


@dataclass(frozen=True)
class View:
    """What a page shows: the published file, and which part of it."""

    snapshot: Snapshot
    facts: Facts
    period_name: str
    period: Window
    scope: Scope

    @property
    def key(self) -> tuple[str, Window, Scope]:
        """What distinguishes it from other views."""
        return self.snapshot.id, self.period, self.scope

    @property
    def filters(self) -> str:
        """The scope in words; empty where nothing is filtered."""
        return scope_words(self.scope)


def published() -> Snapshot | None:
    """Return the newest published file; None while there is none."""
    try:
        return current(Path(os.environ.get("HEADWAY_DATA", "data")))
    except NothingPublishedError:
        return None


@st.fragment(run_every=POLL_SECONDS)
def watch(visited: str | None) -> None:
    """Run the page again as soon as another file is published than the one it shows."""
    newest = published()
    if (newest.id if newest else None) != visited:
        st.rerun()


def choose(snapshot: Snapshot) -> View:
    """Draw the controls in the sidebar and return what is chosen; pages get it by ``view``."""
    about, values = _facts(snapshot, snapshot.id), _choices(snapshot, snapshot.id)
    with st.sidebar:
        st.subheader("Show", anchor=False)
        name, period = _period(about)
        scope = Scope(**{key: _choice(key, values[key]) for key in SCOPE_WORDS})
        if name != next(iter(filters.PERIODS)) or scope != Scope():
            st.button("Reset", icon=":material/restart_alt:", on_click=reset, width="stretch")
    selected = View(snapshot, about, name, period, scope)
    st.session_state["view"] = selected
    return selected


def view() -> View:
    """Return what is chosen in this run."""
    selected: View = st.session_state["view"]
    return selected


def _period(about: Facts) -> tuple[str, Window]:
    known_values = filters.periods(about)
    name = st.selectbox("Period", [*known_values, CUSTOM], key="period", bind="query-params")
    if name in known_values:
        return name, known_values[name]
    default = next(iter(known_values.values()))
    last = about.ends_on - timedelta(days=1)
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
    )


def _choice(key: str, values: list[str]) -> str | None:
    """One part of the scope; not offered where there is nothing to choose between."""
    if len(values) < 2:
        return None
    options = [EVERYTHING[key], *values]
    selected = st.selectbox(SCOPE_WORDS[key].capitalize(), options, key=key, bind="query-params")
    return None if selected == EVERYTHING[key] else selected


def reset() -> None:
    """Choose what is chosen when nobody has chosen anything."""
    for key, value in ({"period": next(iter(filters.PERIODS))} | EVERYTHING).items():
        if key in st.session_state:
            st.session_state[key] = value


@st.cache_data(show_spinner=False, max_entries=8)
def _facts(_snapshot: Snapshot, snapshot_id: str) -> Facts:
    return filters.facts(_snapshot)


@st.cache_data(show_spinner=False, max_entries=8)
def _choices(_snapshot: Snapshot, snapshot_id: str) -> Mapping[str, list[str]]:
    return filters.choices(_snapshot)
