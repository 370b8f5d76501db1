"""The load of a queue: when callers ring, and how long calls take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import Estimate, estimates
from callstats.answers.core.scope import lacking
from callstats.answers.core.voice import Voice
from callstats.answers.service.queue_numbers import arrays, codes, counts, matching, quantile, received
from callstats.engine import obstacle
from callstats.kpis import get, predicates
from callstats.stats import Interval, rate_interval

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.core.scope import Scope
    from callstats.dataset import Dataset

HANDLE_TIME = "average_handle_time"
#: Parts of a call, and the KPI of each.
HANDLE_PARTS = {"talk": "average_talk_time", "hold": "average_hold_time", "wrap": "average_wrap_time"}
#: Groups with fewer calls are pooled as others.
FEWEST_CALLS = 30
_MOST_GROUPS = 8


@dataclass(frozen=True, slots=True)
class CallRate:
    """An hour (0-23) or a weekday (1 is Monday) with its calls.

    Attributes
    ----------
    key, days : int
        Days are those on which the queue had calls.
    calls : int
    rate, low, high : float
        Calls per half hour (for an hour) or per day (for a weekday); the intervals of
        all hours and weekdays hold jointly.
    side : str
        "busy" or "calm" if the interval excludes the average; else "".
    """

    key: int
    days: int
    calls: int
    rate: float
    low: float
    high: float
    side: str = ""


@dataclass(frozen=True)
class Volume(Answer):
    """Calls offered by time.

    Attributes
    ----------
    hours, weekdays : tuple of CallRate
    cells : mapping of (weekday, hour) to float
        Calls per half hour.
    per_half_hour, per_day : float
        Averages, from the first to the last hour with calls.
    dispersion : float
        Day-to-day variance of an hour's calls over that of pure chance, at least 1.
    """

    voice: Voice
    period: str
    hours: tuple[CallRate, ...]
    weekdays: tuple[CallRate, ...]
    cells: dict[tuple[int, int], float]
    per_half_hour: float
    per_day: float
    dispersion: float
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return weekday, hour, calls per half hour: one row per cell."""
        import pandas as pd

        rows = [(*key, value) for key, value in sorted(self.cells.items())]
        return pd.DataFrame(rows, columns=["weekday", "hour", "per_half_hour"])

    def hours_frame(self) -> pd.DataFrame:
        """Return key, days, calls, rate, low, high, side of hours, then of weekdays."""
        import pandas as pd

        columns = ["key", "days", "calls", "rate", "low", "high", "side"]
        rows = [
            (kind, *(getattr(rate, c) for c in columns))
            for kind, rates in (("hour", self.hours), ("weekday", self.weekdays))
            for rate in rates
        ]
        return pd.DataFrame(rows, columns=["kind", *columns])


def volume(about: Scope) -> Volume:
    """Return when the callers of a period ring."""
    voice = about.voice
    why = lacking(about.now, "hour")
    if not why and not about.now.has("calls", "local_started_at", "direction"):
        why = voice.reason("not computable: needs calls.local_started_at")
    rows = [] if why else counts(about.now, "day", "weekday", "hour")
    if not rows:
        why = why.rstrip(".") or voice.say("no calls")
        note = voice.say("Calls by weekday and hour: {why}.", why=why)
        return Volume(voice, about.label, (), (), {}, 0.0, 0.0, 1.0, (note,))
    return _volume(about, rows)


def _volume(about: Scope, rows: list[Any]) -> Volume:
    """Return the volume from calls by day, weekday and hour."""
    days = {int(row["day"]): int(row["weekday"]) for row in rows}
    order = {day: number for number, day in enumerate(sorted(days))}
    first, last = (int(pick(row["hour"] for row in rows)) for pick in (min, max))
    table = np.zeros((len(days), last - first + 1))
    for row in rows:
        table[order[int(row["day"])], int(row["hour"]) - first] += row["calls"]
    weekdays = np.array([days[day] for day in sorted(days)])
    present = sorted(set(weekdays.tolist()))
    spread = _dispersion(table)
    level = 1 - (1 - about.now.config.confidence) / (table.shape[1] + len(present))
    per_half_hour, per_day = float(table.mean()) / 2, float(table.sum() / len(days))
    hours = [
        _call_rate(first + k, table[:, k].sum(), (len(days), 2), per_half_hour, (spread, level))
        for k in range(table.shape[1])
    ]
    by_day = [
        _call_rate(w, table[weekdays == w].sum(), (int((weekdays == w).sum()), 1), per_day, (spread, level))
        for w in present
    ]
    cells = {
        (w, first + k): float(table[weekdays == w, k].mean()) / 2
        for w in present
        for k in range(table.shape[1])
    }
    return Volume(
        about.voice, about.label, tuple(hours), tuple(by_day), cells, per_half_hour, per_day, spread
    )


