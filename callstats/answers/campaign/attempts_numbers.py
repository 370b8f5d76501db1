"""The life table of dialling: who was at risk at each attempt, who was reached, its value and cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.answers.core.estimates import NAN, estimates_by
from callstats.answers.core.scope import records
from callstats.dataset.clock import written
from callstats.engine.needs import obstacle
from callstats.engine.sums import sums_by_group
from callstats.engine.units import formula_terms
from callstats.kpis.define import KPI, Condition, Ratio, Sum, linear
from callstats.kpis.parts import DIALS
from callstats.kpis.predicates import DIALLING_COSTS
from callstats.moments import Moments
from callstats.stats import proportion_interval, ratio_interval
from callstats.stats.incidence import Incidence, cumulative_incidence

if TYPE_CHECKING:
    from callstats.answers.core.scope import Scope
    from callstats.dataset import Dataset

#: Columns of the calls without which there is no life table.
NEEDED = ("contact_id", "attempt_no", "live")
#: How a contact may end, as mutually exclusive ends.
ENDS = ("success", "refusal", "invalid", "do_not_call")
_OPTIONAL = ("closed", "closed_reason", "success", "value", "talk_s", "hold_s", "wrap_s")
_SUMS = ("at_risk", "reached", "unknown", "successes", "value", "squares", "seconds", "work_squares", "both")
_OPEN = ("open", *ENDS, "closed")
_NEVER = 1_000_000_000
#: Sums over the dials with the same attempt number.
AttemptSums = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Attempt:
    """Attempt ``number`` of the contacts that got it.

    Attributes
    ----------
    at_risk, reached : int
        Contacts dialled that had not been reached or closed before; those of
        them where a person answered.
    hazard, low, high : float
        Their share and its interval.
    cumulative, cumulative_low, cumulative_high : float
        Share of contacts reached by then, had all been dialled that often.
    dials, successes : int
        All dials with this number, including to contacts reached before.
    value, value_low, value_high : float
        Value of the successes per dial [money]; nan without values.
    cost : float
        Of such a dial: technical cost, and the agents' time it takes [money].
    profit, profit_low, profit_high : float
        Value minus cost per dial [money].
    left : float
        Share of contacts still in circulation after it, had all been dialled that often.
    profit_so_far : float
        Per contact if dialling stops there [money].
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


@dataclass(frozen=True, slots=True)
class DialCost:
    """What one more dial costs.

    Attributes
    ----------
    average : float
        Labour and technical cost of an average dial [money]; nan where costs are not known.
    fixed : float
        Cost of a dial regardless of its outcome [money].
    per_second : float
        Cost of a second of talk, hold or wrap, including the waiting for it [money].
    """

    average: float = NAN
    fixed: float = NAN
    per_second: float = 0.0

    @property
    def known(self) -> bool:
        """Whether costs are known."""
        return self.average > 0


@dataclass(frozen=True, slots=True)
class DialCosts:
    """What dials cost, over all attempts and by attempt.

    Attributes
    ----------
    average : float
        Labour and technical cost of an average dial [money]; nan where costs are not known.
    by_attempt : mapping of int to DialCost
    """

    average: float = NAN
    by_attempt: Mapping[int, DialCost] = field(default_factory=dict)

    def of(self, attempt: float) -> DialCost:
        """Return the cost of one attempt's dials."""
        return self.by_attempt.get(int(attempt), DialCost())


def _cost_kpi(name: str, english: str, *kinds: str) -> KPI:
    amounts = DIALLING_COSTS.also(english.lower(), Condition("kind", "in", kinds))
    return KPI(
        name=name,
        label={"en": english, "fr": english, "ru": english},  # the level of one interval alone; not shown
        question="What does one dial cost?",
        formula=Ratio(linear(Sum("amount", amounts)), DIALS),
        unit="money",
        direction="down",
        domain="money",
        independence="none",
        source="",
    )


#: What one more dial costs: the list and the advertising are paid for already.
RUNNING = _cost_kpi("running_cost_per_dial", "Running costs", "labour", "technical")
LABOUR = _cost_kpi("labour_cost_per_dial", "Labour costs", "labour")


def costs_per_dial(dataset: Dataset, by: str | None = None) -> dict[Any, float]:
    """Return the labour and technical cost of an average dial of every group [money]; nan where not known."""
    groups = estimates_by(dataset, [RUNNING], [by] if by else [])
    return {(group[0] if group else None): found[RUNNING.name].value for group, found in groups.items()}


