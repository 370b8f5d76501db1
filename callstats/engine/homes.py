"""The agent a contact belongs to, where a KPI counts contacts and not conversations."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import narwhals as nw

from callstats.dataset.core import Dataset
from callstats.engine.clusters import ArmMoments, UnitFrame, products, unit_frame
from callstats.engine.expressions import holds
from callstats.engine.units import parts
from callstats.kpis.define import KPI


def home_moments(
    dataset: Dataset, kpi: KPI, by: str, arms: Sequence[Any], control: Any
) -> tuple[ArmMoments, ArmMoments]:
    """Return the moments over agents, and over pairs of contact and agent, each contact given to one agent.

    A contact that two agents spoke with is one contact still. It is given to the
    agent of a call that counts in the KPI's numerator; without one, to one of the
    agents who spoke with it (the last by name: any rule that does not look at the
    outcome will do). Contacts no agent spoke with belong to none.

    Parameters
    ----------
    dataset : Dataset
        With contact_id, agent_id and, if it is to count, handled in the calls.
    kpi : KPI
        Whose sums are sums over contacts.
    by : str
    arms : sequence
    control : object

    Returns
    -------
    tuple of ArmMoments
        Over agents; over contacts with their agent.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.kpis import get
    >>> calls = pd.DataFrame({
    ...     "call_id": list("1234"), "contact_id": list("PPQR"), "direction": "outbound",
    ...     "agent_id": ["Ann", "Bob", "Bob", None], "list_id": "A", "live": [True, True, True, False],
    ...     "handled": [True, True, True, False], "success": [True, False, False, False],
    ... })
    >>> ds, won = Dataset({"calls": calls}), get("conversion_per_contact")
    >>> agents, _ = home_moments(ds, won, "list_id", ["A"], "A")
    >>> agents.arms["A"].n, agents.arms["A"].sums["denominator"]
    (2, 2.0)
    """
    units = unit_frame(dataset, kpi, by, arms, ("contact_id",))
    frame = units.frame.filter(~nw.col("contact_id").is_null())
    frame = frame.join(_homes(dataset, kpi, by), on=[by, "contact_id"], how="inner")
    columns = tuple(parts(kpi))
    names = [f"__{column}" for column in columns]
    agents = frame.group_by(by, "__home").agg(nw.col(*names).sum())
    return (
        products(UnitFrame(agents, ("__home",)), by, arms, control, columns),
        products(UnitFrame(frame, ("contact_id", "__home")), by, arms, control, columns),
    )


def _homes(dataset: Dataset, kpi: KPI, by: str) -> nw.LazyFrame:
    """Return the agent of every contact that an agent spoke with, arm by arm."""
    settings = dataset.config.settings
    won = [
        rows
        for term, _ in parts(kpi)["numerator"]
        if term.where.table == "calls" and (rows := holds(term.where, settings)) is not None
    ]
    agent = nw.col("agent_id")
    counted = nw.when(reduce(lambda a, b: a | b, won)).then(agent) if won else agent
    frame = dataset.table("calls", by, "contact_id", "agent_id").filter(
        ~nw.col("contact_id").is_null(), ~agent.is_null()
    )
    if dataset.has("calls", "handled"):
        frame = frame.filter(nw.col("handled"))
    frame = (
        frame.with_columns(__won=counted)
        .group_by(by, "contact_id")
        .agg(nw.col("__won").max(), agent.max().alias("__any"))
    )
    home = nw.when(~nw.col("__won").is_null()).then(nw.col("__won")).otherwise(nw.col("__any"))
    return frame.with_columns(__home=home).select(by, "contact_id", "__home")