def _call_rate(
    key: int, calls: float, spent: tuple[int, int], average: float, chance: tuple[float, float]
) -> CallRate:
    """Return an hour or weekday with its rate.

    The interval is Garwood's at the effective count, calls divided by their dispersion, so
    that overdispersed days widen it. It is widened further so that all hours and weekdays
    hold jointly at the project's confidence (Bonferroni).

    Parameters
    ----------
    key : int
    calls : float
    spent : (int, int)
        Days, and rate intervals per day.
    average : float
        Of all hours or weekdays, in the same unit.
    chance : (float, float)
        Dispersion and confidence.
    """
    (days, stretches), (spread, level) = spent, chance
    rate = rate_interval(calls / spread, days * stretches / spread, confidence=level)
    low, high = float(rate.low), float(rate.high)
    side = "busy" if low > average else "calm" if high < average else ""
    return CallRate(key, days, int(calls), float(rate.estimate), low, high, side)


def _dispersion(table: np.ndarray) -> float:
    """Return Pearson's dispersion of an hour's counts over the days, at least 1.

    References
    ----------
    1. McCullagh P, Nelder JA (1989). Generalized Linear Models, 2nd ed., section 6.2.3.

    Examples
    --------
    >>> _dispersion(np.array([[0.0, 4.0], [8.0, 4.0]]))
    4.0
    """
    expected = table.mean(axis=0, keepdims=True)
    used = (expected > 0).ravel()
    free = (table.shape[0] - 1) * used.sum()
    if free < 1:
        return 1.0
    squares = ((table - expected)[:, used] ** 2 / expected[:, used]).sum()
    return max(float(squares / free), 1.0)


@dataclass(frozen=True, slots=True)
class Handled:
    """How long one kind of call takes [s]; intervals over agent-days.

    Attributes
    ----------
    calls : int
    mean : Estimate
    median, p90 : Interval
    parts : mapping of str to float
        Mean of talk, hold and wrap; parts that the data do not separate are left out.
    """

    calls: int
    mean: Estimate
    median: Interval
    p90: Interval
    parts: Mapping[str, float]


