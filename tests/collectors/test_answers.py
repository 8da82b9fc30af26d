"""Answers of other machines: limits of size, time and shape, and no secrets."""

from __future__ import annotations

import base64
import gzip
import json
import time
from decimal import Decimal

import pytest
import requests

from collectors.answers import (
    BoundedAdapter,
    Secrets,
    TooLargeError,
    TooSlowError,
    is_bounded,
    parse_json,
    single_line,
)
from tests.support.canned_server import Canned, canned

TOKEN = "ghp_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
NO_SECRETS = Secrets()


def get(answer: Canned, max_bytes: int = 100_000, deadline_s: float = 20.0) -> requests.Response:
    with canned([answer]) as server, requests.Session() as session:
        session.mount("http://", BoundedAdapter(max_bytes, deadline_s))
        return session.get(server.url, timeout=10)


def test_complete_answer_is_returned_as_utf8() -> None:
    response = get(Canned(body="größer".encode(), headers={"content-type": "text/html"}))
    assert response.text == "größer"


def test_answer_larger_than_the_limit_is_refused() -> None:
    with pytest.raises(TooLargeError, match="more than 0 MB"):
        get(Canned(body=b"x" * 100_001))


def test_answer_larger_than_the_limit_after_decompression_is_refused() -> None:
    packed = gzip.compress(b"x" * 20_000_000)
    assert len(packed) < 100_000
    with pytest.raises(TooLargeError):
        get(Canned(body=packed, headers={"content-encoding": "gzip"}))


@pytest.mark.parametrize("headers", [{}, {"content-length": "", "connection": "close"}])
def test_answer_that_drips_is_cut_at_the_deadline(headers: dict[str, str]) -> None:
    began = time.monotonic()
    with pytest.raises(TooSlowError, match="no complete answer within 0 s"):
        get(Canned(body=b"x" * 200, drip_s=0.02, headers=headers), deadline_s=0.3)
    assert time.monotonic() - began < 5


def test_connection_is_used_again_after_an_answer() -> None:
    with canned([Canned()]) as server, requests.Session() as session:
        session.mount("http://", BoundedAdapter())
        for _ in range(3):
            session.get(server.url)
    assert len(set(server.ports)) == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, 2.5, "x"]}', {"a": [1, 2.5, "x"]}),
        ('"\\ud83d\\ude00"', "😀"),
        ('"a\\ud83d b\\udc00 c\\u0000"', "a\ufffd b\ufffd c\ufffd"),
        ('"\\\\ud83d"', "\\ud83d"),
        ('"\\u0041\\/\\u0022\\n"', 'A/"\n'),
        ("[NaN, Infinity, 1e99999999, 1e9999]", [None] * 4),
        ("1" * 41, None),
        ("1" * 5000, None),
        ("[" * 64 + "]" * 64, None),
    ],
)
def test_json_is_parsed_within_bounds(text: str, value: object) -> None:
    parsed = parse_json(text.encode(), NO_SECRETS)
    if text.startswith("[[["):
        assert json.dumps(parsed) == text
    else:
        assert parsed == value


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 65 + "]" * 65, "[" * 200_000, "[" + "0," * 2_000_001 + "0]"]
)
def test_json_out_of_bounds_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        parse_json(text.encode(), NO_SECRETS)


def test_exact_json_has_decimals_and_marks_numbers_out_of_bounds() -> None:
    parsed = parse_json(b"[0.1, 1e99999999, 7]", NO_SECRETS, is_exact=True)
    assert parsed[0] == Decimal("0.1")
    assert parsed[1].is_nan()
    assert parsed[2] == 7


@pytest.mark.parametrize(
    ("number", "expected"),
    [("1.5", True), ("-1e40", True), ("1e41", False), ("1E-99999999", False), ("9" * 41, False)],
)
def test_digits_and_exponent_of_a_number_are_bounded(number: str, expected: bool) -> None:
    assert is_bounded(number) is expected


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        (f"Bearer {TOKEN}", "Bearer …"),
        (TOKEN.upper(), "…"),
        ("bad AbCdEfGh end", "bad … end"),
        ("bad ghp_AbCd end", "bad … end"),
        ("bad AbCdEfG end", "bad AbCdEfG end"),
        ("ghp_ and github_pat_ are how tokens begin", "ghp_ and github_pat_ are how tokens begin"),
        (f"{TOKEN}{TOKEN} größer {TOKEN[4:20]}", "…… größer …"),
    ],
)
def test_any_eight_characters_of_a_secret_are_replaced(text: str, redacted: str) -> None:
    assert Secrets(TOKEN).redact(text) == redacted


@pytest.mark.parametrize("user", ["", "a", "ab", "x-access-token:"])
def test_secret_in_basic_authentication_is_replaced(user: str) -> None:
    encoded = base64.b64encode(f"{user}{TOKEN}:".encode()).decode()
    redacted = Secrets(TOKEN).redact(f"Basic {encoded}")
    assert "…" in redacted
    assert len(redacted) < 40


def test_secret_with_other_signs_is_replaced_in_addresses() -> None:
    assert "…" in Secrets("a/b+c=d&e?f%g").redact("?key=a%2Fb%2Bc%3Dd%26e%3Ff%25g")


def test_escaped_secret_in_json_is_replaced() -> None:
    body = json.dumps({"title": TOKEN}).replace("A", "\\u0041").replace("g", "\\u0067")
    assert parse_json(body.encode(), Secrets(TOKEN)) == {"title": "…"}


def test_pieces_of_secrets_are_replaced_at_each_place_of_a_text() -> None:
    secrets = Secrets("another-secret", TOKEN)
    for start in range(12):
        for piece in (TOKEN, TOKEN[7:15], TOKEN[-8:], "another-"):
            text = "x" * start + piece + "!"
            assert secrets.redact(text) == "x" * start + "…!"


def test_short_secret_is_left() -> None:
    assert Secrets("abc", "").redact("abc") == "abc"


def test_message_is_one_short_line_without_controls() -> None:
    text = f"\x1b[2J bad\n{TOKEN}\u202e\x9b " + "x" * 1000
    assert Secrets(TOKEN).message(text, limit=20) == "[2J bad … xxxxxxxxx…"
    assert single_line(" a\r\nb ") == "a b"
