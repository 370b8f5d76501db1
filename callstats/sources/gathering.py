"""Records gathered into columns a few at a time, so that a table in memory is not also one of Python objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from callstats.bounds import check_whole
from callstats.sources.typed_cells import Cells, of_objects, together

BATCH = 20_000  # records that are objects at a time
#: Bytes of a cell without its text, of one that is an object still, and of an entry in a list.
_CELL, _OBJECT = 16, 64


class Gathered:
    """The columns of a table that is read whole.

    Parameters
    ----------
    names : sequence of str
        Of its columns.
    called : str
        The file, and the table of it, for a sentence.
    hint : str
        What to do where it is too large.

    Attributes
    ----------
    height : int
        The records so far.
    """

    def __init__(self, names: Sequence[str], called: str, hint: str) -> None:
        self._names, self._called, self._hint = list(names), called, hint
        self._waiting: list[Sequence[Any]] = []
        self._held: dict[str, list[Cells]] = {name: [] for name in self._names}
        self._size, self._open = 0, 0
        self.height = 0

    def add(self, record: Sequence[Any], row: int | None = None) -> None:
        """Add a record that has a cell for each column; ``row`` is where it is, for the error.

        Raises
        ------
        InputError
            The table needs more memory than is given to one.
        """
        self._waiting.append(record)
        self.height += 1
        texts = sum(map(len, filter(_is_text, record)))
        self._size += texts + _CELL * len(record)
        self._open += texts + _OBJECT * len(record)
        check_whole(self._size, self._called, self._hint, row or self.height + 1)
        if len(self._waiting) >= BATCH or self._open > _AT_EASE:
            self._lay_down()

    def _lay_down(self) -> None:
        for name, column in zip(self._names, zip(*self._waiting, strict=True), strict=True):
            self._held[name].append(of_objects(column))
        self._waiting, self._open = [], 0

    def cells(self) -> dict[str, Cells]:
        """Return the columns."""
        if self._waiting:
            self._lay_down()
        return {name: together(parts) if parts else of_objects([]) for name, parts in self._held.items()}


_AT_EASE = 64 << 20  # bytes of objects


def _is_text(value: object) -> bool:
    return isinstance(value, str)