@dataclass(frozen=True)
class Handling(Answer):
    """Handle time of calls received.

    Attributes
    ----------
    confidence : float
        Of all intervals.
    whole : Handled or None
    groups : mapping of str to Handled
        By outcome if there are several, else by the caller's call number.
    by : str
        "outcome", "turn" or "".
    """

    voice: Voice
    period: str
    before: str
    confidence: float
    whole: Handled | None
    groups: Mapping[str, Handled]
    by: str
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return calls, n, mean, median, p90 with intervals, talk, hold, wrap: all calls, then by group."""
        import pandas as pd

        kinds = {"all": self.whole, **self.groups} if self.whole else {}
        rows = [
            (
                kind,
                h.calls,
                *(h.mean.value, h.mean.low, h.mean.high),
                *(h.median.estimate, h.median.low, h.median.high),
                *(h.p90.estimate, h.p90.low, h.p90.high),
                *(h.parts.get(part) for part in HANDLE_PARTS),
            )
            for kind, h in kinds.items()
            if h is not None
        ]
        ends = [f"{name}{end}" for name in ("mean", "median", "p90") for end in ("", "_low", "_high")]
        return pd.DataFrame(rows, columns=["calls", "n", *ends, *HANDLE_PARTS])


def handling(about: Scope) -> Handling:
    """Return how long the calls of a period took."""
    voice, dataset = about.voice, received(about.now)
    mean = get(HANDLE_TIME)
    why = obstacle(dataset, mean)
    note = f"not computable: {why}" if why else ""
    heads = (voice, about.label, about.earlier_label, dataset.config.confidence)
    whole = None if why else _handled(dataset)
    if whole is None:
        note = note or estimates(dataset, [HANDLE_TIME])[HANDLE_TIME].note
        return Handling(*heads, None, {}, "", (voice.note(mean, note),))
    by, groups = _groups(dataset)
    notes = [] if by else [voice.say("By kind of call: one outcome only, and needs calls.live_no.")]
    return Handling(*heads, whole, groups, by, tuple(notes))


def _handled(dataset: Dataset) -> Handled | None:
    """Return the handle time of a data set's calls; None if there is none."""
    times = estimates(dataset, [HANDLE_TIME, *HANDLE_PARTS.values()])
    if not times[HANDLE_TIME].known:
        return None
    seconds, units = _seconds(dataset)
    confidence = dataset.config.confidence
    parts = {part: times[name].value for part, name in HANDLE_PARTS.items() if times[name].known}
    return Handled(
        int(times[HANDLE_TIME].denominator),
        times[HANDLE_TIME],
        quantile(seconds, 0.5, confidence, units),
        quantile(seconds, 0.9, confidence, units),
        parts,
    )


def _seconds(dataset: Dataset) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the handle time of every call, and its agent-day."""
    clustered = dataset.has("calls", "agent_id") and dataset.reaches("calls", "day")
    calls = matching(dataset, predicates.TIMED, *(["day"] if clustered else []))
    hold = nw.col("hold_s").fill_null(0.0) if dataset.has("calls", "hold_s") else nw.lit(0.0)
    columns = {"seconds": (nw.col("talk_s") + hold + nw.col("wrap_s")).cast(nw.Float64)}
    columns |= {"agent": nw.col("agent_id"), "day": nw.col("day")} if clustered else {}
    rows = arrays(calls, **columns)
    if not clustered:
        return rows["seconds"], None
    agents, days = codes(rows["agent"]), codes(rows["day"])
    return rows["seconds"], agents * (days.max(initial=0) + 1) + days


def _groups(dataset: Dataset) -> tuple[str, dict[str, Handled]]:
    """Return how calls are grouped, and the handle time of each group."""
    for by, column in (("outcome", "outcome_code"), ("turn", "live_no")):
        if not dataset.has("calls", column):
            continue
        values = _values(dataset, column)
        if len(values) > 1:
            kinds = _kinds(by, values)
            groups = {name: _handled(_only(dataset, column, chosen)) for name, chosen in kinds.items()}
            return by, {name: h for name, h in groups.items() if h is not None}
    return "", {}


def _only(dataset: Dataset, column: str, values: list[Any]) -> Dataset:
    equals: dict[str, Any] = {column: values}
    return dataset.where(**equals)


def _values(dataset: Dataset, column: str) -> dict[Any, int]:
    """Return the calls of each value of a column, most first, without unknown values."""
    calls = matching(dataset, predicates.TIMED).filter(~nw.col(column).is_null())
    frame = calls.group_by(column).agg(n=nw.len()).collect("pandas").to_native()
    pairs = [(value, int(n)) for value, n in zip(frame[column].tolist(), frame["n"].tolist(), strict=True)]
    return dict(sorted(pairs, key=lambda pair: (-pair[1], str(pair[0]))))


def _kinds(by: str, values: Mapping[Any, int]) -> dict[str, list[Any]]:
    """Return the groups to show, each with its values; small ones form one unnamed group."""
    if by == "turn":
        turns = {"1": [1], "2": [2], "3": [value for value in values if value > 2]}
        return {name: kept for name, chosen in turns.items() if (kept := [v for v in chosen if v in values])}
    own = [value for value, n in values.items() if n >= FEWEST_CALLS][:_MOST_GROUPS]
    rest = [value for value in values if value not in own]
    return {str(value): [value] for value in own} | ({"": rest} if rest else {})
