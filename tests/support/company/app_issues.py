"""acme/app: its issues and discussions.

UX debt, experiments, customers' feedback, capabilities and incidents.
"""

from __future__ import annotations

from .source import (
    DUPLICATE,
    IDEAS,
    NOT_PLANNED,
    OUTDATED,
    Comment,
    Discussion,
    Issue,
    closed,
    duplicate,
    labeled,
    later,
    milestoned,
    reopened,
    unlabeled,
)

OUTSIDE = "NONE"

ISSUES = [
    # Case: a capability by its label, closed by the last of its four pull requests.
    Issue(
        4,
        "Baskets work offline",
        "ada",
        "2026-01-19 09:00",
        labels=["capability"],
        closed=("2026-02-10 14:00", "cal"),
        closer=8,
    ),
    # Case: in a milestone that is a capability, closed by a bot: the milestone delivers, not this.
    Issue(
        11,
        "Guests can split",
        "dan",
        "2026-03-03 09:00",
        milestone="Capability: split the bill",
        closed=("2026-03-18 09:00", "github-actions"),
    ),
    # Case: in a milestone since later; the milestone was closed, and this is open.
    Issue(
        13,
        "Registry for weddings",
        "eve",
        "2026-03-04 09:00",
        milestone="[Capability] Gift registry",
        events=[milestoned("2026-03-05 09:00", "eve", "[Capability] Gift registry")],
    ),
    # Case: an experiment by its title, shipped (and closed) by #15, decided by a label four weeks
    # later.
    Issue(
        14,
        "Experiment: one-page checkout",
        "nia",
        "2026-02-23 09:00",
        labels=["experiment: kept"],
        events=[labeled("2026-03-30 09:00", "nia", "experiment: kept")],
        closed=("2026-03-02 14:00", "ada"),
        closer=15,
    ),
    # Case: an experiment by a label that was set late; shipped by #17, reopened and never decided.
    Issue(
        16,
        "Try bigger buttons",
        "pam",
        "2026-03-03 09:00",
        labels=["experiment"],
        events=[
            labeled("2026-03-05 09:00", "pam", "experiment"),
            closed("2026-03-09 14:00", "nia", closer=17),
            reopened("2026-03-10 09:00", "pam"),
        ],
    ),
    # Case: an experiment that was closed as not planned: killed.
    Issue(
        18,
        "Free shipping bar",
        "quo",
        "2026-03-11 09:00",
        labels=["experiment"],
        closed=("2026-03-25 09:00", "quo"),
        reason=NOT_PLANNED,
    ),
    # Case: an experiment that was closed as completed and never shipped: inconclusive.
    Issue(
        19, "A/B test: short names", "rex", "2026-03-12 09:00", closed=("2026-03-26 09:00", "rex")
    ),
    # Case: an experiment that its change (#21) shipped and closed: kept.
    Issue(
        20,
        "Hypothesis: fewer fields sell more",
        "oli",
        "2026-03-16 09:00",
        closed=("2026-03-23 14:00", "cal"),
        closer=21,
    ),
    # Case: an experiment whose export (EXP-1) replaces the issue.
    Issue(22, "Experiment: loyalty points", "pam", "2026-02-27 09:00"),
    # Case: UX debt, closed by an agent's pull request (#25). The close by its own author is no
    # response.
    Issue(
        24,
        "Contrast of links is too low",
        "ivy",
        "2026-04-01 09:00",
        labels=["a11y"],
        closed=("2026-04-13 14:00", "ivy"),
        closer=25,
    ),
    # Case: a label set late, taken off and set again.
    Issue(
        26,
        "Long names are cut off",
        "eve",
        "2026-04-02 09:00",
        labels=["papercut"],
        events=[
            labeled("2026-04-05 09:00", "eve", "papercut"),
            unlabeled("2026-04-09 09:00", "gus", "papercut"),
            labeled("2026-04-20 09:00", "eve", "papercut"),
        ],
    ),
    # Case: reopened twice; in between closed by its author, and as not planned. What was said while
    # its author had closed it is no response, the close by another one is.
    Issue(
        27,
        "Menu closes too early",
        "fay",
        "2026-03-03 09:00",
        labels=["usability"],
        events=[
            closed("2026-03-06 09:00", "fay"),
            reopened("2026-03-09 09:00", "gus"),
            closed("2026-03-12 09:00", "gus", NOT_PLANNED),
            reopened("2026-03-16 09:00", "fay"),
        ],
        comments=[("2026-03-07 09:00", "hal")],
        closed=("2026-04-16 09:00", "jon"),
    ),
    # Case: closed as a duplicate. A label set within a minute of the opening counts from the
    # opening.
    Issue(
        28,
        "Menu jumps",
        "zoe",
        "2026-04-02 09:00",
        labels=["ux:debt"],
        events=[
            labeled("2026-04-02 09:01", "hal", "ux:debt"),
            duplicate("2026-04-03 09:00", "hal", 27),
        ],
        closed=("2026-04-03 09:00", "hal"),
        reason=DUPLICATE,
    ),
    # Case: closed as not planned by a bot, which is no response either.
    Issue(
        29,
        "Dark text on dark",
        "gus",
        "2026-03-20 09:00",
        labels=["papercut"],
        closed=("2026-05-20 09:00", "github-actions"),
        reason=NOT_PLANNED,
    ),
    # Case: labelled while closed, then reopened.
    Issue(
        30,
        "Scroll bar hides the total",
        "hal",
        "2026-04-06 09:00",
        labels=["ux debt"],
        events=[
            closed("2026-04-08 09:00", "hal"),
            labeled("2026-04-09 09:00", "hal", "ux debt"),
            reopened("2026-04-13 09:00", "ivy"),
        ],
    ),
    # Case: closed as completed, with a label that says it is not done.
    Issue(
        31,
        "Spinner is too small",
        "jon",
        "2026-04-07 09:00",
        labels=["design debt", "wontfix"],
        events=[labeled("2026-04-21 08:00", "jon", "wontfix")],
        closed=("2026-04-21 09:00", "jon"),
    ),
    # Case: unlabelled at the first moment after the last day, and closed later. In a milestone that
    # is no capability.
    Issue(
        32,
        "Tooltips flicker",
        "eve",
        "2026-06-30 23:00",
        milestone="Spring clean",
        events=[
            labeled("2026-06-30 23:00", "eve", "ux debt"),
            unlabeled("2026-07-01 00:00", "eve", "ux debt"),
        ],
        comments=[("2026-07-01 00:00", "gus")],
        closed=("2026-07-02 09:00", "eve"),
    ),
    # Case: a customer, answered by another customer first.
    Issue(
        33,
        "Cannot pay with my card",
        "zoe",
        "2026-05-04 09:00",
        association=OUTSIDE,
        comments=[("2026-05-04 10:00", "yan", OUTSIDE), ("2026-05-05 09:00", "ada")],
        closed=("2026-05-06 09:00", "ada"),
    ),
    # Case: a customer, answered by 25 bots and then by a human.
    Issue(
        34,
        "Prices differ",
        "yan",
        "2026-05-11 09:00",
        association=OUTSIDE,
        comments=[
            *((later("2026-05-11 09:05", 5 * turn), "github-actions") for turn in range(25)),
            ("2026-05-12 21:00", "bea"),
        ],
    ),
    # Case: a customer, answered by the close.
    Issue(
        35,
        "Please add a dark mode",
        "uma",
        "2026-05-18 09:00",
        association=OUTSIDE,
        labels=["enhancement"],
        closed=("2026-05-19 15:00", "hal"),
    ),
    # Case: a customer who is never answered; the author and another customer spoke, and a
    # maintainer too late.
    Issue(
        36,
        "How do I return goods?",
        "yan",
        "2026-06-08 09:00",
        association=OUTSIDE,
        comments=[
            ("2026-06-08 10:00", "yan", OUTSIDE),
            ("2026-06-09 09:00", "uma", OUTSIDE),
            ("2026-07-02 09:00", "ada"),
        ],
    ),
    # Case: a customer who closed it before an answer.
    Issue(
        37,
        "Login fails",
        "uma",
        "2026-06-01 09:00",
        association=OUTSIDE,
        closed=("2026-06-01 12:00", "uma"),
        comments=[("2026-06-02 09:00", "cal")],
    ),
    # Case: feedback by its label, answered, and closed as completed by a bot: not resolved by a
    # human.
    Issue(
        42,
        "Return labels are missing",
        "hal",
        "2026-05-05 09:00",
        labels=["customer feedback"],
        comments=[("2026-05-05 15:00", "gus")],
        closed=("2026-05-12 09:00", "github-actions"),
    ),
    # Case: a bot gives no feedback.
    Issue(
        43,
        "Dependency Dashboard",
        "renovate",
        "2026-05-06 09:00",
        association=OUTSIDE,
        labels=["customer feedback"],
    ),
    # Case: a deleted author, closed by a deleted account.
    Issue(
        44,
        "Old complaint",
        None,
        "2026-05-07 09:00",
        comments=[("2026-05-07 10:00", "hal")],
        closed=("2026-05-08 09:00", None),
    ),
    # Case: closed by #45, and reopened the day after. Linked from another repository too
    # (acme/kit#3).
    Issue(
        46,
        "Sort the list",
        "oli",
        "2026-03-09 09:00",
        labels=["enhancement"],
        events=[closed("2026-05-28 14:00", "eve", closer=45), reopened("2026-05-29 09:00", "oli")],
    ),
    # Case: an incident by its label, which names #49 within 7 days of its deployment.
    Issue(
        50,
        "Mails are empty",
        "hal",
        "2026-05-12 20:00",
        body="Since #49 every receipt is empty.",
        labels=["incident"],
        closed=("2026-05-13 08:00", "hal"),
    ),
    # Case: opened at the first moment after the last day: not there.
    Issue(52, "UX debt: tabs wrap", "eve", "2026-07-01 00:00"),
    # Case: a capability by its title, closed without a pull request by a human. Provisional.
    Issue(
        53,
        "Capability: pay by invoice",
        "hal",
        "2026-05-04 09:00",
        closed=("2026-06-25 09:00", "gus"),
    ),
    # Case: UX debt by its title, closed and reopened six days later: an outcome that was undone.
    Issue(
        54,
        "UX debt: three ways to log out",
        "ivy",
        "2026-04-27 09:00",
        events=[closed("2026-05-04 09:00", "hal"), reopened("2026-05-10 09:00", "ivy")],
    ),
    # Case: called an incident by mistake for some hours: a spell, and no incident.
    Issue(
        55,
        "Slow start",
        "gus",
        "2026-05-20 09:00",
        events=[
            labeled("2026-05-20 09:30", "gus", "sev-2"),
            unlabeled("2026-05-20 12:00", "gus", "sev-2"),
        ],
    ),
    # Case: opened and closed by agents, without a pull request: no human delivered this capability.
    Issue(
        57,
        "Capability: pay by voice",
        "copilot-swe-agent",
        "2026-05-29 09:00",
        closed=("2026-05-29 21:00", "cursoragent"),
    ),
]

