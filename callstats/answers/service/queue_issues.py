"""Resolution of callers' issues: at the first call, how long it takes, and what callers say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import Estimate, estimates, estimates_by, interval
from callstats.answers.core.voice import Voice
from callstats.answers.service.queue_numbers import (
    INBOUND,
    arrays,
    codes,
    crossing,
    curve,
    flag,
    lacking,
    moments,
    received,
    share_by,
)
from callstats.kpis import get
from callstats.kpis.parts import named
from callstats.moments import Moments
from callstats.stats import Interval

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.core.scope import Scope
    from callstats.dataset import Dataset
    from callstats.kpis.define import KPI
    from callstats.show.display import FigureView
    from callstats.stats.survival import LifeTable

RESOLUTION, BY_SURVEY = "first_call_resolution", "resolved_by_survey"
_DAY_S = 86_400.0
_TOO_SHORT = "undefined: no first calls that could be followed so long"
#: Issues that took this many calls or more share a line.
MOST_CALLS = 4
RESOLUTION_TIME = "time_to_resolution"
_HOUR_S, _MINUTE_S = 3600.0, 60.0
#: Hours after which the share solved is reported.
HOURS = (1.0, 8.0, 24.0, 72.0, 168.0, 336.0)
#: The survey questions, and the KPI of their response rate.
QUESTIONS: Mapping[str, str] = {"csat": "csat_response_rate", "nps": "nps_response_rate"}
#: Weeks with fewer answers are not drawn: their intervals would dominate the plot.
FEWEST_ANSWERS = 10


@dataclass(frozen=True)
class FirstCall(Answer):
    """First-call resolution by each measure the export allows.

    Attributes
    ----------
    ways, earlier : tuple of Estimate
        Those known, in the period; and in the comparison period, by name.
    calls : dict of int to int
        Issues by the calls it took to solve them; 0 means not solved yet. Empty without cases.
    days : int
        Days within which a second call counts.
    """

    voice: Voice
    period: str
    before: str
    ways: tuple[Estimate, ...]
    earlier: dict[str, Estimate]
    calls: dict[int, int]
    days: int
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return kpi, value, low, high, n, before: one row per measure."""
        import pandas as pd

        rows = [
            (
                e.kpi.name,
                e.value,
                e.low,
                e.high,
                e.n,
                self.earlier[e.kpi.name].value if e.kpi.name in self.earlier else None,
            )
            for e in self.ways
        ]
        return pd.DataFrame(rows, columns=["kpi", "value", "low", "high", "n", "before"])


def first_call(about: Scope, days: int = 7) -> FirstCall:
    """Return the share of issues solved at the first call."""
    voice = about.voice
    now = _ways(about.now, about.whole, days)
    earlier = _ways(about.before, about.whole, days) if about.before is not None else {}
    notes = tuple(_note(voice, e, days) for e in now.values() if not e.known)
    ways = tuple(e for e in now.values() if e.known)
    calls = _calls(about.now) if now[RESOLUTION].known else {}
    return FirstCall(voice, about.label, about.earlier_label, ways, earlier, calls, days, notes)


def _note(voice: Voice, e: Estimate, days: int) -> str:
    if e.note != _TOO_SHORT:
        return voice.note(e.kpi, e.note)
    label = e.kpi.label[voice.language]
    return voice.say("{kpi}: no first call that could be followed for {n} days.", kpi=label, n=days)


def no_second_call(days: int) -> KPI:
    """Return the share of first calls after which the caller did not ring again, as a KPI."""
    label = named(
        f"No second call within {days} days",
        f"Sans nouvel appel sous {days} jours",
        f"Без повторного звонка за {days} дн.",
    )
    return replace(get(RESOLUTION), name="no_second_call", label=label, independence="contact")


def _ways(dataset: Dataset, whole: Dataset, days: int) -> dict[str, Estimate]:
    ways = estimates(dataset, [RESOLUTION]) | {"no_second_call": _no_second_call(dataset, whole, days)}
    return ways | estimates(received(dataset), [BY_SURVEY])


def _calls(dataset: Dataset) -> dict[int, int]:
    """Return issues by the calls it took, unsolved ones at 0; empty if calls are not counted."""
    if not dataset.has("cases", "calls", "resolution_s"):
        return {}
    took = nw.when(nw.col("resolution_s").is_null()).then(0).otherwise(nw.col("calls"))
    calls = arrays(dataset.table("cases"), calls=took.cast(nw.Float64))["calls"]
    numbers, counts = np.unique(np.minimum(calls[np.isfinite(calls)], MOST_CALLS), return_counts=True)
    return {int(k): int(n) for k, n in zip(numbers, counts, strict=True)}


