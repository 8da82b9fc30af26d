"""Reading and writing of the user's text files."""

from __future__ import annotations

import contextlib
from pathlib import Path

from headway.config.errors import SettingsError


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file; raises SettingsError with its line, FileNotFoundError."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsError(f"{path}, line {line}: not UTF-8 text; save it as UTF-8") from None
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError(str(path)) from None
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read ({error.strerror}); check its permissions"
        ) from None


def write_whole(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file whole or not at all; raises OSError, which names the file.

    ``mode`` is that of a new file; a file that is there keeps its own.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.chmod(path.stat().st_mode & 0o777 if path.exists() else mode)
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from None
