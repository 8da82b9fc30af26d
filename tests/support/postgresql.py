"""A PostgreSQL of the tests, on loopback, gone with the block that starts it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adbc_driver_postgresql import dbapi

from tests.support.command import free_port, wait_until
from tests.support.machine import postgresql

OWNER, PASSWORD = "headway", "s3cret-of-the-owner"
#: who runs the server where tests run as root, which it refuses
SERVER_USER = "postgres"


@dataclass(frozen=True)
class Database:
    """A database and the address of its owner."""

    port: int

    @property
    def url(self) -> str:
        """The owner's address."""
        return self.url_of(OWNER, PASSWORD)

    def url_of(self, user: str, password: str) -> str:
        """Return the address of a user."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/postgres"

    def rows(self, query: str, url: str = "") -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with dbapi.connect(url or self.url) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return [tuple(row) for row in cursor.fetchall()]

    def run(self, *statements: str) -> None:
        """Run statements in one transaction."""
        with dbapi.connect(self.url) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            connection.commit()


@contextmanager
def running_postgresql() -> Iterator[Database]:
    """Start a server with an empty database, and stop it at the end."""
    programs, database = postgresql(), Database(free_port())
    user = SERVER_USER if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="headway-postgresql-"))
    password = folder / "password"
    password.write_text(PASSWORD, encoding="utf-8")
    if user:
        for path in (folder, password):
            shutil.chown(path, user)
    data = folder / "data"
    settings = ["--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--no-sync"]
    names = ("--pgdata", data, "--username", OWNER, "--pwfile", password)
    subprocess.run(
        [programs / "initdb", *names, *settings],
        user=user,
        cwd=folder,
        check=True,
        capture_output=True,
    )
    options = {
        "port": database.port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
    }
    words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [programs / "postgres", "-D", data, *words],
            user=user,
            cwd=folder,
            stdout=log,
            stderr=log,
        ) as server,
    ):
        try:
            wait_until(lambda: _answers(database))
            yield database
        finally:
            server.terminate()
    shutil.rmtree(folder)


def _answers(database: Database) -> bool:
    with contextlib.suppress(dbapi.Error):
        return database.rows("select 1") == [(1,)]
    return False
