"""What a report is based on: the data, by hash, and the software versions that read them."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_PACKAGES = ("callstats", "duckdb", "pandas", "scipy", "statsmodels", "matplotlib", "typst")
_KEPT = ("source", "time_zone", "currency", "files", "rows", "rejected", "notes", "lacks")


def of(data: Path, shown: str, told: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the provenance of a report, without timestamps or paths of this machine.

    Parameters
    ----------
    data : Path
        The folder or file that was read.
    shown : str
        What to call it.
    told : dict, optional
        The data set's own provenance.
    """
    told = told or {}
    return {
        "data": shown,
        "sha256": fingerprint(data),
        "dataset": {key: told[key] for key in _KEPT if key in told},
        "versions": versions(),
    }


def fingerprint(data: Path) -> str:
    """Return the hash of a data set: of its file, or of the names and hashes of its files."""
    if data.is_file():
        return _hash(data)
    lines = (f"{file.relative_to(data).as_posix()} {_hash(file)}\n" for file in _inputs(data))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that compute the figures."""
    numbers = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            numbers[name] = version(name)
        except PackageNotFoundError:  # callstats itself, on the path without being installed
            continue
    return numbers


def _inputs(folder: Path) -> Iterable[Path]:
    own = sorted(file for file in folder.iterdir() if file.suffix in {".parquet", ".toml"})
    return [*own, *sorted((folder / "calls").glob("*.parquet"))]


def _hash(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
