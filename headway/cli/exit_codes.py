"""Exit codes, signals, and errors in one line."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NoReturn

import click
import duckdb

from collectors.errors import LedgerBusyError, LedgerError, SourceError
from headway.cli import log, terminal
from headway.config.errors import SettingsError
from queries.errors import (
    NothingPublishedError,
    PublishError,
    SqlError,
    database_problem,
)

if TYPE_CHECKING:
    from collectors.source import CheckResult

DONE, SOME_FAILED, NOTHING_PUBLISHED, CROSSED, WRONG_USAGE, MISTAKE, BUSY = 0, 1, 2, 3, 64, 70, 75
STOPPED, TERMINATED = 128 + signal.SIGINT, 128 + signal.SIGTERM
STAYS = "stopped; what was committed stays"
OUT_OF_MEMORY = "out of memory; give it more, then run again; what was committed stays"
CODES: dict[type[Exception], int] = {
    SettingsError: WRONG_USAGE,
    SqlError: WRONG_USAGE,
    LedgerBusyError: BUSY,
    LedgerError: NOTHING_PUBLISHED,
    PublishError: NOTHING_PUBLISHED,
    NothingPublishedError: NOTHING_PUBLISHED,
    SourceError: SOME_FAILED,
}


def run(command: click.Group) -> NoReturn:
    """Run the command line and exit: an error or a signal is one line and an exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal's encoding may lack characters
    began = time.monotonic()
    code, is_stopped = _run(command)
    if log.is_json():
        log.say(
            f"ended with exit code {code}",
            "ended",
            exit_code=code,
            seconds=round(time.monotonic() - began, 1),
        )
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        if is_stopped:  # no thread is joined: it may wait for an answer that is not needed
            os._exit(code)
        sys.exit(code)
    # a failed write was reported; Python would retry it at exit and change the exit code
    os._exit(code or NOTHING_PUBLISHED)


def _run(command: click.Group) -> tuple[int, bool]:
    """Run the command line to its end, and return the exit code and whether a signal ended it."""
    signals: list[int] = []

    def stop(number: int, _frame: object) -> NoReturn:
        signals.append(number)
        if (
            len(signals) > 1
        ):  # the first went unheard, or was not soon enough; a commit is whole or not there
            os.write(2, f"{log.line(_marked(STAYS), 'stopped', 'error')}\n".encode())
            os._exit(128 + number)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        command.main(prog_name="headway", standalone_mode=False)
    except SystemExit as error:
        return (error.code if isinstance(error.code, int) else DONE), False
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return WRONG_USAGE, False
    except Exception as error:
        return _ended(error, signals), bool(signals)
    return DONE, False


def _ended(error: Exception, signals: Sequence[int]) -> int:
    """Print what ended the command, a signal if any, and return the exit code."""
    if signals:  # in the middle of a query it comes out of DuckDB as an error of its own
        complain(STAYS, "stopped")
        return 128 + signals[0]
    if result := explained(error):
        complain(result[0])
        return result[1]
    trace = "".join(traceback.format_exception(error))
    if not log.is_json():
        log.say(trace.rstrip())
    complain(
        f"a mistake of Headway's own ({type(error).__name__}); please report it", traceback=trace
    )
    return MISTAKE


def explained(error: Exception) -> tuple[str, int] | None:
    """Return what is wrong in one line, and the exit code; None where it is a mistake of ours."""
    match error:
        case click.UsageError():
            command = error.ctx.command_path if error.ctx else "headway"
            return f"{error.format_message().rstrip('.')}; see `{command} --help`", WRONG_USAGE
        case click.ClickException():
            return error.format_message(), WRONG_USAGE
        case click.exceptions.Abort():
            return "stopped; nothing was changed", STOPPED
        case OSError():
            label = error.filename or "this machine"
            return f"{label}: {error.strerror}; check permissions and space", NOTHING_PUBLISHED
        case duckdb.Error():
            return f"{database_problem(error)}; what was committed stays", NOTHING_PUBLISHED
        case MemoryError():
            return OUT_OF_MEMORY, NOTHING_PUBLISHED
        case RuntimeError() if "can't start new thread" in str(error):
            return OUT_OF_MEMORY, NOTHING_PUBLISHED
    return next(
        ((str(error), code) for kind, code in CODES.items() if isinstance(error, kind)), None
    )


def answer(text: str, event: str, level: str = "info") -> None:
    """Print a line of output: on standard output, or as an event of a JSON log."""
    if log.is_json():
        log.say(text, event, level)
    else:
        terminal.echo(terminal.single_line(text))


def complain(text: str, event: str = "error", **facts: str) -> None:
    """Print an error in one line."""
    log.say(_marked(terminal.single_line(text)), event, "error", **facts)


def _marked(text: str) -> str:
    """Return an error with the name of the program, for people."""
    return text if log.is_json() else f"headway: {text}"


def print_results(
    results: Iterable[CheckResult], say_good: Callable[[str], None] | None = None
) -> NoReturn:
    """Print each result at once, and exit with 1 if one failed."""
    has_failed = False
    for result in results:
        if not result.is_good:
            complain(result.text, "failed", **result.facts)
        elif say_good:
            say_good(result.text)
        else:
            log.say(result.text, result.event, **result.facts)
        has_failed |= not result.is_good
    sys.exit(SOME_FAILED if has_failed else DONE)
