"""The figures of each list, and whether its agents worked other lists as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from callstats.answers.core.estimates import NAN, Estimate, estimates_by
from callstats.dataset.period import Period
from callstats.kpis import get
from callstats.kpis import predicates as rows
from callstats.kpis.define import KPI, Ratio, Sum, linear
from callstats.kpis.parts import CONTACTS_ATTEMPTED

if TYPE_CHECKING:
    from callstats.answers.core.scope import Scope
    from callstats.dataset import Dataset

VALUE_PER_CONTACT = KPI(
    name="value_per_contact",
    label={"en": "Value per contact", "fr": "Valeur par contact", "ru": "Доход на контакт"},
    question="What does a contact that was dialled bring?",
    formula=Ratio(linear(Sum("value", rows.SUCCESSES)), linear(CONTACTS_ATTEMPTED)),
    unit="money",
    direction="up",
    domain="money",
    independence="contact",
    source="",
)
_KPIS = (
    "answer_rate",
    "conversion_per_conversation",
    "conversion_per_contact",
    VALUE_PER_CONTACT,
    "attempts_per_contact",
)
_TOTALS = ("contacts_loaded", "contacts_closed")


@dataclass(frozen=True, slots=True)
class ListFigures:
    """One list: its KPIs by name, the design effect of its answer rate, the share still callable."""

    list_id: str
    label: str
    kpis: Mapping[str, Estimate]
    design_effect: float
    callable_share: float


def list_figures(about: Scope) -> tuple[ListFigures, ...]:
    """Return the figures of every list that was dialled, most dials first."""
    from callstats.engine import moments
    from callstats.stats import ratio_interval

    groups = estimates_by(about.now, _KPIS, ["list_id"])
    rate = get("answer_rate")
    told = any(group[rate.name].known for group in groups.values())
    sums = moments(about.now, [rate], ["list_id"]) if told else {}
    left = _callable(about)
    made = []
    for (name,), group in groups.items():
        if name is None:
            continue
        if not group["attempts_per_contact"].numerator > 0:
            continue  # nothing was dialled, such as a queue of calls received
        m = sums.get((name,), {}).get(rate.name)
        effect = ratio_interval(m, proportion=True).design_effect if m is not None else NAN
        label = about.voice.label(name)
        made.append(ListFigures(str(name), label, group, effect, left.get(str(name), NAN)))
    return tuple(sorted(made, key=lambda one: -one.kpis["attempts_per_contact"].numerator))


def _callable(about: Scope) -> dict[str, float]:
    """Return the share of every list's contacts that is not closed by the end of the period."""
    span = about.whole.span()
    until = about.whole
    if about.period is not None and span is not None:
        until = about.whole.where(
            period=Period.parse(f"{min(span[0], about.period.start)}..{about.period.last}")
        )
    groups = estimates_by(until, _TOTALS, ["list_id"])
    found = {}
    for (name,), group in groups.items():
        loaded, closed = (group[kpi].value for kpi in _TOTALS)
        if loaded > 0 and closed >= 0:
            found[str(name)] = max(1 - closed / loaded, 0.0)
    return found


def shared_agents(dataset: Dataset) -> float:
    """Return the share of conversations held by agents who worked several lists.

    It is 1 where agents are unknown.
    """
    if not dataset.has("calls", "agent_id", "list_id", "handled"):
        return 1.0
    worked = (
        dataset.table("calls")
        .filter(nw.col("handled"), ~nw.col("agent_id").is_null(), ~nw.col("list_id").is_null())
        .group_by("agent_id", "list_id")
        .agg(calls=nw.len())
        .collect("pandas")
        .to_native()
    )
    if worked.empty:
        return 1.0
    by_agent = worked.groupby("agent_id")["calls"].agg(["size", "sum"])
    return float(by_agent.loc[by_agent["size"] > 1, "sum"].sum() / by_agent["sum"].sum())
