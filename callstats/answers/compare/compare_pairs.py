"""From a design to a test for every pair of group and control; fetches the sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from callstats import engine
from callstats.answers.compare.compare_days import OTHER_DAYS, day_units, other_days, within_strata
from callstats.answers.compare.compare_design import Arm, ComparisonDesign
from callstats.answers.compare.compare_quantiles import quantile_arms, quantile_test
from callstats.answers.compare.compare_tests import (
    PairTest,
    Ratios,
    Shares,
    Terms,
    degrees,
    stand_in,
    welch_of,
)
from callstats.answers.core.intervals import counts_once
from callstats.engine.arm_moments import ArmMoments, arm_moments, contact_agent_moments, separable
from callstats.engine.day_sums import day_sums
from callstats.engine.influences import Standardised, standardised
from callstats.engine.units import formula_terms, parts
from callstats.errors import UsageError
from callstats.kpis.define import KPI, Count, Distinct, Ratio, Sum
from callstats.model import TABLES
from callstats.moments import DaySums, Moments, Pair, pair
from callstats.stats import Comparison, total_interval
from callstats.stats.proportion_differences import _METHODS as PROPORTION_METHODS

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: Valid values of `method`: the delta method, or one for shares of independent trials.
METHODS = ("delta", *PROPORTION_METHODS)


@dataclass(frozen=True)
class Pairs:
    """One comparison with all its sums: over its units, and over agents if they correlate units.

    Attributes
    ----------
    dataset : Dataset
    kpi : KPI
    by : str
    control : object
    design : ComparisonDesign
    units : ArmMoments
    agents, both : ArmMoments or None
        Over agents, and over units by agent.
    naive : ArmMoments or None
        As if rows were independent.
    quantiles : mapping of arm to tuple of float
        Quantile and its standard error, if the KPI is one; `units` then hold the share below it.
    days : mapping of arm to DaySums
        The same sums by day; empty where the data know no days.
    """

    dataset: Dataset
    kpi: KPI
    by: str
    control: Arm
    design: ComparisonDesign
    units: ArmMoments
    agents: ArmMoments | None = None
    both: ArmMoments | None = None
    naive: ArmMoments | None = None
    quantiles: Mapping[Arm, tuple[float, float]] = field(default_factory=dict)
    days: Mapping[Arm, DaySums] = field(default_factory=dict)

    def own(self, arm: Arm) -> Moments:
        """Return the moments of one arm over its units."""
        return self.units.arms[arm]

    def shared(self, arm: Arm) -> int:
        """Return how many units an arm shares with the control."""
        return self.units.shared.get(arm, 0)

    def empty(self, arm: Arm) -> bool:
        """Return whether an arm has nothing to divide by, or no unit."""
        own = self.own(arm)
        return own.n == 0 if self.design.kind == "total" else own.sums["denominator"] == 0

    @cached_property
    def other_days(self) -> Mapping[Arm, float]:
        """How much of each arm was dialled on other days than the control, 0 to 1."""
        return other_days(self.days, self.control)

    def days_of(self, arm: Arm) -> tuple[DaySums, DaySums] | None:
        """Return the sums by day of an arm and the control, if they were dialled on other days."""
        apart = self.other_days.get(arm, 0.0) > OTHER_DAYS
        return (self.days[arm], self.days[self.control]) if apart else None

    def agents_of(self, arm: Arm) -> int:
        """Return how many agents an arm and the control have together."""
        return 0 if self.agents is None else self.agents.joint(arm, self.control).n

    def rows(self, arm: Arm) -> Moments | None:
        """Return both arms as if rows were independent."""
        return None if self.naive is None else self.naive.joint(arm, self.control)

    @property
    def ratio(self) -> Ratio:
        """The KPI's formula, where it is a ratio."""
        assert isinstance(self.kpi.formula, Ratio)
        return self.kpi.formula


def fetch(
    dataset: Dataset, kpi: KPI, by: str, arms: Sequence[Arm], control: Arm, design: ComparisonDesign
) -> Pairs:
    """Fetch the sums that a design needs."""
    if design.kind == "quantile":
        shares, errors = quantile_arms(dataset, kpi, by, arms, design.unit)
        return Pairs(dataset, kpi, by, control, design, shares, quantiles=errors)
    if not design.joint:
        sums = engine.moments(dataset, [kpi], (by,))
        units = ArmMoments({arm: sums.get((arm,), {}).get(kpi.name, _nothing(kpi)) for arm in arms})
        return Pairs(dataset, kpi, by, control, design, units, days=_by_day(dataset, kpi, by, units))
    units = arm_moments(dataset, kpi, by, arms, control, unit=design.unit, complete=True)
    agents = both = None
    if design.agents == "rows":
        agents, both = (
            arm_moments(dataset, kpi, by, arms, control, unit=unit, complete=True)
            for unit in (("agent_id",), (*design.unit, "agent_id"))
        )
    elif design.agents == "home":
        agents, both = contact_agent_moments(dataset, kpi, by, arms, control)
    naive = _naive(dataset, kpi, by, arms, control, units)
    days = _by_day(dataset, kpi, by, units)
    return Pairs(dataset, kpi, by, control, design, units, agents, both, naive, days=days)


