"""Addresses that may receive a secret: encrypted, local, or named in the settings."""

from __future__ import annotations

import pytest

from collectors.addresses import require_encryption
from collectors.errors import SourceError


@pytest.mark.parametrize(
    "url", ["https://ghe.corp/api", "http://localhost:1", "http://127.0.0.9", "http://[::1]:80/x"]
)
def test_encrypted_and_local_addresses_are_allowed(url: str) -> None:
    require_encryption(url, [], "allow_http under [github]")


def test_unencrypted_address_is_refused_unless_named() -> None:
    require_encryption("http://GHE.corp/api", ["ghe.Corp"], "allow_http under [github]")
    with pytest.raises(SourceError) as error:
        require_encryption("http://ghe.corp/api", ["corp"], "allow_http under [github]")
    assert str(error.value) == (
        "http://ghe.corp/api would send the secret unencrypted; use https://, "
        "or name ghe.corp in allow_http under [github]"
    )
