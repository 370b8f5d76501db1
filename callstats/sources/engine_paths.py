"""Files as DuckDB and Arrow are told of them: each by its own name, never as a pattern or an address.

DuckDB takes a path for a pattern (``a[bc]``, ``*``, ``?``), for columns (``list=7/calls.parquet``
adds a column ``list``) or for an address (``s3://…``). A folder may bear any of these names, so
every path goes through here: absolute, its marks escaped, and without columns from its folders.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from callstats.errors import InputError

_MARKS = re.compile(r"[*?\[]")
#: Links to folders whose names DuckDB cannot be told, by what they lead to: as long as the process lives,
#: since rows are read when they are asked for.
_LINKS: dict[str, str] = {}


def engine_path(path: str | Path) -> str:
    r"""Return the absolute path of a file in a form that DuckDB opens.

    A name that it cannot be told, with a backslash or bytes that are no UTF-8, is reached through
    a link of its own in the folder for temporary files.

    Raises
    ------
    InputError
        Such a link cannot be made.

    Examples
    --------
    >>> engine_path("/data/a[bc]/calls.parquet")
    '/data/a[bc]/calls.parquet'
    """
    whole = Path.cwd() / path
    if os.name == "nt" or _can_be_told(str(whole)):
        return str(whole)
    name = whole.name if _can_be_told(whole.name) else "file" + _ending(whole.name)
    return f"{_linked(whole, name)}/{name}"


def _can_be_told(text: str) -> bool:
    """Tell whether DuckDB takes a name as it is: a backslash divides folders there."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\\" not in text


def _ending(name: str) -> str:
    found = re.search(r"\.\w{1,8}$", name, re.ASCII)
    return found[0] if found else ""


def _linked(whole: Path, name: str) -> str:
    """Return a folder in which ``name`` is the file: a link to its folder, or one with a link to the file."""
    leads_to = str(whole.parent if name == whole.name else whole)
    if leads_to not in _LINKS:
        try:
            place = tempfile.mkdtemp(prefix="callstats-link-")
            atexit.register(_remove, place, os.getpid())
            link = Path(place) / ("folder" if name == whole.name else name)
            link.symlink_to(leads_to)
        except OSError as error:
            raise InputError(
                f"a name that DuckDB cannot be told ({error.strerror})", file=whole,
                hint="Rename the folder, to letters and figures.",
            ) from error  # fmt: skip
        _LINKS[leads_to] = str(link if name == whole.name else link.parent)
    return _LINKS[leads_to]


def _remove(place: str, process: int) -> None:
    if os.getpid() == process:  # a fork that ends leaves what its parent uses
        shutil.rmtree(place, ignore_errors=True)


def engine_pattern(path: str | Path) -> str:
    """Return the path of a file where DuckDB expects a pattern: one that this file alone matches.

    Examples
    --------
    >>> engine_pattern("/data/a[bc]/calls.parquet")
    '/data/a[[]bc]/calls.parquet'
    """
    return _MARKS.sub(r"[\g<0>]", engine_path(path))


def engine_text(text: str) -> str:
    """Quote a text for a statement of DuckDB that takes no parameters.

    Examples
    --------
    >>> engine_text("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def parquet_rows(files: Iterable[str | Path], *, filename: bool = False) -> str:
    """Return what stands after ``FROM`` for the rows of Parquet files, and of no others.

    Parameters
    ----------
    files : iterable of paths
        Their columns are joined by name.
    filename : bool
        With a column ``filename``: the file as :func:`engine_path` returns it.

    Examples
    --------
    >>> parquet_rows(["/data/it's/a*.parquet"])
    "read_parquet(['/data/it''s/a[*].parquet'], union_by_name=true, hive_partitioning=false)"
    """
    listed = ", ".join(engine_text(engine_pattern(file)) for file in files)
    more = ", filename=true" if filename else ""
    return f"read_parquet([{listed}], union_by_name=true, hive_partitioning=false{more})"