def _by_day(dataset: Dataset, kpi: KPI, by: str, units: ArmMoments) -> dict[Arm, DaySums]:
    found = day_sums(dataset, [kpi], (by,), {(arm,): {kpi.name: own} for arm, own in units.arms.items()})
    return {group[0]: own[kpi.name] for group, own in found.items() if kpi.name in own}


def _nothing(kpi: KPI) -> Moments:
    names = list(parts(kpi))
    return Moments(0, dict.fromkeys(names, 0.0), {pair(a, b): 0.0 for a in names for b in names})


def _naive(
    dataset: Dataset, kpi: KPI, by: str, arms: Sequence[Arm], control: Arm, units: ArmMoments
) -> ArmMoments | None:
    """Return the moments as if rows were independent; None where that has no meaning.

    Shares follow from their counts, events per hour as for Poisson; for other sums every
    row is used.
    """
    terms = formula_terms(kpi)
    tables = {term.where.table for term in terms}
    share = isinstance(kpi.formula, Ratio) and kpi.formula.proportion
    if share and all(isinstance(term, Count | Distinct) for term in terms):
        return ArmMoments({arm: _of_counts(m, share=True) for arm, m in units.arms.items()})
    if len(tables) == 1 and len(key := TABLES[next(iter(tables))].key) == 1 and separable(dataset, kpi, key):
        return arm_moments(dataset, kpi, by, arms, control, unit=key)
    above, below = ([term for term, _ in part] for part in parts(kpi).values())
    if all(isinstance(term, Count) for term in above) and all(isinstance(term, Sum) for term in below):
        return ArmMoments({arm: _of_counts(m, share=False) for arm, m in units.arms.items()})
    return None


def _of_counts(units: Moments, *, share: bool) -> Moments:
    """Return the moments of rows that are 0 or 1; for a rate, they have no exposure."""
    events, trials = units.sums["numerator"], units.sums["denominator"]
    products: dict[Pair, float] = {
        pair("numerator", "numerator"): events,
        pair("denominator", "numerator"): events if share else 0.0,
        pair("denominator", "denominator"): trials if share else 0.0,
    }
    return Moments(int(trials), dict(units.sums), products)


def pair_test(pairs: Pairs, arm: Arm, *, method: str | None = None) -> PairTest:
    """Return the test of an arm against the control.

    Raises
    ------
    UsageError
        The method does not fit the clusters.
    """
    treatment, control = pairs.own(arm), pairs.own(pairs.control)
    if pairs.design.kind == "total":
        return _totals(treatment, control, pairs.days_of(arm))
    if pairs.design.kind == "quantile":
        return quantile_test(pairs.units, pairs.quantiles, arm, pairs.control)
    if method != "delta" and _independent(pairs, arm):
        return Shares(_cells(treatment, control), pairs.ratio.scale, method or METHODS[1])
    if method not in (None, "delta"):
        raise UsageError(
            f"{method} is for trials that are independent, and those of {pairs.kpi.name} hang together",
            hint='Leave out method; or say clusters="call" to take every call for itself all the same.',
        )
    shared = bool(pairs.shared(arm))
    few = "agent_id" in pairs.design.unit and not shared
    test = Ratios(
        treatment,
        control,
        contacts=pairs.units.joint(arm, pairs.control) if shared else None,
        rows=pairs.rows(arm),
        proportion=pairs.ratio.proportion,
        scale=pairs.ratio.scale,
        degrees_of_freedom=None if shared or few else welch_of(treatment, control),
        few_units=few,
        days=pairs.days_of(arm),
    )
    return _with_agents(test, pairs, arm)


def _independent(pairs: Pairs, arm: Arm) -> bool:
    """Return whether both arms are shares of units that count once and are in only one arm."""
    if not pairs.ratio.proportion or pairs.design.agents or pairs.shared(arm) or pairs.days_of(arm):
        return False
    return all(counts_once(pairs.own(each)) for each in (arm, pairs.control))


def _cells(treatment: Moments, control: Moments) -> tuple[float, float, float, float]:
    cells = [round(m.sums[name]) for m in (treatment, control) for name in ("numerator", "denominator")]
    return cells[0], cells[1], cells[2], cells[3]


