"""Spend files with damaged bytes: each is read whole, or its error is one line.

A few hundred run with the other tests, ten thousand with ``make soak``.
"""

from __future__ import annotations

import gzip
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.errors import SourceError
from collectors.imports import inbox
from collectors.imports.spend.formats import BASES
from collectors.imports.spend.reader import ParsedSpend

SAMPLES = Path(__file__).parent / "spend"
MUTANTS = int(os.environ.get("HEADWAY_MUTANTS", "300"))
POSITION = r"(, line \d+(, column \d+)?|, row \d+, column [^:]+)?"
PIECES = [
    b'"',
    b",",
    b"\n",
    b"\r",
    b"\r\n",
    b";",
    b"\t",
    b"\0",
    b"\xff",
    b"\xc3",
    b"NULL",
    b"-",
    b"$",
    b"1.234,5",
    b"1e400",
    b"2026-02-30",
    b"01/02/2026",
    b"19/Nov/26",
    b"9" * 400,
    b" ",
    b"infinity",
    b"sep=;\n",
    b"\xef\xbb\xbf",
    b"{",
    b"]",
    b"null",
    b":",
    b"\\ud800",
]
#: what the ledger may hold, as conditions that no row may break
RULES = """
    amount is null and coalesce(tokens, 0) = 0 and coalesce(requests, 0) = 0
    or day is null or day not between date '1990-01-01' and date '2100-12-31'
    or provider is null or provider <> lower(provider) or tool is null or actor <> lower(actor)
    or not regexp_full_match(currency, '[A-Z]{3}') or actor_kind is null and actor is not null
    or token_type not in ('input', 'cached input', 'cache write', 'output', 'other')
    or charge not in ('usage', 'seat', 'credit', 'tax', 'purchase', 'correction')
    or is_estimate is null or basis is null"""


def originals() -> dict[str, bytes]:
    """Return the samples, one of them packed, and two as Parquet."""
    by_key = {path.name: path.read_bytes() for path in sorted(SAMPLES.glob("*.*"))}
    del by_key["expected.txt"]
    by_key["packed.csv.gz"] = gzip.compress(by_key["generic.csv"], mtime=0)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as db:
        for name in ("generic", "focus_1_4"):
            path = Path(folder) / f"{name}.parquet"
            db.read_csv(str(SAMPLES / f"{name}.csv")).write_parquet(str(path))
            by_key[path.name] = path.read_bytes()
    return by_key


ORIGINALS = originals()
EDITS = st.tuples(
    st.floats(0, 1, exclude_max=True),
    st.sampled_from(["cut", "put", "repeat", "change", "end"]),
    st.integers(1, 60),
    st.sampled_from(PIECES),
    st.integers(0, 255),
)


@st.composite
def mutants(draw: st.DrawFn) -> tuple[str, bytes]:
    """Return a sample's name and its damaged bytes."""
    name = draw(st.sampled_from(sorted(ORIGINALS)))
    result = bytearray(ORIGINALS[name])
    for where, label, length, piece, byte in draw(st.lists(EDITS, min_size=1, max_size=5)):
        index = int(where * (len(result) + 1))
        if label == "cut":
            del result[index : index + length]
        elif label == "put":
            result[index:index] = piece
        elif label == "repeat":
            result[index:index] = result[index : index + length]
        elif label == "change":
            result[index : index + 1] = bytes([byte])
        else:
            del result[index:]
    return name, bytes(result)


@pytest.fixture(scope="module", autouse=True)
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield the folder of parsed rows, which is empty at the end."""
    folder = tmp_path_factory.mktemp("waiting")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder))
        yield folder


@settings(
    max_examples=MUTANTS, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(mutant=mutants())
def test_damaged_file_is_read_whole_or_is_one_error_line(
    mutant: tuple[str, bytes], folders: Path, tmp_path: Path
) -> None:
    name, content = mutant
    path = tmp_path / name
    path.write_bytes(content)
    try:
        result = inbox.read_file(path)
    except SourceError as error:
        message = str(error).removeprefix(f"{tmp_path}/")
        assert re.fullmatch(rf"{re.escape(name)}{POSITION}: [^\n]{{1,400}}", message), message
        assert list(folders.iterdir()) == []
        return
    assert isinstance(result.content, ParsedSpend)
    assert not re.search(r"[\r\n]", result.summary)
    check(result.content)
    del result
    assert list(folders.iterdir()) == []


def check(export: ParsedSpend) -> None:
    """Fail where rows are not what the ledger may hold."""
    with duckdb.connect() as db:
        for name in ("spend_partitions", "spend_rows"):
            db.read_parquet(str(export.workspace.folder / f"{name}.parquet")).create_view(name)
        keys = "select count(*) from (from spend_rows select distinct partition_id, line)"
        ((rows,), (keyed,), (joined,)) = (
            db.execute(sql).fetchall()[0]
            for sql in (
                "select count(*) from spend_rows",
                keys,
                "select count(*) from spend_rows join spend_partitions using (partition_id)",
            )
        )
        assert rows == keyed == joined <= 4 * export.row_count
        bad = db.execute(
            f"select * from spend_rows join spend_partitions using (partition_id) where {RULES} or "
            f"basis not in {BASES}"
        )
        assert bad.fetchall() == []
