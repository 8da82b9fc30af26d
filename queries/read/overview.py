"""Overview: one line for each question, and the guardrails, from the published answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from queries.catalog.catalog import METRICS, PAGES, QUESTIONS
from queries.catalog.metric import Metric, Page, Question
from queries.read.listings import records
from queries.read.snapshot import Snapshot, listing
from queries.sql_files import Row
from queries.statistics.windows import quarter_of

#: comparisons of ``answers`` by the name of the choice, the one to prefer first
CHOICES: Mapping[str, Sequence[str]] = {
    "rollout": ("rollout 26 weeks", "rollout 13 weeks"),
    "quarter": ("quarter before",),
    "year": ("year before",),
    "baseline": ("baseline",),
}
#: words in the order in which a question's line shows them
RANKS = {"improving": 0, "not proven": 0, "worse": 0, "no clear change": 1}
QUARTERS_DRAWN = 8
#: comparison of headlines that have no answer under the chosen one
FALLBACK = CHOICES["quarter"]
GUARDRAIL = "guardrail"


@dataclass(frozen=True)
class MetricAnswer:
    """The answer of one headline, with its earlier quarters, oldest first.

    ``is_whole``: the scope does not apply, so the answer is about the whole organisation.
    ``is_fallback``: the chosen comparison has no answer, so this is the quarter before.
    ``is_older``: it is about an earlier quarter than the newest answer of the comparison.
    """

    metric: Metric
    row: Row
    quarters: Sequence[Row]
    is_whole: bool
    is_fallback: bool = False
    is_older: bool = False

    @property
    def has_own_period(self) -> bool:
        """Return whether its comparison has to be named beside it."""
        return self.is_fallback or self.is_older


@dataclass(frozen=True)
class Line:
    """A question with the headline that answers it best, and its other headlines.

    ``page`` is None if nothing can answer it yet, ``main`` if no headline has an answer.
    """

    question: Question
    page: Page | None
    main: MetricAnswer | None
    other_answers: Sequence[MetricAnswer]

    @property
    def answers(self) -> list[MetricAnswer]:
        """Return the answers of all its headlines."""
        return [self.main, *self.other_answers] if self.main else []


@dataclass(frozen=True)
class Overview:
    """Lines of the questions and guardrails under one comparison.

    ``choices``: comparisons that have an answer, by name, each with one of its rows.
    """

    choices: Mapping[str, Row]
    choice: str
    lines: Sequence[Line]
    guardrails: Sequence[MetricAnswer]
    #: answers of pages that the overview does not show
    further: Sequence[MetricAnswer] = ()

    @property
    def answers(self) -> list[MetricAnswer]:
        """Return the answers of all questions, without the guardrails."""
        return [item for line in self.lines for item in line.answers]

    @property
    def all_answers(self) -> list[MetricAnswer]:
        """Return the answers of all questions and guardrails."""
        return [*self.answers, *self.guardrails]

    def of_page(self, page: Page) -> list[MetricAnswer]:
        """Return the answers of a page's headlines, the most telling first."""
        every = (*self.answers, *self.guardrails, *self.further)
        items = [item for item in every if item.metric.page == page.name]
        return sorted(items, key=_urgency) if page.question == GUARDRAIL else items


def _urgency(item: MetricAnswer) -> int:
    """Return the position of a guardrail on its page: those that are worse are first."""
    return 0 if item.row["verdict"] == "worse" else RANKS.get(item.row["verdict"] or "", 2)


