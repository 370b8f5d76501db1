"""One connection to a database, whichever it is: what tables there are, and the rows of a query in pieces."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import pyarrow as pa

from callstats.sources.servers.addresses import Address

#: Rows that are fetched at once.
BATCH = 50_000
#: What a column holds, as far as times go: a wall clock without a zone, moments, days, or numbers and texts.
Kept = Literal["local", "utc", "date", "number", "text", "other"]


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or a view of a database.

    Attributes
    ----------
    name : str
    columns : dict of str to str
        What each column holds, in the terms of ``Kept``.
    key : tuple of str
        The columns of its primary key.
    declared : dict of str to str
        The type of each column in the database's own words.
    locks : bool
        Reading it keeps others from writing, as with MyISAM.
    """

    name: str
    columns: dict[str, Kept]
    key: tuple[str, ...] = ()
    declared: dict[str, str] = field(default_factory=dict)
    locks: bool = False


class Session(ABC):
    """A connection that reads and cannot write.

    Parameters
    ----------
    address : Address
    """

    def __init__(self, address: Address) -> None:
        self.address = address

    @abstractmethod
    def relations(self) -> list[Relation]:
        """Return the tables and views of the database."""

    def check_stored(self, needed: Callable[[str], bool]) -> None:
        """Refuse what is needed and is no stored table; the views of a server are its administrator's."""
        del needed

    @abstractmethod
    def batches(self, query: str) -> Iterator[pa.Table]:
        """Yield the rows of a query as typed tables, some at a time."""

    @abstractmethod
    def close(self) -> None:
        """End the connection."""

    def quoted(self, name: str) -> str:
        """Return the name of a table or a column as it stands in a query."""
        return '"' + name.replace('"', '""') + '"'

    def text(self, value: str) -> str:
        """Return a text as it stands in a query."""
        return "'" + value.replace("'", "''") + "'"

    def column(self, relation: Relation, name: str) -> str:
        """Return how a column is asked for; a type that travels badly is asked for as a plain one."""
        del relation
        return self.quoted(name)

    def moment(self, utc: str) -> str:
        """Return a moment, written in UTC without its offset, as it stands in a query."""
        return f"'{utc}+00:00'"

    def select(
        self, relation: Relation, columns: Iterable[str], where: Iterable[str] = (), rest: str = ""
    ) -> str:
        """Return a query for columns of a table."""
        asked = ", ".join(self.column(relation, name) for name in columns)
        conditions = " AND ".join(f"({one})" for one in where)
        query = f"SELECT {asked} FROM {self.quoted(relation.name)}"
        return query + (f" WHERE {conditions}" if conditions else "") + (f" {rest}" if rest else "")

    def table(self, query: str) -> pa.Table:
        """Return all rows of a query."""
        return together(list(self.batches(query)))

    def first(self, query: str) -> tuple[Any, ...]:
        """Return the first row of a query, nothing where there is none."""
        found = self.table(query)
        return tuple(column[0].as_py() for column in found.columns) if found.num_rows else ()

    def values(self, query: str) -> list[Any]:
        """Return the first column of a query."""
        found = self.table(query)
        return found.column(0).to_pylist() if found.num_columns else []


def together(tables: list[pa.Table]) -> pa.Table:
    """Join pieces of one table; a column that is of several kinds in them becomes text."""
    if not tables:
        return pa.table({})
    if len(tables) == 1:
        return tables[0]
    kinds = [table.schema.types for table in tables]
    for place in range(tables[0].num_columns):
        several = {kind[place] for kind in kinds} - {pa.null()}
        if len(several) > 1 and not all(map(pa.types.is_primitive, several)):
            tables = [_as_text(table, place) for table in tables]
    return pa.concat_tables(tables, promote_options="permissive")


def _as_text(table: pa.Table, place: int) -> pa.Table:
    return table.set_column(place, table.column_names[place], table.column(place).cast(pa.string()))