def dial_costs(
    dataset: Dataset, groups: Mapping[Any, Sequence[AttemptSums]], by: str | None = None
) -> dict[Any, DialCosts]:
    """Return what dials cost by group and attempt, as costs are charged to them.

    Labour is charged by the agents' time that calls take: if they take more, agents wait
    less, since a predictive dialer keeps agents equally busy whatever it dials. Without
    call times, it is charged evenly to the dials.

    Parameters
    ----------
    dataset : Dataset
        Of the requested period.
    groups : mapping of group to sequence of mapping
        Sums by attempt of the same dials.
    by : str, optional
        What tells groups apart; None is the only group without it.
    """
    keys = [*([by] if by else []), "attempt_no"]
    if obstacle(dataset, RUNNING, keys) is not None:
        return {group: DialCosts() for group in groups}
    terms = [term for kpi in (RUNNING, LABOUR) for term in formula_terms(kpi) if isinstance(term, Sum)]
    sums = sums_by_group(dataset, terms, keys)
    averages = costs_per_dial(dataset, by)
    found: dict[Any, DialCosts] = {}
    for group, rows in groups.items():
        each: dict[int, DialCost] = {}
        for row in rows:
            place = (*([group] if by else []), written("attempt_no", row["attempt_no"]))
            running, labour = (sums.get(place, {}).get(term.key, 0.0) for term in terms)
            each[int(row["attempt_no"])] = _dial_cost(row, running, labour)
        found[group] = DialCosts(averages.get(group, NAN), each)
    return found


def _dial_cost(row: AttemptSums, running: float, labour: float) -> DialCost:
    average = running / row["dials"]
    if not row["seconds"] > 0 or not labour > 0:
        return DialCost(average, average)
    return DialCost(average, average - labour / row["dials"], labour / row["seconds"])


def sums_by_attempt(about: Scope, by: str | None = None) -> dict[Any, list[AttemptSums]]:
    """Return sums by attempt for every group: at risk, reached, ends, dials, values and agents' time."""
    keys, have = [by] if by else [], {c for c in _OPTIONAL if about.now.has("calls", c)}
    outbound = (nw.col("direction") == "outbound") & ~nw.col("attempt_no").is_null()
    history = about.whole.table("calls").filter(outbound)
    dials = about.now.table("calls", *keys).filter(outbound, ~nw.col("contact_id").is_null())
    dials = dials.select(*dict.fromkeys((*keys, *NEEDED, *sorted(have))))
    dials = dials.join(_first_ends(history, have), on="contact_id", how="left")
    grouped = _with_summands(dials, have).group_by(*keys, "attempt_no")
    sums = grouped.agg(nw.len().alias("dials"), *(nw.col(c).sum() for c in (*_SUMS, *_OPEN)))
    groups: dict[Any, list[AttemptSums]] = {}
    for row in records(sums.sort("attempt_no")):
        group = written(by, row.pop(by)) if by else None
        groups.setdefault(group, []).append({name: float(value) for name, value in row.items()})
    return groups


def _first_ends(history: nw.LazyFrame, have: set[str]) -> nw.LazyFrame:
    """Return the first attempt that reached or closed each contact, and the first that closed it."""
    closed = nw.col("closed") if "closed" in have else nw.lit(False)
    number = nw.col("attempt_no")
    return (
        history.filter(nw.col("live") | closed)
        .with_columns(end=number, closed_end=nw.when(closed).then(number).otherwise(_NEVER))
        .group_by("contact_id")
        .agg(nw.col("end").min(), nw.col("closed_end").min())
    )


def _with_summands(dials: nw.LazyFrame, have: set[str]) -> nw.LazyFrame:
    """Add the columns to be summed to every dial."""
    at_risk = nw.col("end").is_null() | (nw.col("attempt_no") <= nw.col("end"))
    still_open = nw.col("closed_end").is_null() | (nw.col("attempt_no") <= nw.col("closed_end"))
    ending = still_open & (nw.col("closed") if "closed" in have else nw.lit(False))
    why = nw.col("closed_reason").fill_null("")
    success = nw.col("success") if "success" in have else nw.lit(False)
    value = nw.when(success).then(nw.col("value")).otherwise(0.0) if "value" in have else nw.lit(0.0)
    parts = [nw.col(c).cast(nw.Float64).fill_null(0.0) for c in ("talk_s", "hold_s", "wrap_s") if c in have]
    return dials.with_columns(
        at_risk=_as_number(at_risk),
        reached=_as_number(at_risk & nw.col("live")),
        unknown=_as_number(nw.col("live").is_null()),
        successes=_as_number(success),
        value=value.fill_null(0.0),
        seconds=sum(parts, nw.lit(0.0)),
        open=_as_number(still_open),
        closed=_as_number(ending),
        **{
            name: _as_number(ending & (why == name)) if "closed_reason" in have else nw.lit(0)
            for name in ENDS
        },
    ).with_columns(
        squares=nw.col("value") * nw.col("value"),
        work_squares=nw.col("seconds") * nw.col("seconds"),
        both=nw.col("value") * nw.col("seconds"),
    )