def overview(
    snapshot: Snapshot, scope_kind: str, scope: str, choice: str, quarter: str = ""
) -> Overview:
    """Return the overview of the organisation, a team or a repository.

    A comparison that has no answer is replaced by the first that has one. With a quarter, such as
    2026-Q3, only what was known when it ended is known.
    """
    own = _answers(snapshot, scope_kind, scope, quarter)
    whole = own if scope_kind == "org" else _answers(snapshot, "org", "", quarter)
    choices = {name: row for name in CHOICES if (row := _newest(whole, CHOICES[name]))}
    name = choice if choice in choices else next(iter(choices), "quarter")
    answered = {}
    for metric in (metric for metric in METRICS if metric.is_headline):
        answer = _answer(metric, own, whole, CHOICES[name], scope_kind)
        if answer is None and (other := _answer(metric, own, whole, FALLBACK, scope_kind)):
            answer = replace(other, is_fallback=True)
        if answer:
            is_older = name in choices and answer.row["quarter"] != choices[name]["quarter"]
            answered[metric.name] = replace(answer, is_older=is_older)
    pages = {page.question: page for page in reversed(PAGES)}
    lines = [
        _line(question, pages.get(question.name), answered)
        for question in QUESTIONS
        if question.name != GUARDRAIL
    ]
    guards = _of_page(pages[GUARDRAIL], answered)
    names = [page.name for page in pages.values()]
    further = [item for item in answered.values() if item.metric.page not in names]
    return Overview(choices, name, lines, guards, further)


def _answers(snapshot: Snapshot, scope_kind: str, scope: str, quarter: str) -> list[Row]:
    return records(
        listing(snapshot, "overview", scope_kind=scope_kind, scope=scope, quarter=quarter)
    )


def _newest(rows: Iterable[Row], comparisons: Sequence[str]) -> Row | None:
    """Return the newest row with a number of the first comparison that has one.

    Of a rollout's two rows it is the one with the verdict.
    """
    for comparison in comparisons:
        known = [
            row for row in rows if row["comparison"] == comparison and row["current"] is not None
        ]
        complete = [row for row in known if row["status"] != "so far"]
        for first in complete or known:
            same = [row for row in known if row["window_start"] == first["window_start"]]
            return next((row for row in same if row["verdict"] is not None), first)
    return None


def _answer(
    metric: Metric,
    own: Sequence[Row],
    whole: Sequence[Row],
    comparisons: Sequence[str],
    scope_kind: str,
) -> MetricAnswer | None:
    is_whole = scope_kind not in ("org", *metric.of.parts)
    rows = [row for row in (whole if is_whole else own) if row["metric"] == metric.name]
    row = _newest(rows, comparisons)
    if row is None:
        return None
    quarters = [other for other in rows if other["comparison"] == "quarter before"]
    return MetricAnswer(metric, row, quarters[: QUARTERS_DRAWN + 1][::-1], is_whole)


def _line(question: Question, page: Page | None, answered: Mapping[str, MetricAnswer]) -> Line:
    answers = _of_page(page, answered) if page else []
    order = {name: position for position, name in enumerate(page.overview if page else ())}
    ranked = sorted(
        answers,
        key=lambda item: (
            item.is_fallback,
            RANKS.get(item.row["verdict"] or "", 2),
            order.get(item.metric.name, len(order)),
        ),
    )
    return Line(question, page, ranked[0] if ranked else None, ranked[1:])


def _of_page(page: Page, answered: Mapping[str, MetricAnswer]) -> list[MetricAnswer]:
    return [item for item in answered.values() if item.metric.page == page.name]


def unchanged_band(metric: Metric, row: Row) -> tuple[float, float] | None:
    """Return between which values the number would lie without a change; None if not known.

    The baseline, as far up and down as the interval of the effect reaches, of possible values.
    """
    lo, hi, baseline = row["lo"], row["hi"], row["baseline"]
    if lo is None or hi is None or baseline is None:
        return None
    if row["effect_kind"] == "ratio":
        if lo <= -1:
            return None
        factor = sqrt((1 + hi) / (1 + lo))
        least, most = baseline / factor, baseline * factor
    else:
        half = (hi - lo) / 2
        least, most = baseline - half, baseline + half
    smallest, largest = metric.limits
    return max(least, smallest), min(most, largest)


def event_quarter(row: Row) -> str:
    """Return the quarter in which the event of a row's comparison began."""
    return quarter_of(row["baseline_end"]).name
