"""Agents: who differs beyond chance and lead mix, whom to coach on what, who has too few calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from callstats.answers.agents.agent_hours import outbound_pace
from callstats.answers.agents.agent_names import naming
from callstats.answers.agents.agent_opinions import AgentOpinions, agent_opinions
from callstats.answers.agents.agents_asked import agent_obstacle, ask_instead, asked_kpi, usual_mix
from callstats.answers.agents.agents_chance_numbers import Spread
from callstats.answers.agents.agents_mix_numbers import AGENT, ratio_of, strata_keys
from callstats.answers.agents.agents_numbers import (
    AgentFigures,
    GapWorth,
    Standing,
    WorkStep,
    as_rows,
    counts_successes,
    figures_by_agent,
    main_step,
    standing_of,
    step_standings,
    time_gaps,
    value_per_success,
    worth,
)
from callstats.answers.core.answer import Answer
from callstats.answers.core.directions import only_direction, other_direction
from callstats.answers.core.estimates import NAN
from callstats.answers.core.measure import measure
from callstats.answers.core.voice import Voice
from callstats.answers.core.worked_days import WorkedDays, worked_days
from callstats.kpis.define import KPI
from callstats.kpis.translations import words as kpi_words
from callstats.show.words import mark

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.core.answer import Section
    from callstats.dataset import Dataset
    from callstats.show.display import FigureView, Note, Record, TableView

_KEYS = {
    "list_id": mark("list"),
    "campaign_id": mark("campaign"),
    "hour": mark("hour"),
    "weekday": mark("weekday"),
    "attempt_no": mark("attempt"),
    "success": mark("outcome"),
}
#: Columns of the frame: what an agent brings beyond what all agents do.
_BEYOND = {
    "beyond": "amount",
    "beyond_low": "low",
    "beyond_high": "high",
    "money": "money",
    "money_low": "money_low",
    "money_high": "money_high",
}


@dataclass(frozen=True)
class AgentComparison(Answer):
    """All agents on one KPI: never a league table, always ordered by name.

    Attributes
    ----------
    voice : Voice
    kpi : KPI
    period : str
        The period the data cover, in words.
    keys : tuple of str
        What case mix was adjusted for.
    agents : tuple of AgentFigures
    spread : Spread
        How much agents differ, and how much of that is chance.
    overall : float
        Of all agents together, in the KPI's unit.
    confidence, false_discovery_rate, relevant : float
        As requested; ``relevant`` is the gap that matters.
    worths : mapping of str to GapWorth
        By agent, what the gap brings or costs in ``horizon_days``: empty where the data
        have fewer than five days with calls, or less than a third of those days.
    working_days : float
        How many of ``horizon_days`` are worked, by the weekdays of the data.
    steps : mapping of str to WorkStep
        By agent with a finding, the step of the work it comes from.
    times : mapping of str to mapping of str to float
        By agent with a finding, shares of login time minus the overall shares.
    notes : tuple of str
        What could not be adjusted for, and why.
    opinions : AgentOpinions or None
        Of calls received only, if no KPI was named: what callers say, and how their issues end.
    """

    voice: Voice
    kpi: KPI
    period: str
    keys: tuple[str, ...] = ()
    agents: tuple[AgentFigures, ...] = ()
    spread: Spread = field(default_factory=Spread)
    overall: float = NAN
    confidence: float = 0.95
    false_discovery_rate: float = 0.10
    relevant: float = 0.2
    horizon_days: float = 30
    working_days: float = NAN
    worths: Mapping[str, GapWorth] = field(default_factory=dict)
    steps: Mapping[str, WorkStep] = field(default_factory=dict)
    times: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    opinions: AgentOpinions | None = None

    def __getitem__(self, agent: str) -> AgentFigures:
        """Return the figures of one agent, by the name shown."""
        return {one.agent: one for one in self.agents}[agent]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per agent: every figure, then beyond, beyond_low, beyond_high, money and its ends.

        ``beyond`` is what the agent brings in ``horizon_days`` beyond what all agents would on the same
        calls, in events or hours: below 0 where it is less.
        """
        import pandas as pd

        frame = pd.DataFrame(as_rows(self.agents), columns=list(AgentFigures.__slots__))
        for name, attribute in _BEYOND.items():
            frame[name] = [
                getattr(self.worths[one.agent], attribute) if one.agent in self.worths else NAN
                for one in self.agents
            ]
        return frame

    @property
    def called(self) -> bool:
        """Whether any agent has a call that counts here."""
        return any(one.trials > 0 for one in self.agents)

    @property
    def compared(self) -> bool:
        """Whether agents could be compared with each other."""
        return bool(self.spread.agents)

    def funnel(self) -> FigureView | Note:
        """Return the funnel of the raw figures with its caption and its words, or why there is none."""
        return self.telling.funnel()

    def adjusted_funnel(self) -> FigureView | Note:
        """Return the funnel of observed / expected, adjusted for case mix."""
        return self.telling.adjusted_funnel()

    def after_lead_mix(self) -> Section:
        """Return the adjusted funnel with what it could not adjust for."""
        return self.telling.after_lead_mix()

    def estimates(self) -> FigureView | Note:
        """Return the shrunken estimates with their intervals, by name."""
        return self.telling.estimates()

    def coaching(self) -> TableView | Note:
        """Return the coaching table: who differs, by how much, and what it brings or costs."""
        return self.telling.coaching()

    def record(self) -> Record:
        """Return the figures in full precision, for the report's JSON."""
        return self.telling.record()


