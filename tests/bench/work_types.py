"""Weights of title words for work types: fitted on titles with a type, and cross-validated.

``python -m tests.bench.work_types TITLES.csv`` prints how well rules and weights agree with the
types of the file (columns ``title`` and ``work_type``; ``repo`` is optional). ``--write`` also
replaces ``queries/sql/seeds/title_words.csv``. The titles themselves stay out of the project.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import duckdb
import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from queries.sql_files import ROOT, read_sql

SEEDS = ROOT / "seeds"
TYPES = ("feature", "fix", "docs", "test", "refactor", "chore")
FOLDS = 5
#: words of one topic; each topic has weights that its words share
TOPICS = Path(__file__).parent / "word_groups.csv"
#: titles with a term, before it gets weights
MIN_TITLES = 4
#: inverse strength of the penalty on large weights
STRENGTH = 0.35
#: terms with smaller weights are left out
MIN_WEIGHT = 0.15
#: a title stays unclassified without this lead of a type over the next, and without a word of this
#: weight for the type; as in SQL
MARGIN, REASON = 0.4, 0.3
#: words that give no reason
NO_REASON = (
    *("a", "an", "and", "are", "as", "at", "be", "by", "do", "for", "from", "in", "into", "is"),
    *("it", "its", "of", "on", "or", "so", "that", "the", "this", "to", "via", "was", "wip"),
    *("revert", "with"),
)
#: the terms of all titles
EVERY = "(every title)"
Weights = dict[str, list[float]]


@dataclass(frozen=True)
class Title:
    """A title: its terms, its type in the file, and the type by the rules on titles or none."""

    text: str
    terms: tuple[str, ...]
    work_type: str
    by_rule: str | None
    group: str


def read(path: Path) -> list[Title]:
    """Return the titles of a file with their terms and groups."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (SEEDS / "work_types.csv").open(encoding="utf-8", newline="") as file:
        rules = [
            (re.compile(row["pattern"], re.I | re.A), row["work_type"])
            for row in takewhile(lambda row: row["field"] != "title_words", csv.DictReader(file))
            if row["field"] == "title"
        ]
    matches: list[str | None] = []
    remainders = []
    for row in rows:
        match = next((rule for rule in rules if rule[0].search(row["title"])), None)
        matches.append(match[1] if match else None)
        remainders.append(match[0].sub("", row["title"]) if match else row["title"])
    with duckdb.connect() as db:
        db.execute(read_sql(ROOT / "shared" / "macros.sql").text)
        query = "select list_sort(title_terms(title)) from (select unnest(?) as title)"
        terms = [tuple(own) for (own,) in db.execute(query, [remainders]).fetchall()]
    return [
        Title(row["title"], own, row["work_type"], match, row.get("repo") or "")
        for row, own, match in zip(rows, terms, matches, strict=True)
    ]


def read_topics() -> dict[str, list[str]]:
    """Return the words of each topic."""
    with TOPICS.open(encoding="utf-8", newline="") as file:
        return {row["topic"]: row["words"].split() for row in csv.DictReader(file)}


def stem(term: str) -> str:
    """Return a term without the ending of its word, so that its forms share a weight."""
    word = term.removeprefix("^")
    short = re.sub("(ing|ed|es|s)$", "", word) if len(word) > 4 else word
    word = short if len(short) >= 3 else word
    word = word[:-1] if len(word) > 4 and word.endswith("e") else word
    return "^" + word if term.startswith("^") else word


def topics_of_stems() -> dict[str, set[str]]:
    """Return the topics of each stem, also of stems as the first word."""
    topics = defaultdict[str, set[str]](set)
    for topic, words in read_topics().items():
        for word in words:
            topics[stem(word)].add("topic " + topic)
            topics[stem("^" + word)].add("first topic " + topic)
    return topics


def inputs_of(
    stems: Iterable[str], frequent: set[str], topics: dict[str, set[str]]
) -> Counter[str]:
    """Return how often each input of the regression is in a title: stems and their topics."""
    inputs = Counter[str]()
    for name in stems:
        inputs.update({name} & frequent)
        inputs.update(topics.get(name, ()))
    return inputs


