"""Report file names that are safe for any campaign name, and files that are complete or absent."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import secrets
import shutil
import tempfile
import time
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

_LONGEST = 60
_RESERVED = frozenset({"con", "prn", "aux", "nul"}) | {
    f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)
}


def slug(text: str) -> str:
    """Return a name for a file or folder: letters, digits, hyphen, underscore, inner dots.

    If anything had to be changed, a short hash of the original is added, so that
    different names give different files even on case-insensitive systems.

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


def period_folder(out: Path, period: str | None, audience: str = "internal") -> Path:
    """Return the folder of a period's reports; a client's never lie among those of the house.

    Examples
    --------
    >>> period_folder(Path("reports"), "2026-09", "client").name, period_folder(Path("reports"), None).name
    ('2026-09-client', 'all')
    """
    name = slug(period) if period else "all"
    return out / (name if audience == "internal" else f"{name}-{audience}")


def stem(report: str, chosen: Iterable[str], language: str = "en") -> str:
    """Return the file name of a report, without its extension.

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
    """Write the files of a report to a folder, each completely or not at all.

    All are written to a temporary folder first and moved only when the last one is
    complete. Two runs that write the same report do not collide, as each has its own
    temporary folder. The next run removes what killed runs left behind.

    Parameters
    ----------
    folder : Path
        Created if missing.
    contents : mapping of str to bytes
        File name -> content, in the order in which they are moved.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sweep(folder)
    with _aside(folder, next(iter(contents))) as waiting:
        for name, content in contents.items():
            with (waiting / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for name in contents:
            (waiting / name).replace(folder / name)
    return {name: folder / name for name in contents}


def sweep(folder: Path) -> None:
    """Remove the temporary files that dead runs left in a folder."""
    for left in folder.glob(".*.part"):
        if left.is_dir() and not left.is_symlink() and _is_left(left):
            shutil.rmtree(left, ignore_errors=True)


#: Prefix of a kernel's temporary folder; the process that started the kernel follows.
KERNEL_FOLDER = "callstats-kernel-"


def remove_kernel_folders(owner: int | None = None) -> None:
    """Remove the folders of kernels whose process was killed: of one process, or of all dead ones."""
    for folder in Path(tempfile.gettempdir()).glob(f"{KERNEL_FOLDER}*-*"):
        pid = folder.name.removeprefix(KERNEL_FOLDER).partition("-")[0]
        if pid.isdecimal() and (int(pid) == owner or (os.name == "posix" and not _is_running(int(pid)))):
            shutil.rmtree(folder, ignore_errors=True)


#: This process's temporary folders, to distinguish leftovers of an earlier one with the same number.
_OURS: set[str] = set()
_ABANDONED_S = 86_400.0


@contextmanager
def _aside(folder: Path, name: str) -> Iterator[Path]:
    waiting = folder / f".{Path(name).stem}.{_host()}-{os.getpid()}-{secrets.token_hex(4)}.part"
    _OURS.add(waiting.name)
    try:
        waiting.mkdir()
        yield waiting
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
        _OURS.discard(waiting.name)


def _is_left(waiting: Path) -> bool:
    """Return whether the run behind a temporary folder is over: its process is gone, or it is a day old."""
    match = _WRITER.search(waiting.name)
    if match is None:
        return True
    if match["host"] == _host() and os.name == "posix":
        pid = int(match["pid"])
        return waiting.name not in _OURS if pid == os.getpid() else not _is_running(pid)
    try:
        return time.time() - waiting.stat().st_mtime > _ABANDONED_S
    except OSError:  # its run has just removed it
        return False


_WRITER = re.compile(r"\.(?P<host>[0-9a-f]{8})-(?P<pid>[0-9]+)-[0-9a-f]{8}\.part$")


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)  # only a query; outside POSIX it would end the process
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


@cache
def _host() -> str:
    """Return a tag for this machine: on a shared disk, process numbers are not unique."""
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]