def _no_second_call(dataset: Dataset, whole: Dataset, days: int) -> Estimate:
    """Return the share of first answered calls not followed by another within a number of days.

    A call is first if the caller had not been answered within the same number of days
    before. Calls too close to the end of the data are left out.
    """
    kpi = no_second_call(days)
    why = lacking(whole, "calls", "direction", "contact_id", "local_started_at", "handled")
    if why:
        return Estimate(kpi, np.nan, note=why)
    calls = whole.table("calls").filter(INBOUND, ~nw.col("local_started_at").is_null())
    rows = arrays(calls, who=nw.col("contact_id"), answered=flag("handled"))
    seconds = moments(calls, "local_started_at")
    units = codes(rows["who"])
    first, again = _episodes(units, seconds, rows["answered"] > 0, days * _DAY_S)
    asked = first & (seconds + days * _DAY_S <= seconds.max(initial=0.0)) & _inside(dataset, seconds)
    if not asked.any():
        return Estimate(kpi, np.nan, note=_TOO_SHORT)
    columns = {"numerator": ~again[asked], "denominator": np.ones(int(asked.sum()))}
    confidence = dataset.config.confidence
    share = interval(kpi, Moments.of(columns, units[asked].tolist()), confidence)
    solved, n = float(columns["numerator"].sum()), float(columns["denominator"].sum())
    return Estimate(kpi, share.estimate, share.low, share.high, solved, n, share.n, confidence=confidence)


