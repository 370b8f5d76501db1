"""A checksum of what a report has read, so that two reports can be told to stand on the same data."""

from __future__ import annotations

import hashlib
from pathlib import Path


def fingerprint(data: str | Path) -> str:
    """Return the SHA-256 of a file, or of the names and checksums of a folder's tables and settings.

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
    files = sorted(file for file in path.iterdir() if file.suffix in {".parquet", ".toml"})
    lines = (f"{file.name} {_hash(file)}\n" for file in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _hash(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
