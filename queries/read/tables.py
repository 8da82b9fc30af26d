"""Results of users' queries as frames, for a page or another reader."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Thread
from typing import Any, Self

import pandas as pd

from queries.errors import SqlError
from queries.read.query import Limits, Query

#: rows of a result that a page keeps
MOST_ROWS = 10_000
DAY = re.compile(r"\d{4}-\d\d-\d\d")
TIME = re.compile(rf"{DAY.pattern}[ T]\d\d:\d\d:\d\d(\.\d+)?")


@dataclass(frozen=True)
class Result:
    """Rows of a query as JSON documents; ``is_cut`` if the query has more."""

    documents: list[dict[str, Any]]
    is_cut: bool

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Return the rows as a frame."""
        return _frame(self.documents)


class RunningQuery:
    """A query that runs in the background, from the start until the block ends."""

    def __init__(
        self, path: Path, statement: str, limits: Limits, most_rows: int = MOST_ROWS
    ) -> None:
        self._most_rows = most_rows
        self._query = Query(path, statement, form="json", limits=limits)
        self._result: Result | None = None
        self._problem: SqlError | None = None
        self._thread = Thread(target=self._collect, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._query.cancel()
        self._thread.join()
        self._query.__exit__()

    def wait(self, seconds: float) -> bool:
        """Wait up to so many seconds; return whether the query has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def result(self) -> Result:
        """Return the rows after the end; raise SqlError if the query could not be answered."""
        if self._problem:
            raise self._problem
        if self._result is None:
            raise SqlError("the query was stopped")
        return self._result

    def _collect(self) -> None:
        try:
            self._query.columns()
            documents = (json.loads(row[0] or "{}") for row in self._query.rows())
            rows = list(itertools.islice(documents, self._most_rows + 1))
            self._result = Result(rows[: self._most_rows], len(rows) > self._most_rows)
        except SqlError as error:
            self._problem = error


def _frame(documents: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return JSON documents as rows; text that is a day or a time becomes one."""
    frame = pd.DataFrame(documents)
    for name in frame.columns:
        texts = frame[name].dropna()
        for pattern in (DAY, TIME):
            if len(texts) and all(isinstance(x, str) and pattern.fullmatch(x) for x in texts):
                times = pd.to_datetime(frame[name], errors="coerce", format="ISO8601")
                frame[name] = times.dt.date if pattern is DAY else times
    return frame
