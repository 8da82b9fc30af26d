"""Verdicts of recorded histories: python -m tests.bench.verdicts_of_history DIR.

DIR has dataset files of the local GitHub. Each repository is an organisation of its own. It is
published at the end of every second year, so that each quarter of its history is decided, and the
words are printed by headline. Then come the changes that got a word.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from queries.statistics.windows import QUARTER_WEEKS, QUARTERS_PUBLISHED, WEEK
from tests.support import machine
from tests.support.github_server import serve
from tests.support.github_server.world import load
from tests.support.refreshing import publish_file, refresh

WORDS = ("improving", "worse", "not proven", "no clear change", "too little data")
VERDICTS = """
select metric, comparison, quarter, verdict, reason, baseline, current, n_baseline, n_current
from verdicts
where scope_kind = 'org'
order by all
"""


def main(folder: Path) -> None:
    """Print the words of all repositories by headline, and each change with a word."""
    words, changes = Counter[tuple[str, str]](), []
    for name, dataset in load(folder).items():
        rows = decisions(name, dataset)
        words.update((row[0], row[3]) for row in rows)
        changes += [(name, row) for row in rows if row[3] in WORDS[:3]]
    print(f"{'':32}" + "".join(f"{word:>17}" for word in WORDS))
    for metric in dict.fromkeys(metric for metric, _ in sorted(words)):
        print(f"{metric:32}" + "".join(f"{words[metric, word]:17}" for word in WORDS))
    totals = [sum(count for (_, word), count in words.items() if word == name) for name in WORDS]
    print(f"{'all':32}" + "".join(f"{total:17}" for total in totals))
    for name, row in changes:
        print(name, *row)


def decisions(name: str, dataset: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return the decisions of a repository at the end of its history."""
    first, last = (
        date.fromisoformat(moment[:10])
        for moment in (
            min(row["created_at"] for row in (*dataset["pulls"], *dataset["issues"])),
            dataset["captured_at"],
        )
    )
    ends = [last - timedelta(days=1)]
    while ends[-1] > first:
        ends.append(ends[-1] - (QUARTERS_PUBLISHED - 1) * QUARTER_WEEKS * WEEK)
    with tempfile.TemporaryDirectory() as work:
        data = Path(work)
        with serve({name: dataset}, schema=machine.schema()) as github:
            refresh(data, github.url, [name])
        paths = [publish_file(data, end) for end in sorted(ends)[1:]]
        with duckdb.connect(str(paths[-1]), read_only=True) as db:
            return db.execute(VERDICTS).fetchall()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
