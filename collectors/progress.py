"""How a refresh is going, on standard error: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars


@dataclass(frozen=True)
class Progress:
    """How far one repository is, or what is waited for (then ``note`` says it and ``repo`` is empty)."""

    repo: str
    done: int
    total: int
    note: str = ""


@contextmanager
def shown() -> Iterator[Callable[[Progress], None]]:
    """Show progress while the block runs: give the function it yields each step."""
    if not sys.stderr.isatty():
        yield _line
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, int] = {}

        def show(step: Progress) -> None:
            if step.note:
                bars.console.print(step.note, highlight=False, markup=False)
                return
            if step.repo not in tasks:
                tasks[step.repo] = bars.add_task(step.repo, total=None)
            bars.update(bars.task_ids[tasks[step.repo]], completed=step.done, total=step.total)

        yield show


def _line(step: Progress) -> None:
    if step.note:
        print(step.note, file=sys.stderr, flush=True)
