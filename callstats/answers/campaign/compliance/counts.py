"""Counting abandoned calls as a rule does: exact, over successive windows, and by week.

A count that cannot be made leaves a line in ``notes`` instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from callstats.answers.campaign.compliance.rules import Abandonment, Rule
from callstats.answers.core.scope import records
from callstats.kpis import get
from callstats.kpis.define import Count
from callstats.kpis.predicates import ABANDONED, HANDLED, MACHINE_SEEN

if TYPE_CHECKING:
    from callstats.answers.core.scope import Scope
    from callstats.dataset import Dataset

KPI_NAME = "abandon_rate_outbound"
MACHINE_KPI = "abandon_rate_uk_machine"
#: Weeks with fewer people who answered are not called the worst: their rate is mostly chance.
FEWEST_LIVE = 50
#: Days that a forecast needs at least.
FEWEST_DAYS = 5
_DAY = timedelta(days=1)
Counts = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where a window's rate will stand at its end, if the days left are like those so far.

    ``last`` is the window's last day; the interval comes from how the days differ.
    """

    last: date
    days_left: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True)
class Abandoned:
    """The abandoned calls of a period as a rule counts them."""

    about: Scope
    rule: Rule

    @cached_property
    def by_day(self) -> Mapping[date, Counts]:
        """Abandoned, handled and machine calls of every day there is, in the period or not."""
        return _by_day(self.about.whole, self.rule)

    def total(self, notes: list[str]) -> Abandonment | None:
        """Return the abandoned and handled calls of the period."""
        from callstats.answers.core.measure import measure

        limit, window = self.rule.abandon_limit, self.about.window
        if limit is None:
            return None
        name = MACHINE_KPI if self.rule.machines else KPI_NAME
        row = measure(self.about.now, [name], interval=False).to_dict("records")[0]
        if row["note"].startswith(("not computable", "undefined")):
            notes.append(self.about.voice.note(get(name), row["note"]))
            return None
        notes.extend(self._several())
        return self._added(window.start, window.last)

    def _several(self) -> list[str]:
        """Say that the limit is one campaign's where several are counted together."""
        if not self.about.now.has("calls", "campaign_id"):
            return []
        dials = self.about.now.table("calls").filter(nw.col("direction") == "outbound")
        n = int(records(dials.select(n=nw.col("campaign_id").n_unique()))[0]["n"])
        text = self.about.voice.say(
            "The limit on abandoned calls holds for each campaign by itself; here {n} are counted together.",
            n=n,
        )
        return [text] if n > 1 else []

    def windows(self) -> tuple[Abandonment, ...]:
        """Cut the days since the first dial into successive windows, and return those that touch the period.

        The last may be short, and windows without a live call are left out.
        """
        days, step = self.by_day, timedelta(days=self.rule.window_days)
        if not days:
            return ()
        first, last, asked = min(days), max(days), self.about.window
        starts = (first + n * step for n in range((last - first) // step + 1))
        cut = (self._added(start, min(start + step - _DAY, last)) for start in starts)
        touching = (one for one in cut if one.last >= asked.start and one.first < asked.end)
        return tuple(one for one in touching if one.abandoned + one.handled + one.machines)

    def worst_week(self) -> Abandonment | None:
        """Return the calendar week of the period with the highest rate, of several with enough live calls."""
        asked = self.about.window
        inside = [day for day in self.by_day if asked.start <= day < asked.end]
        mondays = sorted({day - day.weekday() * _DAY for day in inside})
        cut = (
            self._added(max(monday, asked.start), min(monday + 6 * _DAY, asked.last)) for monday in mondays
        )
        found = [one for one in cut if one.abandoned + one.handled >= FEWEST_LIVE]
        return max(found, key=lambda week: week.rate) if len(found) > 1 else None

    def forecast(self, windows: tuple[Abandonment, ...]) -> Forecast | None:
        """Return where the last window will end, None where it is over or has too few days to tell.

        The calls over the limit, day by day, are a sample of days: what is left
        of the window adds as many more, with the t quantile and the variance of
        the days to come as well as that of their mean.

        References
        ----------
        1. Hahn GJ, Meeker WQ (1991). Statistical Intervals, section 4.8.
        """
        if not windows or self.rule.window_days <= FEWEST_DAYS:
            return None
        now = windows[-1]
        end = now.first + timedelta(days=self.rule.window_days - 1)
        worked = [day for day in self.by_day if now.first <= day <= now.last]
        weekdays = {day.weekday() for day in worked}
        ahead = (now.last + (n + 1) * _DAY for n in range((end - now.last).days))
        left = sum(day.weekday() in weekdays for day in ahead)
        if not left or len(worked) < FEWEST_DAYS:
            return None
        over, live = np.array([self._over(day, now.limit) for day in worked]).T
        low, middle, high = _sum_ahead(over, left)
        calls = live.sum() + left * live.mean()
        ends = (now.limit + (over.sum() + more) / calls for more in (middle, low, high))
        rate, low, high = (min(max(float(end), 0.0), 1.0) for end in ends)
        return Forecast(end, left, rate, low, high)

    def _over(self, day: date, limit: float) -> tuple[float, float]:
        """Return the abandoned calls of a day beyond the limit, and its calls."""
        counts = self.by_day[day]
        return counts[0] - limit * sum(counts), float(sum(counts))

    def _added(self, first: date, last: date) -> Abandonment:
        inside = [counts for day, counts in self.by_day.items() if first <= day <= last]
        abandoned, handled, machines = (sum(counts[i] for counts in inside) for i in range(3))
        assert self.rule.abandon_limit is not None
        return Abandonment(first, last, abandoned, handled, self.rule.abandon_limit, machines)


def _by_day(dataset: Dataset, rule: Rule) -> dict[date, Counts]:
    from callstats.engine import totals

    terms = [Count(ABANDONED), Count(HANDLED), *([Count(MACHINE_SEEN)] if rule.machines else [])]
    found = totals(dataset, terms, by=["day"]).to_dict("records")
    counts = {
        date.fromisoformat(row["day"]): tuple(int(row[term.key]) for term in terms)
        for row in found
        if isinstance(row["day"], str)
    }
    return {day: (c[0], c[1], c[2] if rule.machines else 0) for day, c in counts.items()}


def _sum_ahead(values: np.ndarray, days: int) -> tuple[float, float, float]:
    """Return the sum that so many further days will bring: low, expected, high at 95 %."""
    from callstats.stats.ratios import t_quantile

    n, middle = len(values), days * float(values.mean())
    spread = float(values.std(ddof=1)) * (days * (1 + days / n)) ** 0.5
    half = t_quantile(0.025, n - 1) * spread
    return middle - half, middle, middle + half
