"""Charts on pages, with their toolbar and notes."""

from __future__ import annotations

from typing import Any

import streamlit as st

from headway.ui.charts.figure import Drawing
from headway.ui.parts.text import caption

#: the toolbar of charts: only the button that saves a picture
CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "png", "scale": 2},
}


def draw(drawing: Drawing, name: str) -> None:
    """Draw a chart with its notes."""
    st.plotly_chart(
        drawing.figure,
        config=CONFIG,
        alt=drawing.alt,
        key=f"chart {name}",
    )
    caption(*drawing.notes)
