"""Each list's figures, each list compared with the others, and whether agents worked several lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import narwhals as nw

from callstats.answers.core.estimates import NAN, Change, Estimate, change, estimates_by, interval
from callstats.dataset.period import Period
from callstats.kpis import get
from callstats.kpis import predicates as rows
from callstats.kpis.define import KPI, Ratio, Sum, linear
from callstats.kpis.parts import CONTACTS_ATTEMPTED, PROFIT
from callstats.stats.multiplicity import bonferroni_confidence

if TYPE_CHECKING:
    from callstats.answers.core.scope import Scope
    from callstats.dataset import Dataset
    from callstats.moments import Moments

VALUE_PER_CONTACT = KPI(
    name="value_per_contact",
    label={"en": "Value per contact", "fr": "Valeur par fiche", "ru": "Выручка на контакт"},
    question="What does a contact that was dialled bring?",
    formula=Ratio(linear(Sum("value", rows.SUCCESSES)), linear(CONTACTS_ATTEMPTED)),
    unit="money",
    direction="up",
    domain="money",
    independence="contact",
    source="",
)
PROFIT_PER_CONTACT = KPI(
    name="profit_per_contact",
    label={"en": "Profit per contact", "fr": "Profit par fiche", "ru": "Прибыль на контакт"},
    question="What is left of what a dialled contact brings after its share of all costs?",
    formula=Ratio(PROFIT, linear(CONTACTS_ATTEMPTED)),
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
    PROFIT_PER_CONTACT,
    "attempts_per_contact",
)
_TOTALS = ("contacts_loaded", "contacts_closed")


@dataclass(frozen=True, slots=True)
class ListFigures:
    """One list: its KPIs by name, the design effect of its answer rate, the share still callable."""

    list_id: str
    kpis: Mapping[str, Estimate]
    design_effect: float
    callable_share: float


def list_figures(about: Scope) -> tuple[ListFigures, ...]:
    """Return the figures of every list that was dialled, most dials first."""
    from callstats.engine import moments
    from callstats.stats import ratio_interval

    groups = estimates_by(about.now, _KPIS, ["list_id"])
    rate = get("answer_rate")
    known = any(group[rate.name].known for group in groups.values())
    sums = moments(about.now, [rate], ["list_id"]) if known else {}
    left = _callable(about)
    figures = []
    for (name,), group in groups.items():
        if name is None:
            continue
        if not group["attempts_per_contact"].numerator > 0:
            continue  # nothing was dialled, as in an inbound queue
        m = sums.get((name,), {}).get(rate.name)
        effect = ratio_interval(m, proportion=True).design_effect if m is not None else NAN
        figures.append(ListFigures(str(name), group, effect, left.get(str(name), NAN)))
    return tuple(sorted(figures, key=lambda one: -one.kpis["attempts_per_contact"].numerator))


def _callable(about: Scope) -> dict[str, float]:
    """Return the share of every list's contacts not closed by the end of the period."""
    span = about.whole.span()
    until = about.whole
    if about.period is not None and span is not None:
        until = about.whole.where(
            period=Period.parse(f"{min(span[0], about.period.start)}..{about.period.last}")
        )
    groups = estimates_by(until, _TOTALS, ["list_id"])
    shares = {}
    for (name,), group in groups.items():
        loaded, closed = (group[kpi].value for kpi in _TOTALS)
        if loaded > 0 and closed >= 0:
            shares[str(name)] = max(1 - closed / loaded, 0.0)
    return shares


def known_of_several(figures: Sequence[ListFigures], kpi: str) -> bool:
    """Return whether at least two lists have a value of a KPI."""
    return sum(one.kpis[kpi].known for one in figures) > 1


def shared_agents(dataset: Dataset) -> float:
    """Return the share of conversations held by agents who worked several lists.

    It is 1 if agents are unknown.
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


@dataclass(frozen=True, slots=True)
class Contrast:
    """A group minus the others: estimate and interval at the level of its claim.

    ``confidence`` is that level: the interval excludes 0 exactly when Holm's
    procedure over all groups finds a difference.
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
    dataset: Dataset, kpi: KPI, by: str, groups: Sequence[str], *, confidence: float | None = None
) -> tuple[Contrast, ...]:
    """Compare each group with all the others pooled, strongest evidence first.

    Two groups make one comparison. A group whose KPI has no interval is left out.

    Parameters
    ----------
    dataset : Dataset
    kpi : KPI
        A ratio; intervals are clustered by its independent unit.
    by : str
    groups : sequence of str
    confidence : float, optional
        One minus the chance of any false claim among all comparisons; if omitted, the project's.

    Notes
    -----
    A unit in several groups (a contact on two lists) is treated as independent in each.

    References
    ----------
    1. Holm S (1979). A simple sequentially rejective multiple test procedure.
       Scandinavian Journal of Statistics 6:65-70.
    """
    from callstats.engine import moments

    sums = {str(key[0]): by_kpi[kpi.name] for key, by_kpi in moments(dataset, [kpi], [by]).items()}
    known = [g for g in groups if g in sums and sums[g].n > 1]
    if len(known) < 2:
        return ()
    tested = known[:1] if len(known) == 2 else known
    level = dataset.config.confidence if confidence is None else confidence
    return _stepwise(kpi, sums, known, tested, level)


def _stepwise(
    kpi: KPI, sums: dict[str, Moments], groups: list[str], tested: list[str], confidence: float
) -> tuple[Contrast, ...]:
    """Test in order of evidence, each at Holm's level, the rest at that of the first failure."""
    plain = {g: _change(kpi, sums, groups, g, confidence) for g in tested}
    order = sorted(tested, key=lambda g: -_evidence(plain[g]))
    changes: list[tuple[str, Change, float]] = []
    level = confidence
    for step, group in enumerate(order):
        if not changes or changes[-1][1].certain:  # the first failure sets the level of all that follow
            level = bonferroni_confidence(confidence, len(order) - step)
        changes.append((group, _change(kpi, sums, groups, group, level), level))
    others = {g: tuple(o for o in groups if o != g) for g in groups}
    return tuple(Contrast(g, others[g], c.estimate, c.low, c.high, level) for g, c, level in changes)


def _change(kpi: KPI, sums: dict[str, Moments], groups: list[str], group: str, confidence: float) -> Change:
    rest = reduce(add, (sums[g] for g in groups if g != group))
    return change(interval(kpi, sums[group], confidence), interval(kpi, rest, confidence))


def _evidence(c: Change) -> float:
    """Return how many half-widths the estimate is from 0; nan counts as none."""
    half = c.estimate - c.low if c.estimate > 0 else c.high - c.estimate
    return abs(c.estimate) / half if half > 0 else 0.0
