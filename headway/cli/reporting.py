"""Report of the verdicts: as lines, as a page, and as a message."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click

from headway.cli import webhook
from headway.config.files import write_whole
from headway.ui.report import as_html
from queries.read.archive import archived
from queries.read.evidence import history
from queries.read.listings import BUDGETS, records
from queries.read.overview import overview
from queries.read.panels import events
from queries.read.snapshot import Snapshot
from queries.text.summary import summary

#: why the report of an earlier quarter has no budgets
NO_BUDGETS = (
    "A report about an earlier quarter has no budget: budgets are of calendar months, and the "
    "forecasts of that time are not kept. The report without --quarter has the current ones."
)
QUARTER = re.compile(r"\d{4}-Q[1-4]")


class Report:
    """The overview of the organisation under one comparison, as of the end of a quarter.

    A quarter is read from the archive in ``data``, as it was decided; without ``data``, or if the
    archive does not have it, from the snapshot.
    """

    def __init__(self, snapshot: Snapshot, choice: str, quarter: str, data: Path | None) -> None:
        if quarter and not QUARTER.fullmatch(quarter):
            raise click.BadParameter(
                f"{quarter!r} is no quarter; write it as 2026-Q3", param_hint="--quarter"
            )
        self._events = [] if quarter else events(snapshot, history(snapshot))
        if quarter and data:
            snapshot = archived(data, quarter, snapshot) or snapshot
        self._snapshot = snapshot
        self._data = overview(snapshot, "org", "", choice, quarter)
        if not self._data.choices:
            about = f"about {quarter}" if quarter else "yet"
            raise click.ClickException(f"no answer is published {about}; see `headway answers`")
        self._budgets = [] if quarter else records(BUDGETS.rows(snapshot))
        self._note = NO_BUDGETS if quarter else ""

    @property
    def lines(self) -> list[str]:
        """Return the headline, then one line for each question."""
        return summary(self._data, self._budgets)

    def write(self, path: Path) -> Path:
        """Write the report as HTML; an earlier file is replaced only by a complete one."""
        text = as_html(
            self._snapshot, self._data, self._budgets, note=self._note, marked=self._events
        )
        try:
            write_whole(path, text.encode(), mode=0o600)
        except OSError as error:
            raise click.ClickException(f"{path}: {error.strerror}; name another file") from None
        return path.absolute()

    def post(self, variable: str) -> str:
        """Post the lines to the webhook; return the problem, or an empty text on success."""
        address = os.environ.get(variable, "").strip()
        if not address:
            return f"no webhook; set {variable} to its URL"
        return webhook.post(address, self.lines)
