"""Shared presentation of answers about agents: rows that say something, who is better or worse."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from callstats.answers.core.estimates import Estimate
from callstats.answers.core.telling import A, Cell, Sentence, TableView, Telling
from callstats.kpis.define import KPI
from callstats.show.display import Tone
from callstats.show.words import mark

#: Fewer agents than these are not told in one line: each has a row.
FEWEST_FOLDED = 3
#: Rows of a plot.
ROWS = 40
#: Most names a sentence lists before it counts the rest.
NAMED = 5

#: What a figure says of agents -> who is above and below the others, who is above alone, who is below alone.
_APART = {
    "up": (
        mark("{above} better than the others, {below} worse"),
        mark("{above} better than the others"),
        mark("{below} worse than the others"),
    ),
    "down": (
        mark("{above} higher than the others, which is worse; {below} lower, which is better"),
        mark("{above} higher than the others, which is worse"),
        mark("{below} lower than the others, which is better"),
    ),
    "time": (
        mark("{above} longer than the others, {below} shorter"),
        mark("{above} longer than the others"),
        mark("{below} shorter than the others"),
    ),
    "": (
        mark("{above} above the others, {below} below"),
        mark("{above} above the others"),
        mark("{below} below the others"),
    ),
}


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

    def apart(self, kind: str, above: Sequence[str], below: Sequence[str]) -> str:
        """Return who is above and who below the others, and what that means; "" if nobody is.

        Parameters
        ----------
        kind : str
            As :func:`side_of` returns it.
        above, below : sequence of str
            Agents.
        """
        both, up, down = _APART[kind]
        message = both if above and below else up if above else down if below else ""
        return self.say(message, above=self.named(above), below=self.named(below)) if message else ""

    def apart_sentence(
        self, label: str, kind: str, above: Sequence[str], below: Sequence[str]
    ) -> Sentence | None:
        """State who is above and who below the others on a figure; None if nobody is."""
        what = self.apart(kind, above, below)
        if not what:
            return None
        text = self.say("{kpi}: {what}.", kpi=label, what=what)
        return Sentence(text, tone_of(kind, bool(above), bool(below)))

    def brief(
        self,
        table: TableView,
        agents: Sequence[str],
        telling: Collection[str],
        line: Callable[[list[str]], list[Cell]],
    ) -> TableView:
        """Return a table with the rows of some agents and one line for the rest; text and workbooks have all.

        Parameters
        ----------
        table : TableView
            A row for each agent, in order.
        agents, telling : sequence of str
            All of them, and those whose rows say something.
        line : callable
            Returns the cells of the line for the rest.
        """
        own, rest = split(agents, telling)
        if not rest:
            return table
        rows = [row for agent, row in zip(agents, table.rows, strict=True) if agent in set(own)]
        return replace(table, rows=[*rows, line(rest)], all_rows=table.rows)

    def rest(self, number: int, of: int, why: str = "") -> Cell:
        """Return the first cell of the line for all agents without their own row, and why they have none."""
        n = self.form.number(number)
        text = self.say("all {n} agents", n=n) if number == of else self.say("{n} others", n=n)
        return Cell(text, tone="grey", under=(why or self.say("within the usual variation"),))

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


def side_of(kpi: KPI) -> str:
    """Return how agents are told apart on a KPI: which side is better, or that it is time.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> names = ("csat", "pause_share", "average_handle_time", "calls_per_agent_hour")
    >>> [side_of(get(name)) for name in names]
    ['up', 'down', 'time', '']
    """
    if kpi.direction in ("up", "down"):
        return kpi.direction
    return "time" if kpi.unit == "s" else ""


def tone_of(kind: str, above: bool, below: bool) -> Tone:
    """Return the tone of who is above or below: good if somebody is better and nobody worse.

    Examples
    --------
    >>> tone_of("up", True, False), tone_of("down", True, False), tone_of("", True, False)
    ('good', 'bad', 'neutral')
    """
    if kind not in ("up", "down"):
        return "neutral"
    worse, better = (below, above) if kind == "up" else (above, below)
    return "bad" if worse else "good" if better else "neutral"


def split(agents: Sequence[str], telling: Collection[str]) -> tuple[list[str], list[str]]:
    """Return the agents with their own row, and the others, in order.

    Examples
    --------
    >>> split(["Ann", "Bob", "Cid", "Dee"], {"Bob"})
    (['Bob'], ['Ann', 'Cid', 'Dee'])
    >>> split(["Ann", "Bob", "Cid"], {"Bob"})
    (['Ann', 'Bob', 'Cid'], [])
    """
    rest = [agent for agent in agents if agent not in telling]
    if len(rest) < FEWEST_FOLDED:
        return list(agents), []
    return [agent for agent in agents if agent in telling], rest


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
