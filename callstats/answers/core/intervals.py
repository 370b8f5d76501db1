"""The interval of a KPI's value, determined by its formula and independent units."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isclose, nan

from callstats.engine.units import Clustering, formula_terms, parts
from callstats.kpis.define import KPI, Condition, Count, Distinct, Net, Ratio, Sum, Term
from callstats.model import TABLES
from callstats.moments import DaySums, Moments, pair
from callstats.stats import Interval, proportion_interval, rate_interval, ratio_interval, total_interval
from callstats.stats.ratios import above_zero
from callstats.stats.skewed_means import skewed_ratio_interval

UNIT_WORDS = {
    "contact": "contacts",
    "agent_day": "agent-days",
    "agent": "agents",
    "respondent": "respondents",
    "call": "calls",
    "case": "issues",
    "day": "days",
    "none": "",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """The interval of a value, the units behind it, or why there is none."""

    low: float = nan
    high: float = nan
    n: float = nan
    note: str = ""


def varies_by_day(kpi: KPI) -> bool:
    """Return whether days are part of what a KPI's interval speaks of: days like these, not these alone.

    Rates per hour, money and service depend on what kind of day it was as much as on whom
    it brought; a share of dials is told of these contacts on these days.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> [varies_by_day(get(name)) for name in ("successes_per_login_hour", "revenue", "answer_rate")]
    [True, True, False]
    """
    return kpi.independence in ("agent_day", "day") or kpi.domain in ("money", "service")


def limits(
    kpi: KPI,
    moments: Moments,
    confidence: float,
    *,
    least: float = -inf,
    days: DaySums | None = None,
    scale: float | None = None,
) -> Limits:
    """Return the interval of a KPI's value.

    Wilson for a share of units that count once each; Wilson at the effective size
    for a share of rows clustered in units; the delta method for other ratios; for
    totals, the spread over the same number of other units.

    Parameters
    ----------
    kpi : KPI
    moments : Moments
        Of its numerator and denominator over its independent units.
    confidence : float
    least : float
        What the value can never lie under. If it is 0, an interval that would reach below is
        taken on the logarithm, and nothing seen has an upper limit.
    days : DaySums, optional
        The sums by day, where the interval speaks of days like these.
    scale : float, optional
        What the quotient is multiplied by; the formula's scale if omitted.
    """
    if kpi.independence == "none":
        return Limits(note="no interval: not a sample")
    if moments.n == 0:
        return Limits(n=0, note=f"no interval: no {UNIT_WORDS[kpi.independence]}")
    formula = kpi.formula
    varies = _total_varies if isinstance(formula, Net) else _varies
    proportion = isinstance(formula, Ratio) and formula.proportion
    if (none := _no_event(kpi, moments, confidence)) is not None and least >= 0:
        return none
    if not proportion and not varies(moments):
        return Limits(n=moments.n, note=f"no interval: all {UNIT_WORDS[kpi.independence]} are alike")
    if isinstance(formula, Net):
        interval = total_interval(moments, "numerator", confidence=confidence, days=days)
    elif proportion and counts_once(moments) and days is None:
        interval = _wilson(moments, confidence)
    else:
        interval = ratio_interval(moments, confidence=confidence, proportion=proportion, days=days)
    if moments.cubes:
        interval = skewed_ratio_interval(moments, interval)
    if least >= 0:
        interval = above_zero(interval)
    scale = (formula.scale if isinstance(formula, Ratio) else 1.0) if scale is None else scale
    low, high = sorted((interval.low * scale, interval.high * scale))
    return Limits(max(low, least), high, moments.n, interval.reason)


def _no_event(kpi: KPI, moments: Moments, confidence: float) -> Limits | None:
    """Return the limits of a count or rate of which nothing was seen; None where something was.

    The upper limit is the largest mean that leaves a chance of (1 - confidence) / 2 of
    seeing nothing: 3.7 events at 95 %.
    """
    formula = kpi.formula
    counted = all(isinstance(term, Count | Distinct) for term, _ in parts(kpi)["numerator"])
    if not counted or moments.sums["numerator"] != 0 or (isinstance(formula, Ratio) and formula.proportion):
        return None
    exposure = moments.sums["denominator"] if isinstance(formula, Ratio) else 1.0
    if exposure <= 0 or not adds_only(kpi):
        return None
    found = rate_interval(0, exposure, confidence=confidence)
    scale = formula.scale if isinstance(formula, Ratio) else 1.0
    return Limits(0.0, float(found.high) * scale, moments.n)


def amounts_below_zero(kpi: KPI) -> list[Term]:
    """Return terms that count the amounts below 0 among those that a KPI adds up: refunds, credit notes.

    Counts and durations are never below 0, and neither are scores; an amount of money may be.
    """
    sums = [term for term in formula_terms(kpi) if isinstance(term, Sum)]
    money = [
        s for s in sums if s.column in (t := TABLES[s.where.table]).names and t[s.column].unit == "money"
    ]
    return [Count(s.where.also("amounts below 0", Condition(s.column, "<", 0))) for s in money]


def adds_only(kpi: KPI) -> bool:
    """Tell whether a KPI takes nothing away, so that it is below 0 only if an amount is.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> adds_only(get("successes")), adds_only(get("profit"))
    (True, False)
    """
    named = (t for t in formula_terms(kpi) if isinstance(t, Sum))
    canonical = all(t.column in TABLES[t.where.table].names for t in named)
    scale = kpi.formula.scale if isinstance(kpi.formula, Ratio) else 1.0
    return canonical and scale >= 0 and all(weight >= 0 for part in parts(kpi).values() for _, weight in part)


def _wilson(moments: Moments, confidence: float) -> Interval:
    events, trials = round(moments.sums["numerator"]), round(moments.sums["denominator"])
    return proportion_interval(events, trials, confidence=confidence)


def counts_once(moments: Moments) -> bool:
    """Return whether every unit counts at most once in the denominator, and only then in the numerator.

    Examples
    --------
    >>> counts_once(Moments.of({"numerator": [1, 0], "denominator": [1, 1]}))
    True
    >>> counts_once(Moments.of({"numerator": [1, 0], "denominator": [2, 1]}))
    False
    """
    events, trials = moments.sums["numerator"], moments.sums["denominator"]
    both = pair("numerator", "denominator")
    return (
        0 <= events <= trials
        and isclose(moments.products[pair("denominator", "denominator")], trials)
        and isclose(moments.products[pair("numerator", "numerator")], events)
        and isclose(moments.products[both], events)
    )


def _varies(moments: Moments) -> bool:
    """Return whether units differ in their contribution to the ratio, beyond rounding."""
    top, below = moments.sums["numerator"], moments.sums["denominator"]
    if below == 0 or moments.n < 2:
        return True  # the interval itself raises the error
    ratio = top / below
    squares = moments.products[pair("numerator", "numerator")]
    spread = (
        squares
        - 2 * ratio * moments.products[pair("numerator", "denominator")]
        + ratio**2 * moments.products[pair("denominator", "denominator")]
    )
    return spread > 1e-9 * squares


def _total_varies(moments: Moments) -> bool:
    squares = moments.products[pair("numerator", "numerator")]
    return moments.n < 2 or squares - moments.sums["numerator"] ** 2 / moments.n > 1e-9 * squares


def notes_on(cluster: Clustering, kpi: KPI) -> list[str]:
    """Return notes on how a KPI's sums split into units."""
    notes = []
    if cluster.missing:
        notes.append(f"rows taken as independent: no {' and no '.join(cluster.missing)}")
    if cluster.constants and cluster.tables:
        notes.append(
            f"{' and '.join(cluster.constants)} taken as exact: not told apart by {kpi.independence}"
        )
    return notes
