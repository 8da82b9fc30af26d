"""Experiments in files of a repository: a table or Markdown files, and errors with positions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from collectors.errors import SourceError
from collectors.imports.experiment_files import read_experiments
from collectors.imports.formats import LEDGER_COLUMNS

READ_AT = datetime(2026, 11, 20, 12)
MARKDOWN = """---
title: "Short form"   # three fields
started_at: 2026-01-02
decision: won
decided_at: 2026-02-03T10:00:00+01:00
tags: [sign-up, web]
owner: ada
---
# What we did

decision: killed
"""
MISTAKES = {
    f"---\n{'a: b' * 5_000}\n---\n": "line 1: front matter above 16 kB; shorten it",
    "---\ntitle: [a]\ndecision:\n---\n": "line 2, column 8: title must be one text",
    "---\ntitle: a\nkey: b: c\n---\n": "line 3, column 7: not YAML; fix the front matter",
    "---\n\ndecision: maybe\n---\n": (
        "line 3, column 11: 'maybe' is not a decision; write kept, killed or inconclusive"
    ),
    "---\ndecision: kept\n---\n": (
        "line 1, column 1: 'kept' without a date; write the day it was decided"
    ),
    "---\nstarted_at: soon\n---\n": (
        "line 2, column 13: 'soon' is not a time; write 2026-11-19 or 2026-11-19 14:05"
    ),
    "---\ntitle: a\n": "line 1: the front matter does not end; close it with ---",
}


def rows(path: str, text: str) -> list[dict[str, Any]]:
    """Return the rows of one file without empty values."""
    result = read_experiments("acme/shop", path, text.encode(), READ_AT)[1]
    return [
        {name: value for name, value in row.items() if value and name != "import_id"}
        for row in result
    ]


def test_front_matter_is_an_experiment() -> None:
    assert rows("docs/experiments/short-form.md", MARKDOWN) == [
        {
            "line": 1,
            "key": "short-form",
            "title": "Short form",
            "repo": "acme/shop",
            "decision": "kept",
            "started_at": datetime(2026, 1, 2),
            "decided_at": datetime(2026, 2, 3, 9),
        }
    ]


def test_table_has_several_experiments_of_any_repository() -> None:
    text = (
        "key,title,repo,started_on,shipped_at,decision\nE1,One,,2026-01-02,2026-01-05 14:00,\n"
        "E2,Two,acme/web,,,open\n"
    )
    assert rows("experiments.csv", text) == [
        {
            "line": 2,
            "key": "E1",
            "title": "One",
            "repo": "acme/shop",
            "started_at": datetime(2026, 1, 2),
            "shipped_at": datetime(2026, 1, 5, 14),
        },
        {"line": 3, "key": "E2", "title": "Two", "repo": "acme/web"},
    ]


def test_import_has_repository_and_path() -> None:
    content = MARKDOWN.encode()
    own, result = read_experiments("acme/shop", "experiments/a.md", content, READ_AT)
    assert {
        name: own[name]
        for name in ("kind", "source", "account", "file", "exported_at", "rows_read")
    } == {
        "kind": "experiments",
        "source": "github",
        "account": "acme/shop",
        "file": "experiments/a.md",
        "exported_at": READ_AT,
        "rows_read": 1,
    }
    assert [set(row) for row in result] == [{"import_id", "line", *LEDGER_COLUMNS["experiments"]}]
    assert result[0]["import_id"] == own["import_id"]
    rest_rows = [
        ("acme/shop", "experiments/b.md", content),
        ("acme/web", "experiments/a.md", content),
    ]
    rest_rows.append(("acme/shop", "experiments/a.md", content + b"\n"))
    assert (
        len(
            {
                own["import_id"],
                *(read_experiments(*other, READ_AT)[0]["import_id"] for other in rest_rows),
            }
        )
        == 4
    )


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("experiments/README.md", "# Experiments\n"),
        ("experiments/README.md", ""),
        ("experiments/README.md", "---\n---\n"),
        ("experiments/README.md", "---\n- a\n---\n"),
        ("experiments/post.md", "---\ntitle: What we learnt\ndate: 2026-01-01\n---\n"),
        ("experiments.csv", "run,learning_rate,loss\n1,0.1,0.5\n"),
        ("experiments.csv", ""),
    ],
)
def test_file_about_another_subject_has_no_experiment(path: str, text: str) -> None:
    own, result = read_experiments("acme/shop", path, text.encode(), READ_AT)
    assert (own["rows_read"], result) == (0, [])


@pytest.mark.parametrize("text", MISTAKES, ids=range(len(MISTAKES)))
def test_error_has_line_and_column(text: str) -> None:
    with pytest.raises(SourceError) as raised:
        read_experiments("acme/shop", "experiments/a.md", text.encode(), READ_AT)
    assert str(raised.value) == f"acme/shop: experiments/a.md, {MISTAKES[text]}"
