"""The language sources are described in: data, no logic.

A :class:`Source` says which tables a dialer or CRM writes (:class:`Layout`),
how each canonical column is derived from the columns of the export
(:class:`Field`), what its status codes mean, whose clock its times are on, and
what is easily misread. A mapping file in TOML compiles to the same objects, so
one reader serves them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from callstats.model import TABLES, Type
from callstats.sources.outcomes import Outcome

Unit = Literal["s", "ms", "min", "h", "hh:mm:ss", ""]

#: Texts that mean "no value", whatever the column.
NULLS = ("", "NULL", "\\N", "null", "None", "NaN", "nan", "NaT", "<NA>", "0000-00-00 00:00:00", "0000-00-00")
TRUE = ("y", "yes", "true", "t", "1", "1.0", "oui", "да")
FALSE = ("n", "no", "false", "f", "0", "0.0", "non", "нет")


@dataclass(frozen=True, slots=True)
class Field:
    """How one column is derived from an export.

    Attributes
    ----------
    to : str
        The canonical column, or a helper column of the source.
    columns : tuple of str
        Columns of the export that may hold it; the first one present is used.
    type : str
        If empty, the type the model gives the canonical column.
    required : bool
        The export cannot be read without it.
    constant : str, optional
        The same text for every row, instead of a column.
    template : str, optional
        A text built from several columns: ``"{day} {month} 2010"``.
    row_number : bool
        The file's content and the row, which identify a row that has no id, instead of a column.
    formats : tuple of str
        strptime formats of a time; if empty, inferred from the values.
    unit : str
        Of a duration in the export; the data set holds seconds.
    decimal : str
        The decimal mark of a number.
    values : mapping of str to str, optional
        What each text of the export becomes in the data set.
    true, false : tuple of str, optional
        The texts that set and clear a flag. With ``true`` alone, every other text clears it.
    """

    to: str
    columns: tuple[str, ...] = ()
    type: Type | Literal["epoch", ""] = ""
    required: bool = False
    constant: str | None = None
    template: str | None = None
    row_number: bool = False
    formats: tuple[str, ...] = ()
    unit: Unit = ""
    decimal: str = "."
    values: Mapping[str, str] | None = None
    true: tuple[str, ...] | None = None
    false: tuple[str, ...] | None = None

    def type_in(self, table: str) -> str:
        """The type of the values: its own, else the model's, else text."""
        if self.type:
            return self.type
        model = TABLES.get(table)
        return model[self.to].type if model and self.to in model.names else "text"


@dataclass(frozen=True, slots=True)
class Repeat:
    """One row stands for several dials: ``count`` names the column with their number.

    The outcome and the durations belong to the last one. Of the others we only
    know that they did not succeed and did not close the contact.
    """

    count: str


@dataclass(frozen=True, slots=True)
class Layout:
    """One table of an export and the canonical table it becomes.

    Attributes
    ----------
    name : str
        What the source calls it: the name of a file in a folder, or of a table in a database.
    table : str
        The canonical table, or a helper table that ``Source.shape`` turns into one.
    fields : tuple of Field
    signature : tuple of str
        Columns by which a file with another name is recognised.
    unlike : tuple of str
        Columns whose presence means it is another layout.
    repeat : Repeat, optional
    files : str
        Pattern for the names of the files to read; if empty, every file.
    """

    name: str
    table: str
    fields: tuple[Field, ...]
    signature: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    repeat: Repeat | None = None
    files: str = ""

    @property
    def known(self) -> tuple[str, ...]:
        """Every column of the export that the layout reads."""
        return tuple(dict.fromkeys(column for item in self.fields for column in item.columns))


@dataclass(frozen=True, slots=True)
class TextOptions:
    """How delimited text is written; an empty setting is inferred from the file.

    ``unquoted`` lists the delimiters with which the source never quotes, so that
    a quotation mark in a comment is just a character.
    """

    encoding: str = ""
    delimiter: str = ""
    quote: str | None = None
    sheet: str = ""
    unquoted: tuple[str, ...] = ()


Tables = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """A system that exports calls.

    Attributes
    ----------
    name, title : str
    layouts : tuple of Layout
    statuses : mapping of str to Outcome
        What each status code says about a call.
    time_zone : str
        Whose clock the times are on: ``server`` (the zone is given by the user),
        an IANA zone, or ``column:NAME``.
    no_agent : tuple of str
        Users that are the dialer rather than people.
    handled_needs_agent : bool
        A call without an agent was not handled, whatever its status.
    text : TextOptions
    nulls : tuple of str
    more_statuses : callable, optional
        Reads the export's own status tables: tables -> {(campaign or "", code): Outcome}.
    prepare : callable, optional
        Completes each row before it is checked: tables -> tables.
    shape : callable, optional
        Turns accepted rows into canonical tables: (tables, notes, time zone) -> tables.
    traps : tuple of str
        What is easily misread in this export; printed in the docs.
    lacks : mapping of str to str
        What this export cannot answer, and why.
    choose : bool
        If true, every file is one of the layouts; otherwise every layout is read from every file.
    """

    name: str
    title: str
    layouts: tuple[Layout, ...]
    statuses: Mapping[str, Outcome] = field(default_factory=dict)
    time_zone: str = "server"
    no_agent: tuple[str, ...] = ()
    handled_needs_agent: bool = False
    text: TextOptions = TextOptions()
    nulls: tuple[str, ...] = NULLS
    more_statuses: Callable[[Tables], dict[tuple[str, str], Outcome]] | None = None
    prepare: Callable[[Tables], Tables] | None = None
    shape: Callable[[Tables, list[str], str], Tables] | None = None
    traps: tuple[str, ...] = ()
    lacks: Mapping[str, str] = field(default_factory=dict)
    choose: bool = True
