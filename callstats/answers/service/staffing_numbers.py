"""The load of inbound queues by half hour, the staffing aim, and the agents needed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.answers.core.scope import records
from callstats.answers.core.target_scope import applied_targets
from callstats.answers.service.queue_numbers import unknown_waits
from callstats.config import Target
from callstats.dataset.clock import TIME_KEYS, unknown
from callstats.errors import UsageError
from callstats.stats.erlang import agents_needed, average_agents_needed, queue_performance

if TYPE_CHECKING:
    from callstats.dataset import Dataset

NEEDED = ("local_started_at", "handled", "talk_s", "wrap_s")
#: A slot with fewer handled calls gets the whole day's handle time.
FEWEST_HANDLED = 30
NAN = float("nan")
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class LoadSlot:
    """One half hour of the day (or of one weekday), over all days with calls.

    Attributes
    ----------
    weekday : int or None
        1 is Monday; None: all days.
    start : str
        "09:30".
    days : int
        Days the load is estimated from.
    calls, busy : float
        Calls offered on an average day, and on a busy one.
    handle_s : float
        Mean talk, hold and wrap of a handled call [s].
    there : float
        Agents on a call or ready for one, on average; nan if unknown.
    observed : float
        Share of the calls offered that was answered in time; nan if unknown.
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

    slots: tuple[LoadSlot, ...]
    patience_s: float = NAN
    paused: float = NAN


def load_by_slot(
    dataset: Dataset, *, interval_min: int, by_weekday: bool, busy: float, within_s: float
) -> Load:
    """Return the load of every slot from the first to the last that had a call.

    Parameters
    ----------
    dataset : Dataset
        Narrowed to the queues of interest.
    interval_min : int
        Length of a slot [min].
    by_weekday : bool
    busy : float
        The quantile of days that defines a busy day.
    within_s : float
        The limit for "in time" [s].
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
    told = dataset.has("calls", "queue_s", "abandoned", "handled")
    patience = NAN if told and unknown_waits(dataset) else _mean_patience(rows)
    return Load(tuple(slots), patience, _paused(dataset))


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
        gave_up=nw.when(gave_up & ~waited.is_null()).then(1).otherwise(0),
        waited=waited.fill_null(0.0),
    )
    sums = ("timed", "work", "in_time", "judged", "gave_up", "waited")
    counted = calls.group_by("day", "weekday", "slot").agg(
        nw.len().alias("calls"), *(nw.col(c).sum() for c in sums)
    )
    return [row for row in records(counted) if not unknown(row["slot"])]


def _slots(
    rows: Sequence[Mapping[str, Any]],
    weekday: int | None,
    interval_min: int,
    busy: float,
    there: Mapping[tuple[int | None, int], float],
) -> list[LoadSlot]:
    days = sorted({row["day"] for row in rows})
    seconds, timed = sum(float(r["work"]) for r in rows), sum(int(r["timed"]) for r in rows)
    usual = seconds / timed if timed else NAN
    numbers = [int(row["slot"]) for row in rows]
    slots = []
    for number in range(min(numbers), max(numbers) + 1):
        inside = [row for row in rows if row["slot"] == number]
        daily = np.zeros(len(days))
        for row in inside:
            daily[days.index(row["day"])] += row["calls"]
        own = sum(int(r["timed"]) for r in inside)
        judged = sum(int(r["judged"]) for r in inside)
        slots.append(
            LoadSlot(
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
    return slots


def _mean_patience(rows: Sequence[Mapping[str, Any]]) -> float:
    """Return the mean patience of callers: total waiting time divided by the number who gave up.

    This is the maximum-likelihood estimate for exponential times, most of them
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

    Every stretch of agent time is split at slot boundaries.
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
    rows = records(ready.group_by(*keys).agg(*sums) if keys else ready.select(*sums))
    return {
        (int(row["weekday"]) if by_weekday else None, n): float(row[f"s{n}"] or 0.0) / length
        for row in rows
        for n in slots
    }


def _overlap(begin: int, length: int) -> nw.Expr:
    """Return the seconds of a stretch that fall in a slot, of this day or the next."""
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
    """Return the share of login time in pause; nan if unknown."""
    if not dataset.has("agent_time", "state", "seconds"):
        return NAN
    pause = nw.when(nw.col("state") == "pause").then(nw.col("seconds")).otherwise(0.0)
    sums = records(dataset.table("agent_time").select(pause=pause.sum(), total=nw.col("seconds").sum()))[0]
    return float(sums["pause"]) / float(sums["total"]) if sums["total"] else NAN


