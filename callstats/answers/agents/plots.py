"""Agents in pictures: within the limits of chance, raw and after case mix, and shrunken by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from callstats.answers.agents import words as said
from callstats.answers.agents.figures import AgentFigures, is_count
from callstats.answers.agents.scores import ENOUGH_AGENTS
from callstats.answers.agents.sums import ratio_of
from callstats.show.display import FigureView, figure

if TYPE_CHECKING:
    from callstats.answers.agents.comparison import AgentComparison

Array = np.ndarray
COVERAGE = (0.95, 0.998)
_POINTS = 60
#: Rows of the plot of estimates.
_ROWS = 40
#: Agents that a funnel names at most, the farthest outside first.
_NAMED = 12


def funnel(found: AgentComparison) -> FigureView:
    """Return the raw funnel with its caption and its words."""
    _ = found.voice.say
    label = found.kpi.label[found.voice.language]
    caption = _("{kpi} by number of calls, {period}, with limits of chance at 95% and 99.8%", **_told(found))
    ax = draw_funnel(found, None)
    return figure(ax, caption, _words(found, label, _outside_raw(found)))


def adjusted_funnel(found: AgentComparison) -> FigureView:
    """Return the funnel of observed / expected with its caption and its words."""
    _ = found.voice.say
    caption = _("{kpi} over what was expected by {mix}, {period}", **_told(found))
    if not found.keys:
        caption = _("{kpi} over that of all agents, {period}", **_told(found))
    outside = _outside_adjusted(found)
    label = _("{kpi}, observed over expected", **_told(found))
    return figure(draw_adjusted(found, None), caption, _words(found, label, outside))


def estimates(found: AgentComparison) -> FigureView:
    """Return the shrunken estimates with its caption and its words."""
    _, form = found.voice.say, found.voice.form
    caption = _(
        "{kpi} of each agent on everybody's calls, chance taken off, with 95% intervals", **_told(found)
    )
    known = _named(found)
    values = ", ".join(
        f"{one.agent} {form.value(one.shrunken * found.overall, found.kpi.unit)}" for one in known[:10]
    )
    alt = _("{kpi} by agent: {values}.", values=values, **_told(found))
    return figure(draw_estimates(found, None), caption, alt)


_Z95 = 1.959963984540054


def _told(found: AgentComparison) -> dict[str, str]:
    return {
        "kpi": found.kpi.label[found.voice.language],
        "period": found.period,
        "mix": said.mix(found.voice, found.keys),
    }


def _words(found: AgentComparison, label: str, outside: list[str]) -> str:
    _ = found.voice.say
    n = found.voice.form.number(sum(one.trials > 0 for one in found.agents))
    if not outside:
        return _("{kpi} of {n} agents: all within the limits.", kpi=label, n=n)
    return _(
        "{kpi} of {n} agents; outside the 95% limits: {names}.",
        kpi=label,
        n=n,
        names=said.names(found.voice, outside),
    )


def draw_funnel(found: AgentComparison, ax: Any) -> Any:
    """Draw the raw figures by number of trials, limits widened by the spread within and between agents."""
    from callstats.show.plots import limits_funnel

    there = [one for one in found.agents if one.trials > 0]
    sizes = np.array([one.trials for one in there])
    scale = ratio_of(found.kpi).scale
    points = _sizes(sizes, found)
    limits = _raw_limits(found, points)
    outside = set(_outside_raw(found))
    return limits_funnel(
        sizes.tolist(),
        [one.value for one in there],
        [one.agent for one in there],
        unit=found.kpi.unit,
        formatter=found.voice.form,
        label=found.kpi.label[found.voice.language],
        size_label=said.denominator(found.voice, found.kpi),
        center=found.overall,
        limit_sizes=points.tolist(),
        limits={c: ((low * scale).tolist(), (high * scale).tolist()) for c, (low, high) in limits.items()},
        outside=[one.agent in outside for one in there],
        ax=ax,
    )


def _sizes(sizes: Array, found: AgentComparison) -> Array:
    """Return the sizes at which limits are drawn: whole numbers where calls are counted."""
    least = max(float(sizes.min()) * 0.9, 1e-6)
    points = np.geomspace(least, float(sizes.max()) * 1.05, _POINTS)
    return np.unique(np.ceil(points)) if ratio_of(found.kpi).proportion else points


def _raw_limits(found: AgentComparison, sizes: Array) -> dict[float, tuple[Array, Array]]:
    """Return the limits around the overall figure, unscaled, by coverage."""
    from callstats.stats import funnel_limits

    formula, within = ratio_of(found.kpi), found.spread.within
    counts = is_count(formula)
    made = funnel_limits(
        found.overall / formula.scale,
        sizes if counts else sizes / within,  # amounts have no least spread, as counts have
        coverage=COVERAGE,
        kind="proportion" if formula.proportion else "rate",
        method="exact" if counts else "score",
        phi=within if counts else 1.0,
        tau2=_raw_tau2(found),
    )
    return {c: (made.low[i], made.high[i]) for i, c in enumerate(made.coverage)}


def _raw_tau2(found: AgentComparison) -> float:
    """Return the ordinary variance between agents' raw figures, unscaled; 0 for few agents."""
    from callstats.stats import overdispersion

    there = [one for one in found.agents if one.trials > 0]
    if len(there) < ENOUGH_AGENTS:
        return 0.0
    rate, formula = found.overall / ratio_of(found.kpi).scale, ratio_of(found.kpi)
    chance = rate * (1 - rate) if formula.proportion else rate
    if not chance > 0:
        return 0.0
    error = np.sqrt(found.spread.within * chance / np.array([one.trials for one in there]))
    z = (np.array([one.events / one.trials for one in there]) - rate) / error
    return overdispersion(z, standard_errors=error).tau2


