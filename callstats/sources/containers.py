"""What was handed over: files, folders, patterns and archives, down to the single files in them.

Nothing is passed over without a word: what is no file, what cannot be opened and
what lies too deep is named by an error or, beside other files, as not read.
"""

from __future__ import annotations

import glob
import gzip
import os
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from callstats import bounds
from callstats.errors import InputError, near_names

#: Files that systems leave beside their exports.
_LEFT_BEHIND = re.compile(r"(\..*|~\$.*|Thumbs\.db|desktop\.ini|__MACOSX/.*)", re.IGNORECASE)
#: Archives that are workbooks, by what they hold.
_WORKBOOKS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
#: Archives that are not opened, by their first bytes.
_OTHER_ARCHIVES = (
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\x04\x22\x4d\x18", "LZ4"),
)


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


def expand(files: Iterable[str | Path], scratch: Path, passed: dict[str, str] | None = None) -> list[Found]:
    """Return the single files of what was given.

    Parameters
    ----------
    files : iterable of paths
        Files, folders, patterns such as ``calls-*.csv``; archives (.zip, .gz) are unpacked.
    scratch : Path
        A folder for what is unpacked.
    passed : dict of str to str, optional
        What lies in a folder and is no file is added, with what it is.

    Raises
    ------
    InputError
        There is no such file, it is no regular one, or an archive is damaged or beyond the limits.
    """
    room = _Room(scratch, {} if passed is None else passed)
    found = [single for given in files for single in _expanded(Path(given), room)]
    if not found:
        raise InputError("no file was given", hint="Name the export, or the folder that holds it.")
    return found


class _Room:
    """What archives may become: of each not too many times its size, of all together what the disk holds."""

    def __init__(self, folder: Path, passed: dict[str, str]) -> None:
        self.folder, self.passed = folder, passed
        self._left = min(bounds.UNPACKED, bounds.free_for(folder))
        self._out = 0

    def unpack(self, packed: IO[bytes], ending_of: str, size: int, name: str) -> Path:
        """Write what comes out of an archive of some bytes; nothing stays of what is beyond the limits."""
        target = _fresh(self.folder, ending_of)
        most = max(bounds.UNPACKED_AT_EASE, bounds.PACKED_TIMES * size)
        out = 0
        with target.open("wb") as unpacked:
            while chunk := packed.read(1 << 20):
                out += len(chunk)
                self._out += len(chunk)
                if out > most or self._out > self._left:
                    unpacked.truncate(0)
                    raise _no_room(name) if self._out > self._left else _bomb(name, size)
                unpacked.write(chunk)
        return target


def _bomb(name: str, size: int) -> InputError:
    return InputError(
        f"an archive that becomes over {bounds.PACKED_TIMES} times as large ({bounds.amount(size)} packed)",
        file=name, hint="No export is so empty. Unpack it yourself if you know where it comes from.",
    )  # fmt: skip


def _no_room(name: str) -> InputError:
    return InputError(
        "an archive that becomes larger than the disk has room for", file=name,
        hint="Make room in the folder for temporary files (TMPDIR), or unpack it elsewhere.",
    )  # fmt: skip


def _expanded(given: Path, room: _Room) -> Iterator[Found]:
    if given.is_dir():
        inside = [path for path in sorted(given.iterdir()) if not _LEFT_BEHIND.fullmatch(path.name)]
        files = [path for path in inside if path.is_file()]
        room.passed |= {shown_name(path): _what(path) for path in inside if not path.is_file()}
        if not files:
            raise InputError(
                "a folder without files", file=given.name, hint="Give the export, or its folder."
            )
        for path in files:
            yield from _unpacked(path, shown_name(path), room, alone=False)
    elif given.is_file():
        yield from _unpacked(given, shown_name(given), room, alone=True)
    elif given.exists():
        raise InputError(
            "no regular file", file=given.name, hint="Write the export to a file first, and give its name."
        )
    elif matching := _matching(given):
        for path in matching:
            yield from _unpacked(path, shown_name(path), room, alone=False)
    elif given.is_symlink():
        raise InputError("a link that leads to no file", file=shown_name(given), hint="Give the file itself.")
    else:
        siblings = [item.name for item in given.parent.iterdir()] if given.parent.is_dir() else []
        raise InputError("no such file", file=given.name, near=near_names(given.name, siblings))


def _what(path: Path) -> str:
    """Say what is no file: nobody waits for a pipe, and nothing is read from a device."""
    if path.is_dir():
        return "it is a folder inside the folder: give it itself"
    return "it is no regular file" if path.exists() else "it is a link that leads to no file"


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


def _unpacked(path: Path, name: str, room: _Room, *, alone: bool, depth: int = 0) -> Iterator[Found]:
    try:
        with path.open("rb") as stream:
            start = stream.read(8)
        if start[:2] == b"\x1f\x8b":
            yield from _from_gzip(path, name, room, alone=alone, depth=depth)
        elif start[:4] == b"PK\x03\x04" and not _is_workbook(path):
            yield from _from_zip(path, name, room, depth)
        else:
            _check_known(start, name)
            yield Found(path, name, alone)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", file=name) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"a damaged archive: {error}", file=name, hint="Download it again.") from error


def _check_known(start: bytes, name: str) -> None:
    for magic, kind in _OTHER_ARCHIVES:
        if start.startswith(magic):
            raise InputError(
                f"an archive of {kind}, which is not opened", file=name,
                hint="Unpack it first, or pack it as .zip or .gz.",
            )  # fmt: skip


def _check_depth(name: str, depth: int) -> None:
    if depth >= bounds.DEPTH:
        raise InputError(
            f"archives within archives, over {bounds.DEPTH} deep", file=name,
            hint="Unpack it, and give the exports that are in it.",
        )  # fmt: skip


def _is_workbook(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        return not set(_WORKBOOKS).isdisjoint(archive.namelist())


def _from_gzip(path: Path, name: str, room: _Room, *, alone: bool, depth: int) -> Iterator[Found]:
    _check_depth(name, depth)
    inner = re.sub(r"\.gz$", "", name, flags=re.IGNORECASE)
    with gzip.open(path, "rb") as packed:
        target = room.unpack(packed, inner, path.stat().st_size, name)  # type: ignore[arg-type]
    yield from _unpacked(target, inner, room, alone=alone, depth=depth + 1)


def _from_zip(path: Path, name: str, room: _Room, depth: int) -> Iterator[Found]:
    _check_depth(name, depth)
    packed_size = path.stat().st_size
    with zipfile.ZipFile(path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not _LEFT_BEHIND.fullmatch(m.filename)]
        if not members:
            raise InputError("an archive without files", file=name, hint="Download it again.")
        if len(members) > bounds.MEMBERS:
            raise InputError(
                f"an archive of {len(members):,} files, and at most {bounds.MEMBERS:,} are unpacked",
                file=name,
                hint="Unpack it, and give the exports that are in it.",
            )  # fmt: skip
        for member in members:
            inner = f"{name}/{member.filename}"
            with archive.open(member) as packed:
                target = room.unpack(packed, member.filename, min(member.compress_size, packed_size), inner)
            yield from _unpacked(target, inner, room, alone=False, depth=depth + 1)


def _fresh(scratch: Path, name: str) -> Path:
    """Return a path of our own: a member's name says nothing of where it is unpacked."""
    ending = re.search(r"(\.\w{1,8})?$", name)
    handle = tempfile.NamedTemporaryFile(dir=scratch, suffix=ending[0] if ending else "", delete=False)  # noqa: SIM115
    handle.close()
    return Path(handle.name)
