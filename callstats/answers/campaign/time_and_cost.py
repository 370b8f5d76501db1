"""Where agents' time and the money go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callstats.answers.campaign.money_ledger import MoneyLedger, ledger
from callstats.answers.core.answer import Answer
from callstats.answers.core.audience import CLIENT, told_kpis
from callstats.answers.core.estimates import Estimate, estimates
from callstats.answers.core.scope import scope
from callstats.answers.core.voice import Voice
from callstats.dataset.estimated_hours import NOTE as HOURS_ESTIMATED
from callstats.kpis import predicates as rows
from callstats.kpis.define import Condition, Sum
from callstats.model import COST_KINDS
from callstats.show.words import mark

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period

#: The KPIs of how long calls take, and how busy agents are.
TIMES = ("occupancy", "average_handle_time", "median_handle_time", "p90_handle_time")
#: The KPIs of money.
COSTS = ("cost_per_call", "cost_per_acquisition")
BREAK_EVEN = "break_even_successes_per_login_hour"
#: Labels of the agent states.
STATES = {
    "talk_share": mark("talk"),
    "hold_share": mark("hold"),
    "wrap_share": mark("wrap-up"),
    "wait_share": mark("waiting"),
    "pause_share": mark("pause"),
}


@dataclass(frozen=True)
class TimeAndCost(Answer):
    """Shares of login time, handle time and cost of a period.

    Attributes
    ----------
    hours : float
        Login hours; nan without agent time.
    now, earlier : mapping of str to Estimate
        KPIs by name, in the period and in the comparison period.
    costs, costs_before : mapping of str to float
        Amount by kind, in the currency; empty without costs.
    confidence : float
        Of the intervals.
    notes : tuple of str
        What cannot be computed, and why.
    """

    voice: Voice
    period: str
    before: str
    hours: float
    now: Mapping[str, Estimate]
    earlier: Mapping[str, Estimate]
    costs: Mapping[str, float]
    costs_before: Mapping[str, float]
    confidence: float
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
        """Share of login time by state, as far as known."""
        known = {name: self.now[name].value for name in STATES if self.now[name].known}
        return {STATES[name]: value for name, value in known.items() if value > 0}


def time_and_cost(
    dataset: Dataset, period: str | Period | None = None, compare_with: str | Period | None = None
) -> TimeAndCost:
    """Return where the login time and the money of a period went.

    Parameters
    ----------
    dataset : Dataset
    period, compare_with : str or Period, optional
        As in :func:`callstats.answers.core.scope.scope`.

    Returns
    -------
    TimeAndCost
        Intervals of times are clustered by agent-day.
    """
    about = scope(dataset, period, compare_with)
    names = ("login_hours", *STATES, *TIMES, *COSTS, BREAK_EVEN)
    now = estimates(about.now, names)
    earlier = estimates(about.before, names) if about.before is not None else {}
    prices = _prices(about.voice, ledger(about.now)) if about.voice.audience != CLIENT else []
    notes = (*_notes(about.voice, now), *prices)
    return TimeAndCost(
        about.voice,
        about.label,
        about.earlier_label,
        now.pop("login_hours").value,
        now,
        earlier,
        _costs(about.now),
        _costs(about.before) if about.before is not None else {},
        dataset.config.confidence,
        notes,
    )


def _prices(voice: Voice, found: MoneyLedger) -> list[str]:
    """Return where costs and values come from that the data do not state."""
    _ = voice.say
    told = [_("By the project's prices: {keys}.", keys=", ".join(found.prices))] if found.prices else []
    return [*told, *([voice.reason(HOURS_ESTIMATED)] if found.hours_estimated else [])]


def _notes(voice: Voice, now: Mapping[str, Estimate]) -> tuple[str, ...]:
    """Return one line per missing part: agents' time, handle time, cost."""
    _ = voice.say
    parts = {
        "talk_share": _("Login time"),
        "average_handle_time": _("Handle time"),
        "cost_per_call": _("Cost"),
    }
    lacking = [
        _("{what}: {why}.", what=what, why=voice.reason(now[name].note))
        for name, what in parts.items()
        if not now[name].known and told_kpis(voice.audience, [name])
    ]
    cost, sale = (now[name] for name in COSTS)
    return (*lacking, *([voice.note(sale.kpi, sale.note)] if cost.known and not sale.known else []))


def _costs(dataset: Dataset) -> dict[str, float]:
    """Return the amount by kind, in the order of the model."""
    from callstats.engine import totals

    if not dataset.charges or dataset.unreached("costs"):
        return {}
    terms = {kind: Sum("amount", rows.COSTS.also(kind, Condition("kind", "==", kind))) for kind in COST_KINDS}
    sums = totals(dataset, list(terms.values())).iloc[0]
    return {kind: float(sums[term.key]) for kind, term in terms.items() if sums[term.key]}
