"""Which number of a date is the day, where one file does not tell: another file of the same export may."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from callstats.errors import InputError
from callstats.sources.base import Source
from callstats.sources.choosing import choose
from callstats.sources.columns import Columns
from callstats.sources.containers import expand
from callstats.sources.copies import different
from callstats.sources.pieces import PART, formats_of
from callstats.sources.scratch import scratch as scratch_folder
from callstats.sources.times import DATE_ORDERS, date_of


def order_of_files(files: Iterable[str | Path], source: Source) -> str:
    """Return the order that the dates of some files show; empty where none does, or two differ.

    Parameters
    ----------
    files : iterable of paths
        All files of an export, which one system has written.
    source : Source

    Returns
    -------
    str
        ``day-first``, ``month-first`` or nothing.
    """
    found: set[str] = set()
    with scratch_folder("import") as scratch:
        for raw, layouts in choose(different(expand(files, Path(scratch)), []), source, {}, PART):
            for layout in layouts:
                try:
                    columns = Columns(raw, layout, source.nulls)
                except InputError:  # it will be told where the rows are read
                    continue
                formats = {form for each in formats_of(layout, columns).values() for form in each}
                dates = {date_of(form) for form in formats}
                found |= {order for order, known in DATE_ORDERS.items() if not dates.isdisjoint(known)}
    return found.pop() if len(found) == 1 else ""
