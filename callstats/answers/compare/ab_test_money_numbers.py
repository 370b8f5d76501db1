"""What the contacts of both arms cost and brought in, and by how much the arms differ in it."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.answers.compare.ab_test_horizon import Trial
from callstats.answers.compare.ab_test_loading import LoadingDays, not_shared
from callstats.answers.compare.ab_test_secondary_numbers import Line
from callstats.answers.core.estimates import NAN
from callstats.answers.core.scope import records
from callstats.config import MoneySettings
from callstats.dataset.filters import Filters
from callstats.errors import UsageError
from callstats.moments import Moments
from callstats.stats import (
    FEWEST_VALUES,
    Comparison,
    SkewedMean,
    arm_moments,
    chance_of_higher_mean,
    ratio_difference,
    skewed_mean_difference,
    skewed_mean_ratio,
)

if TYPE_CHECKING:
    from callstats.dataset import Dataset


_SECONDS = ("talk_s", "hold_s", "wrap_s")


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


def prices(
    dataset: Dataset, arm: str, cost_per_hour: float | None = None, groups: Collection[Any] = ()
) -> Prices:
    """Return prices from the dials of the campaigns that the test belongs to.

    Labour is paid for login time; the cost of an hour on the line is the labour charged to the
    campaigns' dials divided by their hours on the line. A list's price is divided among its contacts.

    Parameters
    ----------
    dataset : Dataset
    arm : str
        Wages and line costs have no list, so a filter by list is removed.
    cost_per_hour : float, optional
        Of an hour paid, in place of the labour in the costs.
    groups : collection, optional
        Values of ``arm`` that are tested: only campaigns that dialled them count.

    Raises
    ------
    UsageError
        The cost per hour is negative.
    """
    if cost_per_hour is not None and not cost_per_hour >= 0:
        raise UsageError(f"{cost_per_hour!r} an hour", hint="Give what a paid hour costs.")
    kept = {name: v for name, v in dataset.filters.equals.items() if name not in (arm, "list_id")}
    whole = replace(dataset, filters=Filters(dataset.filters.period, kept))
    dialled = _dialled_with(whole, arm, groups)
    amounts = _amounts(dialled)
    on_line, dials = _work(dialled)
    paid = _paid_hours(dialled)
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


def _dialled_with(dataset: Dataset, arm: str, groups: Collection[Any]) -> Dataset:
    """Return the dials of the campaigns in which groups were dialled: a queue's wages are none of theirs."""
    if not groups or not dataset.has("calls", "campaign_id"):
        return _outbound(dataset)
    tested = dataset.table("calls", arm).filter(
        nw.col(arm).is_in(list(groups)), nw.col("direction") == "outbound", ~nw.col("campaign_id").is_null()
    )
    campaigns = [row["campaign_id"] for row in records(tested.select("campaign_id").unique())]
    return _outbound(dataset, campaign_id=tuple(sorted(campaigns))) if campaigns else _outbound(dataset)


def _outbound(dataset: Dataset, **more: tuple[Any, ...]) -> Dataset:
    return replace(dataset, filters=dataset.filters.narrowed(None, {"direction": ("outbound",), **more}))


def _amounts(dataset: Dataset) -> dict[tuple[str, Any], float]:
    """Return the amounts by kind, and for lists by (kind, list)."""
    if not dataset.charges or dataset.unreached("costs"):
        return {}
    keys = ["kind", *(["list_id"] if dataset.has("costs", "list_id") else [])]
    amounts: dict[tuple[str, Any], float] = {}
    for row in records(dataset.costs().group_by(*keys).agg(nw.col("amount").sum())):
        name = row.get("list_id") if row["kind"] == "list" else None
        key = (row["kind"], name if isinstance(name, str) else None)
        amounts[key] = amounts.get(key, 0.0) + float(row["amount"])
    return amounts


def _work(dataset: Dataset) -> tuple[float, float]:
    """Return the hours on the line and the dials."""
    seconds = _seconds_on_line(column for column in _SECONDS if dataset.has("calls", column))
    if dataset.has("calls", "agent_id"):
        seconds = nw.when(~nw.col("agent_id").is_null()).then(seconds).otherwise(0.0)
    rows = dataset.table("calls").select(__seconds=seconds, __dial=nw.lit(1.0))
    sums = records(rows.select(nw.col("__seconds").sum(), nw.col("__dial").sum()))[0]
    return float(sums["__seconds"] or 0.0) / 3600, float(sums["__dial"] or 0.0)


