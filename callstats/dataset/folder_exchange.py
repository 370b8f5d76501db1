"""Two folders that take each other's place in one step, where the system can do that.

Linux does it with ``renameat2`` and ``RENAME_EXCHANGE`` [1]_, macOS with ``renamex_np`` and ``RENAME_SWAP``;
some file systems refuse it. There is no moment at which a folder is missing or half of it is new, whoever
looks and whatever is killed.

References
----------
.. [1] rename(2), Linux Programmer's Manual, man7.org/linux/man-pages/man2/rename.2.html
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path
from stat import S_ISREG

_HERE = -100  # AT_FDCWD: paths are as they are given
_EXCHANGE = 2  # RENAME_EXCHANGE, and RENAME_SWAP on macOS


@cache
def _call() -> Callable[[bytes, bytes], int] | None:
    """Return the system's call, or None where it has none."""
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            swap = library.renamex_np
            swap.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_uint)
            return lambda one, other: swap(one, other, _EXCHANGE)
        rename = library.renameat2
    except (AttributeError, OSError, TypeError):
        return None
    rename.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    return lambda one, other: rename(_HERE, one, _HERE, other, _EXCHANGE)


def exchange(one: Path, other: Path) -> None:
    """Let two folders take each other's place.

    Raises
    ------
    OSError
        The system or its file system cannot; nothing has changed.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp())
    >>> for name in "ab":
    ...     (place / name).mkdir()
    ...     _ = (place / name / "file").write_text(name)
    >>> exchange(place / "a", place / "b")
    >>> (place / "a" / "file").read_text()
    'b'
    """
    call = _call()
    if call is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if call(os.fsencode(one), os.fsencode(other)):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(one), None, str(other))


def can_be_exchanged(folder: Path, data: Collection[str], within: str) -> bool:
    """Tell whether a folder may be put in place of a data set's, and lose nothing by it.

    Not where a folder of somebody else would change its owner, where this process stands in it, or where
    it holds what is no plain file: other folders, links in place of data files.

    Parameters
    ----------
    folder : Path
    data : collection of str
        The names of the data set's files, which are replaced.
    within : str
        The folder in it that is the data set's too.
    """
    if _call() is None:
        return False
    try:
        return _is_own(folder) and not _stands_in(folder) and _is_plain(folder, data, within)
    except OSError:
        return False


def _is_own(folder: Path) -> bool:
    found, around = folder.stat(), folder.parent.stat()
    alone = found.st_dev == around.st_dev and not os.path.ismount(folder)
    ours = os.geteuid() in (0, found.st_uid) and os.getegid() in (0, found.st_gid)
    return alone and ours and os.access(folder.parent, os.W_OK | os.X_OK)


def _stands_in(folder: Path) -> bool:
    here = Path.cwd()
    return folder == here or folder in here.parents


def _is_plain(folder: Path, data: Collection[str], within: str) -> bool:
    for entry in folder.iterdir():
        if entry.is_symlink():
            if entry.name in data or entry.name == within:
                return False
        elif entry.is_dir():
            if entry.name != within or not all(S_ISREG(inner.lstat().st_mode) for inner in entry.iterdir()):
                return False
        elif not S_ISREG(entry.lstat().st_mode):
            return False
    return True


def keep(folder: Path, place: Path, gone: Collection[str], within: str) -> list[Path]:
    """Give a new folder what it has not of the old: files under a second name, so that none is copied.

    Returns
    -------
    list of Path
        What was given, relative to the folder.

    Raises
    ------
    OSError
        The file system knows no second names.
    """
    given = []
    for entry in [*folder.iterdir(), *((folder / within).iterdir() if (folder / within).is_dir() else ())]:
        inner = entry.relative_to(folder)
        if inner == Path(within) or inner.as_posix() in gone or os.path.lexists(place / inner):
            continue
        (place / inner).parent.mkdir(exist_ok=True)
        os.link(entry, place / inner, follow_symlinks=False)
        given.append(inner)
    return given


def like(old: Path, new: Path) -> None:
    """Give a new folder the owner and the permissions of the old one."""
    import shutil

    shutil.copystat(old, new)
    found = old.stat()
    if os.geteuid() == 0:
        os.chown(new, found.st_uid, found.st_gid)


def bring_along(old: Path, new: Path, given: Collection[Path]) -> None:
    """Put in place what somebody saved in the old folder between its files' second names and the exchange."""
    for inner in given:
        there, here = old / inner, new / inner
        if os.path.lexists(there) and not os.path.samestat(there.lstat(), here.lstat()):
            there.replace(here)
