"""The columns of one raw table, by the names that a layout uses."""

from __future__ import annotations

import re

import pandas as pd

from callstats.errors import InputError, near_names
from callstats.sources.base import Field, Layout
from callstats.sources.matching import is_one_of
from callstats.sources.raw import Raw, Series, header_key
from callstats.sources.typed_cells import TEXT, Cells, of_texts


class Columns:
    """The cells of a raw table, found by header without regard to case, spaces and line breaks.

    Raises
    ------
    InputError
        A column that the layout cannot do without is missing.
    """

    def __init__(self, raw: Raw, layout: Layout, nulls: tuple[str, ...]) -> None:
        self._raw, self._layout, self._nulls = raw, layout, nulls
        self.file = raw.called
        self._by_key = {header_key(name): name for name in reversed(raw.columns)}
        missing = [item for item in layout.fields if item.required and self.name(item) is None]
        if missing:
            self.complain(missing)
        for condition in layout.where:
            if self.actual(condition.column) is None and not condition.optional:
                self.complain([Field("", (condition.column,))])

    @property
    def size(self) -> int:
        """The records."""
        return self._raw.height

    def required(self, item: Field) -> str:
        """What the field reads, which must be there."""
        name = self.name(item)
        if name is None:
            self.complain([item])
        return str(name)

    def complain(self, missing: list[Field]) -> None:
        """Refuse the file for want of columns, naming what is near them."""
        groups = [group for item in missing for group in item.reads]
        names = [name for group in groups if not self._any(group) for name in group]
        listed = ", ".join(repr(name) for name in dict.fromkeys(names))
        near = [name for wanted in names for name in near_names(wanted, self._raw.columns)]
        shown = ", ".join(self._raw.columns[:12]) + (" …" if len(self._raw.columns) > 12 else "")
        raise InputError(
            f"no column {listed}",
            file=self._raw.called,
            row=self._raw.header_row if self._raw.header_row > 0 else None,
            near=tuple(dict.fromkeys(near))[:3],
            hint=f"{self._layout.name} needs it; the file has: {shown}.",
        )

    def _any(self, group: tuple[str, ...]) -> bool:
        return any(self.actual(name) is not None for name in group)

    def actual(self, name: str) -> str | None:
        """The column's own spelling, whatever its case."""
        return name if name in self._raw.cells else self._by_key.get(header_key(name))

    def name(self, item: Field) -> str | None:
        """What the field reads, in the file's spelling; None where the file lacks it."""
        if item.constant is not None or item.row_number:
            return ""
        if not all(self._any(group) for group in item.reads):
            return None
        found = [next(a for n in group if (a := self.actual(n)) is not None) for group in item.reads]
        if item.pick == "filled":
            found = [a for n in item.columns if (a := self.actual(n)) is not None]
        if item.minus:
            return " - ".join(found)
        return " + ".join(found) if item.template else " or ".join(found)

    def cells(self, item: Field) -> Cells:
        """The field's cells; empty where the export says nothing."""
        if item.constant is not None:
            return of_texts([item.constant] * self.size)
        if item.row_number:
            return of_texts([f"{self._raw.identity}:{row}" for row in self._raw.rows])
        if item.template:
            return of_texts(self._from_template(item.template))
        names = [actual for name in item.columns if (actual := self.actual(name)) is not None]
        if item.pick != "filled":
            return self.column(names[0])
        cells = self.column(names[0])
        for name in names[1:]:
            cells = cells.or_else(self.column(name))
        return cells

    def column(self, name: str) -> Cells:
        """One column by its name, without the words that stand for nothing."""
        cells = self._raw.cells[str(self.actual(name))]
        return cells.without(lambda texts: is_one_of(texts, self._nulls) | texts.eq("").fillna(False))

    def _from_template(self, template: str) -> Series:
        pieces = re.split(r"{([^{}]+)}", template)
        text = pd.Series([pieces[0]] * self.size, dtype=TEXT)
        for name, literal in zip(pieces[1::2], pieces[2::2], strict=True):
            text = text + self.column(name).as_text() + literal
        return text
