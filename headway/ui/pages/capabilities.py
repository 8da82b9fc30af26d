"""Q1: capabilities, with the newest ones in words."""

from headway.ui.parts import answer, evidence_drawer
from headway.ui.parts.filters import View
from queries.catalog import catalog
from queries.read.overview import MetricAnswer


def newest(_: MetricAnswer | None, view: View) -> None:
    """Draw the newest capabilities with their pull requests."""
    panel = catalog.panels(catalog.page("capabilities"))[0]
    evidence_drawer.newest(answer.load(panel, view), view)


answer.page("capabilities", newest)
