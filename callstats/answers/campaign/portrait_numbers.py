"""A key figure: now, before, and its target."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Any

from callstats.answers.core.estimates import Change, Estimate, change
from callstats.config import Target

if TYPE_CHECKING:
    from callstats.kpis.define import KPI


@dataclass(frozen=True, slots=True)
class Figure:
    """One key figure: now, before, its target, and its change if a bridge gives it."""

    now: Estimate
    before: Estimate | None
    target: Target
    bridged: Change | None = None

    @property
    def kpi(self) -> KPI:
        """The KPI."""
        return self.now.kpi

    @property
    def change(self) -> Change:
        """The figure minus that of the comparison period, or the bridge's change if there is one."""
        return change(self.now, self.before) if self.bridged is None else self.bridged

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
