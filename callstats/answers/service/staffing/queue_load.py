"""The load of inbound queues by the half hour: calls, how long they take, and the agents there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.answers.core.scope import records
from callstats.dataset.clock import TIME_KEYS, unknown

if TYPE_CHECKING:
    from callstats.dataset import Dataset

NEEDED = ("local_started_at", "handled", "talk_s", "wrap_s")
#: Handled calls of a slot under which its handle time is that of the whole day.
FEWEST_HANDLED = 30
NAN = float("nan")
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Slot:
    """One half hour of the day (or of one weekday), over all days with calls.

    Attributes
    ----------
    weekday : int or None
        1 is Monday; None: all days.
    start : str
        "09:30".
    days : int
        Days the load is read from.
    calls, busy : float
        Calls offered on an average day, and on a busy one.
    handle_s : float
        Mean talk, hold and wrap of a handled call [s].
    there : float
        Agents on a call or ready for one, on average; nan where it is not known.
    observed : float
        Share of the calls offered that was answered in time; nan where it is not known.
    """

    weekday: int | None
    start: str
    days: int
    calls: float
    busy: float
    handle_s: float
    there: float = NAN
    observed: float = NAN


@dataclass(frozen=True, slots=True)
class Load:
    """The slots in order, the mean patience of callers [s], the share of login time in pause."""

    slots: tuple[Slot, ...]
    patience_s: float = NAN
    paused: float = NAN


def queue_load(
    dataset: Dataset, *, interval_min: int, by_weekday: bool, busy: float, within_s: float
) -> Load:
    """Return the load of every slot from the first to the last that had a call.

    Parameters
    ----------
    dataset : Dataset
        Narrowed to the queues asked about.
    interval_min : int
        Length of a slot [min].
    by_weekday : bool
    busy : float
        The quantile of days that a busy day is.
    within_s : float
        What "in time" is [s].
    """
    rows = _counted(dataset, interval_min, within_s)
    if not rows:
        return Load(())
    there = _agents_there(dataset, interval_min, by_weekday)
    weekdays = sorted({int(row["weekday"]) for row in rows}) if by_weekday else [None]
    slots = [
        slot
        for weekday in weekdays
        for slot in _slots(
            [r for r in rows if weekday in (None, r["weekday"])], weekday, interval_min, busy, there
        )
    ]
    return Load(tuple(slots), _patience(rows), _paused(dataset))


def _counted(dataset: Dataset, interval_min: int, within_s: float) -> list[dict[str, Any]]:
    """Return sums by day and slot: calls, handled, seconds of handling, answered in time, waits."""
    clock = nw.col("local_started_at")
    have = {c for c in ("hold_s", "queue_s", "abandoned") if dataset.has("calls", c)}
    calls = dataset.table("calls").filter(nw.col("direction") == "inbound", ~clock.is_null())
    timed = nw.col("handled") & ~nw.col("talk_s").is_null() & ~nw.col("wrap_s").is_null()
    hold = nw.col("hold_s").fill_null(0.0) if "hold_s" in have else nw.lit(0.0)
    waited = nw.col("queue_s").cast(nw.Float64) if "queue_s" in have else nw.lit(None, nw.Float64)
    gave_up = nw.col("abandoned") & ~nw.col("handled") if "abandoned" in have else nw.lit(False)
    calls = calls.with_columns(
        day=TIME_KEYS["day"](clock),
        weekday=clock.dt.weekday(),
        slot=(clock.dt.hour() * 60 + clock.dt.minute()) // interval_min,
        timed=nw.when(timed).then(1).otherwise(0),
        work=nw.when(timed).then(nw.col("talk_s") + hold + nw.col("wrap_s")).otherwise(0.0),
        in_time=nw.when(nw.col("handled") & (waited <= within_s)).then(1).otherwise(0),
        judged=nw.when(~waited.is_null() | ~nw.col("handled")).then(1).otherwise(0),
        gave_up=nw.when(gave_up).then(1).otherwise(0),
        waited=waited.fill_null(0.0),
    )
    sums = ("timed", "work", "in_time", "judged", "gave_up", "waited")
    found = calls.group_by("day", "weekday", "slot").agg(
        nw.len().alias("calls"), *(nw.col(c).sum() for c in sums)
    )
    return [row for row in records(found) if not unknown(row["slot"])]


def _slots(
    rows: Sequence[Mapping[str, Any]],
    weekday: int | None,
    interval_min: int,
    busy: float,
    there: Mapping[tuple[int | None, int], float],
) -> list[Slot]:
    days = sorted({row["day"] for row in rows})
    seconds, timed = sum(float(r["work"]) for r in rows), sum(int(r["timed"]) for r in rows)
    usual = seconds / timed if timed else NAN
    numbers = [int(row["slot"]) for row in rows]
    found = []
    for number in range(min(numbers), max(numbers) + 1):
        inside = [row for row in rows if row["slot"] == number]
        daily = np.zeros(len(days))
        for row in inside:
            daily[days.index(row["day"])] += row["calls"]
        own = sum(int(r["timed"]) for r in inside)
        judged = sum(int(r["judged"]) for r in inside)
        found.append(
            Slot(
                weekday,
                f"{number * interval_min // 60:02d}:{number * interval_min % 60:02d}",
                len(days),
                float(daily.mean()),
                float(np.quantile(daily, busy)),
                sum(float(r["work"]) for r in inside) / own if own >= FEWEST_HANDLED else usual,
                there.get((weekday, number), NAN) / len(days),
                sum(int(r["in_time"]) for r in inside) / judged if judged else NAN,
            )
        )
    return found


def _patience(rows: Sequence[Mapping[str, Any]]) -> float:
    """Return the mean patience of callers: all waiting over those who gave up.

    The maximum-likelihood estimate of an exponential time of which most are
    censored by an answer [1]_.

    References
    ----------
    .. [1] Mandelbaum A, Zeltyn S (2007). Service engineering in action: the
       Palm/Erlang-A queue, section 5. In Advances in Services Innovations. Springer.
    """
    gave_up = sum(int(row["gave_up"]) for row in rows)
    return sum(float(row["waited"]) for row in rows) / gave_up if gave_up else NAN


def _agents_there(
    dataset: Dataset, interval_min: int, by_weekday: bool
) -> dict[tuple[int | None, int], float]:
    """Return agents on a call or ready for one, summed over days, by weekday and slot.

    Every stretch of an agent's time is cut at the ends of the slots it touches.
    """
    if not dataset.has("agent_time", "state", "seconds", "local_start"):
        return {}
    clock, length = nw.col("local_start"), interval_min * 60
    start = clock.dt.hour() * 3600 + clock.dt.minute() * 60 + clock.dt.second()
    ready = dataset.table("agent_time").filter(nw.col("state") != "pause", ~clock.is_null())
    keys = ["weekday"] if by_weekday else []
    ready = ready.with_columns(start=start.cast(nw.Float64), weekday=clock.dt.weekday())
    ready = ready.with_columns(end=nw.col("start") + nw.col("seconds"))
    slots = range(_DAY_S // length)
    ready = ready.with_columns(**{f"s{n}": _overlap(n * length, length) for n in slots})
    sums = [nw.col(f"s{n}").sum() for n in slots]
    found = records(ready.group_by(*keys).agg(*sums) if keys else ready.select(*sums))
    return {
        (int(row["weekday"]) if by_weekday else None, n): float(row[f"s{n}"] or 0.0) / length
        for row in found
        for n in slots
    }


def _overlap(begin: int, length: int) -> nw.Expr:
    """Return the seconds of a stretch that lie in a slot, of this day or of the next."""
    return _inside(begin, length) + _inside(begin + _DAY_S, length)


def _inside(begin: int, length: int) -> nw.Expr:
    def clipped(column: str) -> nw.Expr:
        since = nw.col(column) - begin
        return (
            nw.when(since < 0)
            .then(0.0)
            .otherwise(nw.when(since > length).then(float(length)).otherwise(since))
        )

    return clipped("end") - clipped("start")


def _paused(dataset: Dataset) -> float:
    """Return the share of login time in pause; nan where it is not known."""
    if not dataset.has("agent_time", "state", "seconds"):
        return NAN
    pause = nw.when(nw.col("state") == "pause").then(nw.col("seconds")).otherwise(0.0)
    found = records(dataset.table("agent_time").select(pause=pause.sum(), total=nw.col("seconds").sum()))[0]
    return float(found["pause"]) / float(found["total"]) if found["total"] else NAN
