"""The product's rules from its seed files, applied to accounts and pull requests."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tests.support.independent.view import Commit, Issue, Pull

CO_AUTHOR = re.compile(r"^co-authored-by:.*<([^<>\s]+)>\s*$", re.I)
Evidence = Mapping[str, Iterable[str]]
#: a leading "Fixes #12:"
TICKET = re.compile(
    r"^\W*(?:fix|fixes|fixed|close|closes|closed|resolve|resolves|resolved)\s+"
    r"(?:(?:issue|bug)\s+)?(?:#[0-9]+|[a-z]{2,10}-[0-9]+)\W*",
    re.A,
)
#: what stands before the first word: signs, tags in brackets, tickets and numbers
NO_WORD = re.compile(r"^(?:[^\w\[(]+|\[[^\]]*\]|\([^)]*\)|[a-z]{2,10}-[0-9]+\b|[0-9]+\b)+", re.A)
SCOPE = re.compile(r"^[\w./@-]{1,40}(?: [\w./@-]{1,40})?(?:\([^)]*\))?!?: ", re.A)
WORD = re.compile("[a-z]+(?:'[a-z]+)?")


@dataclass(frozen=True)
class Rule:
    """One line of a seed file.

    ``gives`` is its kind or work type, ``index`` its position in the file.
    """

    index: int
    name: str
    field: str
    pattern: re.Pattern[str]
    gives: str
    tier: str
    tool: str | None

    def matches(self, evidence: Evidence) -> bool:
        """Return whether any text of this rule's field matches the pattern."""
        return any(self.pattern.search(text) for text in evidence.get(self.field, ()))


@dataclass(frozen=True)
class Rules:
    """The three rule files."""

    signals: list[Rule]
    labels: list[Rule]
    work_types: list[Rule]
    title_words: dict[str, dict[str, Decimal]]

    @property
    def accounts(self) -> list[Rule]:
        """The rules that tell agents and automation by their login."""
        return [
            r for r in self.signals if r.field == "login" and r.gives in ("agent", "automation")
        ]


def read_rules(seeds: Path) -> Rules:
    """Return the rules of a folder of seeds."""
    return Rules(
        signals=_read(seeds / "ai_signals.csv", "kind"),
        labels=_read(seeds / "label_rules.csv", "kind"),
        work_types=_read(seeds / "work_types.csv", "work_type"),
        title_words=read_title_words(seeds),
    )


def read_title_words(seeds: Path) -> dict[str, dict[str, Decimal]]:
    """Return the weight of each term for each work type."""
    with (seeds / "title_words.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row.pop("term"): {kind: Decimal(x) for kind, x in row.items()} for row in rows}


def by_title_words(title: str, weights: Mapping[str, Mapping[str, Decimal]]) -> str | None:
    """Return the work type that the words of a title weigh for.

    None if no type is ahead by 0.4, or if no word weighs 0.3 for it.
    """
    text = title[:200].lower()
    rest = TICKET.sub("", text)
    words = set(WORD.findall(rest))
    first = WORD.search(SCOPE.sub("", NO_WORD.sub("", rest)))
    terms = words | ({"^" + first[0]} if first else set()) | ({"fix #"} if rest != text else set())
    every, zero = weights["(every title)"], dict[str, Decimal]()
    rows = [weights.get(term, zero) for term in terms]
    sums = {kind: base + sum(row.get(kind, 0) for row in rows) for kind, base in every.items()}
    best, second = sorted(sums, key=lambda kind: sums[kind], reverse=True)[:2]
    reasons = [
        weights.get(word, zero).get(best, 0)
        + (weights.get("^" + word, zero).get(best, 0) if "^" + word in terms else 0)
        for word in {term.removeprefix("^") for term in terms}
    ]
    is_ahead = sums[best] - sums[second] >= Decimal("0.4")
    return best if is_ahead and max(reasons, default=0) >= Decimal("0.3") else None


def _read(path: Path, gives: str) -> list[Rule]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Rule(
                index=index,
                name=row["rule"],
                field=row["field"],
                pattern=re.compile(row["pattern"] or "", re.I | re.A),
                gives=row[gives],
                tier=row.get("tier") or "high",
                tool=row.get("tool") or None,
            )
            for index, row in enumerate(csv.DictReader(file))
        ]


