"""Figures of every page are valid, small, and legible at every width."""

from __future__ import annotations

import json
from pathlib import Path

import plotly.graph_objects
import pytest
from streamlit.testing.v1 import AppTest

from queries.catalog.catalog import EXTRA_PAGES, PAGES
from queries.catalog.metric import Page

ROOT = Path(__file__).parents[3]
#: characters of a figure as it is sent
MOST_CHARACTERS = 32_000


@pytest.mark.parametrize("page", [*PAGES, *EXTRA_PAGES], ids=lambda page: page.name)
def test_figures_are_valid_and_small(
    demo: Path, monkeypatch: pytest.MonkeyPatch, page: Page
) -> None:
    monkeypatch.setenv("HEADWAY_DATA", str(demo))
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60).run()
    app.switch_page(page.file).run()
    for element in app.get("plotly_chart"):
        figure = json.loads(element.proto.spec)
        plotly.graph_objects.Figure(figure)
        assert len(element.proto.spec) < MOST_CHARACTERS
        assert element.proto.alt
