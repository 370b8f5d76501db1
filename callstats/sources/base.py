"""The language sources are described in: data, no logic.

A :class:`Source` says which tables a dialer or CRM writes (:class:`Layout`),
how each canonical column is derived from the columns of the export
(:class:`Field`), what its status codes mean, whose clock its times are on, and
what is easily misread. A mapping file in TOML compiles to the same objects, so
one reader serves them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from callstats.model import TABLES, Type
from callstats.sources.outcomes import Outcome

Unit = Literal["s", "ms", "us", "min", "h", "hh:mm:ss", "hh:mm", "text", ""]
#: What a field may hold beyond the types of the model: seconds since 1970, an amount, a number to dial.
Kind = Type | Literal["epoch", "money", "phone", ""]

#: Texts that mean "no value", whatever the column.
NULLS = ("", "NULL", "\\N", "null", "None", "NaN", "nan", "NaT", "<NA>", "0000-00-00 00:00:00", "0000-00-00")
#: CodeWords that stand for "not known" where a number, a time or a flag is expected.
UNKNOWN = (
    "-",
    "--",
    "---",
    "–",
    "—",
    "n/a",
    "na",
    "#n/a",
    "n.a.",
    "(null)",
    "nil",
    "none",
    "unknown",
    "?",
    "tbd",
)
TRUE = ("y", "yes", "true", "t", "1", "1.0", "oui", "да", "ja", "sí", "si", "vrai", "wahr")
FALSE = ("n", "no", "false", "f", "0", "0.0", "non", "нет", "nein", "faux", "falsch")


@dataclass(frozen=True, slots=True)
class Field:
    """How one column is derived from an export.

    Attributes
    ----------
    to : str
        The canonical column, or a helper column of the source.
    columns : tuple of str
        Columns of the export that may hold it; the first one present is used.
    pick : str
        How several columns are one: empty (the first one present), ``filled`` (the first one
        that is filled in the row), ``direction`` (the first of outbound, the second of inbound calls).
    minus : str
        A column that is taken off: of times the seconds between them, of numbers the difference.
    filled : bool
        A flag that is set where the cell holds something.
    above : float, optional
        A flag that is set where the number is greater.
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
    settled : tuple of str
        Formats that a sample of the file is written in: tried first where the formats are inferred.
    unit : str
        Of a duration in the export; the data set holds seconds. Of a time, that it may also be
        a count of milliseconds since 1970 (``ms``).
    decimal, thousands : str
        The marks of a number written as a text.
    country : str
        Of telephone numbers: where those without a country code are.
    values : mapping of str to str, optional
        What each text of the export is called in the data set; ``*`` stands for every other one.
    true, false : tuple of str, optional
        The texts that set and clear a flag. With ``true`` alone, every other text clears it.
    """

    to: str
    columns: tuple[str, ...] = ()
    type: Kind = ""
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
    pick: Literal["", "filled", "direction"] = ""
    minus: str = ""
    filled: bool = False
    above: float | None = None
    thousands: str = ""
    country: str = ""
    settled: tuple[str, ...] = ()

    @property
    def reads(self) -> tuple[tuple[str, ...], ...]:
        """What it reads: one column of each of these groups, or all columns of a pick by itself."""
        if self.template:
            groups = tuple((name,) for name in re.findall(r"{([^{}]+)}", self.template))
        elif self.pick == "direction":
            groups = tuple((name,) for name in self.columns)
        else:
            groups = (self.columns,) if self.columns else ()
        return (*groups, (self.minus,)) if self.minus else groups

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
class RowCondition:
    """Which rows of a table are taken, by one of its columns.

    Attributes
    ----------
    column : str
    words : tuple of str
        Taken are rows with one of these texts, whatever their case.
    above : float, optional
        Taken are rows with a greater number.
    filled : bool, optional
        Taken are rows that hold something there, or nothing.
    other_than : tuple of str
        Left out are rows with one of these texts.
    optional : bool
        A file without the column is taken whole.
    """

    column: str
    words: tuple[str, ...] = ()
    above: float | None = None
    filled: bool | None = None
    other_than: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Join:
    """Columns of a second file, looked up by key; a row without a match stays.

    ``on`` pairs each column of the table with that of the second file.
    """

    file: str
    on: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Legs:
    """Several rows are one call: a leg for each extension or agent it rang at.

    Attributes
    ----------
    key : tuple of str
        Columns that name the call; in each row the first one filled.
    first : str
        The column by which legs are ordered.
    keep : mapping of str to str
        How a column of the call is made of those of its legs: ``first``, ``last``, ``sum``,
        ``max``, ``min``, ``any``, ``best`` (of the leg with the best outcome) or ``answered``
        (of the leg that was handled, the longest talk if several were).
    best : tuple of str
        Outcome codes, the one that wins first.
    """

    key: tuple[str, ...]
    first: str = ""
    keep: Mapping[str, str] = field(default_factory=dict)
    best: tuple[str, ...] = ()


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
        Pattern of the names of the files it is read from; empty: every file.
    where : tuple of RowCondition
        Rows that are taken; the others are left out on purpose.
    join : Join, optional
    legs : Legs, optional
    states : mapping of str to str
        Of agent time with a column a state: each state and its column.
    state_unit : str
        Of these columns.
    order : tuple of str
        The columns of a file without a header, in order; more columns may follow.
    looks : mapping of str to str
        What the filled cells of a column look like, by which a file without a header is
        told: a regular expression each.
    ragged : bool
        Rows of a file without a header may be shorter: a log of events, each with its own parameters.
    together : tuple of str, optional
        Where the source's functions look at several rows at a time: the column whose equal values are on the
        rows that belong together, in all its tables.
    shared : bool
        Every row of the other tables may need it: a table of codes.
    """

    name: str
    table: str
    fields: tuple[Field, ...]
    signature: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    repeat: Repeat | None = None
    files: str = ""
    where: tuple[RowCondition, ...] = ()
    join: Join | None = None
    legs: Legs | None = None
    states: Mapping[str, str] = field(default_factory=dict)
    state_unit: Unit = ""
    order: tuple[str, ...] = ()
    looks: Mapping[str, str] = field(default_factory=dict)
    ragged: bool = False
    together: tuple[str, ...] | None = None
    shared: bool = False

    @property
    def known(self) -> tuple[str, ...]:
        """Every column of the export that it reads."""
        fields = (column for item in self.fields for group in item.reads for column in group)
        named = (item.column for item in self.where)
        legs = (*self.legs.key, self.legs.first) if self.legs else ()
        return tuple(dict.fromkeys(filter(None, (*fields, *named, *legs, *self.states.values()))))

    @property
    def needs(self) -> tuple[tuple[str, ...], ...]:
        """Groups of columns of which a file that has this layout holds one each."""
        if self.signature:
            return tuple((name,) for name in self.signature)
        groups = [group for item in self.fields if item.required for group in item.reads]
        return tuple(dict.fromkeys((*groups, *((item.column,) for item in self.where if not item.optional))))


