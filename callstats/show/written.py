"""Texts that remember the number they were written from, so that a workbook can hold the number itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """What a text was written from.

    Attributes
    ----------
    numbers : tuple of float
        One, or the two ends of an interval; in the unit. A date is its ordinal.
    unit : str
        One of the catalogue's, or ``date``.
    decimals : int
        As many as were written, of percentages in percent.
    change : bool
        Whether it is a difference, written with its sign.
    currency : str
        ISO 4217 code; empty where it is no money.
    """

    numbers: tuple[float, ...]
    unit: str
    decimals: int = 0
    change: bool = False
    currency: str = ""


class Written(str):
    """A text that was written from a number, which stays with it until it becomes part of another text.

    Examples
    --------
    >>> from callstats.show.format import Formatter
    >>> share = Formatter().percent(0.12345)
    >>> share, share.origin.numbers
    ('12.3%', (0.12345,))
    """

    origin: WrittenNumber | None

    def __new__(cls, text: str, origin: WrittenNumber | None = None) -> Written:
        """Return a text with what it was written from."""
        made = super().__new__(cls, text)
        made.origin = origin
        return made


def origin_of(text: object) -> WrittenNumber | None:
    """Return what a text was written from, None where nobody knows."""
    return text.origin if isinstance(text, Written) else None
