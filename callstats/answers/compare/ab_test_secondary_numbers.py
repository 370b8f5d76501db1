"""A test's secondary numbers: reach by attempt, and each contact's value and cost."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.answers.compare.ab_test_horizon import Trial
from callstats.answers.core.estimates import NAN
from callstats.answers.core.scope import records
from callstats.dataset.filters import Filters
from callstats.errors import UsageError
from callstats.moments import Moments
from callstats.stats import Comparison, LifeTable, arm_moments, hazard_ratio, life_table, ratio_difference

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset


#: Columns of the data frame of lines.
COLUMNS = ("measure", "unit", "control", "treatment", "estimate", "low", "high", "p_value", "method", "note")
#: Attempts with fewer contacts are not shown: their share is mostly chance.
FEWEST_AT_RISK = 30
_SECONDS = ("talk_s", "hold_s", "wrap_s")


@dataclass(frozen=True, slots=True)
class Line:
    """A figure in both arms, and their difference.

    Attributes
    ----------
    name, unit, direction : str
        As for a KPI of the catalogue.
    control, treatment : float
        In the unit.
    difference : Comparison or None
        Treatment minus control, if there is an interval.
    note : str
        Why something is missing; empty otherwise.
    label : str
        The figure's label, in the reader's language.
    """

    name: str
    unit: str
    direction: str
    control: float
    treatment: float
    difference: Comparison | None = None
    note: str = ""
    label: str = ""

    @property
    def row(self) -> tuple[object, ...]:
        """The line's numbers, as in COLUMNS."""
        c = self.difference
        numbers = (self.treatment - self.control, NAN, NAN, NAN, "")
        if c is not None:
            numbers = (c.estimate, c.low, c.high, c.p_value, c.method)
        return (self.name, self.unit, self.control, self.treatment, *numbers, self.note)

    @property
    def certain(self) -> bool:
        """Whether the interval excludes zero."""
        c = self.difference
        return c is not None and (c.low > 0 or c.high < 0)


def lines_frame(lines: Sequence[Line]) -> pd.DataFrame:
    """Return lines as a data frame with the columns COLUMNS."""
    import pandas as pd

    return pd.DataFrame([line.row for line in lines], columns=list(COLUMNS))


def reach_tables(
    trial: Trial, confidence: float
) -> tuple[tuple[LifeTable | None, LifeTable | None], Comparison | None]:
    """Return the life tables of control and treatment, and the ratio of their hazards.

    None for an arm that was never dialled, or a ratio that cannot be computed.
    """
    ends = _ends(trial)
    control, treatment = (_life_table(ends[ends["treated"] == arm], confidence) for arm in (0, 1))
    if control is None or treatment is None:
        return (control, treatment), None
    ratio = hazard_ratio(treatment, control, confidence=confidence)
    return (control, treatment), None if math.isnan(ratio.estimate) else ratio


def attempts_shown(table: LifeTable) -> int:
    """Return how many attempts have enough contacts at risk, from the first on."""
    enough = np.asarray(table.at_risk) >= FEWEST_AT_RISK
    return int(np.argmin(enough)) if not enough.all() else len(enough)


def _life_table(ends: Any, confidence: float) -> LifeTable | None:
    if not len(ends) or not ends["contacts"].sum():
        return None
    reached, ended = (ends[c].to_numpy(dtype=float) for c in ("reached", "ended"))
    left = ends["contacts"].to_numpy(dtype=float) - reached - ended
    return life_table(
        ends["last"].to_numpy(dtype=float),
        reached,
        censored=left,
        competing={"closed": ended},
        confidence=confidence,
    )


def _ends(trial: Trial) -> Any:
    """Return, by arm and attempt, how many contacts were reached, ended otherwise, or were left."""
    live = nw.col("live")
    known = {"closed", "closed_reason"} <= trial.columns
    shut = nw.col("closed") & (nw.col("closed_reason") != "exhausted") if known else nw.lit(False)
    rows = trial.calls.filter(~nw.col("attempt_no").is_null()).with_columns(
        reached_at=nw.when(live).then(nw.col("attempt_no")),
        shut_at=nw.when(shut).then(nw.col("attempt_no")),
    )
    each = rows.group_by("treated", "contact_id").agg(
        nw.col("reached_at").min(), nw.col("shut_at").min(), nw.col("attempt_no").max()
    )
    met = ~nw.col("reached_at").is_null()
    over = ~met & ~nw.col("shut_at").is_null()
    last = (
        nw.when(met)
        .then(nw.col("reached_at"))
        .otherwise(nw.coalesce(nw.col("shut_at"), nw.col("attempt_no")))
    )
    counted = (
        each.with_columns(
            last=last, reached=nw.when(met).then(1).otherwise(0), ended=nw.when(over).then(1).otherwise(0)
        )
        .group_by("treated", "last")
        .agg(nw.len().alias("contacts"), nw.col("reached").sum(), nw.col("ended").sum())
    )
    return counted.collect("pandas").to_native().sort_values(["treated", "last"])


