"""Where the money of a period comes from: the data or the project's prices, and what it was charged to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.answers.core.scope import records
from callstats.config import Config

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: The origin of a value that the calls themselves have.
FROM_CALLS = "calls.value"
#: The origin of a success that nothing gives a value.
NOWHERE = ""


@dataclass(frozen=True, slots=True)
class ValueSource:
    """What gave successes their value.

    Attributes
    ----------
    origin : str
        ``calls.value``, a key of callstats.toml, or empty where nothing did.
    successes : int
    amount : float
        Their worth together [money].
    """

    origin: str
    successes: int
    amount: float


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """What was spent on one kind of thing, by one source.

    Attributes
    ----------
    kind, origin : str
        labour, technical, …; ``costs`` (the table) or a key of callstats.toml.
    basis : str
        What it was shared by: ``time``, ``dials``, ``minutes`` or ``calls``.
    amount, outbound, inbound : float
        All of it, and what dials and received calls bear [money].
    uncharged : float
        What lies on no call [money].
    """

    kind: str
    origin: str
    basis: str
    amount: float
    outbound: float
    inbound: float
    uncharged: float


def value_sources(dataset: Dataset) -> tuple[ValueSource, ...]:
    """Return what gave the successes of dials their value, largest first."""
    if not dataset.has("calls", "success", "direction"):
        return ()
    columns = [c for c in ("campaign_id", "outcome_code", "cancelled") if dataset.has("calls", c)]
    given = "value" in dataset.stored("calls").collect_schema().names()
    won = dataset.stored("calls").filter(nw.col("direction") == "outbound", nw.col("success"))
    value = nw.col("value").cast(nw.Float64) if given else nw.lit(None, nw.Float64)
    won = won.with_columns(__value=value, __known=~value.is_null() if given else nw.lit(False))
    keys = [*columns, "__known"]
    rows = records(won.group_by(*keys).agg(n=nw.len(), worth=nw.col("__value").sum()))
    found: dict[str, tuple[int, float]] = {}
    for row in rows:
        origin, amount = _origin(dataset.config, row)
        n, worth = found.get(origin, (0, 0.0))
        found[origin] = (n + int(row["n"]), worth + amount)
    sources = [ValueSource(origin, *numbers) for origin, numbers in found.items()]
    return tuple(sorted(sources, key=lambda source: (-source.successes, source.origin)))


def _origin(config: Config, row: Mapping[str, Any]) -> tuple[str, float]:
    """Return what gave a group of successes its value, and their worth."""
    if row["__known"]:
        return FROM_CALLS, float(row["worth"] or 0.0)
    campaign, code = row.get("campaign_id"), row.get("outcome_code")
    own = config.campaign.get(str(campaign))
    for section, money in ((f"campaign.{campaign}.money", own and own.money), ("money", config.money)):
        if money and code in money.outcomes:
            return f"{section}.outcomes.{code}", _worth(money.outcomes[code], row)
    for section, money in ((f"campaign.{campaign}.money", own and own.money), ("money", config.money)):
        if money and money.value_per_success is not None:
            return f"{section}.value_per_success", _worth(money.value_per_success, row)
    return NOWHERE, 0.0


def _worth(price: float, row: Mapping[str, Any]) -> float:
    return 0.0 if row.get("cancelled") is True else price * int(row["n"])


def ledger_lines(dataset: Dataset) -> tuple[LedgerLine, ...]:
    """Return what was spent within the filters, by kind and source, and what bears it."""
    if not dataset.charges:
        return ()
    keys = ["kind", "origin", "basis", "direction", "charged"]
    costs = dataset.costs().group_by(*keys)
    rows = records(costs.agg(amount=nw.col("amount").sum()))
    lines: dict[tuple[str, str, str], list[float]] = {}
    for row in rows:
        sums = lines.setdefault((row["kind"], row["origin"], row["basis"]), [0.0, 0.0, 0.0])
        place = 2 if not row["charged"] else 0 if row["direction"] == "outbound" else 1
        sums[place] += float(row["amount"])
    return tuple(
        LedgerLine(kind, origin, basis, sum(sums), *sums)
        for (kind, origin, basis), sums in sorted(lines.items(), key=lambda item: -sum(item[1]))
    )


def unknown_outcomes(dataset: Dataset) -> tuple[str, ...]:
    """Return the outcome codes that have a price and no success in the data."""
    prices = {code for money in _all_prices(dataset.config) for code in money.outcomes}
    if not prices or not dataset.has("calls", "outcome_code", "success"):
        return tuple(sorted(prices))
    won = dataset.stored("calls").filter(nw.col("success")).select("outcome_code").unique()
    return tuple(sorted(prices - {row["outcome_code"] for row in records(won)}))


def _all_prices(config: Config) -> list[Any]:
    return [config.money, *(own.money for own in config.campaign.values())]
