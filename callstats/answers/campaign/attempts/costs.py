"""What a dial costs: the technical cost of every dial, and the agents' time it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callstats.answers.core.estimates import NAN, estimates
from callstats.kpis.define import KPI, Condition, Ratio, Sum, linear
from callstats.kpis.parts import DIALS
from callstats.kpis.predicates import COSTS

if TYPE_CHECKING:
    from callstats.answers.campaign.attempts.table import Row
    from callstats.dataset import Dataset


@dataclass(frozen=True, slots=True)
class DialCost:
    """What one more dial costs.

    Attributes
    ----------
    average : float
        Labour and technical cost of an average dial [money]; nan where costs are not known.
    fixed : float
        What a dial costs whatever comes of it [money].
    per_second : float
        What a second of talk, hold or wrap costs, the waiting for it included [money].
    """

    average: float = NAN
    fixed: float = NAN
    per_second: float = 0.0

    @property
    def known(self) -> bool:
        """Whether costs are known."""
        return self.average > 0


def _per_dial(name: str, english: str, *kinds: str) -> KPI:
    amounts = COSTS.also(english.lower(), Condition("kind", "in", kinds))
    return KPI(
        name=name,
        label={"en": english, "fr": english, "ru": english},  # for itself only: no reader sees it
        question="What does one dial cost?",
        formula=Ratio(linear(Sum("amount", amounts)), DIALS),
        unit="money",
        direction="down",
        domain="money",
        independence="none",
        source="",
    )


#: What one more dial costs: the list and the advertising are paid for already.
RUNNING = _per_dial("running_cost_per_dial", "Running costs", "labour", "technical")
LABOUR = _per_dial("labour_cost_per_dial", "Labour costs", "labour")


def cost_per_dial(dataset: Dataset) -> float:
    """Return the labour and technical cost of an average dial [money]; nan where costs are not known."""
    return estimates(dataset, [RUNNING])[RUNNING.name].value


def dial_cost(dataset: Dataset, found: Sequence[Row]) -> DialCost:
    """Return what dials cost, labour spread by the agents' time that dials take.

    Where an agent works more, another waits less: a predictive dialer keeps
    agents as busy whatever it dials. Without the times of calls, labour is
    spread evenly over the dials.

    Parameters
    ----------
    dataset : Dataset
        Of the period asked about.
    found : sequence of mapping
        Sums by attempt of the same dials, all lists together.
    """
    told = estimates(dataset, [RUNNING, LABOUR])
    average, labour = told[RUNNING.name].value, told[LABOUR.name].value
    dials, seconds = (sum(row[name] for row in found) for name in ("dials", "seconds"))
    if not seconds > 0 or not labour > 0:
        return DialCost(average, average)
    return DialCost(average, average - labour, labour * dials / seconds)
