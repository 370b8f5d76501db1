"""Agents: who differs beyond chance and lead mix, whom to coach on what, who has too few calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from callstats.answers.agents import words as agent_words
from callstats.answers.agents.coaching import (
    Worth,
    counts_successes,
    main_step,
    standings,
    time_gaps,
    value_per_success,
    worth,
)
from callstats.answers.agents.comparison import AgentComparison
from callstats.answers.agents.figures import AgentFigures, Standing, figures, standing
from callstats.answers.agents.names import naming
from callstats.answers.agents.sums import AGENT, ratio_of, strata_keys
from callstats.answers.core.estimates import NAN
from callstats.answers.core.measure import measure
from callstats.answers.core.voice import Voice
from callstats.kpis import get
from callstats.kpis.define import KPI

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: What agents are given to call, as far as it is not theirs to choose.
ADJUST = ("list_id", "hour", "attempt_no")


def agents(
    dataset: Dataset,
    kpi: str | KPI = "conversion_per_conversation",
    adjust: Sequence[str] = ADJUST,
    *,
    confidence: float | None = None,
    false_discovery_rate: float = 0.10,
    relevant: float = 0.2,
    pseudonyms: bool | str = False,
    horizon_days: float = 30,
) -> AgentComparison:
    """Compare agents on one KPI, chance and case mix taken off.

    Parameters
    ----------
    dataset : Dataset
        Narrowed to the campaign and the period that are asked about.
    kpi : str or KPI
        Any ratio that can be asked by agent: conversions, rates per hour, mean times.
    adjust : sequence of str
        What agents were given and did not choose; within each combination they
        are compared with one another. Keys that the data or the KPI do not have
        are left out with a note.
    confidence : float, optional
        Of every interval; the project's where left out.
    false_discovery_rate : float
        Share of false ones among the agents said to stand out.
    relevant : float
        The gap that matters, relative to everybody's figure (0.2 is 20 %).
    pseudonyms : bool or str
        Codes in place of names; a string is the secret key they are made with.
    horizon_days : float
        What a month is.

    Returns
    -------
    AgentComparison
        Sorted by name. Without agents in the data, or where the KPI cannot be
        computed, it is empty and its note says why.

    Raises
    ------
    UsageError
        The KPI is unknown or no ratio, or a key of ``adjust`` is no column.

    Notes
    -----
    Observed events of an agent are set against those expected at the pooled rate
    of each stratum [1]_, over strata that at least two agents work. The score
    takes the pooled day-to-day spread within agents into account; those who stand
    out do so against the ordinary spread between agents [2]_, with
    Benjamini-Hochberg over all agents [3]_. With fewer than ten agents that
    spread cannot be told from those who stand out, and they are judged against
    chance alone. Shrunken estimates are of a gamma-Poisson model [4]_; "below"
    and "above" are said where their interval excludes everybody's ratio.

    References
    ----------
    .. [1] Breslow NE, Day NE (1987). Statistical Methods in Cancer Research II.
    .. [2] Spiegelhalter DJ (2005). Handling over-dispersion of performance
       indicators. Quality and Safety in Health Care 14:347-351.
    .. [3] Benjamini Y, Hochberg Y (1995). Controlling the false discovery rate.
       Journal of the Royal Statistical Society B 57:289-300.
    .. [4] Clayton D, Kaldor J (1987). Empirical Bayes estimates of
       age-standardized relative risks. Biometrics 43:671-681.

    Examples
    --------
    Ann and Bob work two lists; Ann had more of the better one.

    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({
    ...     "agent_id": ["Ann"] * 40 + ["Bob"] * 40, "direction": "outbound", "handled": True,
    ...     "list_id": ["x"] * 30 + ["y"] * 10 + ["x"] * 10 + ["y"] * 30,
    ...     "success": ([True] * 9 + [False] * 21 + [True] + [False] * 9) + ([True] * 3 + [False] * 37),
    ... })
    >>> calls["call_id"] = calls.index.astype(str)
    >>> found = agents(Dataset({"calls": calls}), adjust=["list_id"])
    >>> [(one.agent, one.observed, one.expected) for one in found.agents]
    [('Ann', 10.0, 9.25), ('Bob', 3.0, 3.75)]
    """
    asked = get(kpi) if isinstance(kpi, str) else kpi
    ratio_of(asked)
    voice = Voice.of(dataset)
    blank = AgentComparison(
        voice,
        asked,
        _period(dataset, voice),
        confidence=dataset.config.confidence if confidence is None else confidence,
        false_discovery_rate=false_discovery_rate,
        relevant=relevant,
        horizon_days=horizon_days,
    )
    reason = _obstacle(dataset, asked)
    if reason:
        return replace(blank, notes=(voice.note(asked, f"not computable: {reason}"),))
    return _compared(dataset, blank, adjust, naming(voice, pseudonyms))


def _period(dataset: Dataset, voice: Voice) -> str:
    """Return what the data cover, in words."""
    span = dataset.span()
    if dataset.filters.period is not None or span is None:
        return voice.period(dataset.filters.period)
    return voice.days(*span)


def _obstacle(dataset: Dataset, kpi: KPI) -> str:
    """Return why a KPI cannot be had by agent; "" where it can."""
    from callstats.engine import obstacle

    without = next((t for t in kpi.needs if t in dataset.frames and not dataset.reaches(t, AGENT)), None)
    if without is not None:
        return f"needs {without}.{AGENT}"
    reason = obstacle(dataset, kpi, [AGENT])
    if reason:
        return reason
    note = str(measure(dataset, kpi, interval=False)["note"].iloc[0])
    return note.partition("not computable: ")[2]


def _compared(
    dataset: Dataset, blank: AgentComparison, adjust: Sequence[str], name: Callable[[str], str]
) -> AgentComparison:
    """Fill in the figures, what they are worth, and where the findings come from."""
    kpi, level, relevant = blank.kpi, blank.confidence, blank.relevant
    keys, left = strata_keys(dataset, kpi, adjust)
    found = standing(dataset, kpi, keys, confidence=level, relevant=relevant)
    by_agent = figures(
        dataset, found, name, confidence=level, false_discovery_rate=blank.false_discovery_rate
    )
    findings = [agent for agent, one in by_agent.items() if one.status in ("above", "below")]
    steps = standings(dataset, kpi, adjust, confidence=level, relevant=relevant) if findings else ()
    sources = {a: step for a in findings if (step := main_step(steps, a, by_agent[a].status == "below"))}
    paced = any(one.kpi.unit == "1/h" for one in steps)
    times = time_gaps(dataset) if paced else lambda _agent: {}
    return replace(
        blank,
        keys=keys,
        agents=tuple(sorted(by_agent.values(), key=lambda one: (one.agent.casefold(), one.agent))),
        spread=found.judgement.spread,
        overall=found.mix.overall * found.scale,
        worths=_worths(dataset, found, by_agent, blank.horizon_days),
        steps={by_agent[agent].agent: step for agent, step in sources.items()},
        times={by_agent[agent].agent: times(agent) for agent in findings},
        notes=agent_words.notes(blank.voice, kpi, left, found, list(by_agent.values())),
    )


def _worths(
    dataset: Dataset, found: Standing, by_agent: Mapping[str, AgentFigures], horizon_days: float
) -> dict[str, Worth]:
    """Return what every gap is worth in so many days, by the name shown."""
    span = dataset.span()
    if span is None:
        return {}
    months = ((span[1] - span[0]).days + 1) / horizon_days
    per_success = value_per_success(dataset) if counts_successes(found.kpi) else NAN
    made = {
        one.agent: worth(found, one, found.mix.position[agent], months, per_success)
        for agent, one in by_agent.items()
    }
    return {agent: value for agent, value in made.items() if value is not None}
