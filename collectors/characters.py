"""Characters that no path, message or imported text keeps."""

from __future__ import annotations

import re

#: control characters, bidirectional and line marks, invisible characters but joiners, and halves
#: of characters
CONTROL_CHARACTER = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
#: as the macro ``mask_emails`` of publishing; a match begins only at the first character of a run,
#: so that the time is linear in the text
EMAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]+(?:@|\uff20|%40)[\w-]+(?:\.[\w-]+)*\.[^\W\d_][\w-]*")


def clean(text: str) -> str:
    """Return a text for the ledger: on one line, without e-mail addresses."""
    return EMAIL.sub("…@…", " ".join(CONTROL_CHARACTER.sub(" ", text).split()))
