"""Period: a stretch of whole days, and the one before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from callstats.errors import UsageError

_DAY = timedelta(days=1)
_FORMS = (
    "A period is a month (2026-09), a day (2026-09-14), a week (2026-W36), a quarter (2026-Q3), "
    "a year (2026), two days (2026-09-01..2026-09-14) or last, the last whole month."
)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days from ``start`` until the day before ``end``.

    Examples
    --------
    >>> month = Period.parse("2026-09")
    >>> month.start, month.end
    (datetime.date(2026, 9, 1), datetime.date(2026, 10, 1))
    >>> month.previous().label
    '2026-08'
    >>> Period.parse("2026-09-08..2026-09-14").previous().label
    '2026-09-01..2026-09-07'
    """

    start: date
    end: date
    label: str

    @classmethod
    def parse(cls, text: str | Period) -> Period:
        """Parse a period as people write it.

        Raises
        ------
        UsageError
            The text is in none of the known forms, or no such day exists.
        """
        if isinstance(text, Period):
            return text
        written = str(text).strip()
        try:
            return _range(written) if ".." in written else _single(written)
        except ValueError as error:
            raise UsageError(f"{written!r} is not a period", hint=_FORMS) from error

    @classmethod
    def between(cls, start: date, end: date) -> Period:
        """Return the days from ``start`` until the day before ``end``."""
        return cls(start, end, f"{start}..{end - _DAY}")

    def previous(self) -> Period:
        """Return the period of the same kind just before this one."""
        if ".." in self.label:
            return Period.between(self.start - (self.end - self.start), self.start)
        last = _single((self.start - _DAY).isoformat())
        return _single(_label_like(self.label, last.start))

    @property
    def last(self) -> date:
        """The last day."""
        return self.end - _DAY

    @property
    def months(self) -> tuple[str, ...]:
        """The calendar months that lie wholly within it.

        Examples
        --------
        >>> Period.parse("2026-01-15..2026-03-31").months
        ('2026-02', '2026-03')
        """
        labels, month = [], self.start.replace(day=1)
        while _next_month(month) <= self.end:
            if month >= self.start:
                labels.append(f"{month:%Y-%m}")
            month = _next_month(month)
        return tuple(labels)

    def __str__(self) -> str:
        return self.label


def _single(text: str) -> Period:
    """Read a year, quarter, month, week or day."""
    if re.fullmatch(r"\d{4}", text):
        return Period(date(int(text), 1, 1), date(int(text) + 1, 1, 1), text)
    if match := re.fullmatch(r"(\d{4})-?Q([1-4])", text, re.IGNORECASE):
        start = date(int(match[1]), 3 * int(match[2]) - 2, 1)
        end = _next_month(_next_month(_next_month(start)))
        return Period(start, end, f"{match[1]}-Q{match[2]}")
    if match := re.fullmatch(r"(\d{4})-?W(\d{1,2})", text, re.IGNORECASE):
        start = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return Period(start, start + 7 * _DAY, f"{match[1]}-W{int(match[2]):02d}")
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})", text):
        start = date(int(match[1]), int(match[2]), 1)
        return Period(start, _next_month(start), f"{start:%Y-%m}")
    start = date.fromisoformat(text)
    return Period(start, start + _DAY, start.isoformat())


def _range(text: str) -> Period:
    """Read two ends, both included: days, or longer periods such as 2026-07..2026-09."""
    first, last = (_single(part.strip()) for part in text.split("..", 1))
    if last.end <= first.start:
        raise ValueError(text)
    return Period.between(first.start, last.end)


def _next_month(day: date) -> date:
    return (day.replace(day=28) + 4 * _DAY).replace(day=1)


def _label_like(label: str, day: date) -> str:
    """Write the period that contains a day, in the same form as the label."""
    if "W" in label:
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    if "Q" in label:
        return f"{day.year}-Q{(day.month + 2) // 3}"
    return day.isoformat()[: len(label)]
