"""Which tables of a database a source reads, by which layouts, and which of their columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from itertools import pairwise

from callstats.errors import InputError, near_names
from callstats.model import TABLES
from callstats.sources.base import Layout, Source
from callstats.sources.choosing import recognise
from callstats.sources.header import holds_all
from callstats.sources.raw import header_key, table_name
from callstats.sources.servers.addresses import Address
from callstats.sources.servers.sessions import Relation

#: Fields that name a call, by which its rows in several tables are kept together.
_NAMING = ("uniqueid", "linkedid", "callid", "call_id")


@dataclass(slots=True)
class Pick:
    """One table of a database that is read.

    Attributes
    ----------
    relation : Relation
    layouts : list of Layout
        What it is read by; none where it is only joined to another one.
    file : str
        What it is called, such as ``mysql://dialer/asterisk/vicidial_log``.
    columns : tuple of str
        The columns to ask for.
    naming : tuple of str
        Those that name a call, in each row the first one filled.
    hidden : tuple of str
        Those that are asked for only to tell its rows apart.
    notes : list of str
        To go with its next raw table.
    is_archive : bool
        Another table holds what is newer.
    told : list of str
        Every note there was.
    """

    relation: Relation
    layouts: list[Layout]
    file: str
    columns: tuple[str, ...] = ()
    naming: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    is_archive: bool = False
    told: list[str] = field(default_factory=list)

    def tell(self, note: str) -> None:
        """Add a note to the next raw table that is made of it, once."""
        if note not in self.told:
            self.told.append(note)
            self.notes.append(note)

    @property
    def row_key(self) -> str | None:
        """The column of numbers by which the database itself tells the rows apart."""
        key = self.relation.key
        return key[0] if len(key) == 1 and self.relation.columns[key[0]] != "local" else None

    @property
    def tables(self) -> set[str]:
        """The canonical and helper tables that it becomes."""
        return {layout.table for layout in self.layouts}

    def column(self, to: str) -> str | None:
        """Return the one column that a canonical column is read from as it is, or None."""
        for layout in self.layouts:
            for item in layout.fields:
                plain = not (item.template or item.pick or item.minus or item.values)
                if item.to == to and plain and item.type_in(layout.table) == "text":
                    return next((a for n in item.columns if (a := actual(self.relation, n))), None)
        return None


def actual(relation: Relation, name: str) -> str | None:
    """Return a column in the database's own spelling, whatever its case."""
    key = header_key(name)
    return next((column for column in relation.columns if header_key(column) == key), None)


def picked(relations: Sequence[Relation], source: Source, address: Address) -> list[Pick]:
    """Return the tables to read, in the order of the source's layouts.

    A system that ships is read from the tables that bear its names, archives among them
    (``vicidial_log_archive``), or else from those that have its columns. A mapping is read
    from the table that its ``file`` names, else from the ``sheet``, else from the table that
    stands behind the ``#`` of the address, else from one named like the canonical table,
    else from the only one that has the columns.

    Raises
    ------
    InputError
        There is no such table, there are several, or one lacks a column it cannot do without.
    """
    there = _asked(relations, address)
    chosen = _of_system(there, source, address) if source.choose else _of_mapping(there, source, address)
    if not any(layouts for _, layouts in chosen):
        raise _nothing(relations, source, address)
    picks = [_pick(relation, layouts, source, address) for relation, layouts in chosen]
    order = {layout.name: place for place, layout in enumerate(source.layouts)}

    def place(pick: Pick) -> tuple[int, int]:
        # an archive comes before what it is the archive of, whose rows know better
        return min((order[item.name] for item in pick.layouts), default=len(order)), -len(pick.relation.name)

    picks.sort(key=place)
    for pick, after in pairwise(picks):
        pick.is_archive = source.choose and place(pick)[0] == place(after)[0]
    return picks


def is_needed(name: str, source: Source, address: Address) -> bool:
    """Tell whether a table is asked for by its name: in the address, the mapping or the source."""
    if address.tables:
        return name.casefold() in {asked.casefold() for asked in address.tables}
    sheets = {sheet.casefold() for sheet in source.text.sheet}
    if sheets:
        return name.casefold() in sheets
    files = [layout.files for layout in source.layouts if layout.files]
    named = table_name(name, [layout.name for layout in source.layouts if not layout.files])
    return bool(named) or any(fnmatch(name, pattern) for pattern in files)


def _asked(relations: Sequence[Relation], address: Address) -> list[Relation]:
    if not address.tables:
        return list(relations)
    names = {name.casefold() for name in address.tables}
    found = [relation for relation in relations if relation.name.casefold() in names]
    missing = names - {relation.name.casefold() for relation in found}
    if missing:
        known = [relation.name for relation in relations]
        name = min(missing)
        raise InputError(
            f"no table {name!r}", file=str(address), near=near_names(name, known), hint=_has(known)
        )
    return found


def _of_system(
    relations: Sequence[Relation], source: Source, address: Address
) -> list[tuple[Relation, list[Layout]]]:
    names = [layout.name for layout in source.layouts]
    named = {
        relation.name: [item for item in source.layouts if item.name == table_name(relation.name, names)]
        for relation in relations
    }
    if any(named.values()) and not address.tables:
        return [(relation, named[relation.name]) for relation in relations if named[relation.name]]
    found = [(one, named[one.name] or _recognised(one, source)) for one in relations]
    found = [(one, layouts) for one, layouts in found if layouts]
    if not address.tables:
        _check_one_each(found, address)
    return found


def _recognised(relation: Relation, source: Source) -> list[Layout]:
    layout = recognise(relation.columns, source)
    return [] if layout is None else [layout]


