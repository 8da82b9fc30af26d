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


KINDS = {name: Kind(**row) for name, row in DATA["kinds"].items()}


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
        """Return a description; some are empty."""
        if self.rng.random() < 0.12:
            return ""
        reasons = DATA["reasons"]
        reason = self.rng.choice(reasons.get(self.kind, reasons["other"]))
        return f"## Why\n\n{reason.format(thing=self.component)}"

    def files(self) -> list[File]:
        """Return the files of the change; their folders show the kind of work."""
        rng, kind, result = self.rng, KINDS[self.kind], list[File]()
        for index, path in enumerate(paths := self._paths()):
            part = max(1, round(kind.lines * rng.lognormvariate(0, 1.0) / len(paths)))
            added, change = sum(rng.random() < kind.added for _ in range(part)), "MODIFIED"
            if index and self.kind in ("feature", "test", "experiment") and rng.random() < 0.35:
                added, change = part, "ADDED"
            elif index and self.kind == "refactor" and rng.random() < 0.25:
                change = rng.choice(("RENAMED", "RENAMED", "DELETED"))
                added = 0 if change == "DELETED" else added
            result.append((path, added, part - added, change))
        return result

    def _paths(self) -> list[str]:
        rng, repo, kind = self.rng, self.repo, self.kind
        if repo is DOCS:
            return [f"{self.folder}/{_slug(self.component)}.md"]
        area = self.folder.split("/")[1]
        if kind == "docs":
            return [f"docs/{area}/{_slug(self.component)}.md"]
        if kind == "chore" and rng.random() < 0.6:
            return rng.sample(repo.configuration, rng.randint(1, 2))
        test = f"tests/{area}/test_{_slug(self.component)}.{repo.suffix}"
        if kind == "test":
            return [test, f"tests/{area}/fixtures.{repo.suffix}"] if rng.random() < 0.3 else [test]
        neighbours = [other for other in repo.areas[self.folder] if other != self.component]
        more = rng.sample(neighbours, min(rng.randint(0, KINDS[kind].breadth), len(neighbours)))
        paths = [self._path(self.folder, name) for name in (self.component, *more)]
        if rng.random() < 0.2:
            beside = rng.choice([area for area in repo.areas if area not in DATA["opened_later"]])
            paths.append(self._path(beside, rng.choice(repo.areas[beside])))
        if kind in ("feature", "fix") and rng.random() < 0.6:
            paths.append(test)
        return list(dict.fromkeys(paths))

    def _path(self, folder: str, component: str) -> str:
        suffix = SUFFIXES.get(folder.split("/")[0], self.repo.suffix)
        return f"{folder}/{_slug(component)}.{suffix}"


def plain(title: str) -> str:
    """Return a title without its conventional prefix."""
    words = title.split(": ", 1)[-1]
    return words[0].upper() + words[1:]


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
