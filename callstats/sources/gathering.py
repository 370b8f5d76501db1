"""Records gathered into columns a few at a time: a table in memory is not also one of Python objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from callstats.bounds import check_columns, check_whole
from callstats.sources.raw import unique_names
from callstats.sources.typed_cells import Cells, of_objects, together

BATCH = 20_000  # records that are objects at a time
#: Bytes of a cell without its text, of one that is an object still, and of an entry in a list.
CELL, _OBJECT = 16, 64


class Gathered:
    """The columns of a table that is read whole.

    Parameters
    ----------
    titles : sequence of str
        Of its columns; a column beyond them is named by its number.
    called : str
        The file, and the table of it, for a sentence.
    hint : str
        What to do where it is too large.
    read : callable
        Makes cells of the values of a column: each as what it is, or all as texts.

    Attributes
    ----------
    height : int
        The records so far.
    """

    def __init__(
        self,
        titles: Sequence[str],
        called: str,
        hint: str,
        read: Callable[[Sequence[Any]], Cells] = of_objects,
    ) -> None:
        self._read = read
        self._titles, self._called, self._hint = list(titles), called, hint
        self._waiting: list[Sequence[Any]] = []
        self._held: list[list[Cells]] = [[] for _ in self._titles]
        self._size, self._open, self._laid = 0, 0, 0
        self.height = 0

    def add(self, record: Sequence[Any], row: int | None = None) -> None:
        """Add a record; ``row`` is where it is, for the error.

        Raises
        ------
        InputError
            The table has too many columns, or needs more memory than is given to one.
        """
        if len(record) > len(self._held):
            self.widen(len(record))
        self._waiting.append(record)
        self.height += 1
        texts = sum(map(len, filter(_is_text, record)))
        self._size += texts + CELL * len(self._held)
        self._open += texts + _OBJECT * len(record)
        check_whole(self._size, self._called, self._hint, row or self.height + 1)
        if len(self._waiting) >= BATCH or self._open > _AT_EASE:
            self._lay_down()

    def widen(self, width: int) -> None:
        """Have at least so many columns: where a row is longer than the header."""
        check_columns(width, self._called)
        for _ in range(len(self._held), width):
            self._held.append([self._read([None] * self._laid)] if self._laid else [])

    def _lay_down(self) -> None:
        width = len(self._held)
        full = (row if len(row) == width else [*row, *[None] * (width - len(row))] for row in self._waiting)
        for held, column in zip(self._held, zip(*full, strict=True), strict=True):
            held.append(self._read(column))
        self._laid += len(self._waiting)
        self._waiting, self._open = [], 0

    def cells(self) -> dict[str, Cells]:
        """Return the columns."""
        if self._waiting:
            self._lay_down()
        names = unique_names([*self._titles, *[""] * (len(self._held) - len(self._titles))])
        parts = ([*held] or [self._read([])] for held in self._held)
        return {name: together(held) for name, held in zip(names, parts, strict=True)}


_AT_EASE = 64 << 20  # bytes of objects


def _is_text(value: object) -> bool:
    return isinstance(value, str)
