"""Case mix: what the same calls bring others, by indirect standardisation over strata."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from callstats.answers.agents.sums import Cells

Array = np.ndarray


@dataclass(frozen=True)
class Mix:
    """Observed against expected events of each agent, over calls that others work as well.

    Attributes
    ----------
    agents : tuple of str
    events, trials : ndarray of shape (agents,)
        All of the agent's, whether they can be compared or not.
    observed, expected : ndarray of shape (agents,)
        Events, and those that the agent's calls would have brought at the pooled
        rate of each stratum, in strata that at least two agents work.
    shared : ndarray of shape (agents,)
        Trials in those strata.
    variance : ndarray of shape (agents,)
        Of observed - expected if only chance made agents differ, given what all
        agents of the stratum had together; 0 where nobody else works the calls.
    group : ndarray of int, shape (agents,)
        Agents of different groups share no stratum, not even by way of others; -1
        for who shares none at all.
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
        """Where each agent stands in the arrays."""
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
        """The pooled rate of all agents, nan where nobody has a trial."""
        trials = float(self.trials.sum())
        return float(self.events.sum()) / trials if trials > 0 else float("nan")


def standardise(cells: Cells, *, proportion: bool) -> Mix:
    """Compare each agent with what the pooled rates of the agent's strata lead to expect.

    Parameters
    ----------
    cells : Cells
    proportion : bool
        Events are some of the trials: the variance is the hypergeometric one of
        Mantel and Haenszel, otherwise that of events falling to agents by their
        share of the trials (Poisson, given the total).

    Returns
    -------
    Mix

    Notes
    -----
    The reference is everybody, the agent too, so ratios lean towards 1 by the
    agent's share of the stratum. The variance takes that into account: it is the
    one of the stratified test of the agent against all others, which stays right
    in strata of a few calls.

    References
    ----------
    1. Mantel N, Haenszel W (1959). Statistical aspects of the analysis of data
       from retrospective studies of disease. JNCI 22:719-748.
    2. Breslow NE, Day NE (1987). Statistical Methods in Cancer Research II.

    Examples
    --------
    Ann has 6 of 20 on list x and 1 of 20 on y, Bob 2 of 20 and 3 of 20: x brings
    8 / 40 and y 4 / 40, so of 20 calls each 4 + 2 were to be expected.

    >>> two = Cells(("Ann", "Bob"), np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]),
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
    """Number the agents who are tied by strata they share, -1 for those who share none."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    found = np.full(agents, -1)
    if not len(agent):
        return found
    size = agents + strata
    ties = coo_matrix((np.ones(len(agent)), (agent, agents + stratum)), shape=(size, size))
    _, label = connected_components(ties, directed=False)
    tied = np.unique(agent)
    _, found[tied] = np.unique(label[tied], return_inverse=True)
    return found


def divided(above: Array, below: Array) -> Array:
    """Return a quotient, nan where nothing is below.

    Examples
    --------
    >>> divided(np.array([1.0, 2.0]), np.array([2.0, 0.0])).tolist()
    [0.5, nan]
    """
    return np.divide(above, below, out=np.full(len(above), np.nan), where=np.asarray(below) > 0)
