"""Whether a place can be written to, asked before hours are spent on what goes there."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from callstats.errors import UsageError, one_line
from callstats.library_errors import explained


def check_folder(folder: Path) -> None:
    """Refuse a folder that cannot be written to, or cannot be made.

    Nothing of the trial stays. A disk that fills up later is another matter.

    Raises
    ------
    UsageError
        Something that is no folder stands there or above it, or the system refuses.
    """
    with _told(folder):
        there = _nearest(folder)
        if not there.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        _try(there, "" if there == folder else folder.name)


def check_file(file: Path) -> None:
    """Refuse a file that cannot be written.

    Raises
    ------
    UsageError
        It is a folder, its folder is not there, or the system refuses.
    """
    with _told(file):
        kind = _kind(file)
        if kind is not None and stat.S_ISDIR(kind):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if kind is None:
            _try(file.parent, file.name)
        elif not os.access(file, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        elif stat.S_ISREG(kind):
            with file.open("ab"):
                pass


@contextmanager
def _told(place: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a NUL in a name
        meant = explained(error)
        said = str(error) if meant is None else meant.found
        hint = "Choose another place." if meant is None else meant.hint
        raise UsageError(f"{one_line(str(place))} cannot be written: {said}", hint=hint) from error


def _kind(path: Path) -> int | None:
    """Return the mode of what stands at a path, None where nothing does."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _nearest(folder: Path) -> Path:
    """Return the folder, or the lowest one above it that is there."""
    for place in (folder, *folder.absolute().parents):
        if _kind(place) is not None:
            return place
    return folder


def _try(folder: Path, name: str) -> None:
    """Make a folder beside what will come, under the name that it has while it is written."""
    try:
        trial = tempfile.mkdtemp(prefix=f".{name}.writing-", dir=folder)
    except FileNotFoundError as error:
        if folder.is_dir():  # of a system that takes no files, such as /proc
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES)) from error
        raise
    with suppress(FileNotFoundError):  # another import has tidied up
        Path(trial).rmdir()
