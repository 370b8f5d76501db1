"""Which rows of a file are one call: ids of calls and of people, legs, rows that were exported twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from callstats.sources.drafting import toml_lines
from callstats.sources.drafting.column_looks import ColumnLook
from callstats.sources.drafting.synonyms import likeness
from callstats.sources.drafting.unknown_files import UnknownTable
from callstats.sources.raw import Series

#: Columns that say which rows are one call, beside an id of each row.
_LINKED = """linkedid; linked id; linked; interaction id; conversation id; call group; contact session id;
    session id; call id"""
#: Rows of one call begin within this time of each other [s].
_ONE_CALL_S = 6 * 3600


@dataclass(frozen=True, slots=True)
class LegsFound:
    """The columns that name the call of each leg, none where rows are calls, and what to say of them.

    ``shared`` says that the supposed id of a call is that of many calls, such as an hour of dialling.
    """

    key: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    shared: bool = False


@dataclass(frozen=True, slots=True)
class CallIds:
    """The columns of a table that may name its calls.

    Parameters
    ----------
    table : UnknownTable
    looks : mapping of str to ColumnLook
        Of its columns, and of those that a second file adds.
    started : str, optional
        The column with the time of the call.
    """

    table: UnknownTable
    looks: Mapping[str, ColumnLook]
    started: str | None

    def is_call(self, name: str) -> bool:
        """Tell an id of calls, some of which have several legs, from one of people who are called again."""
        seen = self.looks[name]
        if seen.unique >= 0.98:
            return True
        times = self._moments()
        if times is None:
            return seen.unique > 0.5
        spans = times.groupby(self._texts(name)).agg(lambda t: (t.max() - t.min()).total_seconds())
        return bool((spans.dropna() <= _ONE_CALL_S).mean() > 0.9)

    def legs(self, name: str | None, contact: str) -> LegsFound:
        """Return the columns by which rows are one call.

        Parameters
        ----------
        name : str, optional
            The column with the id of the call.
        contact : str
            The column that names the contact; empty where none does.
        """
        linked, said = self._linked(name), []
        if name and self.looks[name].unique < 1.0 and not linked:
            if whole := self._same_rows(name):
                said.append(_said(f"{whole:,} rows come twice, word for word: the same calls exported again"))
            if self.looks[name].distinct + whole < self.looks[name].filled:
                linked = name
        if not linked:
            return LegsFound(said=said)
        shown = toml_lines.shown(linked)
        if not self._same_contact(linked, contact):
            ask = f"QUESTION: {shown} comes several times, with different contacts; each is read as a call"
            return LegsFound(
                said=[*said, _said(ask)], shared=linked == name and self.looks[linked].unique < 0.5
            )
        count = self.looks[linked].filled - self.looks[linked].distinct
        told = (
            f"{shown} is the same in several rows ({count:,} "
            "more than there are calls): they are taken as legs of one call"
        )
        return LegsFound([linked] if linked == name or not name else [linked, name], [*said, _said(told)])

    def _texts(self, name: str) -> Series:
        return self.table.cells[name].as_text().astype(object)

    def _moments(self) -> Any:
        if self.started is None:
            return None
        seen, cells = self.looks[self.started], self.table.cells[self.started]
        if cells.moments is not None:
            return cells.moments
        if not seen.formats:
            return None
        bare = cells.texts.str.replace(r"\s*(Z|UTC|[+-]\d\d:?\d\d)$", "", regex=True)
        return pd.to_datetime(
            bare.astype(object),
            format="mixed" if len(seen.formats) > 1 or seen.zoned else next(iter(seen.formats)),
            errors="coerce",
        )

    def _same_contact(self, linked: str, contact: str) -> bool:
        """Tell the legs of a call, which are with one contact, from ids that were given twice."""
        if contact not in self.table.cells or linked not in self.table.cells:
            return True
        keys, contacts = self._texts(linked), self._texts(contact)
        several = keys.notna() & keys.duplicated(keep=False)
        different = contacts[several].groupby(keys[several]).nunique() > 1
        return bool(different.mean() < 0.5) if len(different) else True

    def _linked(self, call: str | None) -> str | None:
        """Return a column by which rows with ids of their own belong to one call."""
        for name, seen in self.looks.items():
            repeated = seen.filled and seen.unique < 1.0 and seen.kind in ("text", "number")
            if name != call and repeated and likeness(name, _LINKED) >= 0.9 and self.is_call(name):
                return name
        return None

    def _same_rows(self, name: str) -> int:
        texts = pd.DataFrame({n: self._texts(n) for n in self.table.cells})
        return int(texts[texts[name].notna()].duplicated().sum())


def _said(text: str) -> str:
    return toml_lines.comment(text)
