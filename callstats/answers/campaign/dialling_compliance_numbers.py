"""Count what a rule limits: abandoned calls over successive windows, and offending dials.

Abandoned calls are counted exactly, over a rule's windows and by week. Each
check lists its offending dials as rows that identify the dial. Days are those of
the calls' clock: the contact's if its zone is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.answers.campaign.compliance_rules import HOLIDAYS, AllowedHours, DiallingRule
from callstats.answers.campaign.dialled_persons import shared_dials, too_often, too_soon
from callstats.answers.core.scope import Scope, lacking, records
from callstats.dataset.clock import TIME_KEYS
from callstats.kpis.define import Count
from callstats.kpis.predicates import ABANDONED, HANDLED, MACHINE_SEEN
from callstats.stats.checking import tails
from callstats.stats.ratios import t_quantile

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset

KPI_NAME = "abandon_rate_outbound"
MACHINE_KPI = "abandon_rate_uk_machine"
#: Weeks with fewer people who answered cannot be the worst: their rate is mostly chance.
FEWEST_LIVE = 50
#: Fewest days for a forecast.
FEWEST_DAYS = 5
_DAY = timedelta(days=1)
Counts = tuple[int, int, int]
#: Columns that identify a dial in the list of offences, if present.
COLUMNS = ("call_id", "contact_id", "list_id", "campaign_id", "agent_id", "local_started_at")
CLOCK = "local_started_at"
#: Most offending dials listed for each check; all of them are counted.
MOST_LISTED = 10_000


@dataclass(frozen=True, slots=True)
class Abandonment:
    """Abandoned and handled live calls of a range of days, and how many more abandons would fit.

    ``machines`` are those put through to agents, if the rule subtracts drops that
    were machines, else 0.
    """

    first: date
    last: date
    abandoned: int
    handled: int
    limit: float
    machines: int = 0

    @property
    def rate(self) -> float:
        """Abandoned among abandoned and handled live calls; nan without any.

        With machine detection, drops that were people are estimated as drops x live /
        (live + machines), divided by themselves plus the live calls: 29 x 9 / 16 = 16.3125,
        over 25.3125. This simplifies to drops / (drops + live + machines).

        Examples
        --------
        >>> day = date(2016, 9, 1)
        >>> Abandonment(day, day, 29, 9, 0.03, machines=7).rate == 16.3125 / 25.3125
        True
        """
        answered = self.abandoned + self.handled + self.machines
        return self.abandoned / answered if answered else float("nan")

    @property
    def headroom(self) -> int:
        """How many more abandoned calls are within the limit; negative if it is exceeded.

        Examples
        --------
        >>> Abandonment(date(2026, 9, 1), date(2026, 9, 30), 20, 970, 0.03).headroom
        10
        """
        most = self.limit * (self.handled + self.machines) / (1 - self.limit)
        return int(most + 1e-9) - self.abandoned


@dataclass(frozen=True, slots=True)
class Forecast:
    """A window's rate at its end, if the remaining days are like those so far.

    ``last`` is the window's last day; the interval reflects day-to-day variation, at
    the project's ``confidence``.
    """

    last: date
    days_left: int
    rate: float
    low: float
    high: float
    confidence: float


@dataclass(frozen=True)
class Abandoned:
    """The abandoned calls of a period as counted by a rule."""

    about: Scope
    rule: DiallingRule

    @cached_property
    def by_day(self) -> Mapping[date, Counts]:
        """Abandoned, handled and machine calls of every day in the data, in the period or not."""
        return _by_day(self.about.whole, self.rule)

    @property
    def kpi_name(self) -> str:
        """The KPI that is the rate the rule limits."""
        return MACHINE_KPI if self.rule.machines else KPI_NAME

    @cached_property
    def obstacle(self) -> str:
        """Why the calls cannot be counted, from the KPI's note; empty if they can."""
        from callstats.answers.core.measure import measure

        row = measure(self.about.now, [self.kpi_name], interval=False).to_dict("records")[0]
        return row["note"] if row["note"].startswith(("not computable", "undefined")) else ""

    @property
    def countable(self) -> bool:
        """Whether the rule has a limit, and the calls can be counted."""
        return self.rule.abandon_limit is not None and not self.obstacle

    @property
    def campaigns(self) -> int:
        """How many campaigns are counted together, if known."""
        if not self.about.now.has("calls", "campaign_id"):
            return 1
        dials = self.about.now.table("calls").filter(nw.col("direction") == "outbound")
        return int(records(dials.select(n=nw.col("campaign_id").n_unique()))[0]["n"])

    def total(self) -> Abandonment:
        """Return the abandoned and handled calls of the period."""
        return self._added(self.about.window.start, self.about.window.last)

    def windows(self) -> tuple[Abandonment, ...]:
        """Split the days since the first dial into windows, and return those overlapping the period.

        The last may be short, and windows without a live call are left out.
        """
        days, step = self.by_day, timedelta(days=self.rule.window_days)
        if not days:
            return ()
        first, last, asked = min(days), max(days), self.about.window
        starts = (first + n * step for n in range((last - first) // step + 1))
        cut = (self._added(start, min(start + step - _DAY, last)) for start in starts)
        touching = (window for window in cut if window.last >= asked.start and window.first < asked.end)
        return tuple(w for w in touching if w.abandoned + w.handled + w.machines)

    def worst_week(self) -> Abandonment | None:
        """Return the calendar week of the period with the highest rate, if several have enough live calls."""
        asked = self.about.window
        inside = [day for day in self.by_day if asked.start <= day < asked.end]
        mondays = sorted({day - day.weekday() * _DAY for day in inside})
        cut = (
            self._added(max(monday, asked.start), min(monday + 6 * _DAY, asked.last)) for monday in mondays
        )
        weeks = [week for week in cut if week.abandoned + week.handled >= FEWEST_LIVE]
        return max(weeks, key=lambda week: week.rate) if len(weeks) > 1 else None

    def forecast(self, windows: tuple[Abandonment, ...]) -> Forecast | None:
        """Return the forecast for the last window, None if it is over or has too few days.

        The daily calls over the limit are treated as a sample of days: the rest of the
        window adds the same per day, with the t quantile and the variance of both
        the days to come and their mean.

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
        confidence = self.about.whole.config.confidence
        low, middle, high = _sum_ahead(over, left, confidence)
        calls = live.sum() + left * live.mean()
        ends = (now.limit + (over.sum() + more) / calls for more in (middle, low, high))
        rate, low, high = (min(max(float(end), 0.0), 1.0) for end in ends)
        return Forecast(end, left, rate, low, high, confidence)

    def _over(self, day: date, limit: float) -> tuple[float, float]:
        """Return the abandoned calls of a day beyond the limit, and its calls."""
        counts = self.by_day[day]
        return counts[0] - limit * sum(counts), float(sum(counts))

    def _added(self, first: date, last: date) -> Abandonment:
        inside = [counts for day, counts in self.by_day.items() if first <= day <= last]
        abandoned, handled, machines = (sum(counts[i] for counts in inside) for i in range(3))
        assert self.rule.abandon_limit is not None
        return Abandonment(first, last, abandoned, handled, self.rule.abandon_limit, machines)


def _by_day(dataset: Dataset, rule: DiallingRule) -> dict[date, Counts]:
    from callstats.engine import totals

    terms = [Count(ABANDONED), Count(HANDLED), *([Count(MACHINE_SEEN)] if rule.machines else [])]
    rows = totals(dataset, terms, by=["day"]).to_dict("records")
    counts = {
        date.fromisoformat(row["day"]): tuple(int(row[term.key]) for term in terms)
        for row in rows
        if isinstance(row["day"], str)
    }
    return {day: (c[0], c[1], c[2] if rule.machines else 0) for day, c in counts.items()}


def _sum_ahead(values: np.ndarray, days: int, confidence: float) -> tuple[float, float, float]:
    """Return the predicted sum over a number of further days: low, expected, high."""
    n, middle = len(values), days * float(values.mean())
    spread = float(values.std(ddof=1)) * (days * (1 + days / n)) ** 0.5
    half = t_quantile(tails(confidence)[0], n - 1) * spread
    return middle - half, middle, middle + half


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check: dials, their contacts, and the first of them.

    ``kind`` is abandoned, calling_hours, legal_hours, frequency, silence or consent;
    ``unknown`` counts the dials that could not be judged.
    """

    kind: str
    source: str
    dials: int
    contacts: int
    listed: tuple[dict[str, Any], ...] = ()
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A check that the data do not allow, and what they lack."""

    kind: str
    columns: str


def outbound(about: Scope, *keys: str) -> nw.LazyFrame:
    """Return the dials of the period."""
    return about.now.table("calls", *keys).filter(nw.col("direction") == "outbound")


def check_of(about: Scope, kind: str, source: str, offending: nw.LazyFrame, unknown: int = 0) -> Check:
    """Count offending dials and list the first of them."""
    have = [c for c in COLUMNS if about.now.has("calls", c)]
    contacts = nw.col("contact_id").n_unique() if "contact_id" in have else nw.lit(0).max()
    counts = records(offending.select(dials=nw.len(), contacts=contacts))[0]
    dials = int(counts["dials"])
    if not dials:
        return Check(kind, source, 0, 0, (), unknown)
    order = [c for c in (CLOCK, "call_id") if c in have]
    rows = records(offending.select(*have).sort(*order).head(MOST_LISTED))
    return Check(kind, source, dials, int(counts["contacts"]), tuple(rows), unknown)


def offences(checks: Iterable[Check]) -> pd.DataFrame:
    """Return the offending dials of several checks: check, source, and the columns that identify the dial."""
    import pandas as pd

    rows = [{"check": c.kind, "source": c.source, **row} for c in checks for row in c.listed]
    have = [c for c in COLUMNS if any(c in row for row in rows)] or list(COLUMNS)
    return pd.DataFrame(rows, columns=["check", "source", *have])


def check_abandoned(about: Scope, rule: DiallingRule, windows: Sequence[Abandonment]) -> Check:
    """List the abandoned calls of windows above the limit; no single one is a violation."""
    above = [w for w in windows if w.headroom < 0]
    inside = nw.lit(False)
    for window in above:
        first, last = (int(f"{day:%Y%m%d}") for day in (window.first, window.last))
        inside = inside | ((nw.col("day") >= first) & (nw.col("day") <= last))
    dials = outbound(about, "day").filter(nw.col("abandoned"), inside)
    return check_of(about, "abandoned", rule.abandon_source, dials)


def check_hours(about: Scope, hours: AllowedHours, kind: str) -> Check | Unchecked:
    """List the dials outside allowed hours, weekdays and days."""
    if lacking(about.whole, "hour") or not about.now.has("calls", CLOCK):
        return Unchecked(kind, f"calls.{CLOCK}")
    clock = nw.col(CLOCK)
    allowed = within_hours(clock, hours.between) & clock.dt.weekday().is_in(list(hours.weekdays))
    if hours.holidays and (closed := _holidays(about, hours.holidays)):
        allowed = allowed & ~TIME_KEYS["day"](clock).is_in(closed)
    return check_of(about, kind, hours.source, outbound(about).filter(~clock.is_null(), ~allowed))


def within_hours(clock: nw.Expr, between: Iterable[tuple[str, str]]) -> nw.Expr:
    """Return whether a clock time is within hours, end excluded."""
    minute = clock.dt.hour() * 60 + clock.dt.minute()
    allowed = nw.lit(False)
    for start, end in between:
        allowed = allowed | ((minute >= minutes(start)) & (minute < minutes(end)))
    return allowed


def _holidays(about: Scope, country: str) -> list[int]:
    window = about.window
    years = range(window.start.year, window.last.year + 1)
    days = (day for year in years for day in HOLIDAYS[country](year))
    return [int(f"{day:%Y%m%d}") for day in days if window.start <= day <= window.last]


def minutes(clock: str) -> int:
    """Return the minutes since midnight.

    Examples
    --------
    >>> minutes("09:30")
    570
    """
    hours, rest = clock.split(":")
    return 60 * int(hours) + int(rest)


def day_number() -> nw.Expr:
    """Return a local day's number, so that differences are calendar days."""
    return TIME_KEYS["week"](nw.col(CLOCK)) + nw.col(CLOCK).dt.weekday()


def check_frequency(about: Scope, rule: DiallingRule) -> Check | Unchecked:
    """List the dials beyond the number allowed within any run of days.

    A dial is one too many when the dial ``most_dials`` before it, in this period
    or earlier, was placed less than ``within_days`` calendar days before. Contacts of one
    number are one person.
    """
    needed = ("contact_id", "attempt_no", CLOCK)
    if not about.now.has("calls", *needed):
        return Unchecked("frequency", _missing(about, needed))
    earlier = (
        about.whole.table("calls")
        .filter(nw.col("direction") == "outbound")
        .select("contact_id", attempt_no=nw.col("attempt_no") + rule.most_dials, earlier_at=day_number())
    )
    dials = outbound(about).join(earlier, on=["contact_id", "attempt_no"], how="inner")
    beyond = dials.filter(day_number() - nw.col("earlier_at") < rule.within_days)
    shared = shared_dials(about.whole)
    if shared is not None:
        beyond = _with_others(about, beyond, too_often(shared, rule.most_dials, rule.within_days))
    return check_of(about, "frequency", rule.dials_source, beyond)


def _with_others(about: Scope, dials: nw.LazyFrame, more: Sequence[str]) -> nw.LazyFrame:
    """Return the dials of the period that are among some, or are named."""
    if not more:
        return dials
    found = {str(row["call_id"]) for row in records(dials.select("call_id"))}
    return outbound(about).filter(nw.col("call_id").cast(nw.String).is_in(sorted({*found, *more})))


def check_silence(about: Scope, rule: DiallingRule) -> Check | Unchecked | None:
    """List the dials within the days of silence after a refusal, in this period or earlier."""
    days = rule.silence_days
    if days is None:
        return None
    needed = ("contact_id", "closed_reason", "call_id", CLOCK)
    if not about.now.has("calls", *needed):
        return Unchecked("silence", _missing(about, needed))
    refusals = (
        about.whole.table("calls")
        .filter(nw.col("closed_reason").is_in(["refusal", "do_not_call"]))
        .select("contact_id", refused_at=nw.col(CLOCK), refused_on=day_number())
    )
    after = (
        outbound(about)
        .join(refusals, on="contact_id", how="inner")
        .filter(nw.col(CLOCK) > nw.col("refused_at"), day_number() - nw.col("refused_on") <= days)
        .select("call_id")
        .unique()
    )
    dials = outbound(about).join(after, on="call_id", how="inner")
    shared = shared_dials(about.whole)
    if shared is not None:
        dials = _with_others(about, dials, too_soon(shared, days))
    return check_of(about, "silence", rule.silence_source, dials)


def check_consent(about: Scope, rule: DiallingRule) -> Check | Unchecked | None:
    """List the dials to contacts who had not agreed, from the day consent is required."""
    since = rule.consent_from
    if since is None or about.window.last < since:
        return None
    if not (about.now.reaches("calls", "consent") and about.now.has("calls", CLOCK)):
        has_clock = about.now.has("calls", CLOCK)
        return Unchecked("consent", "contacts.consent" if has_clock else f"calls.{CLOCK}")
    late = outbound(about, "consent").filter(TIME_KEYS["day"](nw.col(CLOCK)) >= int(f"{since:%Y%m%d}"))
    unknown = int(records(late.filter(nw.col("consent").is_null()).select(n=nw.len()))[0]["n"])
    return check_of(about, "consent", rule.consent_source, late.filter(~nw.col("consent")), unknown)


def _missing(about: Scope, columns: Iterable[str]) -> str:
    """Return the columns that the calls lack."""
    return ", ".join(f"calls.{c}" for c in columns if not about.now.has("calls", c))
