"""Offload: what agents do of the work, whether it holds, and what remains for people."""

from __future__ import annotations

from queries.catalog.metric import DURABLE_DAYS, REVIEWED_REWORK, Metric, Page

PAGE = Page(
    "offload",
    "guardrail",
    "What do we hand off to agents, and does it last?",
    (),
    label="Offload",
)
#: a change needs days to be merged, and then days to last
HAND_OFF_MATURES = 2 * DURABLE_DAYS
#: work categories, the ones first handed off first
CATEGORIES = (
    "dependencies",
    "docs",
    "routine tests",
    "boilerplate",
    "migration",
    "basic debugging",
    "debugging",
    "product work",
    "design work",
    "unclassified",
)

METRICS = (
    Metric(
        "offload_share",
        "offload",
        "Offload share",
        "share",
        "share",
        "up",
        "Agents wrote at least {value} of the changes merged {period} that are not known to be "
        "undone",
        "No change that was merged {period} lasted",
        missing="too recent to know",
        parameters={"assisted": 0.0, "no_signal": 0.0},
        matures_after=DURABLE_DAYS,
        is_headline=True,
        guardrails=REVIEWED_REWORK,
        gain="agents write more of the changes that last",
        loss="agents write less of the changes that last",
        changed="Agents wrote at least {current} of the changes that are not known to be undone, "
        "{baseline} before",
        unchanged="Agents wrote about as much of the changes not known to be undone as before: "
        "{current}, was {baseline}",
        panel="Changes not known to be undone, by agents",
        label="at least",
        upper="offload_share_at_most",
    ),
    Metric(
        "offload_share_at_most",
        "offload",
        "Offload share at most",
        "share",
        "share",
        "up",
        "Agents and assistants wrote at most {value} of the changes merged {period} that are not "
        "known to be undone, if half of those without a signal were theirs",
        "No change that was merged {period} lasted",
        missing="too recent to know",
        sql="offload_share",
        parameters={"assisted": 1.0, "no_signal": 0.5},
        matures_after=DURABLE_DAYS,
        panel="Changes not known to be undone, by agents",
        label="at most",
    ),
    Metric(
        "hand_off_rate",
        "offload",
        "Handed off",
        "share",
        "share",
        "up",
        "At least {value} of the pull requests that agents began {period} were handed off",
        "Agents finished no pull request that they began {period}",
        missing="still open or too recent to know",
        parameters={"not_observable": 0.0},
        matures_after=HAND_OFF_MATURES,
        is_headline=True,
        guardrails=REVIEWED_REWORK,
        gain="more of the agents' work needs no rework by people",
        loss="less of the agents' work needs no rework by people",
        changed="{current} of the agents' work was handed off, {baseline} before",
        unchanged="About as much of the agents' work was handed off as before: {current}, was "
        "{baseline}",
        panel="Agents' work that was handed off",
        label="at least",
        upper="hand_off_rate_at_most",
    ),
    Metric(
        "hand_off_rate_at_most",
        "offload",
        "Handed off at most",
        "share",
        "share",
        "up",
        "At most {value} of the pull requests that agents began {period} were handed off",
        "Agents finished no pull request that they began {period}",
        missing="still open or too recent to know",
        sql="hand_off_rate",
        parameters={"not_observable": 1.0},
        matures_after=HAND_OFF_MATURES,
        panel="Agents' work that was handed off",
        label="at most",
    ),
    Metric(
        "human_rework_share",
        "offload",
        "Reworked by people",
        "share",
        "share",
        "down",
        "People reworked {value} of the agents' changes merged {period}",
        "Not measured {period}: of no agent's change could rework be observed",
        missing="merged without rework being observable",
    ),
    Metric(
        "engineers_work_mix",
        "offload",
        "People's changes that need judgement",
        "share",
        "share",
        "up",
        "{value} of the changes that people merged {period} were product work, design work or "
        "debugging",
        "People merged no change {period}",
        missing="have no known category",
    ),
    Metric(
        "review_attention",
        "offload",
        "Reviews of agents' changes",
        "share",
        "share",
        "down",
        "{value} of the reviews that people submitted {period} went to agents' changes",
        "No review was submitted {period}",
        subject="review",
    ),
)
