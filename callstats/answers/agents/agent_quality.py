"""Quality by agent: whether evaluators agree, and scores on the criteria where they do."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from statistics import median_high, median_low
from typing import TYPE_CHECKING, Any

from callstats.answers.agents.agent_names import by_name, naming
from callstats.answers.agents.agents_mix_numbers import AGENT
from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import NAN, Estimate, estimates_by, interval
from callstats.answers.core.voice import Voice
from callstats.errors import UsageError
from callstats.kpis import get
from callstats.show.words import mark

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset
    from callstats.moments import Moments
    from callstats.show.display import FigureView, TableView

#: Agreement below which scores support no conclusion, and from which they are reliable.
LEAST, RELIABLE = 0.67, 0.80
#: Fewest calls of an agent for which a mean score is compared.
ENOUGH_CALLS = 5
QUALITY = "quality_score"
#: How much of an agent's gap to all others is one to their median, where it is the agent's own.
_OF_THE_GAP = 0.5
_TWICE = mark("no call was scored twice")
_EQUAL = mark("all scores are equal")


@dataclass(frozen=True, slots=True)
class Agreement:
    """Krippendorff's alpha of one criterion, with its interval; ``calls`` were scored at least twice.

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


@dataclass(frozen=True)
class AgentQuality(Answer):
    """Agreement of evaluators by criterion, and the scores that can be compared.

    Attributes
    ----------
    agreement : mapping of str to Agreement
        By criterion.
    overall : mapping of str to (mean, low, high)
        By criterion, clustered by agent.
    agents : mapping of str to mapping of str to Estimate
        By agent and criterion, clustered by call; only criteria on which
        evaluators agree.
    differ : mapping of str to mapping of str to float
        By criterion and agent: score minus that of all others, where it differs
        within the false-discovery rate.
    confidence : float
        Of the intervals.
    """

    voice: Voice
    agreement: Mapping[str, Agreement]
    overall: Mapping[str, Sequence[float]]
    agents: Mapping[str, Mapping[str, Estimate]]
    differ: Mapping[str, Mapping[str, float]]
    confidence: float
    notes: tuple[str, ...] = ()

    @property
    def criteria(self) -> tuple[str, ...]:
        """The criteria on which evaluators agree."""
        return tuple(name for name, found in self.agreement.items() if found.enough)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per agent and criterion: agent, criterion, value, low, high, calls, differs_by."""
        import pandas as pd

        rows = [
            (agent, name, e.value, e.low, e.high, e.n, self.differ.get(name, {}).get(agent, NAN))
            for agent, found in self.agents.items()
            for name, e in found.items()
        ]
        columns = ["agent", "criterion", "value", "low", "high", "calls", "differs_by"]
        return pd.DataFrame(rows, columns=columns)

    def agreement_table(self) -> TableView:
        """Return Krippendorff's alpha by criterion and what it supports."""
        return self.telling.agreement_table()

    def plot(self, criterion: str | None = None, ax: Any = None) -> Any:
        """Draw the scores of one criterion by agent; the first on which evaluators agree if none is named."""
        return self.telling.plot(ax, criterion)

    def figure(self, criterion: str | None = None) -> FigureView:
        """Return the plot with its caption and alternative text."""
        return self.telling.figure(criterion)


def agent_quality(
    dataset: Dataset,
    *,
    false_discovery_rate: float = 0.10,
    pseudonyms: bool | str = False,
    confidence: float | None = None,
) -> AgentQuality:
    """Compare agents' quality scores on the criteria on which evaluators agree.

    Parameters
    ----------
    dataset : Dataset
    false_discovery_rate : float
        Share of false positives among agents flagged as differ.
    pseudonyms : bool or str
        As in :func:`callstats.agents`.
    confidence : float, optional
        Of every interval; if omitted, the project's.

    Returns
    -------
    AgentQuality
        If evaluators do not agree (alpha under .67), or it is unknown whether they
        do, there are no scores by agent, with a note.

    References
    ----------
    1. Krippendorff K (2019). Content Analysis, 4th ed., chapter 12.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> scores = pd.DataFrame({
    ...     "call_id": ["1", "1", "2", "2"], "evaluator": ["A", "B"] * 2, "criterion": "offer",
    ...     "score": [1.0, 5.0, 4.0, 2.0],
    ... })
    >>> calls = pd.DataFrame({"call_id": ["1", "2"], "agent_id": ["Ann", "Bob"], "direction": "outbound"})
    >>> found = agent_quality(Dataset({"calls": calls, "evaluations": scores}))
    >>> found.criteria, found.sentences[0].tone
    ((), 'unknown')
    """
    voice = Voice.of(dataset)
    level = dataset.config.confidence if confidence is None else confidence
    why = _obstacle(dataset)
    if why:
        reason = voice.reason(f"not computable: {why}")
        return AgentQuality(
            voice, {}, {}, {}, {}, level, (voice.say("Quality by agent: {why}.", why=reason),)
        )
    agreement = agreements(dataset, confidence=level)
    criteria = [criterion for criterion, a in agreement.items() if a.enough]
    overall = clustered_means(dataset, list(agreement), confidence=level)
    name = naming(voice, pseudonyms)
    gaps = differences(dataset, criteria, false_discovery_rate=false_discovery_rate)
    differ = {c: {name(agent): gap for agent, gap in by_agent.items()} for c, by_agent in gaps.items()}
    return AgentQuality(voice, agreement, overall, _scores(dataset, criteria, name, level), differ, level)


def _obstacle(dataset: Dataset) -> str:
    if "evaluations" not in dataset.frames:
        return "needs evaluations"
    if not dataset.has("evaluations", "evaluator"):
        return "needs evaluations.evaluator"
    return "" if dataset.reaches("evaluations", AGENT) else f"needs calls.{AGENT}"


