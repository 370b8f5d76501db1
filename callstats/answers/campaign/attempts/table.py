"""The life table of dialling: who was at risk at each attempt, who was reached, what it brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.answers.core.estimates import NAN
from callstats.answers.core.scope import records
from callstats.dataset.clock import written
from callstats.moments import Moments
from callstats.stats import proportion_interval, ratio_interval
from callstats.stats.incidence import Incidence, cumulative_incidence

if TYPE_CHECKING:
    from callstats.answers.campaign.attempts.costs import DialCost
    from callstats.answers.core.scope import Scope

#: Columns of the calls without which there is no life table.
NEEDED = ("contact_id", "attempt_no", "live")
#: How a contact may end, one excluding the others.
ENDS = ("success", "refusal", "invalid", "do_not_call")
_SUMS = ("at_risk", "reached", "unknown", "successes", "value", "squares", "seconds", "work_squares", "both")
_OPEN = ("open", *ENDS, "closed")
_NEVER = 1_000_000_000
Row = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Attempt:
    """Attempt ``number`` of the contacts that got it.

    Attributes
    ----------
    at_risk, reached : int
        Contacts dialled that had neither been reached nor closed before; those
        of them that a person answered for.
    hazard, low, high : float
        Their share and its interval.
    cumulative, cumulative_low, cumulative_high : float
        Share of contacts reached by then, had all been dialled so often.
    dials, successes : int
        All dials with this number, to contacts reached before as well.
    value, value_low, value_high : float
        Value of the successes per dial [money]; nan without values.
    cost : float
        Of such a dial: technical cost, and the agents' time it takes [money].
    profit, profit_low, profit_high : float
        Value less cost per dial [money].
    left : float
        Share of contacts still in circulation after it, had all been dialled so often.
    profit_so_far : float
        Of a contact dialled until then at most [money].
    """

    number: int
    at_risk: int
    reached: int
    hazard: float
    low: float
    high: float
    cumulative: float
    dials: int
    successes: int
    value: float = NAN
    value_low: float = NAN
    value_high: float = NAN
    cumulative_low: float = NAN
    cumulative_high: float = NAN
    cost: float = NAN
    profit: float = NAN
    profit_low: float = NAN
    profit_high: float = NAN
    left: float = NAN
    profit_so_far: float = NAN


def counted(about: Scope, by: str | None = None) -> dict[Any, list[Row]]:
    """Return sums by attempt, for every group: at risk, reached, ends, dials, values and agents' time."""
    keys, have = [by] if by else [], {c for c in _EXTRA if about.now.has("calls", c)}
    outbound = (nw.col("direction") == "outbound") & ~nw.col("attempt_no").is_null()
    history = about.whole.table("calls").filter(outbound)
    dials = about.now.table("calls", *keys).filter(outbound, ~nw.col("contact_id").is_null())
    dials = dials.select(*dict.fromkeys((*keys, *NEEDED, *sorted(have))))
    dials = dials.join(_ended(history, have), on="contact_id", how="left")
    told = _told(dials, have).group_by(*keys, "attempt_no")
    found = told.agg(nw.len().alias("dials"), *(nw.col(c).sum() for c in (*_SUMS, *_OPEN)))
    groups: dict[Any, list[Row]] = {}
    for row in records(found.sort("attempt_no")):
        group = written(by, row.pop(by)) if by else None
        groups.setdefault(group, []).append({name: float(value) for name, value in row.items()})
    return groups


_EXTRA = ("closed", "closed_reason", "success", "value", "talk_s", "hold_s", "wrap_s")


def _ended(history: nw.LazyFrame, have: set[str]) -> nw.LazyFrame:
    """Return the first attempt that reached or closed each contact, and the first that closed it."""
    closed = nw.col("closed") if "closed" in have else nw.lit(False)
    number = nw.col("attempt_no")
    return (
        history.filter(nw.col("live") | closed)
        .with_columns(end=number, closed_end=nw.when(closed).then(number).otherwise(_NEVER))
        .group_by("contact_id")
        .agg(nw.col("end").min(), nw.col("closed_end").min())
    )


