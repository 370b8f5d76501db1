"""Calls of one direction only, asked a question about the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callstats.engine.units import formula_terms
from callstats.kpis.define import KPI

if TYPE_CHECKING:
    from callstats.answers.core.voice import Voice
    from callstats.dataset import Dataset

#: KPIs of a campaign that dials and of a queue alike, and those of queues alone.
BOTH_WAYS = ("profit", "average_handle_time", "occupancy", "csat")
OF_QUEUES = ("service_level", "abandon_rate_inbound", "average_speed_of_answer", "first_call_resolution")


def applies(kpi: KPI, dials: float, offered: float) -> bool:
    """Return whether a KPI applies to a campaign with these numbers of calls dialled and received.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> [applies(get(name), 0, 500) for name in ("service_level", "answer_rate", "occupancy")]
    [True, False, True]
    """
    if kpi.name in BOTH_WAYS:
        return dials > 0 or offered > 0
    return offered > 0 if kpi.name in OF_QUEUES or kpi.domain == "service" else dials > 0


def only_direction(dataset: Dataset) -> str:
    """Return the direction that all calls have; "" if there are several, or it is not known.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({"call_id": ["1", "2"], "direction": ["inbound", "outbound"]})
    >>> only_direction(Dataset({"calls": calls})), only_direction(Dataset({"calls": calls[:1]}))
    ('', 'inbound')
    """
    there = dataset.values("direction") if dataset.has("calls", "direction") else []
    return there[0] if len(there) == 1 else ""


def other_direction(dataset: Dataset, kpi: KPI) -> str:
    """Return the direction that all calls have and the KPI does not count; "" where it counts some.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> from callstats.kpis import get
    >>> calls = pd.DataFrame({"call_id": ["1"], "direction": ["inbound"]})
    >>> other_direction(Dataset({"calls": calls}), get("conversion_per_conversation"))
    'inbound'
    """
    wanted = {c.operand for t in formula_terms(kpi) for c in t.where.conditions if c.column == "direction"}
    there = only_direction(dataset) if wanted else ""
    return there if there not in wanted else ""


def ask_of_callers(voice: Voice, dataset: Dataset) -> str:
    """Return which question to ask instead, if a question about dials was asked of calls received only."""
    if only_direction(dataset) != "inbound":
        return ""
    return voice.say(
        "All calls are inbound, and this counts dials: ask for the service (cs.service, callstats service)."
    )


def ask_of_dials(voice: Voice) -> str:
    """Return which question to ask instead, if one about calls received was asked of dials only."""
    return voice.say(
        "All calls are outbound, and this counts calls received: ask for the portrait or the funnel "
        "(cs.portrait, cs.funnel)."
    )
