"""A key figure: now, before, and its target."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Any

from callstats.answers.core.estimates import NAN, Change, Estimate, change, estimates_in
from callstats.answers.core.measure import fetched
from callstats.answers.core.period_changes import PeriodChange, period_changes
from callstats.config import Target
from callstats.kpis import get
from callstats.kpis.define import KPI

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from callstats.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Figure:
    """One key figure: now, before, and its target.

    Attributes
    ----------
    now : Estimate
    before : Estimate or None
    target : Target
    bridged : Change or None
        Its change, if a bridge gives it.
    moved : PeriodChange or None
        The sums of both periods; without them, the two estimates are taken as independent.
    confidence : float
        Of the change's interval.
    """

    now: Estimate
    before: Estimate | None
    target: Target
    bridged: Change | None = None
    moved: PeriodChange | None = None
    confidence: float = 0.95

    @property
    def kpi(self) -> KPI:
        """The KPI."""
        return self.now.kpi

    @property
    def change(self) -> Change:
        """The figure minus that of the comparison period, or the bridge's change if there is one."""
        if self.bridged is not None:
            return self.bridged
        if self.before is None or not (self.now.known and self.before.known):
            return Change()
        return change(self.now, self.before) if self.moved is None else self.moved.change(self.confidence)

    @property
    def p_value(self) -> float:
        """The probability of such a change under no change; nan if unknown."""
        return NAN if self.moved is None else self.moved.p_value()

    @property
    def has_target(self) -> bool:
        """Whether the project sets a target for it."""
        return self.target.low is not None or self.target.high is not None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None if the interval leaves it open, or there is no target.

        Abandonment is a census of every call, so its exact value is judged.
        """
        if not (self.has_target and self.now.known):
            return None
        low, high = self.now.low, self.now.high
        if self.kpi.domain == "compliance":
            low = high = self.now.value
        if isnan(low) or isnan(high):
            return None
        least = float("-inf") if self.target.low is None else self.target.low
        most = float("inf") if self.target.high is None else self.target.high
        if least <= low and high <= most:
            return True
        return False if high < least or low > most else None

    def row(self) -> dict[str, Any]:
        """Return everything about it, unrounded, by name."""
        moved = self.change
        return {
            "kpi": self.kpi.name,
            "value": self.now.value,
            "low": self.now.low,
            "high": self.now.high,
            "n": self.now.n,
            "target_low": self.target.low,
            "target_high": self.target.high,
            "before": self.before.value if self.before else None,
            "change": moved.estimate,
            "change_low": moved.low,
            "change_high": moved.high,
            "note": self.now.note,
        }


def moved_figures(
    now: Dataset, before: Dataset | None, asked: Iterable[str | KPI], by: Sequence[str] = ()
) -> dict[tuple[object, ...], dict[str, Figure]]:
    """Return every figure of every group, in the period and the comparison period."""
    named = (get(kpi) if isinstance(kpi, str) else kpi for kpi in asked)
    kpis = list({kpi.name: kpi for kpi in named}.values())
    targets, level = now.config.targets, now.config.confidence
    two = before is not None
    found = [fetched(data, kpis, by, every_day=two) for data in (now, before) if data is not None]
    later, earlier = estimates_in(found[0], level), estimates_in(found[1], level) if two else {}
    moved = period_changes(found[0], found[1]) if two else {}
    return {
        group: {
            name: Figure(
                estimate,
                earlier.get(group, {}).get(name),
                targets.get(name, Target()),
                moved=moved.get((group, name)) if _both(estimate, earlier.get(group, {}).get(name)) else None,
                confidence=level,
            )
            for name, estimate in estimates.items()
        }
        for group, estimates in later.items()
    }


def _both(now: Estimate, before: Estimate | None) -> bool:
    """Return whether both values are known, with intervals of positive width."""
    return before is not None and all(e.known and e.low < e.high for e in (now, before))
