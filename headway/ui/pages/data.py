"""Data: completeness, agreement with GitHub, and the last refresh."""

from headway.ui.parts import answer, cache, filters, sections
from headway.ui.parts.filters import View
from queries.catalog import catalog
from queries.read.listings import ListingQuery
from queries.text.completeness import loads_sentence, totals_notes, totals_sentence


def agreement(view: View) -> None:
    """Draw completeness in total, by repository and by month."""
    query = ListingQuery("Does it agree with GitHub?", "read_totals")
    (row,) = cache.row_values(query, view)
    if not row["repositories"]:
        sections.empty(query.title, "There is no GitHub repository, only imported data.")
        return
    sections.show(query, view, totals_sentence(row), totals_notes(row))
    sections.show(ListingQuery("Repositories", "read_repositories"), view, is_table=True)
    months = ListingQuery("Months that differ", "read_gaps")
    if cache.row_values(months, view):
        note = "Above 0: missing here. Below 0: not counted by GitHub. Run headway refresh --full."
        sections.show(months, view, notes=[note], is_table=True)
    elif row["at_github"]:
        sections.show(months, view, "In every counted month, this data agrees with GitHub.")


def last_refresh(view: View) -> None:
    """Draw the last refresh and the age of imports."""
    query = ListingQuery("The last refresh", "last_loads")
    if rows := cache.row_values(query, view):
        sections.show(query, view, loads_sentence(rows), is_table=True)
    else:
        sections.empty(query.title, "There is no refresh yet.")
    imports = ListingQuery("Imported projects", "read_imports")
    if cache.row_values(imports, view):
        note = "As of the newest file of each project. Export it again for newer data."
        sections.show(imports, view, notes=[note], is_table=True)


view = filters.whole()
answer.heading(catalog.extra_page("data").title, view, is_here=True)
agreement(view)
last_refresh(view)
