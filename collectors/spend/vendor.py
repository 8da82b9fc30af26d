"""A vendor of AI: its API, its reports, and the accounts that the environment has secrets for."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from collectors.addresses import require_encryption
from collectors.errors import AccessError
from collectors.spend.client import VendorApi, VendorClient
from collectors.spend.records import Report


@dataclass(frozen=True)
class Stream:
    """One report of a vendor: how to read it, and how long its days may still change."""

    #: column ``source`` of the ledger
    name: str
    read: Callable[[VendorClient, Report], None]
    #: days of the first sync
    history_days: int
    #: days after which the vendor no longer restates a day
    restated_days: int
    #: days of one call of ``read``
    days_per_call: int
    #: the vendor may refuse this report to a plan or key that can read the others
    is_optional: bool = False


@dataclass(frozen=True, kw_only=True)
class Vendor(VendorApi):
    """A vendor's API and its reports."""

    streams: tuple[Stream, ...]
    #: an account is an organisation of the settings, and all share one secret
    is_by_organization: bool = False

    @property
    def missing_secret(self) -> str:
        """Return the message for a vendor without an account."""
        if self.is_by_organization:
            return (
                f"{self.name}: not read. Name organisations in copilot_orgs under [spend], "
                f"and set {self.secret_variable}"
            )
        return f"{self.name}: not read. Set {self.secret_variable} to read it"


@dataclass(frozen=True)
class Account:
    """One account of a vendor. ``name`` is chosen by the user and empty for the only account."""

    vendor: Vendor
    name: str
    base_url: str
    secret: str = field(repr=False)

    def title(self, stream: Stream) -> str:
        """Return the name of a report in messages."""
        return f"{stream.name} ({self.name})" if self.name else stream.name


def accounts(
    vendor: Vendor,
    environment: Mapping[str, str],
    organizations: Sequence[str],
    github_url: str,
    allow_http: Collection[str] = (),
) -> list[Account]:
    """Return the accounts of a vendor whose secret is in the environment.

    ``<VARIABLE>__<NAME>`` is the secret of a further account, ``HEADWAY_<VENDOR>_URL`` replaces
    the vendor's address. Raises SourceError for an invalid secret or address, and for an address
    without TLS whose host is not allowed.
    """
    base_url = _base_url(vendor, environment, github_url)
    variable = vendor.secret_variable
    if vendor.is_by_organization:
        names = [(variable, organization.lower()) for organization in organizations]
    else:
        prefix = f"{variable}__"
        further = sorted(key for key in environment if key.startswith(prefix))
        names = [(variable, ""), *((key, key.removeprefix(prefix).lower()) for key in further)]
    result = [
        Account(vendor, name, base_url, secret)
        for key, name in names
        if (secret := _secret(environment, key))
    ]
    if result:
        require_encryption(base_url, allow_http, "allow_http under [spend]")
    return result


def _base_url(vendor: Vendor, environment: Mapping[str, str], github_url: str) -> str:
    variable = f"HEADWAY_{vendor.name.upper()}_URL"
    url = environment.get(variable, "").strip() or vendor.url or github_url
    if not re.fullmatch(r"https?://[^/?#@\s]+(/[^?#@\s]*)?", url):
        raise AccessError(f"{variable} is not a URL. Write https://HOST")
    return url.rstrip("/")


def _secret(environment: Mapping[str, str], variable: str) -> str:
    secret = environment.get(variable, "").strip()
    # requests cannot send other characters, and its error message would show the secret
    if secret and not re.fullmatch(r"[!-~]+", secret):
        raise AccessError(
            f"{variable} contains characters that are invalid in a key. Copy it again"
        )
    return secret
