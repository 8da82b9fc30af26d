"""people.csv is read whole or not at all, and each mistake is one line that names its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import people
from collectors.errors import SourceError
from collectors.ledger.opening import open_ledger
from collectors.ledger.store import Store

HEAD = "login,email,team,role,level,from,to\n"
GOOD = (
    HEAD
    + "ada,ada@x.example,Checkout,engineer,senior,2024-01-01,2024-06-30\n"
    + "ada,,Platform,,,2024-07-01,\nben,,,,,,\n"
)
MISTAKES = {
    "": "line 1: the file is empty; export or save it again",
    "login,tema\n": "line 1, column 2: unknown column 'tema'; known: login, email, team",
    "login,team,team\n": "line 1, column 3: duplicate column team; keep one",
    "team\nx\n": "line 1, column 1: the column login is missing",
    "login,team\nada\n": "line 2, column 2: 1 cell where the header has 2; add a separator",
    "login,team\n\nada,x,y\n": "line 3, column 3: 3 cells where the header has 2",
    "team,login\nx,\n": "line 2, column 2: login is empty; write the GitHub login, without @",
    "login\n@ada\n": "line 2, column 1: '@ada' is not a login",
    "login\nada@x.example\n": "line 2, column 1: 'ada@x.example' is not a login",
    '"login"\n"a\nb"\n': "line 2, column 1: 'a\\nb' is not a login",
    "login,from\nada,01/02/2024\n": (
        "line 2, column 2: '01/02/2024' is not a date; write YYYY-MM-DD"
    ),
    "login,from\nada,20240102\n": "line 2, column 2: '20240102' is not a date",
    "login,to\nada,2024-02-30\n": "line 2, column 2: '2024-02-30' is not a date",
    "login,from,to\nada,2024-02-02,2024-02-01\n": (
        "line 2, column 3: ends before it starts; swap the dates"
    ),
    "login,from,to\nada,,2024-02-01\nADA,2024-02-01,\n": (
        "line 3, column 1: ADA has two rows for the same days"
    ),
    'login\nada\n"ben\n': "line 3: not CSV (unexpected end of data); fix the quotes there",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The path of a people.csv."""
    return tmp_path / "people.csv"


def test_a_file_is_read_with_what_it_leaves_open(file: Path) -> None:
    file.write_text("\ufeff" + GOOD.replace("\n", "\r\n"), encoding="utf-8")
    rows = people.read(file)
    names = ("login", "team", "from_on", "to_on")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("ada", "Checkout", date(2024, 1, 1), date(2024, 6, 30)),
        ("ada", "Platform", date(2024, 7, 1), None),
        ("ben", None, None, None),
    ]


def test_columns_may_stand_in_any_order_and_be_left_out(file: Path) -> None:
    file.write_text(" Team ,LOGIN\nCheckout, ada \n\n , \n", encoding="utf-8")
    (row,) = people.read(file)
    assert (row["login"], row["team"], row["role"], row["from_on"]) == (
        "ada",
        "Checkout",
        None,
        None,
    )


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_one_line_that_names_its_place(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(SourceError) as raised:
        people.read(file)
    assert str(raised.value).startswith((f"{file}, {MISTAKES[text]}", f"{file}: {MISTAKES[text]}"))
    assert "\n" not in str(raised.value)


def test_a_spreadsheet_may_use_other_separators_and_encodings(file: Path) -> None:
    file.write_bytes("login;team\r\nada;Café;\r\n".encode("cp1252"))
    (row,) = people.read(file)
    assert (row["login"], row["team"]) == ("ada", "Café")


def test_bytes_that_are_no_text_and_folders_are_refused(file: Path) -> None:
    file.write_bytes(b"login\nada\x00\n")
    with pytest.raises(SourceError, match="line 2: not text; save it as CSV UTF-8"):
        people.read(file)
    file.unlink()
    file.mkdir()
    with pytest.raises(SourceError, match=r"cannot be read \(Is a directory\)"):
        people.read(file)


def test_the_ledger_holds_the_last_good_file_and_how_each_reading_went(file: Path) -> None:
    with open_ledger(file.with_name("ledger.duckdb"), "test") as store:
        assert people.load(file, store) == 0
        file.write_text(GOOD, encoding="utf-8")
        assert people.load(file, store) == 3
        file.write_text(GOOD + "x,y\n", encoding="utf-8")
        with pytest.raises(SourceError):
            people.load(file, store)
        assert [row["login"] for row in store.rows("from people order by login")] == [
            "ada",
            "ada",
            "ben",
        ]
        file.write_text("login\ncy\n", encoding="utf-8")
        people.load(file, store)
        assert [row["login"] for row in store.rows("from people")] == ["cy"]
        loads = store.rows("select status, rows_read, message from loads order by started_at")
    assert [(load["status"], load["rows_read"]) for load in loads] == [
        ("read", 0),
        ("read", 3),
        ("failed", 0),
        ("read", 1),
    ]
    assert "line 5, column 3: 2 cells" in loads[2]["message"]


CELLS = st.sampled_from(
    ["ada", "ben", "", "2024-01-01", "2024-02-30", '"', "a\nb", "x,y", "\u2028", "@", "é", "[bot]"]
)
WILD = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(st.lists(CELLS, max_size=8).map(",".join)).map(
        lambda lines: (HEAD + "\n".join(lines)).encode()
    ),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """An open ledger."""
    with open_ledger(tmp_path_factory.mktemp("wild") / "ledger.duckdb", "test") as opened:
        yield opened


@given(WILD)
def test_wild_bytes_are_loaded_whole_or_refused_in_one_line(store: Store, wild: bytes) -> None:
    file = store.path.with_name("people.csv")
    file.write_bytes(wild)
    before = store.rows("from people")
    try:
        count = people.load(file, store)
    except SourceError as error:
        index = r"(, line \d+(, column \d+)?)?"
        assert re.fullmatch(rf"{re.escape(str(file))}{index}: [^\n]{{1,300}}", str(error))
        assert store.rows("from people") == before
    else:
        logins = [row["login"] for row in store.rows("from people")]
        assert len(logins) == count
        assert all(people.LOGIN.fullmatch(login) for login in logins)
