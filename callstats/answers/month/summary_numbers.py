"""The figures of all campaigns in two periods with overlapping contacts, and which of them moved."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import TYPE_CHECKING, Any

from callstats.answers.campaign.portrait_numbers import Figure
from callstats.answers.core.estimates import NAN, Change, Estimate, estimates_by, interval
from callstats.config import Target
from callstats.kpis import get
from callstats.kpis.define import KPI, Quantile, Ratio

if TYPE_CHECKING:
    from callstats.answers.core.scope import Scope
    from callstats.engine.periods import Shared
    from callstats.moments import Moments
    from callstats.stats import Interval

#: Smaller p-values are reported as this: no decision depends on them.
LEAST_P = 1e-10


@dataclass(frozen=True)
class PeriodChange:
    """A KPI in two periods, to be compared at any confidence.

    Attributes
    ----------
    kpi : KPI
    now, before : Moments
        Over the independent units of each period.
    shared : Shared, optional
        The contribution of units in both periods; None if there are none.
    """

    kpi: KPI
    now: Moments
    before: Moments
    shared: Shared | None = None

    def change(self, confidence: float = 0.95) -> Change:
        r"""Return the difference and its interval.

        The limits use each estimate's distance to its relevant limit, with the
        correlation r from shared units (MOVER) [1]_:
        L = d - sqrt(a^2 + b^2 - 2 r a b), a and b the distances.

        References
        ----------
        .. [1] Zou GY (2007). Toward using confidence intervals to compare
           correlations. Psychological Methods 12:399-413.

        Examples
        --------
        56 of 70 against 48 of 80, nobody in both (Newcombe 1998, method 10):

        >>> from callstats.kpis import get
        >>> from callstats.moments import Moments
        >>> def share(k, n):
        ...     return Moments.of({"numerator": [1.0] * k + [0.0] * (n - k), "denominator": [1.0] * n})
        >>> found = PeriodChange(get("answer_rate"), share(56, 70), share(48, 80)).change()
        >>> round(found.estimate, 3), round(found.low, 2), round(found.high, 1)
        (0.2, 0.05, 0.3)
        """
        now, before = (interval(self.kpi, m, confidence) for m in (self.now, self.before))
        estimate = now.estimate - before.estimate
        if any(isnan(end) for end in (now.low, now.high, before.low, before.high)):
            return Change(estimate, confidence=confidence)
        r = self.correlation(now, before)
        low = _apart(now.estimate - now.low, before.high - before.estimate, r)
        high = _apart(now.high - now.estimate, before.estimate - before.low, r)
        return Change(estimate, estimate - low, estimate + high, confidence)

    def correlation(self, now: Interval, before: Interval) -> float:
        """Return the correlation of the two estimates, 0 if they share no unit."""
        if self.shared is None:
            return 0.0
        scale = abs(self.kpi.formula.scale) if isinstance(self.kpi.formula, Ratio) else 1.0
        spread = now.standard_error * before.standard_error / scale**2
        return min(max(self._covariance(self.shared) / spread, -1.0), 1.0) if spread > 0 else 0.0

    def _covariance(self, shared: Shared) -> float:
        """Sum, over the shared units, a unit's influence now times its influence before."""
        a, a_all, a_of = _influence(self.kpi, self.now, shared.exact[0])
        b, b_all, b_of = _influence(self.kpi, self.before, shared.exact[1])
        total = sum(x * y * shared.products[i, j] for i, x in a.items() for j, y in b.items())
        total += b_all * sum(x * shared.now[i] for i, x in a.items())
        total += a_all * sum(y * shared.before[j] for j, y in b.items())
        return (total + a_all * b_all * shared.units) / (a_of * b_of)

    def p_value(self) -> float:
        """Return 1 minus the largest confidence at which the interval excludes zero.

        So interval and test agree, whatever the form of the interval; nan without an
        interval.

        Examples
        --------
        >>> from callstats.kpis import get
        >>> from callstats.moments import Moments
        >>> half = Moments.of({"numerator": [1.0, 0.0] * 50, "denominator": [1.0] * 100})
        >>> PeriodChange(get("answer_rate"), half, half).p_value()
        1.0
        """
        plain = self.change()
        if isnan(plain.low):
            return NAN
        if plain.estimate == 0:
            return 1.0
        least, most = math.log(LEAST_P), 0.0
        for _ in range(40):
            middle = (least + most) / 2
            if self.change(1 - math.exp(middle)).certain:
                most = middle
            else:
                least = middle
        return math.exp(most)


def _apart(a: float, b: float, r: float) -> float:
    return math.sqrt(max(a * a + b * b - 2 * r * a * b, 0.0))


