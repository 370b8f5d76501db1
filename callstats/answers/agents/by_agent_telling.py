"""Shared presentation of answers about agents: one row per agent by name, and names in a sentence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from callstats.answers.core.estimates import Estimate
from callstats.answers.core.telling import A, Sentence, Telling

#: Up to this many rows, every agent has one; beyond it, only agents with a finding.
MOST = 60
#: Rows of a plot.
ROWS = 40
#: Most names a sentence lists before it counts the rest.
NAMED = 5


class ByAgentTelling(Telling[A]):
    """Base of the tellings that show agents by name."""

    def named(self, agents: Sequence[str]) -> str:
        """Return names as a list, counting the last ones if there are many."""
        if len(agents) <= NAMED:
            return ", ".join(agents)
        return self.say(
            "{names} and {n} more",
            names=", ".join(agents[: NAMED - 1]),
            n=self.form.number(len(agents) - NAMED + 1),
        )

    def above_below(self, kpi: str, above: Sequence[str], below: Sequence[str]) -> Sentence | None:
        """State who is above and who below the others; None if nobody is."""
        _, names = self.say, {"above": self.named(above), "below": self.named(below)}
        if above and below:
            return Sentence(_("{kpi}: {above} above the others; {below} below.", kpi=kpi, **names))
        if above:
            return Sentence(_("{kpi}: {above} above the others.", kpi=kpi, **names))
        return Sentence(_("{kpi}: {below} below the others.", kpi=kpi, **names)) if below else None

    def others(self, number: int, of: int) -> str:
        """Return the head of the row for all agents without their own row."""
        n = self.form.number(number)
        return self.say("all agents ({n})", n=n) if number == of else self.say("others ({n})", n=n)

    def plot_by_agent(
        self,
        drawn: Sequence[tuple[str, Estimate]],
        ax: Any,
        *,
        unit: str,
        label: str,
        n: Sequence[float] | None = None,
    ) -> Any:
        """Draw estimates with their intervals, in the order of the agents' names."""
        from callstats.show.plots import interval_plot

        return interval_plot(
            [agent for agent, _ in drawn],
            [e.value for _, e in drawn],
            [e.low for _, e in drawn],
            [e.high for _, e in drawn],
            unit=unit,
            formatter=self.form,
            label=label,
            n=n,
            sort=False,
            most=ROWS,
            ax=ax,
        )


def split(agents: Sequence[str], evident: Collection[str], most: int = MOST) -> tuple[list[str], list[str]]:
    """Return the agents with their own row, and the others.

    Examples
    --------
    >>> split(["Ann", "Bob", "Cid"], {"Bob"}, most=2)
    (['Bob'], ['Ann', 'Cid'])
    >>> split(["Ann", "Bob"], {"Bob"}, most=2)
    (['Ann', 'Bob'], [])
    """
    if len(agents) <= most:
        return list(agents), []
    return [a for a in agents if a in evident], [a for a in agents if a not in evident]


def pooled(estimates: Sequence[Estimate]) -> Estimate | None:
    """Return one pooled ratio of sums for several agents, without an interval; None if there is none.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> kpi = get("answer_rate")
    >>> few = Estimate(kpi, 0.5, numerator=1, denominator=2)
    >>> many = Estimate(kpi, 0.2, numerator=2, denominator=10)
    >>> pooled([few, many]).value
    0.25
    """
    known = [e for e in estimates if e.known and e.denominator > 0]
    scaled = next((e for e in known if e.numerator > 0), None)
    if not known:
        return None
    # The factor that converts a ratio of sums to the KPI's unit, inferred from one of them.
    scale = scaled.value * scaled.denominator / scaled.numerator if scaled is not None else 1.0
    events, trials = (sum(getattr(e, name) for e in known) for name in ("numerator", "denominator"))
    return Estimate(known[0].kpi, scale * events / trials, numerator=events, denominator=trials)


def standing_out(differ: Mapping[str, Mapping[str, str]]) -> set[str]:
    """Return who is above or below the others on any KPI."""
    return {a for sides in differ.values() for a, side in sides.items() if side in ("above", "below")}
