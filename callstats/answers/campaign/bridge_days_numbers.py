"""What a bridge is built from: daily sums by group for two periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from callstats.kpis import predicates as rows
from callstats.kpis.define import Count, Sum, known
from callstats.kpis.parts import REVENUE
from callstats.model import COST_KINDS

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset

Array = np.ndarray
Group = tuple[str, str]  # campaign and list, as text

#: The steps from dial to success, each a count of the calls that got that far.
STEPS = {"dials": rows.DIALS, "handled": rows.HANDLED, "argued": rows.ARGUED, "successes": rows.SUCCESSES}
_VALUE = REVENUE.weighted[0][0]
_HOURS = Sum("seconds", rows.LOGIN)
OTHER = "other"


@dataclass(frozen=True)
class BridgeLayout:
    """The common layout of two periods.

    Attributes
    ----------
    steps : tuple of str
        The steps known in both periods, dials first.
    groups : tuple of (campaign, list)
    campaigns : tuple of str
    campaign : ndarray of int, shape (groups,)
        Position of each group's campaign.
    kinds : tuple of str
        Kinds of cost.
    hours, value, costs : bool
        Whether hours, the value of successes and costs are known.
    """

    steps: tuple[str, ...]
    groups: tuple[Group, ...]
    campaigns: tuple[str, ...]
    campaign: Array
    kinds: tuple[str, ...]
    hours: bool
    value: bool
    costs: bool


@dataclass(frozen=True)
class DailySums:
    """The sums of one period's days.

    Attributes
    ----------
    sums : mapping of str to ndarray of shape (days, groups)
        Every step, and ``value``.
    hours : ndarray of shape (days, campaigns)
        Of login, in campaigns that dial.
    costs : ndarray of shape (days, kinds)
        Costs recorded for a day.
    fixed : ndarray of shape (kinds,)
        Costs recorded for a month, or for a day without work.
    weekdays : ndarray of int, shape (days,), optional
        0 is Monday; days are in time order.
    """

    sums: Mapping[str, Array]
    hours: Array
    costs: Array
    fixed: Array
    weekdays: Array | None = None

    @property
    def size(self) -> int:
        """The number of days worked."""
        return len(self.costs)


@dataclass(frozen=True)
class PeriodFrames:
    """The rows of one period as returned by the engine."""

    calls: pd.DataFrame
    hours: pd.DataFrame | None
    costs: pd.DataFrame | None


def period_frames(
    dataset: Dataset, steps: Sequence[str], by: str | None, *, value: bool, hours: bool
) -> PeriodFrames:
    """Fetch the sums of one period by campaign, group and day."""
    from callstats.engine.sums import raw_totals

    names = {step: Count(STEPS[step]) for step in steps} | ({"value": _VALUE} if value else {})
    keys = [c for c in ("campaign_id", by) if c and dataset.reaches("calls", c)]
    calls = raw_totals(dataset, names.values(), list(dict.fromkeys([*keys, "day"])))
    calls = calls.rename(columns={term.key: name for name, term in names.items()})
    calls = calls.assign(campaign=_text(calls, "campaign_id"), group=_text(calls, by))
    return PeriodFrames(calls, _hours(dataset) if hours else None, _costs(dataset))


def _text(frame: pd.DataFrame, column: str | None) -> list[str]:
    """Return a column as text, with unknown and missing values as ""."""
    if not column or column not in frame:
        return [""] * len(frame)
    unknown = frame[column].isna().to_numpy()
    return ["" if nothing else str(value) for value, nothing in zip(frame[column], unknown, strict=True)]


def _hours(dataset: Dataset) -> pd.DataFrame:
    from callstats.engine.sums import raw_totals

    keys = ["campaign_id"] if dataset.has("agent_time", "campaign_id") else []
    frame = raw_totals(dataset, [_HOURS], [*keys, "day"]).rename(columns={_HOURS.key: "seconds"})
    return frame.assign(campaign=_text(frame, "campaign_id"))


def _costs(dataset: Dataset) -> pd.DataFrame | None:
    """Return kind, amount and day of every cost; the day is nan for what was spent on a month."""
    if not dataset.charges or dataset.unreached("costs"):
        return None
    import pandas as pd

    keys = ["day"] if dataset.reaches("costs", "day") else []
    frame = dataset.costs(*keys).select("kind", "amount", "period", *keys)
    frame = frame.collect("pandas").to_native()
    text = frame["period"].fillna("").astype(str)
    day = pd.to_numeric(text.where(text.str.len() == len("2026-09-14")).str.replace("-", ""))
    if keys:  # what work was paid by the hour or by the dial belongs to its day
        day = day.where(text != "", frame["day"])
    kind = frame["kind"].where(frame["kind"].isin(COST_KINDS), OTHER)
    return pd.DataFrame({"kind": kind, "amount": frame["amount"].astype(float), "day": day})


def common_layout(
    before: PeriodFrames, after: PeriodFrames, steps: Sequence[str], *, value: bool, hours: bool
) -> BridgeLayout:
    """Return the groups, campaigns and kinds of cost that either period has.

    If hours cannot be split by campaign, all campaigns count as one.
    """
    dialled = [f.calls[f.calls["dials"] > 0] for f in (before, after)]
    groups = sorted({pair for f in dialled for pair in zip(f["campaign"], f["group"], strict=True)})
    timed = {c for f in (before, after) if hours and f.hours is not None for c in f.hours["campaign"]}
    campaigns = [""] if timed == {""} else sorted({campaign for campaign, _ in groups})
    costs = [f.costs for f in (before, after) if f.costs is not None]
    there = {kind for f in costs for kind in f["kind"]}
    return BridgeLayout(
        tuple(steps),
        tuple(groups),
        tuple(campaigns),
        np.array([campaigns.index(c) if len(campaigns) > 1 else 0 for c, _ in groups], dtype=int),
        tuple(kind for kind in (*COST_KINDS, OTHER) if kind in there),
        hours,
        value,
        value and len(costs) == 2,
    )


def daily_sums(frames: PeriodFrames, layout: BridgeLayout) -> DailySums:
    """Put one period's rows into arrays by day."""
    calls, hours = _only(frames.calls, frames.calls["dials"] > 0), _dialling(frames, layout)
    worked = {*_whole(calls["day"]), *(_whole(hours["day"]) if hours is not None else ())}
    order = {day: i for i, day in enumerate(sorted(worked))}
    place = {group: i for i, group in enumerate(layout.groups)}
    at = [place[pair] for pair in zip(calls["campaign"], calls["group"], strict=True)]
    names = [*layout.steps, *(["value"] if layout.value else [])]
    sums = {name: _spread(calls["day"], at, calls[name], order, len(layout.groups)) for name in names}
    costs, fixed = _cost_arrays(frames, layout, order)
    weekdays = np.array([date.fromisoformat(str(day)).weekday() for day in order], dtype=int)
    return DailySums(sums, _hour_array(hours, layout, order), costs, fixed, weekdays)


