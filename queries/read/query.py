"""User's queries on a published file: one process each, with limits, ended at any time."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from signal import SIGKILL, SIGXCPU
from typing import Any, Literal, Self

from queries.errors import SqlError

CHILD = Path(__file__).with_name("query_child.py")
STATEMENT_BYTES = 1_000_000
TOO_SLOW = "the query takes longer than {:.0f} s; select less"
TOO_LARGE = "the result is larger than {:.0f} MB; select less"
CRASHED = "DuckDB ended while it ran the query (exit code {}); write it in another way"


@dataclass(frozen=True)
class Limits:
    """Limits of one query: its process, and the part of its result that is read."""

    #: of waiting for the next rows in all, and of processor time; a slow reader does not count
    seconds: float = 60
    memory_bytes: int = 2_000_000_000
    result_bytes: int = 64_000_000
    #: of 200 rows, so that a single value cannot fill the reader's memory
    batch_bytes: int = 32_000_000


class Query:
    """A query that runs in its own process, from the start until the block ends.

    Another thread may cancel it. Every method raises SqlError with a message of one line.
    """

    def __init__(
        self,
        path: Path,
        statement: str,
        *,
        form: Literal["text", "json"] = "text",
        limits: Limits | None = None,
    ) -> None:
        self.limits = limits or Limits()
        text = statement.encode("utf-8", "replace")
        if len(text) > STATEMENT_BYTES:
            raise SqlError(f"the query is longer than {STATEMENT_BYTES:,} bytes")
        request = {
            "path": str(path),
            "statement": text.decode(),
            "form": form,
            "limits": asdict(self.limits),
        }
        self._waited = 0.0
        self._size = 0
        self._buffer = b""
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={},
            start_new_session=True,  # Ctrl-C on the terminal is the parent's; it cancels
        )
        assert self._process.stdin and self._process.stdout
        self._output = selectors.DefaultSelector()
        self._output.register(self._process.stdout, selectors.EVENT_READ)
        try:
            with contextlib.suppress(BrokenPipeError):  # the process ended; reading says why
                self._process.stdin.write(json.dumps(request).encode() + b"\n")
                self._process.stdin.flush()
        except BaseException:  # Ctrl-C; nobody else knows of the process yet
            self.cancel()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()
        self._output.close()
        for pipe in filter(None, (self._process.stdin, self._process.stdout)):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()

    @property
    def pid(self) -> int:
        """Id of the process."""
        return self._process.pid

    def cancel(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.wait()

    def columns(self) -> list[str]:
        """Wait for the result, and return the names of its columns; to be called first."""
        columns: list[str] = self._next()
        return columns

    def rows(self) -> Iterator[list[str | None]]:
        """Yield each row; in the form JSON it is one document."""
        while (batch := self._next()) is not None:
            yield from batch

    def _next(self) -> Any:
        """Return the document of the next line."""
        document = json.loads(self._line())
        if isinstance(document, dict):
            raise SqlError(document["problem"])
        return document

    def _line(self) -> bytes:
        parts: list[bytes] = []
        while b"\n" not in self._buffer:
            parts.append(self._buffer)
            self._buffer = self._read()
        end, _, self._buffer = self._buffer.partition(b"\n")
        return b"".join([*parts, end])

    def _read(self) -> bytes:
        """Return the next bytes of the process, within the limits of time and size."""
        began = time.monotonic()
        ready = self._output.select(self.limits.seconds - self._waited)
        self._waited += time.monotonic() - began
        if not ready:
            raise SqlError(TOO_SLOW.format(self.limits.seconds))
        data = os.read(ready[0][0].fd, 65536)
        self._size += len(data)
        if self._size > self.limits.result_bytes:
            raise SqlError(TOO_LARGE.format(self.limits.result_bytes / 1e6))
        if not data:
            code = self._process.wait()
            is_slow = code in (-SIGXCPU, -SIGKILL)
            raise SqlError(
                TOO_SLOW.format(self.limits.seconds) if is_slow else CRASHED.format(code)
            )
        return data
