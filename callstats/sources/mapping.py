"""Mapping files: a TOML file that describes an export in the terms sources use.

The file is checked once, here, and compiled to a :class:`~callstats.sources.base.Source`;
from then on the export is read like any dialer's. ``docs/sources.md`` shows how to
write one.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from callstats.bounds import check_settings
from callstats.errors import InputError, near_names
from callstats.model import TABLES
from callstats.sources.base import NULLS, Field, Join, Layout, Legs, Repeat, RowCondition, Source, TextOptions
from callstats.sources.mapping_entries import (
    ColumnEntry,
    Content,
    FileEntry,
    TableEntry,
    known_keys,
    plain_message,
)
from callstats.sources.matching import REST
from callstats.sources.status_entries import outcomes_of


def load(path: str | Path) -> Source:
    """Read a mapping file.

    Raises
    ------
    InputError
        The file is missing or not TOML, a key or a column is unknown or of the
        wrong kind, or a table lacks something it requires.
    """
    file = Path(path)
    if file.exists() and not file.is_file():  # a pipe is waited for without end, a device has none
        raise InputError("no regular file", file=file.name, hint="Give a mapping, a file of TOML.")
    check_settings(file)
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise InputError("no such mapping file", file=file.name) from error
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", file=file.name) from error
    except RecursionError as error:
        raise InputError("not a TOML file: nested too deeply", file=file.name) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"not a TOML file: {error}", file=file.name) from error
    except ValueError as error:
        raise InputError("not a TOML file: a number in it has too many digits", file=file.name) from error
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
        checked: Any = Content.model_validate(content)
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
        statuses=outcomes_of(checked.calls.statuses if checked.calls else {}, "calls.statuses", file),
        time_zone=zone if isinstance(zone, str) else f"column:{zone.column}",
        no_agent=checked.no_agent,
        handled_needs_agent=checked.handled_needs_agent,
        text=_options(checked.file, file),
        nulls=(*NULLS, *checked.nulls),
        lacks=checked.lacks,
        choose=False,
    )


def _options(entry: FileEntry, file: str) -> TextOptions:
    if (entry.header == 0) != bool(entry.names):
        raise InputError(
            'header = "none" and names belong together', file=file,
            hint="names lists the columns of a file without a header, in their order.",
        )  # fmt: skip
    return TextOptions(
        entry.encoding, entry.delimiter, entry.quote, () if entry.sheet == (REST,) else entry.sheet,
        header=entry.header, names=entry.names, fill_down=entry.fill_down,
    )  # fmt: skip


def _complaint(error: ValidationError, file: str) -> InputError:
    first = error.errors()[0]
    place = [str(part) for part in first["loc"] if not _is_of_pydantic(str(part))]
    if first["type"] == "extra_forbidden":
        known = known_keys(place)
        return InputError(
            f"unknown key {'.'.join(place)!r}", file=file,
            near=near_names(place[-1], known), hint=f"Known here: {', '.join(known)}.",
        )  # fmt: skip
    return InputError(f"key {'.'.join(place)!r}: {plain_message(first['msg'])}", file=file)


def _is_of_pydantic(part: str) -> bool:
    """Tell the names that pydantic puts into a place from the keys of the file."""
    return part in ("str", "ZoneEntry") or part.startswith("function-")


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
    _check_rows(name, table, file)
    fields += _defaults(name, table, file)
    if table.repeat:
        fields.append(Field("_repeat", (table.repeat.count,), "integer", required=True))
    return Layout(
        name, name, tuple(fields), files=table.file,
        repeat=Repeat(table.repeat.count) if table.repeat else None,
        where=tuple(RowCondition(c, e.words, e.above, e.filled) for c, e in table.where.items()),
        join=Join(table.join.file, table.join.on) if table.join else None,
        legs=Legs(table.legs.key, table.legs.first, table.legs.keep, table.legs.best) if table.legs else None,
        states=dict(table.wide.states) if table.wide else {},
        state_unit=table.wide.unit if table.wide else "",
    )  # fmt: skip


def _check_rows(name: str, table: TableEntry, file: str) -> None:
    for key, home in (("repeat", "calls"), ("legs", "calls"), ("statuses", "calls"), ("wide", "agent_time")):
        if getattr(table, key) and name != home:
            raise InputError(f"[{name}.{key}]: it belongs to {home} alone", file=file)
    if table.legs:
        for column in table.legs.keep:
            if column not in TABLES["calls"].names:
                near = near_names(column, TABLES["calls"].names)
                raise InputError(f"calls.legs.keep: calls has no column {column!r}", file=file, near=near)
    for column, entry in table.where.items():
        if not entry.words and entry.above is None and entry.filled is None:
            raise InputError(
                f"{name}.where.{column} says nothing", file=file,
                hint='Give texts, { above = 0 } or { filled = true }.',
            )  # fmt: skip


def _defaults(name: str, table: TableEntry, file: str) -> list[Field]:
    """Return defaults for what a table requires and the export may omit."""
    model = TABLES[name]
    given = set(table.columns) | ({"state", "seconds"} if table.wide else set())
    usual = {
        "call_id": Field("call_id", row_number=True),
        "direction": Field("direction", constant="outbound"),
        "case_id": Field("case_id", row_number=True),
    }
    times = {"calls": ["started_at"], "agent_time": ["start"]}
    lacking = [column for column in (*model.required, *times.get(name, [])) if column not in given]
    missing = [column for column in lacking if column not in usual]
    if missing:
        raise InputError(
            f"[{name}.columns] says nothing of {missing[0]}", file=file,
            hint=f"{missing[0]} is {model[missing[0]].meaning}; {name} cannot do without it.",
        )  # fmt: skip
    if table.statuses and "outcome_code" not in given:
        raise InputError(f"[{name}.statuses] needs outcome_code in [{name}.columns]", file=file)
    return [usual[column] for column in lacking]


def _field(table: str, to: str, entry: ColumnEntry, options: FileEntry, file: str) -> Field:
    columns = entry.column or entry.columns
    ways = [bool(columns), entry.constant is not None, entry.template is not None, entry.row_number]
    if sum(ways) != 1 or (entry.column and entry.columns):
        raise InputError(
            f"{table}.{to} needs one of column, constant, template, row_number, columns", file=file,
            hint=f'For example: {to} = "name of the column".',
        )  # fmt: skip
    _check_rules(table, to, entry, columns, file)
    return Field(
        to, columns, entry.type, not entry.optional, entry.constant, entry.template, entry.row_number,
        entry.format, entry.unit, entry.decimal or options.decimal, entry.values, entry.true, entry.false,
        pick="direction" if entry.by else ("filled" if entry.first == "filled" else ""),
        minus=entry.minus, filled=entry.filled, above=entry.above, country=entry.country,
        thousands=options.thousands if entry.thousands is None else entry.thousands,
    )  # fmt: skip


def _check_rules(table: str, to: str, entry: ColumnEntry, columns: tuple[str, ...], file: str) -> None:
    def refuse(what: str, hint: str = "") -> None:
        raise InputError(f"{table}.{to}: {what}", file=file, hint=hint)

    if entry.by and (len(columns) != 2 or table != "calls"):
        refuse(
            'by = "direction" takes two columns',
            'columns = ["Called", "Caller"]: of outbound, of inbound calls.',
        )
    is_flag = (TABLES[table][to].type if to in TABLES[table].names else entry.type) == "flag"
    if (entry.filled or entry.above is not None) and not is_flag:
        refuse(
            "filled and above make a flag, and it is none",
            "Use them for connected, live, handled and the like.",
        )
    if entry.minus and entry.template is not None:
        refuse("minus takes one column off another, not off a template")
    if entry.country and entry.type != "phone":
        refuse('country belongs to type = "phone"')