def _influence(
    kpi: KPI, moments: Moments, exact: Mapping[str, float]
) -> tuple[dict[str, float], float, float]:
    """Return a unit's influence on the estimate: weights of its parts, a constant, and the denominator.

    For a ratio R it is (Y - R N) / sum(N), with sums that belong to no unit divided
    among all; for a total it is the distance from the mean of all units.
    """
    n = max(moments.n, 1)
    if not isinstance(kpi.formula, Ratio):
        own = moments.sums["numerator"] - exact.get("numerator", 0.0)
        widened = math.sqrt((n - 1) / n)  # as for the interval of a total
        return {"numerator": 1.0}, -own / n, widened
    below = moments.sums["denominator"]
    ratio = moments.sums["numerator"] / below
    dealt = exact.get("numerator", 0.0) - ratio * exact.get("denominator", 0.0)
    return {"numerator": 1.0, "denominator": -ratio}, dealt / n, below


#: KPIs to compare outbound campaigns on, and inbound queues.
OUTBOUND = (
    "roi",
    "successes_per_login_hour",
    "success_rate_argued",
    "answer_rate",
    "abandon_rate_outbound",
    "cost_per_acquisition",
)
INBOUND = (
    "service_level",
    "abandon_rate_inbound",
    "average_speed_of_answer",
    "first_call_resolution",
)
ANY = ("profit", "average_handle_time", "occupancy", "csat")
TESTED = ("profit", *OUTBOUND, *INBOUND, *ANY[1:])
#: KPIs that show whether a campaign dials, and whether it is called.
_TRAFFIC = ("dials", "calls_offered")


@dataclass(frozen=True, slots=True)
class MovedFigure(Figure):
    """A key figure whose change allows for contacts in both periods.

    Attributes
    ----------
    moved : PeriodChange or None
        None if one of the periods has no value, or there is no interval.
    confidence : float
        Of the change's interval.
    """

    moved: PeriodChange | None = None
    confidence: float = 0.95

    @property
    def change(self) -> Change:
        """The figure minus that of the comparison period, or the bridge's change if there is one."""
        if self.bridged is not None:
            return self.bridged
        if self.before is None or not (self.now.known and self.before.known):
            return Change()
        if self.moved is None:
            return Change(self.now.value - self.before.value)
        return self.moved.change(self.confidence)

    @property
    def p_value(self) -> float:
        """The probability of such a change under no change; nan if unknown."""
        return NAN if self.moved is None else self.moved.p_value()


@dataclass(frozen=True)
class CampaignFigures:
    """One campaign.

    Attributes
    ----------
    campaign_id : object
        None for calls without a campaign.
    label : str
    figures : mapping of str to MovedFigure
        The KPIs that apply: a queue has no answer rate, an outbound campaign no service level.
    dials, offered : float
        Calls dialled and received.
    href : str or None
        The campaign's own report.
    """

    campaign_id: object
    label: str
    figures: Mapping[str, MovedFigure]
    dials: float = 0.0
    offered: float = 0.0
    href: str | None = None

    @property
    def tested(self) -> list[MovedFigure]:
        """The figures whose change can be tested."""
        return [self.figures[n] for n in TESTED if n in self.figures and self.figures[n].moved is not None]


def moved_figures(
    about: Scope, names: Iterable[str], by: Sequence[str] = ()
) -> dict[tuple[object, ...], dict[str, MovedFigure]]:
    """Return every figure of every group, in the period and the comparison period."""
    kpis = [get(name) for name in dict.fromkeys(names)]
    now = estimates_by(about.now, kpis, by)
    before = estimates_by(about.before, kpis, by) if about.before is not None else {}
    moved = _moved(about, kpis, by)
    targets, level = about.now.config.targets, about.now.config.confidence
    return {
        group: {
            name: MovedFigure(
                estimate,
                before.get(group, {}).get(name),
                targets.get(name, Target()),
                moved=moved.get((group, name)) if _both(estimate, before.get(group, {}).get(name)) else None,
                confidence=level,
            )
            for name, estimate in estimates.items()
        }
        for group, estimates in now.items()
    }


def _both(now: Estimate, before: Estimate | None) -> bool:
    """Return whether both values are known, with intervals of positive width."""
    return before is not None and all(e.known and e.low < e.high for e in (now, before))


def _moved(
    about: Scope, kpis: Sequence[KPI], by: Sequence[str]
) -> dict[tuple[tuple[object, ...], str], PeriodChange]:
    """Return the sums of both periods for comparison."""
    if about.before is None:
        return {}
    from callstats.engine import moments, obstacle
    from callstats.engine.periods import shared_sums

    able = [k for k in kpis if not isinstance(k.formula, Quantile) and k.independence != "none"]
    able = [k for k in able if obstacle(about.now, k, by) is None]
    now, before = (moments(data, able, by) for data in (about.now, about.before))
    shared = shared_sums(about.now, about.before, able, by)
    return {
        (group, kpi.name): PeriodChange(kpi, later, earlier, shared.get(group, {}).get(kpi.name))
        for group, by_kpi in now.items()
        for kpi in able
        if (later := by_kpi.get(kpi.name)) is not None
        and (earlier := before.get(group, {}).get(kpi.name)) is not None
        and all(m.n > 1 and _below(kpi, m.sums) for m in (later, earlier))
    }


