"""Processes that start with everything imported: forked from one that has read it all once."""

from __future__ import annotations

import multiprocessing

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["__main__", "tests.support.preload"])
