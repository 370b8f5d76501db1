"""Agents in a table: raw, adjusted and shrunken figures by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from callstats.answers.agents import rows as agent_rows
from callstats.answers.agents import words as said
from callstats.answers.agents.figures import AgentFigures
from callstats.answers.agents.sums import ratio_of
from callstats.show.display import Cell, Column, TableView

if TYPE_CHECKING:
    from callstats.answers.agents.comparison import AgentComparison


def table(found: AgentComparison) -> TableView:
    """Return raw, adjusted and shrunken figures and rank intervals, by name."""
    _ = found.voice.say
    label = found.kpi.label[found.voice.language]
    shown, left = _shown(found)
    trials = said.denominator(found.voice, found.kpi)
    heads = [
        Column(_("Agent")),
        Column(trials, "right"),
        Column(_("as it is"), "right", label),
        Column(_("95% interval"), "right", label),
        Column(_("comparable calls"), "right"),
        Column(_("observed / expected"), "right", _("after lead mix")),
        Column(_("shrunken"), "right", _("after lead mix")),
        Column(_("95% interval"), "right", _("after lead mix")),
        Column(_("rank"), "right", _("after lead mix")),
    ]
    caption = _("{kpi} by agent, {period}", kpi=label, period=found.period)
    mix = said.mix(found.voice, found.keys)
    notes = [
        _("Expected: what the agent's calls bring all agents, by {mix}.", mix=mix or "–"),
        _("Shrunken: drawn towards everybody as far as the agent's own calls do not tell."),
        _("Rank: 1 is the highest; between the ranks shown with 95% probability."),
    ]
    lines = [_line(found, one) for one in shown]
    return TableView(caption, heads, [*lines, *_others(found, left, len(heads))], notes)


def _line(found: AgentComparison, one: AgentFigures) -> list[Cell]:
    form, unit = found.voice.form, found.kpi.unit
    overall = found.overall
    ends = [overall * end for end in (one.shrunken, one.shrunken_low, one.shrunken_high)]
    rank = f"{form.number(one.rank_low)}–{form.number(one.rank_high)}" if one.rank > 0 else form.number(None)
    return [
        Cell(one.agent, strong=True),
        Cell(form.number(round(one.trials, 1 if one.trials < 100 else 0))),
        Cell(form.value(one.value, unit, one.low, one.high)),
        Cell(form.interval(one.low, one.high, unit, value=one.value), tone="grey"),
        Cell(form.percent(one.comparable, 0), tone="grey"),
        Cell(form.value(one.ratio, "n", one.ratio_low, one.ratio_high)),
        Cell(form.value(ends[0], unit, ends[1], ends[2]), strong=True),
        Cell(form.interval(ends[1], ends[2], unit, value=ends[0]), tone="grey"),
        Cell(rank, tone="grey"),
    ]


def _others(found: AgentComparison, left: Sequence[AgentFigures], width: int) -> list[list[Cell]]:
    """Return the row of those without one of their own: their calls, and their figure together."""
    if not left:
        return []
    form, trials = found.voice.form, sum(one.trials for one in left)
    value = ratio_of(found.kpi).scale * sum(one.events for one in left) / trials if trials else None
    texts = [
        agent_rows.others(found.voice, len(left), len(found.agents)),
        form.number(round(trials)),
        form.value(value, found.kpi.unit),
    ]
    return [[Cell(text, tone="grey") for text in [*texts, *[""] * (width - len(texts))]]]


def _shown(found: AgentComparison) -> tuple[list[AgentFigures], list[AgentFigures]]:
    """Return the agents with a row of their own, and the others."""
    evident = {one.agent for one in found.agents if one.status in ("above", "below")}
    own, _rest = agent_rows.split([one.agent for one in found.agents], evident)
    shown = set(own)
    return [a for a in found.agents if a.agent in shown], [a for a in found.agents if a.agent not in shown]
