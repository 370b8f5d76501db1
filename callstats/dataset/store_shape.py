"""The form of ``dataset.json``: read by many, so looked at once, where it is read."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Required

from typing_extensions import TypedDict  # pydantic takes that of typing from Python 3.12 on only

from callstats.errors import InputError

if TYPE_CHECKING:
    from pydantic import TypeAdapter


class StoredFile(TypedDict, total=False):
    """A file that was read."""

    name: str
    sha256: str
    rows: int


class StoredAccount(TypedDict, total=False):
    """What became of the rows of one table of a file."""

    file: Required[str]
    table: Required[str]
    rows: Required[int]
    unread_cells: Required[dict[str, int]]
    taken: int
    rejected: int
    merged: int
    again: int
    left_out: dict[str, int]


class _Said(TypedDict, total=False):
    """What an import says, and the whole of them."""

    source: str | None
    files: list[StoredFile]
    rows: dict[str, int]
    rejected: dict[str, int]
    notes: list[str]
    lacks: dict[str, str]
    unnamed: list[str]
    books: list[StoredAccount]
    time_zone: str | None
    currency: str | None
    dates: str
    begin: str
    end: str


class StoredImport(_Said, total=False):
    """One import into a data set, under a name that its files decide."""


class StoredData(_Said, total=False):
    """The whole of ``dataset.json``; what else stands in it is nobody's concern."""

    format: int
    imports: list[StoredImport]


@cache
def _form() -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(StoredData)


def checked(content: Any, file: object) -> dict[str, Any]:
    """Return the content of ``dataset.json`` if every part of it has the form that is relied upon.

    Raises
    ------
    InputError
        Names the first part that has not.

    Examples
    --------
    >>> checked({"format": 2, "rows": {"calls": 3}}, "dataset.json")["rows"]
    {'calls': 3}
    """
    from pydantic import ValidationError

    try:
        _form().validate_python(content, strict=True)
        fault = _unnamed(content)
    except (ValidationError, RecursionError) as error:
        fault = _fault(error)
    if fault:
        raise InputError(f"not what an import writes: {fault}", file=file, hint=AGAIN)
    return content


#: What to do about a damaged folder: the exports have all that is in it.
AGAIN = "Import the data again from their exports, with --replace, or take the folder from a backup."


def _unnamed(content: dict[str, Any]) -> str:
    for place, item in enumerate(content.get("imports", ())):
        if not isinstance(item.get("import"), str):
            return f"imports.{place} has no name"
        if any(not {"name", "sha256"} <= set(file) for file in item.get("files", ())):
            return f"imports.{place} has a file without name or sha256"
    return ""


def _fault(error: Exception) -> str:
    from pydantic import ValidationError

    if not isinstance(error, ValidationError):
        return "nested too deeply"
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"])) or "it"
    return f"{place}: {first['msg'].lower()}"
