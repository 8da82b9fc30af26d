"""OIDC provider on this machine: discovery, sign-in without a form, token with RS256, keys."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET = "headway", "secret-of-the-client"
KEY_ID = "key-1"


@dataclass
class Provider:
    """A provider, whose next person to sign in has ``claims``; ``age_s`` makes them older."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    age_s: float = 0
    codes: dict[str, str] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )

    @property
    def metadata_url(self) -> str:
        """Return the address of its metadata."""
        return f"{self.url}/.well-known/openid-configuration"

    def metadata(self) -> dict[str, Any]:
        """Return its metadata."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def keys(self) -> dict[str, Any]:
        """Return its public keys."""
        public = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": KEY_ID, "alg": "RS256", "use": "sig"}]}

    def redirect(self, query: dict[str, str]) -> str:
        """Return where a person is sent after they signed in."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = query.get("nonce", "")
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Return the token for a code, once; None for a wrong code or client."""
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        nonce = self.codes.pop(form.get("code", ""), None)
        is_client = authorization == f"Basic {basic}" or form.get("client_secret") == SECRET
        if nonce is None or not is_client:
            return None
        now = time.time()
        times = {"iat": int(now - self.age_s), "exp": int(now) + 3600}
        claims = {"iss": self.url, "aud": CLIENT, "sub": "1", "nonce": nonce, **times}
        text = jwt.encode(
            claims | self.claims, self.key, algorithm="RS256", headers={"kid": KEY_ID}
        )
        return {
            "access_token": "access-1",
            "token_type": "Bearer",
            "expires_in": 3600,
            "id_token": text,
        }


@contextmanager
def provided() -> Iterator[Provider]:
    """Run a provider until the block ends."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if url.path == "/authorize":
                self.send_response(302)
                query = {name: values[0] for name, values in parse_qs(url.query).items()}
                self.send_header("Location", provider.redirect(query))
                self.end_headers()
            elif url.path == "/jwks":
                self.answer(provider.keys())
            else:
                self.answer(provider.metadata())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.answer(provider.token(form, self.headers.get("Authorization", "")))

        def answer(self, document: dict[str, Any] | None) -> None:
            text = json.dumps(document or {"error": "invalid_grant"}).encode()
            self.send_response(200 if document else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield provider
        server.shutdown()
        thread.join()
