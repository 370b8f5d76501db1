"""One rule of allocation: which calls, agents and days a cost is charged to.

Wages follow agents' time: an agent's login is charged to the calls of that day, by the
time each took. Prices of lists go to their list, everything else to dials. The rows that
come out add up to what was spent, however they are grouped: what lies on no call stands in
rows of its own. ``docs/money.md`` states the rule with worked examples.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from callstats.dataset.cost_cells import CELL, NOBODY, WEIGHTS, numbers_of
from callstats.dataset.cost_items import CostItem, PricedWork, WorkDone

#: What an amount was shared by, and where it stands.
_MADE = ("kind", "amount", "basis", "period", "origin", "cell")


@dataclass(frozen=True)
class SharedCosts:
    """Every cost, charged.

    Attributes
    ----------
    rows : pandas.DataFrame
        Where an amount stands (``CELL``: an idle agent's wages stand with that agent), kind, amount,
        basis (the weight it was shared by), period, origin and cell; -1 for what lies on no call.
    cells : pandas.DataFrame
        The work.
    unused : dict of str to str
        Keys of callstats.toml that charged nothing, and why: ``stated``, ``unknown list``,
        ``no lengths`` or ``no hours``.
    nothing : bool
        No cost is stated, and no price, 0 or more, is that of a campaign or list in the data.
    """

    rows: pd.DataFrame
    cells: pd.DataFrame
    unused: dict[str, str]
    nothing: bool = False

    @property
    def unpaid(self) -> tuple[str, ...]:
        """The campaigns that took agents' time and bear no wages, where others do."""
        paid = set(self.rows.loc[self.rows["kind"] == "labour", "campaign_id"])
        worked = self.cells.loc[self.cells["seconds"] > 0, "campaign_id"]
        return tuple(sorted(set(worked) - paid - {NOBODY})) if paid else ()


def shared_costs(items: Sequence[CostItem], priced: PricedWork) -> SharedCosts:
    """Charge every cost to the work it was spent on.

    Parameters
    ----------
    items : sequence of CostItem
        Those of the table of costs.
    priced : PricedWork
        What the project's prices make of the work.
    """
    sharing = _Sharing(priced.work)
    sharing.wages([item for item in items if item.kind == "labour"])
    for item in items:
        if item.kind != "labour":
            sharing.by_dials(item)
    sharing.logins(priced.hours().assign(period=""), confined=False)
    for _, key, weight, price, own in priced.per_unit():
        sharing.per_unit(weight, price, own.to_numpy(), key)
    own_fixed = {c for c, own in priced.config.campaign.items() if own.money.fixed_per_month is not None}
    for item in priced.fixed():
        sharing.by_dials(item, without=own_fixed if item.campaign_id == NOBODY else ())
    for item in priced.bought():
        sharing.by_dials(item, without=priced.pricing(item.list_id) if item.campaign_id == NOBODY else ())
    rows = sharing.result()
    nothing = not len(rows) and not items and len(sharing.cells) > 0 and not priced.priced()
    return SharedCosts(rows, sharing.cells, priced.unused, nothing)


@dataclass
class _Sharing:
    """The work, and the shares made so far."""

    work: WorkDone
    pieces: list[pd.DataFrame] = field(default_factory=list)
    left: list[pd.DataFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cells = self.work.cells
        self.days = self.cells["day"].to_numpy()
        self.dated = bool((self.days > 0).any())
        self.effort, self.basis = _effort(self.cells)
        self.telling = {c: bool((self.cells[c] != NOBODY).any()) for c in ("campaign_id", "list_id")}
        self.dialling = {
            c
            for c, d in zip(self.cells["campaign_id"], self.cells["direction"], strict=True)
            if d == "outbound"
        }
        self._rows_of: dict[tuple[str, str], np.ndarray] = {}

    # Where an item belongs

    def _named(self, column: str, name: str) -> np.ndarray:
        """Return which cells have a name in a column; all for no name, or where no call has any."""
        if name == NOBODY or not self.telling[column]:
            return np.ones(len(self.cells), dtype=bool)
        if (column, name) not in self._rows_of:
            self._rows_of[column, name] = (self.cells[column] == name).to_numpy()
        return self._rows_of[column, name]

    def _mask(self, item: CostItem) -> np.ndarray:
        own = self._named("campaign_id", item.campaign_id) & self._named("list_id", item.list_id)
        return own & self._within(self.days, item.period)

    def _within(self, days: np.ndarray, period: str) -> np.ndarray:
        number = _number(period)
        if not number or not self.dated:
            return np.ones(len(days), dtype=bool)
        return days == number if number > _MONTHS else days // 100 == number

    # How it is shared

    def wages(self, items: Sequence[CostItem]) -> None:
        """Charge wages: to agents' logins and from there to their calls, else by agents' time."""
        logins = self.work.logins
        days, seconds = logins["day"].to_numpy(), logins["seconds"].to_numpy(dtype=float)
        campaigns = {c: (logins["campaign_id"] == c).to_numpy() for c in logins["campaign_id"].unique()}
        nobody = np.zeros(len(logins), dtype=bool)
        rows: dict[bool, list[pd.DataFrame]] = {True: [], False: []}
        for item in items:
            own = self._within(days, item.period) & (seconds > 0)
            if item.campaign_id != NOBODY:
                own &= campaigns.get(item.campaign_id, nobody)
            if item.list_id != NOBODY or not own.any():
                self._directly(item)
                continue
            amounts = item.amount * seconds[own] / seconds[own].sum()
            row = logins[own].assign(amount=amounts, period=item.period, origin=item.origin)
            rows[item.campaign_id != NOBODY].append(row)
        for confined, there in rows.items():
            if there:
                self.logins(pd.concat(there), confined=confined)

    def _directly(self, item: CostItem) -> None:
        if not self._share(self._mask(item), self.effort, self.basis, item):
            self.by_dials(item)

    def by_dials(self, item: CostItem, without: Collection[str] = ()) -> None:
        """Charge an item to the dials it belongs to; where nothing is dialled, to the calls."""
        mask = self._mask(item)
        if without:
            mask &= ~self.cells["campaign_id"].isin(without).to_numpy()
        for weight in ("dials", "calls"):
            if self._share(mask, self.cells[weight].to_numpy(), weight, item):
                return
        self._keep(item)

    def per_unit(self, weight: str, price: float, mask: np.ndarray, origin: str) -> None:
        """Charge a price for every dial or minute."""
        weights = np.where(mask, self.cells[weight].to_numpy(), 0.0)
        self._share(weights > 0, weights, weight, CostItem("technical", price * weights.sum(), origin=origin))

    def _share(self, mask: np.ndarray, weights: np.ndarray, basis: Any, item: CostItem) -> bool:
        """Charge an amount to cells in proportion to their weights; False where nothing has any."""
        at = np.flatnonzero(mask & (weights > 0))
        if not len(at):
            return False
        own = weights[at]
        by = basis if isinstance(basis, str) else basis[at]
        said = {"kind": item.kind, "period": item.period, "origin": item.origin}
        names = {"campaign_id": item.campaign_id, "list_id": item.list_id}
        said |= {c: name for c, name in names.items() if name != NOBODY and not self.telling[c]}
        self.pieces.append(
            pd.DataFrame({"cell": at, "amount": item.amount * own / own.sum(), "basis": by, **said})
        )
        return True

    def logins(self, rows: pd.DataFrame, *, confined: bool) -> None:
        """Charge the wages of logins to the calls that the agent took on the day.

        Parameters
        ----------
        rows : pandas.DataFrame
            agent_id, campaign_id, day, amount, period and origin.
        confined : bool
            To the calls of the login's campaign. Otherwise, on a day on which an agent took calls of
            a campaign without a login to it (a queue beside the campaign), all logins of the day are
            shared over all of the agent's calls.
        """
        if not len(rows):
            return
        pool = self._pools(confined)
        keys = ["agent_id", "day", "pool"]
        pooled = rows.assign(pool=pool(rows)).groupby([*keys, "period", "origin"])["amount"].sum()
        wanted: pd.DataFrame = pooled.reset_index()
        busy = self.cells.loc[self.effort > 0, list(CELL)]
        busy = busy.assign(pool=pool(busy), weight=self.effort[self.effort > 0], cell=busy.index)
        # nobody's call that day: the colleagues' calls of the campaign have the benefit, the agent the cost
        rest = self._onto(wanted, busy, keys).rename(columns={"pool": "campaign_id"})
        named = (rest["campaign_id"] != NOBODY).to_numpy()
        others = busy.drop(columns="agent_id")
        self._idle(self._onto(rest.loc[named], others, ["campaign_id", "day"]))
        nameless: pd.DataFrame = rest.loc[~named].drop(columns="campaign_id")
        self._idle(self._onto(nameless, others, ["day"]))

    def _pools(self, confined: bool) -> Callable[[pd.DataFrame], Any]:
        """Return the function that says which logins and calls of an agent's day belong together."""
        if confined and self.telling["campaign_id"]:
            return lambda frame: frame["campaign_id"].to_numpy()
        logins = self.work.logins[["agent_id", "day", "campaign_id"]].drop_duplicates()
        busy = self.cells.loc[self.effort > 0, ["agent_id", "day", "campaign_id"]].drop_duplicates()
        strayed = busy.merge(logins, how="left", indicator="found")
        strayed = strayed.loc[strayed["found"] == "left_only", ["agent_id", "day"]]
        nowhere = logins.loc[logins["campaign_id"] == NOBODY, ["agent_id", "day"]]
        mixed = pd.MultiIndex.from_frame(pd.concat([strayed, nowhere]).drop_duplicates())

        def pool(frame: pd.DataFrame) -> pd.Series:
            days = pd.MultiIndex.from_frame(frame[["agent_id", "day"]])
            return frame["campaign_id"].mask(days.isin(mixed), NOBODY)

        return pool

    def _onto(self, wanted: pd.DataFrame, busy: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
        """Share wages over the cells of the same keys; return the rows for which there are none."""
        cells = busy[[*keys, "cell", "weight"]]
        sums = cells.groupby(keys)["weight"].sum().rename("total").reset_index()
        found = wanted.merge(sums, on=keys, how="left")
        met = found[found["total"].notna()].merge(cells, on=keys)
        if len(met):
            amount = met["amount"] * met["weight"] / met["total"]
            kept = met[["cell", "agent_id", "period", "origin"]]
            self.pieces.append(kept.assign(amount=amount, kind="labour", basis=self.basis[met["cell"]]))
        return found.loc[found["total"].isna(), list(wanted.columns)]

    # What lies on no call

    def _keep(self, item: CostItem) -> None:
        """Keep an item that lies on no call, on the first day of its period."""
        number = _number(item.period)
        direction = "outbound" if item.list_id != NOBODY else self._direction(item.campaign_id)
        row = {
            "campaign_id": item.campaign_id,
            "list_id": item.list_id,
            "agent_id": NOBODY,
            "direction": direction,
            "day": number if number > _MONTHS else number * 100 + 1 if number else 0,
        }
        rest = {"kind": item.kind, "amount": item.amount, "period": item.period, "origin": item.origin}
        self.left.append(pd.DataFrame([{**row, **rest}]))

    def _idle(self, rows: pd.DataFrame) -> None:
        if len(rows):
            campaigns = rows["campaign_id"] if "campaign_id" in rows else pd.Series(NOBODY, rows.index)
            directions = [self._direction(campaign) for campaign in campaigns]
            place = {"campaign_id": campaigns, "list_id": NOBODY, "direction": directions, "kind": "labour"}
            self.left.append(rows.assign(**place))

    def _direction(self, campaign: str) -> str:
        """Return the direction of a campaign that has calls: outbound if it ever dials."""
        if campaign in self.dialling:
            return "outbound"
        return "inbound" if campaign != NOBODY and self._named("campaign_id", campaign).any() else NOBODY

    def result(self) -> pd.DataFrame:
        """Return every share with its place."""
        columns = [*CELL, *_MADE]
        shares = []
        if self.pieces:
            made = pd.concat(self.pieces, ignore_index=True)
            place = self.cells[list(CELL)].take(made["cell"].to_numpy()).reset_index(drop=True)
            for column in CELL:  # an idle agent's wages stand with that agent
                if column in made:
                    place[column] = made.pop(column).fillna(place[column])
            shares.append(pd.concat([place, made], axis=1)[columns])
        shares += [piece.assign(basis="", cell=-1)[columns] for piece in self.left]
        if not shares:
            return pd.DataFrame({c: pd.Series(dtype=_DTYPES.get(c, object)) for c in columns})
        return pd.concat(shares, ignore_index=True)


_DTYPES: dict[str, Any] = {"amount": float, "day": "int64", "cell": "int64"}
#: Numbers of months (202609) lie below, those of days (20260914) above.
_MONTHS = 10**6


def _number(period: str) -> int:
    """Return 202609 or 20260914 for a period as costs write it, 0 for any other text."""
    digits = period.replace("-", "")
    return int(digits) if digits.isdecimal() and len(digits) in (6, 8) else 0


def _effort(cells: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return agents' time by cell, and what it is measured by.

    Seconds where a campaign's calls have lengths; else the calls that agents were on; else all calls.
    """
    effort, basis = np.zeros(len(cells)), np.full(len(cells), "seconds", dtype=object)
    for _, rows in cells.groupby("campaign_id", sort=False):
        weight = next((w for w in ("seconds", "spoken", "calls") if rows[w].sum() > 0), "calls")
        effort[rows.index], basis[rows.index] = rows[weight], weight
    return effort, basis


def over(shared: SharedCosts, rows: pd.DataFrame, keys: Sequence[str], wanted: pd.DataFrame) -> pd.DataFrame:
    """Divide charged amounts over what cells do not tell apart: hours, attempts, attributes of contacts.

    Parameters
    ----------
    shared : SharedCosts
    rows : pandas.DataFrame
        Some of its rows.
    keys : sequence of str
        Columns of ``wanted`` beyond those of a cell.
    wanted : pandas.DataFrame
        Work as :func:`callstats.dataset.cost_cells.cells_of` returns it, by cell and keys; calls that
        are left out here leave their share of the amounts out.

    Returns
    -------
    pandas.DataFrame
        The rows with the keys; those on no call have none.
    """
    own = wanted.assign(cell=numbers_of(shared.cells, wanted))[["cell", *keys, *WEIGHTS]]
    met = rows[rows["cell"] >= 0].merge(own, on="cell", how="inner")
    parts = np.zeros(len(met))
    for weight in WEIGHTS:
        here = (met["basis"] == weight).to_numpy()
        whole = shared.cells[weight].to_numpy()[met["cell"].to_numpy(dtype=int)]
        parts[here] = (met[weight].to_numpy() / np.where(whole > 0, whole, 1.0))[here]
    met = met.assign(amount=met["amount"] * parts)
    nowhere = rows[rows["cell"] < 0].assign(**dict.fromkeys(keys))
    columns = [*rows.columns, *keys]
    kept = met.loc[met["amount"] != 0, columns]
    return pd.concat(
        [kept, nowhere[columns].astype(kept.dtypes.to_dict(), errors="ignore")], ignore_index=True
    )
