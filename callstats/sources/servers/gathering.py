"""All stretches of a database as one export, for a reader that takes everything at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pandas as pd

from callstats.errors import InputError
from callstats.sources.base import Layout, Source
from callstats.sources.header import holds_all
from callstats.sources.raw import Raw, Series, table_name
from callstats.sources.reader import Extract, extract_tables
from callstats.sources.servers.addresses import Address, parse_address
from callstats.sources.servers.by_stretch import Chosen, Fetched, WholeDays, stretches
from callstats.sources.servers.connecting import opened
from callstats.sources.servers.sessions import Relation
from callstats.sources.typed_cells import TEXT, Cells


def extract_from(
    address: str | Address,
    source: Source,
    period: WholeDays | None,
    zone: str,
    *,
    progress: Callable[[Fetched], None] | None = None,
) -> Extract:
    """Read the tables of a database as a source describes them; see :func:`.stretches`.

    Returns
    -------
    Extract
    """
    chosen = gathered(stretches(address, source, period, zone, progress=progress))
    return extract_tables(chosen, source, zone)


def guess_from(address: str | Address, sources: Iterable[Source]) -> Source:
    """Return the source whose tables a database has.

    Raises
    ------
    InputError
        It has those of none.
    """
    where = address if isinstance(address, Address) else parse_address(address)
    session = opened(where)
    try:
        relations = session.relations()
    finally:
        session.close()
    likely = max(sources, key=lambda source: _likeness(relations, source))
    if _likeness(relations, likely):
        return likely
    raise InputError(
        "its tables are those of no known system", file=str(where),
        hint="Name the source, such as --source vicidial, or a mapping.",
    )  # fmt: skip


def _likeness(relations: Iterable[Relation], source: Source) -> int:
    """Count the columns by which tables that bear the names of a source are recognised."""
    found = 0
    for relation in relations:
        for layout in source.layouts:
            if table_name(relation.name, [layout.name]) and holds_all(list(relation.columns), layout.needs):
                found += max(1, len(layout.signature))
    return found


def gathered(pieces: Iterable[Chosen]) -> Chosen:
    """Join the stretches: one raw table for each table of the database.

    A contact that several stretches name is there once, as the last of them has it.
    """
    by_file: dict[str, list[Raw]] = {}
    layouts: dict[str, list[Layout]] = {}
    for piece in pieces:
        for raw, read_by in piece:
            held = by_file.setdefault(raw.file, [])
            layouts[raw.file] = read_by
            if not any(raw is other for other in held):
                held.append(raw)
    return [(_joined(raws), layouts[file]) for file, raws in by_file.items()]


def _joined(raws: list[Raw]) -> Raw:
    notes = [note for raw in raws for note in raw.notes]
    raws = [raw for raw in raws if raw.height] or raws[:1]
    first = raws[0]
    if len(raws) == 1:
        return replace(first, notes=notes)
    rows = pd.Series([row for raw in raws for row in raw.rows], dtype="int64")
    kept = ~rows.duplicated(keep="last") if first.keyed else pd.Series(True, index=rows.index)
    cells = {}
    for name in first.cells:
        whole = _one_column([raw.cells[name] for raw in raws])
        cells[name] = whole if kept.all() else whole.each(lambda values: values[kept].reset_index(drop=True))
    return Raw(
        first.file, first.name, cells, rows[kept].tolist(), header_row=first.header_row,
        notes=notes, keyed=first.keyed,
        digest=hashlib.sha256("".join(raw.digest for raw in raws).encode()).hexdigest(),
    )  # fmt: skip


def _one_column(pieces: list[Cells]) -> Cells:
    kinds = {name: values.dtype for cells in pieces for name, values in cells.typed.items()}
    typed = {name: _series(pieces, name, dtype) for name, dtype in kinds.items()}
    return Cells(pd.concat([cells.texts for cells in pieces], ignore_index=True).astype(TEXT), **typed)


def _series(pieces: list[Cells], name: str, dtype: Any) -> Series:
    parts: list[Series] = []
    for cells in pieces:
        values = getattr(cells, name)
        parts.append(pd.Series(pd.NA, index=range(len(cells))).astype(dtype) if values is None else values)
    if name == "numbers" and len({str(part.dtype) for part in parts}) > 1:
        parts = [part.astype("float64") for part in parts]
    return pd.concat(parts, ignore_index=True)
