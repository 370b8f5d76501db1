"""What a report is based on: the data, by hash, and the software versions that read them."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from callstats.dataset.fingerprint import fingerprint
from callstats.sources.content_shapes import note_to_keep

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
    told = dict(told or {})
    if "notes" in told:
        told["notes"] = [note_to_keep(str(note)) for note in told["notes"]]
    return {
        "data": shown,
        "sha256": fingerprint(data),
        "dataset": {key: told[key] for key in _KEPT if key in told},
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that compute the figures."""
    numbers = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            numbers[name] = version(name)
        except PackageNotFoundError:  # callstats itself, on the path without being installed
            continue
    return numbers
