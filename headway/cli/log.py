"""Log on standard error: plain lines, or one JSON object a line."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
from datetime import UTC, datetime
from typing import Any

from headway.cli import terminal

FORMS = ("text", "json")
#: what every line of the JSON form has, before the facts of its event
FIELDS = ("time", "level", "event", "text")
_form = "text"


class _LibraryHandler(logging.Handler):
    """Warnings of Python and of packages, as lines of the same form."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the warning of a package."""
        say(
            " ".join(record.getMessage().split()),
            "library",
            record.levelname.lower(),
            source=record.name,
        )


def set_up(form: str) -> None:
    """Say everything from now on in this form, one of ``FORMS``."""
    global _form
    _form = form
    if form == "json":
        logging.captureWarnings(True)
        logging.basicConfig(handlers=[_LibraryHandler()], level=logging.WARNING, force=True)


def form() -> str:
    """Return the form that was set up."""
    return _form


def is_json() -> bool:
    """Return whether lines are for a machine, which wants no bars either."""
    return _form == "json"


def say(text: str, event: str = "said", level: str = "info", **facts: Any) -> None:
    """Write one line; ignore a log that cannot be written, for instance on a full disk.

    Nothing is buffered: a buffer would fail again at exit and change the exit code.
    """
    with contextlib.suppress(OSError):
        os.write(sys.stderr.fileno(), f"{line(text, event, level, **facts)}\n".encode())


def line(text: str, event: str, level: str = "info", **facts: Any) -> str:
    """Return one line in the form that was set up."""
    if not is_json():
        return terminal.printable(text)
    time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    reported = dict(zip(FIELDS, (time, level, event, text), strict=True))
    reported |= {name: fact for name, fact in facts.items() if fact is not None}
    return terminal.escaped(json.dumps(reported, ensure_ascii=False))
