"""Names and files of reports: safe whatever a campaign is called, and whole or not there."""

from __future__ import annotations

import hashlib
import os
import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_LONGEST = 60
_RESERVED = frozenset({"con", "prn", "aux", "nul"}) | {
    f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)
}


def slug(text: str) -> str:
    """Return a name for a file or folder: letters, digits, hyphen, underscore, inner dots.

    Whatever is changed on the way leaves a short hash of the original behind, so two
    names that differ stay two files, also where capitals do not count.

    Examples
    --------
    >>> slug("spring"), slug("2026-09")
    ('spring', '2026-09')
    >>> slug("../../etc/passwd")
    'etc-passwd-3754d6'
    """
    kept = "".join(
        char if char.isalnum() or char in "-_." else "-"
        for char in unicodedata.normalize("NFC", text.lower())
    )
    while ".." in kept or "--" in kept:
        kept = kept.replace("..", "-").replace("--", "-")
    kept = kept.strip("-.")
    short = kept.encode()[:_LONGEST].decode(errors="ignore").strip("-.")
    if short.split(".")[0] in _RESERVED:
        short = short.replace(".", "-")
    elif short == text != "":
        return short
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{short}-{mark}" if short else mark


def stem(report: str, chosen: Iterable[str], language: str = "en") -> str:
    """Return the file name of a report, without its ending.

    Examples
    --------
    >>> stem("campaign_report", ["spring"], "fr")
    'campaign_report-spring-fr'
    """
    parts = [slug(report), *(slug(value) for value in chosen if value)]
    if language != "en":
        parts.append(slug(language))
    return "-".join(parts)


def write_all(folder: Path, contents: Mapping[str, bytes]) -> dict[str, Path]:
    """Write files of a report side by side, each whole or not at all.

    All are written aside first; only when the last one is complete do they take their
    places. What a killed run left aside is removed by the next run of the same report.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    contents : mapping of str to bytes
        File name -> content, in the order in which they take their places.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _aside(folder, next(iter(contents))) as waiting:
        for name, content in contents.items():
            with (waiting / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for name in contents:
            (waiting / name).replace(folder / name)
    return {name: folder / name for name in contents}


@contextmanager
def _aside(folder: Path, name: str) -> Iterator[Path]:
    waiting = folder / f".{Path(name).stem}.part"
    shutil.rmtree(waiting, ignore_errors=True)
    waiting.mkdir()
    try:
        yield waiting
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
