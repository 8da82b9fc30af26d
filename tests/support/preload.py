"""Imports and GitHub's schema, which take each process seconds.

The process that forks the others imports this module.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib

from tests.support import machine
from tests.support.github_server.schema import read_schema

MODULES = (
    "headway.cli.ledger_commands",
    "headway.cli.output",
    "headway.cli.pipeline",
    "headway.cli.reader_commands",
    "headway.cli.setup_commands",
    "scipy.stats",
    "tests.support.github_server.__main__",
    "tests.support.vendors.reading",
)
for name in MODULES:
    importlib.import_module(name)
with contextlib.suppress(SystemExit):  # without a schema, the servers that need it fail
    read_schema(machine.schema().resolve())
gc.collect()
gc.freeze()  # no collection of a fork looks at what all of them share
atexit.register(gc.unfreeze)