def fit(titles: Sequence[Title]) -> Weights:
    """Return the weights of each term by multinomial logistic regression.

    The weight of a term is that of its stem and those of its topics, so that words which are rare
    in the titles have the weight of their topics.
    """
    # the type that a rule gives is a term while fitting: it explains titles that say no more
    stems = [
        {stem(term) for term in title.terms} | ({title.by_rule + ":"} if title.by_rule else set())
        for title in titles
    ]
    counts = Counter(name for names in stems for name in names)
    frequent = {
        name
        for name, count in counts.items()
        if count >= MIN_TITLES and name.removeprefix("^") not in NO_REASON
    }
    topics = topics_of_stems()
    rows = [inputs_of(names, frequent, topics) for names in stems]
    names = sorted({name for row in rows for name in row})
    index = {name: column for column, name in enumerate(names)}
    cells = [(n, index[name], count) for n, row in enumerate(rows) for name, count in row.items()]
    lines, columns, values = (np.array(part) for part in zip(*cells, strict=True))
    inputs = csr_matrix((values, (lines, columns)), shape=(len(titles), len(names)), dtype=float)
    actual = np.array([[title.work_type == kind for kind in TYPES] for title in titles], float)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(len(names) + 1, len(TYPES))
        scores = inputs @ weights[:-1] + weights[-1]
        scores -= scores.max(axis=1, keepdims=True)
        odds = np.exp(scores)
        totals = odds.sum(axis=1, keepdims=True)
        value = -(actual * (scores - np.log(totals))).sum()
        rest = odds / totals - actual
        slope = np.vstack([inputs.T @ rest + weights[:-1] / STRENGTH, rest.sum(axis=0)])
        return value + (weights[:-1] ** 2).sum() / 2 / STRENGTH, slope.ravel()

    start = np.zeros((len(names) + 1) * len(TYPES))
    result = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    weights = result.x.reshape(len(names) + 1, len(TYPES)).round(2)
    own_words = {word for words in read_topics().values() for word in words}
    forms = {term for title in titles for term in title.terms}
    forms |= own_words | {"^" + word for word in own_words}
    by_term = {}
    for form in sorted(forms):
        own = inputs_of([stem(form)], frequent, topics).keys() & index.keys()
        by_term[form] = np.sum([weights[index[name]] for name in sorted(own)], axis=0).round(2)
    heavy = {form: list(row) for form, row in by_term.items() if np.abs(row).max() >= MIN_WEIGHT}
    return {EVERY: list(weights[-1])} | heavy


def decide(title: Title, weights: Weights, margin: float) -> str:
    """Return the type of a title by rules, then by weights."""
    if title.by_rule:
        return title.by_rule
    scores, by_word = np.array(weights[EVERY]), dict[str, np.ndarray]()
    for term in title.terms:
        if term in weights:
            row = np.array(weights[term])
            scores = scores + row
            word = term.removeprefix("^")
            by_word[word] = by_word.get(word, 0) + row
    second, first = np.sort(scores)[-2:]
    best = int(scores.argmax())
    has_reason = any(row[best] >= REASON - 1e-9 for row in by_word.values())
    return TYPES[best] if has_reason and first - second >= margin - 1e-9 else "unclassified"


def cross_validate(titles: Sequence[Title], margin: float, is_grouped: bool) -> list[str]:
    """Return the type of each title by weights that were fitted without it.

    Grouped, a repository is in one fold. Without a column for it, its titles are neighbours.
    """
    dice = random.Random(1)
    if is_grouped and not titles[0].group:
        folds = [n * FOLDS // len(titles) for n in range(len(titles))]
    elif is_grouped:
        groups = sorted({title.group for title in titles})
        dice.shuffle(groups)
        fold_of = {group: n % FOLDS for n, group in enumerate(groups)}
        folds = [fold_of[title.group] for title in titles]
    else:
        folds = [n % FOLDS for n in range(len(titles))]
        dice.shuffle(folds)
    decided = [""] * len(titles)
    for fold in range(FOLDS):
        weights = fit([title for title, own in zip(titles, folds, strict=True) if own != fold])
        for n, title in enumerate(titles):
            if folds[n] == fold:
                decided[n] = decide(title, weights, margin)
    return decided


def report(titles: Sequence[Title], decided: Sequence[str]) -> None:
    """Print the share that is classified, the agreement, and the confusion.

    Dependencies count as chores, which is how the file calls them.
    """
    pairs = Counter(
        (title.work_type, "chore" if kind == "dependencies" else kind)
        for title, kind in zip(titles, decided, strict=True)
    )
    columns = [*TYPES, *sorted({kind for _, kind in pairs} - set(TYPES))]
    classified = sum(n for (_, kind), n in pairs.items() if kind != "unclassified")
    agreed = sum(n for (actual, kind), n in pairs.items() if actual == kind)
    print(f"{len(titles):,} titles, {classified / len(titles):.1%} classified, ", end="")
    print(f"{agreed / classified:.1%} of them as the file says")
    print(f"| type | precision | recall | {' | '.join(columns)} |")
    for kind in TYPES:
        own = pairs[kind, kind]
        classified_so = sum(n for (_, other), n in pairs.items() if other == kind)
        actual = sum(n for (other, _), n in pairs.items() if other == kind)
        cells = " | ".join(str(pairs[kind, other]) for other in columns)
        print(f"| {kind} | {own / classified_so:.1%} | {own / actual:.1%} | {cells} |")


def main() -> None:
    """Cross-validate, and write the weights of all titles if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("titles", type=Path)
    parser.add_argument("--margin", type=float, default=MARGIN)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    titles = read(options.titles)
    for is_grouped in (False, True):
        print("grouped" if is_grouped else "by title")
        report(titles, cross_validate(titles, options.margin, is_grouped))
    if options.write:
        weights = fit(titles)
        with (SEEDS / "title_words.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("term", *TYPES))
            writer.writerows((term, *(f"{x:g}" for x in row)) for term, row in weights.items())
        print(f"{len(weights):,} terms written")


if __name__ == "__main__":
    main()