@dataclass(frozen=True)
class Accounts:
    """Kinds of accounts by login; ``types`` has lower-case logins, without plain users."""

    types: Mapping[str, str]
    rules: list[Rule]

    def kind(self, login: str | None) -> str | None:
        """Return ``agent``, ``bot`` or ``human``; None for a deleted account."""
        if login is None:
            return None
        inputs = {rule.gives for rule in self.rules if rule.pattern.search(login)}
        if "agent" in inputs:
            return "agent"
        return "bot" if "automation" in inputs or self._type(login) == "Bot" else "human"

    def is_human(self, login: str | None) -> bool:
        """Return whether this is a person: a user or mannequin without a rule for automation."""
        return (
            login is not None
            and self.kind(login) == "human"
            and self._type(login) in ("User", "Mannequin")
        )

    def _type(self, login: str) -> str:
        return self.types.get(login.lower(), "User")


def lines(text: str) -> list[str]:
    """Return the lines of a text with any line ends."""
    return re.split(r"\r\n|\n|\r", text)


def co_author_emails(texts: Iterable[str]) -> list[str]:
    """Return the addresses of all Co-authored-by trailers, in the order they stand."""
    return [match[1] for text in texts for line in lines(text) if (match := CO_AUTHOR.match(line))]


def authorship(pull: Pull, rules: Rules) -> tuple[str, str | None, str | None]:
    """Return the class of a pull request (agent, assisted, no signal), its rule and tool."""
    deciding = [
        rule
        for rule in rules.signals
        if rule.tier != "low" and rule.gives in ("agent", "assistant")
    ]
    agents = [rule for rule in deciding if rule.gives == "agent"]
    messages = [commit.message for commit in pull.commits]
    texts = [pull.body, *messages]
    whole = {
        "branch": [pull.branch],
        "label": pull.labels,
        "body": [pull.body],
        "comment": pull.marks,
        "text": texts,
        "trailer": [line for text in texts for line in lines(text)],
    }
    owner = whole | {"login": _known(pull.author)}
    own = [rule for rule in agents if rule.matches(owner)]
    by_commit = [_author_rules(commit, agents) for commit in pull.commits]
    if by_commit and all(by_commit):
        own += [rule for matched in by_commit for rule in matched]
    anything = whole | {
        "login": _known(
            pull.author, *(x for c in pull.commits for x in (c.author_login, c.committer_login))
        ),
        "email": [
            *_known(*(x for c in pull.commits for x in (c.author_email, c.committer_email))),
            *co_author_emails(texts),
        ],
        "title": [pull.title],
        "message": messages,
    }
    result = own or [rule for rule in deciding if rule.matches(anything)]
    if not result:
        return "no signal", None, None
    first = min(result, key=lambda rule: rule.index)
    return "agent" if own else "assisted", first.name, first.tool


def _known(*texts: str | None) -> list[str]:
    return [text for text in texts if text]


def _author_rules(commit: Commit, agents: list[Rule]) -> list[Rule]:
    author = {"login": _known(commit.author_login), "email": _known(commit.author_email)}
    return [rule for rule in agents if rule.matches(author)]


def work_type(
    pull: Pull, linked: list[Issue], reverts_another: bool, rules: Rules
) -> tuple[str, str | None]:
    """Return the work type of a pull request and the first rule that gives it."""
    evidence = {
        "title": [pull.title],
        "body": [pull.body],
        "branch": [pull.branch],
        "label": pull.labels,
        "linked_label": [label for issue in linked for label in issue.labels],
        "title_words": _known(by_title_words(pull.title, rules.title_words)),
        "size": [f"+{pull.additions} -{pull.deletions}"],
    }
    paths = [file[0] for file in pull.files]
    for rule in rules.work_types:
        if rule.field == "reference":
            is_match = reverts_another
        elif rule.field == "paths":
            is_match = bool(paths) and all(rule.pattern.search(path) for path in paths)
        else:
            is_match = rule.matches(evidence)
        if is_match:
            return rule.gives, rule.name
    return "unclassified", None


def is_engineering(role: str, rules: Rules) -> bool:
    """Return whether a role is an engineering role."""
    inputs = [rule for rule in rules.labels if rule.gives == "engineering" and rule.field == "role"]
    return any(rule.pattern.search(role) for rule in inputs)


def is_labelled(item: Issue, kind: str, rules: Rules) -> bool:
    """Return whether label, title or branch make this a hotfix or an incident."""
    evidence = {
        "label": item.labels,
        "title": [item.title],
        "branch": [item.branch] if isinstance(item, Pull) else [],
    }
    return any(rule.gives == kind and rule.matches(evidence) for rule in rules.labels)
