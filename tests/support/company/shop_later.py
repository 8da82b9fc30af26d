"""acme/shop, from October 2025: hotfixes, incidents, the days around ``as_of``.

Releases and deployments.
"""

from __future__ import annotations

from .source import (
    ADDED,
    APPROVED,
    DISMISSED,
    FAST_FORWARD,
    PENDING,
    RENAMED,
    Commit,
    Deployment,
    Issue,
    Pull,
    Release,
    labeled,
    ready,
    sha,
    to_draft,
    unlabeled,
)

ISSUES = [
    # Case: an incident by its title, which mentions #26. That #12 is an issue changes nothing.
    Issue(
        27,
        "[Incident] Checkout is down",
        "ivy",
        "2025-11-05 08:00",
        body="Since #26 every order fails. Not the same as #12.",
        closed=("2025-11-05 14:00", "ivy"),
    ),
    # Case: an incident by its label, exactly 14 days after the merge of #29: too late to undo it.
    Issue(
        30,
        "Buttons unreadable for some customers",
        "zoe",
        "2025-12-16 08:00",
        body="Introduced by acme/shop#29.",
        labels=["sev-1"],
    ),
]

PULLS = [
    # Case: undone by hotfixes (#24, #25), never reverted.
    Pull(
        23,
        "feat: gift cards",
        "ada",
        "2025-10-06 08:00",
        commits=[Commit("2025-10-05 08:00")],
        reviews=[("2025-10-06 14:00", "eve", APPROVED)],
        merged=("2025-10-06 20:00", "ada"),
        files=[("src/gifts/card.py", 300, 0, ADDED)],
    ),
    # Case: a hotfix by its label, whose title mentions #23.
    Pull(
        24,
        "Gift card total is off by one (#23)",
        "bea",
        "2025-10-08 08:00",
        labels=["hotfix"],
        commits=[Commit("2025-10-08 07:30")],
        reviews=[("2025-10-08 09:00", "ada", APPROVED)],
        merged=("2025-10-08 10:00", "bea"),
        files=[("src/gifts/card.py", 1, 1)],
    ),
    # Case: a hotfix by its branch, whose body links #23. Pushed by fast-forward: its commit is
    # older than that of #24, but stands after it, so the release of #24 does not contain it.
    Pull(
        25,
        "Correct the gift card expiry",
        "cal",
        "2025-10-09 08:00",
        method=FAST_FORWARD,
        commits=[Commit("2025-10-08 09:00")],
        head="hotfix/gift-expiry",
        body="Corrects https://github.com/acme/shop/pull/23.",
        reviews=[("2025-10-09 12:00", "ada", APPROVED)],
        merged=("2025-10-09 14:00", "cal"),
        files=[("src/gifts/expiry.py", 20, 0, ADDED)],
    ),
    # Case: undone by an incident (#27) that mentions it, and by the change that closes the incident
    # (#28).
    Pull(
        26,
        "feat: express checkout",
        "eve",
        "2025-11-03 08:00",
        commits=[Commit("2025-11-02 20:00")],
        reviews=[("2025-11-03 20:00", "bea", APPROVED)],
        merged=("2025-11-04 08:00", "eve"),
        files=[("src/checkout/express.py", 150, 0, ADDED)],
    ),
    # Case: a hotfix because it closes an incident. New to this team, though another team has been
    # there.
    Pull(
        28,
        "Express again",
        "ivy",
        "2025-11-05 10:00",
        commits=[Commit("2025-11-05 09:30")],
        body="Fixes #27",
        closes=[27],
        reviews=[("2025-11-05 11:00", "eve", APPROVED)],
        merged=("2025-11-05 14:00", "ivy"),
        files=[("src/checkout/express.py", 12, 4)],
    ),
    # Case: an incident (#30) exactly 14 days after the merge: durable.
    Pull(
        29,
        "style: new buttons",
        "dan",
        "2025-12-01 08:00",
        commits=[Commit("2025-11-30 08:00")],
        reviews=[("2025-12-01 20:00", "cal", APPROVED)],
        merged=("2025-12-02 08:00", "dan"),
        files=[("assets/buttons.css", 70, 30)],
    ),
    # Case: a cherry-pick to a release branch. It keeps the author date of #24's commit, and has no
    # durability.
    Pull(
        31,
        "Backport: gift card total (#24)",
        "bea",
        "2025-12-17 08:00",
        base="release/1.x",
        head="backport-24",
        commits=[
            Commit(
                "2025-10-08 07:30",
                committed="2025-12-17 07:45",
                message=(
                    "Gift card total is off by one\n\n(cherry picked from commit "
                    f"{sha('shop', 24)})"
                ),
            )
        ],
        reviews=[("2025-12-17 10:00", "ada", APPROVED)],
        merged=("2025-12-17 12:00", "bea"),
        files=[("src/gifts/card.py", 1, 1)],
    ),
    # Case: a deleted author; nobody is responsible, so anybody's answer is independent.
    Pull(
        32,
        "Correct the imprint",
        None,
        "2026-01-07 10:00",
        association="NONE",
        labels=["documentation"],
        commits=[Commit("2026-01-07 09:00", email="someone@old.example")],
        reviews=[("2026-01-07 12:00", "hal", APPROVED)],
        merged=("2026-01-07 13:00", "gus"),
        files=[("legal/imprint.html", 2, 2)],
    ),
    # Case: reverted by a pull request of another repository (acme/web#17: "Reverts acme/shop#33").
    Pull(
        33,
        "feat: faster search",
        "jon",
        "2026-01-12 08:00",
        commits=[Commit("2026-01-11 08:00")],
        reviews=[("2026-01-12 12:00", "gus", APPROVED)],
        merged=("2026-01-13 08:00", "gus"),
        files=[("src/search/index.py", 130, 20)],
    ),
    # Case: an area where files were only renamed is no new area; one where another file changed is.
    Pull(
        34,
        "Move the helpers",
        "cal",
        "2026-02-02 08:00",
        labels=["tech debt"],
        commits=[Commit("2026-02-02 06:00")],
        reviews=[("2026-02-02 10:00", "dan", APPROVED)],
        merged=("2026-02-02 12:00", "dan"),
        files=[
            ("src/common/money.py", 0, 0, RENAMED),
            ("src/common/dates.py", 3, 1, RENAMED),
            ("src/tax/rules.py", 5, 0),
            ("src/tax/rates.py", 0, 0, RENAMED),
        ],
    ),
    # Case: the author has changed team. A pending review is none yet; a dismissed one is no
    # approval.
    Pull(
        35,
        "Repair the login redirect",
        "fay",
        "2026-02-09 08:00",
        head="bugfix/login",
        commits=[Commit("2026-02-09 07:00")],
        reviews=[("2026-02-09 10:00", "hal", PENDING), ("2026-02-09 14:00", "gus", DISMISSED)],
        merged=("2026-02-09 20:00", "fay"),
        files=[("src/login/redirect.py", 5, 5)],
    ),
    # Case: the author is in people.csv, but joined later. In no release and no deployment yet.
    Pull(
        36,
        "build: version 1.5",
        "kim",
        "2026-02-16 08:00",
        commits=[Commit("2026-02-15 08:00")],
        reviews=[("2026-02-16 20:00", "jon", APPROVED)],
        merged=("2026-02-17 08:00", "jon"),
        files=[("CHANGELOG.md", 12, 0), ("VERSION", 1, 1)],
    ),
    # Case: provisional. Labels as of the last day: one was added later, one was taken off later.
    Pull(
        37,
        "feat: order notes",
        "ada",
        "2026-06-22 08:00",
        labels=["enhancement"],
        commits=[Commit("2026-06-21 20:00")],
        events=[
            labeled("2026-06-22 09:00", "ada", "release-notes"),
            unlabeled("2026-07-03 09:00", "ada", "release-notes"),
            labeled("2026-07-02 09:00", "ada", "enhancement"),
        ],
        reviews=[("2026-06-22 14:00", "bea", APPROVED)],
        merged=("2026-06-22 20:00", "ada"),
        files=[("src/orders/notes.py", 44, 0, ADDED)],
    ),
    # Case: answered, made a draft and merged after the last day: open and unanswered as of that
    # day.
    Pull(
        38,
        "feat: split payments",
        "bea",
        "2026-06-29 08:00",
        commits=[Commit("2026-06-29 06:00")],
        events=[to_draft("2026-07-01 08:00", "bea"), ready("2026-07-01 12:00", "bea")],
        comments=[("2026-07-01 00:00", "cal")],
        reviews=[("2026-07-02 08:00", "cal", APPROVED)],
        merged=("2026-07-02 10:00", "cal"),
        files=[("src/payments/split.py", 75, 0, ADDED)],
    ),
    # Case: its only commit was written after the last day: no first commit yet.
    Pull(
        39,
        "Header, first sketch",
        "cal",
        "2026-06-30 12:00",
        commits=[Commit("2026-07-02 10:00")],
        files=[("src/header/sketch.py", 26, 0, ADDED)],
    ),
    # Case: opened at the first moment after the last day: not there.
    Pull(
        40,
        "feat: gift wrapping",
        "eve",
        "2026-07-01 00:00",
        commits=[Commit("2026-06-30 20:00")],
        files=[("src/gifts/wrap.py", 9, 0, ADDED)],
    ),
]

