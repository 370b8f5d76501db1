"""The keys of a mapping file, each with its type: what is unknown or of the wrong kind is refused here."""

from __future__ import annotations

import codecs
import re
import zoneinfo
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, create_model
from pydantic import Field as Entry

from callstats.errors import near_names
from callstats.model import STATES, TABLES
from callstats.sources.base import Unit
from callstats.sources.rows import KEPT_HOW
from callstats.sources.status_entries import Strict
from callstats.sources.time_formats import check_format

Texts = Annotated[tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)]
Formats = Annotated[Texts, AfterValidator(lambda forms: tuple(check_format(form) for form in forms))]


def _delimiter(text: str) -> str:
    named = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "space": " ", "pipe": "|"}.get(
        text, text
    )
    if len(named) > 1:
        raise ValueError(f"a delimiter is one character, not {text!r}")
    return named


def _encoding(text: str) -> str:
    try:
        return codecs.lookup(text).name if text else ""
    except LookupError as error:
        raise ValueError(
            f"unknown encoding {text!r}; known are utf-8, utf-16, cp1252, cp1251, latin-1"
        ) from error


def _header(value: Any) -> int | None:
    if value in ("auto", None):
        return None
    if value == "none":
        return 0
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    raise ValueError('"auto", "none" or the number of a row from 1')


def _quote(text: str | None) -> str | None:
    if text is not None and len(text) > 1:
        raise ValueError(f"a quotation mark is one character, or none, not {text!r}")
    return text


def _country(text: str) -> str:
    regions = _countries()
    if text.upper() in regions or not text:
        return text.upper()
    near = near_names(text.upper(), sorted(regions))
    raise ValueError(
        f"unknown country {text!r}; give its two letters, such as FR"
        + (f" (near: {', '.join(near)})" if near else "")
    )


@cache
def _countries() -> frozenset[str]:
    import phonenumbers

    return frozenset(phonenumbers.SUPPORTED_REGIONS)


def check_zone(text: str) -> str:
    """Return the name of a time zone, checked; ``server`` is the zone given with the import."""
    if text != "server" and text not in zoneinfo.available_timezones():
        near = near_names(text, sorted(zoneinfo.available_timezones()))
        raise ValueError(
            f"unknown time zone {text!r}" + (f"; did you mean {' or '.join(near)}?" if near else "")
        )
    return text


class ColumnEntry(Strict):
    """How one column is got; the keys are those of :class:`~callstats.sources.base.Field`."""

    column: Texts = ()
    columns: Texts = ()
    by: Literal["direction", ""] = ""
    first: Literal["filled", "present", ""] = ""
    minus: str = ""
    filled: bool = False
    above: float | None = None
    constant: Annotated[
        str | None, BeforeValidator(lambda v: str(v) if isinstance(v, int | float) else v)
    ] = None
    template: str | None = None
    row_number: bool = False
    optional: bool = False
    type: Literal["text", "integer", "number", "flag", "instant", "date", "epoch", "money", "phone", ""] = ""
    format: Formats = ()
    unit: Unit = ""
    decimal: Literal[".", ","] | None = None
    thousands: str | None = None
    country: Annotated[str, AfterValidator(_country)] = ""
    values: dict[str, str] | None = None
    true: Texts | None = None
    false: Texts | None = None


class RepeatEntry(Strict):
    """One row stands for as many dials as the column ``count`` says."""

    count: str


class ConditionEntry(Strict):
    """Which rows are taken by one column."""

    words: Texts = ()
    above: float | None = None
    filled: bool | None = None


def _on(value: Any) -> Any:
    """Bring the ways of naming a key to pairs: a name, a list, or names that differ."""
    if isinstance(value, str):
        return ((value, value),)
    if isinstance(value, list):
        return tuple((name, name) for name in value)
    return tuple(value.items()) if isinstance(value, dict) else value


class JoinEntry(Strict):
    """Columns of a second file by key."""

    file: str
    on: Annotated[tuple[tuple[str, str], ...], BeforeValidator(_on)]


class LegsEntry(Strict):
    """Several rows are one call."""

    key: Texts
    first: str = ""
    keep: dict[str, Literal[KEPT_HOW]] = Entry(default_factory=dict)  # type: ignore[valid-type]
    best: Texts = ()


class WideEntry(Strict):
    """Agent time with a column a state."""

    states: dict[Literal[STATES], str]  # type: ignore[valid-type]
    unit: Unit = ""


AnyColumn = Annotated[ColumnEntry, BeforeValidator(lambda v: {"column": v} if isinstance(v, str) else v)]
AnyCondition = Annotated[
    ConditionEntry, BeforeValidator(lambda v: {"words": v} if isinstance(v, str | list) else v)
]


class TableEntry(Strict):
    """One canonical table: which files, which rows, which columns, which statuses."""

    file: str = ""
    where: dict[str, AnyCondition] = Entry(default_factory=dict)
    join: JoinEntry | None = None
    legs: LegsEntry | None = None
    wide: WideEntry | None = None
    columns: dict[str, AnyColumn] = Entry(default_factory=dict)
    attributes: dict[str, AnyColumn] = Entry(default_factory=dict)
    statuses: dict[str, Any] = Entry(default_factory=dict)
    repeat: RepeatEntry | None = None


class FileEntry(Strict):
    """How the files are written, where that is not found out."""

    encoding: Annotated[str, AfterValidator(_encoding)] = ""
    delimiter: Annotated[str, AfterValidator(_delimiter)] = ""
    quote: Annotated[str | None, AfterValidator(_quote)] = None
    header: Annotated[int | None, BeforeValidator(_header)] = None
    names: Texts = ()
    sheet: Texts = ()
    fill_down: Texts = ()
    decimal: Literal[".", ","] = "."
    thousands: str = ""


class ZoneEntry(Strict):
    """A time zone that each row names itself."""

    column: str


class _Mapping(Strict):
    name: str = ""
    title: str = ""
    time_zone: Annotated[str, AfterValidator(check_zone)] | ZoneEntry = "server"
    nulls: tuple[str, ...] = ()
    no_agent: Texts = ()
    handled_needs_agent: bool = False
    file: FileEntry = FileEntry()
    lacks: dict[str, str] = Entry(default_factory=dict)


_TABLES: Any = dict.fromkeys(TABLES, (TableEntry | None, None))
#: The whole file.
Content: Any = create_model("Content", __base__=_Mapping, **_TABLES)

#: The models that a place in the file is described by, from the last key backwards.
_MODELS: dict[str, type[BaseModel]] = {
    "file": FileEntry, "time_zone": ZoneEntry, "repeat": RepeatEntry, "join": JoinEntry, "legs": LegsEntry,
    "wide": WideEntry, "where": ConditionEntry, "columns": ColumnEntry, "attributes": ColumnEntry,
}  # fmt: skip


def known_keys(place: list[str]) -> list[str]:
    """Return the keys that are known where an unknown one stands.

    Examples
    --------
    >>> known_keys(["calls", "repeat", "times"])
    ['count']
    """
    if len(place) == 1:
        return list(Content.model_fields)
    for key in reversed(place[:-1]):
        if key in _MODELS:
            return list(_MODELS[key].model_fields)
    return list(TableEntry.model_fields)


def plain_message(text: str) -> str:
    """Return a message of pydantic as a sentence goes on."""
    text = re.sub(r"^Value error, ", "", text)
    return text[:1].lower() + text[1:]
