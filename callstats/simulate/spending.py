"""All costs: hours by day, dials by day, advertising by month, lists when bought."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from callstats.simulate import arrow_tables as tables
from callstats.simulate.contacts import batch_of, loading_days
from callstats.simulate.days import HOUR, WorkCalendar
from callstats.simulate.scenario import CallList, Campaign, Scenario

if TYPE_CHECKING:
    import pyarrow as pa


class Ledger:
    """Sums hours and dials by campaign and working day, and lists bought."""

    def __init__(self, scenario: Scenario, calendar: WorkCalendar) -> None:
        self.scenario, self.calendar = scenario, calendar
        self.paid: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(len(calendar)))
        self.dials: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(len(calendar)))
        self.lists: list[tuple[str, str, str, str, float]] = []

    def work(self, campaign_id: str, day: np.ndarray, seconds: np.ndarray) -> None:
        """Add paid seconds by working day."""
        self.paid[campaign_id] += np.bincount(day, weights=seconds, minlength=len(self.calendar))

    def dial(self, campaign_id: str, day: np.ndarray) -> None:
        """Add calls by working day."""
        self.dials[campaign_id] += np.bincount(day, minlength=len(self.calendar))

    def buy(self, campaign: Campaign, call_list: CallList) -> None:
        """Add the price of a list to the month it is loaded in, batch by batch."""
        days = loading_days(self.scenario, call_list)
        sizes = np.bincount(batch_of(call_list, np.arange(call_list.contacts)), minlength=len(days))
        by_month: dict[str, int] = defaultdict(int)
        for day, size in zip(days, sizes.tolist(), strict=True):
            by_month[f"{day:%Y-%m}"] += size
        for month, size in by_month.items():
            amount = round(size * call_list.price, 2)
            if amount > 0:
                self.lists.append((campaign.campaign_id, call_list.list_id, month, "list", amount))

    def table(self) -> pa.Table:
        """Return every cost as a canonical row."""
        rows = [
            *self._daily(self.paid, "labour", self.scenario.wage / HOUR),
            *self._daily(self.dials, "technical", self.scenario.technical),
            *self._advertising(),
            *self.lists,
        ]
        names = ("campaign_id", "list_id", "period", "kind", "amount")
        columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in names]
        return tables.table("costs", dict(zip(names, columns, strict=True)))

    def _daily(self, sums: dict[str, np.ndarray], kind: str, price: float) -> list[tuple]:
        return [
            (
                campaign,
                None,
                self.calendar.date_of(day).isoformat(),
                kind,
                round(float(values[day]) * price, 2),
            )
            for campaign, values in sums.items()
            for day in np.flatnonzero(values * price > 0.005).tolist()
        ]

    def _advertising(self) -> list[tuple]:
        months = sorted({f"{self.calendar.date_of(day):%Y-%m}" for day in range(len(self.calendar))})
        return [
            (campaign.campaign_id, None, month, "advertising", float(campaign.advertising))
            for campaign in self.scenario.campaigns if campaign.advertising > 0
            for month in months
        ]  # fmt: skip
