"""Random histories: published tables equal the independent computation, also on past days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from headway.config.compiled import compile_rules, deployment_rules
from tests.support.github_server import serve
from tests.support.independent import compute
from tests.support.independent.__main__ import KEYS, compare, read_published
from tests.support.independent.histories import history
from tests.support.refreshing import publish_file, refresh

DATASETS = {f"dice/{seed}": history(seed) for seed in range(1, 9)}


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory, schema_path: Path) -> Iterator[Path]:
    """Yield the data folder with the ledger of all histories."""
    data = tmp_path_factory.mktemp("histories")
    with serve(DATASETS, schema=schema_path) as github:
        rules = deployment_rules(compile_rules(data / "seeds"))
        refresh(data, github.url, list(DATASETS), deployments=rules)
    yield data


@pytest.mark.parametrize("as_of", [date(2025, 11, 15), date(2025, 8, 1), date(2025, 4, 1)], ids=str)
def test_published_tables_are_as_computed_independently(collected: Path, as_of: date) -> None:
    published = read_published(publish_file(collected, as_of))
    computed = compute(DATASETS, as_of)
    comparisons = [
        (table, comparison)
        for table in KEYS
        for comparison in compare(table, published[table], computed[table])
    ]
    assert not [
        f"{table}: {comparison}" for table, comparison in comparisons if comparison.differing
    ]
    assert all(published[table] for table in KEYS)
