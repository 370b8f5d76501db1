"""Handle time of agents by outcome: mean, median, and what nine calls in ten stay within."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.agents import rows as agent_rows
from callstats.answers.agents.figures import Status, standing, status_of
from callstats.answers.agents.names import by_name, naming
from callstats.answers.agents.sums import AGENT, strata_keys
from callstats.answers.agents.words import names
from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import NAN, Estimate, estimates_by
from callstats.answers.core.voice import Voice
from callstats.kpis import get
from callstats.show.calendar import UNKNOWN
from callstats.show.digits import unknown
from callstats.show.display import Cell, Column, FigureView, Note, Sentence, TableView, View, figure
from callstats.show.words import mark

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset

MEAN, MEDIAN, P90 = "average_handle_time", "median_handle_time", "p90_handle_time"
#: Flags that tell the outcomes apart, and what each outcome is called.
OUTCOMES: Mapping[str, tuple[dict[str, Any], str]] = {
    "all": ({}, mark("all conversations")),
    "success": ({"success": True}, mark("success")),
    "refusal": ({"argued": True, "success": False}, mark("refusal")),
    "no offer": ({"argued": False}, mark("offer not heard")),
}
#: What a call was, which decides how long it takes more than the agent does.
MIX = ("argued", "success", "list_id", "hour")


@dataclass(frozen=True)
class AgentHandleTime(Answer):
    """How long agents take, by name and outcome.

    Attributes
    ----------
    agents : mapping of str to mapping of str to mapping of str to Estimate
        By agent, outcome and KPI; means with intervals over agent-days.
    status : mapping of str to str
        Longer (above) or shorter (below) than usual for calls with the same outcomes.
    """

    voice: Voice
    agents: Mapping[str, Mapping[str, Mapping[str, Estimate]]]
    status: Mapping[str, Status]
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return a row an agent and outcome: agent, outcome, mean, low, high, median, p90, calls."""
        import pandas as pd

        rows = [
            (
                agent,
                outcome,
                e[MEAN].value,
                e[MEAN].low,
                e[MEAN].high,
                e[MEDIAN].value,
                e[P90].value,
                e[MEAN].denominator,
            )
            for agent, by_outcome in self.agents.items()
            for outcome, e in by_outcome.items()
        ]
        columns = ["agent", "outcome", "mean", "low", "high", "median", "p90", "calls"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Who takes longer or shorter than usual for the same outcomes."""
        _ = self.voice.say
        longer, shorter = ([a for a, s in self.status.items() if s == side] for side in ("above", "below"))
        said = {"longer": names(self.voice, longer), "shorter": names(self.voice, shorter)}
        if not self.status:
            return ()
        if longer and shorter:
            text = _(
                "Handle time on calls with the same outcomes: longer {longer}; shorter {shorter}.", **said
            )
        elif longer:
            text = _("Handle time on calls with the same outcomes: longer {longer}.", **said)
        elif shorter:
            text = _("Handle time on calls with the same outcomes: shorter {shorter}.", **said)
        else:
            text = _("Handle time: no evidence that anybody differs on calls with the same outcomes.")
        return (Sentence(text),)

    def table(self) -> TableView:
        """Return mean, median and 90 % quantile of all conversations, mean and quantile by outcome."""
        _ = self.voice.say
        told = [o for o in OUTCOMES if any(o in found for found in self.agents.values())]
        heads = [Column(_("Agent"))]
        for outcome in told:
            group = _(OUTCOMES[outcome][1])
            heads.append(Column(_("mean"), "right", group))
            heads += [Column(_("median"), "right", group)] if outcome == "all" else []
            heads.append(Column(_("9 in 10 within"), "right", group))
        own, rest = agent_rows.split(list(self.agents), agent_rows.standing_out({MEAN: self.status}))
        lines = [self._line(agent, self.agents[agent], told) for agent in own]
        lines += [self._others(rest, told)] if rest else []
        note = _("Minutes and seconds. Strong: differs from the others on calls with the same outcomes.")
        return TableView(_("Handle time by agent and outcome"), heads, lines, (note,))

    def _line(self, agent: str, found: Mapping[str, Mapping[str, Estimate]], told: list[str]) -> list[Cell]:
        cells = [Cell(agent, strong=True)]
        for outcome in told:
            e = found.get(outcome, {})
            shown = (MEAN, MEDIAN, P90) if outcome == "all" else (MEAN, P90)
            strong = outcome == "all" and self.status.get(agent, "") in ("above", "below")
            cells += [Cell(_clock(e[n].value if n in e else NAN), strong=strong and n == MEAN) for n in shown]
        return cells

    def _others(self, rest: list[str], told: list[str]) -> list[Cell]:
        """Return the row of those without one of their own: means together; quantiles do not add up."""
        cells = [Cell(agent_rows.others(self.voice, len(rest), len(self.agents)), tone="grey")]
        for outcome in told:
            found = [self.agents[agent][outcome][MEAN] for agent in rest if outcome in self.agents[agent]]
            mean = agent_rows.pooled(found)
            blank = [""] * (2 if outcome == "all" else 1)
            cells += [Cell(text, tone="grey") for text in (_clock(mean.value if mean else NAN), *blank)]
        return cells

    def plot(self, outcome: str = "all", ax: Any = None) -> Any:
        """Draw the mean of one outcome by agent with its intervals."""
        from callstats.show.plots import interval_plot

        drawn = [(agent, found[outcome][MEAN]) for agent, found in self.agents.items() if outcome in found]
        return interval_plot(
            [agent for agent, _ in drawn],
            [e.value for _, e in drawn],
            [e.low for _, e in drawn],
            [e.high for _, e in drawn],
            unit="s",
            formatter=self.voice.form,
            label=get(MEAN).label[self.voice.language],
            n=[e.denominator for _, e in drawn],
            sort=False,
            most=40,
            ax=ax,
        )

    def figure(self, outcome: str = "all") -> FigureView:
        """Return the plot with its caption and its words."""
        _, form, label = self.voice.say, self.voice.form, get(MEAN).label[self.voice.language]
        said = {"kpi": label, "outcome": _(OUTCOMES[outcome][1])}
        drawn = [(agent, f[outcome][MEAN].value) for agent, f in self.agents.items() if outcome in f][:10]
        values = ", ".join(f"{agent} {form.duration(value)}" for agent, value in drawn)
        caption = _("{kpi} by agent, {outcome}, with 95% intervals", **said)
        return figure(self.plot(outcome), caption, _("{kpi} by agent: {values}.", kpi=label, values=values))

    def views(self) -> tuple[View, ...]:
        """Return the table, the verdict, and what is not known."""
        notes = tuple(Note(note) for note in self.notes)
        return (self.table(), self.verdict, *notes) if self.agents else notes


def _clock(seconds: float) -> str:
    """Return a duration as a clock shows it, which is short enough for a wide table.

    Examples
    --------
    >>> _clock(187.4), _clock(3727.0), _clock(NAN)
    ('3:07', '1:02:07', '–')
    """
    if unknown(seconds):
        return UNKNOWN
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def agent_handle_time(
    dataset: Dataset, *, pseudonyms: bool | str = False, confidence: float | None = None
) -> AgentHandleTime:
    """Return how long agents take by outcome, and who differs on calls with the same outcomes.

    Parameters
    ----------
    dataset : Dataset
    pseudonyms : bool or str
        As in :func:`callstats.agents`.
    confidence : float, optional

    Returns
    -------
    AgentHandleTime
        By name. Outcomes whose flags the data lack are left out; without times it
        is empty, with the reason.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({
    ...     "call_id": list("1234"), "agent_id": ["Ann", "Ann", "Bob", "Bob"], "direction": "outbound",
    ...     "handled": True, "success": [True, False, False, False], "wrap_s": 10.0,
    ...     "talk_s": [290.0, 90.0, 110.0, 130.0],
    ... })
    >>> found = agent_handle_time(Dataset({"calls": calls}))
    >>> found.agents["Ann"]["all"]["average_handle_time"].value
    200.0
    """
    from callstats.engine import obstacle

    voice, mean = Voice.of(dataset), get(MEAN)
    why = f"needs calls.{AGENT}" if not dataset.has("calls", AGENT) else obstacle(dataset, mean, [AGENT])
    if why:
        return AgentHandleTime(voice, {}, {}, (voice.note(mean, f"not computable: {why}"),))
    level = dataset.config.confidence if confidence is None else confidence
    name, found = naming(voice, pseudonyms), _by_outcome(dataset, level)
    ordered = {shown: found[agent] for shown, agent in _ordered(found, name)}
    return AgentHandleTime(voice, ordered, _status(dataset, name, level))


def _ordered(found: Mapping[str, Any], name: Any) -> list[tuple[str, str]]:
    shown = {name(agent): agent for agent in found}
    return [(one, shown[one]) for one in by_name(shown)]


def _by_outcome(dataset: Dataset, confidence: float) -> dict[str, dict[str, dict[str, Estimate]]]:
    found: dict[str, dict[str, dict[str, Estimate]]] = {}
    for outcome, (flags, _label) in OUTCOMES.items():
        if not dataset.has("calls", *flags):
            continue
        groups = estimates_by(dataset.where(**flags), [MEAN, MEDIAN, P90], [AGENT], confidence=confidence)
        for (agent,), group in groups.items():
            if agent is not None and group[MEAN].known:
                found.setdefault(str(agent), {})[outcome] = group
    return found


def _status(dataset: Dataset, name: Any, confidence: float) -> dict[str, Status]:
    """Return who takes longer or shorter than usual for the same outcomes, by name."""
    keys, _left = strata_keys(dataset, get(MEAN), MIX)
    found = standing(dataset, get(MEAN), keys, confidence=confidence, relevant=0.2, ranks=False)
    if not found.judgement.spread.agents:
        return {}
    made: dict[str, Status] = {name(a): status_of(found, i) for i, a in enumerate(found.mix.agents)}
    return {agent: made[agent] for agent in by_name(made)}
