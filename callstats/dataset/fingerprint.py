"""The checksum of a data set, by which two reports are known to be of the same data."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

#: What a process tells those it starts, so that not every report of a month reads all the data to know them.
KNOWN = "CALLSTATS_FINGERPRINT"


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
    told = json.loads(os.environ.get(KNOWN) or "[]")
    return told[2] if told[:2] == [str(path), state] else _fingerprint(path, state)


def to_be_known(data: str | Path) -> str:
    """Return what :data:`KNOWN` has to be for another process to know the fingerprint of some data."""
    path = Path(data).resolve()
    return json.dumps([str(path), _state(path), fingerprint(path)])


def _state(path: Path) -> str:
    """Return the names, sizes and times of change of the files that count."""
    files = [path] if path.is_file() else _files(path)
    about = ((file, file.stat()) for file in files)
    return _sum([f"{file.name} {told.st_size} {told.st_mtime_ns}\n" for file, told in about])


@lru_cache(maxsize=16)
def _fingerprint(path: Path, state: str) -> str:  # noqa: ARG001 - what tells one state from another
    if path.is_file():
        return _hash(path)
    return _sum([f"{file.relative_to(path).as_posix()} {_hash(file)}\n" for file in _files(path)])


def _sum(lines: Iterable[str]) -> str:
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _files(folder: Path) -> Iterable[Path]:
    own = sorted(f for f in folder.iterdir() if f.suffix in {".parquet", ".toml"} and f.stem != "rejects")
    return [*own, *sorted((folder / "calls").glob("*.parquet"))]


def _hash(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
