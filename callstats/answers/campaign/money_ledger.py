"""The ledger: where values and costs come from, and what bears them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callstats.answers.campaign.money_ledger_numbers import (
    FROM_CALLS,
    LedgerLine,
    ValueSource,
    ledger_lines,
    unknown_outcomes,
    value_sources,
)
from callstats.answers.core.answer import Answer
from callstats.answers.core.scope import scope
from callstats.answers.core.target_scope import values_of
from callstats.answers.core.voice import Voice

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period


@dataclass(frozen=True)
class MoneyLedger(Answer):
    """Where the money of a period comes from, and what bears it.

    Attributes
    ----------
    voice : Voice
    period : str
    values : tuple of ValueSource
        What gave successes their value, most successes first.
    lines : tuple of LedgerLine
        What was spent, largest first.
    unused : mapping of str to str
        Keys of callstats.toml that charged nothing, and why: ``stated`` (the data have amounts of
        that kind), ``unknown list``, ``unknown campaign``, ``unknown outcome``, ``no lengths`` or
        ``no hours``.
    hours_estimated : bool
        Agents' hours are read off the calls.
    """

    voice: Voice
    period: str
    values: tuple[ValueSource, ...]
    lines: tuple[LedgerLine, ...]
    unused: Mapping[str, str]
    hours_estimated: bool

    @property
    def prices(self) -> tuple[str, ...]:
        """The keys of callstats.toml that made values or costs."""
        origins = [source.origin for source in self.values] + [line.origin for line in self.lines]
        return tuple(dict.fromkeys(o for o in origins if o not in ("", "costs", FROM_CALLS)))

    def to_frame(self) -> pd.DataFrame:
        """Return what, origin, basis, successes, amount, outbound, inbound, uncharged: values, then costs."""
        import pandas as pd

        columns = ["what", "origin", "basis", "successes", "amount", "outbound", "inbound", "uncharged"]
        worth = [("value", v.origin, "", v.successes, v.amount, v.amount, 0.0, 0.0) for v in self.values]
        spent = [
            (e.kind, e.origin, e.basis, None, e.amount, e.outbound, e.inbound, e.uncharged)
            for e in self.lines
        ]
        return pd.DataFrame([*worth, *spent], columns=columns)


def ledger(dataset: Dataset, period: str | Period | None = None) -> MoneyLedger:
    """Say where the values and costs of a period come from, and what bears them.

    Parameters
    ----------
    dataset : Dataset
    period : str or Period, optional

    Raises
    ------
    UsageError
        The period holds no call.

    Examples
    --------
    One dial of a minute that became a success, at a price of 60 an hour:

    >>> import callstats as cs, pandas as pd
    >>> calls = pd.DataFrame({
    ...     "call_id": ["1"], "agent_id": ["ann"], "direction": ["outbound"], "success": [True],
    ...     "talk_s": [60.0], "local_started_at": pd.to_datetime(["2026-09-01 10:00"]),
    ... })
    >>> prices = {"money.value_per_success": 100, "money.cost_per_hour": 60}
    >>> found = ledger(cs.open({"calls": calls}).configured(prices))
    >>> [(v.origin, v.amount) for v in found.values], [(e.origin, e.amount) for e in found.lines]
    ([('money.value_per_success', 100.0)], [('money.cost_per_hour', 1.0)])
    """
    about = scope(dataset, period)
    unused = dict(about.now.charged.unused) if about.now.charges else {}
    for code in unknown_outcomes(about.now):
        unused[f"money.outcomes.{code}"] = "unknown outcome"
    there = values_of(about.whole, "campaign_id")
    for campaign, own in about.now.config.campaign.items():
        if own.money and campaign not in there:
            unused[f"campaign.{campaign}.money"] = "unknown campaign"
    if about.now.hours_unknown:
        unused["money.cost_per_hour"] = "no hours"
    return MoneyLedger(
        about.voice,
        about.label,
        value_sources(about.now),
        ledger_lines(about.now),
        unused,
        about.now.estimates_hours,
    )
