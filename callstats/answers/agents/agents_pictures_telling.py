"""The pictures of a comparison of agents: two funnels, and estimates with chance taken off."""

from __future__ import annotations

from typing import Any

import numpy as np

from callstats.answers.agents.agents import AgentComparison, denominator, mix_label
from callstats.answers.agents.agents_chance_numbers import (
    COVERAGE,
    between_variance,
    half_widths,
    ratio_limits,
    raw_limits,
)
from callstats.answers.agents.agents_mix_numbers import ratio_of
from callstats.answers.agents.agents_numbers import AgentFigures
from callstats.answers.agents.by_agent_telling import ROWS, ByAgentTelling, side_of
from callstats.answers.core.telling import FigureView, Note, figure

Array = np.ndarray
_POINTS = 60
#: Most agents named in a funnel, the farthest outside first.
_NAMED = 12
_Z95 = 1.959963984540054


class AgentPicturesTelling(ByAgentTelling[AgentComparison]):
    """Funnels and estimates of a comparison of agents."""

    def why_nothing(self) -> Note:
        """State in one line why there is nothing to show."""
        if self.answer.called or self.answer.notes:
            return Note(self.sentences()[0].text)
        return Note(self.say("No agent has a call here."))

    def sides(self) -> tuple[list[str], list[str]]:
        """Return who is above and who below the others."""
        agents = self.answer.agents
        above, below = ([a.agent for a in agents if a.status == side] for side in ("above", "below"))
        return above, below

    def outside(self) -> set[str]:
        """Return the agents outside the 95 % limits of either funnel, as far as they are named."""
        raw = self._outside_raw() if self.answer.called else []
        return {*raw, *(self._outside_adjusted() if self.answer.compared else [])}

    def _label(self) -> str:
        return self.kpi(self.answer.kpi)

    def funnel(self) -> FigureView | Note:
        """Return the raw funnel with its caption and alternative text."""
        if not self.answer.called:
            return self.why_nothing()
        _ = self.say
        caption = _(
            "{kpi} by number of calls, {period}, with limits of chance at 95% and 99.8%", **self._fields()
        )
        return figure(self.plot(), caption, self._words(self._label()), self._beyond(self._outside_raw()))

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
            return self.why_nothing()
        _ = self.say
        caption = _("{kpi} over what was expected by {mix}, {period}", **self._fields())
        if not self.answer.keys:
            caption = _("{kpi} over that of all agents, {period}", **self._fields())
        label = _("{kpi}, observed over expected", **self._fields())
        outside = self._beyond(self._outside_adjusted())
        return figure(self._plot_adjusted(), caption, self._words(label), outside)

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

    def _words(self, label: str) -> str:
        n = self.form.number(sum(one.trials > 0 for one in self.answer.agents))
        return self.say("{kpi} of {n} agents.", kpi=label, n=n)

    def _beyond(self, outside: list[str]) -> str:
        """Return the finding of a funnel: who lies outside of its limits."""
        _ = self.say
        if not outside:
            return _("All agents lie within the 95% limits of chance.")
        return _("Outside the 95% limits of chance: {names}.", names=self.named(outside))

    def _fields(self) -> dict[str, str]:
        return {
            "kpi": self._label(),
            "period": self.answer.period,
            "mix": mix_label(self.voice, self.answer.keys),
        }

    def estimates(self) -> FigureView | Note:
        """Return the shrunken estimates with its caption and alternative text."""
        if not self.answer.compared:
            return self.why_nothing()
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
        return figure(self._plot_estimates(), caption, alt, self._standing_out())

    def _standing_out(self) -> str:
        """Return the finding of the estimates: whose interval leaves the level of all agents."""
        what = self.apart(side_of(self.answer.kpi), *self.sides())
        return f"{what}." if what else self.say("No agent differs from all agents beyond chance.")

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


def _farthest(agents: list[str], far: Array, limit: float) -> list[str]:
    """Return who is beyond a limit, in order; only the farthest if a plot cannot name them all."""
    outside = [i for i in np.argsort(-far, kind="stable") if far[i] > limit][:_NAMED]
    return [agents[i] for i in sorted(outside)]
