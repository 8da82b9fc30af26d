"""Reverts in the forms that people write, in titles and bodies."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.support.github_server import serve
from tests.support.independent import compute
from tests.support.independent.examples import Raw, dataset, pull
from tests.support.refreshing import publish_file, refresh

AS_OF = date(2024, 1, 31)
#: title and body of a pull request, and the earlier ones that it reverts
FORMS: list[tuple[str, str, list[int]]] = [
    ('Reverts "feat: f1 (#1)"', "<!-- link -->\nReverts: acme/app#1\n<!-- end -->", [1]),
    ("Revert the last two", "Reverts #2 and #3", [2, 3]),
    ("Revert f4", "Reverts https://github.com/acme/app/pull/4", [4]),
    ("Revert #5 and #6 to make CI pass again", "", [5, 6]),
    ("revert: #7, #8, and #9", "", [7, 8, 9]),
    ('Revert "feat: f10"', "", [10]),
    ("revert: feat: f11 (#11)", "", [11]),
    ("Revert a part", "This reverts a part of feat: f12.", []),
    ('Revert "Reverts "feat: f1 (#1)""', "", [13]),
    ("Revert to the state before #10", "It reverts nothing, see #10; we may revert #10 later.", []),
]


@pytest.fixture(scope="module")
def app() -> Raw:
    """Return a repository with twelve merged features, then one pull request a form."""
    texts = [(f"feat: f{number}", "") for number in range(1, 13)]
    texts += [(title, body) for title, body, _ in FORMS]
    pulls = [
        pull(
            number,
            f"2024-01-02T{number:02}:00:00Z",
            title=title,
            body=body,
            merged_at=f"2024-01-02T{number:02}:30:00Z",
            merged_by="alice",
        )
        for number, (title, body) in enumerate(texts, 1)
    ]
    return dataset(pulls)


def test_reverted_changes_are_those_the_texts_name(
    app: Raw, tmp_path: Path, schema_path: Path
) -> None:
    with serve({"acme/app": app}, schema=schema_path) as server:
        (result,) = refresh(tmp_path, server.url, ["acme/app"])
    assert result.status == "read", result
    expected = sorted(
        (target, number) for number, (*_, targets) in enumerate(FORMS, 13) for target in targets
    )
    with duckdb.connect(str(publish_file(tmp_path, AS_OF)), read_only=True) as db:
        rework = db.execute("select number, by_number, kind from rework order by all").fetchall()
        types = db.execute(
            "select work_type, is_revert from pull_requests where number > 12 order by number"
        ).fetchall()
    assert rework == [(*pair, "revert") for pair in expected]
    assert types == [("revert", True)] * len(FORMS)
    computed = compute({"acme/app": app}, AS_OF)["rework"]
    assert sorted((row["number"], row["by_number"]) for row in computed) == expected
