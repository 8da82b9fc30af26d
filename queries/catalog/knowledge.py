"""Knowledge: guidance for what changes, its owners and its age, and recorded decisions."""

from __future__ import annotations

from queries.catalog.metric import REVIEWED_REWORK, Metric, Page

PAGE = Page(
    "knowledge",
    "guardrail",
    "Is what we know written down, owned and up to date?",
    (),
)

METRICS = (
    Metric(
        "codified_and_owned_share",
        "knowledge",
        "Codified and owned",
        "share",
        "share",
        "up",
        "{value} of the changes merged {period} had current guidance of their own and an owner",
        "No change was merged {period} in a repository whose files were read",
        missing="changed no written file, or their repository's files were not read",
        is_headline=True,
        gain="more of what changes has current guidance and an owner",
        loss="less of what changes has current guidance and an owner",
        changed="{current} of what changes is codified and owned, {baseline} before",
        unchanged="About as much of what changes is codified and owned as before: {current}, "
        "was {baseline}",
        panel="Guidance for what changes",
        label="with an owner and up to date",
        guardrails=REVIEWED_REWORK,
    ),
    Metric(
        "codified_share",
        "knowledge",
        "Codified",
        "share",
        "share",
        "up",
        "{value} of the changes merged {period} had guidance of their own",
        "No change was merged {period} in a repository whose files were read",
        missing="changed no written file, or their repository's files were not read",
        panel="Guidance for what changes",
        label="with guidance of its own",
    ),
    Metric(
        "stale_knowledge_share",
        "knowledge",
        "Stale guidance",
        "share",
        "share",
        "down",
        "{value} of the changes merged under guidance {period} had stale guidance",
        "No change was merged {period} under any guidance",
        missing="changed nothing under guidance",
    ),
    Metric(
        "decisions_recorded",
        "knowledge",
        "Decisions recorded",
        "decisions",
        "count",
        "up",
        "{value} decisions were recorded with a why {period}",
        "No decision was recorded with a why {period}",
        singular="One decision was recorded with a why {period}",
        unmeasured="no decision had been recorded",
        chart="bars",
        subject="decision",
        is_listed=True,
    ),
)
