"""What a pull request of the demo company says, and which files it touches."""

from __future__ import annotations

import re
from random import Random

from headway.demo.company import Repo
from headway.demo.words import OPENED_LATER, PREFIXES, SPOKEN, TITLES, VOICES, WHAT, WHY

File = tuple[str, int, int, str]  # path, additions, deletions, kind of change
#: lines that a change of each kind touches, in the middle
LINES = {
    "feature": 130.0,
    "fix": 26.0,
    "refactor": 110.0,
    "chore": 16.0,
    "test": 70.0,
    "docs": 32.0,
    "experiment": 95.0,
}
CONFIGURATION = {
    "web": (".github/workflows/ci.yml", "vite.config.ts", "package.json"),
    "api": (".github/workflows/ci.yml", "pyproject.toml", "Dockerfile"),
    "mobile": (".github/workflows/build.yml", "build.gradle.kts", "fastlane/Fastfile"),
    "platform": (".github/workflows/plan.yml", "Makefile", "deploy/charts/values.yaml"),
    "pipeline": (".github/workflows/ci.yml", "pyproject.toml", "schedules.yml"),
}
SUFFIXES = {"terraform": "tf", "deploy": "yaml", "observability": "yaml", "models": "sql"}


def title(
    rng: Random, repo: Repo, folder: str, thing: str, kind: str, is_conventional: bool
) -> str:
    """Return a title, with a conventional prefix where asked for."""
    phrase = rng.choice(SPOKEN.get((VOICES[repo.name], kind)) or TITLES[kind]).format(thing=thing)
    if not is_conventional:
        return phrase
    phrase = phrase.removeprefix("Fix ")
    scope = f"({folder.split('/')[1]})" if rng.random() < 0.6 else ""
    return f"{PREFIXES[kind]}{scope}: {phrase[0].lower()}{phrase[1:]}"


def plain(title: str) -> str:
    """Return a title without its conventional prefix."""
    words = title.split(": ", 1)[-1]
    return words[0].upper() + words[1:]


def text(rng: Random, thing: str, kind: str) -> str:
    """Return a description; many are one sentence, and some are empty."""
    length = rng.random()
    if length < 0.12:
        return ""
    why = rng.choice(WHY.get(kind, WHY["other"])).format(thing=thing)
    why = why[0].upper() + why[1:]
    if length < 0.45:
        return why
    label = "\n".join(line.format(thing=thing) for line in rng.sample(WHAT, rng.randint(2, 4)))
    return f"{why}\n\n{label}" if length < 0.7 else f"## Why\n\n{why}\n\n## What\n\n{label}"


def files(rng: Random, repo: Repo, folder: str, thing: str, kind: str) -> list[File]:
    """Return the files of a change with their additions and deletions: where they lie says what kind of work it is."""
    paths = _paths(rng, repo, folder, thing, kind)
    lines = max(1, round(LINES[kind] * rng.lognormvariate(0, 1.0)))
    weights = [rng.uniform(0.3, 1) for _ in paths]
    stored = {"feature": 0.82, "test": 0.85, "docs": 0.7, "experiment": 0.8, "refactor": 0.5}.get(
        kind, 0.58
    )
    result = []
    for index, (path, weight) in enumerate(zip(paths, weights, strict=True)):
        part = max(1, round(lines * weight / sum(weights)))
        added = (
            sum(rng.random() < stored for _ in range(part)) if part < 40 else round(part * stored)
        )
        change = "MODIFIED"
        if index and kind in ("feature", "test", "experiment") and rng.random() < 0.35:
            added, change = part, "ADDED"
        elif index and kind == "refactor" and rng.random() < 0.25:
            change = rng.choice(("RENAMED", "RENAMED", "DELETED"))
            added = 0 if change == "DELETED" else added
        result.append((path, added, part - added, change))
    return result


def _paths(rng: Random, repo: Repo, folder: str, thing: str, kind: str) -> list[str]:
    slug = re.sub(r"[^a-z0-9]+", "-", thing.lower()).strip("-")
    if kind == "docs" or repo.name == "docs":
        return [
            f"{folder}/{slug}.md"
            if repo.name == "docs"
            else f"docs/{folder.split('/')[1]}/{slug}.md"
        ]
    if kind == "chore" and rng.random() < 0.6:
        return rng.sample(CONFIGURATION[repo.name], rng.randint(1, 2))
    tests = f"tests/{folder.split('/')[1]}"
    test = f"{tests}/{_test_file(thing, repo.suffix)}"
    if kind == "test":
        return [test, f"{tests}/fixtures.{repo.suffix}"] if rng.random() < 0.3 else [test]
    suffix = SUFFIXES.get(folder.split("/")[0], repo.suffix)
    rest_rows = [other for other in repo.areas[folder] if other != thing]
    wide = {"feature": 4, "refactor": 5, "experiment": 3}.get(kind, 2)
    more = rng.sample(rest_rows, min(rng.randrange(wide), len(rest_rows)))
    paths = [f"{folder}/{_file(name, suffix)}" for name in (thing, *more)]
    if rng.random() < 0.2:
        beside = rng.choice([area for area in repo.areas if area not in OPENED_LATER])
        suffix = SUFFIXES.get(beside.split("/")[0], repo.suffix)
        paths.append(f"{beside}/{_file(rng.choice(repo.areas[beside]), suffix)}")
    paths = list(dict.fromkeys(paths))
    return [*paths, test] if kind in ("feature", "fix") and rng.random() < 0.6 else paths


def _file(name: str, suffix: str) -> str:
    words = re.sub(r"[^A-Za-z0-9]+", " ", name).split()
    if suffix in ("tsx", "kt"):
        return "".join(word[0].upper() + word[1:] for word in words) + f".{suffix}"
    return "_".join(word.lower() for word in words) + f".{suffix}"


def _test_file(name: str, suffix: str) -> str:
    stem = _file(name, suffix).removesuffix(f".{suffix}")
    ways = {"tsx": f"{stem}.test.tsx", "kt": f"{stem}Test.kt", "go": f"{stem}_test.go"}
    return ways.get(suffix, f"test_{stem}.{suffix}")
