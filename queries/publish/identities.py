"""Persons behind the names under which vendors report spend.

With people.csv a name is a person if it is an e-mail address or login in it; other names count as
nobody. Without it, names that may belong to one person are taken for one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

#: words of an identifier that name nobody
NAMELESS = re.compile(
    "account|acct|actor|adm|admin|author|coder|contractor|dev|developer|dr|emp|employee|eng|engineer|"
    "ext|external|id|jr|key|mailto|member|miss|mr|mrs|ms|name|org|people|person|prof|sr|staff|svc|"
    "test|tester|u|user|usr|worker"
)
#: accents, and characters that are not seen
INVISIBLE = {"Mn", "Cf"}
#: number behind a name, as of a second account
SECOND = re.compile(r"(?<=[^\W\d_]{3})\d+$")
#: an actor, its form and the person it belongs to
Identity = tuple[str, str, str]


def identities(actors: Iterable[str], logins: Mapping[str, str]) -> list[Identity]:
    """Return the form and person of each actor; ``logins`` are those of people.csv by name.

    Forms are 'person', or 'unknown' for an actor that people.csv does not have; without people.csv
    'address', 'name' or 'login': names of two forms may belong to the same person.
    """
    names = sorted(set(actors))
    if logins:
        return [
            (name, "person", logins[name]) if name in logins else (name, "unknown", "")
            for name in names
        ]
    groups = _groups([set(_keys(name)) for name in names])
    return [(name, _form(name), str(group)) for name, group in zip(names, groups, strict=True)]


def _form(name: str) -> str:
    if "@" in name:
        return "address"
    return "name" if " " in name.strip() else "login"


def _keys(name: str) -> Iterator[str]:
    """Yield what a name has in common with other spellings of it.

    Of Alice Smith and of Smith, Alice: alice or smith, alicesmith, asmith, smitha, salice, alices.
    """
    address = re.sub(r".*<(.+)>.*", r"\1", name)
    letters = unicodedata.normalize("NFKD", address.casefold())
    plain = "".join(letter for letter in letters if unicodedata.category(letter) not in INVISIBLE)
    local = plain.partition("@")[0].partition("+")[0]
    words = [SECOND.sub("", word) for word in re.split(r"[\W_]+", local)]
    words = [word for word in words if word and not NAMELESS.fullmatch(word)]
    if not words:
        yield local
        return
    first, last = words[0], words[-1]
    yield first
    if len(words) > 1:
        yield "".join(sorted(words))
        for start, end in ((first, last), (last, first)):
            yield f"{start}{end}"
            yield f"{start[0]}{end}"
            yield f"{start}{end[0]}"


def _groups(keys: list[set[str]]) -> list[int]:
    """Return the number of each name's group: names that share a key, also by way of ends."""
    columns = {key: index for index, key in enumerate(sorted(set().union(*keys)))}
    pairs = [(row, len(keys) + columns[key]) for row, names in enumerate(keys) for key in names]
    size = len(keys) + len(columns)
    rows, ends = [row for row, _ in pairs], [end for _, end in pairs]
    graph = coo_matrix(([1] * len(pairs), (rows, ends)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    return [int(label) for label in labels[: len(keys)]]
