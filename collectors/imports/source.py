"""Inbox source: exported files that were put into the inbox."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from collectors.errors import SourceError
from collectors.imports import inbox
from collectors.imports.inbox import ImportFile
from collectors.imports.spend.reader import overlap
from collectors.imports.surveys.mapping import SurveyMap, read_mapping
from collectors.ledger.store import Store, now
from collectors.source import CheckResult, Report


@dataclass(frozen=True)
class InboxSource:
    """The inbox of a data folder."""

    folder: Path
    #: the user's surveys.toml
    surveys: Path
    name: str = "inbox"

    def check(self) -> Iterator[CheckResult]:
        """Yield an error if the inbox cannot be listed."""
        if self.folder.is_dir() and not os.access(self.folder, os.R_OK | os.X_OK):
            yield CheckResult(False, f"{self.folder} cannot be listed; change its permissions")

    def preview(self, ledger: Store) -> Iterator[CheckResult]:
        """Yield a summary of each new file, or its error."""
        mapping = self._mapping()
        for file in inbox.new_files(inbox.scan(self.folder, ledger), ledger, mapping):
            if file.problem:
                yield CheckResult(False, file.problem)
            else:
                yield from preview_files([file.path], file.account, mapping=mapping)

    def collect(self, ledger: Store, report: Report) -> Iterator[CheckResult]:
        """Import each new file; an invalid one is reported and does not stop the others."""
        if not self.folder.exists():
            return
        started_at = now()
        row_count = 0
        problem = None
        files = inbox.scan(self.folder, ledger)
        inbox.remember(files, self.folder, ledger)
        mapping = self._mapping()
        for new in inbox.new_files(files, ledger, mapping):
            if new.problem:
                yield CheckResult(False, new.problem)
                problem = new.problem
                continue
            for result, file in read_files([new.path], new.account, mapping=mapping):
                yield result
                if file:
                    inbox.load(file, self.folder, ledger)
                    row_count += file.content.row_count
                    if note := overlap(ledger, file.import_id):
                        yield CheckResult(True, f"{file.name}: imported; {note}")
                else:
                    problem = f"{new.path}: cannot be used"
        status = "failed" if problem else "read" if row_count else "unchanged"
        ledger.record_load(self.name, "", started_at, status, rows_read=row_count, message=problem)

    def _mapping(self) -> SurveyMap | None:
        """Return the surveys; None if the file is invalid, which its own source reports."""
        try:
            return read_mapping(self.surveys)
        except SourceError:
            return None


def read_files(
    paths: Sequence[Path],
    account: str,
    kind: str | None = None,
    until: datetime | None = None,
    mapping: SurveyMap | None = None,
) -> Iterator[tuple[CheckResult, ImportFile | None]]:
    """Yield the summary of each file with its content, or its error with None."""
    for path in paths:
        try:
            file = inbox.read_file(path, account, kind, until, mapping)
        except SourceError as error:
            yield CheckResult(False, str(error)), None
        else:
            yield CheckResult(True, file.summary), file


def preview_files(
    paths: Sequence[Path],
    account: str,
    kind: str | None = None,
    until: datetime | None = None,
    mapping: SurveyMap | None = None,
) -> Iterator[CheckResult]:
    """Yield the summary or the error of each file; nothing is imported."""
    return (result for result, _ in read_files(paths, account, kind, until, mapping))


def load_file(file: ImportFile, folder: Path, ledger: Store) -> CheckResult:
    """Import a file and return the result."""
    is_new = inbox.load(file, folder, ledger)
    note = overlap(ledger, file.import_id)
    outcome = "imported" if is_new else "imported before"
    return CheckResult(True, f"{file.name}: {outcome}{'; ' if note else ''}{note}")
