"""Quality by agent: first whether evaluators agree, then scores by criterion, or why there are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.agents import rows as agent_rows
from callstats.answers.agents.agreement import (
    KPI,
    LEAST,
    RELIABLE,
    Agreement,
    agreements,
    clustered_means,
    differences,
)
from callstats.answers.agents.names import by_name, naming
from callstats.answers.agents.sums import AGENT
from callstats.answers.agents.words import names
from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import NAN, Estimate, estimates_by
from callstats.answers.core.voice import Voice
from callstats.show.display import Cell, Column, FigureView, Note, Sentence, TableView, View, figure

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset

#: Scored calls from which an interval says more than that they are few.
FEWEST_CALLS = 5


@dataclass(frozen=True)
class AgentQuality(Answer):
    """Agreement of evaluators by criterion, and the scores that it allows to compare.

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
        By criterion and agent: score less that of all others, where it differs
        within the false-discovery rate.
    """

    voice: Voice
    agreement: Mapping[str, Agreement]
    overall: Mapping[str, Sequence[float]]
    agents: Mapping[str, Mapping[str, Estimate]]
    differ: Mapping[str, Mapping[str, float]]
    notes: tuple[str, ...] = ()

    @property
    def criteria(self) -> tuple[str, ...]:
        """The criteria on which evaluators agree."""
        return tuple(name for name, found in self.agreement.items() if found.enough)

    def to_frame(self) -> pd.DataFrame:
        """Return a row an agent and criterion: agent, criterion, value, low, high, calls, differs_by."""
        import pandas as pd

        rows = [
            (agent, name, e.value, e.low, e.high, e.n, self.differ.get(name, {}).get(agent, NAN))
            for agent, found in self.agents.items()
            for name, e in found.items()
        ]
        columns = ["agent", "criterion", "value", "low", "high", "calls", "differs_by"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """On which criteria evaluators agree, and who differs on those."""
        _, form = self.voice.say, self.voice.form
        if not self.agreement:
            return ()
        bad = [name for name in self.agreement if name not in self.criteria]
        told = []
        if bad:
            said = {"criteria": names(self.voice, bad), "least": form.number(LEAST, 2)}
            text = _(
                "Evaluators do not agree on {criteria} (alpha under {least}): agents are not compared there.",
                **said,
            )
            told.append(Sentence(text, "unknown"))
        told += [self._differences(name) for name in self.criteria if self.differ.get(name)]
        if self.criteria and not any(self.differ.values()):
            agreed = names(self.voice, self.criteria)
            none = _("No evidence that anybody's scores differ on {criteria}.", criteria=agreed)
            told.append(Sentence(none))
        return tuple(told)

    def _differences(self, name: str) -> Sentence:
        _, found = self.voice.say, self.differ[name]
        above, below = ([a for a in found if (found[a] > 0) == up] for up in (True, False))
        said = {"kpi": name, "above": names(self.voice, above), "below": names(self.voice, below)}
        if above and below:
            return Sentence(_("{kpi}: {above} above the others, {below} below.", **said))
        if above:
            return Sentence(_("{kpi}: {above} above the others.", **said))
        return Sentence(_("{kpi}: {below} below the others.", **said))

    def agreement_table(self) -> TableView:
        """Return Krippendorff's alpha by criterion and what it allows."""
        _, form = self.voice.say, self.voice.form
        heads = [
            Column(_("Criterion")),
            Column(_("calls scored twice"), "right"),
            Column(_("alpha"), "right"),
            Column(_("95% interval"), "right"),
            Column(_("mean score"), "right"),
            Column(_("What it allows")),
        ]
        lines = [
            [
                Cell(name, strong=True),
                Cell(form.number(a.calls)),
                Cell(form.number(a.estimate, 2)),
                Cell(form.interval(a.low, a.high, "n", value=a.estimate), tone="grey"),
                Cell(self._mean(name)),
                Cell(self._allows(a)),
            ]
            for name, a in self.agreement.items()
        ]
        note = _("Krippendorff's alpha for ordered scores: 1 is perfect agreement, 0 what chance gives.")
        return TableView(_("Do evaluators agree?"), heads, lines, (note,))

    def _mean(self, name: str) -> str:
        mean, low, high = self.overall.get(name, (NAN, NAN, NAN))
        return self.voice.form.value(mean, "score", low, high)

    def _allows(self, a: Agreement) -> str:
        _ = self.voice.say
        if a.reason:
            return _(a.reason)
        if not a.enough:
            return _("no comparison")
        return _("comparison") if a.estimate >= RELIABLE else _("comparison with caution")

    def table(self) -> TableView:
        """Return the scores of each agent by criterion, as far as evaluators agree."""
        _ = self.voice.say
        heads = [Column(_("Agent")), *(Column(name, "right") for name in self.criteria)]
        told = {agent for found in self.differ.values() for agent in found}
        own, rest = agent_rows.split(list(self.agents), told)
        lines = [
            [Cell(agent, strong=True), *(self._cell(agent, name, found.get(name)) for name in self.criteria)]
            for agent, found in ((agent, self.agents[agent]) for agent in own)
        ]
        lines += [self._others(rest)] if rest else []
        notes = (
            _("Mean with 95% interval over calls. Strong: differs from all others."),
            _("Grey: fewer than {n} calls, too few for an interval.", n=self.voice.form.number(FEWEST_CALLS)),
            _("Not adjusted for lists or hours: evaluated calls are few."),
        )
        return TableView(_("Quality scores by agent"), heads, lines, notes)

    def _others(self, rest: list[str]) -> list[Cell]:
        """Return the row of those without one of their own, all their scores together."""
        cells = [Cell(agent_rows.others(self.voice, len(rest), len(self.agents)), tone="grey")]
        for name in self.criteria:
            mean = agent_rows.pooled([self.agents[a][name] for a in rest if name in self.agents[a]])
            cells.append(Cell(self.voice.form.value(mean.value if mean else NAN, "score"), tone="grey"))
        return cells

    def _cell(self, agent: str, name: str, e: Estimate | None) -> Cell:
        form = self.voice.form
        if e is None or not e.known:
            return Cell(form.number(None), tone="grey")
        value, low, high = (form.number(number, 1) for number in (e.value, e.low, e.high))
        if e.low != e.low or e.n < FEWEST_CALLS:
            return Cell(value, tone="grey")
        return Cell(f"{value} ({low}–{high})", strong=agent in self.differ.get(name, {}))

    def plot(self, criterion: str | None = None, ax: Any = None) -> Any:
        """Draw the scores of one criterion by agent; the first on which evaluators agree if none is named."""
        from callstats.show.plots import interval_plot

        name = criterion or next(iter(self.criteria), "")
        drawn = [(agent, found[name]) for agent, found in self.agents.items() if name in found]
        return interval_plot(
            [agent for agent, _ in drawn],
            [e.value for _, e in drawn],
            [e.low for _, e in drawn],
            [e.high for _, e in drawn],
            unit="score",
            formatter=self.voice.form,
            label=name,
            n=[e.n for _, e in drawn],
            sort=False,
            most=40,
            ax=ax,
        )

    def figure(self, criterion: str | None = None) -> FigureView:
        """Return the plot with its caption and its words."""
        _, name = self.voice.say, criterion or next(iter(self.criteria), "")
        caption = _("Quality by agent: {criterion}, with 95% intervals", criterion=name)
        return figure(self.plot(name), caption, caption)

    def views(self) -> tuple[View, ...]:
        """Return agreement first, then the verdict, scores where it allows them, and notes."""
        notes = tuple(Note(note) for note in self.notes)
        if not self.agreement:
            return notes
        scores: tuple[View, ...] = (self.table(),) if self.criteria and self.agents else ()
        return (self.agreement_table(), self.verdict, *scores, *notes)