@dataclass(frozen=True, slots=True)
class Prices:
    """What is paid for the work on an arm.

    Attributes
    ----------
    hour : float
        For an hour of talk, hold and wrap-up, with waiting and pauses allocated to it
        [money/h]; nan if unknown.
    paid_hour : float
        For a paid hour [money/h]; nan if unknown.
    dial : float
        Technical cost of a dial [money]; 0 if the data have none.
    contact : mapping
        Price of a contact [money], by list; empty if the data have none.
    waiting : bool
        The hour includes waiting and pauses: agent time is known.
    """

    hour: float = NAN
    paid_hour: float = NAN
    dial: float = 0.0
    contact: Mapping[Any, float] = field(default_factory=dict)
    waiting: bool = False


def prices(dataset: Dataset, arm: str, cost_per_hour: float | None = None) -> Prices:
    """Return prices from the whole campaign that the test belongs to.

    Labour is paid for login time; the cost of an hour on the line is all labour divided
    by the hours on the line. A list's price is divided among its contacts.

    Parameters
    ----------
    dataset : Dataset
    arm : str
        Wages and line costs have no list, so a filter by list is removed.
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
    """Return the amounts by kind, and for lists by (kind, list)."""
    if not dataset.has("costs", "kind", "amount") or dataset.unreached("costs"):
        return {}
    keys = ["kind", *(["list_id"] if dataset.has("costs", "list_id") else [])]
    amounts: dict[tuple[str, Any], float] = {}
    for row in records(dataset.table("costs").group_by(*keys).agg(nw.col("amount").sum())):
        name = row.get("list_id") if row["kind"] == "list" else None
        key = (row["kind"], name if isinstance(name, str) else None)
        amounts[key] = amounts.get(key, 0.0) + float(row["amount"])
    return amounts


def _work(dataset: Dataset) -> tuple[float, float]:
    """Return the hours on the line and the dials."""
    seconds = _seconds_on_line(column for column in _SECONDS if dataset.has("calls", column))
    if dataset.has("calls", "agent_id"):
        seconds = nw.when(~nw.col("agent_id").is_null()).then(seconds).otherwise(0.0)
    dial = nw.when(nw.col("direction") == "outbound").then(1).otherwise(0)
    rows = dataset.table("calls").with_columns(__seconds=seconds, __dial=dial)
    sums = records(rows.select(nw.col("__seconds").sum(), nw.col("__dial").sum()))[0]
    return float(sums["__seconds"] or 0.0) / 3600, float(sums["__dial"] or 0.0)


def _seconds_on_line(columns: Iterable[str]) -> nw.Expr:
    """Return a call's total talk, hold and wrap-up, from the columns present."""
    seconds = nw.lit(0.0)
    for column in columns:
        seconds = seconds + nw.col(column).cast(nw.Float64).fill_null(0.0)
    return seconds


def _paid_hours(dataset: Dataset) -> float:
    """Return the paid hours; all login hours if unknown; 0 without agent time."""
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


@dataclass(frozen=True)
class FollowedContacts:
    """Contacts whose horizon is over, as arrays; money in the data set's currency."""

    treated: Any
    value: Any
    seconds: Any
    cost: Any

    @classmethod
    def of(cls, trial: Trial, prices: Prices) -> FollowedContacts:
        """Return the contacts of a trial with their costs."""
        done = trial.done
        treated, value, seconds = (done[c].to_numpy() for c in ("treated", "value", "seconds"))
        paid = 0.0 if math.isnan(prices.hour) else prices.hour * seconds / 3600
        cost = paid + prices.dial * done["dials"].to_numpy(dtype=float) + _bought(trial, prices)
        return cls(
            treated.astype(bool), value.astype(float), seconds.astype(float), np.asarray(cost, dtype=float)
        )

    @property
    def enough(self) -> bool:
        """Whether each arm has at least two contacts."""
        return min(int(self.treated.sum()), int((~self.treated).sum())) > 1

    def mean_difference(self, top: Any, below: Any, confidence: float, **options: Any) -> Comparison:
        """Return the difference of the arms' ratios of two columns, treating contacts as independent."""
        arms = [
            Moments.of({"numerator": top[mine], "denominator": below[mine]})
            for mine in (self.treated, ~self.treated)
        ]
        return ratio_difference(arms[0], arms[1], confidence=confidence, **options)

    def both(self, top: Any, below: Any) -> tuple[float, float]:
        """Return the ratio of two columns in control and treatment."""
        ratios = []
        for mine in (~self.treated, self.treated):
            total = float(below[mine].sum())
            ratios.append(float(top[mine].sum()) / total if total else NAN)
        return ratios[0], ratios[1]


