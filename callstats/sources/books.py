"""The books of an import: of every file, how many rows it had and what became of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Account:
    """What became of the rows that one table of a file had.

    Attributes
    ----------
    file : str
        The file, and the sheet or table in it.
    table : str
        What its rows became: a canonical or helper table.
    rows : int
        Rows in the file under the header, without blank ones.
    rejected : int
    left_out : dict of str to int
        Rows left out on purpose, by which rule.
    merged : int
        Rows that are one call with another row: the further legs of a call.
    unread_cells : dict of str to int
        Cells that could not be read and are unknown, by column of the data set.
    again : int
        Rows that a later file holds as well.
    raw : int
        Number of the raw table, while the export is read.

    Examples
    --------
    >>> Account("a.csv", "calls", 19, rejected=2, left_out={"Type is not Outbound": 6}).taken
    11
    """

    file: str
    table: str
    rows: int
    rejected: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    merged: int = 0
    unread_cells: dict[str, int] = field(default_factory=dict)
    again: int = 0
    raw: int = -1

    @property
    def taken(self) -> int:
        """The rows that are in the data set."""
        return self.rows - self.rejected - sum(self.left_out.values()) - self.merged - self.again

    def enter(self, part: Account) -> None:
        """Add the account of a further part of the same table."""
        for name in ("rows", "rejected", "merged", "again"):
            setattr(self, name, getattr(self, name) + getattr(part, name))
        for mine, theirs in ((self.left_out, part.left_out), (self.unread_cells, part.unread_cells)):
            for key, count in theirs.items():
                mine[key] = mine.get(key, 0) + count

    def as_dict(self) -> dict[str, Any]:
        """Return the account as the provenance holds it."""
        return {
            "file": self.file,
            "table": self.table,
            "rows": self.rows,
            "taken": self.taken,
            "rejected": self.rejected,
            "merged": self.merged,
            "again": self.again,
            "left_out": dict(self.left_out),
            "unread_cells": dict(self.unread_cells),
        }


#: What the rows of a table are, one and several.
NOUNS: dict[str, tuple[str, str]] = {
    "calls": ("{count} call", "{count} calls"),
    "agent_time": ("{count} row of agent time", "{count} rows of agent time"),
    "agent_log": ("{count} row of agent time", "{count} rows of agent time"),
    "queue_events": ("{count} event of a queue", "{count} events of queues"),
    "contacts": ("{count} contact", "{count} contacts"),
    "costs": ("{count} cost", "{count} costs"),
    "evaluations": ("{count} score", "{count} scores"),
    "surveys": ("{count} survey answer", "{count} survey answers"),
    "callbacks": ("{count} call-back", "{count} call-backs"),
    "cases": ("{count} case", "{count} cases"),
    "statuses": ("{count} status", "{count} statuses"),
    "": ("{count} row", "{count} rows"),
}
_LEGS = ("{count} further leg of the same call", "{count} further legs of the same calls")


def counted(count: int, table: str = "") -> str:
    """Return a number of rows of a table in words.

    Examples
    --------
    >>> counted(1, "calls"), counted(1200, "agent_time"), counted(1)
    ('1 call', '1,200 rows of agent time', '1 row')
    """
    return _said(NOUNS.get(table, NOUNS[""]), count)


def _said(noun: tuple[str, str], count: int) -> str:
    return noun[count != 1].format(count=f"{count:,}")


def lines(books: list[dict[str, Any]]) -> list[str]:
    """Return the books as sentences, a line for each file and table.

    Examples
    --------
    >>> lines([Account("a.csv", "calls", 19, 2, {"Type is not Outbound": 6}).as_dict()])
    ['a.csv: 19 rows = 11 calls + 2 rejected + 6 left out (Type is not Outbound)']
    """
    return [_line(account) for account in books]


def _line(account: dict[str, Any]) -> str:
    parts = [counted(account["taken"], account["table"])]
    if account["rejected"]:
        parts.append(f"{account['rejected']:,} rejected")
    if account["merged"]:
        parts.append(_said(_LEGS, account["merged"]))
    if account["again"]:
        parts.append(f"{account['again']:,} that a later file holds as well")
    parts += [f"{count:,} left out ({reason})" for reason, count in account["left_out"].items()]
    return f"{account['file']}: {counted(account['rows'])} = {' + '.join(parts)}"