DISCUSSIONS = [
    # Case: answered in a reply, which the asking customer chose; closed as outdated later, which
    # changes nothing.
    Discussion(
        38,
        "How can I export my orders?",
        "yan",
        "2026-05-25 09:00",
        association=OUTSIDE,
        comments=[
            Comment(
                "2026-05-25 10:00", "zoe", replies=[("2026-05-25 13:00", "hal")], answering_reply=0
            ),
        ],
        answered=("2026-05-26 09:00", "yan"),
        closed="2026-05-28 09:00",
        reason=OUTDATED,
    ),
    # Case: closed as outdated, answered by a comment.
    Discussion(
        39,
        "Sell flowers",
        "uma",
        "2026-05-26 09:00",
        IDEAS,
        association=OUTSIDE,
        labels=["flowers"],
        comments=[Comment("2026-05-27 09:00", "dan")],
        closed="2026-06-02 09:00",
        reason=OUTDATED,
    ),
    # Case: feedback by its category though a colleague wrote it; closed as a duplicate.
    Discussion(
        40,
        "Faster search",
        "ada",
        "2026-05-27 09:00",
        IDEAS,
        closed="2026-06-03 09:00",
        reason=DUPLICATE,
    ),
    # Case: closed and reopened, and open; answered after the last day.
    Discussion(
        41,
        "Which cards do you take?",
        "zoe",
        "2026-06-10 09:00",
        closed="2026-06-12 09:00",
        reopened="2026-06-15 09:00",
        comments=[Comment("2026-07-01 00:00", "hal", is_answer=True)],
        answered=("2026-07-01 10:00", "zoe"),
    ),
    # Case: closed as resolved without an answer.
    Discussion(
        56,
        "Which banks?",
        "uma",
        "2026-06-11 09:00",
        association=OUTSIDE,
        closed="2026-06-12 09:00",
    ),
]
