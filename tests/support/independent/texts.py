"""Statements of a text, read line by line: without comments, code, quotations and denials."""

from __future__ import annotations

import re

COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
MARK = re.compile(r"<!--[^\n>]{1,200}-->")
FENCE = re.compile(r"\s*(?:(?:[-*+]|\d+[.)])\s+)?(`{3,}|~{3,})")
CODE = re.compile(r"``.*?``|`[^`\n]+`|~~[^~\n]+~~")
EMPTY_BOX = re.compile(r"\s*(?:(?:[-*+]|\d+[.)])\s+)?\[ ?\](?:\s|$)")
NO = re.compile(
    r".*[:=?|][\s*_\"'(]*(?:none|n/?a|not applicable|no|nope|false|never)[\s*_.)|]*$", re.I
)
BOT = re.compile(r"\b(?:dependabot|renovate)\b", re.I)
DETAILS = re.compile(r"<details.*</details>", re.S | re.I)


def statements(text: str | None) -> str:
    """Return the lines of a text that its author states."""
    text = text or ""
    if BOT.search(text):
        text = DETAILS.sub("", text)
    fence, lines = "", []
    for line in COMMENT.sub("", text).splitlines():
        match = FENCE.match(line)
        if fence:
            fence = "" if match and match[1].startswith(fence) else fence
        elif match:
            fence = match[1]
        elif not (re.match(r"\s*>", line) or EMPTY_BOX.match(line) or NO.match(line)):
            lines.append(CODE.sub("", line))
    return "\n".join(lines)


def marks(text: str | None) -> list[str]:
    """Return the HTML comments of one line."""
    return MARK.findall(text or "")
