"""How a data set lies in a folder, and how the folder changes: whole or not at all.

The new data set is written beside the old one, as a folder of its own, and the two take each other's
place in one step (``folder_exchange``). A process may be killed at any moment: before the step there is
the old data set, from then on the new one, and whoever comes next takes away what is left beside it.

Where that cannot be done, new files are written aside. One small file, the order, is put in place by
a single renaming and says that they are complete; whoever comes next finishes what it names. Before the
order there is the old data set, from then on the new one.

The same holds when the power goes, since what is renamed is on the disk first, in this order:

1. each new file, then the folders that name it;
2. the order, its renaming, then the data set's folder: from here on the new data set counts;
3. the moves of the new files and the removal of old ones, then the folders they lie in;
4. the removal of the order, then the folder.

Where the data set is new, or takes the place of the old one, its whole folder is renamed at once,
after 1, and then the folder around it is put on the disk.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import Any

from callstats.dataset.folder_exchange import bring_along, can_be_exchanged, exchange, keep, like
from callstats.errors import InputError, UsageError
from callstats.model import STATED, TABLES

CALLS = "calls"
#: Where calls lie whose local time is unknown.
UNDATED = "undated"
#: The month a call lies in, in SQL.
MONTH = f"coalesce(strftime(local_started_at, '%Y-%m'), '{UNDATED}')"
#: The same as a number, which is faster to group by and to put in order: months since 1970.
MONTH_NUMBER = "date_diff('month', DATE '1970-01-01', local_started_at)"
#: Rows of a row group: always as many, so that the same rows are the same bytes.
GROUP = 131_072
#: Where a row of a long export came from, until all parts are there: the number of its file, and its row.
FILE, ROW = "_file", "_row"

_COMMIT = ".complete"
_WRITING = ".writing-"


def month_name(number: int | None) -> str:
    """Return the month that a number stands for.

    Examples
    --------
    >>> month_name(680), month_name(None)
    ('2026-09', 'undated')
    """
    return UNDATED if number is None else f"{1970 + number // 12}-{number % 12 + 1:02d}"


def call_files(folder: Path) -> list[Path]:
    """Return the files of the calls: one a month, or the one that earlier versions wrote."""
    months = sorted((folder / CALLS).glob("*.parquet"))
    whole = folder / f"{CALLS}.parquet"
    return months or ([whole] if whole.exists() else [])


def table_files(folder: Path, name: str) -> list[Path]:
    """Return the files of a table, none where the folder has no such table."""
    if name == CALLS:
        return call_files(folder)
    file = folder / f"{name}.parquet"
    return [file] if file.exists() else []


def is_data_set(folder: Path) -> bool:
    """Tell whether a folder is what an import or a save wrote."""
    return (folder / "dataset.json").exists() and bool(call_files(folder))


def data_files(folder: Path) -> list[str]:
    """Return the names of the files that are the data set's; the project file is the user's."""
    names = ["dataset.json", "rejects.parquet", *(f"{name}.parquet" for name in TABLES)]
    months = [f"{CALLS}/{file.name}" for file in sorted((folder / CALLS).glob("*.parquet"))]
    return [*(name for name in names if (folder / name).exists()), *months]


def in_order(name: str, columns: Iterable[str]) -> list[str]:
    """Return a table's columns as the model has them, then the others by name."""
    found = list(columns)
    known = [column for column in TABLES[name].names if column in found]
    hidden = sorted(c for c in found if c.startswith(STATED))
    return [*known, *sorted(set(found) - set(known) - set(hidden)), *hidden]


def check_target(folder: Path) -> None:
    """Refuse to write where something stands that is no data set.

    Raises
    ------
    UsageError
    """
    if folder.is_dir():
        foreign = [f for f in folder.iterdir() if not f.name.startswith((_WRITING, ".lock", _COMMIT))]
        if not foreign or is_data_set(folder):
            return
    if folder.exists():
        raise UsageError(f"{folder} is there already and is no data set", hint="Name another folder.")


def write_json(content: Any, file: Path) -> None:
    """Write plain data as people read it, in one order."""
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, default=str)
    file.write_text(text + "\n", encoding="utf-8")


