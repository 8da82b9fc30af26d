"""JSON text: its documents one after the other, and the line and column of a value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from collectors.errors import SourceError

Path = tuple[str | int, ...]
#: characters that JSON allows between values
BLANKS = re.compile(r"[ \t\r\n]*")
#: levels of lists and objects
MAX_DEPTH = 50


class Number(str):
    """Digits of a number as the file has them."""

    __slots__ = ()


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


_DECODER = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=_refuse)


def documents(name: str, text: str) -> Iterator[tuple[int, Any]]:
    """Yield each document of a file with its offset: one, or one a line.

    Raises SourceError with file, line and column.
    """
    end = skip_blanks(text, 0)
    while end < len(text):
        offset = end
        try:
            value, end = _DECODER.raw_decode(text, offset)
        except json.JSONDecodeError as error:
            is_cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
            reason = "the file is cut off; export it again" if is_cut else f"not JSON ({error.msg})"
            raise SourceError(f"{position(name, text, error.pos)}: {reason}") from None
        except (RecursionError, ValueError):
            raise SourceError(
                f"{position(name, text, offset)}: not JSON that can be read"
            ) from None
        if depth_exceeds(value, MAX_DEPTH):
            raise SourceError(f"{position(name, text, offset)}: nested above {MAX_DEPTH} levels")
        yield offset, value
        end = skip_blanks(text, end)


def depth_exceeds(value: Any, limit: int) -> bool:
    """Return whether a value has more levels than a limit."""
    level = [value]
    while level and limit >= 0:
        children = [item for item in level if isinstance(item, dict | list)]
        level = [
            child
            for item in children
            for child in (item.values() if isinstance(item, dict) else item)
        ]
        limit -= 1
    return bool(level)


def skip_blanks(text: str, offset: int) -> int:
    """Return the offset of the next character that is not blank."""
    match = BLANKS.match(text, offset)
    return match.end() if match else offset


def position(name: str, text: str, offset: int) -> str:
    """Return file, line and column of an offset, for a message."""
    start = text.rfind("\n", 0, offset) + 1
    line = text.count("\n", 0, offset) + 1
    return f"{name}, line {line}, column {offset - start + 1}"


def locate(text: str, offset: int, path: Sequence[str | int]) -> int:
    """Return the offset of a value, by its keys from the document at an offset."""
    for key in path:
        offset = _members(text, skip_blanks(text, offset))[key]
    return offset


def _members(text: str, offset: int) -> dict[str | int, int]:
    """Return the offsets of the values of an object or list, by key or index."""
    members: dict[str | int, int] = {}
    is_object, closing = text[offset] == "{", "}" if text[offset] == "{" else "]"
    offset = skip_blanks(text, offset + 1)
    while text[offset] != closing:
        key: str | int = len(members)
        if is_object:
            key, offset = _DECODER.raw_decode(text, offset)
            offset = skip_blanks(text, skip_blanks(text, offset) + 1)  # beyond the colon
        members[key] = offset
        offset = skip_blanks(text, _DECODER.raw_decode(text, offset)[1])
        if text[offset] == ",":
            offset = skip_blanks(text, offset + 1)
    return members
