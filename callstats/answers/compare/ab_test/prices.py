"""What an hour of agents, a dial and a contact of each list cost, from the costs of the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.answers.core.estimates import NAN
from callstats.answers.core.scope import records
from callstats.dataset.filters import Filters
from callstats.errors import UsageError

if TYPE_CHECKING:
    from callstats.dataset import Dataset

_SECONDS = ("talk_s", "hold_s", "wrap_s")


@dataclass(frozen=True, slots=True)
class Prices:
    """What is paid for the work on an arm.

    Attributes
    ----------
    hour : float
        For an hour of talk, hold and wrap-up, waiting and pauses shared out over
        it [money/h]; nan if unknown.
    paid_hour : float
        For an hour paid [money/h]; nan if unknown.
    dial : float
        Technical cost of a dial [money]; 0 where the data have none.
    contact : mapping
        Price of a contact [money], by list; empty where the data have none.
    waiting : bool
        Waiting and pauses are in the hour: agent time is known.
    """

    hour: float = NAN
    paid_hour: float = NAN
    dial: float = 0.0
    contact: Mapping[Any, float] = field(default_factory=dict)
    waiting: bool = False


def prices(dataset: Dataset, arm: str, cost_per_hour: float | None = None) -> Prices:
    """Return what is paid for, from the whole campaign that the test is part of.

    Labour is paid for the time logged in; what an hour on the line costs is all of
    it over the hours on the line. A list's price is shared over its contacts.

    Parameters
    ----------
    dataset : Dataset
    arm : str
        Wages and line costs carry no list: a filter by list is taken off.
    cost_per_hour : float, optional
        Of an hour paid, in place of the labour in the costs.

    Raises
    ------
    UsageError
        The cost per hour is negative.
    """
    if cost_per_hour is not None and not cost_per_hour >= 0:
        raise UsageError(f"{cost_per_hour!r} an hour", hint="Give what a paid hour costs.")
    kept = {name: v for name, v in dataset.filters.equals.items() if name not in (arm, "list_id")}
    whole = replace(dataset, filters=Filters(dataset.filters.period, kept))
    amounts = _amounts(whole)
    on_line, dials = _work(whole)
    paid = _paid_hours(whole)
    labour = amounts.get(("labour", None), 0.0)
    hour, paid_hour = NAN, NAN
    if cost_per_hour is not None:
        paid_hour = float(cost_per_hour)
        hour = paid_hour * (paid / on_line if paid > 0 and on_line > 0 else 1.0)
    elif labour > 0 and on_line > 0:
        paid_hour = labour / paid if paid > 0 else NAN
        hour = labour / on_line
    technical = amounts.get(("technical", None), 0.0)
    return Prices(
        hour,
        paid_hour,
        technical / dials if dials else 0.0,
        _list_prices(whole, amounts),
        cost_per_hour is None or paid > 0,
    )


def _amounts(dataset: Dataset) -> dict[tuple[str, Any], float]:
    """Return the amounts by kind, of lists by (kind, list)."""
    if not dataset.has("costs", "kind", "amount") or dataset.unreached("costs"):
        return {}
    keys = ["kind", *(["list_id"] if dataset.has("costs", "list_id") else [])]
    found: dict[tuple[str, Any], float] = {}
    for row in records(dataset.table("costs").group_by(*keys).agg(nw.col("amount").sum())):
        name = row.get("list_id") if row["kind"] == "list" else None
        key = (row["kind"], name if isinstance(name, str) else None)
        found[key] = found.get(key, 0.0) + float(row["amount"])
    return found


def _work(dataset: Dataset) -> tuple[float, float]:
    """Return the hours on the line and the dials."""
    columns = [c for c in _SECONDS if dataset.has("calls", c)]
    seconds = nw.lit(0.0)
    for column in columns:
        seconds = seconds + nw.col(column).cast(nw.Float64).fill_null(0.0)
    if dataset.has("calls", "agent_id"):
        seconds = nw.when(~nw.col("agent_id").is_null()).then(seconds).otherwise(0.0)
    dial = nw.when(nw.col("direction") == "outbound").then(1).otherwise(0)
    rows = dataset.table("calls").with_columns(__seconds=seconds, __dial=dial)
    found = records(rows.select(nw.col("__seconds").sum(), nw.col("__dial").sum()))[0]
    return float(found["__seconds"] or 0.0) / 3600, float(found["__dial"] or 0.0)


def _paid_hours(dataset: Dataset) -> float:
    """Return the hours paid; all login hours where it is not known which are; 0 without agent time."""
    if not dataset.has("agent_time", "seconds") or dataset.unreached("agent_time"):
        return 0.0
    seconds = nw.col("seconds").cast(nw.Float64)
    if dataset.has("agent_time", "paid"):  # unknown counts as paid
        seconds = nw.when(nw.col("paid").fill_null(True)).then(seconds).otherwise(0.0)
    rows = dataset.table("agent_time").with_columns(__seconds=seconds)
    return float(records(rows.select(nw.col("__seconds").sum()))[0]["__seconds"] or 0.0) / 3600


def _list_prices(dataset: Dataset, amounts: Mapping[tuple[str, Any], float]) -> dict[Any, float]:
    bought = {name: amount for (kind, name), amount in amounts.items() if kind == "list" and name is not None}
    if not bought or not dataset.has("contacts", "list_id"):
        return {}
    sizes = records(dataset.table("contacts").group_by("list_id").agg(n=nw.len()))
    return {row["list_id"]: bought[row["list_id"]] / row["n"] for row in sizes if row["list_id"] in bought}
