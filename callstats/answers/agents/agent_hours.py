"""The hours that outbound work took: an hour of login without the time on calls received."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from callstats.kpis import predicates as rows
from callstats.kpis.define import KPI, Count, Ratio, Sum, linear
from callstats.kpis.parts import LOGIN_HOURS

if TYPE_CHECKING:
    from callstats.dataset import Dataset

_RECEIVED_SECONDS = (
    Sum("talk_s", rows.ANSWERED)
    + Sum("hold_s", rows.ANSWERED, if_missing="hold is not told apart and counts as talk")
    + Sum("wrap_s", rows.ANSWERED)
)
OUTBOUND_HOURS = linear(LOGIN_HOURS - (1 / 3600) * _RECEIVED_SECONDS, "login hours without calls received")
ANSWERED_PER_HOUR = KPI(
    name="answered_per_login_hour",
    label={
        "en": "Calls answered per login hour",
        "fr": "Appels reçus traités par heure de connexion",
        "ru": "Принятых звонков за час в системе",
    },
    question="How many calls received does an agent answer in an hour of login?",
    formula=Ratio(linear(Count(rows.ANSWERED)), LOGIN_HOURS),
    unit="1/h",
    direction="neutral",
    domain="productivity",
    independence="agent_day",
    source="",
    caution="The callers set the pace.",
)


def outbound_pace(dataset: Dataset, kpi: KPI) -> KPI:
    """Return a rate per login hour as one per hour of outbound work, where agents take calls as well.

    Whoever answers calls for half of the day dials for the other half: per hour of login
    they would look half as fast as those who dial all day. Other KPIs are returned as they
    are, and so is a rate where the data do not say how long calls received took.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> from callstats.kpis import get
    >>> calls = pd.DataFrame({
    ...     "call_id": ["1", "2"], "agent_id": "Ann", "direction": ["outbound", "inbound"], "handled": True,
    ...     "talk_s": 1500.0, "wrap_s": 300.0, "local_started_at": pd.Timestamp("2026-09-01 09:00"),
    ... })
    >>> time = pd.DataFrame({
    ...     "agent_id": ["Ann"], "state": "talk", "seconds": 3600.0,
    ...     "local_start": pd.Timestamp("2026-09-01 09:00"),
    ... })
    >>> blended = Dataset({"calls": calls, "agent_time": time})
    >>> str(outbound_pace(blended, get("handled_per_agent_hour")).formula.denominator)
    'login hours without calls received'
    """
    from callstats.engine import obstacle

    formula = kpi.formula
    if kpi.unit != "1/h" or not isinstance(formula, Ratio) or formula.denominator != LOGIN_HOURS:
        return kpi
    if not {"inbound", "outbound"} <= set(
        dataset.values("direction") if dataset.has("calls", "direction") else ()
    ):
        return kpi
    own = replace(kpi, formula=replace(formula, denominator=OUTBOUND_HOURS))
    return kpi if obstacle(dataset, own, ["agent_id"]) else own
