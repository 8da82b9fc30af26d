"""Situations that users of similar products reported, and what is right in each of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Desk
from tests.support.field import Repository, comment, refreshed, review

BOTS = (
    *("k8s-ci-robot", "CLAassistant", "coveralls", "pytorchmergebot", "googlebot", "rustbot"),
    *("jenkinsbot", "acme-bot", "netlify-deploy-bot", "sonarcloud", "openshift-ci-robot"),
)


def answered_by_robots() -> Repository:
    """Return a repository whose pull requests are first answered by robots with user accounts."""
    shop = Repository("acme/robots", 2)
    for number, bot in enumerate(BOTS, 1):
        shop.merge(
            number,
            f"feat: {bot}",
            opened="2026-09-02T10:00:00Z",
            at="2026-09-03T10:00:00Z",
            comments=[comment(bot, "2026-09-02T10:01:00Z", association="NONE")],
            reviews=[review("bob", "2026-09-02T20:00:00Z")],
        )
    shop.merge(20, "Update cats-core to 2.13.0", at="2026-09-02T11:00:00Z", author="scala-steward")
    approval = review("pytorchmergebot", "2026-09-02T10:01:00Z")
    shop.merge(21, "feat: x", at="2026-09-02T11:00:00Z", by="ann", reviews=[approval])
    return shop


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, schema_path: Path) -> Iterator[Desk]:
    """A desk that has refreshed the repositories of every case that needs no settings."""
    repositories = [answered_by_robots()]
    with refreshed(repositories, tmp_path_factory.mktemp("field"), schema_path) as desk:
        yield desk


def pulls(desk: Desk, repo: str, columns: str) -> list[tuple[Any, ...]]:
    """Return these columns of each pull request of a repository, by number."""
    return desk.rows(
        f"select number, {columns} from pull_requests where repo = 'acme/{repo}' order by number"
    )


def test_robots_with_user_accounts_answer_nothing(desk: Desk) -> None:
    rows = pulls(desk, "robots", "author_kind, pickup_hours, is_merged_unreviewed")
    assert rows == [
        *((number, "human", 10, False) for number in range(1, len(BOTS) + 1)),
        (20, "bot", None, True),
        (21, "human", None, True),
    ]
