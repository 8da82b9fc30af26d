"""Order and processes of the tests: the longest first, each file in one process, none skipped."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from xdist.scheduler import LoadScopeScheduling

#: the files whose tests look at the demo's histories
HISTORIES = {"test_demo", "test_demo_rollout", "test_demo_spend", "test_demo_trackers"}
#: The files that take longest, in this order. A long file that starts late would leave cores idle.
LONGEST = (
    "test_pages",
    "test_demo",
    "test_refresh",
    "test_docs",
    "test_spend_privacy",
    "test_kill",
    "test_collect",
    "test_disk",
    "test_decisions",
    "test_targets",
    "test_serve",
    "test_sign_in",
    "test_deletions",
    "test_snapshot",
    "test_inbox",
    "test_discovery",
    "test_answers",
    "test_models",
    "test_spend_import",
    "test_schedule",
    "test_attacks_files",
    "test_usage",
    "test_as_of",
    "test_migrations",
    "test_backups",
    "test_issues",
    "test_spend",
    "test_reading",
    "test_sql_page",
    "test_setup",
)
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def scope_of(nodeid: str) -> str:
    """Return what runs in one process: the tests of a file, or those of the demo's histories."""
    path, _, _ = nodeid.partition("::")
    return "the demo" if Path(path).stem in HISTORIES else path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order tests by how long their files take; the order within a file stays."""
    position = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: position.get(item.path.stem, len(LONGEST)))


def pytest_collection_finish() -> None:
    """Leave modules and tests, which stay to the end, out of all garbage collections."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Let the interpreter take apart at its end what stayed until then."""
    gc.unfreeze()


def pytest_xdist_auto_num_workers() -> int:
    """Return a process more than cores: tests wait, but each builds and imports the same again."""
    return min((os.cpu_count() or 1) + 1, 4)


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Scheduler that gives a process all tests of a file, which share what takes long to make.

    xdist's own way to group tests, ``--dist loadgroup``, has had no effect since pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Return the scheduler of a run in several processes."""
    return ByFile(config, log)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The report of one step of a test, in which a skip is a failure."""
    return fail_if_skipped((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The report of collecting one module, in which a skip is a failure."""
    return fail_if_skipped((yield))


def fail_if_skipped(report: Report) -> Report:
    """Return the report; a skip becomes a failure."""
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"A test was skipped, and here every test runs: {report.longrepr}"
    return report
