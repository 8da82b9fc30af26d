"""Cost of collecting and publishing by size: ratios between sizes of one run, never a test.

Each runs in a process of its own, whose time and memory the system tells when it has ended.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from collectors.github.repository import TABLES, GitHub
from collectors.ledger.opening import open_ledger
from headway.config.compiled import compile_rules
from queries.publish.publish import Source, publish
from queries.publish.settings import PublishSettings
from queries.read.snapshot import current
from tests.bench import large_company, pages
from tests.bench.spend import UNIT
from tests.support import machine
from tests.support.facts import DEMO_UNTIL
from tests.support.github_server import TOKEN, serve
from tests.support.refreshing import collect

#: pull requests; the collector's have half as many issues beside them
SIZES = (1_000, 10_000)
#: with HEADWAY_BENCH=large; minutes, and for the million gigabytes of disk
LARGE = (100_000,)
LARGEST = 1_000_000


@dataclass(frozen=True)
class Cost:
    """Cost of a process (seconds, core seconds, peak megabytes) and its output."""

    seconds: float
    cpu: float
    memory: float
    output: dict[str, float]


def measured(step: str, *inputs: object) -> Cost:
    """Run one of the steps below in a process of its own and return what it took."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "tests.bench.size", step, *map(str, inputs)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        message = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{step} {inputs} failed")
    return Cost(
        time.perf_counter() - began,
        used.ru_utime + used.ru_stime,
        used.ru_maxrss * UNIT,
        json.loads(message or "{}"),
    )


def main() -> None:
    """Print what each size costs."""
    is_large = os.environ.get("HEADWAY_BENCH") == "large"
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        print("collecting one repository; each item is a pull request or an issue")
        for size in SIZES + LARGE * is_large:
            cost = collected(folder, size)
            items = cost.output["items"]
            print(
                f"{size:9,} pull requests {items:9,.0f} items "
                f"{cost.output['requests']:7,.0f} requests "
                f"{cost.output['requests'] / items:6.4f} each {cost.cpu:7.1f} s "
                f"{cost.cpu * 1000 / items:6.2f} ms each "
                f"{cost.memory:6,.0f} MB"
            )
        print("publishing the demo company, so many times over")
        for size in SIZES + LARGE + (LARGEST,) * is_large:
            measured("grow", folder / "ledger.duckdb", size)
            cost = measured("publish", folder)
            print(
                f"{cost.output['pull_requests']:9,.0f} pull requests "
                f"{cost.output['repositories']:6,.0f} repositories "
                f"{cost.seconds:7.1f} s {cost.memory:6,.0f} MB, published "
                f"{cost.output['bytes'] / 1e6:7,.0f} MB"
            )
            if size not in SIZES:
                pages.measure(folder, parts=("each",))


def collected(folder: Path, size: int) -> Cost:
    """Return the cost of collecting a repository with this many pull requests."""
    data = folder / str(size)
    data.mkdir()
    measured("generate", data, size)
    with serve(data, schema=machine.schema(), rest_limit=10**9, graphql_limit=10**9) as server:
        cost = measured("collect", server.url, folder / f"{size}.duckdb")
        cost.output["requests"] = server.stats()["requests"]
    (folder / f"{size}.duckdb").unlink()
    return cost


# -- steps, each the whole of a process ------------------------------------------------------------


def _generate(data: Path, size: int) -> dict[str, float]:
    from tests.bench.__main__ import generated

    dataset = generated(size, size // 2)["bench/one"]
    (data / "bench__one.json").write_text(json.dumps(dataset), encoding="utf-8")
    return {}


def _collect(url: str, ledger: Path) -> dict[str, float]:
    with open_ledger(ledger, "bench") as store:
        collect([GitHub(url, ("bench/one",))], {"GITHUB_TOKEN": TOKEN}, store, lambda _: None)
        return {
            "items": sum(
                store.rows(f"select count(*) as n from {table}")[0]["n"]
                for table in TABLES.values()
            )
        }


def _grow(ledger: Path, size: int) -> dict[str, float]:
    ledger.unlink(missing_ok=True)
    large_company.build(ledger, size)
    return {}


def _publish(folder: Path) -> dict[str, float]:
    settings = PublishSettings(rules=compile_rules(folder))
    source = Source(folder / "ledger.duckdb", settings, "key", "bench")
    path = publish(source, folder, DEMO_UNTIL)
    counts = (
        "(select count(*) from pull_requests) as pull_requests, "
        "(select count(*) from repositories) as repositories"
    )
    (row,) = current(folder).query(f"select {counts}").to_dict("records")
    return {f"{name}": float(count) for name, count in row.items()} | {"bytes": path.stat().st_size}


def _step(name: str, *inputs: str) -> dict[str, float]:
    """Take one step, with what the command line gives it."""
    match name, inputs:
        case "generate", (folder, size):
            return _generate(Path(folder), int(size))
        case "collect", (url, ledger):
            return _collect(url, Path(ledger))
        case "grow", (ledger, size):
            return _grow(Path(ledger), int(size))
        case "publish", (folder,):
            return _publish(Path(folder))
    raise SystemExit(f"no step {name} {inputs}")


if __name__ == "__main__":
    print(json.dumps(_step(*sys.argv[1:])))