def _seconds_on_line(columns: Iterable[str]) -> nw.Expr:
    """Return a call's total talk, hold and wrap-up, from the columns present."""
    seconds = nw.lit(0.0)
    for column in columns:
        seconds = seconds + nw.col(column).cast(nw.Float64).fill_null(0.0)
    return seconds


def _paid_hours(dataset: Dataset) -> float:
    """Return the paid hours charged to the dials; all login hours if unknown; 0 without agent time.

    They are charged as wages are: at a price of 1 an hour, the labour is the hours.
    """
    if "agent_time" not in dataset.frames:
        return 0.0
    frames = {name: frame for name, frame in dataset.frames.items() if name != "costs"}
    priced = replace(dataset.config, money=MoneySettings(cost_per_paid_hour=1.0), campaign={})
    return _amounts(replace(dataset, frames=frames, config=priced)).get(("labour", None), 0.0)


def _list_prices(dataset: Dataset, amounts: Mapping[tuple[str, Any], float]) -> dict[Any, float]:
    bought = {name: amount for (kind, name), amount in amounts.items() if kind == "list" and name is not None}
    if not bought or not dataset.has("contacts", "list_id"):
        return {}
    sizes = records(dataset.table("contacts").group_by("list_id").agg(n=nw.len()))
    return {row["list_id"]: bought[row["list_id"]] / row["n"] for row in sizes if row["list_id"] in bought}


@dataclass(frozen=True)
class FollowedContacts:
    """Contacts whose horizon is over, as arrays; money in the data set's currency.

    Attributes
    ----------
    treated : ndarray of bool
    value, seconds, cost : ndarray
    won : ndarray
        1 for a contact won within the horizon.
    weight, day : ndarray
        Weights that give both arms the same days of loading, and the number of each
        contact's day; all 1 and 0 if the arms are not compared within days.
    refused : bool
        The arms share too few days of loading to be compared.
    """

    treated: Any
    value: Any
    seconds: Any
    cost: Any
    won: Any
    weight: Any
    day: Any
    refused: bool = False

    @classmethod
    def of(cls, trial: Trial, prices: Prices, loading: LoadingDays | None = None) -> FollowedContacts:
        """Return the contacts of a trial with their costs."""
        done = trial.done
        treated, value, seconds = (done[c].to_numpy() for c in ("treated", "value", "seconds"))
        paid = 0.0 if math.isnan(prices.hour) else prices.hour * seconds / 3600
        cost = paid + prices.dial * done["dials"].to_numpy(dtype=float) + _bought(trial, prices)
        weight, day = np.ones(len(done)), np.zeros(len(done), dtype=int)
        if loading is not None and loading.adjusted:
            weight, day = loading.weights(trial)
        return cls(
            treated.astype(bool),
            value.astype(float),
            seconds.astype(float),
            np.asarray(cost, dtype=float),
            done["won"].to_numpy(dtype=float),
            weight,
            day,
            loading is not None and loading.refused,
        )

    @property
    def enough(self) -> bool:
        """Whether each arm has at least two contacts."""
        return min(int(self.treated.sum()), int((~self.treated).sum())) > 1

    def carriers(self, carried: Any) -> tuple[int, int]:
        """Return how many contacts of treatment and control, among those compared, carry a value."""
        some = (carried != 0) & (self.weight > 0)
        return int((some & self.treated).sum()), int((some & ~self.treated).sum())

    def arms(self, top: Any, below: Any, carried: Any) -> tuple[SkewedMean, SkewedMean]:
        """Return the ratio of two columns in treatment and control, with its cumulants.

        ``carried`` is the column whose few values make the ratio uncertain. Deviations
        are measured from what both arms have in common on their day of loading.
        """
        arms = (self.treated, ~self.treated)
        totals = [float((self.weight * below)[mine].sum()) for mine in arms]
        ratios = [float((self.weight * top)[mine].sum()) / t for mine, t in zip(arms, totals, strict=True)]
        apart = top - np.where(self.treated, *ratios) * below
        size = np.bincount(self.day, weights=self.weight > 0)[self.day]
        level = np.bincount(self.day, weights=apart * (self.weight > 0))[self.day] / np.maximum(size, 1)
        if size.size and size.min() < len(size):
            apart = apart - level
        spread, skew = size / np.maximum(size - 1, 1), size**2 / np.maximum((size - 1) * (size - 2), 1)
        found = []
        for mine, total, ratio in zip(arms, totals, ratios, strict=True):
            n = float(mine.sum())
            spread_, skew_ = (spread[mine], skew[mine]) if size.min() < len(size) else (n / (n - 1), 1.0)
            error, each = (self.weight * apart)[mine] / total, (self.weight * carried)[mine]
            squares = float((each**2).sum())
            found.append(
                SkewedMean(
                    ratio,
                    float((error**2 * spread_).sum()),
                    float((error**3 * skew_).sum()),
                    float(each.sum()) ** 2 / squares if squares else 0.0,
                    n,
                )
            )
        return found[0], found[1]

    def difference(self, top: Any, below: Any, carried: Any, confidence: float) -> Comparison:
        """Return the difference of the arms' ratios of two columns, contacts independent."""
        if self.refused:
            control, treatment = self.both(top, below)
            return not_shared(treatment - control, confidence)
        if not (self.weight > 0).any():
            return not_shared(NAN, confidence)
        treatment, control = self.arms(top, below, carried)
        return skewed_mean_difference(
            treatment, control, values=self.carriers(carried), confidence=confidence
        )

    def both(self, top: Any, below: Any) -> tuple[float, float]:
        """Return the ratio of two columns in control and treatment."""
        ratios = []
        for mine in (~self.treated, self.treated):
            total = float(below[mine].sum())
            ratios.append(float(top[mine].sum()) / total if total else NAN)
        return ratios[0], ratios[1]

    @property
    def each(self) -> Any:
        """One for every contact."""
        return np.ones(len(self.value))


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
    figures: list[tuple[str, str, str, Any, Any, Any]] = []
    if valued:
        figures.append(("value_per_contact", "money", "up", people.value, people.each, people.value))
    if priced:
        figures.append(("cost_per_contact", "money", "down", people.cost, people.each, people.cost))
    if valued and priced:
        profit = people.value - people.cost
        figures.append(("profit_per_contact", "money", "up", profit, people.each, people.value))
        figures.append(("profit_per_hour", "money/h", "up", profit * 3600, people.seconds, people.value))
    lines = []
    for name, unit, direction, top, below, carried in figures:
        control, treatment = people.both(top, below)
        if math.isnan(control) or math.isnan(treatment):
            continue
        difference = people.difference(top, below, carried, confidence)
        lines.append(Line(name, unit, direction, control, treatment, difference, difference.reason))
    return lines