def _with_agents(test: Ratios, pairs: Pairs, arm: Arm) -> Ratios:
    """Add agents to a test if there are at least two and both arms have some."""
    if pairs.agents is None or pairs.both is None:
        return test
    agents, both = (sums.joint(arm, pairs.control) for sums in (pairs.agents, pairs.both))
    if agents.n < 2 or not all(agents.sums[f"{side}_denominator"] for side in ("treatment", "control")):
        return test
    return replace(test, agents=agents, intersections=both, few_units=True, degrees_of_freedom=None)


def _freedom(test: Ratios, agents: Moments, nested: bool) -> float:
    """Return the degrees of freedom with agents as clusters: their number minus one, or two if nested."""
    if nested:
        return max(agents.n - 2, 1)
    return max(min(test.treatment.n + test.control.n, agents.n) - 1, 1)


def _totals(treatment: Moments, control: Moments, days: tuple[DaySums, DaySums] | None) -> Ratios:
    """Return the test of two totals, treating each number of units (and days, if apart) as fixed."""
    first, second = days or (None, None)
    found = [total_interval(sums, days=own) for sums, own in ((treatment, first), (control, second))]
    variances = found[0].standard_error ** 2, found[1].standard_error ** 2
    values = treatment.sums["numerator"], control.sums["numerator"]
    joint = stand_in(values, (variances[0], 0.0, variances[1]), max(treatment.n + control.n, 1))
    freedom = [one.degrees_of_freedom + 1 for one in found]
    df = degrees(variances, (freedom[0], freedom[1])) if min(treatment.n, control.n) > 1 else None
    return Ratios(treatment, control, contacts=joint, degrees_of_freedom=df)


@dataclass(frozen=True)
class Stratified:
    """A test within strata, and how much of both arms the shared strata cover."""

    test: PairTest
    covered: float


def stratified_test(
    pairs: Pairs, arm: Arm, strata: Sequence[str], *, nested: bool = False
) -> Stratified | None:
    """Return the test of an arm against the control within strata that both have; None without any."""
    design = pairs.design
    units = [design.unit, *([("agent_id",), (*design.unit, "agent_id")] if design.agents == "rows" else [])]
    apart = pairs.days_of(arm)
    units += day_units(design.unit) if apart is not None else []
    within = standardised(pairs.dataset, pairs.kpi, pairs.by, arm, pairs.control, strata=strata, units=units)
    if not within.strata:
        return None
    joint = _standing_in(within, design.unit)
    test = Ratios(
        pairs.own(arm),
        pairs.own(pairs.control),
        contacts=joint,
        rows=pairs.rows(arm),
        scale=pairs.ratio.scale,
        degrees_of_freedom=max(joint.n - (1 if pairs.shared(arm) else 2), 1),
        days=None if apart is None else within_strata(apart, within, design.unit),
    )
    if design.agents == "rows" and within.units["agent_id",].n > 1:
        agents, both = (_standing_in(within, unit) for unit in units[1:3])
        df = _freedom(test, agents, nested)
        test = replace(test, agents=agents, intersections=both, degrees_of_freedom=df)
    return Stratified(test, within.covered)


def _standing_in(within: Standardised, unit: tuple[str, ...]) -> Moments:
    products = within.units[unit].products
    covariance = (
        products["treatment", "treatment"],
        products["control", "treatment"],
        products["control", "control"],
    )
    return stand_in((within.treatment, within.control), covariance, max(within.units[unit].n, 1))


# A pair that was tested


@dataclass(frozen=True)
class TestedPair:
    """A pair that was tested.

    Attributes
    ----------
    arm : object
    test : PairTest
    difference : Comparison
        At the requested confidence.
    plain : Comparison or None
        The same without strata, if there are any.
    strata : tuple of str
    covered : float
        Share of both arms in the strata they share.
    """

    arm: Arm
    test: PairTest
    difference: Comparison
    plain: Comparison | None = None
    strata: tuple[str, ...] = ()
    covered: float = 1.0


def compare_pair(
    pairs: Pairs, arm: Arm, strata: tuple[str, ...], terms: Terms, method: str | None, *, nested: bool
) -> TestedPair | None:
    """Test an arm against the control; None if they share no stratum.

    Raises
    ------
    UsageError
        The method does not fit the clusters.
    """
    plain = pair_test(pairs, arm, method=method)
    difference = plain.difference(terms.confidence, terms.alternative)
    if not strata:
        return TestedPair(arm, plain, difference)
    within = stratified_test(pairs, arm, strata, nested=nested)
    if within is None:
        return None
    adjusted = within.test.difference(terms.confidence, terms.alternative)
    return TestedPair(arm, within.test, adjusted, difference, strata, within.covered)
