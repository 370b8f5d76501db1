"""The errors an analyst may see: built from facts, ending in a hint.

Every message says what was found, where (file, row, column), what to do about
it and, for a misspelt name, which known names are near.
"""

from __future__ import annotations

import copyreg
import difflib
import unicodedata
from collections.abc import Iterable
from typing import Any


class CallstatsError(Exception):
    """Base of every error that callstats raises on purpose.

    Parameters
    ----------
    found : str
        What was found, as a sentence without its final stop.
    file, column : str, optional
        Where it was found.
    row : int, optional
        Row in the file, counted from 1 with the header as row 1, as a
        spreadsheet or editor shows it.
    hint : str, optional
        What to do about it.
    near : iterable of str, optional
        Known names close to the requested one.

    Attributes
    ----------
    exit_code : int
        The command line's exit code when this error ends a command.
    """

    exit_code = 1

    def __init__(
        self,
        found: str,
        *,
        file: object = None,
        row: int | None = None,
        column: str | None = None,
        hint: str | None = None,
        near: Iterable[str] = (),
    ) -> None:
        self.found = found
        self.file = None if file is None else one_line(str(file))
        self.row = row
        self.column = column
        self.hint = hint
        self.near = tuple(near)
        super().__init__(self._message())

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as it is, so that another process need not rebuild the message."""
        return copyreg.__newobj__, (type(self), str(self)), self.__dict__  # type: ignore[attr-defined]

    def _message(self) -> str:
        places = [
            self.file,
            f"row {self.row}" if self.row is not None else None,
            f"column {str(self.column)!r}" if self.column is not None else None,
        ]
        where = ", ".join(place for place in places if place)
        found = str(self.found)
        said = found if found.endswith((".", "?", "!")) else f"{found}."
        lines = [f"{where}: {said}" if where else said]
        if self.near:
            lines.append("Did you mean " + " or ".join(repr(name) for name in self.near) + "?")
        if self.hint:
            lines.append(self.hint)
        return harmless("\n".join(lines))


class UsageError(CallstatsError):
    """The question cannot be asked like this: unknown name, wrong type, empty period."""

    exit_code = 2


class ComparisonRefused(CallstatsError):  # noqa: N818 - it is an answer, not a mistake
    """Groups cannot be compared as requested: the message says why, and what would make it possible."""

    exit_code = 1


class InputError(CallstatsError):
    """A file or frame cannot be read in the form it was declared to have."""

    exit_code = 3


class ReportError(CallstatsError):
    """A report could not be made."""

    exit_code = 4


def harmless(text: str) -> str:
    r"""Return text in which nothing moves a cursor, colours a terminal or turns the reading direction.

    Names of files and columns come from anywhere. What a terminal would obey is written as an
    escape, as in a text of Python; line ends stay, and so do the joiners that letters of some
    scripts and emoji need.

    Examples
    --------
    >>> print(harmless("list\x1b[31m\u202e A"))
    list\x1b[31m\u202e A
    """
    if text.isprintable():
        return text
    return "".join(_escaped(c) if _is_obeyed(c) else c for c in text)


def one_line(text: str) -> str:
    r"""Return a name as it can stand in a sentence: harmless, and without line ends.

    Examples
    --------
    >>> print(one_line("a\nb"))
    a\nb
    """
    return harmless(text).replace("\n", "\\n")


#: Categories of Unicode whose characters are instructions, not signs: control, format, half of a pair,
#: line and paragraph ends.
_INSTRUCTIONS = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{SOFT HYPHEN}"


def _is_obeyed(char: str) -> bool:
    return char != "\n" and char not in _JOINERS and unicodedata.category(char) in _INSTRUCTIONS


def _escaped(char: str) -> str:
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")


def spoken(name: str) -> str:
    """Normalise a name for comparison: case, underscores, hyphens and the kind of apostrophe do not matter.

    Examples
    --------
    >>> spoken("Taux d\N{RIGHT SINGLE QUOTATION MARK}occupation") == spoken("taux  d'occupation")
    True
    """
    return " ".join(name.casefold().translate(_ALIKE).split())


_ALIKE = str.maketrans({"_": " ", "-": " ", "\N{RIGHT SINGLE QUOTATION MARK}": "'"})


def near_names(name: str, known: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Return the known names that look like ``name``, nearest first.

    Examples
    --------
    >>> near_names("anser_rate", ["answer_rate", "roi"])
    ('answer_rate',)
    """
    known = [str(item) for item in known]
    close = difflib.get_close_matches(str(name), known, n=most, cutoff=0.6)
    if close:
        return tuple(close)
    return tuple(item for item in known if str(name).lower() in item.lower())[:most]


def unknown_name(kind: str, name: str, known: Iterable[str], **where: object) -> UsageError:
    """Build the error for an unknown name, with the names near it.

    Examples
    --------
    >>> print(unknown_name("campaign", "sprng", ["spring", "autumn"]))
    unknown campaign 'sprng'.
    Did you mean 'spring'?
    """
    known = [str(item) for item in known]
    near = near_names(name, known)
    listed = ", ".join(known[:20]) + (f" … ({len(known)} in all)" if len(known) > 20 else "")
    hint = None if near else f"Known: {listed or 'none'}."
    return UsageError(f"unknown {kind} {name!r}", near=near, hint=hint, **where)  # type: ignore[arg-type]