def _bought(trial: Trial, prices: Prices) -> Any:
    """Return the price of each contact's list."""
    done = trial.done
    if not prices.contact:
        return 0.0
    if "list_id" in done:
        return done["list_id"].map(dict(prices.contact)).astype("float64").fillna(0.0).to_numpy()
    if trial.arms.column != "list_id":
        return 0.0
    control, treatment = (prices.contact.get(value, 0.0) for value in trial.arms.values)
    return np.where(done["treated"].to_numpy(dtype=bool), treatment, control)


def per_contact(people: FollowedContacts, confidence: float, *, valued: bool, priced: bool) -> list[Line]:
    """Return value, cost and profit per contact, and profit per hour, as far as known."""
    each = np.ones(len(people.value))
    figures: list[tuple[str, str, str, Any, Any]] = []
    if valued:
        figures.append(("value_per_contact", "money", "up", people.value, each))
    if priced:
        figures.append(("cost_per_contact", "money", "down", people.cost, each))
    if valued and priced:
        profit = people.value - people.cost
        figures.append(("profit_per_contact", "money", "up", profit, each))
        figures.append(("profit_per_hour", "money/h", "up", profit * 3600, people.seconds))
    lines = []
    for name, unit, direction, top, below in figures:
        control, treatment = people.both(top, below)
        if math.isnan(control) or math.isnan(treatment):
            continue
        difference = people.mean_difference(top, below, confidence)
        lines.append(Line(name, unit, direction, control, treatment, difference, difference.reason))
    return lines


def profit_lift(people: FollowedContacts, confidence: float) -> Comparison | None:
    """Return the relative lift of the profit per contact; None if the control earns nothing."""
    try:
        return people.mean_difference(
            people.value - people.cost, np.ones(len(people.value)), confidence, relative=True
        )
    except UsageError:
        return None


def per_hour(trial: Trial, confidence: float) -> Line | None:
    """Return the successes per hour on the line, clustered by agent-day."""
    if "agent_id" not in trial.columns:
        return None
    seconds = _seconds_on_line(column for column in _SECONDS if column in trial.columns)
    counted = trial.calls.filter(nw.col("inside"), nw.col("complete"), ~nw.col("agent_id").is_null())
    day = nw.col("local_started_at").dt.to_string("%Y%m%d").str.slice(0, 8)
    rows = (
        counted.with_columns(day=day, seconds=seconds, won=nw.when(nw.col("success")).then(1).otherwise(0))
        .group_by("treated", "agent_id", "day")
        .agg(nw.col("won").sum(), nw.col("seconds").sum())
        .collect("pandas")
        .to_native()
    )
    treated: Any = rows["treated"].to_numpy(dtype=int) == 1
    won: Any = rows["won"].to_numpy(dtype=float)
    hours: Any = rows["seconds"].to_numpy(dtype=float) / 3600
    if not (hours[treated].sum() > 0 and hours[~treated].sum() > 0):
        return None
    units: Any = (rows["agent_id"].astype(str) + "\n" + rows["day"].astype(str)).to_numpy(dtype=str)
    arms = [Moments.of({"numerator": won[m], "denominator": hours[m]}) for m in (treated, ~treated)]
    difference = ratio_difference(
        arms[0], arms[1], contacts=arm_moments(won, hours, treated, units), confidence=confidence
    )
    control, treatment = (float(won[m].sum() / hours[m].sum()) for m in (~treated, treated))
    return Line("successes_per_hour", "1/h", "up", control, treatment, difference, difference.reason)


def choice(difference: Comparison | None) -> tuple[float, tuple[float, float]]:
    """Return the probability that the treatment is better, and the expected loss of either choice.

    Normal posterior of the difference under a flat prior.
    """
    from scipy.special import ndtr

    if difference is None or not difference.standard_error > 0:
        return NAN, (NAN, NAN)
    z = difference.estimate / difference.standard_error
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    # E max(0, d) and E max(0, -d) for a normal difference d.
    missed = difference.standard_error * (density + z * float(ndtr(z)))
    wrong = difference.standard_error * (density - z * float(ndtr(-z)))
    return float(ndtr(z)), (missed, wrong)
