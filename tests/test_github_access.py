"""What lets us in at GitHub: where a token or an App's key comes from, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from collectors.errors import AccessError
from collectors.github_access import App, find_key, find_token

NOWHERE = "http://127.0.0.1:1"
KEY = rsa.generate_private_key(65537, 2048)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = KEY, password: bytes = b"") -> str:
    """A key as text, as GitHub hands it out."""
    how = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, how).decode()


def test_a_token_comes_from_the_variable_named() -> None:
    assert find_token({"GHES_TOKEN": " abc\n", "GITHUB_TOKEN": "other"}, NOWHERE, "GHES_TOKEN") == "abc"


def test_a_key_is_taken_from_the_variable_or_from_the_file_it_names(tmp_path: Path) -> None:
    (tmp_path / "app.pem").write_text(pem())
    for held in (pem(), pem().replace("\n", "\\n"), str(tmp_path / "app.pem")):
        assert find_key({"HEADWAY_KEY": held}, "HEADWAY_KEY").strip() == pem().strip()


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ("", "no key for the GitHub App; set HEADWAY_KEY to it, or to the path of its .pem file"),
        ("nothing.pem", "HEADWAY_KEY names no key that can be read (No such file or directory); set it to"),
        (".", "HEADWAY_KEY names no key that can be read (Is a directory); set it to"),
        ("MIIEow" * 200, "HEADWAY_KEY names no key that can be read (File name too long); set it to"),
        ("a\0b", "HEADWAY_KEY names no key that can be read (not a text); set it to"),
    ],
)
def test_a_key_that_cannot_be_read_is_one_line(held: str, said: str) -> None:
    with pytest.raises(AccessError) as caught:
        find_key({"HEADWAY_KEY": held}, "HEADWAY_KEY")
    assert str(caught.value).startswith(said) and "\n" not in str(caught.value) and "MII" not in str(caught.value)


@pytest.mark.parametrize(
    "key",
    [
        "nonsense",
        pem().replace("a", "b"),
        pem(ec.generate_private_key(ec.SECP256R1())),
        pem(password=b"secret"),
        pem(rsa.generate_private_key(65537, 1024)),
    ],
    ids=["no key", "a damaged key", "a key of another kind", "an encrypted key", "a short key"],
)
def test_a_wrong_key_is_one_line_that_does_not_show_it(key: str) -> None:
    with pytest.raises(AccessError) as caught:
        App("12345", key, NOWHERE)
    said = "the key of App 12345 is no RSA private key; download one from the App's settings on GitHub"
    assert str(caught.value) == said


def test_an_app_shows_its_key_nowhere_and_signs_with_it() -> None:
    app = App("12345", pem(), NOWHERE)
    assert "PRIVATE" not in repr(app) and "PRIVATE" not in repr(app.api)
    claims = jwt.decode(app.api.access.token(), KEY.public_key(), ["RS256"])
    assert claims["iss"] == "12345" and claims["exp"] - claims["iat"] <= 600
