"""Formats of times in a mapping: checked when loaded, and translated where another system's was meant."""

from __future__ import annotations

import re

import pandas as pd

_DIRECTIVES = frozenset("aAbBdHIjmMpSUVwWyYzZfGuc%xXTRD")
#: Letters of formats as Java, Excel and .NET write them, the longest first.
_LETTERS = (
    ("yyyy", "%Y"), ("YYYY", "%Y"), ("yy", "%y"), ("YY", "%y"), ("MMMM", "%B"), ("MMM", "%b"), ("MM", "%m"),
    ("dd", "%d"), ("DD", "%d"), ("HH", "%H"), ("hh", "%I"), ("mm", "%M"), ("ss", "%S"), ("SSS", "%f"),
    ("SS", "%S"), ("tt", "%p"), ("a", "%p"), ("AM/PM", "%p"), ("M", "%m"), ("d", "%d"), ("D", "%d"),
    ("H", "%H"), ("h", "%I"), ("m", "%M"), ("s", "%S"),
)  # fmt: skip
_PLACE = re.compile("|".join(re.escape(letters) for letters, _ in sorted(_LETTERS, key=lambda p: -len(p[0]))))


def check_format(form: str) -> str:
    """Return a strptime format, checked.

    Raises
    ------
    ValueError
        It has a directive that there is not, or none at all; the message says what was meant.

    Examples
    --------
    >>> check_format("%d/%m/%Y")
    '%d/%m/%Y'
    """
    found = re.findall(r"%[-#]?(.?)", form)
    if not found:
        raise ValueError(f"the format {form!r} has no % in it; was {meant(form)!r} meant?")
    wrong = [letter for letter in found if letter not in _DIRECTIVES]
    if wrong:
        raise ValueError(
            f"the format {form!r} has %{wrong[0]}, which there is not; known are %d %m %Y %H %M %S %p"
        )
    try:
        pd.to_datetime(pd.Series(["x"]), format=form, errors="coerce")
    except ValueError as error:
        raise ValueError(f"the format {form!r} cannot be used: {error}") from error
    return form


def meant(form: str) -> str:
    """Return the strptime format that one of Java, Excel or .NET stands for.

    Examples
    --------
    >>> meant("dd/MM/yyyy HH:mm:ss"), meant("M/d/yyyy h:mm a")
    ('%d/%m/%Y %H:%M:%S', '%m/%d/%Y %I:%M %p')
    """
    by_letters = dict(_LETTERS)
    return _PLACE.sub(lambda match: by_letters[match[0]], form)
