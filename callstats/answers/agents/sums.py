"""What agents are compared on: sums of a KPI by agent and by what they were given to call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from callstats.dataset.clock import TIME_KEYS
from callstats.errors import UsageError
from callstats.kpis.define import KPI, Distinct, Linear, Ratio
from callstats.model import TABLES
from callstats.moments import Moments, pair

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset

Array = np.ndarray
AGENT = "agent_id"
#: Agent-days beyond one an agent, under which the spread from day to day is not judged.
ENOUGH_DAYS = 10


@dataclass(frozen=True)
class Cells:
    """Sums of one KPI by agent and stratum, one row a cell.

    Attributes
    ----------
    agents : tuple of str
        Every agent that the KPI's tables know, sorted.
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
        """Add up a value of every cell by agent."""
        return np.bincount(self.agent, values, len(self.agents))


def ratio_of(kpi: KPI) -> Ratio:
    """Return the formula of a KPI that agents can be compared on.

    Raises
    ------
    UsageError
        The KPI is a total or a quantile: it has no trials that could differ between agents.
    """
    if not isinstance(kpi.formula, Ratio):
        raise UsageError(
            f"agents cannot be compared on {kpi.name}: it is no ratio",
            hint="Take one with a base, such as conversion_per_conversation or successes_per_login_hour.",
        )
    return kpi.formula


def strata_keys(dataset: Dataset, kpi: KPI, adjust: Sequence[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the keys that the KPI can be told apart by, and why others cannot.

    Raises
    ------
    UsageError
        A key is no column and no time key.
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
            dataset.check_key(key)  # names what is near
    return tuple(key for key in used if key != AGENT), left


def cells(dataset: Dataset, kpi: KPI, keys: Sequence[str]) -> Cells:
    """Return a KPI's sums by agent and stratum; calls without an agent belong to nobody.

    Raises
    ------
    UsageError
        The KPI is no ratio, or the data lack what it needs.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> from callstats.kpis import get
    >>> calls = pd.DataFrame({
    ...     "call_id": list("123"), "direction": "outbound", "agent_id": ["Ann", "Ann", "Bob"],
    ...     "handled": True, "success": [True, False, False], "list_id": ["x", "x", "x"],
    ... })
    >>> found = cells(Dataset({"calls": calls}), get("conversion_per_conversation"), ["list_id"])
    >>> found.agents, found.events.tolist(), found.trials.tolist()
    (('Ann', 'Bob'), [1.0, 0.0], [2.0, 1.0])
    """
    from callstats.engine.sums import raw_totals

    formula = ratio_of(kpi)
    terms = [term for part in (formula.numerator, formula.denominator) for term, _ in part]
    frame = raw_totals(dataset, terms, [AGENT, *keys]).dropna(subset=[AGENT])
    codes, names = _codes(frame, [AGENT])
    strata, _names = _codes(frame, keys)
    order = np.lexsort((strata, codes))  # the same sums to the last bit, whatever order an engine gives
    return Cells(
        tuple(str(name) for name in names),
        codes[order],
        strata[order],
        _weighted(formula.numerator, frame)[order],
        _weighted(formula.denominator, frame)[order],
    )


def _codes(frame: pd.DataFrame, keys: Sequence[str]) -> tuple[Array, list[Any]]:
    """Number the different values of some columns in order, the unknown being one of them."""
    import pandas as pd

    codes, names = np.zeros(len(frame), dtype=np.int64), []
    for key in keys:
        own, found = pd.factorize(frame[key], sort=True, use_na_sentinel=False)
        codes, names = codes * max(len(found), 1) + own, list(found)
    return np.unique(codes, return_inverse=True)[1], names


def _weighted(part: Linear, frame: pd.DataFrame) -> Array:
    found = np.zeros(len(frame))
    for term, weight in part:
        found += weight * frame[term.key].to_numpy(dtype=float)
    return found


def within_moments(dataset: Dataset, kpi: KPI) -> Mapping[str, Moments]:
    """Return by agent the moments over independent units: agent-days where the data tell them.

    An agent's days are what repeats: calls of one day share its mood, its list
    and its contacts. Contacts counted once are not told apart by day, so a KPI
    that counts them keeps its own unit.
    """
    from callstats.engine import moments

    tables = {term.where.table for term in kpi.terms}
    counted = any(isinstance(term, Distinct) for term in kpi.terms)
    days = not counted and all(dataset.reaches(table, "day") for table in tables)
    found: dict[str, Moments] = {}
    for unit in ((AGENT, "day"), ("call_id",)) if days else (None,):
        if unit == ("call_id",) and "agent_time" in tables:
            break
        groups = moments(dataset, [kpi], [AGENT], unit=unit)
        found = {
            str(key[0]): m[kpi.name] for key, m in groups.items() if key[0] is not None and kpi.name in m
        }
        if sum(max(m.n - 1, 0) for m in found.values()) >= ENOUGH_DAYS:
            break
    return found


def dispersion(within: Mapping[str, Moments], *, proportion: bool, counts: bool = True) -> float:
    """Return how much more an agent's units vary than chance alone makes them, pooled over agents.

    For counts 1 is pure chance (binomial, or Poisson), and it is never less.
    For amounts (seconds) it is the variance of a unit of the denominator over
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
        nan where nothing repeats.

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


_YY = pair("numerator", "numerator")
_YN = pair("numerator", "denominator")
_NN = pair("denominator", "denominator")
