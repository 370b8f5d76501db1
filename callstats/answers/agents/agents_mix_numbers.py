"""What agents are compared on: a KPI's sums by agent and stratum, and what others achieve on the same calls.

Uses indirect standardisation over strata of the calls agents were given (case mix).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from callstats.dataset.clock import TIME_KEYS
from callstats.errors import UsageError
from callstats.kpis.define import KPI, Count, Distinct, Linear, Ratio
from callstats.model import TABLES
from callstats.moments import Moments, pair

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset

Array = np.ndarray
AGENT = "agent_id"
#: Fewest agent-days beyond one per agent for estimating the day-to-day spread.
ENOUGH_DAYS = 10
_YY = pair("numerator", "numerator")
_YN = pair("numerator", "denominator")
_NN = pair("denominator", "denominator")


@dataclass(frozen=True)
class StratumCells:
    """Sums of one KPI by agent and stratum, one row per cell.

    Attributes
    ----------
    agents : tuple of str
        Every agent in the KPI's tables, sorted.
    agent, stratum : ndarray of int, shape (cells,)
        Positions in ``agents``, numbers of the strata.
    events, trials : ndarray of float, shape (cells,)
        Numerator and denominator, unscaled.
    """

    agents: tuple[str, ...]
    agent: Array
    stratum: Array
    events: Array
    trials: Array

    def by_agent(self, values: Array) -> Array:
        """Sum a value of every cell by agent."""
        return np.bincount(self.agent, values, len(self.agents))


def ratio_of(kpi: KPI) -> Ratio:
    """Return the formula of a KPI that agents can be compared on.

    Raises
    ------
    UsageError
        The KPI is a total or a quantile, without trials that could differ between agents.
    """
    if not isinstance(kpi.formula, Ratio) or kpi.formula.factor is not None:
        raise UsageError(
            f"agents cannot be compared on {kpi.name}: it is no ratio",
            hint="Take one with a base, such as conversion_per_conversation or successes_per_login_hour.",
        )
    return kpi.formula


def is_count(formula: Ratio) -> bool:
    """Return whether the numerator counts something, rather than summing seconds or money.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> is_count(get("conversion_per_dial").formula), is_count(get("average_handle_time").formula)
    (True, False)
    """
    return all(isinstance(term, Count | Distinct) for term, _ in formula.numerator)


def strata_keys(dataset: Dataset, kpi: KPI, adjust: Sequence[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the keys that the KPI can be split by, and why others cannot be used.

    Raises
    ------
    UsageError
        A key is neither a column nor a time key.
    """
    tables = dict.fromkeys(term.where.table for term in kpi.terms)
    used, left = [], {}
    for key in dict.fromkeys(adjust):
        known = dataset.provenance.get("lacks", {}).get(key)
        lacking = [table for table in tables if not dataset.reaches(table, key)]
        if known:
            left[key] = str(known)
        elif not lacking:
            used.append(key)
        elif key in TIME_KEYS:
            left[key] = f"needs {lacking[0]}.{TABLES[lacking[0]].clock}"
        elif key in TABLES["calls"].names or any(dataset.reaches(table, key) for table in dataset.frames):
            left[key] = f"needs {lacking[0]}.{key}"
        else:
            dataset.check_key(key)  # raises with near names
    return tuple(key for key in used if key != AGENT), left


def stratum_cells(dataset: Dataset, kpi: KPI, keys: Sequence[str]) -> StratumCells:
    """Return a KPI's sums by agent and stratum; calls without an agent belong to nobody.

    Raises
    ------
    UsageError
        The KPI is not a ratio, or the data lack what it needs.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> from callstats.kpis import get
    >>> calls = pd.DataFrame({
    ...     "call_id": list("123"), "direction": "outbound", "agent_id": ["Ann", "Ann", "Bob"],
    ...     "handled": True, "success": [True, False, False], "list_id": ["x", "x", "x"],
    ... })
    >>> found = stratum_cells(Dataset({"calls": calls}), get("conversion_per_conversation"), ["list_id"])
    >>> found.agents, found.events.tolist(), found.trials.tolist()
    (('Ann', 'Bob'), [1.0, 0.0], [2.0, 1.0])
    """
    from callstats.engine.sums import raw_totals

    formula = ratio_of(kpi)
    terms = [term for part in (formula.numerator, formula.denominator) for term, _ in part]
    frame = raw_totals(dataset, terms, [AGENT, *keys]).dropna(subset=[AGENT])
    codes, names = _codes(frame, [AGENT])
    strata, _names = _codes(frame, keys)
    order = np.lexsort((strata, codes))  # the same sums to the last bit, whatever the engine's order
    return StratumCells(
        tuple(str(name) for name in names),
        codes[order],
        strata[order],
        _weighted(formula.numerator, frame)[order],
        _weighted(formula.denominator, frame)[order],
    )


