"""Whether a queue is answered in time: service level, waits, and when callers give up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from callstats.answers.campaign.trend import Trend, trend
from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import Change, Estimate, change, estimates
from callstats.answers.core.target_scope import applied_targets
from callstats.answers.core.voice import Voice
from callstats.answers.service.queue_numbers import (
    NAN,
    codes,
    crossing,
    curve,
    lacking,
    quantile,
    share_by,
    unknown_waits,
    waits,
)
from callstats.config import Target
from callstats.kpis.predicates import GONE_WITHIN
from callstats.kpis.service import LEVELS
from callstats.stats import Interval

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.core.scope import Scope
    from callstats.dataset import Dataset
    from callstats.stats.survival import LifeTable

#: The strictest first: the default definition.
LEVEL_NAMES = tuple(kpi.name for kpi in LEVELS)
SERVICE_LEVEL = LEVEL_NAMES[0]
SPEED, TO_ABANDON = "average_speed_of_answer", "average_time_to_abandon"
#: The outcomes for a caller, and the KPI of the wait until then.
_MEANS = {"answered": SPEED, "gave_up": TO_ABANDON}
ABANDON_RATE, GONE_RATE = "abandon_rate_inbound", "abandon_rate_by_second"
#: Ends of the wait intervals [s]; the promised time is inserted.
EDGES = (0.0, 10.0, 20.0, 30.0, 60.0, 120.0, 180.0, 300.0)
#: The curve ends when fewer callers are still waiting: after that it is mostly chance.
FEWEST_WAITING = 20


@dataclass(frozen=True)
class Promise(Answer):
    """The service level of a period.

    Attributes
    ----------
    within_s, short_s : float
        The limit for "in time", and the longest misdialled call [s].
    target : Target
    levels, earlier : mapping of str to Estimate
        By definition, in the period and in the comparison period.
    days : Trend
        The strictest definition day by day.
    """

    voice: Voice
    period: str
    before: str
    within_s: float
    short_s: float
    target: Target
    levels: Mapping[str, Estimate]
    earlier: Mapping[str, Estimate]
    days: Trend
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return kpi, value, low, high, numerator, denominator, before, change, change_low, change_high."""
        import pandas as pd

        rows = [(name, e.value, e.low, e.high, e.numerator, e.denominator) for name, e in self.levels.items()]
        changes = [self._change(name) for name in self.levels]
        frame = pd.DataFrame(rows, columns=["kpi", "value", "low", "high", "numerator", "denominator"])
        frame["before"] = [self.earlier[n].value if n in self.earlier else None for n in self.levels]
        for column, part in (("change", "estimate"), ("change_low", "low"), ("change_high", "high")):
            frame[column] = [getattr(moved, part) for moved in changes]
        return frame

    def _change(self, name: str) -> Change:
        return change(self.levels[name], self.earlier.get(name))

    @property
    def goal(self) -> tuple[float | None, float | None]:
        """The least and the largest service level that meet the target."""
        return self.target.limits("up")

    @property
    def known(self) -> tuple[Estimate, ...]:
        """The definitions that the data allow."""
        return tuple(e for e in self.levels.values() if e.known)


def promise(about: Scope) -> Promise:
    """Return the service level of a period under each definition, and by day."""
    now = estimates(about.now, LEVEL_NAMES)
    earlier = estimates(about.before, LEVEL_NAMES) if about.before is not None else {}
    config = about.now.config
    voice = about.voice
    return Promise(
        voice,
        about.label,
        about.earlier_label,
        config.setting("answer_within_s", 20),
        config.setting("short_abandon_s", 5),
        applied_targets(about.now).get(SERVICE_LEVEL, Target()),
        now,
        earlier,
        _days(about, now[SERVICE_LEVEL]),
        _notes(voice, now),
    )


def _notes(voice: Voice, levels: Mapping[str, Estimate]) -> tuple[str, ...]:
    """Return why definitions cannot be computed, one line per reason; a single line if none can."""
    unknowns = [e for e in levels.values() if not e.known]
    if len(unknowns) == len(levels):
        unknowns = unknowns[:1]
    first = {e.note: e for e in reversed(unknowns)}
    return tuple(voice.note(e.kpi, e.note) for e in unknowns if first[e.note] is e)


def _days(about: Scope, level: Estimate) -> Trend:
    """Return the chart by day; nothing if the level itself is unknown, which one line covers."""
    if not level.known:
        return Trend(about.voice, about.label, ())
    return trend(about.now, kpis=(SERVICE_LEVEL,))


@dataclass(frozen=True)
class Waits:
    """The waits of one kind of caller [s].

    Attributes
    ----------
    mean : Estimate
        From the catalogue, with its interval.
    median, p90 : Interval
        Clustered by day: callers in a busy hour wait together.
    at_once, in_time : float
        Share who did not wait at all; share within the promised time.
    seconds, share : ndarray of shape (waits,)
        Distinct waits, increasing, and the share of callers that waited no longer.
    """

    mean: Estimate
    median: Interval
    p90: Interval
    at_once: float
    in_time: float
    seconds: np.ndarray
    share: np.ndarray

    @property
    def callers(self) -> int:
        """Number of callers."""
        return int(self.mean.denominator)


