"""What was handed over: files, folders, patterns and archives, down to the single files in them.

Nothing is passed over without a word: what is no file, what cannot be opened and
what lies too deep is named by an error or, beside other files, as not read.
"""

from __future__ import annotations

import glob
import gzip
import os
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from callstats.errors import InputError, near_names

#: Files that systems leave beside their exports.
_LEFT_BEHIND = re.compile(r"(\..*|~\$.*|Thumbs\.db|desktop\.ini|__MACOSX/.*)", re.IGNORECASE)
#: Archives that are workbooks, by what they hold.
_WORKBOOKS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")


@dataclass(frozen=True, slots=True)
class Found:
    """One file to read.

    Attributes
    ----------
    path : Path
        Where it can be read.
    name : str
        What it is called: ``archive.zip/calls.csv`` in an archive.
    alone : bool
        It was named itself; else it was found in a folder, a pattern or an archive.
    """

    path: Path
    name: str
    alone: bool

    @property
    def stem(self) -> str:
        """The name without folders and endings, as tables are named."""
        return re.sub(r"(\.[A-Za-z]\w{1,6})+$", "", self.name.rsplit("/", 1)[-1])


def expand(files: Iterable[str | Path], scratch: Path) -> list[Found]:
    """Return the single files of what was given.

    Parameters
    ----------
    files : iterable of paths
        Files, folders, patterns such as ``calls-*.csv``; archives (.zip, .gz) are unpacked.
    scratch : Path
        A folder for what is unpacked.

    Raises
    ------
    InputError
        There is no such file, it is no regular one, or an archive is damaged.
    """
    found = [single for given in files for single in _expanded(Path(given), scratch)]
    if not found:
        raise InputError("no file was given", hint="Name the export, or the folder that holds it.")
    return found


def _expanded(given: Path, scratch: Path) -> Iterator[Found]:
    if given.is_dir():
        inside = [path for path in sorted(given.iterdir()) if not _LEFT_BEHIND.fullmatch(path.name)]
        files = [path for path in inside if path.is_file()]
        if not files:
            raise InputError(
                "a folder without files", file=given.name, hint="Give the export, or its folder."
            )
        for path in files:
            yield from _unpacked(path, shown_name(path), scratch, alone=False)
    elif given.is_file():
        yield from _unpacked(given, shown_name(given), scratch, alone=True)
    elif given.exists():
        raise InputError(
            "no regular file", file=given.name, hint="Write the export to a file first, and give its name."
        )
    elif matching := _matching(given):
        for path in matching:
            yield from _unpacked(path, shown_name(path), scratch, alone=False)
    elif given.is_symlink():
        raise InputError("a link that leads to no file", file=shown_name(given), hint="Give the file itself.")
    else:
        siblings = [item.name for item in given.parent.iterdir()] if given.parent.is_dir() else []
        raise InputError("no such file", file=given.name, near=near_names(given.name, siblings))


def shown_name(path: Path) -> str:
    r"""Return a file's name as it is told and stored: bytes of it that are no text are spelt out.

    Examples
    --------
    >>> import os
    >>> shown_name(Path(os.fsdecode(b"caf\xe9.csv")))
    'caf\\xe9.csv'
    """
    return os.fsencode(path.name).decode("utf-8", "backslashreplace")


def _matching(given: Path) -> list[Path]:
    if not glob.has_magic(str(given)):
        return []
    return [path for path in sorted(given.parent.glob(given.name)) if path.is_file()]


def _unpacked(path: Path, name: str, scratch: Path, *, alone: bool) -> Iterator[Found]:
    try:
        with path.open("rb") as stream:
            start = stream.read(4)
        if start[:2] == b"\x1f\x8b":
            yield from _from_gzip(path, name, scratch, alone=alone)
        elif start == b"PK\x03\x04" and not _is_workbook(path):
            yield from _from_zip(path, name, scratch)
        else:
            yield Found(path, name, alone)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", file=name) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"a damaged archive: {error}", file=name, hint="Download it again.") from error


def _is_workbook(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        return not set(_WORKBOOKS).isdisjoint(archive.namelist())


def _from_gzip(path: Path, name: str, scratch: Path, *, alone: bool) -> Iterator[Found]:
    inner = re.sub(r"\.gz$", "", name, flags=re.IGNORECASE)
    target = _fresh(scratch, inner)
    with gzip.open(path, "rb") as packed, target.open("wb") as unpacked:
        shutil.copyfileobj(packed, unpacked)
    yield Found(target, inner if inner != name else name, alone)


def _from_zip(path: Path, name: str, scratch: Path) -> Iterator[Found]:
    with zipfile.ZipFile(path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not _LEFT_BEHIND.fullmatch(m.filename)]
        if not members:
            raise InputError("an archive without files", file=name, hint="Download it again.")
        for member in members:
            target = _fresh(scratch, member.filename)
            with archive.open(member) as packed, target.open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked)
            yield from _unpacked(target, f"{name}/{member.filename}", scratch, alone=False)


def _fresh(scratch: Path, name: str) -> Path:
    """Return a path of our own: a member's name says nothing of where it is unpacked."""
    ending = re.search(r"(\.\w{1,8})?$", name)
    handle = tempfile.NamedTemporaryFile(dir=scratch, suffix=ending[0] if ending else "", delete=False)  # noqa: SIM115
    handle.close()
    return Path(handle.name)
