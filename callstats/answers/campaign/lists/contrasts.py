"""Each group against all the others on one KPI, with the claims corrected for their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from callstats.answers.core.estimates import Change, change, interval
from callstats.kpis.define import KPI

if TYPE_CHECKING:
    from callstats.dataset import Dataset
    from callstats.moments import Moments

_ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Contrast:
    """A group less the others: estimate and interval at the level its claim is held to.

    ``confidence`` is that level: the interval excludes 0 exactly where Holm's
    procedure over all groups says that they differ.
    """

    group: str
    others: tuple[str, ...]
    estimate: float
    low: float
    high: float
    confidence: float

    @property
    def certain(self) -> bool:
        """Whether the interval excludes no difference."""
        return self.low > 0 or self.high < 0


def contrasts(
    dataset: Dataset, kpi: KPI, by: str, groups: Sequence[str], *, alpha: float = _ALPHA
) -> tuple[Contrast, ...]:
    """Compare each group with all the others taken together, largest evidence first.

    Two groups are one comparison. A group whose KPI has no interval is left out.

    Parameters
    ----------
    dataset : Dataset
    kpi : KPI
        A ratio; its unit of independence clusters the intervals.
    by : str
    groups : sequence of str
    alpha : float
        The chance of any false claim among all comparisons.

    Notes
    -----
    A unit in several groups (a contact on two lists) is taken as independent in each.

    References
    ----------
    1. Holm S (1979). A simple sequentially rejective multiple test procedure.
       Scandinavian Journal of Statistics 6:65-70.
    """
    from callstats.engine import moments

    sums = {str(key[0]): found[kpi.name] for key, found in moments(dataset, [kpi], [by]).items()}
    there = [g for g in groups if g in sums and sums[g].n > 1]
    if len(there) < 2:
        return ()
    tested = there[:1] if len(there) == 2 else there
    return _stepwise(kpi, sums, there, tested, alpha)


def _stepwise(
    kpi: KPI, sums: dict[str, Moments], there: list[str], tested: list[str], alpha: float
) -> tuple[Contrast, ...]:
    """Test in the order of the evidence, each at Holm's level, the rest at that of the first failure."""
    plain = {g: _change(kpi, sums, there, g, 1 - alpha) for g in tested}
    order = sorted(tested, key=lambda g: -_evidence(plain[g]))
    found: list[tuple[str, Change, float]] = []
    level = 1 - alpha
    for step, group in enumerate(order):
        if not found or found[-1][1].certain:  # the first failure sets the level of all that follow
            level = 1 - alpha / (len(order) - step)
        found.append((group, _change(kpi, sums, there, group, level), level))
    others = {g: tuple(o for o in there if o != g) for g in there}
    return tuple(Contrast(g, others[g], c.estimate, c.low, c.high, level) for g, c, level in found)


def _change(kpi: KPI, sums: dict[str, Moments], there: list[str], group: str, confidence: float) -> Change:
    rest = reduce(add, (sums[g] for g in there if g != group))
    return change(interval(kpi, sums[group], confidence), interval(kpi, rest, confidence))


def _evidence(c: Change) -> float:
    """Return how many half-widths the estimate is from 0; nan counts as none."""
    half = c.estimate - c.low if c.estimate > 0 else c.high - c.estimate
    return abs(c.estimate) / half if half > 0 else 0.0