def _episodes(
    who: np.ndarray, seconds: np.ndarray, answered: np.ndarray, gap: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return which calls are their caller's first answered ones, and which were followed by another."""
    first, again = np.zeros(len(who), dtype=bool), np.zeros(len(who), dtype=bool)
    order = np.lexsort((seconds, who))
    same = who[order][1:] == who[order][:-1]
    again[order[:-1]] = same & (np.diff(seconds[order]) <= gap)
    taken = order[answered[order]]
    near = (who[taken][1:] == who[taken][:-1]) & (np.diff(seconds[taken]) <= gap)
    first[taken] = np.concatenate([[True], ~near])[: len(taken)]
    return first, again


def _inside(dataset: Dataset, seconds: np.ndarray) -> np.ndarray:
    """Return which instants are within the data set's period."""
    window = dataset.filters.period
    if window is None:
        return np.ones(len(seconds), dtype=bool)
    first, end = (
        np.datetime64(day).astype("datetime64[s]").astype(float) for day in (window.start, window.end)
    )
    return (seconds >= first) & (seconds < end)


@dataclass(frozen=True)
class Solving(Answer):
    """Time from opening to resolution, with open issues censored at the end of the data.

    Attributes
    ----------
    issues, still_open : int
        Opened in the period; of those, not solved by the end of the data.
    mean : Estimate
        Of those solved, as in the catalogue: too short if many are open.
    shares : LifeTable or None
        Share solved by each hour; None if unknown.
    median, p90 : Interval or None
        The hours by which half, and nine in ten, are solved; nan if that many never were.
    """

    voice: Voice
    period: str
    issues: int
    still_open: int
    mean: Estimate
    shares: LifeTable | None = None
    median: Interval | None = None
    p90: Interval | None = None
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return hours, followed, solved, low, high: one row per number of hours."""
        import pandas as pd

        return pd.DataFrame(self.shares_by_hours(), columns=["hours", "followed", "solved", "low", "high"])

    def shares_by_hours(self) -> list[tuple[float, int, float, float, float]]:
        """Return hours, issues followed that long, share solved and its limits, as far as followed."""
        if self.shares is None:
            return []
        followed = [int(self.shares.at_risk[self.shares.attempt >= h].max(initial=0)) for h in HOURS]
        rows = [(h, n, *share_by(self.shares, h)) for h, n in zip(HOURS, followed, strict=True)]
        return [row for row in rows if not np.isnan(row[2])]  # no issue was followed longer


def solving(about: Scope) -> Solving:
    """Return how long issues opened in a period took to be solved."""
    voice = about.voice
    mean = estimates(about.now, [RESOLUTION_TIME])[RESOLUTION_TIME]
    why = lacking(about.now, "cases", "resolution_s", "opened_at")
    if not why and about.now.unreached("cases"):
        why = mean.note
    if why:
        return Solving(voice, about.label, 0, 0, mean, notes=(voice.note(mean.kpi, why),))
    hours, solved = _followed(about.now, about.whole)
    if not len(hours):
        text = voice.say("Time to resolution: no issue was opened in this period.")
        return Solving(voice, about.label, 0, 0, mean, notes=(text,))
    table = curve(hours, solved, about.now.config.confidence, step=_MINUTE_S / _HOUR_S)
    median, p90 = crossing(table, 0.5), crossing(table, 0.9)
    return Solving(voice, about.label, len(hours), int((1 - solved).sum()), mean, table, median, p90)


def _followed(dataset: Dataset, whole: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return every issue's hours until it was solved or the data end, and 1 if it was solved."""
    cases = dataset.table("cases").filter(~nw.col("opened_at").is_null())
    opened = moments(cases, "opened_at")
    took = arrays(cases, took=nw.col("resolution_s").cast(nw.Float64))["took"]
    solved = np.isfinite(took)
    waited = np.maximum(_end(whole) - opened, 0.0)
    return np.where(solved, took, waited) / _HOUR_S, solved.astype(float)


def _end(whole: Dataset) -> float:
    """Return the last instant in the data [s since 1970]."""
    known = [
        (table, column)
        for table, column in (("calls", "started_at"), ("cases", "opened_at"), ("cases", "closed_at"))
        if whole.has(table, column)
    ]
    last = [moments(whole.table(table).select(nw.col(column).max()), column) for table, column in known]
    return float(np.nanmax(np.concatenate(last)))


@dataclass(frozen=True)
class Opinions(Answer):
    """Satisfaction and recommendation with their response rates.

    Attributes
    ----------
    now, earlier : mapping of str to Estimate
        Both questions and both response rates, by KPI; in the comparison period.
    weeks : mapping of str to mapping of str to Estimate
        By KPI and week (2026-W36).
    """

    voice: Voice
    period: str
    before: str
    now: Mapping[str, Estimate]
    earlier: Mapping[str, Estimate]
    weeks: Mapping[str, Mapping[str, Estimate]]
    notes: tuple[str, ...] = ()

    def plot(self, kpi: str = "csat", ax: Any = None) -> Any:
        """Draw one question by week with its intervals, against the whole period."""
        return self.telling.plot(ax, kpi)

    def figure(self, kpi: str = "csat") -> FigureView:
        """Return the plot of one question by week with its caption and alternative text."""
        return self.telling.figure(kpi)

    @property
    def known(self) -> tuple[str, ...]:
        """The questions that callers answered."""
        return tuple(name for name in QUESTIONS if self.now[name].known)

    def to_frame(self) -> pd.DataFrame:
        """Return kpi, asked, answered, response, value, low, high, before: one row per question."""
        import pandas as pd

        rows = []
        for name in self.known:
            e, response = self.now[name], self.now[QUESTIONS[name]]
            then = self.earlier[name].value if name in self.earlier else None
            asked = (response.denominator, e.denominator, response.value)
            rows.append((name, *asked, e.value, e.low, e.high, then))
        columns = ["kpi", "asked", "answered", "response", "value", "low", "high", "before"]
        return pd.DataFrame(rows, columns=columns)

    def weeks_frame(self) -> pd.DataFrame:
        """Return kpi, week, value, low, high, n: one row per question and week."""
        import pandas as pd

        rows = [
            (name, week, e.value, e.low, e.high, e.n)
            for name, by_week in self.weeks.items()
            for week, e in by_week.items()
        ]
        return pd.DataFrame(rows, columns=["kpi", "week", "value", "low", "high", "n"])


def opinions(about: Scope) -> Opinions:
    """Return what the callers of a period say."""
    asked = [*QUESTIONS, *QUESTIONS.values()]
    dataset = received(about.now)
    now = estimates(dataset, asked)
    earlier = estimates(received(about.before), asked) if about.before is not None else {}
    known = [name for name in QUESTIONS if now[name].known]
    notes = tuple(about.voice.note(now[name].kpi, now[name].note) for name in QUESTIONS if name not in known)
    weeks = _weeks(dataset, known)
    return Opinions(about.voice, about.label, about.earlier_label, now, earlier, weeks, notes)


def _weeks(dataset: Any, names: list[str]) -> dict[str, dict[str, Estimate]]:
    if not names or not dataset.reaches("surveys", "week"):
        return {}
    by_week = estimates_by(dataset, names, ["week"])
    return {
        name: {
            str(week): group[name]
            for (week,), group in sorted(by_week.items(), key=lambda item: str(item[0][0]))
            if week is not None and group[name].denominator >= FEWEST_ANSWERS
        }
        for name in names
    }
