"""Charts on pages, with their toolbar and notes."""

from __future__ import annotations

from typing import Any

import plotly.io
import streamlit as st
from plotly.basedatatypes import BaseFigure

from headway.ui.charts.figure import Drawing, Figure
from headway.ui.parts.text import caption, slug

#: the toolbar of charts: the button that saves a picture, and beside it that of ``pictures``
CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
}


def config(name: str, form: str = "png") -> dict[str, Any]:
    """Return the toolbar of a chart, whose pictures have its name."""
    return CONFIG | {"toImageButtonOptions": {"format": form, "scale": 2, "filename": slug(name)}}


class CheckedFigure(BaseFigure):  # type: ignore[misc]
    """A figure that Plotly does not check again: tests check the figures of all pages.

    The check would take half of the time in which a page is drawn again.
    """

    def __init__(self, figure: Figure) -> None:
        template = plotly.io.templates["streamlit"].to_plotly_json()
        self.__dict__["figure"] = figure | {"layout": figure["layout"] | {"template": template}}

    def to_dict(self) -> Figure:
        """Return the figure as a dictionary."""
        result: Figure = self.__dict__["figure"]
        return result


def draw(drawing: Drawing, name: str) -> None:
    """Draw a chart with its notes."""
    st.plotly_chart(
        CheckedFigure(drawing.figure),
        config=config(name),
        alt=drawing.alt,
        key=f"chart {name}",
    )
    caption(*drawing.notes)
