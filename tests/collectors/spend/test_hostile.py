"""Refreshes of vendors with damaged responses: they end, and everything else is published.

A few run with the other tests, hundreds with ``make soak`` (``HEADWAY_HOSTILE_SEEDS``).
"""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from collectors.ledger.opening import open_ledger
from collectors.spend import sync
from collectors.spend.records import DAY
from collectors.spend.vendors import load_vendors
from tests.support.command import Desk, Done
from tests.support.vendors import serve
from tests.support.vendors.hostile import Hostile
from tests.support.vendors.office import VENDORS, office
from tests.support.vendors.reading import LAST, vendor_rows

SEEDS = int(os.environ.get("HEADWAY_HOSTILE_SEEDS", "2"))
MAX_S = 120.0
MAX_BYTES = 1_000_000_000
KEYS = {
    "ANTHROPIC_ADMIN_KEY": "sk-ant-admin01-Qv7nXw2KpLz9RtYb3",
    "ANTHROPIC_ADMIN_KEY__EU": "sk-ant-admin01-Jd5mHc8GfWq1NsVu6",
    "OPENAI_ADMIN_KEY": "sk-admin-Ze4kTr0BxPy7MuAo2Li9Cw",
    "CURSOR_ADMIN_KEY": "key_9fQz3XvB7nKw1MjT5rYh8LpD",
    "GITHUB_TOKEN": "ghp_Uo6tEa4iNy2sRb0dKx8qWm3z",
}
#: the secret that a vendor repeats, and the characters before it that everybody knows
ECHOES = {
    "anthropic": ("ANTHROPIC_ADMIN_KEY", "sk-ant-admin01-"),
    "openai": ("OPENAI_ADMIN_KEY", "sk-admin-"),
    "cursor": ("CURSOR_ADMIN_KEY", "key_"),
    "copilot": ("GITHUB_TOKEN", "ghp_"),
}
#: sources by vendor
SOURCES = {
    name: {stream.name for stream in vendor.streams} for name, vendor in load_vendors().items()
}


@dataclass(frozen=True)
class Company:
    """Vendors, a desk that has read nothing, and the rows of a good refresh."""

    vendors: dict[str, Hostile]
    desk: Desk
    rows: list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Yield a company whose ledger is settled until the days that vendors still restate."""
    last = sync.yesterday()
    vendors = {
        name: Hostile(vendor, KEYS[ECHOES[name][0]])
        for name, vendor in office(last - LAST, KEYS).items()
    }
    with serve(**vendors) as server:
        desk = Desk(tmp_path_factory.mktemp("hostile") / "desk", KEYS | server.environment())
        desk.folder.mkdir()
        (desk.folder / "headway.toml").write_text(
            '[spend]\ncopilot_orgs = ["acme"]\n', encoding="utf-8"
        )
        with open_ledger(desk.folder / "data" / "ledger.duckdb", "test") as store:
            for name, vendor in load_vendors().items():
                for stream in vendor.streams:
                    settled = last - max(stream.restated_days, 1) * DAY
                    for account in {"copilot": ["acme"], "anthropic": ["", "eu"]}.get(name, [""]):
                        store.set_watermark(stream.name, account, "settled", settled.isoformat())
        good = desk.copy(desk.folder.parent / "good")
        done = good.run("refresh", *VENDORS, "--as-of", str(last))
        assert done.code == 0, done.err
        yield Company(vendors, desk, vendor_rows(good.folder / "data"))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_damaged_responses_cost_their_vendor_only(
    company: Company, tmp_path: Path, seed: int
) -> None:
    generator = random.Random(seed)
    desk = company.desk.copy(tmp_path / "desk")
    damaged = generator.sample(VENDORS, generator.choice((1, 1, 2)))
    share = generator.choice((0.1, 0.3, 1.0))
    for name in damaged:
        vendor = company.vendors[name]
        vendor.random, vendor.share = random.Random(seed), share
        vendor.damage.clear()
    try:
        done, peak = run(desk)
    finally:
        for vendor in company.vendors.values():
            vendor.share = 0.0
    note = "\n".join([*(str(company.vendors[name].damage) for name in damaged), done.err])
    assert done.code in (0, 1) and "Traceback" not in done.err, note
    assert "published" in done.err, note
    assert peak < MAX_BYTES, note
    for name in damaged:
        assert not pieces_of(name, desk, done), note
    good = {source for name in VENDORS if name not in damaged for source in SOURCES[name]}
    assert rows_of(good, desk) == [row for row in company.rows if row[0] in good], note
    # seats are final at once
    every = {source for sources in SOURCES.values() for source in sources} - {"copilot seats"}
    assert desk.run("refresh", *VENDORS, "--no-publish").code == 0, note
    assert rows_of(every, desk) == [row for row in company.rows if row[0] in every], note


def run(desk: Desk) -> tuple[Done, int]:
    """Refresh all vendors; return the end and the most bytes of memory."""
    peak, end = 0, time.monotonic() + MAX_S
    with desk.start("refresh", *VENDORS, "--as-of", str(sync.yesterday())) as running:
        while running.process.is_alive() and time.monotonic() < end:
            with suppress(OSError):  # on Linux only
                status = Path(f"/proc/{running.pid}/status").read_text("ascii")
                for kilobytes in re.findall(r"VmHWM:\s+(\d+)", status):
                    peak = max(peak, 1024 * int(kilobytes))
            time.sleep(0.05)
        return running.done(timeout=1), peak


def rows_of(sources: set[str], desk: Desk) -> list[tuple[Any, ...]]:
    """Return the vendors' rows of some sources."""
    return [row for row in vendor_rows(desk.folder / "data") if row[0] in sources]


def pieces_of(name: str, desk: Desk, done: Done) -> list[str]:
    """Return the eight-character pieces of a secret in output, files and databases."""
    variable, prefix = ECHOES[name]
    secret = KEYS[variable].removeprefix(prefix).lower()
    pieces = [secret[start : start + 8] for start in range(len(secret) - 7)]
    texts = [done.out, done.err, *(content.decode("latin-1") for content in desk.files().values())]
    for file in ("ledger.duckdb", "headway.duckdb"):
        with duckdb.connect(str(desk.folder / "data" / file), read_only=True) as db:
            for (table,) in db.execute("select table_name from duckdb_tables()").fetchall():
                texts += [str(row) for row in db.execute(f'from "{table}"').fetchall()]
    text = "\n".join(texts).lower()
    return [piece for piece in pieces if piece in text]