def profit_lift(people: FollowedContacts, confidence: float) -> Comparison | None:
    """Return the relative lift of the profit per contact; None if the control earns nothing."""
    if people.refused:
        return None
    treatment, control = people.arms(people.value - people.cost, people.each, people.value)
    try:
        ratio = skewed_mean_ratio(
            treatment, control, values=people.carriers(people.value), confidence=confidence
        )
    except UsageError:
        return None
    return replace(ratio, estimate=ratio.estimate - 1, low=ratio.low - 1, high=ratio.high - 1, null=0.0)


def per_hour(trial: Trial, people: FollowedContacts, confidence: float, *, by_day: bool) -> Line | None:
    """Return the successes per hour on the line, by agent-day; within days of loading by contact."""
    if "agent_id" not in trial.columns:
        return None
    if by_day or people.refused:
        hours = people.seconds / 3600
        control, treatment = people.both(people.won, hours)
        if math.isnan(control) or math.isnan(treatment):
            return None
        difference = people.difference(people.won, hours, people.won, confidence)
        return Line("successes_per_hour", "1/h", "up", control, treatment, difference, difference.reason)
    return _per_agent_day(trial, confidence)


def _per_agent_day(trial: Trial, confidence: float) -> Line | None:
    """Return the successes per hour on the line, with agent-days as units."""
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


def choice(people: FollowedContacts, top: Any) -> tuple[float, tuple[float, float]]:
    """Return the probability that the treatment is better, and the expected loss of either choice.

    nan under ten successes with a value in an arm: nothing that fits so few is known.
    """
    if people.refused or min(people.carriers(people.value)) < FEWEST_VALUES:
        return NAN, (NAN, NAN)
    treatment, control = people.arms(top, people.each, people.value)
    if not treatment.variance + control.variance > 0:
        return NAN, (NAN, NAN)
    chance, missed, wrong = chance_of_higher_mean(treatment, control)
    return chance, (missed, wrong)
