"""One person, one name: agents and campaigns that differ only in case or in spaces.

The spelling that most rows have is kept: of all the rows there are, whatever import brought
them. So what a row itself said stays beside the name, under :data:`~callstats.model.STATED`.
Were it lost, a month that has been written in one way would count as if it had been exported
so, and the order of the imports would decide; a choice that does not count rows would let
one slip of the pen rename an agent of ten years, and every filter and label with it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callstats.dataset.engine_connection import quoted
from callstats.model import STATED, TABLES
from callstats.sources import notes

if TYPE_CHECKING:
    import duckdb

#: The columns that name an agent or a campaign, whatever the table.
NAMING = ("agent_id", "campaign_id")
_MOST_SHOWN = 5


def folded(name: str) -> str:
    """Return what a name says, whatever its case and spaces.

    Examples
    --------
    >>> folded(" Ann  EXAMPLE") == folded("ann example")
    True
    """
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", name)).strip().casefold()


@dataclass(frozen=True)
class Spellings:
    """The names that are written in several ways, and the way that is kept.

    Attributes
    ----------
    kept : mapping of str to mapping of str to str
        Column -> spelling -> the one kept, which is among the spellings.
    rows : mapping of str to mapping of str to int
        Column -> spelling -> how many rows say it; none where it is only written for another.

    Examples
    --------
    >>> found = Spellings.among({"agent_id": {"Ann": 2, "ANN ": 1, "Bob": 1}})
    >>> found.kept["agent_id"], found.notes()
    ({'Ann': 'Ann', 'ANN ': 'Ann'}, ['agent_id: ANN  and Ann are taken as one, Ann'])
    """

    kept: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rows: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @classmethod
    def among(cls, rows: Mapping[str, Mapping[str, int]]) -> Spellings:
        """Choose among the spellings of each column by the rows that say them."""
        kept = {column: _kept(counts) for column, counts in rows.items()}
        return cls({column: ways for column, ways in kept.items() if ways}, rows)

    @classmethod
    def over(
        cls,
        connection: duckdb.DuckDBPyConnection,
        views: Iterable[tuple[str, str]],
        *,
        known: Spellings | None = None,
    ) -> Spellings:
        """Count the spellings in views.

        Parameters
        ----------
        connection : duckdb.DuckDBPyConnection
        views : iterable of (str, str)
            Canonical table and view.
        known : Spellings, optional
            What there may be besides: it is kept in one way though no row may say it any more.
        """
        counts = {column: Counter(dict.fromkeys(ways, 0)) for column, ways in (known or cls()).kept.items()}
        for table, view in views:
            columns = connection.table(view).columns
            for column in _naming(table, columns):
                sql = f"SELECT {said(column, columns)}, count(*) FROM {view} GROUP BY 1"
                found = dict(connection.execute(sql).fetchall())
                if STATED + column in columns and column in columns:  # what is shown is no row's own word
                    sql = f"SELECT DISTINCT {quoted(column)}, 0 FROM {view}"
                    found = {**dict(connection.execute(sql).fetchall()), **found}
                found.pop(None, None)
                counts.setdefault(column, Counter()).update(found)
        return cls.among(counts)

    def __bool__(self) -> bool:
        return bool(self.kept)

    def notes(self) -> list[str]:
        """Return what was brought together, the first few names of each column one by one."""
        return [note for column in NAMING for note in self._told(column)]

    def _told(self, column: str) -> list[str]:
        ways: dict[str, list[str]] = {}
        for spelling, name in self.kept.get(column, {}).items():
            if self.rows[column][spelling]:
                ways.setdefault(name, []).append(spelling)
        several = {name: sorted(ways[name]) for name in sorted(ways) if len(ways[name]) > 1}
        shown = [
            notes.write(notes.ONE_NAME, column=column, spellings=" and ".join(several[name]), name=name)
            for name in list(several)[:_MOST_SHOWN]
        ]
        left = len(several) - len(shown)
        return [*shown, *([notes.write(notes.MORE_NAMES, column=column, count=left)] if left else [])]

    def table(self, connection: duckdb.DuckDBPyConnection, name: str) -> str:
        """Make a table of the spellings: of_column, given, kept."""
        connection.execute(f"CREATE TEMP TABLE {name} (of_column VARCHAR, given VARCHAR, kept VARCHAR)")
        rows = [(column, *pair) for column, ways in self.kept.items() for pair in ways.items()]
        connection.executemany(f"INSERT INTO {name} VALUES (?, ?, ?)", rows)
        return name


def about_names(note: str) -> bool:
    """Tell whether a note is about names that were brought together."""
    found = notes.read(note)
    return found is not None and found[0] in (notes.ONE_NAME, notes.MORE_NAMES)


def said(column: str, columns: Iterable[str]) -> str:
    """Return the expression for a name as its row itself said it."""
    there = [quoted(c) for c in (STATED + column, column) if c in columns]
    return f"CAST(coalesce({', '.join(there)}) AS VARCHAR)"


def respelt(
    connection: duckdb.DuckDBPyConnection, views: Mapping[str, str], spellings: str, prefix: str
) -> dict[str, str]:
    """Make views in which every name is written as is kept, with what was said beside it.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    views : mapping of str to str
        Canonical table -> view.
    spellings : str
        The table that :meth:`Spellings.table` made.
    prefix : str
        Of the names of the views.
    """
    done = dict(views)
    for table, view in views.items():
        columns = connection.table(view).columns
        naming = [c for c in _naming(table, columns) if c in columns]  # a derived one is written later
        if naming:
            done[table] = f"{prefix}_{table}"
            sql = _respelt(view, columns, naming, spellings)
            connection.execute(f"CREATE TEMP VIEW {done[table]} AS {sql}")
    return done


def _respelt(view: str, columns: list[str], naming: list[str], spellings: str) -> str:
    left_out = [quoted(c) for name in naming for c in (name, STATED + name) if c in columns]
    listed, joins = [f"v.* EXCLUDE ({', '.join(left_out)})"], []
    for number, column in enumerate(naming):
        own = said(column, columns)
        kept = f"coalesce(s{number}.kept, {own})"
        listed += [f"{kept} AS {quoted(column)}", f"nullif({own}, {kept}) AS {quoted(STATED + column)}"]
        joins.append(
            f"LEFT JOIN (SELECT given, kept FROM {spellings} WHERE of_column = '{column}') AS s{number} "
            f"ON s{number}.given = {own}"
        )
    return f"SELECT {', '.join(listed)} FROM {view} AS v {' '.join(joins)}"


def written_otherwise(table: str, columns: Iterable[str], spellings: str) -> str | None:
    """Return the condition for rows of a table that bear another name than is kept now."""
    columns = list(columns)
    conditions = [
        f"EXISTS (SELECT 1 FROM {spellings} WHERE of_column = '{column}' "
        f"AND given = {said(column, columns)} AND kept IS DISTINCT FROM {quoted(column)})"
        for column in _naming(table, columns)
        if column in columns
    ]
    return " OR ".join(conditions) or None


def _naming(table: str, columns: Iterable[str]) -> list[str]:
    """Return the columns that name an agent or a campaign; a contact's attributes are its own."""
    found = set(columns)
    return [c for c in NAMING if c in TABLES[table].names and found & {c, STATED + c}]


def _kept(counts: Mapping[str, int]) -> dict[str, str]:
    """Return the spelling to keep for each spelling of the names that are written in several ways."""
    ways: dict[str, list[str]] = {}
    for spelling in counts:
        ways.setdefault(folded(spelling), []).append(spelling)
    kept = {}
    for spellings in ways.values():
        if len(spellings) > 1:
            # of equally frequent ones, the one without needless spaces, then the one in capitals
            best = min(spellings, key=lambda s: (-counts[s], s != " ".join(s.split()), s))
            kept |= dict.fromkeys(spellings, best)
    return kept