def _scores(
    dataset: Dataset, criteria: Sequence[str], name: Callable[[str], str], confidence: float
) -> dict[str, dict[str, Estimate]]:
    """Return the scores by agent and criterion, by name."""
    by = ["criterion", AGENT] if dataset.has("evaluations", "criterion") else [AGENT]
    by_agent: dict[str, dict[str, Estimate]] = {}
    for key, group in estimates_by(dataset, [QUALITY], by, confidence=confidence).items():
        criterion, agent = ("", key[-1]) if len(key) == 1 else (str(key[0]), key[-1])
        if agent is not None and criterion in criteria:
            by_agent.setdefault(name(str(agent)), {})[criterion] = group[QUALITY]
    return {agent: by_agent[agent] for agent in by_name(by_agent)}


def agreements(dataset: Dataset, *, confidence: float = 0.95) -> dict[str, Agreement]:
    """Return how well evaluators agree, by criterion in alphabetical order.

    Each criterion is taken separately: pooled, criteria of different levels would
    look like agreement on calls.
    """
    columns = [c for c in ("call_id", "evaluator", "criterion", "score") if dataset.has("evaluations", c)]
    rows = dataset.table("evaluations").select(*columns).collect("pandas").to_native()
    if "criterion" not in rows:
        return {"": criterion_agreement(rows, confidence)}
    return {
        str(name): criterion_agreement(group, confidence)
        for name, group in rows.groupby("criterion", sort=True)
    }


def criterion_agreement(rows: pd.DataFrame, confidence: float) -> Agreement:
    """Return Krippendorff's alpha of scores with the columns call_id, evaluator and score.

    References
    ----------
    1. Krippendorff K (2019). Content Analysis, 4th ed., chapter 12.

    Examples
    --------
    >>> import pandas as pd
    >>> two = {"call_id": ["1", "1", "2", "2"], "evaluator": ["A", "B"] * 2, "score": [1, 1, 5, 5]}
    >>> criterion_agreement(pd.DataFrame(two), 0.95).estimate
    1.0
    """
    from callstats.stats import krippendorff_alpha

    table = rows.pivot_table(index="evaluator", columns="call_id", values="score", aggfunc="mean")
    twice = int((table.notna().sum() >= 2).sum())
    try:
        alpha = krippendorff_alpha(table.to_numpy(dtype=float), confidence=confidence)
    except UsageError:
        return Agreement(math.nan, math.nan, math.nan, twice, _TWICE)
    reason = _EQUAL if math.isnan(alpha.estimate) else ""
    return Agreement(alpha.estimate, alpha.low, alpha.high, twice, reason)


def differences(
    dataset: Dataset, criteria: Sequence[str], *, false_discovery_rate: float = 0.10
) -> dict[str, dict[str, float]]:
    """Return, by criterion, whose mean score differs from that of all others and by how much.

    Calls are the independent units; p-values are adjusted by Benjamini-Hochberg
    over all agents and criteria.
    """
    from callstats.engine import moments
    from callstats.stats import adjust

    by = ["criterion", AGENT] if dataset.has("evaluations", "criterion") else [AGENT]
    groups = moments(dataset, [get(QUALITY)], by)
    tested = []
    for name in criteria:
        of_criterion = {
            str(g[-1]): m[QUALITY] for g, m in groups.items() if g[-1] is not None and g[0] in (name, g[-1])
        }
        tested += [(name, agent, *_against_others(of_criterion, agent)) for agent in sorted(of_criterion)]
    q = adjust([p for *_, p in tested], method="benjamini-hochberg") if tested else []
    differ: dict[str, dict[str, float]] = {name: {} for name in criteria}
    for (name, agent, gap, _p), adjusted in zip(tested, q, strict=True):
        if adjusted <= false_discovery_rate:
            differ[name][agent] = gap
    return differ


def _against_others(agents: Mapping[str, Moments], agent: str) -> tuple[float, float]:
    """Return the difference of a mean score from that of all others, and its p-value; nan for few calls.

    Where most of the difference is not one from the median of the others, one of these is far off: the
    p-value is 1.
    """
    from scipy.special import stdtr

    from callstats.stats.ratios import ratio_variance

    own, others = agents[agent], [m for name, m in agents.items() if name != agent]
    if own.n < ENOUGH_CALLS or sum(m.n for m in others) < ENOUGH_CALLS:
        return math.nan, math.nan
    rest = reduce(add, others)
    gap = _mean(own) - _mean(rest)
    middle = (median_high if gap > 0 else median_low)(_mean(m) for m in others if m.n)
    beyond = _mean(own) - middle
    error = math.sqrt(ratio_variance(own) * own.n / (own.n - 1) + ratio_variance(rest))
    if error == 0:
        return gap, math.nan
    if gap == 0 or beyond / gap < _OF_THE_GAP:
        return gap, 1.0
    return gap, float(2 * stdtr(own.n - 1, -abs(gap) / error))


def _mean(m: Moments) -> float:
    return m.sums["numerator"] / m.sums["denominator"]


def clustered_means(
    dataset: Dataset, criteria: Sequence[str], *, confidence: float
) -> dict[str, tuple[float, float, float]]:
    """Return mean score, low and high by criterion, clustered by agent: few agents, wide intervals."""
    from callstats.engine import moments

    by = ["criterion"] if dataset.has("evaluations", "criterion") else []
    groups = moments(dataset, [get(QUALITY)], by, unit=(AGENT,))
    sums = {str(group[0]) if group else "": m[QUALITY] for group, m in groups.items()}
    means = {name: interval(get(QUALITY), sums[name], confidence) for name in criteria if name in sums}
    return {name: (float(m.estimate), float(m.low), float(m.high)) for name, m in means.items()}
