"""What was spent, item by item: the table of costs, and what the project's prices make of the work done."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from callstats.config import Config, MoneySettings
from callstats.dataset.cost_cells import NOBODY

#: The origin of an amount that the data state themselves.
FROM_DATA = "costs"
_PRICES = ("cost_per_hour", "cost_per_paid_hour", "cost_per_dial", "cost_per_minute", "fixed_per_month")


@dataclass(frozen=True, slots=True)
class CostItem:
    """One amount, and what it was spent on; an empty name or period is that of the whole site.

    ``origin`` is ``costs`` for a row of that table, else the key of callstats.toml.
    """

    kind: str
    amount: float
    campaign_id: str = NOBODY
    list_id: str = NOBODY
    period: str = ""
    origin: str = FROM_DATA


@dataclass(frozen=True)
class WorkDone:
    """What prices are multiplied by.

    Attributes
    ----------
    cells : pandas.DataFrame
        From :func:`callstats.dataset.cost_cells.cells_of`.
    logins : pandas.DataFrame
        agent_id, campaign_id, day, seconds and paid seconds; no rows where hours are not known.
    loaded : pandas.DataFrame
        list_id, month (0 where unknown) and the number of contacts loaded.
    """

    cells: pd.DataFrame
    logins: pd.DataFrame
    loaded: pd.DataFrame


@dataclass
class PricedWork:
    """The items that a project's prices make, and the keys that made none.

    What the data state goes before: prices of a kind are not applied to a campaign and
    month for which the table of costs has amounts of that kind.

    Attributes
    ----------
    config : Config
    stated : sequence of CostItem
        Those of the table of costs.
    work : WorkDone
    unused : dict of str to str
        Key of callstats.toml -> why nothing was charged by it.
    """

    config: Config
    stated: Collection[CostItem]
    work: WorkDone
    unused: dict[str, str] = field(default_factory=dict)

    def money_of(self, campaign_id: str) -> MoneySettings:
        """Return the prices that hold for a campaign."""
        return self.config.money_of(campaign_id)

    def key(self, campaign_id: str, name: str) -> str:
        """Return the key of callstats.toml that holds for a campaign."""
        own = self.config.campaign.get(campaign_id)
        if own is not None and getattr(own.money, name) is not None:
            return f"campaign.{campaign_id}.money.{name}"
        return f"money.{name}"

    def covers(self, kind: str, campaign_id: str, month: int) -> bool:
        """Return whether the data state amounts of a kind for a campaign and a month (202609)."""
        wanted = f"{month // 100:04d}-{month % 100:02d}"
        return any(
            item.kind == kind
            and item.campaign_id in (NOBODY, campaign_id)
            and item.list_id == NOBODY
            and (month == 0 or item.period.startswith(wanted))
            for item in self.stated
        )

    def hours(self) -> pd.DataFrame:
        """Return logins with their cost: agent_id, campaign_id, day, amount and origin.

        An hour is priced by its login's campaign.
        """
        rows, pieces = self.work.logins, []
        months = rows["day"] // 100
        by_month: Any = rows.groupby([rows["campaign_id"], months], sort=True)
        for (campaign, month), own in by_month:
            money = self.money_of(str(campaign))
            name = "cost_per_paid_hour" if money.cost_per_paid_hour is not None else "cost_per_hour"
            price, key = getattr(money, name), self.key(str(campaign), name)
            if price is None:
                continue
            if self.covers("labour", str(campaign), int(month)):
                self.unused[key] = "stated"
                continue
            seconds = own["paid" if name == "cost_per_paid_hour" else "seconds"]
            pieces.append(own.assign(amount=price * seconds / 3600, origin=key))
        columns = ["agent_id", "campaign_id", "day", "amount", "origin"]
        if not pieces:
            return pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
        priced = pd.concat(pieces)
        return priced.loc[priced["amount"] > 0, columns]

    def priced(self) -> bool:
        """Return whether hours, dials, minutes or months have a price in any campaign of the data."""
        campaigns = {*self.work.cells["campaign_id"], *self.work.logins["campaign_id"]}
        money = [self.money_of(str(campaign)) for campaign in campaigns]
        return any(getattr(own, name) is not None for own in money for name in _PRICES)

    def per_unit(self) -> Iterator[tuple[str, str, str, float, pd.Series]]:
        """Yield what a dial and a minute cost: campaign, key, weight, price, and the cells it holds for."""
        cells = self.work.cells
        months = cells["day"] // 100
        for campaign in dict.fromkeys(cells["campaign_id"]):
            money = self.money_of(campaign)
            for name, weight in (("cost_per_dial", "dials"), ("cost_per_minute", "minutes")):
                price = getattr(money, name)
                if price is None:
                    continue
                if weight == "minutes" and not cells["minutes"].any():
                    self.unused[self.key(campaign, name)] = "no lengths"
                    continue
                own = cells["campaign_id"] == campaign
                there = months[own].unique()
                open_months = [m for m in there if not self.covers("technical", campaign, int(m))]
                if len(open_months) < len(there):
                    self.unused[self.key(campaign, name)] = "stated"
                yield campaign, self.key(campaign, name), weight, price, own & months.isin(open_months)

    def fixed(self) -> Iterator[CostItem]:
        """Yield what every month with calls costs: a campaign's own, and the site's for the others."""
        cells = self.work.cells
        own = {c for c, s in self.config.campaign.items() if s.money.fixed_per_month is not None}
        for month in sorted(int(m) for m in (cells["day"] // 100).unique()):
            there = set(cells.loc[cells["day"] // 100 == month, "campaign_id"])
            period = f"{month // 100:04d}-{month % 100:02d}" if month else ""
            for campaign in (*sorted(own & there), NOBODY):
                price = self.money_of(campaign).fixed_per_month
                if price is None or (campaign == NOBODY and there <= own):
                    continue
                key = self.key(campaign, "fixed_per_month")
                if self.covers("technical", campaign, month):
                    self.unused[key] = "stated"
                    continue
                yield CostItem("technical", price, campaign, NOBODY, period, key)

    def bought(self) -> Iterator[CostItem]:
        """Yield the prices of lists, in the month of loading or the first month after it with dials.

        The price that a campaign gives a list is that campaign's; it goes before the site's there.
        """
        prices = {(NOBODY, name): price for name, price in self.config.money.lists.items()} | {
            (campaign, name): price
            for campaign, own in self.config.campaign.items()
            for name, price in own.money.lists.items()
        }
        stated = {item.list_id for item in self.stated if item.kind == "list"}
        for (named, name), price in prices.items():
            section = "money" if named == NOBODY else f"campaign.{named}.money"
            key, loaded = f"{section}.lists.{name}", self._loaded(name)
            diallers = self._diallers(name)
            if name in stated:
                self.unused[key] = "stated"
                continue
            if not loaded or (named != NOBODY and diallers and named not in diallers):
                self.unused[key] = "unknown list"
                continue
            left = (diallers - self.pricing(name)) if named == NOBODY else {named}
            if not left and self.pricing(name):  # every campaign of it has its own price
                continue
            campaign = next(iter(left)) if len(left) == 1 else NOBODY
            if price.total is not None:
                yield CostItem("list", price.total, campaign, name, _month(min(loaded)), key)
                continue
            for month, contacts in loaded.items():
                amount = (price.per_contact or 0.0) * contacts
                yield CostItem("list", amount, campaign, name, _month(month), key)

    def pricing(self, name: str) -> set[str]:
        """Return the campaigns that have a price of their own for a list."""
        return {campaign for campaign, own in self.config.campaign.items() if name in own.money.lists}

    def _loaded(self, name: str) -> dict[int, int]:
        """Return how many contacts of a list were loaded for each month in which it was dialled."""
        cells, loaded = self.work.cells, self.work.loaded
        dialled = sorted({int(m) for m in cells.loc[cells["list_id"] == name, "day"] // 100 if m})
        own = loaded[loaded["list_id"] == name]
        counts: dict[int, int] = {}
        for month, contacts in zip(own["month"], own["contacts"], strict=True):
            later = [m for m in dialled if m >= int(month)]
            place = later[0] if later else int(month) or (dialled[0] if dialled else 0)
            counts[place] = counts.get(place, 0) + int(contacts)
        return counts

    def _diallers(self, name: str) -> set[str]:
        """Return the campaigns of a list's calls."""
        cells = self.work.cells
        return {str(c) for c in cells.loc[cells["list_id"] == name, "campaign_id"].unique()} - {NOBODY}


def _month(month: int) -> str:
    return f"{month // 100:04d}-{month % 100:02d}" if month else ""


def items_of(costs: pd.DataFrame) -> list[CostItem]:
    """Return the rows of the table of costs as items; those of no amount are left out.

    Examples
    --------
    >>> (item,) = items_of(pd.DataFrame({"kind": ["labour"], "amount": [9.5], "period": ["2026-09"]}))
    >>> item.kind, item.amount, item.period
    ('labour', 9.5, '2026-09')
    """
    names = {
        c: costs[c] if c in costs else pd.Series(None, costs.index)
        for c in ("campaign_id", "list_id", "period")
    }
    rows = zip(costs["kind"], costs["amount"], *names.values(), strict=True)
    return [
        CostItem(
            _text(kind), float(amount), _text(campaign), _text(of_list), _text(period).replace(NOBODY, "")
        )
        for kind, amount, campaign, of_list, period in rows
        if pd.notna(amount)
    ]


def _text(value: Any) -> str:
    return NOBODY if value is None or pd.isna(value) is True else str(value)
