"""Exports without a header: told by how many columns they have and what stands in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from callstats import bounds
from callstats.errors import InputError
from callstats.sources.base import Field, Layout, Source
from callstats.sources.columns import Columns
from callstats.sources.containers import Found
from callstats.sources.convert import numbers_of
from callstats.sources.files import kind_of, read_file
from callstats.sources.raw import Raw
from callstats.sources.times import parse

#: The share of filled cells of a typed column that have to fit.
MOST = 0.9


def read_headless(single: Found, source: Source) -> Raw | None:
    """Read a file without a header by the layout whose columns it has in order.

    Parameters
    ----------
    single : Found
    source : Source
        With layouts that have an ``order``.

    Returns
    -------
    Raw or None
        None where it fits no layout.
    """
    if not any(layout.order for layout in source.layouts):
        return None
    if kind_of(single) not in ("text", "workbook", "page"):  # the others name their columns
        return None
    width = _width(single, source)
    for layout in _candidates(source, width):
        names = (*layout.order, *(f"column_{n}" for n in range(len(layout.order) + 1, width + 1)))
        options = replace(source.text, header=0, names=names, ragged=layout.ragged)
        try:
            raw = next(read_file(single, options, [layout]), None)
        except InputError:
            continue
        if raw is not None and raw.height and _fits(raw, layout):
            raw.name = layout.name
            return raw
    return None


def _candidates(source: Source, width: int) -> Iterator[Layout]:
    """Yield the layouts of that many columns, then those that may have further ones, the shortest first."""
    ragged = [layout for layout in source.layouts if layout.ragged and width <= len(layout.order)]
    ordered = [layout for layout in source.layouts if layout.order and layout not in ragged]
    yield from (layout for layout in ordered if len(layout.order) == width)
    yield from (x for x in sorted(ordered, key=lambda item: len(item.order)) if len(x.order) < width)
    yield from ragged


def _width(single: Found, source: Source) -> int:
    if kind_of(single) != "text":
        raw = next(read_file(single, replace(source.text, header=0), source.layouts), None)
        return len(raw.columns) if raw else 0
    from callstats.sources.encoding import detect_encoding
    from callstats.sources.text_head import widths

    encoding, _ = detect_encoding(single.path, source.text.encoding, single.name, bounds.LINE)
    with single.path.open(encoding=encoding, newline="") as stream:
        lines = [line.rstrip("\r\n") for _, line in zip(range(50), stream, strict=False)]
    counts = Counter(widths(lines, source.text))
    return max(counts, key=lambda width: (width > 1, counts[width], width), default=0)


def _fits(raw: Raw, layout: Layout) -> bool:
    """Tell whether typed columns hold what they should, and needed ones hold anything."""
    columns = Columns(raw, layout, ("", "NULL", "\\N"))
    alike = all(_looks(columns, name, pattern) for name, pattern in layout.looks.items())
    return alike and all(_holds(columns, item, layout) for item in layout.fields if item.columns)


def _looks(columns: Columns, name: str, pattern: str) -> bool:
    texts = columns.column(name).as_text().dropna()
    return not texts.empty and bool(texts.str.fullmatch(pattern).mean() >= MOST)


def _holds(columns: Columns, item: Field, layout: Layout) -> bool:
    if columns.name(item) is None:
        return not item.required
    cells = columns.cells(item)
    filled = cells.filled
    if item.required and filled.mean() < 0.5:
        return False
    kind = item.type_in(layout.table)
    if not filled.any() or kind not in ("instant", "number", "integer", "epoch"):
        return True
    if kind == "instant":
        try:
            read = parse(cells.texts, item.formats, {}).naive.notna()
        except InputError as error:  # a time in two ways is a time
            return "cannot tell the day" in str(error)
        read = read if cells.moments is None else read | cells.moments.notna()
    else:
        read = numbers_of(cells, item).notna()
    return bool(read[filled].mean() >= MOST)
