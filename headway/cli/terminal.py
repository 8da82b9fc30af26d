"""Text as a terminal shows it: the commands print every line through here."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap

import click

from collectors.characters import CONTROL_CHARACTER

#: newline and tab neither move the cursor back nor reorder text
UNPRINTABLE = re.compile(rf"(?![\n\t]){CONTROL_CHARACTER.pattern}")


#: longest line of text; longer ones are hard to read
MAX_WIDTH = 100
#: colours of the words of verdicts and checks, where they begin a sentence or a line
COLOURS = {
    "Improving": "green",
    "Worse": "red",
    "Not proven": "yellow",
    "OK": "green",
    "WARN": "yellow",
    "FAIL": "red",
}
COLOURED = re.compile(
    r"^(?:OK|WARN|FAIL)(?= )|(?<=[.?] )(?:Improving|Worse|Not proven)(?=[.:])", re.M
)


def printable(text: str) -> str:
    """Return a text with U+FFFD for every character that a terminal would obey."""
    return UNPRINTABLE.sub("\ufffd", text)


def escaped(document: str) -> str:
    """Return a JSON document with escapes for these characters, so that nothing is lost."""
    return UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", document)


def single_line(text: str) -> str:
    """Return a printable text with spaces for its newlines and tabs."""
    return printable(re.sub(r"[\n\t]+", " ", text))


def echo_text(text: str) -> None:
    """Print paragraphs; on a terminal wrapped at words and with colours."""
    if not sys.stdout.isatty():
        echo(text)
        return
    lines = [wrapped(line) for line in printable(text).split("\n")]
    sys.stdout.write(coloured("\n".join(lines)) + "\n")
    flush()


def wrapped(line: str) -> str:
    """Return a line as several that fit the terminal, broken between words."""
    return "\n".join(textwrap.wrap(line, width(), break_long_words=False, break_on_hyphens=False))


def width() -> int:
    """Return the characters of a line of text on this terminal."""
    return max(20, min(MAX_WIDTH, shutil.get_terminal_size().columns))


def coloured(text: str) -> str:
    """Return a text with colours for its verdicts and checks, unless NO_COLOR is set."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return COLOURED.sub(lambda match: click.style(match[0], COLOURS[match[0]], bold=True), text)


def echo(text: str) -> None:
    """Print a text and a newline on standard output at once."""
    write(f"{text}\n")
    flush()


def write(text: str) -> None:
    """Print a text on standard output, later where more follows."""
    sys.stdout.write(printable(text))


def flush() -> None:
    """Print what is not printed yet; raises OSError, on a full disk for instance."""
    sys.stdout.flush()


def confirm(question: str) -> bool:
    """Ask on standard error for a yes or no."""
    return click.confirm(single_line(question), err=True)
