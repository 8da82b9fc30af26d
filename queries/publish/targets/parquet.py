"""Target of the kind ``parquet``: a folder a snapshot, and a manifest that is replaced last.

A reader opens ``manifest.json``, which names the folder and its tables. A folder stays for a day
after the manifest names another one, so that a reader who has begun can end.
"""

from __future__ import annotations

import json
import re
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from pyarrow import fs

from queries.publish.targets.target import (
    PublishedTable,
    TargetError,
    opened,
    published_tables,
    snapshot_id,
)
from queries.read.snapshot import ID, ID_TIME
from queries.statistics.estimates import literal

RETENTION = timedelta(days=1)
PREFIX = "snapshot="
#: folders of ours; those of other systems can begin alike
SNAPSHOT = re.compile(PREFIX + ID)
MANIFEST = "manifest.json"
#: bytes of uncompressed rows that are encoded at once; without it, long texts exceed the memory
ROW_GROUP = "16MB"


class ParquetTarget:
    """A folder on disk or in an object store that pyarrow knows (``s3://``, ``gs://``)."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    @property
    def name(self) -> str:
        """Name in messages: the address or the absolute folder."""
        return self.folder if "://" in self.folder else str(Path(self.folder).absolute())

    def write(self, published: Path) -> int:
        """Write the tables as Parquet, then the manifest; return the number of rows."""
        try:
            with tempfile.TemporaryDirectory(prefix="headway-parquet-") as temporary:
                return self._write(published, Path(temporary))
        except (OSError, duckdb.Error) as error:
            text = " ".join(str(error).split())
            raise TargetError(f"{self.name}: {text}; check the address and who may write") from None

    def _write(self, published: Path, work: Path) -> int:
        store, root = self._store()
        with opened(published) as db:
            name = f"{PREFIX}{snapshot_id(db)}"
            tables = published_tables(db)
            rows = {table.name: _export(db, table, work / table.name) for table in tables}
            manifest = _manifest(name, tables, rows)
        store.create_dir(root, recursive=True)
        fs.copy_files(str(work), f"{root}/{name}", fs.LocalFileSystem(), store)
        older = _older(_read_manifest(store, root), name)
        _replace_manifest(store, root, manifest | {"older": older})
        _remove_old(store, root, {name, *(item["folder"] for item in older)})
        return sum(rows.values())

    def _store(self) -> tuple[fs.FileSystem, str]:
        """Return the file system and the path within it."""
        if "://" not in self.folder:
            return fs.LocalFileSystem(), self.name
        try:
            store, root = fs.FileSystem.from_uri(self.folder)
        except ValueError as error:
            raise OSError(str(error)) from None
        return store, root.rstrip("/")


def _read_manifest(store: fs.FileSystem, root: str) -> dict[str, Any]:
    """Return the manifest of before; empty where there is none that can be read."""
    try:
        with store.open_input_stream(f"{root}/{MANIFEST}") as stream:
            return dict(json.loads(stream.read()))
    except (FileNotFoundError, TypeError, ValueError):
        return {}


def _older(previous: dict[str, Any], name: str) -> list[dict[str, str]]:
    """Return the folders that stay, each with the time when another one replaced it."""
    now = datetime.now(UTC)
    items = [*previous.get("older", ())]
    if previous.get("folder", name) != name:
        items.append({"folder": previous["folder"], "replaced_at": now.isoformat()})
    return [item for item in items if datetime.fromisoformat(item["replaced_at"]) > now - RETENTION]


def _replace_manifest(store: fs.FileSystem, root: str, manifest: dict[str, Any]) -> None:
    """Write the manifest beside the old one and move it; an object store replaces it whole."""
    text = json.dumps(manifest, indent=1).encode()
    is_local = isinstance(store, fs.LocalFileSystem)
    path = f"{root}/.{MANIFEST}.part" if is_local else f"{root}/{MANIFEST}"
    with store.open_output_stream(path) as stream:
        stream.write(text)
    if is_local:
        Path(path).replace(f"{root}/{MANIFEST}")


def _remove_old(store: fs.FileSystem, root: str, current: set[str]) -> None:
    """Remove folders of ours that do not stay, and what interrupted runs left a day ago."""
    limit = datetime.now(UTC) - RETENTION
    for item in store.get_file_info(fs.FileSelector(root)):
        match = SNAPSHOT.fullmatch(item.base_name)
        if item.type != fs.FileType.Directory or not match or item.base_name in current:
            continue
        if datetime.strptime(match[1], ID_TIME).replace(tzinfo=UTC) < limit:
            store.delete_dir(item.path)


def _export(db: duckdb.DuckDBPyConnection, table: PublishedTable, folder: Path) -> int:
    """Write a table into a folder and return the number of rows."""
    folder.mkdir()
    path = literal(str(folder / "part-0.parquet"))
    statement = (
        f"copy {table.name} to {path} "
        f"(format parquet, compression zstd, row_group_size_bytes '{ROW_GROUP}')"
    )
    ((count,),) = db.execute(statement).fetchall()
    return int(count)


def _manifest(name: str, tables: list[PublishedTable], rows: dict[str, int]) -> dict[str, Any]:
    """Return what the manifest says of a snapshot."""
    return {
        "folder": name,
        "tables": [
            {
                "name": table.name,
                "path": f"{name}/{table.name}/part-0.parquet",
                "rows": rows[table.name],
                "comment": table.comment,
                "columns": [vars(column) for column in table.columns],
            }
            for table in tables
        ],
    }
