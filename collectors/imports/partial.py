"""Marks by which an export is known to be a part of the whole: pages, limits and filters."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from collectors.characters import clean

#: keys that are true if there is more, and keys of the next page, in snake case
MORE = {
    "has_more",
    "has_next",
    "has_next_page",
    "truncated",
    "is_truncated",
    "partial",
    "is_partial",
    "incomplete",
}
CURSORS = {
    "next",
    "next_page",
    "next_cursor",
    "next_page_token",
    "next_token",
    "next_offset",
    "next_url",
    "next_link",
    "odata_next_link",
}
PAGE_COUNTS, PAGES = ("total_pages", "num_pages", "page_count"), ("page", "current_page")
ROW_COUNTS = ("total", "total_count", "total_rows", "total_results", "total_records")
PAGE_SIZES = ("limit", "count", "per_page", "page_size", "offset", *PAGES)
FILTERS = ("filter", "filters", "filtered_by", "applied_filters", "group_filter")
#: objects that describe a document
ABOUT = ("metadata", "meta", "pagination", "paging", "page_info", "links")
#: characters of a mark
MAX_TEXT = 200
ADVICE = "a part of the export; save all its pages in one file, one after the other"
EVERYTHING = ("", "all", "any", "none", "null", "*", "no", "false", "-")
TEXTS = re.compile(
    r"(export|row|result|record|line|size)s?( |-)?limit( of [\d,.]+)?( was| has been)? "
    r"(reached|exceeded)|"
    r"(the )?(export|output|result|report|file|list|data|rows)?s?( was| were| is| has been)?"
    r" ?(truncated|cut off|incomplete)( at| to| after| by)?.*|"
    r"(partial|incomplete) (export|report|results?|data)|"
    r"([\d,.]+ )?more (rows|results|records|pages|lines|items)\b.*",
    re.IGNORECASE,
)
COUNTS = re.compile(
    r"((showing|displaying|rows?|records?|results?|pages?|items?|entries):? ?(first )?"
    r"([\d,.]+ ?(-|–|—|to|through) ?)?|[\d,.]+ ?(-|–|—|to|through) ?)"
    r"(?P<last>[\d,.]+) (of|out of) (?P<all>[\d,.]+)\b.*",
    re.IGNORECASE,
)
FILTER = re.compile(
    r"(\w+ ){0,2}(filter(s|ed)?( by| applied)? ?[:=]|filtered by) ?(?P<value>.+)",
    re.IGNORECASE,
)


def text_problem(text: str) -> str:
    """Return why a text of a table is the mark of a part; '' if it is not."""
    plain = re.sub(r"^[\W_]+|[\s.,;…!)\]]+$", "", text[:MAX_TEXT])
    counts = COUNTS.fullmatch(plain)
    is_part = bool(counts and _count(counts["last"]) < _count(counts["all"]))
    if is_part or TEXTS.fullmatch(plain):
        return f"{_quote(text)}: a part of the export; export it whole"
    match = FILTER.fullmatch(plain)
    if match and match["value"].strip(" :=").lower() not in EVERYTHING:
        return f"{_quote(text)}: a filtered view; export it without filters"
    return ""


def document_problem(document: Any, row_count: int) -> str:
    """Return why a JSON document with this number of rows is a part; '' if it is not."""
    return more_problem(document, row_count) or filter_problem(document)


def missing_pages(page_count: int, page_total: int) -> str:
    """Return the message about a file with some of the pages of an export."""
    return f"{page_count:,} of {page_total:,} pages: {ADVICE}"


def more_problem(document: Any, row_count: int) -> str:
    """Return the key by which more pages follow a document; '' without one."""
    for name, about in _about(document):
        for key, value in about.items():
            if key in MORE and str(value).lower() == "true":
                return f"{name}{key} is true: {ADVICE}"
            if key in CURSORS and str(value).lower() not in ("", "none", "false", "null"):
                return f"{name}{key} is there: {ADVICE}"
        page, pages = _first(about, PAGES), _first(about, PAGE_COUNTS)
        if pages > max(page, 1):
            return missing_pages(1, pages)
        total = _first(about, ROW_COUNTS)
        if total > row_count and any(key in about for key in PAGE_SIZES):
            return f"{name}{row_count:,} of {total:,} rows: {ADVICE}"
    return ""


def page_number(document: Any) -> int:
    """Return the number of a document's page; 0 if it has none."""
    return max((_first(about, PAGES) for _, about in _about(document)), default=0)


def page_total(document: Any) -> int:
    """Return the number of pages of which a document is one; 0 if it is unknown."""
    return max((_first(about, PAGE_COUNTS) for _, about in _about(document)), default=0)


def filter_problem(document: Any) -> str:
    """Return the filter that a document was made with; '' without one."""
    for name, about in _about(document):
        for key in FILTERS:
            if leaf := next((leaf for leaf in _leaves(about.get(key))), ""):
                return f"{name}{key} is {_quote(leaf)}: a filtered view; export it without filters"
    return ""


def line_problem(cells: Sequence[str]) -> str:
    """Return why a line of a table is the mark of a part; '' if it is not."""
    return next(filter(None, map(text_problem, cells)), "")


def _about(document: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the objects that describe a document, with their names and keys in snake case."""
    if isinstance(document, dict):
        about = _snake_case(document)
        yield "", about
        for name in ABOUT:
            if isinstance(about.get(name), dict):
                yield f"{name}.", _snake_case(about[name])


def _snake_case(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {
        re.sub(r"\W+", "_", re.sub("(?<=[a-z])(?=[A-Z])", "_", key)).strip("_").lower(): value
        for key, value in mapping.items()
    }


def _leaves(value: Any) -> Iterator[str]:
    """Yield the texts of a filter that restrict something."""
    if isinstance(value, dict):
        for key, item in value.items():
            if not re.search("date|time|day|start|end|since|until|from|to$", key.lower()):
                yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif value is not None and str(value).strip().lower() not in EVERYTHING:
        yield str(value)


def _first(about: Mapping[str, Any], names: Sequence[str]) -> int:
    """Return the first whole number under one of these names; 0 without one."""
    numbers = (about[name] for name in names if name in about)
    return next((_count(number) for number in numbers if isinstance(number, str | int)), 0)


def _count(text: str | int) -> int:
    """Return a whole number of at most 15 digits; 0 for other texts."""
    digits = re.sub("[,.]", "", str(text))
    return int(digits) if re.fullmatch("[0-9]{1,15}", digits) else 0


def _quote(text: str) -> str:
    return reprlib.repr(clean(text))