def agents(
    dataset: Dataset,
    kpi: str | KPI | None = None,
    adjust: Sequence[str] | None = None,
    *,
    confidence: float | None = None,
    false_discovery_rate: float = 0.10,
    relevant: float = 0.2,
    pseudonyms: bool | str = False,
    horizon_days: float = 30,
) -> AgentComparison:
    """Compare agents on one KPI, adjusted for chance and case mix.

    Parameters
    ----------
    dataset : Dataset
        Narrowed to the campaign and period of interest.
    kpi : str or KPI, optional
        Any ratio that can be computed by agent: conversions, rates per hour, mean times. If
        omitted, conversion_per_conversation; of calls received only, average_handle_time with
        what callers say and how their issues end.
    adjust : sequence of str, optional
        What agents were given and did not choose; they are compared within each
        combination. Keys that the data or the KPI lack are left out with a note. If
        omitted, list, hour and attempt; of calls received only, queue and hour.
    confidence : float, optional
        Of every interval; if omitted, the project's.
    false_discovery_rate : float
        Share of false positives among agents flagged as standing out.
    relevant : float
        The gap that matters, relative to the overall figure (0.2 is 20 %).
    pseudonyms : bool or str
        Codes in place of names; a string is their secret key.
    horizon_days : float
        Length of a month.

    Returns
    -------
    AgentComparison
        Sorted by name. Without agents in the data, or if the KPI cannot be
        computed, it is empty and its note says why.

    Raises
    ------
    UsageError
        The KPI is unknown or not a ratio, or a key of ``adjust`` is not a column.

    Notes
    -----
    An agent's observed events are compared with those expected at the pooled rate
    of each stratum [1]_, over strata that at least two agents work. The score
    allows for the pooled day-to-day spread within agents; those who stand out do
    so against the ordinary spread between agents [2]_, with Benjamini-Hochberg
    over all agents [3]_. With fewer than ten agents that spread cannot be
    separated from outliers, so they are judged against chance alone. Shrunken
    estimates use a gamma-Poisson model [4]_; "below" and "above" mean that their
    interval excludes the overall ratio.

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
    asked = outbound_pace(dataset, asked_kpi(dataset, kpi))
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
    if kpi is None and only_direction(dataset) == "inbound":
        said = agent_opinions(
            dataset,
            false_discovery_rate=false_discovery_rate,
            pseudonyms=pseudonyms,
            confidence=blank.confidence,
        )
        blank = replace(blank, opinions=said)
    reason = agent_obstacle(dataset, asked)
    if reason:
        return replace(blank, notes=(voice.note(asked, f"not computable: {reason}"),))
    if away := other_direction(dataset, asked):
        return replace(blank, notes=(ask_instead(dataset, asked, away),))
    mix = usual_mix(dataset) if adjust is None else adjust
    return _compared(dataset, blank, mix, naming(voice, pseudonyms))


def _period(dataset: Dataset, voice: Voice) -> str:
    """Return the period the data cover, in words."""
    span = dataset.span()
    if dataset.filters.period is not None or span is None:
        return voice.period(dataset.filters.period)
    return voice.days(*span)


def _compared(
    dataset: Dataset, blank: AgentComparison, adjust: Sequence[str], name: Callable[[str], str]
) -> AgentComparison:
    """Build the comparison: figures, what gaps bring or cost, and where the findings come from."""
    kpi, level, relevant = blank.kpi, blank.confidence, blank.relevant
    if _below_zero(dataset, kpi):
        said = blank.voice.say(
            "{kpi} is 0 or below for some agents, who are no multiple of the others: ask for agent_opinions.",
            kpi=kpi.label[blank.voice.language],
        )
        return replace(blank, notes=(said,))
    keys, left = strata_keys(dataset, kpi, adjust)
    standing = standing_of(dataset, kpi, keys, confidence=level, relevant=relevant)
    by_agent = figures_by_agent(
        dataset, standing, name, confidence=level, false_discovery_rate=blank.false_discovery_rate
    )
    findings = [agent for agent, figures in by_agent.items() if figures.status in ("above", "below")]
    steps = step_standings(dataset, kpi, adjust, confidence=level, relevant=relevant) if findings else ()
    sources = {a: step for a in findings if (step := main_step(steps, a, by_agent[a].status == "below"))}
    paced = any(step.kpi.unit == "1/h" for step in steps)
    worked = worked_days(dataset)
    times = time_gaps(dataset) if paced else lambda _agent: {}
    return replace(
        blank,
        keys=keys,
        agents=tuple(sorted(by_agent.values(), key=lambda agent: (agent.agent.casefold(), agent.agent))),
        spread=standing.judgement.spread,
        overall=standing.mix.overall * standing.scale,
        worths=_worths(dataset, standing, by_agent, worked, blank.horizon_days),
        working_days=worked.within(blank.horizon_days),
        steps={by_agent[agent].agent: step for agent, step in sources.items()},
        times={by_agent[agent].agent: times(agent) for agent in findings},
        notes=_notes(blank.voice, kpi, left, standing, list(by_agent.values())),
    )


def _below_zero(dataset: Dataset, kpi: KPI) -> bool:
    """Return whether the figure that takes something off is 0 or below for an agent, or for all."""
    if all(weight >= 0 for _, weight in ratio_of(kpi).numerator):
        return False
    found = measure(dataset, kpi, by=AGENT, interval=False)
    values = [*found["value"], *measure(dataset, kpi, interval=False)["value"]]
    return any(value <= 0 for value in values)


def _worths(
    dataset: Dataset,
    standing: Standing,
    by_agent: Mapping[str, AgentFigures],
    worked: WorkedDays,
    horizon_days: float,
) -> dict[str, GapWorth]:
    """Return what every gap brings or costs in a number of days, by the name shown."""
    times = worked.times(horizon_days)
    per_success = value_per_success(dataset) if counts_successes(standing.kpi) else NAN
    worths = {
        one.agent: worth(standing, one, standing.mix.position[agent], times, per_success)
        for agent, one in by_agent.items()
    }
    return {agent: value for agent, value in worths.items() if value is not None}


def _notes(
    voice: Voice, kpi: KPI, left: Mapping[str, str], standing: Standing, agents: Sequence[AgentFigures]
) -> tuple[str, ...]:
    """Return what could not be adjusted for, and what the reader must know."""
    _ = voice.say
    lines = [
        _("Not adjusted for {key}: {why}.", key=mix_label(voice, [key]), why=_reason(voice, why))
        for key, why in left.items()
    ]
    groups = len(set(standing.mix.group[standing.judgement.compared].tolist()))
    if groups > 1:
        lines.append(
            _(
                "{n} groups of agents share no calls of the same kind: each agent is compared with the own "
                "group, and nobody is ranked. Ask for one campaign at a time.",
                n=voice.form.number(groups),
            )
        )
    partly = sum(one.known and one.comparable < 1 for one in agents)
    if partly:
        share = float(standing.mix.shared.sum() / standing.mix.trials.sum())
        fields = {"share": voice.form.percent(share), "trials": denominator(voice, kpi)}
        lines.append(_("Over calls of a kind that other agents work as well: {share} of {trials}.", **fields))
    return tuple(lines)


def _reason(voice: Voice, why: str) -> str:
    _, columns = voice.say, why.removeprefix("needs ")
    return _("needs {columns}", columns=columns) if columns != why else voice.noted(why)


def mix_label(voice: Voice, keys: Iterable[str]) -> str:
    """Return what case mix was adjusted for: "list x hour x attempt"."""
    _ = voice.say
    names = [_(_KEYS[key]) if key in _KEYS else key for key in keys]
    return " × ".join(names)


def denominator(voice: Voice, kpi: KPI) -> str:
    """Return what a KPI divides by, in the language: "handled calls"."""
    return kpi.formula.denominator.spelled(kpi_words(voice.language).term)  # type: ignore[union-attr]
