"""Posts lines to a Slack-compatible webhook. Its address is a secret: it is in no output and no error."""

from __future__ import annotations

from collections.abc import Sequence

import requests

TIMEOUT_S = 10
#: what Slack reads as markup, and how it wants the character itself
ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def post(address: str, lines: Sequence[str]) -> str:
    """Post lines as one message; return what went wrong, and nothing where it was taken."""
    text = "\n".join(lines).translate(ESCAPES)
    try:
        answer = requests.post(
            address, json={"text": text}, timeout=TIMEOUT_S, allow_redirects=False
        )
    except (requests.RequestException, ValueError) as error:
        return f"the webhook could not be reached ({type(error).__name__}); check its address"
    is_taken = 200 <= answer.status_code < 300  # an address that leads elsewhere gets nothing
    return "" if is_taken else f"the webhook answered {answer.status_code}; check its address"
