"""Patterns of paths: folders, globs of instruction files and lines of CODEOWNERS."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

#: globs that match every file
EVERYTHING = ("*", "**", "**/*", "/**", "/**/*", "**/**")
BRACES = re.compile(r"\{([^{}]*)\}")
#: alternatives of braces that one glob may have
ALTERNATIVES_MOST = 50


@dataclass(frozen=True)
class Pattern:
    """Pattern of paths: a prefix, and a regular expression if the prefix does not decide."""

    text: str
    prefix: str
    regex: str | None = None

    @property
    def is_everything(self) -> bool:
        """True if it matches every file."""
        return not self.prefix and self.regex is None

    @property
    def row(self) -> dict[str, Any]:
        """Its fields."""
        return asdict(self)


def folder_pattern(folder: str) -> Pattern:
    """Return the pattern of all files below a folder; the root is empty."""
    prefix = f"{folder.strip('/')}/" if folder.strip("/") else ""
    return Pattern(prefix or "/", prefix)


def glob_pattern(glob: str, folder: str = "") -> Pattern:
    """Return the pattern of a glob of an instruction file, relative to a folder."""
    text = glob.strip().removeprefix("./")
    base = folder_pattern(folder).prefix
    if text in EVERYTHING:
        return Pattern(glob, base)
    body = text.lstrip("/")
    if body.endswith("/"):
        body += "**"
    if "/" not in body:
        body = f"**/{body}"
    choices = "|".join(_translate(choice) for choice in _expand(body))
    return _simplified(Pattern(glob, base, f"{re.escape(base)}(?:{choices})"), base, body)


def owner_pattern(text: str) -> Pattern:
    r"""Return the pattern of a line of CODEOWNERS.

    Brackets are literal, ``docs/*`` is one level, and a name without ``*`` at its end also
    matches a folder of that name.
    """
    if text in EVERYTHING or text == "/":
        return Pattern(text, "")
    body = text.lstrip("/")
    is_anchored = text.startswith("/") or "/" in body.rstrip("/")
    if not is_anchored:
        body = f"**/{body}"
    if body.endswith("/"):
        tail, body = "/.*", body.rstrip("/")
    elif body.endswith("/**"):
        tail, body = "/.*", body.removesuffix("/**")
    else:
        tail = "" if is_anchored and body.rpartition("/")[2] == "*" else "(?:/.*)?"
    return _simplified(
        Pattern(text, "", _translate(body) + tail), "", f"{body}/**" if tail == "/.*" else body
    )


def _simplified(pattern: Pattern, base: str, body: str) -> Pattern:
    """Return the pattern with its literal prefix, without an expression if that decides."""
    literal = re.match(r"(?:[^*?{\\]*/)?", body)
    prefix = literal[0] if literal else ""
    decides = body == f"{prefix}**"
    return Pattern(pattern.text, base + prefix, None if decides else pattern.regex)


def _expand(glob: str) -> list[str]:
    """Return the alternatives of the braces of a glob."""
    done, waiting = list[str](), [glob]
    while waiting and len(done) + len(waiting) <= ALTERNATIVES_MOST:
        text = waiting.pop(0)
        if match := BRACES.search(text):
            for choice in match[1].split(","):
                waiting.append(text[: match.start()] + choice + text[match.end() :])
        else:
            done.append(text)
    return done or [glob]


def _translate(glob: str) -> str:
    """Return the regular expression of a glob; a backslash escapes the next character."""
    result, index = "", 0
    while index < len(glob):
        rest = glob[index:]
        if rest.startswith("**/") and (index == 0 or glob[index - 1] == "/"):
            result, index = result + "(?:.*/)?", index + 3
        elif rest.startswith("**"):
            result, index = result + ".*", index + 2
        elif rest[0] == "*":
            result, index = result + "[^/]*", index + 1
        elif rest[0] == "?":
            result, index = result + "[^/]", index + 1
        elif rest[0] == "\\" and len(rest) > 1:
            result, index = result + re.escape(rest[1]), index + 2
        else:
            result, index = result + re.escape(rest[0]), index + 1
    return result