class Staging:
    """A place beside a data set where its next state is written.

    Attributes
    ----------
    target, place : Path
        The data set's folder, and where its new files are written under the names they will have.
    inside : bool
        Files are moved into the folder one by one. Otherwise the place becomes the folder.
    done : bool
        The new data set is in place.
    """

    def __init__(self, target: Path) -> None:
        self.target, self.is_new, self.done = target, not target.is_dir(), False
        self.inside = not self.is_new and not can_be_exchanged(target, data_files(target), CALLS)
        where = target if self.inside else target.parent
        prefix = _WRITING if self.inside else f".{target.name}{_WRITING}"
        self.place = Path(tempfile.mkdtemp(prefix=prefix, dir=where))
        self.scratch = self.place / ".scratch"
        self.scratch.mkdir()

    def file(self, name: str) -> Path:
        """Return where to write a file of the data set."""
        file = self.place / name
        file.parent.mkdir(exist_ok=True)
        return file

    def commit(self, gone: Iterable[str] = ()) -> None:
        """Put the new files in place of the old, and take away those that are gone."""
        gone = sorted(gone)
        shutil.rmtree(self.scratch)
        self.place.chmod(0o755)  # mkdtemp shuts others out
        _sync(*self.place.rglob("*"), self.place)
        if self.is_new:
            self.place.replace(self.target)
            _sync(self.target.parent)
        elif self.inside or not self._exchanged(gone):
            self._ordered(gone)

    def _exchanged(self, gone: list[str]) -> bool:
        """Let the new folder and the old one take each other's place, or tell that they cannot."""
        given: list[Path] = []
        try:
            given = keep(self.target, self.place, gone, CALLS)
            like(self.target, self.place)
            _sync(*(f for f in (self.place / CALLS, self.place) if f.is_dir()))
            exchange(self.place, self.target)
        except OSError:
            self._move_inside()
            return False
        self.done = True
        _sync(self.target.parent)
        bring_along(self.place, self.target, given)
        shutil.rmtree(self.place, ignore_errors=True)
        return True

    def _move_inside(self) -> None:
        """Go on in the folder: what is there already is not moved."""
        for file in [f for f in self.place.rglob("*") if f.is_symlink() or f.is_file()]:
            old = self.target / file.relative_to(self.place)
            if os.path.lexists(old) and os.path.samestat(old.lstat(), file.lstat()):
                file.unlink()
        self.inside = True
        within = Path(tempfile.mkdtemp(prefix=_WRITING, dir=self.target))
        self.place = self.place.rename(within)

    def _ordered(self, gone: list[str]) -> None:
        """Order the new files to be moved into the folder, and move them."""
        order = self.place / _COMMIT
        write_json({"place": self.place.name, "gone": gone}, order)
        _sync(order, self.place, self.target)
        order.replace(self.target / _COMMIT)
        _sync(self.target)
        _finish(self.target)

    def leave(self) -> None:
        """Take away what was written."""
        shutil.rmtree(self.place, ignore_errors=True)


def _sync(*paths: Path) -> None:
    """Put files, and what folders name, on the disk before anything that comes after."""
    for path in paths:
        folder = path.is_dir()
        if folder and os.name == "nt":  # names are put on the disk with their files there
            continue
        handle = os.open(path, os.O_RDONLY if folder else os.O_RDWR)
        try:
            os.fsync(handle)
        except OSError as error:
            if not (folder and error.errno in (errno.EINVAL, errno.ENOTSUP)):  # a share may not know how
                raise
        finally:
            os.close(handle)


@contextmanager
def staging(target: Path) -> Iterator[Staging]:
    """Write the next state of a data set; where that fails, nothing has changed.

    Raises
    ------
    InputError
        The system refuses to write: the disk is full, say.
    """
    place = None
    try:
        place = Staging(target)
        yield place
    except BaseException as error:
        complete = (target / _COMMIT).exists()
        done = place is not None and place.done
        if place is not None and not complete:
            place.leave()
        if (refusal := _refusal(error)) is not None:
            if done:
                raise InputError(
                    f"the new data are in place, but the disk does not confirm it ({refusal})", file=target,
                    hint="Look after the disk, and import again to be sure.",
                ) from error  # fmt: skip
            if complete:
                raise InputError(
                    f"the new data are written but cannot be put in place ({refusal})", file=target,
                    hint="Set that right: the next command that opens the folder puts them in place.",
                ) from error  # fmt: skip
            raise InputError(
                f"cannot be written ({refusal}); what was there is as it was", file=target,
                hint="Make room or choose another folder, and import again.",
            ) from error  # fmt: skip
        raise


#: What DuckDB says of a file it cannot make sense of, not of one it cannot write.
_READING = re.compile("(?i)decompress|snappy|corrupt|magic bytes|too small to be")


def _refusal(error: BaseException) -> str | None:
    """Return the system's reason where it would not write."""
    import duckdb

    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException):
        said = str(error).splitlines()[0]
        return None if _READING.search(said) else said
    return None


def real_folder(folder: str | Path) -> Path:
    """Return the folder that a path leads to: a link to it stays a link.

    Raises
    ------
    UsageError
        It is a link that leads back to itself.
    """
    try:
        return Path(folder).resolve()
    except (OSError, RuntimeError) as error:
        raise UsageError(
            f"{folder} is a link that leads back to itself", hint="Name the folder itself."
        ) from error


