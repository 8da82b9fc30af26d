"""Text as a terminal shows it: the commands print every line through here."""

from __future__ import annotations

import re
import sys

import click

from collectors.characters import CONTROL_CHARACTER

#: newline and tab neither move the cursor back nor reorder text
UNPRINTABLE = re.compile(rf"(?![\n\t]){CONTROL_CHARACTER.pattern}")


def printable(text: str) -> str:
    """Return a text with U+FFFD for every character that a terminal would obey."""
    return UNPRINTABLE.sub("\ufffd", text)


def escaped(document: str) -> str:
    """Return a JSON document with escapes for these characters, so that nothing is lost."""
    return UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", document)


def single_line(text: str) -> str:
    """Return a printable text with spaces for its newlines and tabs."""
    return printable(re.sub(r"[\n\t]+", " ", text))


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
