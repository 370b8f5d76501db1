"""Rows of a long export, set aside in files until those that belong together can be read together.

The rows of one call may lie far apart, and in several tables. They have one value alike, a lead
or the first leg of the call, and go to the file that this value says.
"""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from callstats import bounds
from callstats.errors import InputError
from callstats.sources import distinct
from callstats.sources.base import Field, Layout
from callstats.sources.columns import Columns
from callstats.sources.raw import Raw
from callstats.sources.typed_cells import together

Chosen = tuple[Raw, list[Layout]]


class Aside:
    """Tables divided into files, so that each holds all rows with the values it has.

    Parameters
    ----------
    folder : Path
    files : int
        In how many files the rows are put.
    """

    def __init__(self, folder: Path, files: int) -> None:
        self._files = [folder / f"aside-{number:04d}" for number in range(files)]
        self._layouts: dict[str, list[Layout]] = {}
        self._heights = np.zeros(files, np.int64)

    def put(self, raw: Raw, layouts: list[Layout], key: tuple[str, ...]) -> None:
        """Set rows aside by the first filled one of some columns; a row without any stands for itself."""
        self._layouts.setdefault(raw.called, layouts)
        columns = Columns(raw, Layout("", "", ()), ())
        named = tuple(name for name in key if columns.actual(name) is not None)
        number = np.arange(raw.height) % len(self._files)
        if named:
            texts = columns.cells(Field("", named, "text", pick="filled")).as_text()
            hashed = distinct.numbers(texts, lambda text: zlib.crc32(text.encode()) % len(self._files))
            number = np.where(hashed.isna(), number, hashed.fillna(0.0)).astype(int)
        self._heights += np.bincount(number, minlength=len(self._files))
        if self._heights.max(initial=0) > bounds.TOGETHER:
            raise InputError(
                f"more than {bounds.TOGETHER:,} rows belong to one call or lead ({', '.join(named)})",
                file=raw.called, row=int(raw.rows[-1]),
                hint="Rows that have the same value there are read together. Is it the right column?",
            )  # fmt: skip
        for place, file in enumerate(self._files):
            chosen = np.flatnonzero(number == place)
            part = raw.at(chosen)
            if place:  # what is noted beside the rows is told once
                part = replace(part, bad=[], notes=[], furniture=type(part.furniture)())
            if len(chosen) or part.bad or part.notes or part.furniture:
                with file.open("ab") as stream:
                    pickle.dump(part, stream, pickle.HIGHEST_PROTOCOL)

    def tables(self) -> Iterator[list[Chosen]]:
        """Yield the tables of each file."""
        for file in self._files:
            if not file.exists():
                continue
            parts: dict[str, list[Raw]] = {}
            with file.open("rb") as stream:
                while stream.peek(1):
                    # written above, in a folder that this process alone may enter
                    part = pickle.load(stream)  # nosec B301
                    parts.setdefault(part.called, []).append(part)
            file.unlink()
            yield [(_joined(raws), self._layouts[called]) for called, raws in parts.items()]


def _joined(raws: list[Raw]) -> Raw:
    """Put the parts of one table together again."""
    first = raws[0]
    cells = {name: together([raw.cells[name] for raw in raws]) for name in first.cells}
    furniture = sum((raw.furniture for raw in raws), type(first.furniture)())
    return replace(
        first, cells=cells, rows=np.concatenate([np.asarray(raw.rows, np.int64) for raw in raws]),
        bad=[bad for raw in raws for bad in raw.bad], notes=[note for raw in raws for note in raw.notes],
        furniture=furniture,
    )  # fmt: skip
