"""A GitHub App of the tests: its key, and what a server must know to let it in."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

APP_ID = "12345"


@cache
def key() -> rsa.RSAPrivateKey:
    """The App's key, made once."""
    return rsa.generate_private_key(65537, 2048)


def pem(
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None, password: bytes = b""
) -> str:
    """A key as text, as GitHub hands it out; by default the App's."""
    how = BestAvailableEncryption(password) if password else NoEncryption()
    return (
        (private or key())
        .private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, how)
        .decode()
    )


def known_to_server(folder: Path) -> dict[str, object]:
    """The settings of a server that knows the App, whose public key is written into a folder."""
    path = folder / "app.public.pem"
    path.write_bytes(
        key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    return {"app_id": APP_ID, "app_key": path}