def finish(folder: Path) -> None:
    """Finish what a process that was killed had completed, and sweep what it left, before anything is read.

    Raises
    ------
    InputError
        The folder may not be written by this user.
    """
    folder = real_folder(folder)
    if not (folder / _COMMIT).exists():
        _sweep(folder)
        return
    try:
        with _held(_take(folder, None)):
            clear(folder)
    except OSError as error:
        raise InputError(
            f"an import was cut off and cannot be finished ({error.strerror})", file=folder,
            hint="Open it once as the user who imports.",
        ) from error  # fmt: skip


def _sweep(folder: Path) -> None:
    """Take away what a killed process left, unless another one is at work or we may not."""
    if _left(folder) or (folder.parent / _lock_name(folder)).exists():
        with suppress(OSError), _held(_take(folder, None, wait=False)):
            clear(folder)


def _finish(folder: Path) -> None:
    """Move the new files into a folder; done again, it does what is left."""
    order = folder / _COMMIT
    if not order.exists():
        return
    told = _order(order)
    place = folder / told["place"]
    for file in sorted(file for file in place.rglob("*") if file.is_file()):
        goal = folder / file.relative_to(place)
        goal.parent.mkdir(exist_ok=True)
        _move(file, goal)
    for name in told["gone"]:
        (folder / name).unlink(missing_ok=True)
    with suppress(OSError):  # there are months in it, or it never was
        (folder / CALLS).rmdir()
    _sync(*(f for f in (folder / CALLS, folder) if f.is_dir()))
    order.unlink()
    _sync(folder)
    shutil.rmtree(place, ignore_errors=True)


def _move(file: Path, goal: Path) -> None:
    """Move a file; where its goal is a link, or lies on another disk, to where that leads."""
    goal = goal.resolve() if goal.is_symlink() else goal
    try:
        file.replace(goal)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        aside = goal.with_name(f"{_WRITING}{goal.name}")
        shutil.copyfile(file, aside)
        _sync(aside)
        aside.replace(goal)
        file.unlink()


def _order(order: Path) -> dict[str, Any]:
    """Read what is to be put in place; names that lead out of the folder are none of ours.

    Raises
    ------
    InputError
        It is damaged: the new data are there, but which of the old ones go is not known.
    """
    try:
        told = json.loads(order.read_text(encoding="utf-8"))
        names = [told["place"], *told["gone"]]
        if all(isinstance(n, str) and n and not {"", "..", "\0"} & {*n.split("/"), *n} for n in names):
            return {"place": str(told["place"]), "gone": list(told["gone"])}
    except (ValueError, RecursionError, KeyError, TypeError):
        pass
    raise InputError(
        "the note of an import that was cut off is damaged", file=order,
        hint="Take the folder from a backup, or import everything again into another folder.",
    )  # fmt: skip


@contextmanager
def locked(target: Path, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Let one process at a time change a data set; a second one waits until the first is done.

    The lock is the system's: it ends with the process that holds it, however that ends.

    Parameters
    ----------
    target : Path
        The data set's folder, which need not be there yet.
    on_wait : callable, optional
        Called when somebody else holds the lock, before waiting.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        taken = _take(target, on_wait)
    except OSError as error:
        raise InputError(
            f"cannot be written ({error.strerror}); what was there is as it was", file=target,
            hint="Choose another folder, or ask for the right to write there.",
        ) from error  # fmt: skip
    with _held(taken):
        yield


@contextmanager
def _held(taken: tuple[Path, int]) -> Iterator[None]:
    path, handle = taken
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        os.close(handle)


def _lock_name(target: Path) -> str:
    return f".{target.name}.lock"


def _take(target: Path, on_wait: Callable[[], None] | None, *, wait: bool = True) -> tuple[Path, int]:
    beside = target.parent / _lock_name(target)
    while True:
        in_it = target.is_dir() and not os.access(target.parent, os.W_OK)
        path = target / ".lock" if in_it else beside
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o666)
        try:
            _lock(handle, on_wait, wait=wait)
        except OSError:
            os.close(handle)
            raise
        with suppress(OSError):  # its last holder took the file away: another one is the lock now
            if os.path.samestat(os.fstat(handle), path.stat()):
                return path, handle
        os.close(handle)


def _lock(handle: int, on_wait: Callable[[], None] | None, *, wait: bool) -> None:
    try:
        import fcntl
    except ImportError:  # not a Unix
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if not wait:
            raise
        if on_wait is not None:
            on_wait()
        fcntl.flock(handle, fcntl.LOCK_EX)


def clear(target: Path) -> None:
    """Finish or take away what killed processes left; for the holder of the lock alone."""
    _finish(target)
    for place in _left(target):
        shutil.rmtree(place, ignore_errors=True)


def _left(target: Path) -> list[Path]:
    return [*target.glob(f"{_WRITING}*"), *target.parent.glob(f".{escape(target.name)}{_WRITING}*")]
