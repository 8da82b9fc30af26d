"""Readers of the dashboard: addresses and domains of the settings, checked on every run."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

#: variables of the dashboard's process: rules, and Streamlit's table ``auth`` with its secrets
RULES, PROVIDER = "HEADWAY_SIGN_IN", "HEADWAY_SIGN_IN_PROVIDER"
#: variable with the form of the log of requests; no log without it
LOG_REQUESTS = "HEADWAY_LOG_REQUESTS"
#: seconds by which a provider's clock may be ahead
CLOCK_SKEW = 60
ADDRESS = re.compile(r"[^@\s\x00-\x1f\x7f]+@([a-z0-9-]+(?:\.[a-z0-9-]+)*)", re.ASCII)


@dataclass(frozen=True)
class Access:
    """Rules of the table ``sign_in``.

    ``proxy_header``: header in which a proxy that signs people in names their address; empty if
    people sign in here. Only ``proxies`` may send it.
    """

    domains: tuple[str, ...]
    addresses: tuple[str, ...]
    session_hours: float
    proxy_header: str
    proxies: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Access:
        """Return the rules in a text of ``as_text``."""
        values: dict[str, Any] = json.loads(text)
        for name in ("domains", "addresses", "proxies"):
            values[name] = tuple(values[name])
        return cls(**values)

    def as_text(self) -> str:
        """Return the rules as text for the environment of a process."""
        return json.dumps(asdict(self))

    def refusal(self, user: Mapping[str, Any], now: datetime) -> str:
        """Return why a user of Streamlit's sign-in may not see the dashboard; empty if they may.

        The address must be verified by the provider, and the sign-in not be too old.
        """
        if user.get("is_logged_in") is not True:
            return "Sign in to see the answers."
        if user.get("email_verified") is not True:
            return "Your provider has not verified your address."
        issued = user.get("iat")
        age = now.timestamp() - issued if isinstance(issued, int | float) else -CLOCK_SKEW - 1
        if not -CLOCK_SKEW <= age < self.session_hours * 3600:
            return "Your session has ended. Sign in again."
        return self.refusal_of(user.get("email"))

    def refusal_of(self, address: object) -> str:
        """Return why an address may not see the dashboard; empty if it may."""
        # only ASCII: the lower case of other characters can be an ASCII letter
        plain = address.lower() if isinstance(address, str) and address.isascii() else ""
        match = ADDRESS.fullmatch(plain)
        if match and (plain in self.addresses or match[1] in self.domains):
            return ""
        return "This address may not see the dashboard. Ask who runs it."
