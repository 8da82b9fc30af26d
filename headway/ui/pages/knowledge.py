"""Knowledge: guidance for what changes, its owners and its age, and recorded decisions."""

from headway.ui.parts import answer, cache, filters, question, sections
from headway.ui.parts.filters import View
from headway.ui.parts.text import lead
from queries.catalog import catalog
from queries.read.listings import ListingQuery, listing_query
from queries.read.overview import MetricAnswer
from queries.text.knowledge_text import (
    areas_sentence,
    documents_sentence,
    outcomes_sentence,
    unplaced_sentence,
)

NO_FILES = (
    "No file such as AGENTS.md or CLAUDE.md guides what is changed. Add one to the folder that "
    "changes most, with an owner in CODEOWNERS, then run `headway refresh`."
)
NOT_READ = "No change is of a repository whose files have been read. Run `headway refresh`."


def areas(view: View) -> None:
    """Draw the areas that change most, with guidance and owners."""
    query = _query("Where most is changed", "knowledge_areas", view)
    if rows := cache.row_values(query, view):
        sections.show(query, view, areas_sentence(rows), is_table=True)
    else:
        sections.empty(query.title, NOT_READ)


def documents(view: View) -> None:
    """Draw the documents, stale ones first."""
    query = ListingQuery("Documents", "knowledge_documents", (("repo", view.scope.repo),))
    rows = cache.row_values(query, view)
    if not rows:
        unplaced = ListingQuery("Files", "knowledge_unplaced", (("repo", view.scope.repo),))
        reason = unplaced_sentence(cache.row_values(unplaced, view)) or NO_FILES
        sections.empty(query.title, reason)
        return
    sentence = documents_sentence(rows)
    with question.fold(query.title, sentence) as is_open:
        if is_open:
            sections.body(query, view, is_table=True)


def outcomes(view: View) -> None:
    """Draw agents' changes with and without guidance."""
    query = _query("Agents with and without guidance", "knowledge_outcomes", view)
    rows = cache.row_values(query, view)
    sentence = outcomes_sentence(rows)
    with question.fold(query.title) as is_open:
        if is_open:
            lead(sentence)
            sections.body(query, view, is_table=bool(rows))


def guidance(_: MetricAnswer | None, view: View) -> None:
    """Draw the areas, the documents, and agents' changes with and without guidance."""
    areas(view)
    documents(view)
    outcomes(view)


def _query(title: str, name: str, view: View) -> ListingQuery:
    scope = view.scope
    return listing_query(title, name, view.period, repo=scope.repo, team=scope.team)


view = filters.view()
if cache.row_values(_query("Where most is changed", "knowledge_areas", view), view):
    answer.page("knowledge", guidance)
else:
    answer.heading(catalog.page("knowledge").title, view)
    sections.empty("Where most is changed", NOT_READ)