def agent_quality(
    dataset: Dataset,
    *,
    false_discovery_rate: float = 0.10,
    pseudonyms: bool | str = False,
    confidence: float | None = None,
) -> AgentQuality:
    """Compare quality scores of agents, on those criteria on which evaluators agree.

    Parameters
    ----------
    dataset : Dataset
    false_discovery_rate : float
        Share of false ones among the agents said to differ.
    pseudonyms : bool or str
        As in :func:`callstats.agents`.
    confidence : float, optional

    Returns
    -------
    AgentQuality
        Where evaluators do not agree (alpha under .67), or it cannot be told
        whether they do, there are no scores by agent, and it says so.

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
    why = _obstacle(dataset)
    if why:
        reason = voice.reason(f"not computable: {why}")
        return AgentQuality(voice, {}, {}, {}, {}, (voice.say("Quality by agent: {why}.", why=reason),))
    level = dataset.config.confidence if confidence is None else confidence
    found = agreements(dataset, confidence=level)
    told = [name for name, a in found.items() if a.enough]
    means = clustered_means(dataset, list(found), confidence=level)
    overall = {name: tuple(values.tolist()) for name, values in means.items()}
    name = naming(voice, pseudonyms)
    differ = differences(dataset, told, false_discovery_rate=false_discovery_rate)
    shown = {c: {name(agent): gap for agent, gap in by_agent.items()} for c, by_agent in differ.items()}
    return AgentQuality(voice, found, overall, _scores(dataset, told, name, level), shown)


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
    found: dict[str, dict[str, Estimate]] = {}
    for key, group in estimates_by(dataset, [KPI], by, confidence=confidence).items():
        criterion, agent = ("", key[-1]) if len(key) == 1 else (str(key[0]), key[-1])
        if agent is not None and criterion in criteria:
            found.setdefault(name(str(agent)), {})[criterion] = group[KPI]
    return {agent: found[agent] for agent in by_name(found)}
