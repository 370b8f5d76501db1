"""Long exports, read part by part: a year of calls needs no more memory than a week of them.

What can only be seen in the whole of a column is settled by a sample from everywhere in the
file before the first part is read: by which format its times are written, above all which
number is the day.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path

import numpy as np

from callstats.errors import InputError
from callstats.sources.aside import Aside, Chosen
from callstats.sources.base import UNKNOWN, Layout, Source
from callstats.sources.choosing import check_all_described, choose, complain_of_nothing
from callstats.sources.columns import Columns
from callstats.sources.containers import Found, expand
from callstats.sources.copies import different
from callstats.sources.databases import parquet_height
from callstats.sources.files import kind_of
from callstats.sources.matching import is_one_of
from callstats.sources.raw import Raw
from callstats.sources.reader import Extract
from callstats.sources.rows import joined
from callstats.sources.times import DATE_ORDERS, parse

#: Bytes of an export from which on it is read part by part: some 300,000 calls of a dialer's log.
LONG = 48 << 20
#: How much smaller an archive makes an export, about.
PACKED = 8
#: Rows of a part; some 400 MB of memory while they are read.
PART = 200_000


@dataclass(slots=True)
class Piece:
    """A part of an export.

    Attributes
    ----------
    own : list of (Raw, list of Layout)
        Rows that no other part has, as :func:`callstats.sources.reader.extract_tables` takes them.
    shared : list of (Raw, list of Layout)
        Tables that the rows of every part may need: joined files, tables of codes.
    by_row : bool
        Other parts may have rows of the same names.
    """

    own: list[Chosen]
    shared: list[Chosen] = field(default_factory=list)
    by_row: bool = False


def are_due(files: Iterable[str | Path], source: Source) -> bool:
    """Tell whether an export is so long that it is read part by part, and its source lets it."""
    if not can_be_divided(source):
        return False
    inside = (inner for given in map(Path, files) for inner in _inside(given))
    return sum(map(_size, inside)) >= LONG


def can_be_divided(source: Source) -> bool:
    """Tell whether the rows of a source can be read part by part."""
    return not any(source.together(layout) is None and not layout.shared for layout in source.layouts)


def are_long(found: Iterable[Found]) -> bool:
    """Tell whether single files are so long, or have so many rows, that they are read part by part."""
    return sum(map(_weight, found)) >= LONG


#: Bytes of a row of an export, about: many short rows need as much memory as fewer long ones.
_ROW = 160


def _weight(single: Found, long: float = LONG) -> int:
    """Return the bytes of a file, or those that its rows weigh; of one over ``long`` its bytes."""
    size = single.path.stat().st_size
    if size >= long:
        return size
    kind = kind_of(single)
    if kind == "parquet":
        return max(size, parquet_height(single.path) * _ROW)
    if kind != "text":
        return size
    with single.path.open("rb") as stream:
        rows = sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 22), b""))
    return max(size, rows * _ROW)


def _inside(given: Path) -> Iterable[Path]:
    if given.is_dir():
        return given.iterdir()
    return [given] if given.exists() else given.parent.glob(given.name) if given.name else []


def _size(file: Path) -> int:
    """Return the bytes of a file; of an archive about what comes out of it."""
    if not file.is_file():
        return 0
    return file.stat().st_size * (PACKED if file.suffix.lower() in (".gz", ".zip") else 1)


def pieces_of(files: Iterable[str | Path], source: Source, scratch: Path, whole: Extract) -> Iterator[Piece]:
    """Yield an export part by part; rows that belong together come in one part.

    Parameters
    ----------
    files : iterable of paths
    source : Source
    scratch : Path
        A folder for what is unpacked and set aside.
    whole : Extract
        What is noted of the export as a whole, and what is not read of it, is entered here.

    Raises
    ------
    InputError
        As :func:`callstats.sources.reader.extract` does.
    """
    passed: dict[str, str] = {}
    found = different(_shared_first(expand(files, scratch, passed), source), whole.notes)
    size = sum(_weight(single, math.inf) for single, _ in found)
    aside = Aside(scratch, size // LONG + 1)
    settling = _Settling(source, {single.name: single for single, _ in found})
    shared: list[Chosen] = []
    heads: list[Chosen] = []
    waiting: list[Chosen] = []  # short files are read several at a time
    for raw, layouts in choose(found, source, whole.unread, PART):
        used = settling.settled(raw, layouts, [table for table, _ in shared])
        if raw.called not in {head.called for head, _ in heads}:
            heads.append((raw.at(np.array([], int)), layouts))  # its columns are asked for
        keys = {source.together(layout) for layout in layouts}
        if not layouts or layouts[0].shared:
            shared.append((raw, used))
        elif keys == {()}:
            waiting.append((raw, used))
            if sum(table.height for table, _ in waiting) >= PART:
                yield Piece(waiting, shared, by_row=True)
                waiting, shared = [], told(shared)
        else:
            aside.put(raw, used, next(iter(keys - {()})) or ())
    if not any(layouts for _, layouts in heads):
        complain_of_nothing([single for single, _ in found], source, whole.unread)
    whole.unread |= passed
    check_all_described(heads, source)
    if waiting:
        yield Piece(waiting, shared, by_row=True)
        shared = told(shared)
    for own in aside.tables():
        yield Piece(own, shared)
        shared = told(shared)
    if shared and not any(not layouts[0].shared for _, layouts in heads if layouts):
        yield Piece([], shared)


def told(shared: list[Chosen]) -> list[Chosen]:
    """Return shared tables without what is noted of them, which is told once."""
    return [(replace(raw, notes=[], furniture=Counter()), layouts) for raw, layouts in shared]


def _shared_first(found: list[Found], source: Source) -> list[Found]:
    """Put the files that the rows of others may need before these."""
    names = [layout.join.file for layout in source.layouts if layout.join]
    names += [f"{layout.name}*" for layout in source.layouts if layout.shared]

    def is_shared(single: Found) -> bool:
        return any(fnmatch(single.name.rsplit("/", 1)[-1], name) for name in names)

    return sorted(found, key=lambda single: not is_shared(single))


@dataclass(slots=True)
class _Settling:
    """Layouts whose times have the formats that a sample of the file is written in."""

    source: Source
    files: dict[str, Found]
    known: dict[tuple[str, str], Layout] = field(default_factory=dict)

    def settled(self, raw: Raw, layouts: list[Layout], shared: list[Raw]) -> list[Layout]:
        """Return the layouts of a table; each is settled once."""
        for layout in layouts:
            if (raw.called, layout.name) not in self.known:
                self.known[raw.called, layout.name] = self._settle(layout, raw, shared)
        return [self.known[raw.called, layout.name] for layout in layouts]

    def _settle(self, layout: Layout, raw: Raw, shared: list[Raw]) -> Layout:
        found, sample = self.files.get(raw.file), raw
        long = raw.height >= PART or (found is not None and found.path.stat().st_size >= LONG)
        if found is not None and long and kind_of(found) == "text":
            from callstats.sources.text import read_sample

            if raw.header_row:
                sample = read_sample(found.path, found.name, self.source.text, self.source.layouts)
        if layout.join:
            sample = joined(replace(sample, notes=[]), layout.join, [raw, *shared])
        columns = Columns(sample, layout, self.source.nulls)
        formats = formats_of(layout, columns, DATE_ORDERS.get(self.source.dates, ()))
        fields = (
            replace(item, settled=formats[id(item)]) if id(item) in formats else item
            for item in layout.fields
        )
        return replace(layout, fields=tuple(fields))


def formats_of(layout: Layout, columns: Columns, likely: tuple[str, ...] = ()) -> dict[int, tuple[str, ...]]:
    """Return the formats of each field that holds times, by its identity; none where they cannot be told."""
    formats: dict[int, tuple[str, ...]] = {}
    for item in sorted(layout.fields, key=lambda item: item.to not in ("started_at", "start")):
        timed = item.type_in(layout.table) in ("instant", "date") or item.minus
        if not timed or item.formats or columns.name(item) is None:
            continue
        names = (*item.columns, item.minus) if item.minus else item.columns
        for single in [replace(item, columns=(name,), pick="", minus="") for name in names] or [item]:
            if columns.name(single) is None:
                continue
            texts = columns.cells(single).texts
            try:
                read = parse(texts.mask(is_one_of(texts, UNKNOWN)), (), {}, likely)
            except InputError:  # it will be told where the rows are read
                continue
            likely = (*likely, *read.formats)
            formats[id(item)] = tuple(dict.fromkeys((*formats.get(id(item), ()), *read.formats)))
    return formats


def contents_of(
    files: Iterable[str | Path], source: Source, scratch: Path, wanted: Mapping[str, set[int]]
) -> dict[tuple[str, int], str]:
    """Return the content of some rows, which are read again.

    Parameters
    ----------
    files, source, scratch
        As of :func:`pieces_of`.
    wanted : mapping of str to set of int
        SHA-256 of a file -> rows in it.

    Returns
    -------
    dict of (str, int) to str
        By file and row.
    """
    found = [(s, d) for s, d in different(expand(files, scratch), []) if d in wanted]
    contents: dict[tuple[str, int], str] = {}
    for raw, _ in choose(found, source, {}, PART):
        places = [place for place, row in enumerate(raw.rows) if int(row) in wanted[raw.digest]]
        for place, content in zip(places, raw.content(places), strict=True):
            contents[raw.digest, int(raw.rows[place])] = content
    return contents
