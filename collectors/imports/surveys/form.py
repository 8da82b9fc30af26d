"""Text of a survey to paste into a form tool, and how many have answered so far."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from collectors.imports.surveys.mapping import Item, Survey, SurveyMap
from collectors.ledger.store import Store


def form_text(mapping: SurveyMap, today: date) -> Iterator[str]:
    """Yield the lines of the first survey's form, with the days of its next wave."""
    survey = mapping.surveys[0]
    wave = next((wave for wave in survey.waves if wave.closes_on >= today), None)
    dates = f", {_day(wave.opens_on)} to {_day(wave.closes_on)}" if wave else ""
    yield f"{survey.key.capitalize()}{dates}"
    yield "Your answers are anonymous. Answers of fewer than five people are never shown."
    yield ""
    yield f"{survey.team_columns[0]} (a list of your teams, not required)"
    for number, item in enumerate(survey.items, start=1):
        yield ""
        yield f"{number}. {item.texts[0] if item.texts else item.key}"
        yield f"   {_choices(item)}"


def _choices(item: Item) -> str:
    """Return the answers of an item, the lowest first."""
    if item.scale is None:
        return "(free text, not required)"
    points = item.scale.most - item.scale.least + 1
    words = list(item.scale.words)[:points]
    if not words:
        return f"{item.scale.least} to {item.scale.most} / prefer not to say"
    return " / ".join((*words, "prefer not to say"))


def so_far(ledger: Store, survey: Survey) -> str:
    """Return how many people have answered the newest wave, by its newest export."""
    rows = ledger.rows(
        """
        with people as (
            select
                answers.opens_on,
                answers.closes_on,
                answers.final_on,
                imports.exported_at,
                sum(answers.answers) as people
            from imported_survey_answers as answers
            inner join imports using (import_id)
            where answers.survey = $survey and answers.item is null
            group by
                answers.opens_on,
                answers.closes_on,
                answers.final_on,
                imports.import_id,
                imports.account,
                imports.exported_at
            qualify row_number() over (
                partition by answers.opens_on, imports.account
                order by imports.exported_at desc
            ) = 1
        )

        select
            people.opens_on,
            people.closes_on,
            max(people.final_on) as final_on,
            max(people.exported_at) as exported_at,
            sum(people.people)::integer as people,
            max(waves.invited) as invited
        from people
        left join survey_waves as waves
            on
                waves.survey = $survey
                and waves.opens_on = people.opens_on
                and waves.team is null
        group by people.opens_on, people.closes_on
        order by people.opens_on desc
        limit 1
        """,
        {"survey": survey.key},
    )
    if not rows:
        return "No answers are imported yet: `headway import FILE` reads the export of your form."
    (row,) = rows
    text = f"Wave of {_day(row['opens_on'])} to {_day(row['closes_on'])}: {row['people']:,} answers"
    if row["invited"]:
        text += f" of {row['invited']:,} people invited ({row['people'] / row['invited']:.0%})"
        text = text.replace("%)", " %)")
    text += f", export of {_day(row['exported_at'].date())}."
    if row["exported_at"].date() <= row["final_on"]:
        text += f" It is published from an export after {_day(row['final_on'])}."
    return text


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
