"""From a design to a test for every pair of group and control; fetches the sums."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats import engine
from callstats.answers.compare.compare_design import Arm, ComparisonDesign
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
from callstats.engine.influences import Standardised, standardised
from callstats.engine.units import formula_terms, parts
from callstats.errors import UsageError
from callstats.kpis.define import KPI, Condition, Count, Distinct, Quantile, Ratio, Sum, known, linear
from callstats.model import TABLES
from callstats.moments import Moments, Pair, pair
from callstats.stats import Comparison
from callstats.stats.proportion_differences import _METHODS as PROPORTION_METHODS
from callstats.stats.ratios import ratio_variance
from callstats.stats.results import NAN

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: Valid values of `method`: the delta method, or one for shares of independent trials.
METHODS = ("delta", *PROPORTION_METHODS)
_VALUE = "quantile_of"
#: Distance from the quantile at which the distribution is read on both sides, in standard errors.
_WIDTH = 1.96


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
        return Pairs(dataset, kpi, by, control, design, units)
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
    return Pairs(dataset, kpi, by, control, design, units, agents, both, naive)


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
        return _totals(treatment, control)
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
    )
    return _with_agents(test, pairs, arm)


def _independent(pairs: Pairs, arm: Arm) -> bool:
    """Return whether both arms are shares of units that count once and are in only one arm."""
    if not pairs.ratio.proportion or pairs.design.agents or pairs.shared(arm):
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


def _totals(treatment: Moments, control: Moments) -> Ratios:
    """Return the test of two totals, treating each number of units as fixed."""
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
    """A test within strata, and how much of both arms the shared strata cover."""

    test: PairTest
    covered: float


def stratified_test(
    pairs: Pairs, arm: Arm, strata: Sequence[str], *, nested: bool = False
) -> Stratified | None:
    """Return the test of an arm against the control within strata that both have; None without any."""
    design = pairs.design
    units = [design.unit, *([("agent_id",), (*design.unit, "agent_id")] if design.agents == "rows" else [])]
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
    )
    if design.agents == "rows" and within.units["agent_id",].n > 1:
        agents, both = (_standing_in(within, unit) for unit in units[1:])
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


# Quantiles: their standard error from the share below them


def quantile_arms(
    dataset: Dataset, kpi: KPI, by: str, arms: Sequence[Any], unit: tuple[str, ...]
) -> tuple[ArmMoments, dict[Any, tuple[float, float]]]:
    """Return every arm's share below its own quantile over the units, and the quantile's standard error.

    The share's clustered interval is converted to the quantile by reading the
    distribution at both its ends [1]_.

    Parameters
    ----------
    dataset : Dataset
    kpi : KPI
        A quantile.
    by : str
    arms : sequence
    unit : tuple of str

    Returns
    -------
    ArmMoments
        ``numerator`` counts rows up to the quantile, ``denominator`` rows.
    dict
        Arm -> quantile and its standard error, in the KPI's unit.

    References
    ----------
    .. [1] Woodruff RS (1952). Confidence intervals for medians and other position
       measures. JASA 47:635-646.
    """
    formula = kpi.formula
    assert isinstance(formula, Quantile)
    quantiles = {group[0]: value for group, (value, _) in engine.quantiles(dataset, formula, (by,)).items()}
    valued = _with_value(dataset, formula)
    below = {arm: _share_below(kpi, formula, quantiles[arm]) for arm in arms if arm in quantiles}
    named = {arm: replace(share, name=f"below_{i}") for i, (arm, share) in enumerate(below.items())}
    sums = engine.moments(valued, named.values(), (by,), unit=unit)
    counted = {arm: sums.get((arm,), {}).get(share.name, _NOTHING) for arm, share in named.items()}
    errors = {arm: (quantiles[arm], _error(dataset, formula, by, arm, m)) for arm, m in counted.items()}
    return ArmMoments({arm: counted.get(arm, _NOTHING) for arm in arms}), errors


_NOTHING = Moments.of({"numerator": [], "denominator": []})


def _with_value(dataset: Dataset, formula: Quantile) -> Dataset:
    """Return the data set with the quantile's value added as a column of its table."""
    table = formula.where.table
    columns = [c for c in formula.of if c not in formula.optional or dataset.has(table, c)]
    summands = [nw.col(c).fill_null(0.0) if c in formula.optional else nw.col(c) for c in columns]
    value = reduce(lambda a, b: a + b, summands).alias(_VALUE)
    return replace(dataset, frames={**dataset.frames, table: dataset.frames[table].with_columns(value)})


def _share_below(kpi: KPI, formula: Quantile, quantile: float) -> KPI:
    rows = formula.where.also(formula.where.label, *known(_VALUE))
    least = quantile / formula.scale
    part = rows.also("rows up to the quantile", Condition(_VALUE, "<=", least + 1e-9 * max(abs(least), 1.0)))
    share = Ratio(linear(Count(part)), linear(Count(rows)), proportion=True)
    return replace(kpi, formula=share)


def _error(dataset: Dataset, formula: Quantile, by: str, arm: Any, below: Moments) -> float:
    """Return a quantile's standard error, from the distribution around it."""
    if below.n < 2:
        return NAN
    width = _WIDTH * math.sqrt(ratio_variance(below))
    ends = []
    for level in (formula.level - width, formula.level + width):
        asked = replace(formula, level=min(max(level, 0.0), 1.0))
        ends.append(engine.quantiles(dataset, asked, (by,))[arm,][0])
    return (ends[1] - ends[0]) / (2 * _WIDTH)


def quantile_test(
    units: ArmMoments, errors: Mapping[Any, tuple[float, float]], arm: Any, control: Any
) -> Ratios:
    """Return the test of two quantiles, treating arms as independent."""
    (mine, error), (base, control_error) = errors[arm], errors[control]
    treatment, own = units.arms[arm], units.arms[control]
    joint = stand_in((mine, base), (error**2, 0.0, control_error**2), treatment.n + own.n)
    return Ratios(treatment, own, contacts=joint, degrees_of_freedom=welch_of(treatment, own))
