"""The calendar of a scenario: working days, and local time to UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from callstats.simulate.scenario import Scenario

HOUR, DAY_S = 3600, 86_400


@dataclass(frozen=True)
class WorkCalendar:
    """Working days are numbered 0, 1, …; local time is seconds since midnight of the first calendar day.

    ``calendar_day`` (working days,) is the calendar day of each working day,
    ``weekday`` its weekday (0 = Monday).
    """

    start: date
    days: int
    zone: ZoneInfo
    calendar_day: np.ndarray
    weekday: np.ndarray

    @classmethod
    def of(cls, scenario: Scenario) -> WorkCalendar:
        """Build the days of a scenario."""
        every = [scenario.start + timedelta(days=number) for number in range(scenario.days)]
        worked = [
            number for number, day in enumerate(every)
            if day.weekday() in scenario.weekdays and day not in scenario.holidays
        ]  # fmt: skip
        weekday = np.array([every[number].weekday() for number in worked], dtype=np.int64)
        zone = ZoneInfo(scenario.time_zone)
        return cls(scenario.start, scenario.days, zone, np.array(worked, dtype=np.int64), weekday)

    def __len__(self) -> int:
        return len(self.calendar_day)

    def date_of(self, working_day: int) -> date:
        """Return the date of a working day."""
        return self.start + timedelta(days=int(self.calendar_day[working_day]))

    def first_from(self, day: date) -> int:
        """Return the number of the first working day on or after a date."""
        return int(np.searchsorted(self.calendar_day, (day - self.start).days))

    def local_us(self, seconds: np.ndarray) -> np.ndarray:
        """Return naive clock times [µs since 1970] of local seconds."""
        midnight = (self.start - date(1970, 1, 1)).days * DAY_S
        return (np.asarray(seconds, dtype=np.int64) + midnight) * 1_000_000

    def utc_us(self, seconds: np.ndarray) -> np.ndarray:
        """Return UTC instants [µs since 1970] of local seconds, hour by hour.

        An hour that the clock shows twice is taken as the first one.
        """
        hours = np.asarray(seconds, dtype=np.int64) // HOUR
        if not len(hours):
            return hours
        first = int(hours.min())
        offsets = np.zeros(int(hours.max()) - first + 1, dtype=np.int64)
        for hour in np.flatnonzero(np.bincount(hours - first)):
            offsets[hour] = self._offset(first + int(hour))
        return self.local_us(seconds) - offsets[hours - first] * 1_000_000

    def _offset(self, hour: int) -> int:
        midnight = datetime(self.start.year, self.start.month, self.start.day, tzinfo=self.zone)
        local = (midnight.replace(tzinfo=None) + timedelta(hours=hour)).replace(tzinfo=self.zone)
        offset = local.utcoffset()
        return 0 if offset is None else int(offset.total_seconds())
