"""What an error of the system or of a library means to an analyst.

Files are read lazily and by several libraries, so that a damaged page of a Parquet file or a full
disk can come to light at any question. Wherever it does, the same sentence is made of it here.
Errors that only a fault of ours can raise (a statement the engine cannot parse, say) are not among
these: they are for us, not for the analyst.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from callstats.errors import CallstatsError, InputError, one_line


class _Meaning(NamedTuple):
    """A sentence, in which the library's own words may follow, and what to do."""

    found: str
    hint: str
    quoted: bool = True


_AGAIN = "If it is data of callstats, import it again; if it is an export, export or download it again."
_DAMAGED = _Meaning("the data are damaged", _AGAIN)
_BEYOND = _Meaning("a value is too large for its column", "Correct it in the export, and import it again.")
_MEMORY = _Meaning(
    "the memory does not suffice",
    "Ask for a shorter period or fewer columns, or close other programs.",
    False,
)

#: The nearest class of an error that is listed says what it means. By name, so that no library is
#: loaded for it.
_MEANINGS: Mapping[str, _Meaning] = {
    "_duckdb.OutOfMemoryException": _MEMORY,
    "_duckdb.ConversionException": _Meaning("a value is not of its column's type", _AGAIN),
    "_duckdb.OutOfRangeException": _BEYOND,
    "_duckdb.ConnectionException": _DAMAGED,
    "_duckdb.FatalException": _DAMAGED,
    "_duckdb.InternalException": _DAMAGED,
    "_duckdb.InvalidInputException": _DAMAGED,
    "_duckdb.NotImplementedException": _DAMAGED,  # an encoding that no writer has
    "_duckdb.SerializationException": _DAMAGED,
    "_duckdb.TypeMismatchException": _DAMAGED,
    "_duckdb.IOException": _Meaning("the data cannot be read or written", _AGAIN),
    "pyarrow.lib.ArrowMemoryError": _MEMORY,
    "pyarrow.lib.ArrowException": _DAMAGED,
    "sqlite3.DatabaseError": _DAMAGED,
    "polars.exceptions.ComputeError": _DAMAGED,
    "zipfile.BadZipFile": _DAMAGED,
    "zlib.error": _DAMAGED,
    "_lzma.LZMAError": _DAMAGED,
    "builtins.OverflowError": _BEYOND,
    "pandas.errors.OutOfBoundsTimedelta": _BEYOND,
    "builtins.EOFError": _Meaning("the data end too early", _AGAIN, False),
    "builtins.MemoryError": _MEMORY,
    "builtins.UnicodeDecodeError": _Meaning("a text is not in the encoding it should have", _AGAIN, False),
    "builtins.UnicodeEncodeError": _Meaning("a name is no text", "Rename it in plain letters.", False),
    "pandas.errors.OutOfBoundsDatetime": _BEYOND,
    "pandas._libs.tslibs.np_datetime.OutOfBoundsDatetime": _BEYOND,
}

#: DuckDB's own base class, raised as it is only for what its readers of files throw.
_BARE = "_duckdb.Error"

#: What to do where the system refuses.
_REFUSALS = {
    errno.EACCES: "Ask for the right to it, or choose another place.",
    errno.EPERM: "Ask for the right to it, or choose another place.",
    errno.EROFS: "Choose another place to write to.",
    errno.ENOSPC: "Make room, or choose another place.",
    errno.EDQUOT: "Make room, or choose another place.",
    errno.ENAMETOOLONG: "Choose a shorter name.",
    errno.EISDIR: "It is a folder: name a file.",
    errno.ENOTDIR: "A part of the path is a file, not a folder: choose another place.",
    errno.ENOENT: "Look at how it is written.",
    errno.EEXIST: "Something of that name is there: choose another.",
    errno.EMFILE: "Close other programs, or raise the limit of open files (ulimit -n).",
    errno.ENFILE: "Close other programs, or raise the limit of open files (ulimit -n).",
    errno.EIO: "The device may be broken: copy the file to another, and try again.",
    errno.ENXIO: "There is no such device: name a file.",
    errno.ENODEV: "There is no such device: name a file.",
    errno.ELOOP: "A link points to itself: name the file itself.",
}


def explained(error: BaseException, file: object = None) -> CallstatsError | None:
    """Return what a foreign error means to an analyst, None where it can only be a fault of ours.

    Parameters
    ----------
    error : BaseException
    file : optional
        What was being read or written, where the error does not say it.

    Examples
    --------
    >>> print(explained(PermissionError(13, "Permission denied", "calls.csv")))
    calls.csv: the system refuses: permission denied.
    Ask for the right to it, or choose another place.
    >>> explained(KeyError("call_id")) is None
    True
    """
    if isinstance(error, CallstatsError):
        return error
    if (meant := _meaning(error)) is not None:
        said = f"{meant.found}: {_words(error)}" if meant.quoted else meant.found
        return InputError(said, file=file, hint=meant.hint)
    if isinstance(error, OSError):
        return _refused(error, file)
    return None


def is_panic(error: BaseException) -> bool:
    """Tell the panic of a library in Rust, which is no ``Exception`` so that nobody passes over it."""
    return type(error).__name__ == "PanicException"


@contextmanager
def explaining(file: object = None) -> Iterator[None]:
    """Say what a foreign error means to an analyst, wherever one comes to light.

    Raises
    ------
    InputError
        The system or a library refuses to read or write.
    """
    try:
        yield
    except Exception as error:
        meant = explained(error, file)
        if meant is None or meant is error:
            raise
        raise meant from error


def _meaning(error: BaseException) -> _Meaning | None:
    if f"{type(error).__module__}.{type(error).__qualname__}" == _BARE:
        return _DAMAGED
    if isinstance(error, RuntimeError) and str(error).startswith("nanobind::"):
        return _DAMAGED._replace(quoted=False)  # DuckDB quotes bytes of the file that are no text
    names = (f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__)
    return next((_MEANINGS[name] for name in names if name in _MEANINGS), None)


def _refused(error: OSError, file: object) -> InputError:
    said = _words(error)
    hint = _REFUSALS.get(error.errno or 0, "Look at whether the disk and the file are sound.")
    named = error.filename if file is None else file
    if isinstance(named, bytes):
        named = named.decode("utf-8", "replace")
    return InputError(
        f"the system refuses: {said[:1].lower()}{said[1:]}",
        file=named if isinstance(named, str) or file is not None else None,
        hint=hint,
    )


def _words(error: BaseException) -> str:
    """Return the first line of what an error says, without what only its makers read."""
    told = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    first = next((line.strip() for line in str(told).splitlines() if line.strip()), type(error).__name__)
    plain = re.sub(r"^(INTERNAL|FATAL|IO|Invalid Input|Conversion|Out of Range|[A-Z]\w+) Error: ", "", first)
    plain = plain.rstrip(".")
    return one_line(plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]} …")


_LONGEST = 240
