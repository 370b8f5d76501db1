"""Folders for what is unpacked, set aside or spilled; those that a killed process left are swept away.

Each is locked by its process for as long as that lives, however it ends. What bears such a name,
belongs to the same user and is locked by nobody was left by one that was killed.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # not a Unix
    fcntl = None

_LOCK = ".in-use"
_KINDS = ("import", "map", "data", "spill")
#: Where DuckDB puts what does not fit into memory, by process: one that was forked needs one of its own.
_SPILLS: dict[tuple[int, str, bool], Path] = {}
#: When each was made, as the file system has it.
_EMPTY: dict[Path, int] = {}
_HELD: dict[Path, int] = {}


def new_scratch(kind: str, within: str = "") -> Path:
    """Return a new folder that only this user can read, after sweeping those that were left.

    Parameters
    ----------
    kind : {"import", "map", "data", "spill"}
        A part of its name.
    within : str, optional
        The folder it is made in; that of temporary files if omitted.
    """
    sweep(within)
    folder = Path(tempfile.mkdtemp(prefix=f"callstats-{kind}-", dir=within or None))
    if fcntl is not None:
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _HELD[folder] = lock
    return folder


def remove(folder: Path) -> None:
    """Take a folder away."""
    shutil.rmtree(folder, ignore_errors=True)
    if (lock := _HELD.pop(folder, None)) is not None:
        with suppress(OSError):
            os.close(lock)


def remove_at_exit(folder: Path, process: int) -> None:
    """Take a folder away where the process that made it ends: a fork leaves what its parent uses."""
    if os.getpid() == process:
        remove(folder)


def spill_folder(within: str = "", *, watched: bool = False) -> str:
    """Return the folder for rows that do not fit into memory, which is made when it is first asked for.

    DuckDB writes them as anybody may read them, and leaves them where its process is killed.

    Parameters
    ----------
    within : str, optional
        The folder it is made in; that of temporary files if omitted.
    watched : bool
        Whether :func:`spilled` looks at it: a folder of its own.

    Examples
    --------
    >>> Path(spill_folder()).name.startswith("callstats-spill-")
    True
    """
    key = (os.getpid(), within, watched)
    if key not in _SPILLS or not _SPILLS[key].is_dir():
        _SPILLS[key] = new_scratch("spill", within)
        _EMPTY[_SPILLS[key]] = _SPILLS[key].stat().st_mtime_ns
        atexit.register(remove_at_exit, _SPILLS[key], key[0])
    return str(_SPILLS[key])


def spilled() -> bool:
    """Return whether rows that did not fit into memory were put into a watched folder of this process.

    DuckDB takes its files away as soon as it can; that they were there is told by the folder.
    """
    mine = [folder for (process, _, watched), folder in _SPILLS.items() if watched and process == os.getpid()]
    return any(folder.is_dir() and folder.stat().st_mtime_ns != _EMPTY[folder] for folder in mine)


@contextmanager
def scratch(kind: str) -> Iterator[Path]:
    """Have a folder, and take it away at the end."""
    folder = new_scratch(kind)
    try:
        yield folder
    finally:
        remove(folder)


def sweep(within: str = "") -> None:
    """Take away the folders of this user whose process is gone."""
    if fcntl is None:
        return
    with suppress(OSError):
        for kind in _KINDS:
            for folder in Path(within or tempfile.gettempdir()).glob(f"callstats-{kind}-*"):
                with suppress(OSError):
                    _sweep(folder)


def _sweep(folder: Path) -> None:
    assert fcntl is not None
    about = folder.lstat()
    if folder in _HELD or folder.is_symlink() or not folder.is_dir() or about.st_uid != os.getuid():
        return
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)  # one that is just being made has none yet
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # refused where its process lives
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)