def _only(frame: pd.DataFrame, rows_: Any) -> pd.DataFrame:
    return frame.loc[np.asarray(rows_, dtype=bool)]


def _whole(day: Any) -> list[int]:
    """Return the known days, as numbers."""
    return [int(d) for d in np.asarray(day, dtype=float) if d == d]  # noqa: PLR0124 - nan


def _dialling(frames: PeriodFrames, layout: BridgeLayout) -> pd.DataFrame | None:
    """Return the hours that count: of campaigns that dial, or all if hours have no campaign."""
    if frames.hours is None or layout.campaigns == ("",):
        return frames.hours
    return _only(frames.hours, frames.hours["campaign"].isin(layout.campaigns))


def _spread(day: Any, at: Any, values: Any, order: Mapping[int, int], width: int) -> Array:
    """Sum values into an array of (days, width); rows without a day are left out."""
    number, amount = np.asarray(day, dtype=float), np.asarray(values, dtype=float)
    dated = ~np.isnan(number)
    row = np.array([order[int(d)] for d in number[dated]], dtype=int)
    cell = row * width + np.asarray(at, dtype=int)[dated]
    return np.bincount(cell, amount[dated], len(order) * width).reshape(len(order), width)


def _hour_array(hours: pd.DataFrame | None, layout: BridgeLayout, order: Mapping[int, int]) -> Array:
    """Return hours by day and campaign; a single column if hours have no campaign."""
    if hours is None:
        return np.zeros((len(order), 0))
    one = len(layout.campaigns) == 1
    at = [0 if one else layout.campaigns.index(campaign) for campaign in hours["campaign"]]
    seconds = np.asarray(hours["seconds"], dtype=float)
    return _spread(hours["day"], at, seconds / 3600, order, len(layout.campaigns))


def _cost_arrays(frames: PeriodFrames, layout: BridgeLayout, order: Mapping[int, int]) -> tuple[Array, Array]:
    if frames.costs is None or not layout.kinds:
        return np.zeros((len(order), len(layout.kinds))), np.zeros(len(layout.kinds))
    costs = frames.costs
    at = np.array([layout.kinds.index(kind) for kind in costs["kind"]], dtype=int)
    day, amount = np.asarray(costs["day"], dtype=float), np.asarray(costs["amount"], dtype=float)
    daily = np.isin(day, list(order))
    fixed = np.bincount(at[~daily], amount[~daily], len(layout.kinds))
    return _spread(day[daily], at[daily], amount[daily], order, len(layout.kinds)), fixed


def untold_steps(dataset: Dataset, tolerance: float) -> dict[str, str]:
    """Return why steps are unknown, by step; known steps are left out.

    A flag that is unknown on more of its calls than the project tolerates is of
    no use.
    """
    from callstats.engine import totals

    reasons: dict[str, str] = {}
    of = rows.DIALS
    for step in ("handled", "argued", "successes"):
        flag = {"handled": "handled", "argued": "argued", "successes": "success"}[step]
        if not dataset.has("calls", flag):
            reasons[step] = f"needs calls.{flag}"
            continue
        asked, sure = Count(of), Count(of.also("known", *known(flag)))
        sums = totals(dataset, [asked, sure]).iloc[0]
        if sums[sure.key] < (1 - tolerance) * sums[asked.key]:
            reasons[step] = f"needs calls.{flag}"
        else:
            of = STEPS[step]
    if "successes" not in reasons and not _valued(dataset, tolerance):
        reasons["value"] = "needs calls.value"
    return reasons


def _valued(dataset: Dataset, tolerance: float) -> bool:
    """Return whether enough successes have a value."""
    from callstats.engine import totals

    if not dataset.has("calls", "value"):
        return False
    won, sure = Count(rows.SUCCESSES), Count(rows.SUCCESSES.also("known", *known("value")))
    sums = totals(dataset, [won, sure]).iloc[0]
    return bool(sums[sure.key] >= (1 - tolerance) * sums[won.key])
