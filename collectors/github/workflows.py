"""Runs of the workflows that deploy by rule, newest first.

Each refresh reads the newest page of each workflow, and older pages until a run that is known. So a
run that is repeated among the newest 100 is read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from collectors.github.base_models import Json, UnexpectedAnswerError, fit, read_list
from collectors.github.repository import OF_REPOSITORY, Scope, format_time
from collectors.github.rest_models import Workflow, WorkflowRun
from collectors.ledger.store import Store, now

RUNS_PER_PAGE, PAGES_MOST = 100, 50
WORKFLOW_PAGES_MOST = 10
FOLDER = ".github/workflows/"
#: runs that may still end are read again for this long: GitHub ends them after 35 days
RUN_CHANGES = timedelta(days=36)
#: patterns match as at publish, in time linear in the text
MATCHING = "from unnest($patterns::varchar[]) as u(p) where regexp_matches($file, p, 'i')"
KNOWN = (
    f"select run_id from github_workflow_runs {OF_REPOSITORY} "
    "and run_id in (select unnest($runs::bigint[]))"
)
UNFINISHED = (
    f"select run_id from github_workflow_runs {OF_REPOSITORY} "
    "and node->>'status' is distinct from 'completed' and node->>'createdAt' >= $since"
)


@dataclass(eq=False, kw_only=True)
class WorkflowRuns:
    """Runs of the workflows whose files match the patterns of rules."""

    scope: Scope
    patterns: Sequence[str]
    full: bool
    is_done: bool = False
    in_flight: bool = False
    rows: int = 0
    page: int = 1
    left_out: int = 0
    #: why nothing can be read, if so
    refusal: str = ""
    #: workflows whose runs are not read yet: id and file
    waiting: list[tuple[int, str]] | None = None
    matching: list[tuple[int, str]] = field(default_factory=list)
    unfinished: set[int] = field(default_factory=set)
    #: workflows that have more runs than are read
    shortened: list[str] = field(default_factory=list)

    def start(self, store: Store) -> None:
        """Load the runs that had not ended when they were read."""
        self.is_done = not self.patterns
        since = format_time(now() - RUN_CHANGES)
        rows = store.rows(UNFINISHED, self.scope.key | {"since": since})
        self.unfinished = {row["run_id"] for row in rows}

    def request(self) -> tuple[str, Json]:
        """Return path and parameters of the next page: of the workflows, then of their runs."""
        parameters: Json = {"per_page": f"{RUNS_PER_PAGE}", "page": f"{self.page}"}
        path = f"/repos/{self.scope.repo}/actions/workflows"
        if self.waiting:
            path = f"{path}/{self.waiting[0][0]}/runs"
            parameters["exclude_pull_requests"] = "true"
        return path, parameters

    def absorb(self, store: Store, answer: Any) -> None:
        """Write a page; runs in a transaction."""
        if not isinstance(answer, dict):
            raise UnexpectedAnswerError("its workflows have another form")
        if self.waiting is None:
            self._absorb_workflows(store, answer)
        else:
            self._absorb_runs(store, answer)

    def give_up(self, reason: str) -> None:
        """Read nothing more: the token may not, or the server has no workflows."""
        self.refusal = reason
        self.is_done = True

    def _absorb_workflows(self, store: Store, answer: Json) -> None:
        workflows = read_list(Workflow, answer.get("workflows"), "a workflow")
        for workflow in workflows:
            file = workflow.path.removeprefix(FOLDER)
            if store.rows(MATCHING, {"file": file, "patterns": list(self.patterns)}):
                self.matching.append((workflow.id, file))
        self.page += 1
        if len(workflows) < RUNS_PER_PAGE or self.page > WORKFLOW_PAGES_MOST:
            self.waiting, self.page = list(dict.fromkeys(self.matching)), 1
            self.is_done = not self.waiting

    def _absorb_runs(self, store: Store, answer: Json) -> None:
        nodes = answer.get("workflow_runs")
        if not isinstance(nodes, list) or not self.waiting:
            raise UnexpectedAnswerError("its workflow runs have another form")
        file, runs = self.waiting[0][1], []
        for node in nodes:
            try:
                runs.append(fit(WorkflowRun, node)[0] | {"workflow": file})
            except UnexpectedAnswerError:
                self.left_out += 1
        ids = {run["id"] for run in runs}
        known = {row["run_id"] for row in store.rows(KNOWN, self.scope.key | {"runs": list(ids)})}
        self.unfinished -= ids
        store.merge(
            "github_workflow_runs",
            [self.scope.key | {"run_id": r["id"], "fetched_at": now(), "node": r} for r in runs],
        )
        self.rows += len(runs)
        is_known = not self.full and bool(known) and not self.unfinished
        is_last = len(nodes) < RUNS_PER_PAGE
        if not is_last and not is_known and self.page >= PAGES_MOST:
            self.shortened.append(file)
            is_last = True
        self.page += 1
        if is_last or is_known:
            self.waiting, self.page = self.waiting[1:], 1
            self.is_done = not self.waiting

    def remarks(self) -> list[str]:
        """Return one remark for each thing that was not read."""
        remarks = [
            f"only the newest {RUNS_PER_PAGE * PAGES_MOST:,} runs of {file} were read"
            for file in self.shortened
        ]
        if self.refusal:
            remarks.append(f"workflow runs could not be read ({self.refusal})")
        if self.left_out:
            remarks.append(f"left out {self.left_out:,} of the workflow runs (invalid)")
        return remarks