def _as_number(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(1).otherwise(0)


def added_up(groups: Mapping[Any, Sequence[AttemptSums]]) -> list[AttemptSums]:
    """Return the rows of several groups summed by attempt."""
    added: dict[float, dict[str, float]] = {}
    for row in (row for rows in groups.values() for row in rows):
        sums = added.setdefault(row["attempt_no"], {"attempt_no": row["attempt_no"]})
        for name, number in row.items():
            if name != "attempt_no":
                sums[name] = sums.get(name, 0.0) + number
    return [added[number] for number in sorted(added)]


def enough_at_risk(rows: Sequence[AttemptSums], fewest: int) -> list[AttemptSums]:
    """Return the attempts from the first on, up to the first that too few contacts got."""
    return list(takewhile(lambda row: row["at_risk"] >= fewest, rows))


def life_table(
    rows: Sequence[AttemptSums], fewest: int, cost: DialCosts, confidence: float
) -> tuple[Attempt, ...]:
    """Return the attempts from the first on, up to the first that too few contacts got.

    Parameters
    ----------
    rows : sequence of mapping
        From :func:`sums_by_attempt`.
    fewest : int
    cost : DialCosts
        What dials and agents' time cost.
    confidence : float
        Of every interval.
    """
    shown = enough_at_risk(rows, fewest)
    if not shown:
        return ()
    reached, at_risk = (np.array([row[c] for row in shown]) for c in ("reached", "at_risk"))
    hazard = proportion_interval(reached, at_risk, confidence=confidence)
    so_far = cumulative_incidence(at_risk, {"reached": reached}, confidence=confidence)
    ends = competing_ends(rows, fewest, confidence)
    left = ends.left if ends else np.ones(len(shown))
    priced = any(row["value"] > 0 for row in rows)
    money = [_money(row, cost.of(row["attempt_no"]), confidence) if priced else {} for row in shown]
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
        for i, row in enumerate(shown)
    )


def competing_ends(rows: Sequence[AttemptSums], fewest: int, confidence: float) -> Incidence | None:
    """Return the share that has ended in each way by each attempt, None if no contact is ever closed.

    A contact given up after its last attempt has not ended: it is censored.
    """
    shown = enough_at_risk(rows, fewest)
    if not shown or not any(row[name] for row in rows for name in ENDS):
        return None
    ends = {name: [row[name] for row in shown] for name in ENDS}
    return cumulative_incidence([row["open"] for row in shown], ends, confidence=confidence)


def _money(row: AttemptSums, cost: DialCost, confidence: float) -> dict[str, float]:
    """Return value, cost and profit per dial with intervals; a contact has one dial per attempt number."""
    value = _per_dial(row["dials"], row["value"], row["squares"], confidence)
    worth = {"value": value[0], "value_low": value[1], "value_high": value[2]}
    if not cost.known:
        return worth
    second = cost.per_second
    net = row["value"] - second * row["seconds"]
    squares = row["squares"] - 2 * second * row["both"] + second**2 * row["work_squares"]
    profit, low, high = (end - cost.fixed for end in _per_dial(row["dials"], net, squares, confidence))
    return {**worth, "cost": value[0] - profit, "profit": profit, "profit_low": low, "profit_high": high}


def _per_dial(dials: float, total: float, squares: float, confidence: float) -> tuple[float, float, float]:
    sums = {"numerator": total, "denominator": dials}
    products = {
        ("numerator", "numerator"): squares,
        ("denominator", "numerator"): total,
        ("denominator", "denominator"): dials,
    }
    mean = ratio_interval(Moments(int(dials), sums, products), confidence=confidence)
    return mean.estimate, mean.low, mean.high
