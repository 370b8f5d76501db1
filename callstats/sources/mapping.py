"""Mapping files: a TOML file that describes an export in the terms sources use.

The file is checked once, here, and compiled to a :class:`~callstats.sources.base.Source`;
from then on the export is read like any dialer's. ``docs/sources.md`` shows how to
write one.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, create_model
from pydantic import Field as Entry

from callstats.errors import InputError, near_names
from callstats.model import TABLES
from callstats.sources.base import NULLS, Field, Layout, Repeat, Source, TextOptions, Unit
from callstats.sources.outcomes import FLAGS, OUTCOMES, Outcome

Texts = Annotated[tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnEntry(_Strict):
    """How one column is derived; the keys are those of :class:`~callstats.sources.base.Field`."""

    column: Texts = ()
    constant: str | None = None
    template: str | None = None
    row_number: bool = False
    optional: bool = False
    type: Literal["text", "integer", "number", "flag", "instant", "date", "epoch", ""] = ""
    format: Texts = ()
    unit: Unit = ""
    decimal: Literal[".", ","] | None = None
    values: dict[str, str] | None = None
    true: Texts | None = None
    false: Texts | None = None


class OutcomeEntry(_Strict):
    """The flags of a status that is none of the usual kinds."""

    connected: bool | None = None
    live: bool | None = None
    handled: bool | None = None
    abandoned: bool | None = None
    right_party: bool | None = None
    argued: bool | None = None
    success: bool | None = None
    closed: bool | None = None
    do_not_call: bool | None = None
    invalid_number: bool | None = None
    closed_reason: Literal["success", "refusal", "invalid", "do_not_call", "exhausted"] | None = None
    dialled: bool = True


class RepeatEntry(_Strict):
    """One row stands for as many dials as its column ``count`` says."""

    count: str


AnyColumn = Annotated[ColumnEntry, BeforeValidator(lambda v: {"column": v} if isinstance(v, str) else v)]


class TableEntry(_Strict):
    """One canonical table: which files, which columns, which statuses."""

    file: str = ""
    columns: dict[str, AnyColumn] = Entry(default_factory=dict)
    attributes: dict[str, AnyColumn] = Entry(default_factory=dict)
    statuses: dict[str, Any] = Entry(default_factory=dict)
    repeat: RepeatEntry | None = None


class FileEntry(_Strict):
    """How the files are written, where that is not inferred."""

    encoding: str = ""
    delimiter: str = ""
    quote: str | None = None
    sheet: str = ""
    decimal: Literal[".", ","] = "."


class ZoneEntry(_Strict):
    """A time zone that each row gives itself."""

    column: str


class _Mapping(_Strict):
    name: str = ""
    title: str = ""
    time_zone: str | ZoneEntry = "server"
    nulls: tuple[str, ...] = ()
    no_agent: Texts = ()
    handled_needs_agent: bool = False
    file: FileEntry = FileEntry()
    lacks: dict[str, str] = Entry(default_factory=dict)


_TABLES: Any = dict.fromkeys(TABLES, (TableEntry | None, None))
_Content: Any = create_model("_Content", __base__=_Mapping, **_TABLES)


def load(path: str | Path) -> Source:
    """Read a mapping file.

    Raises
    ------
    InputError
        The file is missing or not TOML, a key or a column is unknown or of the
        wrong kind, or a table lacks something it requires.
    """
    file = Path(path)
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError("no such mapping file", file=file.name) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"not a TOML file: {error}", file=file.name) from error
    return parse(content, file=file.name)


def parse(content: dict[str, Any], file: str = "mapping") -> Source:
    """Validate the content of a mapping file and compile it to a source.

    Examples
    --------
    >>> source = parse({"calls": {"columns": {"started_at": "when", "success": "sold"}}})
    >>> source.layouts[0].known
    ('when', 'sold')
    """
    try:
        checked: Any = _Content.model_validate(content)
    except ValidationError as error:
        raise _complaint(error, file) from error
    tables = {name: getattr(checked, name) for name in TABLES if getattr(checked, name) is not None}
    if not tables:
        raise InputError("no table is described", file=file, hint="Begin with [calls.columns].")
    zone = checked.time_zone
    return Source(
        name=checked.name or Path(file).stem,
        title=checked.title or f"the mapping {file}",
        layouts=tuple(_layout(name, table, checked.file, file) for name, table in tables.items()),
        statuses=_statuses(checked.calls.statuses if checked.calls else {}, file),
        time_zone=zone if isinstance(zone, str) else f"column:{zone.column}",
        no_agent=checked.no_agent,
        handled_needs_agent=checked.handled_needs_agent,
        text=TextOptions(
            checked.file.encoding, checked.file.delimiter, checked.file.quote, checked.file.sheet
        ),
        nulls=(*NULLS, *checked.nulls),
        lacks=checked.lacks,
        choose=False,
    )


def _complaint(error: ValidationError, file: str) -> InputError:
    first = error.errors()[0]
    place = [str(part) for part in first["loc"]]
    if first["type"] == "extra_forbidden":
        known = _known_keys(place)
        return InputError(
            f"unknown key {'.'.join(place)!r}", file=file,
            near=near_names(place[-1], known), hint=f"Known here: {', '.join(known)}.",
        )  # fmt: skip
    return InputError(f"key {'.'.join(place)!r}: {first['msg'].lower()}", file=file)


def _known_keys(place: list[str]) -> list[str]:
    if len(place) == 1:
        return list(_Content.model_fields)
    if place[0] == "file":
        return list(FileEntry.model_fields)
    if place[0] == "time_zone":
        return list(ZoneEntry.model_fields)
    if len(place) == 2:
        return list(TableEntry.model_fields)
    return list(RepeatEntry.model_fields if place[1] == "repeat" else ColumnEntry.model_fields)


def _layout(name: str, table: TableEntry, options: FileEntry, file: str) -> Layout:
    model = TABLES[name]
    for column in table.columns:
        if column not in model.names:
            raise InputError(
                f"{name} has no column {column!r}", file=file, near=near_names(column, model.names),
                hint=f"What describes a row besides them belongs in [{name}.attributes].",
            )  # fmt: skip
    fields = [_field(name, to, entry, options, file) for to, entry in table.columns.items()]
    for to, entry in table.attributes.items():
        if to in model.names:
            raise InputError(f"{to!r} is no attribute: it belongs in [{name}.columns]", file=file)
        fields.append(_field(name, to, entry, options, file))
    fields += _defaults(name, table, file)
    if table.repeat:
        if name != "calls":
            raise InputError(f"[{name}.repeat]: only calls are repeated", file=file)
        fields.append(Field("_repeat", (table.repeat.count,), "integer", required=True))
    return Layout(
        name, name, tuple(fields), files=table.file,
        repeat=Repeat(table.repeat.count) if table.repeat else None,
    )  # fmt: skip


def _defaults(name: str, table: TableEntry, file: str) -> list[Field]:
    """Return defaults for what a table requires and the export may omit."""
    model = TABLES[name]
    given = set(table.columns)
    usual = {
        "call_id": Field("call_id", row_number=True),
        "direction": Field("direction", constant="outbound"),
        "case_id": Field("case_id", row_number=True),
    }
    needed = [*model.required, *(["started_at"] if name == "calls" else [])]
    if name == "agent_time":
        needed.append("start")
    missing = [column for column in needed if column not in given and column not in usual]
    if missing:
        raise InputError(
            f"[{name}.columns] says nothing of {missing[0]}", file=file,
            hint=f"{missing[0]} is {model[missing[0]].meaning}; {name} cannot do without it.",
        )  # fmt: skip
    if table.statuses and "outcome_code" not in given:
        raise InputError(f"[{name}.statuses] needs outcome_code in [{name}.columns]", file=file)
    return [usual[column] for column in needed if column not in given and column in usual]


def _field(table: str, to: str, entry: ColumnEntry, options: FileEntry, file: str) -> Field:
    ways = [bool(entry.column), entry.constant is not None, entry.template is not None, entry.row_number]
    if sum(ways) != 1:
        raise InputError(
            f"{table}.{to} needs one of column, constant, template, row_number", file=file,
            hint=f'For example: {to} = "name of the column".',
        )  # fmt: skip
    return Field(
        to, entry.column, entry.type, not entry.optional, entry.constant, entry.template, entry.row_number,
        entry.format, entry.unit, entry.decimal or options.decimal, entry.values, entry.true, entry.false,
    )  # fmt: skip


def _statuses(entries: dict[str, Any], file: str) -> dict[str, Outcome]:
    """Compile statuses, each given as a kind of outcome or as flags."""
    outcomes = {}
    for code, entry in entries.items():
        if isinstance(entry, str):
            if entry not in OUTCOMES:
                raise InputError(
                    f"calls.statuses.{code}: unknown outcome {entry!r}", file=file,
                    near=near_names(entry, OUTCOMES), hint=f"Known: {', '.join(OUTCOMES)}.",
                )  # fmt: skip
            outcomes[code] = OUTCOMES[entry]
            continue
        try:
            flags = OutcomeEntry.model_validate(entry).model_dump()
        except ValidationError as error:
            key = str(error.errors()[0]["loc"][-1:] or "")
            raise InputError(
                f"calls.statuses.{code}: {error.errors()[0]['msg'].lower()}", file=file,
                near=near_names(key, FLAGS), hint=f"Flags: {', '.join(FLAGS)}, closed_reason, dialled.",
            ) from error  # fmt: skip
        outcomes[code] = Outcome(**flags)
    return outcomes
