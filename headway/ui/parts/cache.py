"""Cache of query results by snapshot and arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import pandas as pd
import streamlit as st

from queries.read.listings import ListingQuery, records
from queries.read.snapshot import Snapshot, listing
from queries.sql_files import Row

T = TypeVar("T")


class HasSnapshot(Protocol):
    """A view of a snapshot."""

    @property
    def snapshot(self) -> Snapshot:
        """Return the published file."""


def load(read: Callable[..., T], view: HasSnapshot, *arguments: Any) -> T:
    """Return ``read(snapshot, *arguments)``, cached."""
    key = repr((read.__module__, read.__qualname__, view.snapshot.id, arguments))
    value: T = _cached(key, lambda: read(view.snapshot, *arguments))
    return value


def rows(query: ListingQuery, view: HasSnapshot) -> pd.DataFrame:
    """Return the rows of a listing as a frame."""
    key = repr((query, view.snapshot.id))
    frame: pd.DataFrame = _cached(key, lambda: query.rows(view.snapshot))
    return frame


def row_values(query: ListingQuery, view: HasSnapshot) -> list[Row]:
    """Return the rows of a listing as plain values."""
    return records(rows(query, view))


def listed(name: str, view: HasSnapshot, **parameters: Any) -> pd.DataFrame:
    """Return the rows of a query under listings/."""
    key = repr((name, view.snapshot.id, parameters))
    frame: pd.DataFrame = _cached(key, lambda: listing(view.snapshot, name, **parameters))
    return frame


@st.cache_data(show_spinner=False, max_entries=2000)
def _cached(key: str, _read: Callable[[], Any]) -> Any:
    return _read()
