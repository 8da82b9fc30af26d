"""Knowledge files of the demo company: instructions, owners and decisions in two repositories."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from collectors.knowledge.codeowners import read_rules
from collectors.knowledge.documents import FACTS_VERSION, read_facts
from collectors.knowledge.paths import classify
from collectors.ledger.store import Store
from headway.demo.company import DATA, HOST, REPOS, Json
from headway.demo.world import World

RULE = "- Follow the conventions of the {name}, because others rely on them.\n"
RECORD = """# {title}

Date: {day}

## Status

{status}

## Context

{context}

## Consequences

{consequences}
"""


def write_knowledge(world: World, store: Store) -> None:
    """Write knowledge files, their changes and owners; every repository has been read.

    They land around the rollout, so a company without its effects has none.
    """
    files, edits, owners = list[Json](), list[Json](), list[Json]()
    for row in DATA["knowledge"] if world.has_effects else ():
        weeks = [row["landed"], *row.get("edited", ())]
        times = [world.rollout + timedelta(weeks=week, days=1, hours=10) for week in weeks]
        times = [at for at in times if at < world.end]
        if not times:
            continue
        key = {"host": HOST, "repo_id": REPOS[row["repo"]].repo_id, "path": row["path"]}
        text = _text(row, times[0])
        versions = [hashlib.sha1(f"{key}{at}".encode()).hexdigest() for at in times]
        files.append(key | _file(row, text, versions[-1], world.end))
        edits += [
            key | {"commit": oid[::-1], "committed_at": at, "blob": oid}
            for oid, at in zip(versions, times, strict=True)
        ]
        if "owners" in row:
            rules = [rule.row for rule in read_rules(text)]
            owners.append(key | {"valid_from": times[0], "rules": rules})
    for table, rows in (
        ("github_knowledge_files", files),
        ("github_knowledge_edits", edits),
        ("github_codeowners", owners),
    ):
        store.delete(table, [{"host": HOST}])
        store.merge(table, rows)
    for repo in REPOS.values():
        state = {"tree": None, "facts": FACTS_VERSION}
        store.set_watermark("github", f"{HOST}/{repo.repo_id}", "knowledge", state)


def _text(row: Json, landed: datetime) -> str:
    """Return the text of a file: rules, owners, a decision, or the name of another file."""
    if "owners" in row:
        return "\n".join(f"{path} {owner}" for path, owner in row["owners"].items())
    if "title" in row:
        return RECORD.format(day=landed.date(), **row)
    if "names" in row:
        return f"@{row['names']}\n"
    rules: int = row["rules"]
    return RULE.format(name=row["path"].rpartition("/")[0] or row["repo"]) * rules


def _file(row: Json, text: str, oid: str, read_at: datetime) -> Json:
    file = classify(row["path"])
    assert file is not None
    return {
        "oid": oid,
        "kind": file.kind,
        "covers": file.covers,
        "is_link": False,
        "size": len(text),
        "facts": {} if "owners" in row else read_facts(file, row["path"], text),
        "deleted_at": None,
        "read_at": read_at,
    }
