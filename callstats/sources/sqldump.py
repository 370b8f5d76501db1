"""Read tables from a mysqldump file: INSERT statements as texts.

mysqldump writes each INSERT on one line, with line breaks inside texts escaped,
and the columns in the CREATE TABLE before it. Nothing is executed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from callstats import bounds
from callstats.errors import InputError
from callstats.sources.encoding import detect_encoding
from callstats.sources.gathering import CELL, Gathered
from callstats.sources.raw import Bad, Raw, table_name, unique_names
from callstats.sources.typed_cells import of_texts

_CREATE = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?`?([^`\s(]+)`?")
_COLUMN = re.compile(r"\s*`([^`]+)`")
_INSERT = re.compile(
    r"(?:INSERT|REPLACE)(?: IGNORE)? INTO `?([^`\s(]+)`?\s*(?:\(([^)]*)\)\s*)?VALUES\s*", re.I
)
_VALUE = re.compile(r"\s*(?:'((?:[^'\\]|\\.|'')*)'|([^,()']*))\s*([,)])", re.S)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "", "Z": "", "b": ""}


def read_dump(path: Path, file: str, tables: Iterable[str]) -> Iterator[Raw]:
    """Read the tables of a SQL dump that a source knows.

    Parameters
    ----------
    path : Path
    file : str
        What the file is called.
    tables : iterable of str
        Names of the tables to read; others are named as not read.

    Raises
    ------
    InputError
        The dump does not give a table's column names.
    """
    names = list(tables)
    columns: dict[str, list[str]] = {}
    found: dict[str, _Table] = {}
    others: dict[str, None] = {}
    encoding, note = detect_encoding(path, file=file, longest=bounds.STATEMENT)
    _check_size(path, encoding, file, names)
    creating = ""
    with path.open(encoding=encoding, newline="\n") as stream:
        for line in stream:
            if match := _CREATE.match(line):
                creating = match[1]
                columns[creating] = []
            elif creating and (match := _COLUMN.match(line)):
                columns[creating].append(match[1])
            elif match := _INSERT.match(line):
                creating = ""
                if table_name(match[1], names):
                    _listed(match, columns)
                    if match[1] not in found:
                        titles = _titles(columns.get(match[1], []), table_name(match[1], names), file)
                        found[match[1]] = _Table(titles, f"{file}, {match[1]}")
                    found[match[1]].enter(_records(line, match.end()))
                else:
                    others.setdefault(match[1], None)
    for table, read in found.items():
        yield Raw(
            file, table_name(table, names), read.good.cells(), read.rows, read.bad, [note] if note else [],
            sheet=table,
        )  # fmt: skip
    for table in others:
        yield Raw(file, sheet=table, unread="its columns are none that are read")


def _check_size(path: Path, encoding: str, file: str, names: list[str]) -> None:
    """Refuse tables that are too large to be read whole before their values are taken apart."""
    sizes: dict[str, int] = {}
    with path.open(encoding=encoding, newline="\n") as stream:
        for line in stream:
            if (match := _INSERT.match(line)) and table_name(match[1], names):
                sizes[match[1]] = sizes.get(match[1], 0) + line.count(",") * CELL + len(line) // 2
                bounds.check_whole(sizes[match[1]], f"{file}, {match[1]}", _HINT)


def _listed(match: re.Match[str], columns: dict[str, list[str]]) -> None:
    if match[2]:
        columns[match[1]] = [name.strip(" `") for name in match[2].split(",")]


def _records(line: str, start: int) -> Iterator[list[str | None]]:
    position = line.find("(", start)
    while position >= 0:
        record: list[str | None] = []
        position += 1
        while match := _VALUE.match(line, position):
            record.append(_unescaped(match[1]) if match[1] is not None else _bare(match[2]))
            position = match.end()
            if match[3] == ")":
                break
        yield record
        position = line.find("(", position)


def _bare(text: str) -> str | None:
    return None if text.strip().upper() == "NULL" else text.strip()


def _unescaped(text: str) -> str:
    if "\\" not in text and "''" not in text:
        return text
    plain = re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), text, flags=re.S)
    return plain.replace("''", "'")


def _titles(columns: list[str], name: str, file: str) -> list[str]:
    if not columns:
        raise InputError(
            f"the dump does not name the columns of {name}",
            file=file,
            hint="Dump with CREATE TABLE statements, or with --complete-insert.",
        )
    bounds.check_columns(len(columns), f"{file}, {name}")
    return unique_names(columns)


class _Table:
    """The records of one table of a dump; those with more or fewer values than columns are set aside."""

    def __init__(self, titles: list[str], called: str) -> None:
        self.good = Gathered(titles, called, _HINT, of_texts)
        self.rows: list[int] = []
        self.bad: list[Bad] = []
        self._width = len(titles)

    def enter(self, records: Iterable[list[str | None]]) -> None:
        """Add the records of a statement."""
        for row, record in enumerate(records, start=len(self.rows) + len(self.bad) + 2):
            if len(record) == self._width:
                self.rows.append(row)
                self.good.add(record, row)
            else:
                said = f"{len(record)} values"
                reason = f"{said} instead of {self._width}"
                content = str(record)[: bounds.CONTENT]
                self.bad.append(Bad(row, "a line has as many fields as the header", reason, said, content))


_HINT = "Import from the database itself, day by day, or export the table as CSV."
