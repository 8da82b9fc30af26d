"""Processes that start with everything imported: forked from one that has read it all once."""

from __future__ import annotations

import multiprocessing
import sys
from importlib.machinery import ModuleSpec

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["__main__", "tests.support.preload"])
if sys.modules["__main__"].__spec__ is None:
    # a script that uses the servers of tests is not to run again in each of its processes
    sys.modules["__main__"].__spec__ = ModuleSpec("script.__main__", None)