RELEASES = [
    Release("v1.0.0", sha("shop", 2), "2024-08-09 10:00", "2024-08-10 10:00"),
    # Case: a prerelease releases what it contains.
    Release(
        "v1.1.0-rc.1", sha("shop", 4), "2024-09-10 10:00", "2024-09-10 12:00", is_prerelease=True
    ),
    Release("v1.1.0", sha("shop", 0, 1), "2025-01-20 09:00", "2025-01-20 10:00"),
    Release("v1.2.0", sha("shop", 24), "2025-10-08 12:00", "2025-10-10 10:00"),
    Release("v1.3.0", sha("shop", 29), "2025-12-03 07:00", "2025-12-03 08:00"),
    # Case: a release of a release branch contains nothing of the default branch.
    Release("v1.1.1", sha("shop", 31), "2025-12-18 09:00", "2025-12-18 10:00"),
    Release("v1.4.0", sha("shop", 35), "2026-02-10 07:00", "2026-02-10 08:00"),
    # Case: a draft releases nothing.
    Release("v2.0.0", sha("shop", 36), "2026-02-20 08:00", None),
    # Case: published after the last day.
    Release("v1.5.0", sha("shop", 37), "2026-06-29 08:00", "2026-07-02 08:00"),
]

DEPLOYMENTS = [
    # Case: deployed before it was released (v1.0.0).
    Deployment(
        sha("shop", 2),
        "2024-08-06 07:45",
        [("IN_PROGRESS", "2024-08-06 07:50"), ("SUCCESS", "2024-08-06 08:00")],
    ),
    # Case: staging is not production, and a failure deploys nothing.
    Deployment(
        sha("shop", 9), "2025-07-17 20:45", [("SUCCESS", "2025-07-17 21:00")], environment="staging"
    ),
    Deployment(
        sha("shop", 9),
        "2025-07-18 08:00",
        [("IN_PROGRESS", "2025-07-18 08:05"), ("FAILURE", "2025-07-18 08:30")],
    ),
    # Case: a success that a later deployment has made inactive is still when it was deployed.
    Deployment(
        sha("shop", 10),
        "2025-07-23 08:30",
        [("SUCCESS", "2025-07-23 09:00"), ("INACTIVE", "2025-08-06 12:00")],
    ),
    Deployment(
        sha("shop", 13),
        "2025-08-06 11:30",
        [("SUCCESS", "2025-08-06 12:00"), ("INACTIVE", "2025-10-08 13:00")],
    ),
    Deployment(sha("shop", 24), "2025-10-08 10:30", [("ERROR", "2025-10-08 11:00")]),
    Deployment(
        sha("shop", 24),
        "2025-10-08 12:30",
        [("SUCCESS", "2025-10-08 13:00"), ("INACTIVE", "2026-01-13 10:00")],
    ),
    Deployment(
        sha("shop", 33),
        "2026-01-13 09:30",
        [("QUEUED", "2026-01-13 09:30"), ("SUCCESS", "2026-01-13 10:00")],
    ),
    # Case: a deployment that never began, and one after the last day.
    Deployment(sha("shop", 36), "2026-02-18 08:00", []),
    Deployment(
        sha("shop", 37),
        "2026-06-30 20:00",
        [("IN_PROGRESS", "2026-06-30 21:00"), ("SUCCESS", "2026-07-02 09:00")],
    ),
]
