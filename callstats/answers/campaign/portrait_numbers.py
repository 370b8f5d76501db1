"""A key figure: now, before, and its target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Any

from callstats.answers.campaign.target_progress_numbers import TotalProgress, progress_of
from callstats.answers.core.estimates import NAN, Change, Estimate, change, estimates_in
from callstats.answers.core.measure import fetched
from callstats.answers.core.period_changes import PeriodChange, period_changes
from callstats.answers.core.target_scope import applied_targets, is_total
from callstats.config import Target
from callstats.kpis import get
from callstats.kpis.define import KPI

if TYPE_CHECKING:
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
    progress : TotalProgress or None
        Of a count or sum with a target: how far it has come in the period.
    """

    now: Estimate
    before: Estimate | None
    target: Target
    bridged: Change | None = None
    moved: PeriodChange | None = None
    confidence: float = 0.95
    progress: TotalProgress | None = None

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
    def worse(self) -> bool:
        """Whether it changed for the worse beyond its usual variation."""
        bad = {"up": -1.0, "down": 1.0}.get(self.kpi.direction, 0.0)
        return self.change.certain and self.change.estimate * bad > 0

    @property
    def p_value(self) -> float:
        """The probability of such a change under no change; nan if unknown."""
        if self.bridged is not None:
            return self.bridged.p_value
        return NAN if self.moved is None else self.moved.p_value()

    @property
    def limits(self) -> tuple[float | None, float | None]:
        """The least and the largest value that meet the target; None where there is no such end."""
        return self.target.limits(self.kpi.direction)

    @property
    def has_target(self) -> bool:
        """Whether the project sets a target for it."""
        return self.limits != (None, None)

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None if the interval leaves it open, or there is no target.

        Abandonment is a census of every call, so its exact value is judged. So is a count or
        sum that has a progress, once the period is over or nothing can change it any more.
        """
        if not (self.has_target and self.now.known):
            return None
        least, most = self._ends()
        if self.progress is not None:
            return self.progress.met(self.now.value, least, most)
        low, high = self.now.low, self.now.high
        if self.kpi.domain == "compliance":
            low = high = self.now.value
        if isnan(low) or isnan(high):
            return None
        if least <= low and high <= most:
            return True
        return False if high < least or low > most else None

    def _ends(self) -> tuple[float, float]:
        least, most = self.limits
        return (float("-inf") if least is None else least), (float("inf") if most is None else most)

    @property
    def running(self) -> bool:
        """Whether it is a count or sum whose target can still be met or missed in the days to come."""
        return self.judged and self.progress is not None and not self.progress.over and self.met is None

    @property
    def judged(self) -> bool:
        """Whether it has a target and, if it is a count or sum, a period that the target is for."""
        return self.has_target and (self.progress is None or self.progress.unknown != "no period")

    @property
    def aim(self) -> float:
        """The value that its share is told of: the least that meets the target, else the largest."""
        least, most = self.limits
        return NAN if least is most is None else float(most if least is None else least)  # type: ignore[arg-type]

    @property
    def attained(self) -> float:
        """The share of the aim that is reached, or used up; nan without a positive aim."""
        return self.now.value / self.aim if self.aim > 0 else NAN

    @property
    def chance(self) -> float:
        """The probability to meet the target at the end of the period; nan if it is known, or nothing is."""
        return NAN if self.progress is None else self.progress.chance(self.now.value, *self._ends())

    def row(self) -> dict[str, Any]:
        """Return everything about it, unrounded, by name."""
        moved = self.change
        return {
            "kpi": self.kpi.name,
            "value": self.now.value,
            "low": self.now.low,
            "high": self.now.high,
            "n": self.now.n,
            "target_low": self.limits[0],
            "target_high": self.limits[1],
            **({} if self.progress is None else self._carried()),
            "before": self.before.value if self.before else None,
            "change": moved.estimate,
            "change_low": moved.low,
            "change_high": moved.high,
            "note": self.now.note,
        }

    def _carried(self) -> dict[str, Any]:
        """Return the share attained, the pace and the chance of a count or sum with a target."""
        assert self.progress is not None
        found = self.progress.prediction
        ends = (None, None) if found is None else (found.low, found.high)
        pace = dict(zip(("pace", "pace_low", "pace_high"), (self.progress.pace, *ends), strict=True))
        return {"attained": self.attained, **pace, "chance": self.chance}


def moved_figures(
    now: Dataset, before: Dataset | None, asked: Iterable[str | KPI], by: Sequence[str] = ()
) -> dict[tuple[object, ...], dict[str, Figure]]:
    """Return every figure of every group, in the period and the comparison period."""
    named = (get(kpi) if isinstance(kpi, str) else kpi for kpi in asked)
    kpis = list({kpi.name: kpi for kpi in named}.values())
    level = now.config.confidence
    two = before is not None
    found = [fetched(data, kpis, by, every_day=two) for data in (now, before) if data is not None]
    later, earlier = estimates_in(found[0], level), estimates_in(found[1], level) if two else {}
    moved = period_changes(found[0], found[1]) if two else {}
    targets = {group: applied_targets(now, dict(zip(by, group, strict=True)), kpis) for group in later}
    progress = _progress(now, kpis, by, later, targets)
    return {
        group: {
            name: Figure(
                estimate,
                earlier.get(group, {}).get(name),
                targets[group].get(name, Target()),
                moved=moved.get((group, name)) if _both(estimate, earlier.get(group, {}).get(name)) else None,
                confidence=level,
                progress=progress.get(group, {}).get(name),
            )
            for name, estimate in estimates.items()
        }
        for group, estimates in later.items()
    }


def _progress(
    now: Dataset, kpis: Sequence[KPI], by: Sequence[str], found: _Estimates, targets: _Targets
) -> dict[tuple[object, ...], dict[str, TotalProgress]]:
    """Return how far the counts and sums with a target have come."""
    wanted = [kpi for kpi in kpis if is_total(kpi) and any(kpi.name in own for own in targets.values())]
    return progress_of(now, wanted, found, by) if wanted else {}


_Estimates = Mapping[tuple[Any, ...], Mapping[str, Estimate]]
_Targets = Mapping[tuple[Any, ...], Mapping[str, Target]]


def _both(now: Estimate, before: Estimate | None) -> bool:
    """Return whether both values are known, with intervals of positive width."""
    return before is not None and all(e.known and e.low < e.high for e in (now, before))
