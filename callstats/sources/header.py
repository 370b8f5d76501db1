"""Which row is the header, and which rows around it are no records.

Reports of dialers and CRMs begin with titles and filters, come with blank rows,
repeat their header on every page and end in totals and notes. None of that is a
call, and none of it is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from callstats.sources.raw import header_key

#: Rows looked at for a header.
LOOKED_AT = 60
REPEATED, NOTE, TOTAL = "a repeated header", "a line of words alone", "a row of totals"
#: Groups of columns of which a header holds one each.
Needs = tuple[tuple[str, ...], ...]

_TOTAL = re.compile(
    r"\s*(grand |sub|report |page )?\s*-?(totals?|sum|average)\b"
    r"|\s*(total g[eé]n[eé]ral|sous-total|somme|moyenne|итого|всего|сумма)\b"
    r"|\s*(gesamt|summe|totaal|totale|suma|promedio)\b",
    re.IGNORECASE,
)

#: Every text that may be a total, for a first look at a whole column.
MAY_BE_TOTAL = (
    r"(?i)^\s*((grand |sub|report |page )?\s*-?(total|sum|average)|sous-total|somme|moyenne"
    r"|итого|всего|сумма|gesamt|summe|totaal|totale|suma|promedio)"
)


def find_header(rows: Iterable[Sequence[str]], needs: Iterable[Needs], known: Iterable[str]) -> int | None:
    """Return the position of the header among the first rows of a file.

    It is the first row that holds the columns one of the layouts cannot do without; else the
    one with most of the known names, else the first that is filled.

    Parameters
    ----------
    rows : iterable of sequences of str
    needs : iterable of Needs
        Of each layout that the file may have.
    known : iterable of str
        All columns that are read.

    Examples
    --------
    >>> rows = [["Calls of September", ""], ["", ""], ["Id", "Date"], ["1", "2026-09-01"]]
    >>> find_header(rows, [(("id",), ("date",))], ["id", "date"])
    2
    """
    wanted = [tuple({header_key(name) for name in group} for group in need) for need in needs if need]
    names = {header_key(name) for name in known}
    best, most = None, 0
    for position, row in enumerate(rows):
        keys = {header_key(cell) for cell in row} - {""}
        if not keys:
            continue
        if any(all(group & keys for group in need) for need in wanted):
            return position
        if best is None or len(keys & names) > most:
            best, most = position, len(keys & names)
    return best


def holds_all(columns: Iterable[str], needs: Needs) -> bool:
    """Tell whether columns hold one of each group, whatever their case."""
    keys = {header_key(name) for name in columns}
    return bool(needs) and all(keys & {header_key(name) for name in group} for group in needs)


def is_total(text: str) -> bool:
    """Tell a row of totals by what its first filled cell says.

    Examples
    --------
    >>> is_total("Grand Totals (2 records)"), is_total("Totally new")
    (True, False)
    """
    return _TOTAL.match(text) is not None


def is_words(text: str) -> bool:
    """Tell a line of words, such as a copyright notice, from the cut-off start of a record.

    Examples
    --------
    >>> is_words("Confidential Information - Do Not Distribute"), is_words("T3, 14/0")
    (True, False)
    """
    return is_total(text) or len(re.findall(r"[^\W\d_]{2,}", text)) >= 2