def _outside_raw(found: AgentComparison) -> list[str]:
    """Return who is outside the 95 % limits at the own number of trials."""
    there = [one for one in found.agents if one.trials > 0]
    sizes = np.array([max(one.trials, 1e-6) for one in there])
    low, high = _raw_limits(found, np.ceil(sizes) if ratio_of(found.kpi).proportion else sizes)[COVERAGE[0]]
    rates = np.array([one.events / one.trials for one in there])
    # How many half-widths from the overall figure: beyond 1 is outside.
    centre = found.overall / ratio_of(found.kpi).scale
    with np.errstate(all="ignore"):
        far = np.where(rates > centre, (rates - centre) / (high - centre), (centre - rates) / (centre - low))
    return _farthest([one.agent for one in there], np.nan_to_num(far, posinf=1e9), 1.0)


def _outside_adjusted(found: AgentComparison) -> list[str]:
    """Return who is outside the 95 % limits after case mix."""
    there = [one for one in found.agents if one.known]
    return _farthest([one.agent for one in there], np.abs([one.z_adjusted for one in there]), _Z95)


def _farthest(agents: list[str], far: Array, limit: float) -> list[str]:
    """Return who is beyond a limit, in order; only the farthest where a plot cannot name them all."""
    outside = [i for i in np.argsort(-far, kind="stable") if far[i] > limit][:_NAMED]
    return [agents[i] for i in sorted(outside)]


def draw_adjusted(found: AgentComparison, ax: Any) -> Any:
    """Draw observed / expected by number of comparable trials, everybody being at 1."""
    from callstats.show.plots import limits_funnel
    from callstats.stats import funnel_limits

    _, outside = found.voice.say, set(_outside_adjusted(found))
    there = [one for one in found.agents if one.known]
    sizes = np.array([one.trials * one.comparable for one in there])
    points = np.geomspace(max(sizes.min() * 0.9, 1e-6), sizes.max() * 1.05, _POINTS)
    made = funnel_limits(
        1.0,
        points * _information(there, sizes),
        coverage=COVERAGE,
        kind="rate",
        tau2=found.spread.tau2,
    )
    return limits_funnel(
        sizes.tolist(),
        [one.ratio for one in there],
        [one.agent for one in there],
        unit="n",
        formatter=found.voice.form,
        label=_("observed / expected"),
        size_label=_("{trials}, comparable", trials=said.denominator(found.voice, found.kpi)),
        center=1.0,
        limit_sizes=points.tolist(),
        limits={c: (made.low[i].tolist(), made.high[i].tolist()) for i, c in enumerate(made.coverage)},
        outside=[one.agent in outside for one in there],
        ax=ax,
    )


def _information(there: list[AgentFigures], sizes: Array) -> float:
    """Return the independent events expected of one trial, over all agents."""
    return float(sum(one.information for one in there) / sizes.sum())


def _named(found: AgentComparison) -> list[AgentFigures]:
    """Return the agents with a row of their own: all, or those with a finding where there are very many."""
    known = [one for one in found.agents if one.known]
    evident = [one for one in known if one.status in ("above", "below")]
    return known if len(known) <= _ROWS or not evident else evident


def draw_estimates(found: AgentComparison, ax: Any) -> Any:
    """Draw the shrunken figures in the KPI's unit, by name."""
    from callstats.show.plots import interval_plot

    _, known, overall = found.voice.say, _named(found), found.overall
    return interval_plot(
        [one.agent for one in known],
        [one.shrunken * overall for one in known],
        [one.shrunken_low * overall for one in known],
        [one.shrunken_high * overall for one in known],
        unit=found.kpi.unit,
        formatter=found.voice.form,
        label=found.kpi.label[found.voice.language],
        n=[one.trials for one in known],
        reference=overall,
        reference_label=_("all agents"),
        highlight=[one.agent for one in known if one.status in ("above", "below")] or (None,),
        sort=False,
        most=_ROWS,
        ax=ax,
    )