def _codes(frame: pd.DataFrame, keys: Sequence[str]) -> tuple[Array, list[Any]]:
    """Number the distinct values of some columns in order, counting unknown as a value."""
    import pandas as pd

    codes, names = np.zeros(len(frame), dtype=np.int64), []
    for key in keys:
        own, values = pd.factorize(frame[key], sort=True, use_na_sentinel=False)
        codes, names = codes * max(len(values), 1) + own, list(values)
    return np.unique(codes, return_inverse=True)[1], names


def _weighted(part: Linear, frame: pd.DataFrame) -> Array:
    total = np.zeros(len(frame))
    for term, weight in part:
        total += weight * frame[term.key].to_numpy(dtype=float)
    return total


def within_moments(dataset: Dataset, kpi: KPI) -> Mapping[str, Moments]:
    """Return the moments over independent units by agent: agent-days where the data have them.

    An agent's days are the replicates: calls of one day share mood, list and
    contacts. Contacts counted once cannot be split by day, so a KPI that counts
    them keeps its own unit.
    """
    from callstats.engine import moments

    tables = {term.where.table for term in kpi.terms}
    counted = any(isinstance(term, Distinct) for term in kpi.terms)
    days = not counted and all(dataset.reaches(table, "day") for table in tables)
    by_agent: dict[str, Moments] = {}
    for unit in ((AGENT, "day"), ("call_id",)) if days else (None,):
        if unit == ("call_id",) and "agent_time" in tables:
            break
        groups = moments(dataset, [kpi], [AGENT], unit=unit)
        by_agent = {
            str(key[0]): m[kpi.name] for key, m in groups.items() if key[0] is not None and kpi.name in m
        }
        if sum(max(m.n - 1, 0) for m in by_agent.values()) >= ENOUGH_DAYS:
            break
    return by_agent


def dispersion(within: Mapping[str, Moments], *, proportion: bool, counts: bool = True) -> float:
    """Return how much more an agent's units vary than by chance alone, pooled over agents.

    For counts, 1 is pure chance (binomial or Poisson), and it is never less. For
    amounts (seconds) it is the variance per unit of the denominator divided by
    the mean, which has no floor.

    Parameters
    ----------
    within : mapping of agent to Moments
        Over the agent's independent units.
    proportion : bool
        The numerator counts some of the denominator.
    counts : bool
        The numerator is a count.

    Returns
    -------
    float
        nan without replicates.

    Examples
    --------
    Two days of 10 calls, with 2 and 6 successes: 4 + 4 squared against .4 x .6 x 20/19 x 10.

    >>> days = Moments.of({"numerator": [2, 6], "denominator": [10, 10]})
    >>> round(dispersion({"Ann": days}, proportion=True), 4)
    3.1667
    """
    spread = expected = 0.0
    for m in (within[agent] for agent in sorted(within)):
        events, trials = m.sums["numerator"], m.sums["denominator"]
        if trials <= 0 or m.n < 2:
            continue
        rate = events / trials
        yy, yn, nn = (m.products[p] for p in (_YY, _YN, _NN))
        spread += max(yy - 2 * rate * yn + rate**2 * nn, 0.0)
        chance = rate * (1 - rate) * trials / (trials - 1) if proportion and trials > 1 else rate
        expected += chance * (trials - nn / trials)
    if expected <= 1e-12:
        return 1.0 if counts else float("nan")
    return max(spread / expected, 1.0) if counts else spread / expected


