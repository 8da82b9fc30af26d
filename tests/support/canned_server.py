"""Web server with prepared answers, one after another: for shapes that no fault plan has."""

from __future__ import annotations

import contextlib
import ipaddress
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from pathlib import Path
from ssl import SSLContext

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.support.app_key import key

GOOD = b'{"data": {"viewer": {"login": "ada"}}}'


@dataclass(frozen=True)
class Canned:
    """Prepared answer; its content length is right unless the headers set another."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = GOOD
    #: barrier at which several requests wait before any of them is answered
    meeting: threading.Barrier | None = None
    #: seconds between two bytes of the body
    drip_s: float = 0.0


@dataclass
class CannedServer:
    """Running server: its address, and the paths, secrets and ports of the requests so far."""

    url: str
    paths: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)


def drip(file: BufferedIOBase, content: bytes, pause_s: float) -> None:
    """Write bytes with a pause after each, or all at once without one."""
    if not pause_s:
        file.write(content)
        return
    for index in range(len(content)):
        file.write(content[index : index + 1])
        time.sleep(pause_s)


@contextlib.contextmanager
def canned(answers: Sequence[Canned], secure: SSLContext | None = None) -> Iterator[CannedServer]:
    """Run a server on a free port of 127.0.0.1; it repeats its last answer for ever."""
    remaining = list(answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            running.paths.append(self.path)
            running.ports.append(self.client_address[1])
            running.secrets.append(self.headers.get("authorization", ""))
            self.rfile.read(int(self.headers.get("content-length", 0)))
            answer = remaining.pop(0) if len(remaining) > 1 else remaining[0]
            if answer.meeting:
                answer.meeting.wait(30)
            self.send_response_only(answer.status)
            headers = {"content-length": str(len(answer.body))} | dict(answer.headers)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                drip(self.wfile, answer.body, answer.drip_s)
            except ConnectionError:  # the client read enough
                self.close_connection = True

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if secure:
        server.socket = secure.wrap_socket(server.socket, server_side=True)
    running = CannedServer(f"{'https' if secure else 'http'}://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Write a self-signed certificate for 127.0.0.1 and its key; return their paths."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key().public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key(), hashes.SHA256())
    )
    certificate_path, key_path = folder / "server.crt", folder / "server.key"
    certificate_path.write_bytes(certificate.public_bytes(Encoding.PEM))
    key_path.write_bytes(key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate_path, key_path
