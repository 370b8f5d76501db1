"""Write a file whole or not at all, and never over what a user wrote."""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

from callstats.config import Config, parse
from callstats.errors import CallstatsError, UsageError

#: What an import writes down of its data.
_LEFT = ("currency", "time_zone", "language")


def write_whole(text: str, file: Path, *, over: bool = False) -> Path | None:
    """Write a text as a file.

    A file that says nothing the text does not say too, as an import leaves it, is replaced.

    Parameters
    ----------
    text : str
    file : Path
        In a folder that exists.
    over : bool
        Replace a file that is there, and keep it under a name with ``.1.bak``, the first that is free.

    Returns
    -------
    Path or None
        Where the file that was there is kept.

    Raises
    ------
    UsageError
        The file exists and is not to be replaced, or it cannot be written.
    """
    try:
        real = file.resolve()  # a link goes on pointing to the file
        with _written_beside(text, real) as new:
            kept = _put(new, text, real, file, over=over)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror or error}") from error
    return None if kept is None else file.with_name(kept.name)


@contextmanager
def _written_beside(text: str, file: Path) -> Iterator[Path]:
    """Write the text to a file of no name yet, on the disk before it gets one."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        Path(name).chmod(0o666 & ~_umask())
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _put(new: Path, text: str, file: Path, named: Path, *, over: bool) -> Path | None:
    if _linked(new, file):
        return None
    if file.is_dir():
        raise UsageError(f"{named} is a folder", hint="Name a file: --to callstats.toml.")
    if _says_no_more(file, text):
        new.replace(file)
        return None
    if not over:
        raise UsageError(
            f"{named} exists already",
            hint="--replace writes one that decides the same, and keeps it as a .bak file; --to - prints.",
        )
    kept = _kept(file)
    new.replace(file)
    return kept


def _says_no_more(file: Path, text: str) -> bool:
    """Tell whether a file says only what an import leaves, without a remark, and the text says it too."""
    there = file.read_bytes().decode("utf-8", "replace")
    try:
        before, after = (parse(tomllib.loads(said)) for said in (there, text))
    except (tomllib.TOMLDecodeError, CallstatsError):
        return False
    left = {key: getattr(after, key) for key in _LEFT}
    return "#" not in there and before == replace(Config(), **left)


def _kept(file: Path) -> Path:
    """Give a file a second name that was free."""
    for number in count(1):
        kept = file.with_name(f"{file.name}.{number}.bak")
        if _linked(file, kept):
            return kept
    raise AssertionError  # pragma: no cover - the count never ends


def _linked(file: Path, name: Path) -> bool:
    """Give a file a second name, if no other has it, also one that appeared just now."""
    try:
        os.link(file, name)
    except FileExistsError:
        return False
    except OSError:  # a file system without second names
        try:
            with name.open("xb") as opened:
                opened.write(file.read_bytes())
        except FileExistsError:
            return False
    return True
