"""What a comparison has to know of its arms before it computes anything: who dialled whom, and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.answers.core.scope import records
from callstats.dataset.clock import TIME_KEYS, unknown, written
from callstats.engine.keys import in_order, is_any
from callstats.engine.sums import sums_by_group, with_summands
from callstats.engine.units import formula_terms
from callstats.kpis.define import KPI, Condition, Count, Distinct, Predicate, Quantile, Sum, Term

if TYPE_CHECKING:
    from callstats.dataset import Dataset

Arm = Any
#: A frame of pandas; its own annotations are unions that nothing narrows.
Frame = Any
#: What agents, and nobody else, decide or write down.
AGENT_MADE = frozenset({
    "right_party", "argued", "success", "do_not_call", "talk_s", "hold_s", "wrap_s", "value", "cancelled",
})  # fmt: skip
_AGENT_TABLES = frozenset({"agent_time", "evaluations", "surveys", "callbacks"})
_SLOT = ("hour", "weekday")


def made_by_agents(kpi: KPI) -> bool:
    """Tell whether what a KPI counts is in the hands of agents.

    Whether a dial is answered is not; what comes of the conversation is.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> made_by_agents(get("answer_rate")), made_by_agents(get("conversion_per_contact"))
    (False, True)
    """
    terms = formula_terms(kpi)
    rows = [kpi.formula.where] if isinstance(kpi.formula, Quantile) else [term.where for term in terms]
    read = kpi.formula.columns if isinstance(kpi.formula, Quantile) else {c for t in terms for c in t.columns}
    spoken = all(any(str(c) == "handled" for c in where.conditions) for where in rows)
    return bool(read & AGENT_MADE) or spoken or any(where.table in _AGENT_TABLES for where in rows)


def common_rows(kpi: KPI) -> Predicate | None:
    """Return the calls a KPI is about, None where it reads none.

    Those that all its terms have in common; of what counts contacts, every dial.
    """
    found = [term.where for term in formula_terms(kpi) if term.where.table == "calls"]
    if not found:
        return None
    shared = [c for c in found[0].conditions if all(c in where.conditions for where in found)]
    if per_contact(kpi):
        shared = [c for c in shared if c.column == "direction"]
    return Predicate("calls", "calls", tuple(shared))


def tables_of(kpi: KPI) -> tuple[str, ...]:
    """Return the tables a KPI reads."""
    if isinstance(kpi.formula, Quantile):
        return (kpi.formula.where.table,)
    return tuple(dict.fromkeys(term.where.table for term in formula_terms(kpi)))


def arms_of(dataset: Dataset, kpi: KPI, by: str) -> list[Arm]:
    """Return every known value of a column among the rows of the KPI's tables, as written, in order."""
    found = set()
    for table in tables_of(kpi):
        # a grouping: to take the different values of a column costs some engines a sort
        rows = dataset.table(table, by).group_by(by).agg(nw.len().alias("__rows"))
        values: Frame = rows.collect("pandas").to_native()[by]
        found |= {(written(by, value),) for value in values if not unknown(value)}
    return [value for (value,) in in_order(found)]


@dataclass(frozen=True)
class Traffic:
    """Calls by arm, slot and attempt: counts in a small frame with the arm as it is written.

    ``keys`` are those of hour, weekday and attempt_no that the data have; each
    term's sum stands in a column under its key, the calls in ``calls``.
    """

    frame: Frame
    keys: tuple[str, ...]

    def counts(self, arm: Arm, keys: Sequence[str]) -> dict[tuple[Any, ...], float]:
        """Return an arm's calls by some of the keys; rows where one is unknown are left out."""
        own = self.frame[self.frame["arm"] == arm].dropna(subset=list(keys))
        sums = own.groupby(list(keys))["calls"].sum()
        return {k if isinstance(k, tuple) else (k,): float(v) for k, v in sums.items() if v}

    def sums(self, arm: Arm) -> dict[str, float]:
        """Return an arm's sum of every term."""
        own = self.frame[self.frame["arm"] == arm]
        return {name: float(own[name].sum()) for name in own.columns if name not in ("arm", *self.keys)}


