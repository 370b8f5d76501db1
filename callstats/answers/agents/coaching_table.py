"""The coaching table: agent, what was found and where it comes from, evidence, worth, calls still needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from callstats.answers.agents import rows as agent_rows
from callstats.answers.agents import words as said
from callstats.answers.agents.coaching import TIMES
from callstats.answers.agents.figures import AgentFigures
from callstats.show.display import Cell, Column, TableView

if TYPE_CHECKING:
    from callstats.answers.agents.comparison import AgentComparison


def coaching(found: AgentComparison) -> TableView:
    """Return a row an agent, by name; a column that would be empty is left out."""
    _, form = found.voice.say, found.voice.form
    evident = {one.agent for one in found.agents if one.status in ("above", "below")}
    own, _rest = agent_rows.split([one.agent for one in found.agents], evident)
    shown = [one for one in found.agents if one.agent in set(own)]
    left = [one for one in found.agents if one.agent not in set(own)]
    trials = said.denominator(found.voice, found.kpi)
    heads = [
        Column(_("Agent")),
        Column(_("Finding")),
        Column(_("Evidence"), "right"),
        Column(_("Worth in {days} days", days=form.number(found.horizon_days)), "right"),
        Column(_("Still needed: {trials}", trials=trials), "right"),
    ]
    caption = _("Whom to coach on what: {kpi}", kpi=found.kpi.label[found.voice.language])
    lines = [*(_line(found, one) for one in shown), *_not_to_coach(found, left, len(heads))]
    kept = [i for i in range(len(heads)) if not lines or any(line[i].text for line in lines)]
    rows = [[line[i] for i in kept] for line in lines]
    return TableView(caption, [heads[i] for i in kept], rows, _footnotes(found, kept))


def _line(found: AgentComparison, one: AgentFigures) -> list[Cell]:
    evident = one.status in ("above", "below")
    good = said.tone(found.kpi, one)
    told, tone = said.finding(found.voice, one), "accent" if good == "bad" else None
    return [
        Cell(one.agent, strong=True),
        Cell(told, strong=evident, tone=tone, under=_where(found, one)),
        _evidence(found, one),
        _worth(found, one) if evident else Cell(""),
        Cell("") if evident else _needed(found, one),
    ]


def _where(found: AgentComparison, one: AgentFigures) -> list[str]:
    """Return the step a finding comes from, line by line: what it is, how it stands, the time it costs."""
    step, times = found.steps.get(one.agent), found.times.get(one.agent, {})
    if step is None:
        return []
    _, form = found.voice.say, found.voice.form
    stands = _(
        "{ratio} of the others' ({interval})",
        ratio=form.value(step.ratio, "%", step.low, step.high),
        interval=form.interval(step.low, step.high, "%", value=step.ratio),
    )
    lines = [step.kpi.label[found.voice.language], stands]
    if step.kpi.unit == "1/h" and times:
        most = said.main_time(step, times)
        gap = form.change(times[most], "%")
        lines.append(_("{time} {gap} of login time", time=_(TIMES[most]), gap=gap))
    return lines


def _evidence(found: AgentComparison, one: AgentFigures) -> Cell:
    """Return the ratio to what the same calls bring all agents, over its interval."""
    if not one.known:
        return Cell("")
    form = found.voice.form
    ratio = form.value(one.ratio, "%", one.ratio_low, one.ratio_high)
    return Cell(ratio, under=[form.interval(one.ratio_low, one.ratio_high, "%", value=one.ratio)])


def _worth(found: AgentComparison, one: AgentFigures) -> Cell:
    """Return what a gap is worth, in events or hours over their interval and the money."""
    worth = found.worths.get(one.agent)
    if worth is None:
        return Cell("")
    _, form, voice = found.voice.say, found.voice.form, found.voice
    change = form.change(worth.amount, worth.unit, worth.low, worth.high)
    under = [form.interval(worth.low, worth.high, worth.unit, change=True, value=worth.amount)]
    if worth.unit != "h":
        change = _("{change} {events}", change=change, events=said.numerator(voice, found.kpi))
    if worth.money == worth.money:
        under.append(form.change(worth.money, "money", worth.money_low, worth.money_high))
    return Cell(change, under=under)


def _needed(found: AgentComparison, one: AgentFigures) -> Cell:
    """Return the calls it takes to find a gap that matters; those for the gap seen, where they are fewer."""
    _ = found.voice.say
    fewer = one.needed_gap < one.needed_relevant
    seen = [_("{n} for the gap seen", n=_rounded(found, one.needed_gap))] if fewer else []
    return Cell(_rounded(found, one.needed_relevant), tone="grey", under=seen)


def _rounded(found: AgentComparison, number: float) -> str:
    """Return how many more it takes, rounded; a number beyond a hundred times what there is says nothing."""
    form = found.voice.form
    most = 100 * max(one.trials for one in found.agents)
    if not number < most:
        return form.number(None)
    return form.number(float(f"{np.ceil(number):.2g}"))


def _not_to_coach(found: AgentComparison, left: Sequence[AgentFigures], width: int) -> list[list[Cell]]:
    """Return the row of those without one of their own: how many of them there is what to say of."""
    if not left:
        return []
    form = found.voice.form
    counted = Counter(said.finding(found.voice, one) for one in left)
    told = found.voice.say.joined(f"{form.number(n)} {text}" for text, n in counted.most_common())
    texts = [agent_rows.others(found.voice, len(left), len(found.agents)), told, *[""] * (width - 2)]
    return [[Cell(text, tone="grey") for text in texts]]


def _footnotes(found: AgentComparison, kept: Sequence[int]) -> list[str]:
    """Say how the columns that are there are to be read, and why one is not."""
    _ = found.voice.say
    gap = found.voice.form.goal(found.relevant, "%")
    worth = _(
        "Worth: what would change if the agent did as all agents do on the same calls, chance taken off; "
        "a minus is what the agent brings beyond that.",
    )
    needed = _(
        "Still needed: for a chance of 80% to find a gap of {gap}; beneath, for the gap seen where it takes "
        "fewer.",
        gap=gap,
    )
    return [
        _(
            "Evidence: the figure, of what all agents bring on the same calls. "
            "Sorted by name: no league table."
        ),
        worth if 3 in kept else _("Nobody's gap is evident enough to coach on."),
        *([needed] if 4 in kept else []),
    ]
