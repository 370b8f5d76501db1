"""Tables that a reader can sort on the page: each cell's sort key.

Cells hold numbers as formatted in the reader's language. A column is sorted
numerically if every known cell begins with a number, and alphabetically if it is text.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from callstats.show.calendar import LOCALES, UNKNOWN
from callstats.show.words import LANGUAGES
from callstats.show.writing import UNIT_WORDS

#: With fewer rows, sorting is not needed.
FEWEST_ROWS = 4
_SECONDS = {"h": 3_600.0, "min": 60.0, "s": 1.0}


def sortable(table: dict[str, Any], language: str) -> dict[str, Any]:
    """Return a table block with ``order`` on its columns and ``key`` on its cells, if it can be sorted.

    Parameters
    ----------
    table : dict
        A block of kind table, from `callstats.report.document.read`.
    language : str
        Of the report; decides what a comma means.
    """
    rows = table["rows"]
    if len(rows) < FEWEST_ROWS or any(len(row) != len(table["columns"]) for row in rows):
        return table
    keys = [
        _keys(column["align"], [row[place]["text"] for row in rows], language)
        for place, column in enumerate(table["columns"])
    ]
    columns = [{**column, "order": key[0]} for column, key in zip(table["columns"], keys, strict=True)]
    body = [
        [{**cell, "key": key[1][number]} for cell, key in zip(row, keys, strict=True)]
        for number, row in enumerate(rows)
    ]
    return {**table, "columns": columns, "rows": body}


def sorts(block: dict[str, Any]) -> bool:
    """Return whether a block is a sortable table."""
    return block["kind"] == "table" and any(column.get("order") for column in block["columns"])


def number(text: str, language: str = "en") -> float | None:
    """Return the number a cell begins with, durations in seconds; None if there is none.

    Examples
    --------
    >>> number("−12.5 pp"), number("1 h 05 min"), number("1 234,5 €", "fr"), number("Ann")
    (-12.5, 3900.0, 1234.5, None)
    """
    sign, parts, units = _patterns(language if language in LANGUAGES else "en")
    matches = list(parts.finditer(text))
    if not matches or any(char.isalpha() for char in text[: matches[0].start()]):
        return None
    values = [(_plain(match[1], language), units.get(match[2] or "")) for match in matches]
    first, unit = values[0]
    size = sum(value * seconds for value, seconds in values if seconds) if unit else first
    return -size if sign.match(text) else size


def _keys(align: str, texts: list[str], language: str) -> tuple[str | None, list[float | str | None]]:
    known = [text for text in texts if text not in ("", UNKNOWN)]
    if not known:
        return None, [None] * len(texts)
    if align == "left":
        return "text", [text.casefold() if text in known else None for text in texts]
    numbers = [number(text, language) if text in known else None for text in texts]
    if sum(value is not None for value in numbers) < len(known):
        return None, [None] * len(texts)
    return "number", list(numbers)


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str], dict[str, float]]:
    """Return the minus signs, the pattern of a number with its unit, and the seconds per unit name."""
    units = {UNIT_WORDS[language][word]: seconds for word, seconds in _SECONDS.items()}
    known = "|".join(sorted(map(re.escape, units), key=len, reverse=True))
    group, point = (re.escape(symbol) for symbol in _symbols(language))
    number = rf"(\d+(?:[{group}\s]\d{{3}})*(?:{point}\d+)?)"
    return re.compile(r"\s*[−-]"), re.compile(rf"{number}(?:\s?({known})(?![^\W\d_]))?"), units


@cache
def _symbols(language: str) -> tuple[str, str]:
    from babel.numbers import get_decimal_symbol, get_group_symbol

    locale = LOCALES.get(language, "en")
    return get_group_symbol(locale), get_decimal_symbol(locale)


def _plain(text: str, language: str) -> float:
    group, point = _symbols(language)
    return float("".join(text.replace(group, "").split()).replace(point, "."))
