"""Titles, descriptions and files of the demo company's pull requests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from headway.demo.company import DATA, DOCS, Repo
from headway.demo.items import File

CLOSING = ("Closes #%d", "Fixes #%d", "Resolves #%d")
SUFFIXES = {"terraform": "tf", "deploy": "yaml", "observability": "yaml", "models": "sql"}


@dataclass(frozen=True)
class Kind:
    """Kind of work: its share, hours of coding, effort of review, lines, and how it is marked."""

    share: float
    coding_hours: float
    review_effort: float
    #: median of the lines, and the share that is added
    lines: float
    added: float
    #: other components of the folder that it touches, at most
    breadth: int
    prefix: str
    label: str
    branch: str


KINDS = {
    "feature": Kind(0.35, 21.0, 1.3, 130, 0.82, 3, "feat", "feature", "feat"),
    "fix": Kind(0.25, 11.0, 0.9, 26, 0.58, 1, "fix", "bug", "fix"),
    "refactor": Kind(0.11, 15.0, 1.1, 110, 0.5, 4, "refactor", "refactor", "refactor"),
    "chore": Kind(0.11, 6.5, 0.7, 16, 0.58, 1, "chore", "chore", "chore"),
    "test": Kind(0.07, 10.0, 0.8, 70, 0.85, 1, "test", "tests", "test"),
    "docs": Kind(0.07, 6.0, 0.7, 32, 0.7, 1, "docs", "docs", "docs"),
    "experiment": Kind(0.04, 17.0, 0.9, 95, 0.8, 2, "experiment", "experiment", "exp"),
}


@dataclass(frozen=True)
class Task:
    """Piece of work on a component, with the texts and files of its pull request."""

    rng: Random
    repo: Repo
    folder: str
    component: str
    kind: str

    def title(self, is_conventional: bool) -> str:
        """Return a title, with or without a conventional prefix."""
        titles, kind = DATA["titles"], self.kind
        phrases: list[str] = titles.get(self.repo.voice, {}).get(kind) or titles["any"][kind]
        phrase = self.rng.choice(phrases).format(thing=self.component)
        if not is_conventional:
            return phrase
        phrase = phrase.removeprefix("Fix ")
        scope = f"({self.folder.split('/')[1]})" if self.rng.random() < 0.6 else ""
        return f"{KINDS[kind].prefix}{scope}: {phrase[0].lower()}{phrase[1:]}"

    def description(self) -> str:
        """Return a description; many are one sentence, and some are empty."""
        rng, reasons = self.rng, DATA["reasons"]
        length = rng.random()
        if length < 0.12:
            return ""
        reason: str = rng.choice(reasons.get(self.kind, reasons["other"]))
        reason = reason.format(thing=self.component)
        reason = reason[0].upper() + reason[1:]
        if length < 0.45:
            return reason
        details = [line.format(thing=self.component) for line in rng.sample(DATA["details"], 3)]
        if length < 0.7:
            return "\n".join([reason, "", *details])
        return "\n".join(["## Why", "", reason, "", "## What", "", *details])

    def files(self) -> list[File]:
        """Return the files of the change; their folders show the kind of work."""
        rng, paths, kind = self.rng, self._paths(), KINDS[self.kind]
        lines = max(1, round(kind.lines * rng.lognormvariate(0, 1.0)))
        weights = [rng.uniform(0.3, 1) for _ in paths]
        result = []
        for index, (path, weight) in enumerate(zip(paths, weights, strict=True)):
            part, change = max(1, round(lines * weight / sum(weights))), "MODIFIED"
            added = round(part * kind.added)
            if part < 40:
                added = sum(rng.random() < kind.added for _ in range(part))
            if index and self.kind in ("feature", "test", "experiment") and rng.random() < 0.35:
                added, change = part, "ADDED"
            elif index and self.kind == "refactor" and rng.random() < 0.25:
                change = rng.choice(("RENAMED", "RENAMED", "DELETED"))
                added = 0 if change == "DELETED" else added
            result.append((path, added, part - added, change))
        return result

    def _paths(self) -> list[str]:
        rng, repo, kind = self.rng, self.repo, self.kind
        slug = re.sub(r"[^a-z0-9]+", "-", self.component.lower()).strip("-")
        if repo is DOCS:
            return [f"{self.folder}/{slug}.md"]
        top, area = self.folder.split("/")
        if kind == "docs":
            return [f"docs/{area}/{slug}.md"]
        if kind == "chore" and rng.random() < 0.6:
            return rng.sample(repo.configuration, rng.randint(1, 2))
        test = f"tests/{area}/{_test_file(self.component, repo.suffix)}"
        if kind == "test":
            return [test, f"tests/{area}/fixtures.{repo.suffix}"] if rng.random() < 0.3 else [test]
        neighbours = [other for other in repo.areas[self.folder] if other != self.component]
        more = rng.sample(neighbours, min(rng.randint(0, KINDS[kind].breadth), len(neighbours)))
        suffix = SUFFIXES.get(top, repo.suffix)
        paths = [f"{self.folder}/{_file(name, suffix)}" for name in (self.component, *more)]
        if rng.random() < 0.2:
            beside = rng.choice([area for area in repo.areas if area not in DATA["opened_later"]])
            suffix = SUFFIXES.get(beside.split("/")[0], repo.suffix)
            paths.append(f"{beside}/{_file(rng.choice(repo.areas[beside]), suffix)}")
        if kind in ("feature", "fix") and rng.random() < 0.6:
            paths.append(test)
        return list(dict.fromkeys(paths))


def plain(title: str) -> str:
    """Return a title without its conventional prefix."""
    words = title.split(": ", 1)[-1]
    return words[0].upper() + words[1:]


def _file(name: str, suffix: str) -> str:
    words = re.sub(r"[^A-Za-z0-9]+", " ", name).split()
    if suffix in ("tsx", "kt"):
        return "".join(word[0].upper() + word[1:] for word in words) + f".{suffix}"
    return "_".join(word.lower() for word in words) + f".{suffix}"


def _test_file(name: str, suffix: str) -> str:
    stem = _file(name, suffix).removesuffix(f".{suffix}")
    names = {"tsx": f"{stem}.test.tsx", "kt": f"{stem}Test.kt", "go": f"{stem}_test.go"}
    return names.get(suffix, f"test_{stem}.{suffix}")
