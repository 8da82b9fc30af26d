"""GitHub App of the tests: its key, and the settings of a server that accepts it."""

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
    """Return the App's key, made once."""
    return rsa.generate_private_key(65537, 2048)


def pem(
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None, password: bytes = b""
) -> str:
    """Return a key as PEM text, as GitHub issues it; by default the App's."""
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return (
        (private or key())
        .private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, encryption)
        .decode()
    )


def app_settings(folder: Path) -> dict[str, object]:
    """Write the App's public key into a folder; return the settings of a server that knows it."""
    path = folder / "app.public.pem"
    path.write_bytes(
        key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    return {"app_id": APP_ID, "app_key": path}
