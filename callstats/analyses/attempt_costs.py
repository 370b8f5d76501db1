"""What a dial costs: the technical cost of every dial, and the agents' time it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callstats.analyses.estimates import estimates
from callstats.kpis.define import KPI, Condition, Ratio, Sum, linear
from callstats.kpis.parts import DIALS
from callstats.kpis.predicates import COSTS

if TYPE_CHECKING:
    from callstats.dataset import Dataset


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


def labour_per_dial(dataset: Dataset) -> float:
    """Return the labour cost of an average dial [money]; nan where costs are not known."""
    return estimates(dataset, [LABOUR])[LABOUR.name].value
