"""Scores of evaluators: how far they agree by criterion, and whose calls are scored differently."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import numpy as np

from callstats.answers.agents.sums import AGENT
from callstats.errors import UsageError
from callstats.kpis import get
from callstats.show.words import mark

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset
    from callstats.moments import Moments

#: Agreement under which scores bear no conclusion, and from which they are reliable.
LEAST, RELIABLE = 0.67, 0.80
#: Calls of an agent under which a mean score is compared with nothing.
ENOUGH_CALLS = 5
KPI = "quality_score"
_TWICE = mark("no call was scored twice")
_EQUAL = mark("all scores are equal")


@dataclass(frozen=True, slots=True)
class Agreement:
    """Krippendorff's alpha of one criterion, with its interval; ``calls`` were scored twice or more.

    ``reason`` says why it is nan.
    """

    estimate: float
    low: float
    high: float
    calls: int
    reason: str = ""

    @property
    def enough(self) -> bool:
        """Whether scores may be compared."""
        return self.estimate >= LEAST


def agreements(dataset: Dataset, *, confidence: float = 0.95) -> dict[str, Agreement]:
    """Return how far evaluators agree, by criterion in alphabetical order.

    Each criterion on its own: together, criteria of different level would look
    like agreement on calls.
    """
    columns = [c for c in ("call_id", "evaluator", "criterion", "score") if dataset.has("evaluations", c)]
    rows = dataset.table("evaluations").select(*columns).collect("pandas").to_native()
    if "criterion" not in rows:
        return {"": agreement(rows, confidence)}
    return {str(name): agreement(group, confidence) for name, group in rows.groupby("criterion", sort=True)}


def agreement(rows: pd.DataFrame, confidence: float) -> Agreement:
    """Return Krippendorff's alpha of scores with the columns call_id, evaluator and score.

    References
    ----------
    1. Krippendorff K (2019). Content Analysis, 4th ed., chapter 12.

    Examples
    --------
    >>> import pandas as pd
    >>> two = {"call_id": ["1", "1", "2", "2"], "evaluator": ["A", "B"] * 2, "score": [1, 1, 5, 5]}
    >>> agreement(pd.DataFrame(two), 0.95).estimate
    1.0
    """
    from callstats.stats import krippendorff_alpha

    table = rows.pivot_table(index="evaluator", columns="call_id", values="score", aggfunc="mean")
    twice = int((table.notna().sum() >= 2).sum())
    try:
        found = krippendorff_alpha(table.to_numpy(dtype=float), confidence=confidence)
    except UsageError:
        return Agreement(math.nan, math.nan, math.nan, twice, _TWICE)
    reason = _EQUAL if math.isnan(found.estimate) else ""
    return Agreement(found.estimate, found.low, found.high, twice, reason)


def differences(
    dataset: Dataset, criteria: Sequence[str], *, false_discovery_rate: float = 0.10
) -> dict[str, dict[str, float]]:
    """Return by criterion whose mean score differs from that of all others, and by how much.

    Calls are the independent units; p-values are adjusted by Benjamini-Hochberg
    over all agents and criteria.
    """
    from callstats.engine import moments
    from callstats.stats import adjust

    by = ["criterion", AGENT] if dataset.has("evaluations", "criterion") else [AGENT]
    groups = moments(dataset, [get(KPI)], by)
    tested = []
    for name in criteria:
        mine = {str(g[-1]): m[KPI] for g, m in groups.items() if g[-1] is not None and g[0] in (name, g[-1])}
        tested += [(name, agent, *_against_others(mine, agent)) for agent in sorted(mine)]
    q = adjust([p for *_, p in tested], method="benjamini-hochberg") if tested else []
    found: dict[str, dict[str, float]] = {name: {} for name in criteria}
    for (name, agent, gap, _p), adjusted in zip(tested, q, strict=True):
        if adjusted <= false_discovery_rate:
            found[name][agent] = gap
    return found


def _against_others(agents: Mapping[str, Moments], agent: str) -> tuple[float, float]:
    """Return the difference of a mean score from that of all others, and its p-value; nan for few calls."""
    from scipy.special import stdtr

    from callstats.stats.ratios import ratio_variance

    one, others = agents[agent], [m for name, m in agents.items() if name != agent]
    if one.n < ENOUGH_CALLS or sum(m.n for m in others) < ENOUGH_CALLS:
        return math.nan, math.nan
    rest = reduce(add, others)
    gap = _mean(one) - _mean(rest)
    error = math.sqrt(ratio_variance(one) * one.n / (one.n - 1) + ratio_variance(rest))
    if error == 0:
        return gap, math.nan
    return gap, float(2 * stdtr(one.n - 1, -abs(gap) / error))


def _mean(m: Moments) -> float:
    return m.sums["numerator"] / m.sums["denominator"]


def clustered_means(dataset: Dataset, criteria: Sequence[str], *, confidence: float) -> dict[str, np.ndarray]:
    """Return mean score, low and high by criterion, clustered by agent: few agents, wide intervals."""
    from callstats.answers.core.estimates import interval
    from callstats.engine import moments

    by = ["criterion"] if dataset.has("evaluations", "criterion") else []
    groups = moments(dataset, [get(KPI)], by, unit=(AGENT,))
    found = {str(group[0]) if group else "": m[KPI] for group, m in groups.items()}
    made = {name: interval(get(KPI), found[name], confidence) for name in criteria if name in found}
    return {name: np.array([one.estimate, one.low, one.high]) for name, one in made.items()}
