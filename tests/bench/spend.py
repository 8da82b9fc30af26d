"""Cost of importing a large spend file compared with DuckDB's ``copy``: a ratio, never a test."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import duckdb

from collectors.imports import inbox
from collectors.ledger.opening import open_ledger

ROWS = 5_000_000
#: what the system counts memory in, in megabytes
UNIT = 1e-6 if sys.platform == "darwin" else 1.024e-3
FILE = """
    copy (
        select
            date '2025-10-01' + (number % 400)::integer as day,
            ['anthropic', 'openai', 'cursor'][1 + number % 3] as provider,
            'model-' || (number % 12) as model,
            'user' || (hash(number) % 300) || '@acme.example' as email,
            (hash(number) % 1000000) / 1e5 as cost_usd,
            hash(number) % 100000 as tokens
        from range($rows) as numbers (number)
    ) to $path (header)"""
TABLE = """
    create table spend (
        day date, provider varchar, model varchar, email varchar,
        cost_usd decimal(18, 8), tokens bigint
    )"""
Figures = tuple[float, float]


def imported(path: Path) -> Figures:
    """Rows per second from a file into the ledger, and the most megabytes that it took."""
    with open_ledger(path.with_name("ledger.duckdb"), "bench") as store:
        began = time.perf_counter()
        inbox.load(inbox.read_file(path), path.with_name("inbox"), store)
        took = time.perf_counter() - began
    return ROWS / took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT


def copied(path: Path) -> Figures:
    """Return the same figures of DuckDB's own ``copy``."""
    with duckdb.connect(str(path.with_name("copy.duckdb"))) as db:
        db.execute(f"set enable_progress_bar = false; {TABLE}")
        began = time.perf_counter()
        db.execute("copy spend from $path (header)", {"path": str(path)})
        took = time.perf_counter() - began
    return ROWS / took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT


def main() -> None:
    """Print how fast a file comes in, and how fast ``copy`` is; each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spend.csv"
        with duckdb.connect() as db:
            db.execute("set enable_progress_bar = false")
            db.execute(FILE, {"rows": ROWS, "path": str(path)})
        with ProcessPoolExecutor(
            1, multiprocessing.get_context("spawn"), max_tasks_per_child=1
        ) as pool:
            (ours, memory), (theirs, least) = (
                pool.submit(work, path).result() for work in (imported, copied)
            )
    print(f"{ROWS:,} rows of spend in a CSV file")
    print(f"{'headway import':30} {ours:12,.0f} rows per second, {memory:5,.0f} MB")
    print(f"{'copy':30} {theirs:12,.0f} rows per second, {least:5,.0f} MB {theirs / ours:8.1f} x")


if __name__ == "__main__":
    main()
