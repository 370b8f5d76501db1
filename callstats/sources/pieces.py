"""Long exports, read part by part: a year of calls needs no more memory than a week of them.

What can only be seen in the whole of a column is settled by a sample from everywhere in the
file before the first part is read: by which format its times are written, above all which
number is the day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from callstats.errors import InputError
from callstats.sources.base import UNKNOWN, Layout, Source
from callstats.sources.choosing import check_all_described, choose, complain_of_nothing
from callstats.sources.columns import Columns
from callstats.sources.containers import Found, expand
from callstats.sources.copies import different
from callstats.sources.files import PART_BY_PART, kind_of
from callstats.sources.matching import is_one_of
from callstats.sources.raw import Raw
from callstats.sources.reader import Extract
from callstats.sources.rows import joined
from callstats.sources.times import DATE_ORDERS, parse

#: Bytes of a file from which on it is read part by part: some 300,000 calls of a dialer's log.
LONG = 48 << 20
#: Rows of a part; some 400 MB of memory while they are read.
PART = 200_000


def are_due(files: Iterable[str | Path], source: Source) -> bool:
    """Tell whether an export is so long that it is read part by part, and each of its rows stands for itself.

    Archives are not looked into: they are unpacked before they are read.
    """
    if not source.is_read_by_row:
        return False
    inside = (inner for given in map(Path, files) for inner in ([given], given.iterdir())[given.is_dir()])
    return any(file.is_file() and file.stat().st_size >= LONG for file in inside)


def pieces_of(
    files: Iterable[str | Path], source: Source, scratch: Path, whole: Extract
) -> Iterator[list[tuple[Raw, list[Layout]]]]:
    """Yield an export part by part, each as :func:`callstats.sources.reader.extract_tables` takes it.

    Parameters
    ----------
    files : iterable of paths
    source : Source
        One whose rows each stand for themselves.
    scratch : Path
        A folder for what is unpacked.
    whole : Extract
        What is noted of the export as a whole, and what is not read of it, is entered here.

    Raises
    ------
    InputError
        As :func:`callstats.sources.reader.extract` does.
    """
    found = different(_joined_first(expand(files, scratch), source), whole.notes)
    by_name = {single.name: single for single, _ in found}
    joins = any(layout.join for layout in source.layouts)
    lookups: list[Raw] = []
    heads: list[tuple[Raw, list[Layout]]] = []
    settled: dict[tuple[str, str], Layout] = {}
    for raw, layouts in choose(found, source, whole.unread, PART):
        new = [layout for layout in layouts if (raw.called, layout.name) not in settled]
        for layout in new:
            settled[raw.called, layout.name] = _settled(
                layout, by_name.get(raw.file), [raw, *lookups], source
            )
        if new or not layouts:
            heads.append((replace(raw, rows=[]), layouts))
        if layouts:
            used = [settled[raw.called, layout.name] for layout in layouts]
            yield [(raw, used), *((table, []) for table in lookups)]
            lookups = [replace(table, notes=[], furniture=Counter()) for table in lookups]  # told once
        elif joins:
            lookups.append(raw)
    if not any(layouts for _, layouts in heads):
        complain_of_nothing([single for single, _ in found], source, whole.unread)
    check_all_described(heads, source)


def _joined_first(found: list[Found], source: Source) -> list[Found]:
    """Put the files whose columns are joined to others before these."""
    from fnmatch import fnmatch

    joins = [layout.join.file for layout in source.layouts if layout.join]

    def is_joined(single: Found) -> bool:
        return any(fnmatch(single.name.rsplit("/", 1)[-1], file) for file in joins)

    return sorted(found, key=lambda single: not is_joined(single))


def _settled(layout: Layout, found: Found | None, raws: list[Raw], source: Source) -> Layout:
    """Return a layout whose times have the formats that a sample of the file is written in."""
    sample = raws[0]
    if found is not None and found.path.stat().st_size >= LONG and kind_of(found) == PART_BY_PART[0]:
        from callstats.sources.text import read_sample

        sample = read_sample(found.path, found.name, source.text, source.layouts)
    if layout.join:
        sample = joined(replace(sample, notes=[]), layout.join, raws)
    columns = Columns(sample, layout, source.nulls)
    likely = DATE_ORDERS.get(source.dates, ())
    formats: dict[int, tuple[str, ...]] = {}
    first = sorted(layout.fields, key=lambda item: item.to not in ("started_at", "start"))
    for item in first:
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
            formats[id(item)] = (*formats.get(id(item), ()), *read.formats)
    fields = (
        replace(item, settled=tuple(dict.fromkeys(formats[id(item)]))) if id(item) in formats else item
        for item in layout.fields
    )
    return replace(layout, fields=tuple(fields))


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
