"""What agents are asked about: the KPI where none is named, what is adjusted for, why one cannot be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callstats.answers.agents.agents_mix_numbers import AGENT
from callstats.answers.core.directions import only_direction
from callstats.answers.core.measure import measure
from callstats.answers.core.voice import Voice
from callstats.kpis import get
from callstats.kpis.define import KPI

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: What agents are given to dial and do not choose.
ADJUST = ("list_id", "hour", "attempt_no")
#: The same of calls received.
GIVEN = ("campaign_id", "hour")
#: KPIs of conversations of both directions, by agent.
_OF_ANY_CALL = ("average_handle_time", "average_talk_time", "average_wrap_time", "average_hold_time")


def asked_kpi(dataset: Dataset, kpi: str | KPI | None) -> KPI:
    """Return the KPI asked about: where none is, the conversion, or the handle time of calls received.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({"call_id": ["1", "2"], "direction": ["inbound", "outbound"]})
    >>> asked_kpi(Dataset({"calls": calls}), None).name, asked_kpi(Dataset({"calls": calls[:1]}), None).name
    ('conversion_per_conversation', 'average_handle_time')
    """
    if kpi is None:
        kpi = "average_handle_time" if only_direction(dataset) == "inbound" else "conversion_per_conversation"
    return get(kpi) if isinstance(kpi, str) else kpi


def usual_mix(dataset: Dataset) -> tuple[str, ...]:
    """Return what is adjusted for where nothing is named.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({"call_id": ["1"], "direction": "inbound", "campaign_id": "help"})
    >>> usual_mix(Dataset({"calls": calls}))
    ('hour',)
    >>> usual_mix(Dataset({"calls": calls.assign(direction="outbound")}))
    ('list_id', 'hour', 'attempt_no')
    """
    if only_direction(dataset) != "inbound":
        return ADJUST
    queues = dataset.values("campaign_id") if dataset.has("calls", "campaign_id") else ()
    return GIVEN if len(queues) > 1 else GIVEN[1:]


def agent_obstacle(dataset: Dataset, kpi: KPI) -> str:
    """Return why a KPI cannot be computed by agent; "" if it can.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({"call_id": ["1"], "agent_id": ["Ann"]})
    >>> cases = pd.DataFrame({"case_id": ["1"], "resolution_s": [60.0]})
    >>> agent_obstacle(Dataset({"calls": calls, "cases": cases}), get("time_to_resolution"))
    'needs cases.agent_id'
    """
    from callstats.engine import obstacle

    without = next((t for t in kpi.needs if t in dataset.frames and not dataset.reaches(t, AGENT)), None)
    if without is not None:
        return f"needs {without}.{AGENT}"
    reason = obstacle(dataset, kpi, [AGENT])
    if reason:
        return reason
    note = str(measure(dataset, kpi, interval=False)["note"].iloc[0])
    return note.partition("not computable: ")[2]


def ask_instead(dataset: Dataset, kpi: KPI, direction: str) -> str:
    """Say that all calls are of the other direction, and which KPI can be asked of them."""
    voice = Voice.of(dataset)
    label = kpi.label[voice.language]
    able = next((name for name in _OF_ANY_CALL if not agent_obstacle(dataset, get(name))), "")
    inbound = direction == "inbound"
    if able and inbound:
        return voice.say(
            "{kpi} counts dials, and all calls are inbound: ask for {name}.", kpi=label, name=able
        )
    if able:
        return voice.say(
            "{kpi} counts calls received, and all calls are outbound: ask for {name}.", kpi=label, name=able
        )
    if inbound:
        return voice.say("{kpi} counts dials, and all calls are inbound.", kpi=label)
    return voice.say("{kpi} counts calls received, and all calls are outbound.", kpi=label)