@dataclass(frozen=True)
class Waiting(Answer):
    """Waits by outcome: answered, gave_up; empty if waits are unknown.

    ``confidence`` is that of all intervals.
    """

    voice: Voice
    period: str
    confidence: float
    within_s: float
    waits: Mapping[str, Waits]
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return callers, n, mean, median, p90 with their intervals, at_once, in_time: one row per kind."""
        import pandas as pd

        rows = [
            (
                kind,
                w.callers,
                *(w.mean.value, w.mean.low, w.mean.high),
                *(w.median.estimate, w.median.low, w.median.high),
                *(w.p90.estimate, w.p90.low, w.p90.high),
                *(w.at_once, w.in_time),
            )
            for kind, w in self.waits.items()
        ]
        ends = [f"{name}{end}" for name in ("mean", "median", "p90") for end in ("", "_low", "_high")]
        return pd.DataFrame(rows, columns=["callers", "n", *ends, "at_once", "in_time"])


def waiting(about: Scope) -> Waiting:
    """Return how long the callers of a period waited."""
    voice, config = about.voice, about.now.config
    within = config.setting("answer_within_s", 20)
    now = estimates(about.now, _MEANS.values())
    why = lacking(about.now, "calls", "direction", "handled", "queue_s")
    kinds = {} if why else _waits_by_kind(about.now, now, within)
    notes = [voice.note(now[SPEED].kpi, now[SPEED].note)] if not kinds else []
    if kinds and "gave_up" not in kinds and not now[TO_ABANDON].note.startswith("undefined"):
        notes.append(voice.note(now[TO_ABANDON].kpi, now[TO_ABANDON].note))
    return Waiting(voice, about.label, config.confidence, within, kinds, tuple(notes))


def _waits_by_kind(dataset: Dataset, means: Mapping[str, Estimate], within: float) -> dict[str, Waits]:
    """Return the waits of callers answered and of those who gave up, if any."""
    rows = waits(dataset)
    by_kind = {}
    for kind, name in _MEANS.items():
        if not (rows[kind].any() and means[name].known):
            continue
        own = rows[kind] > 0
        days = codes(rows["day"][own]) if "day" in rows else None
        by_kind[kind] = _waits_of(means[name], rows["wait"][own], days, within, dataset.config.confidence)
    return by_kind


def _waits_of(
    mean: Estimate, seconds: np.ndarray, days: np.ndarray | None, within: float, confidence: float
) -> Waits:
    times, counts = np.unique(seconds, return_counts=True)
    return Waits(
        mean,
        quantile(seconds, 0.5, confidence, days),
        quantile(seconds, 0.9, confidence, days),
        float((seconds <= 0).mean()),
        float((seconds <= within).mean()),
        times,
        np.cumsum(counts) / len(seconds),
    )


@dataclass(frozen=True, slots=True)
class Band:
    """Waits from ``start`` to ``end`` [s]: callers still waiting, those who gave up, and the probability.

    ``share`` is of those still waiting at the start, had none been answered meanwhile.
    """

    start: float
    end: float
    waiting: int
    gave_up: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Patience(Answer):
    """The life table of callers in the queue; an answer censors a caller's patience.

    Attributes
    ----------
    rate : Estimate
        Share of the calls offered that were abandoned.
    shares : LifeTable or None
        Share given up by each second; None if unknown.
    bands : tuple of Band
    median : Interval or None
        The median patience [s]; nan if never reached.
    gone_s : float
        The second at which callers who are gone are counted (``gone_within_s``, 60).
    gone : Estimate or None
        The share of all calls offered that was given up by then.
    """

    voice: Voice
    period: str
    within_s: float
    rate: Estimate
    shares: LifeTable | None = None
    bands: tuple[Band, ...] = ()
    median: Interval | None = None
    notes: tuple[str, ...] = ()
    gone_s: float = GONE_WITHIN.default
    gone: Estimate | None = None

    def to_frame(self) -> pd.DataFrame:
        """Return start, end, waiting, gave_up, share, low, high: one row per interval of waiting."""
        import pandas as pd

        columns = ["start", "end", "waiting", "gave_up", "share", "low", "high"]
        return pd.DataFrame([tuple(getattr(b, c) for c in columns) for b in self.bands], columns=columns)

    def by(self, seconds: float) -> tuple[float, float, float]:
        """Return the share that gives up within a number of seconds if not answered, with its limits."""
        return (NAN, NAN, NAN) if self.shares is None else share_by(self.shares, seconds)


def patience(about: Scope) -> Patience:
    """Return when the callers of a period give up."""
    voice, config = about.voice, about.now.config
    within = config.setting("answer_within_s", 20)
    rate, gone = estimates(about.now, [ABANDON_RATE, GONE_RATE]).values()
    why = lacking(about.now, "calls", "direction", "handled", "abandoned", "queue_s")
    known = Patience(voice, about.label, within, rate, gone_s=GONE_WITHIN.value(config.settings), gone=gone)
    if why:
        return replace(known, notes=(voice.note(rate.kpi, why),))
    rows = waits(about.now)
    if gap := unknown_waits(about.now):
        text = voice.say("When callers give up: {why}.", why=voice.reason(gap))
        return replace(known, notes=(text,))
    waited = rows["wait"] > 0
    times, gave_up = rows["wait"][waited], rows["gave_up"][waited]
    if not gave_up.any():
        text = voice.say("When callers give up: no caller who had to wait gave up.")
        return replace(known, notes=(text,))
    table = curve(times, gave_up, config.confidence)
    bands = _bands(times, gave_up, within, config.confidence)
    return replace(known, shares=table, bands=bands, median=crossing(table, 0.5))


def _bands(times: np.ndarray, gave_up: np.ndarray, within: float, confidence: float) -> tuple[Band, ...]:
    """Return the probability of giving up in each interval, among those still waiting at its start."""
    bands = []
    for start, end in pairwise(sorted({*EDGES, within})):
        waiting = times > start
        if waiting.sum() < FEWEST_WAITING:
            break
        left = gave_up * (times <= end)
        table = curve(np.minimum(times, end)[waiting], left[waiting], confidence)
        last = float(table.estimate[-1]), float(table.low[-1]), float(table.high[-1])
        bands.append(Band(start, end, int(waiting.sum()), int(left[waiting].sum()), *last))
    return tuple(bands)
