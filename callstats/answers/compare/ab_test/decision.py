"""Is a test decided: final, decided early by an interval that allows for it, or still open."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from callstats.answers.compare.ab_test.horizon import Trial
from callstats.answers.compare.ab_test.looks import Cells, Look, Tuning, difference
from callstats.answers.core.estimates import NAN
from callstats.errors import UsageError
from callstats.stats import Comparison, group_sequential_bounds, sample_size

Kind = Literal["final", "early", "open"]


@dataclass(frozen=True, slots=True)
class PlannedLook:
    """One planned look: its share of the planned contacts, its bound, and what was seen.

    ``day`` is None, and ``statistic`` nan, until it is reached.
    """

    information: float
    bound: float
    confidence: float
    day: dt.date | None
    statistic: float

    @property
    def crossed(self) -> bool:
        """Whether the statistic is beyond the bound."""
        return abs(self.statistic) > self.bound


@dataclass(frozen=True)
class Decision:
    """What is decided, and by which interval.

    Attributes
    ----------
    kind : str
        "final" (the planned contacts were followed to the horizon), "early" (decided
        before, by an interval that allows for it) or "open".
    estimate, low, high : float
        Difference with the interval that counts: of a single look when final, of
        planned looks where there are any, otherwise of looks on every day.
    planned, completed : int
        Contacts of both arms: planned, and followed to the horizon.
    missing_days : float
        Until the planned contacts are followed; nan if unknown.
    on : date or None
        When it was decided early.
    by : str
        "single look", "daily looks" or "planned looks".
    planned_looks : tuple of PlannedLook
    """

    kind: Kind
    estimate: float
    low: float
    high: float
    planned: int
    completed: int
    missing_days: float
    on: dt.date | None
    by: str
    planned_looks: tuple[PlannedLook, ...] = ()

    @property
    def missing_contacts(self) -> int:
        """Contacts whose outcome at the horizon is still missing."""
        return max(self.planned - self.completed, 0)


def planned_contacts(
    trial: Trial, cells: Cells, planned: int | None, effect: float | None, tuning: Tuning
) -> int:
    """Return the contacts of both arms that were planned.

    Those asked for; those that show the smallest effect that matters (by the
    conversion supposed, otherwise by that of both arms together, which tells
    nothing of their difference); otherwise all that were loaded.
    """
    if planned is not None:
        if planned < 2:
            raise UsageError(f"{planned} contacts planned", hint="Give the contacts of both arms together.")
        return int(planned)
    loaded = len(trial.contacts)
    if not effect:
        return loaded
    base = cells.pooled if math.isnan(tuning.baseline) else tuning.baseline
    if not 0 < base < 1 or not 0 <= base + effect <= 1:
        return loaded
    share = tuning.share
    found = sample_size(
        base, base + effect, allocation=share / (1 - share), alpha=1 - tuning.confidence,
        design_effect=tuning.design_effect,
    )  # fmt: skip
    # Where only contacts reached count, so many more have to be loaded.
    counted = (cells.trials + cells.control_trials) / max(len(trial.done), 1)
    return math.ceil(found.total / counted) if counted > 0 else found.total


def missing_days(trial: Trial, planned: int) -> float:
    """Return the days until so many contacts are followed to the horizon; nan if no inflow tells.

    Examples
    --------
    A thousand contacts loaded on one day say nothing of how fast more would come.
    """
    start = np.sort(trial.contacts["start"].to_numpy())
    if planned <= len(start):
        return float(max(int(start[planned - 1]) + trial.horizon_days - trial.last_day, 0))
    span = int(start[-1] - start[0]) + 1
    if span < 2:
        return NAN
    per_day = len(start) / span
    return float(math.ceil((planned - len(start)) / per_day) + trial.horizon_days)


def decide(
    trial: Trial,
    single: Comparison | None,
    looks: Sequence[Look],
    tuning: Tuning,
    planned: int,
    planned_looks: int | Sequence[float] | None = None,
) -> Decision:
    """Return what is decided.

    Parameters
    ----------
    trial : Trial
    single : Comparison or None
        Of the contacts followed to the horizon, by a single look; None without any in an arm.
    looks : sequence of Look
    tuning : Tuning
    planned : int
        Contacts of both arms.
    planned_looks : int or sequence of float, optional
        Number of looks equally spaced, or their shares of the planned contacts,
        rising to 1. Without them one may look on every day.
    """
    completed = len(trial.done)
    final = completed >= planned and single is not None
    left = 0.0 if final else missing_days(trial, planned)
    base = Decision("open", NAN, NAN, NAN, planned, completed, left, None, "daily looks")
    if planned_looks is not None:
        return _at_planned_looks(base, looks, tuning, _shares(planned_looks))
    if single is not None and final:
        ends = {"estimate": single.estimate, "low": single.low, "high": single.high}
        return replace(base, kind="final", by="single look", **ends)
    if not looks:
        return base
    last = looks[-1]
    found = replace(base, estimate=last.estimate, low=last.low, high=last.high)
    first = next((look for look in looks if look.decides(tuning.margin)), None)
    now = last.decides(tuning.margin)
    if first is not None and (now or last.estimate * first.estimate > 0):
        # Later looks may be unsure again; what excluded no difference once has excluded it.
        said = last if now else first
        return replace(
            found, kind="early", on=first.day, estimate=said.estimate, low=said.low, high=said.high
        )
    return found


def _shares(asked: int | Sequence[float]) -> list[float]:
    if isinstance(asked, int):
        if asked < 1:
            raise UsageError(f"{asked} planned looks", hint="Plan one look or more.")
        return [(k + 1) / asked for k in range(asked)]
    shares = [float(share) for share in asked]
    if not shares or shares != sorted(shares) or shares[0] <= 0 or abs(shares[-1] - 1) > 1e-9:
        raise UsageError("planned looks rise from above 0 to 1", hint="For example 0.5, 1.")
    return shares


def _at_planned_looks(base: Decision, looks: Sequence[Look], tuning: Tuning, shares: list[float]) -> Decision:
    taken = _taken(looks, base.planned, shares)
    reached = [share for share, _ in taken]
    ahead = [share for share in shares if share > (reached[-1] if reached else 0.0) + 1e-9]
    times = [*reached, *ahead]
    bounds = group_sequential_bounds(
        len(times), alpha=1 - tuning.confidence, spending="lan-demets-obrien-fleming", information=times
    )
    made = tuple(
        PlannedLook(time, bound, 1 - p, look.day if look else None, look.statistic if look else NAN)
        for time, bound, p, look in zip(
            times,
            bounds.bounds,
            bounds.p_values,
            [*(look for _, look in taken), *[None] * len(ahead)],
            strict=True,
        )
    )
    base = replace(base, planned_looks=made, by="planned looks")
    if not taken:
        return base
    crossed = next((k for k, one in enumerate(made) if one.crossed), None)
    at = len(taken) - 1 if crossed is None else crossed
    level = made[at].confidence
    if not 0 < level < 1:  # nothing is spent yet, so nothing can be said
        return replace(base, estimate=taken[at][1].estimate)
    now = difference(taken[at][1].cells, level, tuning.design_effect)
    found = replace(base, estimate=now.estimate, low=now.low, high=now.high)
    if at == len(times) - 1:
        return replace(found, kind="final")
    if crossed is not None:
        return replace(found, kind="early", on=made[at].day)
    return found


def _taken(looks: Sequence[Look], planned: int, shares: list[float]) -> list[tuple[float, Look]]:
    """Return the first look at or past each planned share, with the share it really had."""
    found: dict[dt.date, tuple[float, Look]] = {}
    for share in shares:
        for look in looks:
            if look.contacts >= share * planned - 1e-9:
                found.setdefault(look.day, (min(look.contacts / planned, 1.0), look))
                break
    return sorted(found.values(), key=lambda pair: pair[0])
