"""From a design to a test for every pair of arm and control: the sums are fetched here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from callstats import engine
from callstats.answers.compare.comparing.design import Design
from callstats.answers.compare.comparing.pair_tests import (
    PairTest,
    Ratios,
    Shares,
    degrees,
    stand_in,
    welch_of,
)
from callstats.answers.compare.comparing.quantiles import quantile_arms, quantile_test
from callstats.answers.core.intervals import counts_once
from callstats.engine.arm_moments import ArmMoments, arm_moments, contact_agent_moments, separable
from callstats.engine.influences import Standardised, standardised
from callstats.engine.units import formula_terms, parts
from callstats.errors import UsageError
from callstats.kpis.define import KPI, Count, Distinct, Ratio, Sum
from callstats.model import TABLES
from callstats.moments import Moments, Pair, pair
from callstats.stats.proportion_differences import _METHODS as PROPORTION_METHODS
from callstats.stats.results import NAN

if TYPE_CHECKING:
    from callstats.dataset import Dataset

Arm = Any
#: What `method` may name: the delta method, or one for shares of independent trials.
METHODS = ("delta", *PROPORTION_METHODS)


@dataclass(frozen=True)
class Pairs:
    """One question and all its sums: over its units, and over agents where they tie units together.

    Attributes
    ----------
    dataset : Dataset
    kpi : KPI
    by : str
    control : object
    how : Design
    units : ArmMoments
    agents, both : ArmMoments or None
        Over agents, and over units by agent.
    naive : ArmMoments or None
        As if rows were independent.
    quantiles : mapping of arm to tuple of float
        Quantile and its standard error, where the KPI is one; `units` then hold the share below it.
    """

    dataset: Dataset
    kpi: KPI
    by: str
    control: Arm
    how: Design
    units: ArmMoments
    agents: ArmMoments | None = None
    both: ArmMoments | None = None
    naive: ArmMoments | None = None
    quantiles: Mapping[Arm, tuple[float, float]] = field(default_factory=dict)

    def own(self, arm: Arm) -> Moments:
        """Return the moments of one arm over its units."""
        return self.units.arms[arm]

    def shared(self, arm: Arm) -> int:
        """Return how many units an arm has in common with the control."""
        return self.units.shared.get(arm, 0)

    def empty(self, arm: Arm) -> bool:
        """Tell whether an arm has nothing to divide by, or no unit."""
        own = self.own(arm)
        return own.n == 0 if self.how.kind == "total" else own.sums["denominator"] == 0

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


def fetch(dataset: Dataset, kpi: KPI, by: str, arms: Sequence[Arm], control: Arm, how: Design) -> Pairs:
    """Fetch the sums that a design needs."""
    if how.kind == "quantile":
        shares, found = quantile_arms(dataset, kpi, by, arms, how.unit)
        return Pairs(dataset, kpi, by, control, how, shares, quantiles=found)
    if not how.joint:
        found = engine.moments(dataset, [kpi], (by,))
        units = ArmMoments({arm: found.get((arm,), {}).get(kpi.name, _nothing(kpi)) for arm in arms})
        return Pairs(dataset, kpi, by, control, how, units)
    units = arm_moments(dataset, kpi, by, arms, control, unit=how.unit, complete=True)
    agents = both = None
    if how.agents == "rows":
        agents, both = (
            arm_moments(dataset, kpi, by, arms, control, unit=unit, complete=True)
            for unit in (("agent_id",), (*how.unit, "agent_id"))
        )
    elif how.agents == "home":
        agents, both = contact_agent_moments(dataset, kpi, by, arms, control)
    naive = _naive(dataset, kpi, by, arms, control, units)
    return Pairs(dataset, kpi, by, control, how, units, agents, both, naive)


def _nothing(kpi: KPI) -> Moments:
    names = list(parts(kpi))
    return Moments(0, dict.fromkeys(names, 0.0), {pair(a, b): 0.0 for a in names for b in names})


def _naive(
    dataset: Dataset, kpi: KPI, by: str, arms: Sequence[Arm], control: Arm, units: ArmMoments
) -> ArmMoments | None:
    """Return the moments as if rows were independent; None where that has no meaning.

    Shares follow from their counts; events an hour would be Poisson; of other
    sums every row is looked at.
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
    """Return the moments of rows that are 0 or 1; of a rate they come without exposure of their own."""
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
        The method named does not fit the clusters.
    """
    treatment, control = pairs.own(arm), pairs.own(pairs.control)
    if pairs.how.kind == "total":
        return _totals(treatment, control)
    if pairs.how.kind == "quantile":
        return quantile_test(pairs.units, pairs.quantiles, arm, pairs.control)
    if method != "delta" and _independent(pairs, arm):
        return Shares(_cells(treatment, control), pairs.ratio.scale, method or METHODS[1])
    if method not in (None, "delta"):
        raise UsageError(
            f"{method} is for trials that are independent, and those of {pairs.kpi.name} hang together",
            hint='Leave out method; or say clusters="call" to take every call for itself all the same.',
        )
    shared = bool(pairs.shared(arm))
    few = "agent_id" in pairs.how.unit and not shared
    test = Ratios(
        treatment,
        control,
        contacts=pairs.units.joint(arm, pairs.control) if shared else None,
        rows=pairs.rows(arm),
        proportion=pairs.ratio.proportion,
        scale=pairs.ratio.scale,
        degrees_of_freedom=None if shared or few else welch_of(treatment, control),
        few_units=few,
    )
    return _with_agents(test, pairs, arm)


def _independent(pairs: Pairs, arm: Arm) -> bool:
    """Tell whether both arms are shares of units that count once and are in one arm only."""
    if not pairs.ratio.proportion or pairs.how.agents or pairs.shared(arm):
        return False
    return all(counts_once(pairs.own(one)) for one in (arm, pairs.control))


def _cells(treatment: Moments, control: Moments) -> tuple[float, float, float, float]:
    made = [round(m.sums[name]) for m in (treatment, control) for name in ("numerator", "denominator")]
    return made[0], made[1], made[2], made[3]


def _with_agents(test: Ratios, pairs: Pairs, arm: Arm) -> Ratios:
    """Add agents to a test, where at least two are there and both arms have some."""
    if pairs.agents is None or pairs.both is None:
        return test
    agents, both = (sums.joint(arm, pairs.control) for sums in (pairs.agents, pairs.both))
    if agents.n < 2 or not all(agents.sums[f"{side}_denominator"] for side in ("treatment", "control")):
        return test
    return replace(test, agents=agents, intersections=both, few_units=True, degrees_of_freedom=None)


def _freedom(test: Ratios, agents: Moments, nested: bool) -> float:
    """Return the degrees of freedom of agents as clusters: one less than there are, two less if nested."""
    if nested:
        return max(agents.n - 2, 1)
    return max(min(test.treatment.n + test.control.n, agents.n) - 1, 1)


def _totals(treatment: Moments, control: Moments) -> Ratios:
    """Return the test of two totals, the number of units of each taken as given."""
    values = treatment.sums["numerator"], control.sums["numerator"]
    variances = _total_variance(treatment), _total_variance(control)
    joint = stand_in(values, (variances[0], 0.0, variances[1]), max(treatment.n + control.n, 1))
    df = degrees(variances, (treatment.n, control.n)) if min(treatment.n, control.n) > 1 else None
    return Ratios(treatment, control, contacts=joint, degrees_of_freedom=df)


def _total_variance(units: Moments) -> float:
    if units.n < 2:
        return NAN
    total = units.sums["numerator"]
    spread = max(units.products[pair("numerator", "numerator")] - total**2 / units.n, 0.0)
    return spread * units.n / (units.n - 1)


@dataclass(frozen=True)
class Stratified:
    """A test within strata, and how much of both arms the shared strata hold."""

    test: PairTest
    covered: float


def stratified_test(
    pairs: Pairs, arm: Arm, strata: Sequence[str], *, nested: bool = False
) -> Stratified | None:
    """Return the test of an arm against the control within strata that both have; None without any."""
    how = pairs.how
    units = [how.unit, *([("agent_id",), (*how.unit, "agent_id")] if how.agents == "rows" else [])]
    found = standardised(pairs.dataset, pairs.kpi, pairs.by, arm, pairs.control, strata=strata, units=units)
    if not found.strata:
        return None
    joint = _standing_in(found, how.unit)
    test = Ratios(
        pairs.own(arm),
        pairs.own(pairs.control),
        contacts=joint,
        rows=pairs.rows(arm),
        scale=pairs.ratio.scale,
        degrees_of_freedom=max(joint.n - (1 if pairs.shared(arm) else 2), 1),
    )
    if how.agents == "rows" and found.units["agent_id",].n > 1:
        agents, both = (_standing_in(found, unit) for unit in units[1:])
        df = _freedom(test, agents, nested)
        test = replace(test, agents=agents, intersections=both, degrees_of_freedom=df)
    return Stratified(test, found.covered)


def _standing_in(found: Standardised, unit: tuple[str, ...]) -> Moments:
    products = found.units[unit].products
    covariance = (
        products["treatment", "treatment"],
        products["control", "treatment"],
        products["control", "control"],
    )
    return stand_in((found.treatment, found.control), covariance, max(found.units[unit].n, 1))
