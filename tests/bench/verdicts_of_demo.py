"""Verdicts of demo companies with and without effects: python -m tests.bench.verdicts_of_demo 20.

Each seed is built and judged twice, without the tables that no verdict needs; a first number begins
with another seed (``21 20``). Findable gains are to be found in nine of ten seeds. No gain with
guardrails is to be called improving in the quarter of their loss. Without effects there are at most
two false words in twenty seeds, about the organisation and its teams together.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from collectors.ledger.opening import open_ledger
from collectors.people import load as load_people
from headway import demo
from headway.config.compiled import compile_rules
from headway.demo.publish import demo_settings
from queries.catalog.catalog import metric
from queries.publish.build import limit
from queries.publish.decisions import decide, read_judging
from queries.publish.items import batches
from queries.publish.publish import Source, create_models, set_up, snapshot_facts
from queries.publish.registered import Key, is_guardrail
from queries.publish.surveys import publish_surveys
from queries.statistics.windows import quarter_of

UNTIL = date(2026, 11, 29)
#: comparison and headlines whose gains a seed is to show
FINDABLE = [("rollout 26 weeks", name) for name in ("feature_cycle_time", "pickup_time")]
WORDS = ("improving", "worse", "not proven")
CLAIMS = ("improving", "worse")
#: most false words in a seed, of the organisation and its teams
FALSE_WORDS = 0.1
#: a headline's comparison with its word
Word = tuple[Key, str]


def main(first: int, seeds: int) -> None:
    """Print the words of all seeds by headline, and whether they are as they should be."""
    words = {has_effects: Counter[Word]() for has_effects in (True, False)}
    families = 0
    for seed in range(first, first + seeds):
        for has_effects, counter in words.items():
            rows = verdicts(seed, has_effects)
            counter.update(rows)
            changes = [(key, word) for key, word in rows if word in WORDS]
            print(f"seed {seed}, effects {has_effects}: {len(changes)} words", flush=True)
            if not has_effects:
                judged = {key.family for key, word in rows if word in (*WORDS, "no clear change")}
                families += sum(kind == "team" for kind, *_ in judged)
                for row in changes:
                    print(f"    false: {text(*row)}", flush=True)
    for has_effects, counter in words.items():
        print(f"\nwith effects {has_effects}: words of {seeds} seeds")
        rows_by_text = {text(*row): n for row, n in counter.items() if row[1] in WORDS}
        for name, count in sorted(rows_by_text.items()):
            print(f"{count:4}  {name}")
    for name, is_good in checks(words[True], words[False], seeds, families):
        print(f"{'OK  ' if is_good else 'FAIL'}  {name}")


def verdicts(seed: int, has_effects: bool) -> list[Word]:
    """Return the words about headlines of a demo company."""
    with tempfile.TemporaryDirectory() as folder:
        path, people = Path(folder) / "ledger.duckdb", Path(folder) / "people.csv"
        people.write_text(demo.people_csv(UNTIL), encoding="utf-8")
        with open_ledger(path, "bench") as ledger:
            demo.build(ledger, UNTIL, seed, has_effects)
            load_people(people, ledger)
            key = ledger.secret("pseudonyms")
        settings = replace(demo_settings(UNTIL), rules=compile_rules(Path(folder)))
        source = Source(path, settings, key, "bench", is_synthetic=True)
        facts = snapshot_facts(source, "bench", datetime.now(UTC).replace(tzinfo=None))
        with duckdb.connect() as db:
            limit(db, path)
            set_up(db, source, facts, UNTIL)
            create_models(db, settings.rules, lambda _: None)
            publish_surveys(db, settings.small_group, UNTIL)
            judged = decide(db, UNTIL, read_judging(db, settings), batches(db, UNTIL))
    return [
        (key, item.columns["verdict"])
        for key, item in judged.items()
        if item.columns["verdict"] and not is_guardrail(item.metric)
    ]


def text(key: Key, word: str) -> str:
    """Return a comparison with its word in one line."""
    names = (key.scope or "organisation", key.comparison, key.quarter, key.metric, word)
    return "  ".join(name for name in names if name)


def checks(
    effects: Counter[Word], nothing: Counter[Word], seeds: int, families: int
) -> Iterator[tuple[str, bool]]:
    """Yield the demands on the words, and whether they are met."""
    for comparison, name in FINDABLE:
        count = sum(
            n
            for (key, word), n in effects.items()
            if (key.scope, key.comparison, key.metric, word) == ("", comparison, name, "improving")
        )
        yield f"{name} improves, {comparison}: {count} of {seeds}", count >= 0.9 * seeds
    lost = quarter_of(demo.Calendar(UNTIL).rollout).name
    gains = Counter[str]()
    for (key, word), n in effects.items():
        is_lost = key.comparison == "rollout 13 weeks" or key.quarter == lost
        if is_lost and not key.scope and metric(key.metric).guardrails:
            gains[word] += n
    yield f"gains of the quarter with the loss: {dict(gains)}", not gains["improving"]
    false = Counter[str]()
    for (key, word), n in nothing.items():
        false[key.scope_kind] += n * (word in CLAIMS)
    yield (
        f"without effects: {false['org']} false words about the organisation and {false['team']} "
        f"about teams in {families} families of {seeds} seeds",
        false["org"] + false["team"] <= FALSE_WORDS * seeds,
    )


if __name__ == "__main__":
    *start, number = map(int, sys.argv[1:])
    main(start[0] if start else 1, number)
