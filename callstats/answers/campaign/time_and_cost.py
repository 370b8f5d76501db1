"""Where the time of agents and the money go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import Estimate, estimates
from callstats.answers.core.scope import scope
from callstats.answers.core.voice import Voice
from callstats.kpis import predicates as rows
from callstats.kpis.define import Condition, Sum
from callstats.model import COST_KINDS
from callstats.show.display import Cell, Column, FigureView, Note, Sentence, TableView, View, figure
from callstats.show.words import mark

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period

_SHARES = ("talk_share", "hold_share", "wrap_share", "wait_share", "pause_share")
_TIMES = ("occupancy", "average_handle_time", "median_handle_time", "p90_handle_time")
_COSTS = ("cost_per_call", "cost_per_acquisition")
_STATES = {
    "talk_share": mark("talk"),
    "hold_share": mark("hold"),
    "wrap_share": mark("wrap-up"),
    "wait_share": mark("waiting"),
    "pause_share": mark("pause"),
}
_KINDS = {
    "labour": mark("labour"),
    "advertising": mark("advertising"),
    "technical": mark("technical"),
    "list": mark("lists"),
}


@dataclass(frozen=True)
class TimeAndCost(Answer):
    """Shares of login time, handle time and cost of a period.

    Attributes
    ----------
    hours : float
        Login hours; nan without agent time.
    now, earlier : mapping of str to Estimate
        KPIs by name, in the period and in the one compared with.
    costs, costs_before : mapping of str to float
        Amount by kind, in the currency; empty without costs.
    """

    voice: Voice
    period: str
    before: str
    hours: float
    now: Mapping[str, Estimate]
    earlier: Mapping[str, Estimate]
    costs: Mapping[str, float]
    costs_before: Mapping[str, float]
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return kpi, value, low, high, n, before; then the amounts by kind as cost_<kind>."""
        import pandas as pd

        listed = [
            (name, e.value, e.low, e.high, e.n, self.earlier[name].value if name in self.earlier else None)
            for name, e in self.now.items()
        ]
        listed += [(f"cost_{kind}", amount, None, None, None, None) for kind, amount in self.costs.items()]
        return pd.DataFrame(listed, columns=["kpi", "value", "low", "high", "n", "before"])

    @property
    def shares(self) -> dict[str, float]:
        """Share of login time by state, what is known."""
        found = {name: self.now[name].value for name in _SHARES if self.now[name].known}
        return {_STATES[name]: value for name, value in found.items() if value > 0}

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """How agents' time was spent, and what a call and an acquisition cost."""
        return tuple(s for s in (self._time(), self._money()) if s is not None)

    def _time(self) -> Sentence | None:
        _, form = self.voice.say, self.voice.form
        talk, wait = self.now["talk_share"], self.now["wait_share"]
        if not (talk.known and wait.known):
            return None
        text = _(
            "Of {hours} login hours, {talk} went into talk and {wait} into waiting for a call.",
            hours=form.number(round(self.hours)),
            talk=form.value(talk.value, "%", talk.low, talk.high),
            wait=form.value(wait.value, "%", wait.low, wait.high),
        )
        return Sentence(text)

    def _money(self) -> Sentence | None:
        _, form = self.voice.say, self.voice.form
        if not self.costs:
            return None
        call, sale = (self.now[name] for name in _COSTS)
        said = {"total": form.money(sum(self.costs.values())), "call": form.value(call.value, "money")}
        if not sale.known:
            return Sentence(_("Spent: {total}, {call} a dial.", **said))
        said["sale"] = form.value(sale.value, "money", sale.low, sale.high)
        return Sentence(_("Spent: {total}, {call} a dial and {sale} an acquisition.", **said))

    def plot(self, ax: Any = None) -> Any:
        """Draw the shares of login time, the period compared with as grey marks."""
        from callstats.show.plots import share_bars

        _ = self.voice.say
        names = [name for name in _STATES if self.now[name].known and self.now[name].value > 0]
        before = [self.earlier[n].value for n in names] if self.earlier else None
        return share_bars(
            [_(_STATES[name]) for name in names],
            [self.now[name].value for name in names],
            formatter=self.voice.form,
            label=_("share of login time"),
            previous=before,
            previous_label=self.before,
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        _, form = self.voice.say, self.voice.form
        told = ", ".join(f"{_(state)} {form.percent(value)}" for state, value in self.shares.items())
        caption = _("Where the login time went, {period}", period=self.period)
        return figure(self.plot(), caption, _("Shares of login time: {shares}.", shares=told))

    def table(self) -> TableView:
        """Return handle time, occupancy and costs as a table."""
        _ = self.voice.say
        heads = [Column(_("Indicator")), Column(self.period, "right"), Column(_("95% interval"), "right")]
        heads += [Column(self.before, "right")] if self.before else []
        named = [name for name in (*_TIMES, *_COSTS) if self.now[name].known]
        lines = [*(self._line(name) for name in named), *self._cost_lines()]
        return TableView(_("Handle time and cost, {period}", period=self.period), heads, lines)

    def _line(self, name: str) -> list[Cell]:
        form, now = self.voice.form, self.now[name]
        value = form.value(now.value, now.kpi.unit, now.low, now.high)
        ends = form.interval(now.low, now.high, now.kpi.unit, value=now.value)
        cells = [Cell(now.kpi.label[self.voice.language]), Cell(value, strong=True), Cell(ends)]
        if not self.before:
            return cells
        then = self.earlier.get(name)
        written = form.value(then.value, now.kpi.unit, now.low, now.high) if then else form.money(None)
        return [*cells, Cell(written, tone="grey")]

    def _cost_lines(self) -> list[list[Cell]]:
        _, form = self.voice.say, self.voice.form
        return [
            [
                Cell(_("Cost: {kind}", kind=_(_KINDS.get(kind, kind)))),
                Cell(form.money(amount), strong=True),
                Cell(""),
                *([Cell(form.money(self.costs_before.get(kind)), tone="grey")] if self.before else []),
            ]
            for kind, amount in self.costs.items()
        ]

    def views(self) -> tuple[View, ...]:
        """Return the bars of time, the sentences, the table and what is not computable."""
        shown: list[View] = [self.figure()] if self.shares else []
        shown += [self.verdict] if self.sentences else []
        table = self.table()
        shown += [table] if table.rows else []
        return (*shown, *(Note(note) for note in self.notes))


def time_and_cost(
    dataset: Dataset, period: str | Period | None = None, before: str | Period | None = None
) -> TimeAndCost:
    """Return where the login time and the money of a period went.

    Parameters
    ----------
    dataset : Dataset
    period, before : str or Period, optional
        As in :func:`callstats.answers.core.scope.scope`.

    Returns
    -------
    TimeAndCost
        Intervals of times are clustered by agent-day.
    """
    about = scope(dataset, period, before)
    names = ("login_hours", *_SHARES, *_TIMES, *_COSTS)
    now = estimates(about.now, names)
    earlier = estimates(about.before, names) if about.before is not None else {}
    notes = _notes(about.voice, now)
    return TimeAndCost(
        about.voice,
        about.label,
        about.earlier_label,
        now.pop("login_hours").value,
        now,
        earlier,
        _costs(about.now),
        _costs(about.before) if about.before is not None else {},
        notes,
    )


def _notes(voice: Voice, now: Mapping[str, Estimate]) -> tuple[str, ...]:
    """Return one line a missing part: time of agents, handle time, cost."""
    _ = voice.say
    parts = {
        "talk_share": _("Login time"),
        "average_handle_time": _("Handle time"),
        "cost_per_call": _("Cost"),
    }
    found = [
        _("{what}: {why}.", what=what, why=voice.reason(now[name].note))
        for name, what in parts.items()
        if not now[name].known
    ]
    cost, sale = (now[name] for name in _COSTS)
    return (*found, *([voice.note(sale.kpi, sale.note)] if cost.known and not sale.known else []))


def _costs(dataset: Dataset) -> dict[str, float]:
    """Return the amount by kind, in the order of the model."""
    from callstats.engine import totals

    if not dataset.has("costs", "kind", "amount") or dataset.unreached("costs"):
        return {}
    terms = {kind: Sum("amount", rows.COSTS.also(kind, Condition("kind", "==", kind))) for kind in COST_KINDS}
    sums = totals(dataset, list(terms.values())).iloc[0]
    return {kind: float(sums[term.key]) for kind, term in terms.items() if sums[term.key]}
