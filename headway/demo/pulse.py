"""Pulse of the demo company: four waves of the shipped survey, two in each of two quarters."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random

from collectors.imports.reader import import_id
from collectors.imports.surveys.mapping import PULSE, SurveyMap
from collectors.imports.surveys.reader import read
from collectors.ledger.store import Store
from headway.demo.company import EFFECTS, HOST, PEOPLE
from headway.demo.world import World
from queries.statistics.windows import quarter_of

#: weeks from the start of a quarter to its waves
WEEKS = (3, 8)
#: days between the first and the last answer
OPEN_DAYS = 4
ANSWERING = 0.84
#: mean of each item in the first wave, and its change to the last one without and with agents
LEVELS = {
    "burnout": (2.6, 0.1, -0.1),
    "frustration": (3.1, 0.0, -0.6),
    "excitement": (3.1, 0.0, 0.7),
    "flow": (3.0, 0.0, 0.3),
    "ai_help": (2.6, 0.2, 1.2),
}
BUILT = (
    "A plant finder that knows the soil of a garden from its address.",
    "A test bench that replays a week of orders in two minutes.",
    "A first version of gift cards, in an afternoon, to show it to three nurseries.",
    "The migration of the price rules that we had put off for two years.",
    "Screen reader labels for the whole checkout.",
    "A simulator of frost days for the arrival dates.",
    "Nothing new yet. Most of my week went into reviews.",
    "A chart of which plants come back, which nobody had time for.",
    "An importer for the old catalogue of a partner.",
    "Alerts that name the change that caused them.",
    "A small game for the waiting page.",
    "Translations of the help pages into three languages.",
    "A tool that finds labels that contradict each other.",
)


def pulse_exports(until: date, seed: int, has_effects: bool = True) -> Iterator[tuple[date, str]]:
    """Yield the first day and the export of each wave that is over."""
    luck = Random(f"pulse {seed}")
    last = quarter_of(until).before()
    starts = [
        quarter.start + timedelta(weeks=weeks)
        for quarter in (last.before(), last)
        for weeks in WEEKS
    ]
    texts = {item.key: item.texts[0] for item in PULSE.items}
    for number, start in enumerate(starts):
        file = io.StringIO()
        rows = csv.writer(file, quoting=csv.QUOTE_ALL)
        rows.writerow(["Timestamp", PULSE.team_columns[0], *texts.values()])
        step, answers = number / (len(starts) - 1), []
        for person in PEOPLE:
            team = person.team_on(start, until)
            if team is None or luck.random() >= ANSWERING:
                continue
            has_agents = has_effects and team in EFFECTS.teams
            values = [
                min(max(round(luck.gauss(level + step * change[has_agents], 0.95)), 1), 5)
                for level, *change in LEVELS.values()
            ]
            at = datetime.combine(start, time(8)) + timedelta(
                days=luck.randrange(OPEN_DAYS), seconds=luck.randrange(9 * 3600)
            )
            answers.append((at, [team, *values]))
        answers.sort()
        built = luck.sample(BUILT, 11 if number == len(starts) - 1 else 6)
        for index, (at, cells) in enumerate(answers):
            text = built[index // 4] if index % 4 == 0 and index // 4 < len(built) else ""
            rows.writerow([f"{at:%Y/%m/%d %-I:%M:%S %p} GMT+1", *cells, text])
        yield start, file.getvalue()


def write_pulse(world: World, seed: int, has_effects: bool, store: Store) -> None:
    """Replace the imported waves in the ledger."""
    for number, (start, text) in enumerate(pulse_exports(world.until, seed, has_effects), 1):
        name = f"Pulse {start}.csv"
        survey = read(name, text.encode(), None, SurveyMap())
        assert survey is not None
        key = {"import_id": import_id(f"{HOST} {number}".encode(), "survey", "")}
        for table in ("imported_survey_answers", "imported_survey_comments"):
            store.delete(table, [key])
        at = datetime.combine(start + timedelta(days=14), time(9))
        row: dict[str, object] = {
            "kind": "survey",
            "source": survey.source,
            "account": "",
            "file": name,
        }
        row |= {"exported_at": at, "loaded_at": world.end, "rows_read": survey.row_count}
        store.merge("imports", [key | row])
        replace(survey, comments=sorted(survey.comments, key=lambda comment: comment[2])).write(
            store, key["import_id"]
        )