@dataclass(frozen=True, slots=True)
class Aim:
    """What the queue is staffed for.

    Attributes
    ----------
    service_level, within_s : float
        Share of callers to answer, and the seconds to do so.
    max_occupancy : float
        Largest share of their time agents may spend on calls.
    shrinkage : float
        Share of paid time that agents are unavailable to callers.
    patience_s : float
        Mean time after which callers give up [s]; infinite gives Erlang C.
    interval_min : int
    """

    service_level: float
    within_s: float
    max_occupancy: float
    shrinkage: float
    patience_s: float
    interval_min: int

    @property
    def model(self) -> str:
        """Erlang C or Erlang A."""
        return "Erlang C" if math.isinf(self.patience_s) else "Erlang A"

    def needed(self, calls: float, handle_s: float) -> int:
        """Return the agents that a number of calls needs."""
        return agents_needed(calls, handle_s, **self._terms) if calls > 0 else 0

    def needed_on_average(self, slot: LoadSlot) -> float:
        """Return the agents that are enough on average over the days of a slot."""
        return average_agents_needed(slot.calls, slot.handle_s, **self._terms) if slot.calls > 0 else 0.0

    @property
    def _terms(self) -> dict[str, float]:
        return {
            "service_level": self.service_level,
            "within_s": self.within_s,
            "interval_s": self.interval_min * 60,
            "patience_s": self.patience_s,
            "max_occupancy": self.max_occupancy,
        }

    def level(self, slot: LoadSlot, agents: int) -> tuple[float, float]:
        """Return the service level and the occupancy with a number of agents."""
        queue = queue_performance(
            slot.calls, slot.handle_s, agents, interval_s=self.interval_min * 60,
            within_s=self.within_s, patience_s=self.patience_s,
        )  # fmt: skip
        return queue.service_level, queue.occupancy


@dataclass(frozen=True, slots=True)
class Need:
    """A slot and the agents it needs: on the phone, on average, on a busy day, and rostered.

    Agents present are an average over days, so they are held against the average that is enough:
    where 2 agents are needed, 1.6 may do, for some days have 2.
    """

    slot: LoadSlot
    needed: int
    average: float
    busy: int
    rostered: int
    service_level: float
    occupancy: float

    @property
    def short(self) -> float:
        """Agents missing on average; negative if there are more than enough, nan if unknown."""
        return self.average - self.slot.there


def given_load(frame: Any) -> Load:
    """Return a load given as a data frame.

    Raises
    ------
    UsageError
        A column is missing.
    """
    missing = [c for c in ("start", "calls", "handle_s") if c not in frame.columns]
    if missing:
        raise UsageError(f"the load lacks {', '.join(missing)}", hint="It takes start, calls and handle_s.")
    rows = frame.to_dict("records")
    return Load(tuple(_slot(row) for row in rows))


def _slot(row: dict[str, Any]) -> LoadSlot:
    calls = float(row["calls"])
    busy, there = float(row.get("calls_busy", calls)), float(row.get("there", NAN))
    return LoadSlot(row.get("weekday"), str(row["start"]), 1, calls, busy, float(row["handle_s"]), there)


def aim_for(dataset: Dataset | None, load: Load, choices: tuple[Any, ...], interval_min: int) -> Aim:
    """Return the given aim, else the project's targets, else the defaults."""
    level, within, shrinkage, occupancy, patience = choices
    targets = applied_targets(dataset) if dataset is not None else {}
    least, _ = targets.get("service_level", Target()).limits("up")
    _, most = targets.get("occupancy", Target()).limits("band")
    if level is None:
        level = 0.8 if least is None else least
    if occupancy is None:
        occupancy = 1.0 if most is None else most
    if within is None:
        within = dataset.config.setting("answer_within_s", 20) if dataset is not None else 20
    if shrinkage is None:
        shrinkage = 0.0 if math.isnan(load.paused) else load.paused
    if not 0 <= shrinkage < 1:
        raise UsageError(f"shrinkage {shrinkage} is no share", hint="30 % is 0.3.")
    return Aim(level, within, occupancy, shrinkage, _chosen_patience(patience, load), interval_min)


def _chosen_patience(chosen: float | str | None, load: Load) -> float:
    """Return the mean patience of callers [s]; infinite if none is wanted, known or seen."""
    if chosen is None:
        return math.inf
    if chosen == "observed":
        return math.inf if math.isnan(load.patience_s) else load.patience_s
    try:
        return float(chosen)
    except ValueError as error:
        raise UsageError(f"patience {chosen!r} is no number", hint='Give seconds, or "observed".') from error


def needs_of(load: Load, aim: Aim) -> tuple[Need, ...]:
    """Return the agents every slot needs, without slots whose handle time is unknown."""
    needs = []
    for slot in load.slots:
        if not slot.handle_s > 0:
            continue
        needed = aim.needed(slot.calls, slot.handle_s)
        level, occupancy = aim.level(slot, needed)
        rostered = math.ceil(needed / (1 - aim.shrinkage) - 1e-9)
        average, busy = aim.needed_on_average(slot), aim.needed(slot.busy, slot.handle_s)
        needs.append(Need(slot, needed, average, busy, rostered, level, occupancy))
    return tuple(needs)
