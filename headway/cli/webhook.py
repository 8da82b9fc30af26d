"""Messages to a Slack-compatible webhook. Its URL is a secret and is in no output or error."""

from __future__ import annotations

from collections.abc import Sequence

import requests

from collectors.answers import limit

TIMEOUT_S = 10
#: of the whole answer, which nobody reads
DEADLINE_S, MAX_BYTES = 30, 100_000
#: Slack's escapes of its markup
ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def post(url: str, lines: Sequence[str]) -> str:
    """Post lines as one message; return the problem, or an empty text on success."""
    text = "\n".join(lines).translate(ESCAPES)
    try:
        with requests.Session() as session:
            limit(session, MAX_BYTES, DEADLINE_S)
            # a redirect would send the message to another host
            response = session.post(
                url, json={"text": text}, timeout=TIMEOUT_S, allow_redirects=False
            )
    except (requests.RequestException, ValueError) as error:
        return f"the webhook cannot be reached ({type(error).__name__}). Check its URL"
    is_success = 200 <= response.status_code < 300
    return "" if is_success else f"the webhook returned {response.status_code}. Check its URL"
