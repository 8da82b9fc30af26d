"""A local GitHub for the tests: REST and GraphQL (on GitHub's official schema) over dataset files.

It keeps GitHub's limits, breaks on request and travels in time. Its README lists the requests that
it answers.

    with serve(datasets, schema=schema_path) as github:
        ...  # a client of github.url with the token TOKEN
        github.stats()["requests"]
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from tests.support.forks import FORKS

TOKEN = "Xq7vZ2mLk9RtB4wNc6Ys"
Datasets = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Server:
    """A running server: its address, and what steers it."""

    url: str
    folder: Path

    def stats(self) -> dict[str, Any]:
        """Return the requests since the start or the last reset."""
        return self._control("stats")

    def queries(self) -> list[str]:
        """Return the texts of the GraphQL queries since the start or the last reset."""
        texts: list[str] = self._control("queries")["queries"]
        return texts

    def reset(self) -> None:
        """Set counts to zero, fill the budgets and start the fault plan anew; the time stays."""
        self._control("reset", {})

    def as_of(self, time: str | None) -> None:
        """Show the world as it was at this time; None: as recorded."""
        self._control("as-of", {"as_of": time})

    def clock(self, moments: Sequence[str]) -> None:
        """Set the time, and the ``Date`` of responses, to the next of these before each request.

        It stays at the last; without any, answers tell this machine's time again.
        """
        self._control("clock", list(moments))

    def faults(self, plan: Sequence[Mapping[str, Any]]) -> None:
        """Break from now on as the plan says; an empty one heals everything."""
        self._control("faults", list(plan))

    def reload(self, datasets: Datasets | None = None) -> None:
        """Read the data again, after writing these changed datasets."""
        if datasets is not None:
            write(datasets, self.folder)
        self._control("reload", {})

    def _control(self, action: str, payload: object = None) -> dict[str, Any]:
        body = None if payload is None else json.dumps(payload).encode()
        with urlopen(Request(f"{self.url}/_emulator/{action}", data=body), timeout=60) as answer:
            visible: dict[str, Any] = json.load(answer)
        return visible


def write(datasets: Datasets, folder: Path) -> None:
    """Write each dataset to its file, and remove the files of others."""
    names = {name: f"{name.replace('/', '__').lower()}.json" for name in datasets}
    for path in folder.glob("*.json"):
        if path.name not in names.values():
            path.unlink()
    for name, dataset in datasets.items():
        (folder / names[name]).write_text(json.dumps(dataset), encoding="utf-8")


@contextlib.contextmanager
def serve(data: Path | Datasets, *, schema: Path, **settings: object) -> Iterator[Server]:
    """Run the server in a process of its own on a free port of 127.0.0.1.

    ``data`` is a folder of dataset files, or datasets by ``owner/name``. ``settings`` are the
    options of the command line: ``latency_ms=50`` is ``--latency-ms 50``; a list repeats its
    option.
    """
    with contextlib.ExitStack() as stack:
        folder = (
            data
            if isinstance(data, Path)
            else Path(stack.enter_context(tempfile.TemporaryDirectory()))
        )
        if not isinstance(data, Path):
            write(data, folder)
        log = stack.enter_context(tempfile.NamedTemporaryFile("w+"))
        options = ["--data", str(folder.resolve()), "--schema", str(schema.resolve())]
        options += _options(settings)
        theirs, ours = FORKS.Pipe(duplex=False)
        process = FORKS.Process(target=_become_server, args=(options, log.name, ours))
        process.start()
        stack.callback(process.join)
        stack.callback(process.kill)
        ours.close()
        try:
            address = theirs.recv()
        except EOFError:
            process.join()
            raise RuntimeError(f"the GitHub server did not start: {log.read()}") from None
        yield Server(address, folder)


def _become_server(options: Sequence[str], log: str, address: Connection) -> None:
    """Turn this process into a server that writes errors to a log and sends its address."""
    from .__main__ import run

    output = os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    run(options, address.send)


def _options(settings: Mapping[str, object]) -> list[str]:
    """Keyword arguments as the options of the command line."""
    options: list[str] = []
    for name, value in settings.items():
        for item in value if isinstance(value, list | tuple) else [value]:
            options += [f"--{name.replace('_', '-')}", str(item)]
    return options
