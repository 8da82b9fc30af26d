"""Offload: what agents do of the work, by category, and whether it lasts."""

import pandas as pd
import streamlit as st

from headway.ui.parts import answer, cache, evidence_drawer, filters, sections
from headway.ui.parts.filters import View
from headway.ui.parts.text import caption, lead
from queries.read.listings import listing_query
from queries.read.overview import MetricAnswer
from queries.text.offload_text import NO_AGENTS, categories_sentence, category_cells


def categories(_main: MetricAnswer | None, view: View) -> None:
    """Draw category by who wrote it, with bounds, hand-offs and rework."""
    scope = {"repo": view.scope.repo, "team": view.scope.team}
    query = listing_query("Work by category", "offload", view.period, **scope)
    rows = cache.row_values(query, view)
    if not any(row["by_agents"] or row["begun_by_agents"] for row in rows):
        sections.empty(query.title, NO_AGENTS)
        return
    st.header(query.title, anchor=False)
    lead(categories_sentence(rows))
    evidence_drawer.table(pd.DataFrame(map(category_cells, rows)), query.title)
    caption(
        "Lasted: merged and not undone. No signal of AI does not mean a person: the upper bound "
        "counts half of these. Work is counted, not time.",
    )
    evidence_drawer.show_listing(query, None, view)


filters.view()
answer.page("offload", categories)
