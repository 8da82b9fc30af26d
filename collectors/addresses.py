"""Addresses that may receive a secret."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from collectors.answers import single_line
from collectors.errors import SourceError


def require_encryption(url: str, allowed_hosts: Collection[str], setting: str) -> None:
    """Raise SourceError for an address that would carry a secret unencrypted.

    This machine itself and ``allowed_hosts`` are exempt; ``setting`` names where they are listed.
    """
    address = urlsplit(url)
    host = (address.hostname or "").lower()
    is_exempt = _is_loopback(host) or host in {name.lower() for name in allowed_hosts}
    if address.scheme != "https" and not is_exempt:
        raise SourceError(
            f"{single_line(url)} would send the secret unencrypted; use https://, "
            f"or name {host} in {setting}"
        )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
