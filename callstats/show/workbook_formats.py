"""How a number stands in a cell of a workbook: what it holds, its format, and the unit in its head."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from babel.numbers import get_currency_symbol

from callstats.show.calendar import LOCALES
from callstats.show.writing import UNIT_WORDS

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

#: Of links; Okabe and Ito's blue, as on the page.
COLOUR = "#0072B2"
_DAY_S = 86_400.0
_SECONDS = {"s": 1.0, "h": 3_600.0}
_DATES = {"date": "yyyy-mm-dd", "instant": "yyyy-mm-dd hh:mm:ss"}
#: The day that Excel counts as 0.
_ZERO = dt.date(1899, 12, 30).toordinal()


def held(number: float, origin: Mapping[str, Any]) -> float:
    """Return what a cell holds for a number in its unit: of a duration or a date, days.

    A duration that is a difference stays in its unit: Excel shows no negative ones.

    Examples
    --------
    >>> held(5_400.0, {"unit": "s"}), held(-90.0, {"unit": "s", "change": True}), held(0.123, {"unit": "%"})
    (0.0625, -90.0, 0.123)
    """
    unit = origin["unit"]
    if unit in _DATES:
        return number - _ZERO
    if _is_clock(origin):
        return number * _SECONDS[unit] / _DAY_S
    return float(number)


def number_format(origin: Mapping[str, Any], language: str = "en") -> str:
    r"""Return the format of Excel for a number, by its unit.

    Examples
    --------
    >>> number_format({"unit": "%", "decimals": 1}), number_format({"unit": "s"})
    ('0.0%', '[h]:mm:ss')
    >>> number_format({"unit": "money", "currency": "EUR"}, "fr").replace("\xa0", " ")
    '#,##0 [$€]'
    """
    unit, decimals = origin["unit"], int(origin.get("decimals") or 0)
    if unit in _DATES:
        return _DATES[unit]
    if unit == "any":
        return "General"
    if _is_clock(origin):
        return "[h]:mm:ss"
    size = ("0" if unit == "%" else "#,##0") + "." * bool(decimals) + "0" * decimals
    shown = _with_unit(size, unit, origin, language)
    return f"+{shown};-{shown};{shown}" if origin.get("change") else shown


def _with_unit(size: str, unit: str, origin: Mapping[str, Any], language: str) -> str:
    told = UNIT_WORDS[language]
    if unit == "%":
        return f"{size}%"
    if unit in {"money", "money/h"}:
        symbol = get_currency_symbol(origin.get("currency") or "EUR", locale=LOCALES[language])
        size = f"[${symbol}]{size}" if language == "en" else f"{size}\N{NO-BREAK SPACE}[${symbol}]"
    if unit in {"1/h", "money/h"}:
        return f'{size}"/{told["h"]}"'
    return f'{size}" {told[unit]}"' if unit in _SECONDS else size


def _is_clock(origin: Mapping[str, Any]) -> bool:
    below = any(number < 0 for number in origin.get("numbers") or ())
    return origin["unit"] in _SECONDS and not origin.get("change") and not below


def unit_words(origin: Mapping[str, Any], language: str = "en") -> str:
    """Return the unit for the head of a column, empty for counts and scores.

    Examples
    --------
    >>> unit_words({"unit": "s"}), unit_words({"unit": "money/h", "currency": "EUR"})
    ('h:min:s', 'EUR/h')
    """
    told, unit = UNIT_WORDS[language], origin["unit"]
    if _is_clock(origin):
        return f"{told['h']}:{told['min']}:{told['s']}"
    if unit == "%":
        return told["pp"] if origin.get("change") else "%"
    money = str(origin.get("currency") or "") if unit in {"money", "money/h"} else ""
    hour = f"/{told['h']}" if unit in {"1/h", "money/h"} else ""
    return told.get(unit, "") or (money or "1" * bool(hour)) + hour


class CellFormats:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Workbook, language: str) -> None:
        self._book = book
        self._language = language
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def of(self, **properties: Any) -> Format:
        """Return a format by its properties, as XlsxWriter names them."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]

    def number(self, origin: Mapping[str, Any], **properties: Any) -> Format:
        """Return the format of a number of a unit."""
        shown = number_format(origin, self._language)
        return self.of(num_format=shown, valign="top", **properties)
