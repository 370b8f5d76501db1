"""Hourly rates as dialled, and hours compared on the same contacts.

If contacts that are easy to reach are dialled first, and always in the morning, the
morning looks good. So a dial is compared only with dials of its own stratum: the same
list, weekday and attempt, to contacts first dialled in the same hour, with the same
earlier result (reached or not). First attempts drop out, as they define their stratum.
Stopping once a person answers does no harm, since an attempt is compared with
attempts of the same number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.answers.core.estimates import Estimate, estimates, estimates_by
from callstats.answers.core.scope import Scope, records
from callstats.dataset.clock import TIME_KEYS, unknown
from callstats.kpis import get
from callstats.kpis.define import KPI
from callstats.stats.multiplicity import bonferroni_confidence

if TYPE_CHECKING:
    from callstats.dataset import Dataset
    from callstats.stats import Comparison

#: What counts as reached, by KPI.
FLAGS = {
    "contact_rate_dial": "live",
    "answer_rate": "handled",
    "connect_rate": "connected",
    "conversion_per_dial": "success",
}
NEEDED = ("contact_id", "attempt_no", "local_started_at")
_DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class HourSlot:
    """One hour of one weekday (1 is Monday), or of all of them (None).

    ``thin`` slots are masked and make no claim.
    """

    weekday: int | None
    hour: int
    rate: Estimate
    thin: bool


def overall_rate(dataset: Dataset, kpi: str) -> Estimate:
    """Return the rate over all dials, falling back to the answer rate if the KPI is unknown."""
    asked = estimates(dataset, [kpi, "answer_rate"])
    name = get(kpi).name
    return asked[name] if asked[name].known else asked["answer_rate"]


def hour_slots(dataset: Dataset, kpi: KPI, fewest: int) -> tuple[tuple[HourSlot, ...], tuple[HourSlot, ...]]:
    """Return hours of each weekday and of all, with intervals widened for the number tested."""
    keys = (["weekday", "hour"], ["hour"])
    plain = [e for by in keys for e in estimates_by(dataset, [kpi], by).values()]
    judged = sum(group[kpi.name].denominator >= fewest for group in plain)
    level = bonferroni_confidence(dataset.config.confidence, judged)
    slots, hours = (estimates_by(dataset, [kpi], by, confidence=level) for by in keys)
    by_day = ((int(day), hour, by_kpi[kpi.name]) for (day, hour), by_kpi in slots.items())
    by_hour = ((None, hour, by_kpi[kpi.name]) for (hour,), by_kpi in hours.items())
    return tuple(_slots_of(by_day, fewest)), tuple(_slots_of(by_hour, fewest))


def _slots_of(rates: Iterable[tuple[int | None, int, Estimate]], fewest: int) -> Iterator[HourSlot]:
    for day, hour, rate in rates:
        if rate.denominator > 0:
            yield HourSlot(day, int(hour), rate, not rate.denominator >= fewest)


@dataclass(frozen=True, slots=True)
class HourEffect:
    """One hour compared with the other hours of its strata.

    Attributes
    ----------
    hour : int
    dials : float
        Dials with dials of other hours in their stratum.
    ratio, low, high : float
        The hour's reach divided by that of the others on the same contacts
        (Mantel-Haenszel), with an interval that holds jointly for all hours.
    rate, rate_low, rate_high : float
        The hour's reach on contacts of whom the other hours reach ``others``.
    others : float
    thin : bool
        Too few dials to make a claim.
    """

    hour: int
    dials: float
    ratio: float
    low: float
    high: float
    rate: float
    rate_low: float
    rate_high: float
    others: float
    thin: bool


@dataclass(frozen=True, slots=True)
class Gain:
    """The gain from moving some dials from worse hours to better ones.

    Attributes
    ----------
    dials : float
        Dials moved per month.
    share : float
        Share of the worse hours' dials.
    more, low, high : float
        Additional people reached per month, at the level of the claims about hours.
    """

    dials: float
    share: float
    more: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class WithinContact:
    """The hours in order, those shown to be better or worse, and the gain from moving dials."""

    effects: tuple[HourEffect, ...]
    gain: Gain | None = None

    @property
    def better(self) -> tuple[HourEffect, ...]:
        """Hours whose interval lies above a ratio of 1, best first."""
        better = [e for e in self.effects if not e.thin and e.low > 1]
        return tuple(sorted(better, key=lambda e: -e.ratio))

    @property
    def worse(self) -> tuple[HourEffect, ...]:
        """Hours whose interval lies below 1, worst first."""
        worse = [e for e in self.effects if not e.thin and e.high < 1]
        return tuple(sorted(worse, key=lambda e: e.ratio))


def within_contact(about: Scope, kpi: str, fewest: int, move: float = 0.1) -> WithinContact | None:
    """Compare every hour with the others of the same strata, None if the data do not allow it.

    All intervals hold jointly at the project's confidence.

    Parameters
    ----------
    about : Scope
    kpi : str
        One of :data:`FLAGS`.
    fewest : int
        An hour with fewer comparable dials makes no claim.
    move : float
        Share of the dials of worse hours that could be moved.

    References
    ----------
    1. Greenland S, Robins JM (1985). Estimation of a common effect parameter from
       sparse follow-up data. Biometrics 41:55-68.
    2. Mundlak Y (1978). On the pooling of time series and cross section data.
       Econometrica 46:69-85 (why the first hour is held fixed).
    """
    flag = FLAGS.get(kpi)
    if flag is None or not about.now.has("calls", *NEEDED, flag):
        return None
    strata = _strata(about, flag)
    hours = sorted({hour for cells in strata for hour in cells})
    counts = np.array([[cells.get(hour, (0, 0)) for hour in hours] for cells in strata], dtype=float)
    if len(hours) < 2:
        return None
    effects = _effects(hours, counts, fewest, about.whole.config.confidence)
    gain = _gain(about, WithinContact(effects), hours, counts, move)
    return WithinContact(effects, gain)


def _strata(about: Scope, flag: str) -> list[dict[int, tuple[int, int]]]:
    """Return dials, and dials that reached somebody, by hour for every stratum."""
    outbound = (nw.col("direction") == "outbound") & ~nw.col("attempt_no").is_null()
    clock, extra = nw.col("local_started_at"), ["list_id"] if about.now.has("calls", "list_id") else []
    whole = about.whole.table("calls").filter(outbound)
    first = (
        whole.filter(nw.col("attempt_no") == 1)
        .select("contact_id", first_hour=clock.dt.hour())
        .group_by("contact_id")
        .agg(nw.col("first_hour").min())
    )
    seen = "live" if about.whole.has("calls", "live") else flag
    reached = whole.filter(nw.col(seen)).group_by("contact_id").agg(reached_at=nw.col("attempt_no").min())
    dials = about.now.table("calls").filter(outbound, ~nw.col(flag).is_null(), nw.col("attempt_no") > 1)
    before = ~nw.col("reached_at").is_null() & (nw.col("attempt_no") > nw.col("reached_at"))
    keys = [*extra, "attempt_no", "weekday", "first_hour", "before"]
    cells = (
        dials.select(*extra, "contact_id", "attempt_no", "local_started_at", flag)
        .join(first, on="contact_id", how="inner")
        .join(reached, on="contact_id", how="left")
        .with_columns(
            hour=TIME_KEYS["hour"](clock),
            weekday=TIME_KEYS["weekday"](clock),
            before=nw.when(before).then(1).otherwise(0),
            hit=nw.when(nw.col(flag)).then(1).otherwise(0),
        )
        .group_by(*keys, "hour")
        .agg(nw.len().alias("dials"), nw.col("hit").sum())
        .sort(*keys, "hour")
    )
    strata: dict[tuple[Any, ...], dict[int, tuple[int, int]]] = {}
    for row in records(cells):
        if not unknown(row["hour"]):
            stratum = tuple(str(row[key]) for key in keys)
            strata.setdefault(stratum, {})[int(row["hour"])] = (int(row["dials"]), int(row["hit"]))
    return [cells for cells in strata.values() if len(cells) > 1]


def _effects(
    hours: Sequence[int], counts: np.ndarray, fewest: int, confidence: float
) -> tuple[HourEffect, ...]:
    plain = {hour: _against(counts, [i], _others(hours, i)) for i, hour in enumerate(hours)}
    judged = sum(dials >= fewest for dials, _, _ in plain.values())
    level = bonferroni_confidence(confidence, judged)
    effects = []
    for hour, (dials, others, compare) in plain.items():
        ratio = compare(level)
        rate, low, high = (min(others * end, 1.0) for end in (ratio.estimate, ratio.low, ratio.high))
        thin = not dials >= fewest or not np.isfinite(ratio.high) or not ratio.estimate > 0
        effects.append(
            HourEffect(hour, dials, ratio.estimate, ratio.low, ratio.high, rate, low, high, others, thin)
        )
    return tuple(effects)


def _others(hours: Sequence[int], i: int) -> list[int]:
    return [j for j in range(len(hours)) if j != i]


def _against(
    counts: np.ndarray, some: Sequence[int], rest: Sequence[int]
) -> tuple[float, float, Callable[[float], Comparison]]:
    """Return the comparable dials of some hours, the rate of the rest, and the comparison."""
    a, b = counts[:, list(some)].sum(axis=1), counts[:, list(rest)].sum(axis=1)
    both = (a[:, 0] > 0) & (b[:, 0] > 0)
    a, b = a[both], b[both]
    tables = np.stack(
        [np.column_stack([a[:, 1], a[:, 0] - a[:, 1]]), np.column_stack([b[:, 1], b[:, 0] - b[:, 1]])], axis=1
    )
    # the rest, weighted like these hours' dials: its reach on the same contacts
    rate = float((a[:, 0] * b[:, 1] / b[:, 0]).sum() / a[:, 0].sum()) if both.any() else float("nan")

    def compare(confidence: float) -> Comparison:
        from callstats.stats.strata import stratified_risk_ratio

        return stratified_risk_ratio(tables, confidence=confidence)

    return float(a[:, 0].sum()), rate, compare


def _gain(
    about: Scope, within: WithinContact, hours: Sequence[int], counts: np.ndarray, move: float
) -> Gain | None:
    """Return the monthly gain from moving some dials from the worse hours to the better ones."""
    if not within.better or not within.worse:
        return None
    at: Mapping[int, int] = {hour: i for i, hour in enumerate(hours)}
    better, worse = ([at[e.hour] for e in some] for some in (within.better, within.worse))
    _, rate, compare = _against(counts, worse, better)
    level = bonferroni_confidence(about.whole.config.confidence, sum(not e.thin for e in within.effects))
    # `rate` is the better hours' reach on the worse ones' contacts; the ratio is worse to better
    ratio = compare(level)
    window = about.window
    months = (window.end - window.start).days / _DAYS_A_MONTH
    moved = move * _dials_in(about, {e.hour for e in within.worse}) / months
    more, low, high = (moved * rate * (1 - r) for r in (ratio.estimate, ratio.high, ratio.low))
    return Gain(moved, move, more, low, high)


def _dials_in(about: Scope, hours: Iterable[int]) -> int:
    clock = nw.col("local_started_at")
    dials = about.now.table("calls").filter(
        nw.col("direction") == "outbound", clock.dt.hour().is_in(sorted(hours))
    )
    return int(records(dials.select(n=nw.len()))[0]["n"])