def _check_one_each(found: Iterable[tuple[Relation, list[Layout]]], address: Address) -> None:
    """Refuse to guess which of several tables is meant: a copy beside the table would be counted twice."""
    by_layout: dict[str, list[str]] = {}
    for relation, layouts in found:
        for layout in layouts:
            by_layout.setdefault(layout.name, []).append(relation.name)
    for names in by_layout.values():
        if len(names) > 1:
            raise InputError(
                f"several tables have the columns: {', '.join(names[:6])}", file=str(address),
                hint=f"Name those to read: {address}#{names[0]}",
            )  # fmt: skip


def _of_mapping(
    relations: Sequence[Relation], source: Source, address: Address
) -> list[tuple[Relation, list[Layout]]]:
    chosen: dict[str, list[Layout]] = {}
    for layout in source.layouts:
        found = _tables_of(layout, relations, source, address)
        if layout.files or source.text.sheet or address.tables:
            pass
        elif own := [one for one in found if one.name.casefold() == layout.name]:
            found = own
        else:
            _check_one_each([(one, [layout]) for one in found], address)
        for relation in found:
            chosen.setdefault(relation.name, []).append(layout)
    joins = {layout.join.file for layout in source.layouts if layout.join}
    joined = [one for one in relations if any(fnmatch(one.name, name) for name in joins)]
    return [(one, chosen.get(one.name, [])) for one in relations if one.name in chosen or one in joined]


def _tables_of(
    layout: Layout, relations: Sequence[Relation], source: Source, address: Address
) -> list[Relation]:
    """Return the tables that a layout of a mapping is read from."""
    named = [one for one in relations if _is_named(one, layout, source)]
    fitting = [one for one in named if layout.join or holds_all(list(one.columns), layout.needs)]
    if named and not fitting and (len(named) == 1 or layout.files):
        _complain(named[0], layout, address)
    if not fitting:
        own = next((one for one in relations if one.name.casefold() == layout.name), None)
        if own is not None:
            _complain(own, layout, address)
        known = [one.name for one in relations]
        wanted = layout.files or ", ".join(source.text.sheet) or layout.name
        raise InputError(
            f"no table for [{layout.name}] of {source.title}", file=str(address),
            near=near_names(wanted, known),
            hint=f'{_has(known)} Name it in the mapping, file = "…", or in the address, {address}#TABLE.',
        )  # fmt: skip
    return fitting


def _is_named(relation: Relation, layout: Layout, source: Source) -> bool:
    if layout.files:
        return fnmatch(relation.name, layout.files)
    sheets = {name.casefold() for name in source.text.sheet}
    return not sheets or relation.name.casefold() in sheets


def _complain(relation: Relation, layout: Layout, address: Address) -> None:
    """Refuse a table that lacks a column that the layout cannot do without."""
    groups = [group for item in layout.fields if item.required for group in item.reads]
    groups += [(item.column,) for item in layout.where if not item.optional]
    missing = [group for group in groups if not any(actual(relation, name) for name in group)]
    if not missing or layout.join:
        return
    names = list(dict.fromkeys(name for group in missing for name in group))
    near = [name for wanted in names for name in near_names(wanted, relation.columns)]
    shown = ", ".join(list(relation.columns)[:12]) + (" …" if len(relation.columns) > 12 else "")
    raise InputError(
        f"no column {', '.join(map(repr, names))}", file=f"{address}/{relation.name}",
        near=tuple(dict.fromkeys(near))[:3], hint=f"{layout.name} needs it; the table has: {shown}.",
    )  # fmt: skip


def _pick(relation: Relation, layouts: list[Layout], source: Source, address: Address) -> Pick:
    for layout in layouts:
        _complain(relation, layout, address)
    joins = [layout.join for layout in source.layouts if layout.join]
    wanted = [name for layout in layouts for name in layout.known]
    wanted += [name for join in joins for pair in join.on for name in pair]
    if not layouts:  # a table that is only joined
        wanted += [name for layout in source.layouts for name in layout.known]
    if source.time_zone.startswith("column:"):
        wanted.append(source.time_zone.removeprefix("column:"))
    used = tuple(dict.fromkeys(name for text in wanted if (name := actual(relation, text))))
    hidden = tuple(name for name in relation.key if name not in used)
    pick = Pick(
        relation, layouts, f"{address}/{relation.name}", (*used, *hidden), _naming(relation, layouts), hidden
    )
    if not pick.columns:
        pick.columns = pick.hidden = tuple(relation.columns)[:1]
    return pick


def _naming(relation: Relation, layouts: Iterable[Layout]) -> tuple[str, ...]:
    """Return the columns that name a call: legs are told together by their key alone, which comes first."""
    names: list[str] = []
    for layout in layouts:
        names += layout.legs.key if layout.legs else ()
        for to in reversed(_NAMING) if layout.table not in TABLES else ("linkedid", *_NAMING):
            names += [n for item in layout.fields if item.to == to and not item.pick for n in item.columns]
    return tuple(dict.fromkeys(column for name in names if (column := actual(relation, name))))


def _nothing(relations: Sequence[Relation], source: Source, address: Address) -> InputError:
    known = [relation.name for relation in relations]
    wanted = [layout.name for layout in source.layouts]
    near = [name for one in wanted for name in near_names(one, known, most=1)]
    return InputError(
        f"no table of {source.title}: {', '.join(wanted[:4])} …" if len(wanted) > 4
        else f"no table of {source.title}: {', '.join(wanted)}",
        file=str(address), near=tuple(dict.fromkeys(near))[:3],
        hint=f"{_has(known)} Is it the right database, and may this user read its tables?",
    )  # fmt: skip


def _has(known: Sequence[str]) -> str:
    listed = ", ".join(known[:12]) + (f" … ({len(known)} in all)" if len(known) > 12 else "")
    return f"It has: {listed}." if known else "It has no table that this user may read."
