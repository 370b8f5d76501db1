"""The parts of formatted values: sign, number, unit."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    format_scientific,
    get_currency_symbol,
)

from callstats.show.calendar import SPACE, Calendar
from callstats.show.written import Written, WrittenNumber

#: From here on digits are not written out; Babel rounds 28 of them at most.
_HUGE = 1e18
MINUS = "\N{MINUS SIGN}"
UNIT_WORDS = {
    "en": {"h": "h", "min": "min", "s": "s", "pp": "pp"},
    "fr": {"h": "h", "min": "min", "s": "s", "pp": "pt"},
    "ru": {"h": "ч", "min": "мин", "s": "с", "pp": "пп"},
}


@dataclass(frozen=True, slots=True)
class Writer(Calendar):
    """Formats a number in a unit with a given number of decimals."""

    currency: str = "EUR"

    def _write(self, value: float, unit: str, decimals: int, change: bool = False) -> str:
        if math.isinf(value):
            return ("+" if change and value > 0 else MINUS if value < 0 else "") + "∞"
        origin = WrittenNumber((value,), unit, decimals, change, self._currency_of(unit))
        return Written(self._signed(value, unit, decimals, change), origin)

    def _currency_of(self, unit: str) -> str:
        return self.currency if unit in {"money", "money/h"} else ""

    def _signed(self, value: float, unit: str, decimals: int, change: bool) -> str:
        size = abs(value)
        text = self._size(size, unit, decimals, change)
        zero = text == self._size(0.0, unit, decimals, change)
        if zero or not (change or value < 0):
            return text
        return (MINUS if value < 0 else "+") + text

    def _size(self, size: float, unit: str, decimals: int, change: bool) -> str:
        if size >= _HUGE:
            return self._huge(size, unit, change)
        if unit == "%" and change:
            return f"{self._decimal(100 * size, decimals)}{SPACE}{self._word('pp')}"
        if unit == "%":
            pattern = _with_decimals(self.locale.percent_formats[None].pattern, decimals)
            return format_percent(size, pattern, locale=self.locale)
        if unit in {"s", "h"}:
            return self._duration(size if unit == "s" else 3600 * size, decimals)
        if unit in {"money", "money/h"}:
            return self._money(size, decimals) + (f"/{self._word('h')}" if unit == "money/h" else "")
        return self._decimal(size, decimals) + (f"/{self._word('h')}" if unit == "1/h" else "")

    def _huge(self, size: float, unit: str, change: bool) -> str:
        """Return a number that no list and no price has, as a power of ten: what made it shows by itself."""
        number = self._decimal(100 * size if unit == "%" else size, 0)
        words = {
            "%": self._word("pp") if change else "%",
            "money": get_currency_symbol(self.currency, locale=self.locale),
            "s": self._word("s"),
            "h": self._word("h"),
        }
        name, _, per = unit.partition("/")
        shown = f"{number}{SPACE}{words[name]}" if name in words else number
        return f"{shown}/{self._word(per)}" if per else shown

    def _decimal(self, size: float, decimals: int) -> str:
        if size >= _HUGE:
            return format_scientific(size, "0.##E0", locale=self.locale)
        return format_decimal(size, _with_decimals("#,##0", decimals), locale=self.locale)

    def _money(self, size: float, decimals: int) -> str:
        pattern = _with_decimals(self.locale.currency_formats["standard"].pattern, decimals)
        return format_currency(size, self.currency, pattern, locale=self.locale, currency_digits=False)

    def _duration(self, seconds: float, decimals: int) -> str:
        if round(seconds) >= 100 * 3600:
            return self._with_word(self._decimal(seconds / 3600, 0), "h")
        if round(seconds, decimals) < 60:
            return self._with_word(self._decimal(seconds, decimals), "s")
        if round(seconds) < 3600:
            return self._pair(round(seconds), "min", "s")
        return self._pair(round(seconds / 60), "h", "min")

    def _pair(self, small: int, large_unit: str, small_unit: str) -> str:
        large, rest = divmod(small, 60)
        text = self._with_word(str(large), large_unit)
        return f"{text}{SPACE}{self._with_word(str(rest), small_unit)}" if rest else text

    def _with_word(self, number: str, word: str) -> str:
        return f"{number}{SPACE}{self._word(word)}"

    def _word(self, word: str) -> str:
        return UNIT_WORDS[self.language][word]


def _with_decimals(pattern: str, decimals: int) -> str:
    """Return a CLDR number pattern with a given number of decimals.

    Examples
    --------
    >>> _with_decimals("#,##0.00 ¤", 1), _with_decimals("#,##0%", 2)
    ('#,##0.0 ¤', '#,##0.00%')
    """
    return re.sub(r"0(\.[0#]+)?", "0" + "." * bool(decimals) + "0" * decimals, pattern, count=1)
