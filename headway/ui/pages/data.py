"""What was read, until when, and does it agree with GitHub?"""

from dataclasses import replace

import streamlit as st

from headway.ui.parts import answer, cache, filters, sections
from headway.ui.parts.filters import View
from queries.catalog import catalog
from queries.catalog.scope import Scope
from queries.read.listings import Asked
from queries.text.completeness import loads_sentence, totals_asides, totals_sentence

AGREES = "Does it agree with GitHub?"


def agreement(view: View) -> None:
    """Draw whether all of it is here, by repository, and the months that differ."""
    of = Asked(AGREES, "read_totals")
    (row,) = cache.records(of, view)
    if not row["repositories"]:
        sections.lacking(
            of.title, "No repository of GitHub has been read; imports tell of themselves only."
        )
        return
    sections.show(of, view, totals_sentence(row), totals_asides(row))
    sections.show(Asked("Repositories", "read_repositories"), view, is_table=True)
    months = Asked("Months that differ", "read_gaps")
    if cache.records(months, view):
        aside = "Above 0: missing here. Below 0: not counted by GitHub. What to do: headway refresh --full."
        sections.show(months, view, asides=[aside], is_table=True)
    elif row["at_github"]:
        sections.show(
            months, view, "In every month that was counted there are as many here as at GitHub."
        )


def reading(view: View) -> None:
    """Draw how the last refresh went, and how old imports are."""
    of = Asked("The last refresh", "last_loads")
    rows = cache.records(of, view)
    if rows:
        sections.show(of, view, loads_sentence(rows), is_table=True)
    else:
        sections.lacking(of.title, "No refresh has been noted yet.")
    imports = Asked("Imported projects", "read_imports")
    if cache.records(imports, view):
        aside = "As of the newest file that told of each; export again to bring it up to date."
        sections.show(imports, view, asides=[aside], is_table=True)


chosen = filters.view()
if chosen.filters:
    st.info(
        "Filters change nothing here: this page is about all that was read.",
        icon=":material/filter_alt_off:",
    )
whole = replace(chosen, scope=Scope())
answer.heading(catalog.beside("data").title, whole)
agreement(whole)
reading(whole)
