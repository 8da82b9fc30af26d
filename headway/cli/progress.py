"""Progress of a refresh on standard error: bars on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from collectors.source import Progress
from headway.cli import log, terminal

#: interval of lines about a repository, without a terminal
LINE_EVERY_S = 30.0


@contextmanager
def show_progress() -> Iterator[Callable[[Progress], None]]:
    """Show progress while the block runs: give the function it yields each step."""
    if not _has_bars():
        yield _lines()
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(step: Progress) -> None:
            if step.note:
                bars.console.print(terminal.printable(step.note), highlight=False, markup=False)
                return
            if not step.total:  # a bar begins when its length is known
                return
            if step.repo not in tasks:
                tasks[step.repo] = bars.add_task(step.repo, total=step.total)
            bars.update(tasks[step.repo], completed=step.done, total=step.total)

        yield show


@contextmanager
def steps(title: str) -> Iterator[Callable[[str], None]]:
    """Show the step that runs, on a terminal only: give the function it yields the name of each."""
    if not _has_bars():
        yield lambda _: None
        return
    with Console(stderr=True).status(title) as status:
        yield lambda step: status.update(f"{title}: {step}")


def _has_bars() -> bool:
    return sys.stderr.isatty() and not log.is_json()


def _lines() -> Callable[[Progress], None]:
    """Notes at once, and now and then a line for a repository that takes long."""
    reported: dict[str, float] = {}

    def show(step: Progress) -> None:
        if step.note:
            is_wait = "waiting " in step.note
            log.say(step.note, "waiting" if is_wait else "note", "warning" if is_wait else "info")
        elif time.monotonic() - reported.setdefault(step.repo, time.monotonic()) > LINE_EVERY_S:
            reported[step.repo] = time.monotonic()
            text = f"{step.repo}: {step.done:,} of {step.total:,} pull requests and issues"
            log.say(text, "progress", repo=step.repo, done=step.done, total=step.total)

    return show