def _told(dials: nw.LazyFrame, have: set[str]) -> nw.LazyFrame:
    """Add what is summed up to every dial."""
    at_risk = nw.col("end").is_null() | (nw.col("attempt_no") <= nw.col("end"))
    still_open = nw.col("closed_end").is_null() | (nw.col("attempt_no") <= nw.col("closed_end"))
    ending = still_open & (nw.col("closed") if "closed" in have else nw.lit(False))
    why = nw.col("closed_reason").fill_null("")
    success = nw.col("success") if "success" in have else nw.lit(False)
    value = nw.when(success).then(nw.col("value")).otherwise(0.0) if "value" in have else nw.lit(0.0)
    parts = [nw.col(c).cast(nw.Float64).fill_null(0.0) for c in ("talk_s", "hold_s", "wrap_s") if c in have]
    return dials.with_columns(
        at_risk=_one(at_risk),
        reached=_one(at_risk & nw.col("live")),
        unknown=_one(nw.col("live").is_null()),
        successes=_one(success),
        value=value.fill_null(0.0),
        seconds=sum(parts, nw.lit(0.0)),
        open=_one(still_open),
        closed=_one(ending),
        **{name: _one(ending & (why == name)) if "closed_reason" in have else nw.lit(0) for name in ENDS},
    ).with_columns(
        squares=nw.col("value") * nw.col("value"),
        work_squares=nw.col("seconds") * nw.col("seconds"),
        both=nw.col("value") * nw.col("seconds"),
    )


def _one(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(1).otherwise(0)


def together(groups: Mapping[Any, Sequence[Row]]) -> list[Row]:
    """Return the rows of several groups added up, attempt by attempt."""
    added: dict[float, dict[str, float]] = {}
    for row in (row for rows in groups.values() for row in rows):
        sums = added.setdefault(row["attempt_no"], {"attempt_no": row["attempt_no"]})
        for name, number in row.items():
            if name != "attempt_no":
                sums[name] = sums.get(name, 0.0) + number
    return [added[number] for number in sorted(added)]


def kept(found: Sequence[Row], fewest: int) -> list[Row]:
    """Return the attempts from the first on, up to the first that too few contacts got."""
    return list(takewhile(lambda row: row["at_risk"] >= fewest, found))


def life_table(found: Sequence[Row], fewest: int, cost: DialCost | None = None) -> tuple[Attempt, ...]:
    """Return the attempts from the first on, up to the first that too few contacts got.

    Parameters
    ----------
    found : sequence of mapping
        From :func:`counted`.
    fewest : int
    cost : DialCost, optional
        What dials and agents' time cost.
    """
    rows = kept(found, fewest)
    if not rows:
        return ()
    reached, at_risk = (np.array([row[c] for row in rows]) for c in ("reached", "at_risk"))
    hazard = proportion_interval(reached, at_risk)
    so_far = cumulative_incidence(at_risk, {"reached": reached})
    ends = competing_ends(found, fewest)
    left = ends.left if ends else np.ones(len(rows))
    priced = any(row["value"] > 0 for row in found)
    money = [_money(row, cost) if priced else {} for row in rows]
    before = np.concatenate([[1.0], left[:-1]])
    profits = np.cumsum(before * [m.get("profit", NAN) for m in money])
    return tuple(
        Attempt(
            int(row["attempt_no"]),
            int(row["at_risk"]),
            int(row["reached"]),
            float(hazard.estimate[i]),
            float(hazard.low[i]),
            float(hazard.high[i]),
            float(so_far.estimate["reached"][i]),
            int(row["dials"]),
            int(row["successes"]),
            cumulative_low=float(so_far.low["reached"][i]),
            cumulative_high=float(so_far.high["reached"][i]),
            left=float(left[i]),
            profit_so_far=float(profits[i]),
            **money[i],
        )
        for i, row in enumerate(rows)
    )


def competing_ends(found: Sequence[Row], fewest: int) -> Incidence | None:
    """Return what share has ended in each way by each attempt, None where nothing is ever closed.

    A contact that is given up after its last attempt has not ended: it is censored.
    """
    rows = kept(found, fewest)
    if not rows or not any(row[name] for row in found for name in ENDS):
        return None
    ends = {name: [row[name] for row in rows] for name in ENDS}
    return cumulative_incidence([row["open"] for row in rows], ends)


def _money(row: Row, cost: DialCost | None) -> dict[str, float]:
    """Return value, cost and profit per dial with their intervals; a contact has one dial of a number."""
    value = _per_dial(row["dials"], row["value"], row["squares"])
    found = {"value": value[0], "value_low": value[1], "value_high": value[2]}
    if cost is None or not cost.known:
        return found
    hour = cost.per_second
    net = row["value"] - hour * row["seconds"]
    squares = row["squares"] - 2 * hour * row["both"] + hour**2 * row["work_squares"]
    profit, low, high = (end - cost.fixed for end in _per_dial(row["dials"], net, squares))
    return {**found, "cost": value[0] - profit, "profit": profit, "profit_low": low, "profit_high": high}


def _per_dial(dials: float, total: float, squares: float) -> tuple[float, float, float]:
    sums = {"numerator": total, "denominator": dials}
    products = {
        ("numerator", "numerator"): squares,
        ("denominator", "numerator"): total,
        ("denominator", "denominator"): dials,
    }
    found = ratio_interval(Moments(int(dials), sums, products))
    return found.estimate, found.low, found.high
