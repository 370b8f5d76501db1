"""Numbers, money, durations and dates as written in the reader's language.

A value is shown with as many digits as its interval justifies, never more:
12.3 %, not 12.3456 %. Unknown values are a dash. Minus signs are real ones.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from babel.numbers import get_currency_symbol

from callstats.errors import UsageError, unknown_name
from callstats.show.calendar import LOCALES, UNKNOWN
from callstats.show.digits import decimals_for, decimals_of_step, unknown
from callstats.show.words import LANGUAGES, words
from callstats.show.writing import MINUS, Writer
from callstats.show.written import Written, WrittenNumber, origin_of


@dataclass(frozen=True, slots=True)
class Formatter(Writer):
    r"""Formats values of every unit of the catalogue in one language and currency.

    Parameters
    ----------
    language : str
        ``en`` (British), ``fr`` or ``ru``.
    currency : str
        ISO 4217 code of every amount of money.

    Raises
    ------
    UsageError
        The language is not one of the three, or the currency is not an ISO code.

    Examples
    --------
    >>> Formatter().value(0.12345, "%", low=0.111, high=0.135)
    '12.3%'
    >>> Formatter("en").value(4320, "s")
    '1\xa0h\xa012\xa0min'
    """

    def __post_init__(self) -> None:
        if self.language not in LOCALES:
            raise unknown_name("language", self.language, LANGUAGES)
        if not re.fullmatch("[A-Z]{3}", self.currency):
            raise UsageError(f"currency {self.currency!r} is not an ISO 4217 code", hint="For example EUR.")

    def value(
        self, value: float | None, unit: str, low: float | None = None, high: float | None = None
    ) -> str:
        """Return a value with its unit, as precise as its interval justifies.

        Parameters
        ----------
        value : float or None
            In the KPI's unit; percentages are fractions.
        unit : str
            One of the units of the catalogue: ``%``, ``1/h``, ``s``, ``h``,
            ``money``, ``money/h``, ``n``, ``score``, ``points``.
        low, high : float, optional
            The interval, which decides how many digits are shown.

        Raises
        ------
        UsageError
            The unit is not one of the catalogue's.
        """
        _check(unit)
        if unknown(value):
            return UNKNOWN
        return self._write(float(value), unit, decimals_for(self.currency, value, unit, low, high))  # type: ignore[arg-type]

    def interval(
        self,
        low: float | None,
        high: float | None,
        unit: str,
        *,
        change: bool = False,
        value: float | None = None,
    ) -> str:
        r"""Return "11.1% to 13.5%"; with ``change``, as signed differences.

        ``value`` is the estimate, so that both get the same digits.

        Examples
        --------
        >>> Formatter("fr").interval(0.111, 0.135, "%").replace("\xa0", " ")
        'de 11,1 % à 13,5 %'
        >>> Formatter().interval(-0.004, 0.02, "%", change=True).replace("\xa0", " ")
        '−0.4 pp to +2.0 pp'
        """
        _check(unit)
        if unknown(low) or unknown(high):
            return UNKNOWN
        reference = value if value is not None else high if math.isinf(float(low)) else low  # type: ignore[arg-type]
        decimals = decimals_for(self.currency, reference, unit, low, high)
        ends = [self._write(float(end), unit, decimals, change=change) for end in (low, high)]  # type: ignore[arg-type]
        text = words(self.language)("{low} to {high}", low=ends[0], high=ends[1])
        origins = [origin for end in ends if (origin := origin_of(end)) is not None]
        if len(origins) < 2:
            return text
        return Written(text, replace(origins[0], numbers=(*origins[0].numbers, *origins[1].numbers)))

    def change(
        self, delta: float | None, unit: str, low: float | None = None, high: float | None = None
    ) -> str:
        r"""Return a signed difference; for percentages, in percentage points.

        Examples
        --------
        >>> Formatter().change(-0.0123, "%").replace("\xa0", " ")
        '−1.2 pp'
        """
        _check(unit)
        if unknown(delta):
            return UNKNOWN
        decimals = decimals_for(self.currency, delta, unit, low, high)
        return self._write(float(delta), unit, decimals, change=True)  # type: ignore[arg-type]

    def tick(self, value: float, unit: str, step: float, *, change: bool = False) -> str:
        r"""Return a tick label for a scale whose ticks are ``step`` apart.

        Examples
        --------
        >>> Formatter().tick(0.05, "%", 0.025), Formatter("fr").tick(0.5, "%", 0.1)
        ('5.0%', '50 %')
        """
        return self._write(value, unit, decimals_of_step(step, unit), change=change)

    def cell(self, value: float, unit: str, step: float) -> str:
        r"""Return a value for a dense table with the unit in its head, rounded to about ``step``.

        Durations are minutes:seconds, or hours:minutes for the unit ``h``.

        Examples
        --------
        >>> Formatter("fr").cell(0.1234, "%", 0.01), Formatter().cell(0.1234, "%", 0.002)
        ('12', '12.3')
        >>> Formatter().cell(192, "s", 5)
        '3:12'
        """
        if unit in {"s", "h"}:
            large, small = divmod(round(value if unit == "s" else 60 * value), 60)
            return Written(f"{large}:{small:02d}", WrittenNumber((value,), unit))
        shown, apart = (100 * value, 100 * step) if unit == "%" else (value, step)
        decimals = min(max(-math.floor(math.log10(apart) + 1e-9), 0), 3) if apart > 0 else 0
        text = (MINUS if round(shown, decimals) < 0 else "") + self._decimal(abs(shown), decimals)
        return Written(text, WrittenNumber((value,), unit, decimals, currency=self._currency_of(unit)))

    def cell_unit(self, unit: str) -> str:
        """Return the unit for the head of a dense table whose cells omit it.

        Examples
        --------
        >>> Formatter().cell_unit("s"), Formatter().cell_unit("money")
        ('min:s', '€')
        """
        if unit in {"s", "h"}:
            return ":".join(map(self._word, ("min", "s") if unit == "s" else ("h", "min")))
        money = get_currency_symbol(self.currency, locale=self.locale) if unit in {"money", "money/h"} else ""
        hour = f"/{self._word('h')}" if unit in {"1/h", "money/h"} else ""
        return "%" if unit == "%" else (money or "1" * bool(hour)) + hour

    def goal(self, value: float | None, unit: str) -> str:
        r"""Return a number that was set rather than measured, exactly as it was set.

        Examples
        --------
        >>> Formatter().goal(0.03, "%"), Formatter().goal(12.5, "money")
        ('3%', '€12.50')
        """
        if unknown(value):
            return UNKNOWN
        decimals = decimals_of_step(float(value), unit)  # type: ignore[arg-type]
        if decimals and unit in {"money", "money/h"}:
            decimals = max(decimals, 2)
        return self._write(float(value), unit, decimals)  # type: ignore[arg-type]

    def column(
        self,
        values: Sequence[float | None],
        unit: str,
        lows: Sequence[float | None] | None = None,
        highs: Sequence[float | None] | None = None,
        *,
        change: bool = False,
    ) -> list[str]:
        r"""Return a column of values, all with the digits that half of them justify.

        Examples
        --------
        >>> Formatter().column([0.123, 0.3], "%", [0.11, 0.2], [0.14, 0.4])
        ['12%', '30%']
        """
        _check(unit)
        none = [None] * len(values)
        ends = zip(values, none if lows is None else lows, none if highs is None else highs, strict=True)
        known = [end for end in ends if not unknown(end[0])]
        decimals = sorted(decimals_for(self.currency, v, unit, low, high) for v, low, high in known)
        common = decimals[(len(decimals) - 1) // 2] if decimals else 0
        return [
            UNKNOWN if unknown(v) else self._write(float(v), unit, common, change=change)  # type: ignore[arg-type]
            for v in values
        ]

    def percent(self, fraction: float | None, decimals: int | None = None) -> str:
        r"""Return a fraction as a percentage.

        Examples
        --------
        >>> Formatter("ru").percent(0.12345)
        '12,3\xa0%'
        """
        return self._plain(fraction, "%", decimals)

    def number(self, value: float | None, decimals: int | None = None) -> str:
        """Return a number with its thousands grouped.

        Examples
        --------
        >>> Formatter().number(12345)
        '12,345'
        """
        return self._plain(value, "n", decimals)

    def money(self, amount: float | None, decimals: int | None = None) -> str:
        r"""Return an amount in the formatter's currency.

        Examples
        --------
        >>> Formatter().money(-1240), Formatter("fr").money(1240)
        ('−€1,240', '1\u202f240\xa0€')
        """
        return self._plain(amount, "money", decimals)

    def duration(self, seconds: float | None, decimals: int | None = None) -> str:
        r"""Return a duration in at most two units.

        Examples
        --------
        >>> Formatter().duration(192).replace("\xa0", " ")
        '3 min 12 s'
        """
        return self._plain(seconds, "s", decimals)

    def _plain(self, value: float | None, unit: str, decimals: int | None) -> str:
        if unknown(value):
            return UNKNOWN
        if decimals is None:
            decimals = decimals_for(self.currency, value, unit, None, None)
        return self._write(float(value), unit, decimals)  # type: ignore[arg-type]


_KNOWN_UNITS = ("%", "1/h", "s", "h", "money", "money/h", "n", "score", "points")


def _check(unit: str) -> None:
    if unit not in _KNOWN_UNITS:
        raise unknown_name("unit", unit, _KNOWN_UNITS)
