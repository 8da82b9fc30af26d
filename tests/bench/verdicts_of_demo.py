"""Verdicts of demo companies with and without effects: python -m tests.bench.verdicts_of_demo 20.

Each seed is built and published twice. Findable gains are to be found in nine of ten seeds, no gain
of the quarter with the loss is to be called improving, and without effects there are at most two
false words about the organisation in twenty seeds.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb

from headway.demo import Calendar
from headway.demo.publish import build_demo
from queries.statistics.windows import quarter_of

UNTIL = date(2026, 11, 29)
#: comparison and headlines whose gains a seed is to show
FINDABLE = [("rollout 26 weeks", name) for name in ("feature_cycle_time", "pickup_time")]
GUARDED = ("feature_cycle_time", "pickup_time", "review_time", "merged_within_7_days")
WORDS = ("improving", "worse", "not proven")
VERDICTS = """
select scope_kind, comparison, quarter, metric, verdict
from answers
inner join metrics using (metric)
where verdict is not null and page <> 'guardrails'
"""
#: kind of scope, comparison, quarter, metric, word
Verdict = tuple[str, str, str, str, str]


def main(seeds: int) -> None:
    """Print the words of all seeds by headline, and whether they are as they should be."""
    words = {has_effects: Counter[Verdict]() for has_effects in (True, False)}
    for seed in range(1, seeds + 1):
        for has_effects, counter in words.items():
            rows = verdicts(seed, has_effects)
            counter.update(rows)
            changes = [row for row in rows if row[-1] in WORDS]
            print(f"seed {seed}, effects {has_effects}: {len(changes)} words", flush=True)
            for row in changes if not has_effects else ():
                print(f"    false: {'  '.join(row)}", flush=True)
    for has_effects, counter in words.items():
        print(f"\nwith effects {has_effects}: words of {seeds} seeds")
        for row, count in sorted(counter.items()):
            if row[-1] in WORDS:
                print(f"{count:4}  {'  '.join(row)}")
    for name, is_good in checks(words[True], words[False], seeds):
        print(f"{'OK  ' if is_good else 'FAIL'}  {name}")


def verdicts(seed: int, has_effects: bool) -> list[Verdict]:
    """Return the verdicts of a demo company."""
    with tempfile.TemporaryDirectory() as folder:
        path = build_demo(Path(folder), UNTIL, seed, has_effects)
        with duckdb.connect(str(path), read_only=True) as db:
            return db.execute(VERDICTS).fetchall()


def checks(
    effects: Counter[Verdict], nothing: Counter[Verdict], seeds: int
) -> Iterator[tuple[str, bool]]:
    """Yield the demands on the words, and whether they are met."""
    for comparison, metric in FINDABLE:
        count = effects["org", comparison, "", metric, "improving"]
        yield f"{metric} improves, {comparison}: {count} of {seeds}", count >= 0.9 * seeds
    lost = quarter_of(Calendar(UNTIL).rollout).name
    gains = {
        word: sum(
            count
            for (kind, comparison, quarter, metric, verdict), count in effects.items()
            if kind == "org" and metric in GUARDED and verdict == word
            if comparison == "rollout 13 weeks" or quarter == lost
        )
        for word in ("improving", "not proven")
    }
    yield f"gains of the quarter with the loss: {gains}", not gains["improving"]
    for kind in ("org", "team"):
        false = sum(n for row, n in nothing.items() if row[0] == kind and row[-1] in WORDS)
        judged = sum(n for row, n in nothing.items() if row[0] == kind)
        judged -= sum(n for row, n in nothing.items() if row[0] == kind and "data" in row[-1])
        limit = 0.1 * seeds if kind == "org" else 0.01 * judged
        yield f"without effects, {kind}: {false} false words of {judged} judged", false <= limit


if __name__ == "__main__":
    main(int(sys.argv[1]))
