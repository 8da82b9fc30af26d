"""One user's query in a process of its own; ``queries.read.query`` runs this file.

DuckDB promises no security boundary inside a process, and some of its functions ignore both its
memory limit and interrupts. The limits of the operating system hold for all of them.

Standard input is one line of JSON (path, statement, form, limits) and stays open: when it closes,
the process ends. Standard output is lines of JSON: the columns, lists of rows, then ``null``; or an
object with the problem at any point.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
import threading
from collections.abc import Iterator
from typing import Any, NoReturn

import duckdb

BATCH_ROWS = 200
#: DuckDB's part of the memory of the process; Python and one batch of rows take the rest
DATABASE_SHARE = 0.5
SETTINGS: dict[str, Any] = {
    "access_mode": "read_only",
    "allow_community_extensions": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_access": False,
    "python_enable_replacements": False,
    "temp_directory": "",  # no file is ever written, so none has to be removed
    "threads": 1,
}
#: values as DuckDB formats them, or one JSON document a row
FORMS = {"text": "columns(*)::varchar", "json": "to_json(result)"}
NOT_SINGLE = "write one statement; this is none or several"
NOT_READING = "only a query can run here: select, from, with, values, describe, show or summarize"
OUT_OF_MEMORY = "the query needs more than {:.1f} GB of memory; select less"
TOO_WIDE = "200 rows of the result are larger than {:.0f} MB; select fewer or shorter columns"


class ProblemError(Exception):
    """A query that is not run to its end; the message is for the user."""


def main() -> None:
    """Answer the request on standard input."""
    request = json.loads(sys.stdin.buffer.readline())
    limits = request["limits"]
    restrict(limits)
    threading.Thread(target=end_with_parent, daemon=True).start()
    try:
        with opened(request["path"], limits["memory_bytes"]) as db:
            for document in answer(db, request["statement"], request["form"]):
                line = encoded(document)
                if len(line) > limits["batch_bytes"]:
                    raise ProblemError(TOO_WIDE.format(limits["batch_bytes"] / 1e6))
                write(line)
        write(encoded(None))
    except ProblemError as error:
        write(encoded({"problem": str(error)}))
    except (MemoryError, duckdb.OutOfMemoryException):
        write(encoded({"problem": OUT_OF_MEMORY.format(limits["memory_bytes"] / 1e9)}))
    except duckdb.Error as error:
        message = " ".join(str(error).partition("\n\nLINE ")[0].split())
        write(encoded({"problem": message}))


def restrict(limits: dict[str, Any]) -> None:
    """Set the operating system's limits of this process."""
    for kind, value in (
        (resource.RLIMIT_AS, int(limits["memory_bytes"])),
        (resource.RLIMIT_CPU, int(limits["seconds"]) + 1),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 16),
    ):
        hard = resource.getrlimit(kind)[1]
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        with contextlib.suppress(ValueError):  # macOS cannot limit the address space
            resource.setrlimit(kind, (most, most))


def end_with_parent() -> NoReturn:
    """End this process when the parent closes standard input, or ends."""
    os.read(0, 1)
    os._exit(1)


def opened(path: str, memory_bytes: float) -> duckdb.DuckDBPyConnection:
    """Return a connection that can do nothing but read the published file."""
    limit = f"{int(memory_bytes * DATABASE_SHARE)}B"
    db = duckdb.connect(path, config=SETTINGS | {"memory_limit": limit})
    return db.execute("set lock_configuration = true")


def answer(db: duckdb.DuckDBPyConnection, statement: str, form: str) -> Iterator[Any]:
    """Yield the columns, then lists of the rows of the result."""
    query = only_query(db, statement)
    rows = db.execute(f"select {FORMS[form]} from (\n{query}\n) as result")
    yield [column[0] for column in db.description or []]
    while batch := rows.fetchmany(BATCH_ROWS):
        yield batch


def only_query(db: duckdb.DuckDBPyConnection, statement: str) -> str:
    """Return the text of the only statement, without its semicolon, if it is a query.

    Other kinds are refused, EXPLAIN too: EXPLAIN ANALYZE runs any statement, COPY for instance.
    """
    statements = db.extract_statements(statement)
    if len(statements) != 1:
        raise ProblemError(NOT_SINGLE)
    try:
        is_query = statements[0].type == duckdb.StatementType.SELECT
    except ValueError:  # a kind of statement that the package has no name for
        is_query = False
    if not is_query:
        raise ProblemError(NOT_READING)
    query = statements[0].query
    encoded_query = query.encode()
    starts = [start for start, _ in duckdb.tokenize(query)]  # offsets of bytes
    ends = [start for start in starts if encoded_query[start : start + 1] == b";"]
    return encoded_query[: ends[0]].decode() if ends else query


def encoded(document: Any) -> bytes:
    """Return a document as a line of JSON."""
    return json.dumps(document).encode() + b"\n"


def write(line: bytes) -> None:
    """Write a line at once."""
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