def _below(kpi: KPI, sums: Mapping[str, float]) -> bool:
    return not isinstance(kpi.formula, Ratio) or sums["denominator"] != 0


def campaign_figures(
    about: Scope, links: Mapping[str, str], more: Iterable[str] = ()
) -> tuple[CampaignFigures, ...]:
    """Return the campaigns of a period, most profit first, then by name.

    Parameters
    ----------
    about : Scope
    links : mapping of str to str
        Campaign -> its report.
    more : iterable of str
        Additional KPIs: those with a target.
    """
    names = dict.fromkeys((*_TRAFFIC, *TESTED, *more))
    by_campaign = moved_figures(about, names, ["campaign_id"])
    campaigns = [
        _campaign(campaign, about.voice.label(campaign), figures, links)
        for (campaign,), figures in by_campaign.items()
    ]
    return tuple(sorted((c for c in campaigns if c.figures), key=_place_of_campaign))


def _campaign(
    campaign: object, label: str, figures: Mapping[str, MovedFigure], links: Mapping[str, str]
) -> CampaignFigures:
    dials, offered = (_amount(figures[name].now.value) for name in _TRAFFIC)
    kept = {
        name: figure
        for name, figure in figures.items()
        if name not in _TRAFFIC and figure.now.known and _applies(name, dials, offered)
    }
    return CampaignFigures(campaign, label, kept, dials, offered, links.get(str(campaign)))


def _amount(value: float) -> float:
    return value if value > 0 else 0.0


def _applies(name: str, dials: float, offered: float) -> bool:
    """Return whether a KPI applies to a campaign with these numbers of calls dialled and received."""
    if name in ANY:
        return dials > 0 or offered > 0
    kpi = get(name)
    return offered > 0 if name in INBOUND or kpi.domain == "service" else dials > 0


def _place_of_campaign(campaign: CampaignFigures) -> tuple[bool, float, str]:
    profit = campaign.figures.get("profit")
    value = profit.now.value if profit else NAN
    return (value != value, -value if value == value else 0.0, campaign.label)  # noqa: PLR0124 - nan


#: Share of reported movements that may be chance.
FALSE_DISCOVERY = 0.05


@dataclass(frozen=True)
class Movement:
    """A figure of a campaign that may have moved.

    Attributes
    ----------
    campaign : CampaignFigures
    figure : MovedFigure
        Its interval is at ``confidence``.
    p_value, p_adjusted : float
        The second after Benjamini and Hochberg.
    beyond_noise : bool
    """

    campaign: CampaignFigures
    figure: MovedFigure
    p_value: float
    p_adjusted: float
    beyond_noise: bool

    @property
    def change(self) -> Change:
        """With the claim's interval."""
        return self.figure.change

    @property
    def relative(self) -> float:
        """The size of the change relative to the previous value."""
        before = self.figure.before.value if self.figure.before else 0.0
        return abs(self.change.estimate / before) if before else float("inf")


def _place_of_movement(m: Movement) -> tuple[Any, ...]:
    """Order movements: those beyond noise first; money by amount, then the rest by size."""
    money = m.figure.kpi.name == "profit"
    size = abs(m.change.estimate) if money else m.relative
    return (not m.beyond_noise, not money, -size, m.campaign.label, m.figure.kpi.name)


def tested_movements(campaigns: Sequence[CampaignFigures]) -> tuple[tuple[Movement, ...], float]:
    """Test every figure of every campaign against the other period, jointly.

    The false discovery rate is kept at 5 % [1]_, and intervals are widened to match,
    so that a movement is reported if and only if its interval excludes zero [2]_.

    Returns
    -------
    tuple of Movement
        Those beyond noise first: money by amount, the rest by size.
    float
        The confidence of their intervals.

    References
    ----------
    .. [1] Benjamini Y, Hochberg Y (1995). Controlling the false discovery rate.
       Journal of the Royal Statistical Society B 57:289-300.
    .. [2] Benjamini Y, Yekutieli D (2005). False discovery rate-adjusted multiple
       confidence intervals for selected parameters. JASA 100:71-81.
    """
    from callstats.stats import adjust

    tested = [(campaign, f) for campaign in campaigns for f in campaign.tested]
    p_values = [f.p_value for _, f in tested]
    adjusted = [float(p) for p in adjust(p_values, method="benjamini-hochberg")] if tested else []
    sure = sum(p <= FALSE_DISCOVERY for p in adjusted)
    level = 1 - FALSE_DISCOVERY * max(sure, 1) / max(len(tested), 1)
    movements = [
        Movement(campaign, replace(f, confidence=level), p, q, q <= FALSE_DISCOVERY)
        for (campaign, f), p, q in zip(tested, p_values, adjusted, strict=True)
    ]
    return tuple(sorted(movements, key=_place_of_movement)), level
