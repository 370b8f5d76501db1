"""Names of sheets from captions: legal in Excel, unique in their workbook."""

from __future__ import annotations

import re

from callstats.show.plain import clean

_MOST = 31  # of Excel, in UTF-16 units
_ILLEGAL = re.compile(r"[\[\]:*?/\\]")
#: Excel keeps it for itself.
_RESERVED = "history"
_NAMELESS = "Sheet"


class SheetNames:
    """The names of a workbook's sheets that are taken so far.

    Examples
    --------
    >>> names = SheetNames()
    >>> names.free("Lists: A/B"), names.free("lists a b"), names.free("'")
    ('Lists A B', 'lists a b 2', 'Sheet')
    """

    def __init__(self) -> None:
        self._taken: set[str] = {_RESERVED}

    def free(self, caption: str) -> str:
        """Return a name like a caption that no other sheet has, and take it."""
        words = " ".join(_ILLEGAL.sub(" ", clean(caption)).split()).strip("' ") or _NAMELESS
        name, count = _cut(words, _MOST), 1
        while name.casefold() in self._taken:
            count += 1
            name = f"{_cut(words, _MOST - len(str(count)) - 1)} {count}"
        self._taken.add(name.casefold())
        return name


def _cut(text: str, most: int) -> str:
    """Return a text of at most so many UTF-16 units, cut at a letter."""
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore").strip("' ") or _NAMELESS