def traffic(dataset: Dataset, kpi: KPI, by: str, terms: Iterable[Term]) -> Traffic | None:
    """Count the KPI's calls by arm, hour, weekday and attempt, and add up terms, in one pass.

    Parameters
    ----------
    dataset : Dataset
    kpi : KPI
    by : str
    terms : iterable of Count or Sum
        Of the calls.

    Returns
    -------
    Traffic or None
        None where the KPI reads no call or the calls cannot be asked by the column.
    """
    where = common_rows(kpi)
    if where is None or not dataset.reaches("calls", by):
        return None
    keys = () if by in TIME_KEYS else _SLOT if _clock(dataset) else ()
    if by != "attempt_no" and dataset.has("calls", "attempt_no"):
        keys = (*keys, "attempt_no")
    wanted: dict[str, Term] = {"calls": Count(where), **{term.key: term for term in terms}}
    names = {name: f"__{i}" for i, name in enumerate(wanted)}
    frame = with_summands(dataset, "calls", {names[n]: t for n, t in wanted.items()}, (by, *keys))
    columns = list(names.values())
    found: Frame = frame.group_by(by, *keys).agg(nw.col(*columns).sum()).collect("pandas").to_native()
    found = found.rename(columns={v: k for k, v in names.items()}).fillna(dict.fromkeys(names, 0.0))
    arms = [written(by, value) for value in found[by]]
    found = found.drop(columns=by)  # which may be called "arm" itself
    found.insert(0, "arm", arms)
    return Traffic(found, keys)


def _clock(dataset: Dataset) -> bool:
    lacks = dataset.provenance.get("lacks", {})
    return not any(key in lacks for key in _SLOT) and dataset.reaches("calls", "hour")


def agent_known_rows(dataset: Dataset, kpi: KPI) -> Count | None:
    """Return the count of a KPI's calls that have an agent; None where calls have no agents."""
    where = common_rows(kpi)
    if where is None or not dataset.has("calls", "agent_id"):
        return None
    return Count(where.also("calls with an agent", Condition("agent_id", "known")))


def on_calls(terms: Iterable[Term]) -> list[Term]:
    """Return the terms that one pass over the calls can add up."""
    return [t for t in terms if t.where.table == "calls" and not isinstance(t, Distinct)]


def sums_of(
    dataset: Dataset, terms: Sequence[Term], by: str, counted: Traffic | None
) -> dict[Arm, dict[str, float]]:
    """Return every term's sum by arm, from the traffic where it has it."""
    have = set() if counted is None else set(counted.frame.columns)
    rest = list({term.key: term for term in terms if term.key not in have}.values())
    found = {group[0]: dict(sums) for group, sums in sums_by_group(dataset, rest, (by,)).items()}
    if counted is not None:
        for arm in counted.frame["arm"].unique():
            key = None if unknown(arm) else arm
            found[key] = counted.sums(arm) | found.get(key, {})
    return found


def agents_of(dataset: Dataset, by: str, arms: Sequence[Arm]) -> dict[Arm, dict[Any, float]]:
    """Return the conversations (or stretches of agent time) of every agent, by arm."""
    table = "calls" if dataset.has("calls", "agent_id") and dataset.reaches("calls", by) else "agent_time"
    if not dataset.has(table, "agent_id") or not dataset.reaches(table, by):
        return {}
    frame = dataset.table(table, by, "agent_id").filter(~nw.col("agent_id").is_null(), is_any(by, arms))
    if table == "calls" and dataset.has("calls", "handled"):
        frame = frame.filter(nw.col("handled"))
    found: dict[Arm, dict[Any, float]] = {}
    for row in records(frame.group_by(by, "agent_id").agg(rows=nw.len())):
        found.setdefault(written(by, row[by]), {})[row["agent_id"]] = float(row["rows"])
    return found


def per_lead(kpi: KPI) -> bool:
    """Tell whether a KPI counts contacts that were loaded, dialled or not."""
    return any(term.where.table == "contacts" for term in formula_terms(kpi))


def per_contact(kpi: KPI) -> bool:
    """Tell whether a KPI counts contacts and not rows: what happens at one hour is no part of it alone.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> per_contact(get("conversion_per_contact")), per_contact(get("conversion_per_conversation"))
    (True, False)
    """
    return any(isinstance(term, Distinct) and "contact_id" in term.of for term in formula_terms(kpi))


def money_terms(dataset: Dataset) -> list[Term]:
    """Return value and number of the successes, where the calls have both."""
    from callstats.kpis.predicates import SUCCESSES

    if not dataset.has("calls", "value", "success", "direction"):
        return []
    return [Sum("value", SUCCESSES), Count(SUCCESSES)]