@dataclass(frozen=True, slots=True)
class TextOptions:
    """How files are written; an empty setting is found out from the file.

    Attributes
    ----------
    encoding, delimiter, quote
        Of delimited text.
    sheet : tuple of str
        Sheets of a workbook that are read; empty: all that hold the columns.
    unquoted : tuple of str
        Delimiters with which the source never quotes, so that a quotation mark in a comment is only a mark.
    header : int, optional
        The row of the header; 0: there is none, and ``names`` are the columns.
    names : tuple of str
    fill_down : tuple of str
        Columns whose empty cells hold what stands above them.
    ragged : bool
        Rows may be shorter than the header, or than ``names``.
    """

    encoding: str = ""
    delimiter: str = ""
    quote: str | None = None
    sheet: tuple[str, ...] = ()
    unquoted: tuple[str, ...] = ()
    header: int | None = None
    names: tuple[str, ...] = ()
    fill_down: tuple[str, ...] = ()
    ragged: bool = False


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
    inbound_statuses : mapping of str to Outcome
        What a code says of an inbound call, where it says something else: "no answer" is then a caller who
        was given no agent.
    complete : callable, optional
        Adds to calls what needs several columns, before outcomes and legs: calls -> calls.
    prepare : callable, optional
        Completes each row before it is checked: tables -> tables. A row that it leaves out
        on purpose bears the reason in the column ``_left_out``.
    shape : callable, optional
        Turns accepted rows into canonical tables: (tables, notes, time zone) -> tables.
    traps : tuple of str
        What is easily misread in this export; printed in the docs.
    lacks : mapping of str to str
        What this export cannot answer, and why.
    dates : str
        ``day-first`` or ``month-first``: how a date is read that could be either.
    choose : bool
        If true, every file is one of the layouts; otherwise every layout is read from every file.
    call_by_call : bool
        Its functions look at the rows of one call at a time, so that a long file can be read part by part.
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
    inbound_statuses: Mapping[str, Outcome] = field(default_factory=dict)
    complete: Callable[[Any], Any] | None = None
    prepare: Callable[[Tables], Tables] | None = None
    shape: Callable[[Tables, list[str], str], Tables] | None = None
    traps: tuple[str, ...] = ()
    lacks: Mapping[str, str] = field(default_factory=dict)
    dates: str = ""
    choose: bool = True
    call_by_call: bool = False

    def together(self, layout: Layout) -> tuple[str, ...] | None:
        """Return the columns that rows which belong together have alike; the first filled one counts.

        None of them: each row stands for itself. None: the whole table belongs together.
        """
        if layout.together is not None:
            return layout.together
        if self.text.fill_down:
            return None
        if self.call_by_call or not (self.complete or self.prepare or self.shape or self.more_statuses):
            return layout.legs.key if layout.legs else ()
        return None
