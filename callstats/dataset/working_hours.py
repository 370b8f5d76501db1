"""The hours that a site works: the windows of its calling hours on the days it dialled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

Moments64 = npt.NDArray[np.datetime64]
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, eq=False)
class WorkingHours:
    """Stretches of working time, in order, on the clock of the site.

    Attributes
    ----------
    starts, ends : array of datetime64[us]
        Of every stretch; none overlaps another.
    """

    starts: Moments64
    ends: Moments64

    @classmethod
    def of(cls, days: Iterable[date], windows: Sequence[tuple[str, str]]) -> WorkingHours:
        """Return the windows of every day, joined where they touch.

        Parameters
        ----------
        days : iterable of date
            On which the site works.
        windows : sequence of (str, str)
            As ("HH:MM", "HH:MM"), on every such day.

        Examples
        --------
        >>> from datetime import date
        >>> WorkingHours.of([date(2026, 9, 1)], [("10:00", "13:00"), ("14:00", "20:00")]).ends
        array(['2026-09-01T13:00:00.000000', '2026-09-01T20:00:00.000000'],
              dtype='datetime64[us]')
        """
        midnights = np.array(sorted(set(days)), dtype="datetime64[us]")
        hours = _joined(sorted((_minutes(start), _minutes(end)) for start, end in windows))
        ends = [
            (midnights[:, None] + np.array([hour[side] for hour in hours], dtype="timedelta64[m]")).ravel()
            for side in (0, 1)
        ]
        return cls(ends[0].astype("datetime64[us]"), ends[1].astype("datetime64[us]"))

    def after(self, moments: Moments64, hours: float) -> Moments64:
        """Return when so many working hours after each moment are over, NaT if that is beyond the last day.

        Parameters
        ----------
        moments : array of datetime64[us]
            Time outside the stretches does not count: what comes on a Sunday waits for Monday.
        hours : float
            Working time [h].

        Examples
        --------
        Loaded at 18:00, with two hours left that day and six of the next:

        >>> from datetime import date
        >>> days, windows = [date(2026, 9, 1), date(2026, 9, 2)], [("10:00", "13:00"), ("14:00", "20:00")]
        >>> site = WorkingHours.of(days, windows)
        >>> site.after(np.array(["2026-09-01T18:00"], dtype="datetime64[us]"), 8)
        array(['2026-09-02T17:00:00.000000'], dtype='datetime64[us]')
        """
        found = np.full(len(moments), np.datetime64("NaT"), dtype="datetime64[us]")
        if not len(self.starts):
            return found
        lengths = (self.ends - self.starts).astype(np.int64)
        done = np.cumsum(lengths)  # working time until the end of each stretch
        known = ~np.isnat(moments)
        at = moments[known]
        place = np.searchsorted(self.starts, at, side="right") - 1
        into = (at - self.starts[np.maximum(place, 0)]).astype(np.int64)
        before = np.where(place < 0, 0, done[place] - lengths[place] + np.minimum(into, lengths[place]))
        due = before + round(hours * 3600 * _MICROSECONDS)
        stretch = np.searchsorted(done, due, side="left")
        inside = stretch < len(done)
        ends = np.full(len(at), np.datetime64("NaT"), dtype="datetime64[us]")
        last = stretch[inside]
        ends[inside] = self.ends[last] - (done[last] - due[inside]).astype("timedelta64[us]")
        found[known] = ends
        return found


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return 60 * int(hours) + int(minutes)


def _joined(windows: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join windows that touch or overlap, so that no minute counts twice."""
    joined: list[tuple[int, int]] = []
    for start, end in windows:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
