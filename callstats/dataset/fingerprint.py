"""The checksum of a data set, by which two reports are known to be of the same data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def fingerprint(data: str | Path) -> str:
    """Return the SHA-256 of a file, or of the names and checksums of a folder's tables and settings.

    Rows that were left out are in no figure, and may be for their owner alone: they do not count.

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
    path = Path(data)
    if path.is_file():
        return _hash(path)
    lines = (f"{file.relative_to(path).as_posix()} {_hash(file)}\n" for file in _files(path))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _files(folder: Path) -> Iterable[Path]:
    own = sorted(f for f in folder.iterdir() if f.suffix in {".parquet", ".toml"} and f.stem != "rejects")
    return [*own, *sorted((folder / "calls").glob("*.parquet"))]


def _hash(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
