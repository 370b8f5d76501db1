"""The checksum of a data set, by which two reports are known to be of the same data."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

#: What a process tells those it starts, so that not every report of a month reads all the data to know them.
KNOWN = "CALLSTATS_FINGERPRINT"
#: How long ago files must have been changed for their times to tell them from what they become.
_AT_REST_NS = 2_000_000_000


def fingerprint(data: str | Path) -> str:
    """Return the SHA-256 of a file, or of the names and checksums of a folder's tables and settings.

    Rows that were left out are in no figure, and may be for their owner alone: they do not count.
    Files are read again only if their sizes or times of change are others than before.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "calls.parquet").write_bytes(b"1")
    ...     before = fingerprint(folder)
    ...     _ = Path(folder, "calls.parquet").write_bytes(b"2")
    ...     before == fingerprint(folder)
    False
    """
    path = Path(data).resolve()
    state = _state(path)
    if state is None:
        return _read(path)
    told = json.loads(os.environ.get(KNOWN) or "[]")
    return told[2] if told[:2] == [str(path), state] else _remembered(path, state)


def to_be_known(data: str | Path) -> str:
    """Return what :data:`KNOWN` has to be for another process to know the fingerprint of some data."""
    path = Path(data).resolve()
    state = _state(path)
    return "" if state is None else json.dumps([str(path), state, fingerprint(path)])


def _state(path: Path) -> str | None:
    """Return the names, sizes and times of change of the files that count; None while they are being written.

    A second change within one tick of the file system's clock would leave size and time as they are.
    """
    files = [path] if path.is_file() else _files(path)
    about = [(file.relative_to(path.parent).as_posix(), file.stat()) for file in files]
    if any(time.time_ns() - told.st_mtime_ns < _AT_REST_NS for _, told in about):
        return None
    return _sum(f"{name} {told.st_size} {told.st_mtime_ns}\n" for name, told in about)


@lru_cache(maxsize=16)
def _remembered(path: Path, state: str) -> str:  # noqa: ARG001 - what tells one state from another
    return _read(path)


def _read(path: Path) -> str:
    if path.is_file():
        return _hash(path)
    return _sum(f"{file.relative_to(path).as_posix()} {_hash(file)}\n" for file in _files(path))


def _sum(lines: Iterable[str]) -> str:
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _files(folder: Path) -> Iterable[Path]:
    own = sorted(f for f in folder.iterdir() if f.suffix in {".parquet", ".toml"} and f.stem != "rejects")
    return [*own, *sorted((folder / "calls").glob("*.parquet"))]


def _hash(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