@dataclass(frozen=True)
class Mix:
    """Each agent's observed against expected events, over calls that others work as well.

    Attributes
    ----------
    agents : tuple of str
    events, trials : ndarray of shape (agents,)
        All of the agent's, comparable or not.
    observed, expected : ndarray of shape (agents,)
        Events, and those expected from the agent's calls at the pooled rate of
        each stratum, in strata that at least two agents work.
    shared : ndarray of shape (agents,)
        Trials in those strata.
    variance : ndarray of shape (agents,)
        Of observed - expected if agents differed only by chance, given the
        stratum's totals; 0 if nobody else works the calls.
    group : ndarray of int, shape (agents,)
        Agents in different groups share no stratum, even through others; -1 for
        agents who share none at all.
    """

    agents: tuple[str, ...]
    events: Array
    trials: Array
    observed: Array
    expected: Array
    shared: Array
    variance: Array
    group: Array

    @cached_property
    def position(self) -> dict[str, int]:
        """Each agent's position in the arrays."""
        return {agent: i for i, agent in enumerate(self.agents)}

    @cached_property
    def comparable(self) -> Array:
        """Share of each agent's trials that others work as well; nan without trials."""
        return divided(self.shared, self.trials)

    @cached_property
    def ratio(self) -> Array:
        """Observed over expected; nan where nothing is expected."""
        return divided(self.observed, self.expected)

    @property
    def overall(self) -> float:
        """The pooled rate of all agents, nan if nobody has a trial."""
        trials = float(self.trials.sum())
        return float(self.events.sum()) / trials if trials > 0 else float("nan")


def standardise(cells: StratumCells, *, proportion: bool) -> Mix:
    """Compare each agent with the expectation from the pooled rates of the agent's strata.

    Parameters
    ----------
    cells : StratumCells
    proportion : bool
        Events are some of the trials: the variance is Mantel and Haenszel's
        hypergeometric one; otherwise that of events distributed over agents by
        share of trials (Poisson, given the total).

    Returns
    -------
    Mix

    Notes
    -----
    The reference includes the agent, so ratios are pulled towards 1 by the agent's
    share of the stratum. The variance allows for that: it is that of the stratified
    test of the agent against all others, which stays valid in strata of a few
    calls.

    References
    ----------
    1. Mantel N, Haenszel W (1959). Statistical aspects of the analysis of data
       from retrospective studies of disease. JNCI 22:719-748.
    2. Breslow NE, Day NE (1987). Statistical Methods in Cancer Research II.

    Examples
    --------
    Ann has 6 of 20 on list x and 1 of 20 on y, Bob 2 of 20 and 3 of 20: x brings
    8 / 40 and y 4 / 40, so 4 + 2 were expected from 20 calls each.

    >>> two = StratumCells(("Ann", "Bob"), np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]),
    ...             np.array([6.0, 1, 2, 3]), np.array([20.0, 20, 20, 20]))
    >>> found = standardise(two, proportion=True)
    >>> found.expected.tolist(), found.ratio.round(3).tolist()
    ([6.0, 6.0], [1.167, 0.833])
    """
    strata = int(cells.stratum.max()) + 1 if len(cells.stratum) else 0
    there = cells.trials > 0
    trials = np.bincount(cells.stratum, cells.trials, strata)
    events = np.bincount(cells.stratum, np.where(there, cells.events, 0.0), strata)
    workers = np.bincount(cells.stratum[there], minlength=strata)
    used = there & (workers[cells.stratum] >= 2)
    size, in_all, won = cells.trials, trials[cells.stratum], events[cells.stratum]
    with np.errstate(all="ignore"):
        part = np.where(used, size / in_all, 0.0)
        spread = won * part * (1 - part)
        if proportion:
            spread = spread * (in_all - won) / (in_all - 1)
    return Mix(
        cells.agents,
        cells.by_agent(cells.events),
        cells.by_agent(cells.trials),
        cells.by_agent(np.where(used, cells.events, 0.0)),
        cells.by_agent(part * won),
        cells.by_agent(np.where(used, size, 0.0)),
        cells.by_agent(np.where(used, np.maximum(spread, 0.0), 0.0)),
        _groups(cells.agent[used], cells.stratum[used], len(cells.agents), strata),
    )


def _groups(agent: Array, stratum: Array, agents: int, strata: int) -> Array:
    """Number the groups of agents linked by shared strata, -1 for those who share none."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    group = np.full(agents, -1)
    if not len(agent):
        return group
    size = agents + strata
    ties = coo_matrix((np.ones(len(agent)), (agent, agents + stratum)), shape=(size, size))
    _, label = connected_components(ties, directed=False)
    tied = np.unique(agent)
    _, group[tied] = np.unique(label[tied], return_inverse=True)
    return group


def divided(above: Array, below: Array) -> Array:
    """Return a quotient, nan where the denominator is 0.

    Examples
    --------
    >>> divided(np.array([1.0, 2.0]), np.array([2.0, 0.0])).tolist()
    [0.5, nan]
    """
    return np.divide(above, below, out=np.full(len(above), np.nan), where=np.asarray(below) > 0)
