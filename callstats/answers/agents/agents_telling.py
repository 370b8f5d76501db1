"""How a comparison of agents is presented: how much is chance, who stands out, and the funnels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from callstats.answers.agents.agents import AgentComparison, denominator, mix_label
from callstats.answers.agents.agents_chance_numbers import (
    COVERAGE,
    Spread,
    between_variance,
    half_widths,
    ratio_limits,
    raw_limits,
)
from callstats.answers.agents.agents_coaching_telling import CoachingTelling, rows_of_figures
from callstats.answers.agents.agents_mix_numbers import ratio_of
from callstats.answers.agents.agents_numbers import AgentFigures
from callstats.answers.agents.by_agent_telling import NAMED, ROWS, ByAgentTelling
from callstats.answers.core.answer import Section
from callstats.answers.core.telling import (
    Cell,
    Column,
    FigureView,
    Note,
    Sentence,
    TableView,
    View,
    figure,
    tells,
)
from callstats.show.display import Record

Array = np.ndarray
_POINTS = 60
#: Most agents named in a funnel, the farthest outside first.
_NAMED = 12
_Z95 = 1.959963984540054


@tells(AgentComparison)
class AgentsTelling(ByAgentTelling[AgentComparison]):
    """The telling of a comparison of agents."""

    def sentences(self) -> tuple[Sentence, ...]:
        """Return the verdict: spread, who stands out, whom to coach, who has too few calls."""
        if not self.answer.called:
            return tuple(Sentence(note, "unknown") for note in self.answer.notes)
        if not self.answer.compared:
            return (self._nobody(),)
        coach = CoachingTelling(self.answer).sentence()
        sentences = (self._chance(), self._outstanding(), coach, self._few(), self._apart())
        return tuple(sentence for sentence in sentences if sentence is not None)

    def _label(self) -> str:
        return self.kpi(self.answer.kpi)

    def _nobody(self) -> Sentence:
        _ = self.say
        if sum(agent.trials > 0 for agent in self.answer.agents) == 1:
            return Sentence(_("{kpi}: one agent only, nobody to compare with.", kpi=self._label()), "unknown")
        if not sum(agent.events for agent in self.answer.agents) > 0:
            return Sentence(
                _("{kpi}: nothing counted yet, so agents cannot differ.", kpi=self._label()), "unknown"
            )
        text = _(
            "{kpi}: agents are not comparable: no two of them work calls of the same kind ({mix}).",
            kpi=self._label(),
            mix=mix_label(self.voice, self.answer.keys),
        )
        return Sentence(text, "unknown")

    def _chance(self) -> Sentence:
        _, form, spread = self.say, self.form, self.answer.spread
        fields = {
            "kpi": self._label(),
            "n": form.number(spread.agents),
            "chance": form.value(spread.chance, "%", spread.chance_low, spread.chance_high),
            "interval": form.interval(spread.chance_low, spread.chance_high, "%", value=spread.chance),
        }
        if spread.chance_low >= 1:
            text = _("{kpi}: all {n} agents taken together, no evidence of a spread beyond chance.", **fields)
            return Sentence(text)
        if spread.chance_high >= 1:
            none = _(
                "{kpi}: all {n} agents taken together, no evidence of a spread beyond chance, "
                "which makes up {chance} of it ({interval}).",
                **fields,
            )
            return Sentence(none)
        return Sentence(
            _(
                "{kpi}: the {n} agents differ beyond chance, which makes up {chance} of the spread "
                "between them ({interval}).",
                **fields,
            )
        )

    def _outstanding(self) -> Sentence:
        _, form = self.say, self.form
        out: dict[str, list[str]] = {"above": [], "below": []}
        for agent in self.answer.agents:
            if agent.stands_out:
                out[agent.status].append(agent.agent)
        fields = {
            "account": self._account(),
            "rate": form.goal(self.answer.false_discovery_rate, "%"),
            "above": self.named(out["above"]),
            "below": self.named(out["below"]),
        }
        if out["above"] and out["below"]:
            both = _("With {account} taken into account: {above} above the others; {below} below.", **fields)
            return Sentence(both)
        if out["above"]:
            return Sentence(_("With {account} taken into account: {above} above the others.", **fields))
        if out["below"]:
            return Sentence(_("With {account} taken into account: {below} below the others.", **fields))
        none = _(
            "With {account} taken into account nobody stands out (false discoveries held to {rate}).",
            **fields,
        )
        return Sentence(none)

    def _account(self) -> str:
        _ = self.say
        if not self.answer.keys:
            return _("the number of agents")
        return _("{mix} and the number of agents", mix=mix_label(self.voice, self.answer.keys))

    def _few(self) -> Sentence | None:
        _, form = self.say, self.form
        few = [one.agent for one in self.answer.agents if one.status == "few"]
        if not few:
            return None
        gap = form.goal(self.answer.relevant, "%")
        if len(few) <= NAMED:
            text = _("Too few calls to tell a gap of {gap}: {names}.", gap=gap, names=self.named(few))
            return Sentence(text, "unknown")
        fields = {"gap": gap, "n": form.number(len(few)), "all": form.number(len(self.answer.agents))}
        return Sentence(
            _("Too few calls to tell a gap of {gap} for {n} of {all} agents.", **fields), "unknown"
        )

    def _apart(self) -> Sentence | None:
        apart = [one.agent for one in self.answer.agents if one.status == "not comparable"]
        if not apart:
            return None
        _ = self.say
        text = _(
            "Not comparable, as hardly anybody else works their calls: {names}.", names=self.named(apart)
        )
        return Sentence(text, "unknown")

    def table(self) -> TableView | Note:
        """Return raw, adjusted and shrunken figures and rank intervals, by name."""
        if not self.answer.called:
            return self._nothing()
        _, level = self.say, self.level(self.answer.confidence)
        label = self._label()
        shown, left = rows_of_figures(self.answer.agents)
        trials = denominator(self.voice, self.answer.kpi)
        heads = [
            Column(_("Agent")),
            Column(trials, "right"),
            Column(_("as it is"), "right", label),
            self.interval_head(self.answer.confidence, label),
            Column(_("comparable calls"), "right"),
            Column(_("observed / expected"), "right", _("after lead mix")),
            Column(_("chance taken off"), "right", _("after lead mix")),
            self.interval_head(self.answer.confidence, _("after lead mix")),
            Column(_("rank"), "right", _("after lead mix")),
        ]
        caption = _("{kpi} by agent, {period}", kpi=label, period=self.answer.period)
        mix = mix_label(self.voice, self.answer.keys)
        notes = [
            _("Expected: what the agent's calls bring all agents, by {mix}.", mix=mix or "–"),
            _("Chance taken off: pulled towards the average of all, the more so the less the calls tell."),
            _(
                "Its interval holds for every single agent: for one far from the others, and for one picked "
                "because of the figure."
            ),
            _("Rank: 1 is the highest; between the ranks shown with {level} probability.", level=level),
        ]
        lines = [self._line(one) for one in shown]
        return TableView(caption, heads, [*lines, *self._others(left, len(heads))], notes)

    def _line(self, figures: AgentFigures) -> list[Cell]:
        form, unit = self.form, self.answer.kpi.unit
        overall = self.answer.overall
        ends = [overall * end for end in (figures.shrunken, figures.shrunken_low, figures.shrunken_high)]
        rank = (
            f"{form.number(figures.rank_low)}–{form.number(figures.rank_high)}"
            if figures.rank > 0
            else form.number(None)
        )
        return [
            Cell(figures.agent, strong=True),
            Cell(form.number(round(figures.trials, 1 if figures.trials < 100 else 0))),
            Cell(form.value(figures.value, unit, figures.low, figures.high)),
            Cell(form.interval(figures.low, figures.high, unit, value=figures.value), tone="grey"),
            Cell(form.percent(figures.comparable, 0), tone="grey"),
            Cell(form.value(figures.ratio, "n", figures.ratio_low, figures.ratio_high)),
            Cell(form.value(ends[0], unit, ends[1], ends[2]), strong=True),
            Cell(form.interval(ends[1], ends[2], unit, value=ends[0]), tone="grey"),
            Cell(rank, tone="grey"),
        ]

    def _others(self, left: Sequence[AgentFigures], width: int) -> list[list[Cell]]:
        """Return the row for everyone without their own row: their calls and pooled figure."""
        if not left:
            return []
        form, trials = self.form, sum(one.trials for one in left)
        value = ratio_of(self.answer.kpi).scale * sum(one.events for one in left) / trials if trials else None
        texts = [
            self.others(len(left), len(self.answer.agents)),
            form.number(round(trials)),
            form.value(value, self.answer.kpi.unit),
        ]
        return [[Cell(text, tone="grey") for text in [*texts, *[""] * (width - len(texts))]]]

    def funnel(self) -> FigureView | Note:
        """Return the raw funnel with its caption and alternative text."""
        if not self.answer.called:
            return self._nothing()
        _ = self.say
        label = self._label()
        caption = _(
            "{kpi} by number of calls, {period}, with limits of chance at 95% and 99.8%", **self._fields()
        )
        return figure(self.plot(), caption, self._words(label, self._outside_raw()))

    def plot(self, ax: Any = None) -> Any:
        """Draw the raw figures by number of trials; limits are widened by the spread within and between."""
        from callstats.show.plots import limits_funnel

        with_calls = self._with_calls()
        sizes = np.array([agent.trials for agent in with_calls])
        scale = ratio_of(self.answer.kpi).scale
        points = self._sizes(sizes)
        limits = self._raw_limits(points)
        outside = set(self._outside_raw())
        return limits_funnel(
            sizes.tolist(),
            [agent.value for agent in with_calls],
            [agent.agent for agent in with_calls],
            unit=self.answer.kpi.unit,
            formatter=self.form,
            label=self._label(),
            size_label=denominator(self.voice, self.answer.kpi),
            center=self.answer.overall,
            limit_sizes=points.tolist(),
            limits={
                c: ((low * scale).tolist(), (high * scale).tolist()) for c, (low, high) in limits.items()
            },
            outside=[agent.agent in outside for agent in with_calls],
            ax=ax,
        )

    def _sizes(self, sizes: Array) -> Array:
        """Return the sizes at which limits are drawn: whole numbers if calls are counted."""
        least = max(float(sizes.min()) * 0.9, 1e-6)
        points = np.geomspace(least, float(sizes.max()) * 1.05, _POINTS)
        return np.unique(np.ceil(points)) if ratio_of(self.answer.kpi).proportion else points

    def _raw_limits(self, sizes: Array) -> dict[float, tuple[Array, Array]]:
        """Return the limits around the overall figure, unscaled, by coverage."""
        formula, within = ratio_of(self.answer.kpi), self.answer.spread.within
        with_calls = self._with_calls()
        events, trials = (
            np.array([getattr(one, name) for one in with_calls]) for name in ("events", "trials")
        )
        rate = self.answer.overall / formula.scale
        tau2 = between_variance(events, trials, rate, within=within, proportion=formula.proportion)
        return raw_limits(formula, rate, sizes, within=within, tau2=tau2)

    def _outside_raw(self) -> list[str]:
        """Return the agents outside the 95 % limits at their own number of trials."""
        formula, with_calls = ratio_of(self.answer.kpi), self._with_calls()
        sizes = np.array([max(agent.trials, 1e-6) for agent in with_calls])
        low, high = self._raw_limits(np.ceil(sizes) if formula.proportion else sizes)[COVERAGE[0]]
        rates = np.array([agent.events / agent.trials for agent in with_calls])
        far = half_widths(rates, self.answer.overall / formula.scale, low, high)
        return _farthest([agent.agent for agent in with_calls], far, 1.0)

    def _with_calls(self) -> list[AgentFigures]:
        return [one for one in self.answer.agents if one.trials > 0]

    def adjusted_funnel(self) -> FigureView | Note:
        """Return the funnel of observed / expected with its caption and alternative text."""
        if not self.answer.compared:
            return self._nothing()
        _ = self.say
        caption = _("{kpi} over what was expected by {mix}, {period}", **self._fields())
        if not self.answer.keys:
            caption = _("{kpi} over that of all agents, {period}", **self._fields())
        outside = self._outside_adjusted()
        label = _("{kpi}, observed over expected", **self._fields())
        return figure(self._plot_adjusted(), caption, self._words(label, outside))

    def _plot_adjusted(self) -> Any:
        """Draw observed / expected by number of comparable trials, with 1 as the overall level."""
        from callstats.show.plots import limits_funnel

        _, outside = self.say, set(self._outside_adjusted())
        known = [agent for agent in self.answer.agents if agent.known]
        sizes = np.array([agent.trials * agent.comparable for agent in known])
        points = np.geomspace(max(sizes.min() * 0.9, 1e-6), sizes.max() * 1.05, _POINTS)
        # Independent events expected of one trial, over all agents.
        information = float(sum(agent.information for agent in known) / sizes.sum())
        limits = ratio_limits(points * information, tau2=self.answer.spread.tau2)
        return limits_funnel(
            sizes.tolist(),
            [agent.ratio for agent in known],
            [agent.agent for agent in known],
            unit="n",
            formatter=self.form,
            label=_("observed / expected"),
            size_label=_("{trials}, comparable", trials=denominator(self.voice, self.answer.kpi)),
            center=1.0,
            limit_sizes=points.tolist(),
            limits={c: (low.tolist(), high.tolist()) for c, (low, high) in limits.items()},
            outside=[agent.agent in outside for agent in known],
        )

    def _outside_adjusted(self) -> list[str]:
        """Return the agents outside the 95 % limits after adjusting for case mix."""
        known = [one for one in self.answer.agents if one.known]
        return _farthest([one.agent for one in known], np.abs([one.z_adjusted for one in known]), _Z95)

    def _words(self, label: str, outside: list[str]) -> str:
        _ = self.say
        n = self.form.number(sum(one.trials > 0 for one in self.answer.agents))
        if not outside:
            return _("{kpi} of {n} agents: all within the limits.", kpi=label, n=n)
        return _(
            "{kpi} of {n} agents; outside the 95% limits: {names}.",
            kpi=label,
            n=n,
            names=self.named(outside),
        )

    def _fields(self) -> dict[str, str]:
        return {
            "kpi": self._label(),
            "period": self.answer.period,
            "mix": mix_label(self.voice, self.answer.keys),
        }

    def estimates(self) -> FigureView | Note:
        """Return the shrunken estimates with its caption and alternative text."""
        if not self.answer.compared:
            return self._nothing()
        _, form = self.say, self.form
        caption = _(
            "{kpi} of each agent on everybody's calls, chance taken off, with {level} intervals",
            level=self.level(self.answer.confidence),
            **self._fields(),
        )
        known = self._drawn()
        values = ", ".join(
            f"{one.agent} {form.value(one.shrunken * self.answer.overall, self.answer.kpi.unit)}"
            for one in known[:10]
        )
        alt = _("{kpi} by agent: {values}.", values=values, **self._fields())
        return figure(self._plot_estimates(), caption, alt)

    def _plot_estimates(self) -> Any:
        """Draw the shrunken figures in the KPI's unit, by name."""
        from callstats.show.plots import interval_plot

        _, known, overall = self.say, self._drawn(), self.answer.overall
        return interval_plot(
            [agent.agent for agent in known],
            [agent.shrunken * overall for agent in known],
            [agent.shrunken_low * overall for agent in known],
            [agent.shrunken_high * overall for agent in known],
            unit=self.answer.kpi.unit,
            formatter=self.form,
            label=self._label(),
            n=[agent.trials for agent in known],
            reference=overall,
            reference_label=_("all agents"),
            highlight=[agent.agent for agent in known if agent.status in ("above", "below")] or (None,),
            highlight_label=_("differs beyond chance"),
            sort=False,
            most=ROWS,
        )

    def _drawn(self) -> list[AgentFigures]:
        """Return the agents to draw: all, or only those with a finding if there are very many."""
        known = [one for one in self.answer.agents if one.known]
        evident = [one for one in known if one.status in ("above", "below")]
        return known if len(known) <= ROWS or not evident else evident

    def figure(self) -> FigureView | Note:
        """Return the raw funnel, as :meth:`funnel`."""
        return self.funnel()

    def after_lead_mix(self) -> Section:
        """Return the adjusted funnel with what it could not adjust for."""
        notes = self.answer.notes if self.answer.called else ()
        return Section(self.voice, (self.adjusted_funnel(), *self.notes(notes)))

    def coaching(self) -> TableView | Note:
        """Return the coaching table: the finding for each agent, and what it is worth."""
        return CoachingTelling(self.answer).table() if self.answer.called else self._nothing()

    def _nothing(self) -> Note:
        """State in one line why there is nothing to show."""
        if self.answer.called or self.answer.notes:
            return Note(self.sentences()[0].text)
        return Note(self.say("No agent has a call here."))

    def record(self) -> Record:
        """Return the figures in full precision, for the report's JSON."""
        comparison = self.answer
        about = {
            "kpi": comparison.kpi.name,
            "period": comparison.period,
            "adjusted_for": list(comparison.keys),
        }
        spread = {name: getattr(comparison.spread, name) for name in Spread.__dataclass_fields__}
        rows = comparison.to_frame().to_dict("records")
        return Record({"agents": {**about, "overall": comparison.overall, "spread": spread, "rows": rows}})

    def views(self) -> tuple[View, ...]:
        """Return verdict, funnels, estimates, the coaching table and what could not be determined."""
        notes = self.notes(self.answer.notes)
        if not self.answer.called:
            return notes or (self._nothing(),)
        shown: list[View] = [self.answer.verdict, self.funnel()]
        if self.answer.compared:
            shown += [self.adjusted_funnel(), self.estimates()]
        return (*shown, self.coaching(), *notes, self.record())


def _farthest(agents: list[str], far: Array, limit: float) -> list[str]:
    """Return who is beyond a limit, in order; only the farthest if a plot cannot name them all."""
    outside = [i for i in np.argsort(-far, kind="stable") if far[i] > limit][:_NAMED]
    return [agents[i] for i in sorted(outside)]
