"""Newest names of accounts and labels in the documents of the ledger.

A document contains the names of the day on which it was read. If an account or label was renamed
since, a copy with the newest names takes its place for the time of the build.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import duckdb
import pandas as pd

from queries.sql_files import ROOT

#: documents that are held in memory at a time
BATCH = 5_000
COLUMNS = ["host", "kind", "repo_id", "number", "node"]


def rename_documents(db: duckdb.DuckDBPyConnection) -> None:
    """Fill ``input_renamed_documents`` with a copy of each document that has an old name."""
    db.execute((ROOT / "inputs" / "names.sql").read_text(encoding="utf-8"))
    by_host: dict[str, dict[str, tuple[str, bool]]] = {}
    names = db.execute("select host, node_id, name, is_deleted from input_newest_names").fetchall()
    for host, node_id, name, is_deleted in names:
        by_host.setdefault(host, {})[node_id] = (name, is_deleted)
    (count,) = db.execute("select count(*) from input_old_documents").fetchall()[0]
    for first in range(0, count, BATCH):
        documents = db.execute(
            "from input_old_documents where rowid >= ? and rowid < ?", [first, first + BATCH]
        ).fetchall()
        renamed = [
            (*key, json.dumps(with_names(json.loads(node), by_host[key[0]])))
            for *key, node in documents
        ]
        db.register("renamed_frame", pd.DataFrame(renamed, columns=COLUMNS))
        db.execute("insert into input_renamed_documents from renamed_frame")
    db.execute("drop table input_old_documents")


def with_names(value: Any, names: Mapping[str, tuple[str, bool]]) -> Any:
    """Return a part of a document with the newest names, without deleted labels in lists of labels.

    The event of a deleted label keeps it: the label was set or removed on that day.
    """
    if isinstance(value, list):
        return [with_names(item, names) for item in value if not _is_deleted_label(item, names)]
    if not isinstance(value, dict):
        return value
    result = {key: with_names(item, names) for key, item in value.items()}
    name, _ = names.get(result.get("id", ""), (None, False))
    if name is not None:
        result["login" if "login" in result else "name"] = name
    return result


def _is_deleted_label(item: Any, names: Mapping[str, tuple[str, bool]]) -> bool:
    """Return whether an item of a list is a label that GitHub has no more."""
    if not isinstance(item, dict) or item.keys() != {"name", "id"}:
        return False
    return names.get(item["id"], ("", False))[1]
