"""Spend files in which something happened to some bytes: each is read whole, or is one line that says what is wrong.

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
from collectors.exports import inbox
from collectors.exports.spend.forms import BASES
from collectors.exports.spend.reading import SpendExport

SAMPLES = Path(__file__).parent / "spend"
MUTANTS = int(os.environ.get("HEADWAY_MUTANTS", "300"))
PLACE = r"(, line \d+(, column \d+)?|, row \d+, column [^:]+)?"
PIECES = [
    b'"', b",", b"\n", b"\r", b"\r\n", b";", b"\t", b"\0", b"\xff", b"\xc3", b"NULL", b"-", b"$", b"1.234,5", b"1e400",
    b"2026-02-30", b"01/02/2026", b"19/Nov/26", b"9" * 400, b" ", b"infinity", b"sep=;\n", b"\xef\xbb\xbf",
]  # fmt: skip
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
    """The samples, one of them packed, and two as Parquet."""
    found = {path.name: path.read_bytes() for path in sorted(SAMPLES.glob("*.csv"))}
    found["packed.csv.gz"] = gzip.compress(found["generic.csv"], mtime=0)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as db:
        for name in ("generic", "focus_1_4"):
            path = Path(folder) / f"{name}.parquet"
            db.read_csv(str(SAMPLES / f"{name}.csv")).write_parquet(str(path))
            found[path.name] = path.read_bytes()
    return found


ORIGINALS = originals()
EDITS = st.tuples(
    st.floats(0, 1, exclude_max=True), st.sampled_from(["cut", "put", "repeat", "change", "end"]),
    st.integers(1, 60), st.sampled_from(PIECES), st.integers(0, 255),
)  # fmt: skip


@st.composite
def mutants(draw: st.DrawFn) -> tuple[str, bytes]:
    """A sample's name, and its bytes after some accidents."""
    name = draw(st.sampled_from(sorted(ORIGINALS)))
    found = bytearray(ORIGINALS[name])
    for where, what, length, piece, byte in draw(st.lists(EDITS, min_size=1, max_size=5)):
        place = int(where * (len(found) + 1))
        if what == "cut":
            del found[place : place + length]
        elif what == "put":
            found[place:place] = piece
        elif what == "repeat":
            found[place:place] = found[place : place + length]
        elif what == "change":
            found[place : place + 1] = bytes([byte])
        else:
            del found[place:]
    return name, bytes(found)


@pytest.fixture(scope="module", autouse=True)
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder in which what is read waits, to see that nothing stays there."""
    folder = tmp_path_factory.mktemp("waiting")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder))
        yield folder


@settings(max_examples=MUTANTS, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(mutant=mutants())
def test_a_mutated_file_is_read_whole_or_is_one_line(mutant: tuple[str, bytes], folders: Path, tmp_path: Path) -> None:
    name, content = mutant
    path = tmp_path / name
    path.write_bytes(content)
    try:
        found = inbox.find(path)
    except SourceError as error:
        said = str(error).removeprefix(f"{tmp_path}/")
        assert re.fullmatch(rf"{re.escape(name)}{PLACE}: [^\n]{{1,400}}", said), said
        assert list(folders.iterdir()) == []
        return
    assert isinstance(found.export, SpendExport)
    assert not re.search(r"[\r\n]", found.summary)
    check(found.export)
    del found
    assert list(folders.iterdir()) == []


def check(export: SpendExport) -> None:
    """Fail where rows are not what the ledger may hold."""
    with duckdb.connect() as db:
        for name in ("spend_partitions", "spend_rows"):
            db.read_parquet(str(export.folder / f"{name}.parquet")).create_view(name)
        keys = "select count(*) from (from spend_rows select distinct partition_id, line)"
        ((rows,), (keyed,), (joined,)) = (
            db.execute(sql).fetchall()[0]
            for sql in (
                "select count(*) from spend_rows",
                keys,
                "select count(*) from spend_rows join spend_partitions using (partition_id)",
            )
        )
        assert rows == keyed == joined <= 4 * export.count
        bad = db.execute(
            f"select * from spend_rows join spend_partitions using (partition_id) where {RULES} or basis not in {BASES}"
        )
        assert bad.fetchall() == []
