"""acme/kit: a library with releases and no deployments."""

from __future__ import annotations

from .source import ADDED, APPROVED, DELETED, Commit, Pull, Push, Release, sha

PUSHES = [Push(0, "2026-02-02 10:00", "Initial commit", "gus")]

PULLS = [
    # Case: first in a prerelease; reverted two days after the release.
    Pull(
        1,
        "feat: date picker",
        "jon",
        "2026-03-02 10:00",
        commits=[Commit("2026-03-02 08:00")],
        reviews=[("2026-03-02 12:00", "ivy", APPROVED)],
        merged=("2026-03-02 14:00", "jon"),
        files=[("src/dates/picker.ts", 20, 0, ADDED)],
    ),
    Pull(
        2,
        'Revert "feat: date picker"',
        "ivy",
        "2026-03-05 10:00",
        body="Reverts acme/kit#1",
        commits=[Commit("2026-03-05 08:00")],
        reviews=[("2026-03-05 12:00", "jon", APPROVED)],
        merged=("2026-03-05 14:00", "ivy"),
        files=[("src/dates/picker.ts", 0, 20, DELETED)],
    ),
    # Case: linked to an issue of another repository, whose label makes it a feature; that issue is
    # still open.
    Pull(
        3,
        "fix: sort by name",
        "jon",
        "2026-03-16 10:00",
        body="For acme/app#46",
        closes=["acme/app#46"],
        commits=[Commit("2026-03-16 08:00")],
        reviews=[("2026-03-16 12:00", "ivy", APPROVED)],
        merged=("2026-03-16 14:00", "jon"),
        files=[("src/lists/order.ts", 20, 0, ADDED)],
    ),
]

RELEASES = [
    Release(
        "v1.0.0-rc.1", sha("kit", 1), "2026-03-02 17:00", "2026-03-02 18:00", is_prerelease=True
    ),
    Release("v1.0.0", sha("kit", 1), "2026-03-03 09:00", "2026-03-03 10:00"),
    # Case: a release that an imported incident names, one in time and one too late.
    Release("v1.1.0", sha("kit", 3), "2026-03-17 09:00", "2026-03-17 10:00"),
]
