"""What a queue is staffed for, and the agents that a load needs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.service.staffing.queue_load import NAN, Load, Slot
from callstats.errors import UsageError
from callstats.stats.erlang import agents_needed, queue_performance

if TYPE_CHECKING:
    from callstats.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Aim:
    """What the queue is staffed for.

    Attributes
    ----------
    service_level, within_s : float
        Share of the callers to be answered, in so many seconds.
    max_occupancy : float
        Largest share of their time agents may spend on calls.
    shrinkage : float
        Share of paid time that agents are not there for callers.
    patience_s : float
        Mean time after which callers give up [s]; infinite is Erlang C.
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
        """Return the agents that so many calls need."""
        return 0 if not calls > 0 else agents_needed(
            calls, handle_s, service_level=self.service_level, within_s=self.within_s,
            interval_s=self.interval_min * 60, patience_s=self.patience_s, max_occupancy=self.max_occupancy,
        )  # fmt: skip

    def level(self, slot: Slot, agents: int) -> tuple[float, float]:
        """Return the service level and the occupancy that so many agents give."""
        found = queue_performance(
            slot.calls, slot.handle_s, agents, interval_s=self.interval_min * 60,
            within_s=self.within_s, patience_s=self.patience_s,
        )  # fmt: skip
        return found.service_level, found.occupancy


@dataclass(frozen=True, slots=True)
class Need:
    """A slot and the agents it needs: on the phone, on a busy day, and on the roster."""

    slot: Slot
    needed: int
    busy: int
    rostered: int
    service_level: float
    occupancy: float

    @property
    def short(self) -> float:
        """Agents missing; negative where there are more than needed, nan where it is not known."""
        return self.needed - self.slot.there


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


def _slot(row: dict[str, Any]) -> Slot:
    calls = float(row["calls"])
    busy, there = float(row.get("calls_busy", calls)), float(row.get("there", NAN))
    return Slot(row.get("weekday"), str(row["start"]), 1, calls, busy, float(row["handle_s"]), there)


def aim_for(dataset: Dataset | None, load: Load, choices: tuple[Any, ...], interval_min: int) -> Aim:
    """Return what was chosen, else what the project has as target, else the usual."""
    level, within, shrinkage, occupancy, patience = choices
    targets = dataset.config.targets if dataset is not None else {}
    goal, band = targets.get("service_level"), targets.get("occupancy")
    if level is None:
        level = goal.low if goal is not None and goal.low is not None else 0.8
    if occupancy is None:
        occupancy = band.high if band is not None and band.high is not None else 1.0
    if within is None:
        within = dataset.config.setting("answer_within_s", 20) if dataset is not None else 20
    if shrinkage is None:
        shrinkage = 0.0 if math.isnan(load.paused) else load.paused
    if not 0 <= shrinkage < 1:
        raise UsageError(f"shrinkage {shrinkage} is no share", hint="30 % is 0.3.")
    return Aim(level, within, occupancy, shrinkage, _patience(patience, load), interval_min)


def _patience(chosen: float | str | None, load: Load) -> float:
    """Return the mean patience of callers [s]; infinite where none was chosen or nobody gave up."""
    if chosen is None:
        return math.inf
    if chosen == "observed":
        return math.inf if math.isnan(load.patience_s) else load.patience_s
    try:
        return float(chosen)
    except ValueError as error:
        raise UsageError(f"patience {chosen!r} is no number", hint='Give seconds, or "observed".') from error


def needs_of(load: Load, aim: Aim) -> tuple[Need, ...]:
    """Return the agents every slot needs; slots whose handle time is not known are left out."""
    found = []
    for slot in load.slots:
        if not slot.handle_s > 0:
            continue
        needed = aim.needed(slot.calls, slot.handle_s)
        level, occupancy = aim.level(slot, needed)
        rostered = math.ceil(needed / (1 - aim.shrinkage) - 1e-9)
        found.append(Need(slot, needed, aim.needed(slot.busy, slot.handle_s), rostered, level, occupancy))
    return tuple(found)
