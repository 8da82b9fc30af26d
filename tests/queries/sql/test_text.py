"""Structure of bodies and messages: statements of the author, and what only looks like them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import duckdb
import pytest

from queries.sql_files import ROOT, read_sql

#: a text, and its statements on one line
STATEMENTS = {
    "comment": ("Fix it <!-- Reverts #1\n-->\nReverts #2", "Fix it Reverts #2"),
    "open comment": ("Fix it\n<!-- Reverts #1\n\nReverts #2", "Fix it"),
    "comment in code": ("Write `<!--` first. Reverts #2", "Write first. Reverts #2"),
    "comment in a block": ("```html\n<!-- open\n```\nReverts #2", "Reverts #2"),
    "block in a comment": ("<!--\n```\n-->\nReverts #2", "Reverts #2"),
    "block": ("Log:\r\n\r\n~~~\r\nReverts #1\r\n~~~\r\nReverts #2", "Log: Reverts #2"),
    "block in a longer one": ("````md\n```\nReverts #1\n```\n````\nReverts #2", "Reverts #2"),
    "block in a list": ("- Run\n  ```sh\n  Reverts #1\n  ```\n- Reverts #2", "- Run - Reverts #2"),
    "open block": ("Text\n```\nReverts #1", "Text"),
    "code": ("Use `Reverts #1` or ``a ` Reverts #1``, not #2", "Use or , not #2"),
    "indented code": (
        "Before:\n\n    Reverts #1\n\n\tReverts #1\n\nReverts #2\n    as said",
        "Before: Reverts #2 as said",
    ),
    "indented start": ("    Reverts #1\nReverts #2", "Reverts #2"),
    "indented entry": ("- One\n\n    Reverts #2\n\n1. Two\n\n    #3", "- One Reverts #2 1. Two #3"),
    "HTML code": ("<pre>\nReverts #1\n</pre>\nReverts #2", "Reverts #2"),
    "quotation": ("> Reverts #1\n> more\n\nReverts #2", "Reverts #2"),
    "alert": ("> [!NOTE]\n> Reverts #2", "> [!NOTE] > Reverts #2"),
    "struck out": ("~~Reverts #1~~ Reverts #2", "Reverts #2"),
    "empty box": ("- [ ] Reverts #1\n  of May\n- [x] Reverts #2", "- [x] Reverts #2"),
    "numbered box": ("1. [ ] Reverts #1\n2. [X] Reverts #2", "2. [X] Reverts #2"),
    "box of another kind": ("☐ Reverts #1\n☑ Reverts #2", "☑ Reverts #2"),
    "box at the end": ("Reverts #1: [ ] yes [x] no\nReverts #2", "Reverts #2"),
    "answer": ("Assisted-by: N/A\nAI: None (by hand).\nReverts #2", "Reverts #2"),
    "sign": ("**Generated with Claude Code**: ❌\nReverts #2", "Reverts #2"),
    "placeholder": ("Assisted-by: [AI tool]\nGenerated-by: <AI>\nReverts: [#2]", "Reverts: [#2]"),
    "tool": ("Assisted-by: [Claude](https://a.b)", "Assisted-by: [Claude](https://a.b)"),
    "answer below": ("### Made with Claude?\n\nNo\n\n**Tools**\nnone", ""),
    "answer in a table": ("| Generated with Claude Code | no |", ""),
    "ticked no": ("### Generated with Claude Code?\n- [ ] Yes\n- [x] No", ""),
    "no answer": ("### Generated with Claude Code?\n- [ ] Yes\n- [ ] No", ""),
    "ticked yes": ("### Made with Codex?\n- [x] Yes", "### Made with Codex? - [x] Yes"),
    "denial": ("No AI was used. AI was not used. Written without Copilot", ". . Written"),
    "denied tool": ("This wasn't generated with Claude Code; Reverts #2", "This was; Reverts #2"),
    "another denial": (
        "Do not merge - Generated with Claude Code",
        "Do not merge - Generated with Claude Code",
    ),
    "a bot's notes": (
        "Bumps x.\n<details>\n<summary>Notes</summary>\nReverts #1\n</details>\n@dependabot rebase",
        "Bumps x. @dependabot rebase",
    ),
    "a person's details": (
        "<details>\nReverts #2\n</details>",
        "<details> Reverts #2 </details>",
    ),
    "a reviewing bot's notes": (
        "Fix it\n<!-- This is an auto-generated comment: notes -->\nReverts #1\n"
        "<!-- end of auto-generated comment: notes -->\nReverts #2",
        "Fix it Reverts #2",
    ),
    "answer in another language": ("KI: keine\nIA: ninguno\nReverts #2", "Reverts #2"),
    "condition": ("If this was generated with Claude Code, state it", ", state it"),
    "plain": ("Reverts acme/shop#1\n\nCloses #2", "Reverts acme/shop#1 Closes #2"),
}
#: texts that a machine that backtracks would read for hours
BOMBS = (
    *("<!--", "`a", "```\n", "<details>dependabot", ">", "[ ] \n a\n", "no ", "no ai ", "?\n", ":"),
    *("# a\n", "**", "\n", "<pre>", "``x", "> [!NOTE]\n", "generated with ai ", "~~a", "not used "),
    *("a\n\n    b\n", "    ", "\t\n", "a\n\n"),
)


@pytest.fixture(scope="module")
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with the macros of texts."""
    with duckdb.connect() as db:
        db.execute(read_sql(ROOT / "shared" / "text.sql").text)
        yield db


def prose(db: duckdb.DuckDBPyConnection, text: str) -> str:
    """Return the statements of a text on one line."""
    ((statements,),) = db.execute("select prose($1::varchar)", [text]).fetchall()
    return " ".join(statements.split())


@pytest.mark.parametrize("kind", STATEMENTS)
def test_text_keeps_the_statements_of_its_author(db: duckdb.DuckDBPyConnection, kind: str) -> None:
    text, statements = STATEMENTS[kind]
    assert prose(db, text) == statements


def test_long_text_is_cut_and_read_in_linear_time(db: duckdb.DuckDBPyConnection) -> None:
    started = time.process_time()
    for bomb in BOMBS:
        prose(db, bomb * (70_000 // len(bomb)))
    assert len(prose(db, "word " * 50_000)) == 65_536
    assert time.process_time() - started < 5


def test_marks_of_machines_are_comments_of_one_line(db: duckdb.DuckDBPyConnection) -> None:
    text = "<!-- CURSOR_SUMMARY -->\n<!--\nReverts #1 -->\n<!-- generated by v0 -->"
    ((comments,),) = db.execute("select comments_in($1::varchar)", [text]).fetchall()
    assert comments == ["<!-- CURSOR_SUMMARY -->", "<!-- generated by v0 -->"]
