"""What is known about the groups before any sum of the KPI: who dialled whom, when and how often."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import nan
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.answers.compare.compare_contacts import (
    Depth,
    Loaded,
    closed_of,
    contacts_in_both,
    loaded_of,
    open_depth,
)
from callstats.answers.compare.compare_design import Arm, common_rows, made_by_agents, per_lead, tables_of
from callstats.answers.compare.compare_tests import MonthlyVolume
from callstats.answers.core.obstacles import Unknown, counted, rejected, tables_read, unknowns
from callstats.answers.core.same_contacts import SameContacts, same_contacts
from callstats.answers.core.scope import records
from callstats.answers.core.worked_days import MONTH, worked_days
from callstats.dataset.clock import TIME_KEYS, unknown, written
from callstats.engine.keys import in_order, is_any
from callstats.engine.sums import sums_by_group, with_summands
from callstats.errors import UsageError
from callstats.kpis.define import KPI, Condition, Count, Distinct, Sum, Term
from callstats.kpis.predicates import SUCCESSES

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: A pandas frame; pandas' own annotations are unions that no check narrows.
Frame = Any
_SLOT = ("hour", "weekday")
#: Arms are nested if more of their agents differ, relative to what chance alone allows.
NESTED = 0.5
#: Standard deviations by which two distributions must differ for it to count.
_SURE = 3


@dataclass(frozen=True)
class Survey:
    """What is known about the arms before any sum of the KPI.

    Attributes
    ----------
    dataset : Dataset
    kpi : KPI
    by : str
    arms : tuple
    control : object
    counted : Traffic or None
    sums : mapping of arm to mapping
        By term, for terms of unknown flags.
    doubts : tuple of Unknown
    agents : mapping of arm to mapping
        Conversations by agent.
    agents_known : float
        Share of the KPI's calls with an agent.
    nested : frozenset
        Arms worked by different agents than the control.
    loaded : mapping of arm to Loaded
    planned : mapping of arm to float
    volume : MonthlyVolume
    same : SameContacts
    rejected : tuple of str
        Which tables that the KPI reads lost too many rows at import.
    """

    dataset: Dataset
    kpi: KPI
    by: str
    arms: tuple[Arm, ...]
    control: Arm
    counted: Traffic | None
    sums: Mapping[Arm, Mapping[str, float]]
    doubts: tuple[Unknown, ...]
    agents: Mapping[Arm, Mapping[Any, float]]
    agents_known: float
    nested: frozenset[Arm]
    loaded: Mapping[Arm, Loaded]
    planned: Mapping[Arm, float]
    volume: MonthlyVolume
    same: SameContacts
    rejected: tuple[str, ...] = ()

    @cached_property
    def moments_dialled(self) -> Traffic | None:
        """The traffic with what a contact was dialled at one moment counted once.

        Where a row stands for several dials, all of them have its time: that is one
        contact's hour, not several calls that chance put there. A date without a time
        has no hour.
        """
        return count_moments(self.dataset, self.kpi, self.by)

    @cached_property
    def in_both(self) -> Mapping[Arm, float] | None:
        """Contacts loaded into both an arm and the control; None if the contacts do not show it."""
        return contacts_in_both(self.dataset, self.by, self.arms, self.control)

    @cached_property
    def depth(self) -> Mapping[Arm, Depth]:
        """How often contacts that are still open were dialled; fetched on first use."""
        dialled = open_depth(self.dataset, self.by, self.arms)
        if not per_lead(self.kpi):
            return dialled
        closed, never = closed_of(self.dataset, self.by), Depth(0, 0, 0)
        return {
            arm: dialled.get(arm, never).among(own.loaded - closed.get(arm, 0.0))
            for arm, own in self.loaded.items()
        }


def survey_arms(
    dataset: Dataset,
    kpi: KPI,
    by: str,
    arms: Sequence[Arm],
    control: Arm,
    split: Mapping[Arm, float] | str | None,
) -> Survey:
    """Fetch what the gates check: one pass over the calls, and a small one for agents."""
    doubts = tuple(unknowns(kpi, dataset))
    terms = [*counted(list(doubts)), *money_terms(dataset)]
    known = agent_known_rows(dataset, kpi)
    traffic = count_traffic(dataset, kpi, by, [*on_calls(terms), *([known] if known else [])])
    reached = [t for t in terms if dataset.reaches(t.where.table, by)]
    sums = sums_of(dataset, reached, by, traffic)
    agents = agents_of(dataset, by, arms) if by != "agent_id" and made_by_agents(kpi) else {}
    nested = {
        arm
        for arm in arms
        if arm != control and divergence(agents.get(arm, {}), agents.get(control, {})) > NESTED
    }
    assigned = by not in TIME_KEYS
    return Survey(
        dataset,
        kpi,
        by,
        tuple(arms),
        control,
        traffic,
        sums,
        doubts,
        agents,
        _share_known(traffic, known.key if known else "", arms),
        frozenset(nested),
        loaded_of(dataset, by) if assigned else {},
        _planned(split, arms),
        monthly_volume(dataset, sums),
        same_contacts(dataset, [kpi], [by]),
        tuple(note for table, note in rejected(dataset).items() if table in tables_read(kpi)),
    )


def _share_known(traffic: Traffic | None, key: str, arms: Sequence[Arm]) -> float:
    if traffic is None or not key:
        return 0.0
    own = [traffic.sums(arm) for arm in arms]
    calls = sum(sums["calls"] for sums in own)
    return sum(sums[key] for sums in own) / calls if calls else 0.0


def _planned(split: Mapping[Arm, float] | str | None, arms: Sequence[Arm]) -> dict[Arm, float]:
    if split is None:
        return {}
    if isinstance(split, str):
        if split != "even":
            raise UsageError(f"split {split!r} is not a plan", hint='"even", or the share of every group.')
        return dict.fromkeys(arms, 1.0)
    named = {str(arm): arm for arm in arms}
    unknown = [name for name in split if str(name) not in named]
    if unknown:
        raise UsageError(
            f"split names {unknown[0]!r}, which is no group", hint=f"Groups: {', '.join(named)}."
        )
    return {named[str(name)]: float(share) for name, share in split.items()}


def arms_of(dataset: Dataset, kpi: KPI, by: str) -> list[Arm]:
    """Return every known value of a column in the rows of the KPI's tables, as displayed, in order."""
    arms: set[tuple[Arm]] = set()
    for table in tables_of(kpi):
        # a grouping: taking a column's distinct values costs some engines a sort
        rows = dataset.table(table, by).group_by(by).agg(nw.len().alias("__rows"))
        values: Frame = rows.collect("pandas").to_native()[by]
        arms |= {(written(by, value),) for value in values if not unknown(value)}
    return [value for (value,) in in_order(arms)]


@dataclass(frozen=True)
class Traffic:
    """Calls by arm, slot and attempt: counts in a small frame with the arm as displayed.

    ``keys`` are those of hour, weekday and attempt_no that the data have; each
    term's sum is in a column named by its key, the calls in ``calls``.
    """

    frame: Frame
    keys: tuple[str, ...]

    def counts(self, arm: Arm, keys: Sequence[str]) -> dict[tuple[Any, ...], float]:
        """Return an arm's calls by some of the keys, without rows where a key is unknown."""
        own = self.frame[self.frame["arm"] == arm].dropna(subset=list(keys))
        sums = own.groupby(list(keys))["calls"].sum()
        return {k if isinstance(k, tuple) else (k,): float(v) for k, v in sums.items() if v}

    def sums(self, arm: Arm) -> dict[str, float]:
        """Return an arm's sum of every term."""
        own = self.frame[self.frame["arm"] == arm]
        return {name: float(own[name].sum()) for name in own.columns if name not in ("arm", *self.keys)}


def count_traffic(dataset: Dataset, kpi: KPI, by: str, terms: Iterable[Term]) -> Traffic | None:
    """Count the KPI's calls by arm, hour, weekday and attempt, and sum terms, in one pass.

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
        None if the KPI reads no calls or the calls cannot be grouped by the column.
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
    counts: Frame = frame.group_by(by, *keys).agg(nw.col(*columns).sum()).collect("pandas").to_native()
    counts = counts.rename(columns={v: k for k, v in names.items()}).fillna(dict.fromkeys(names, 0.0))
    arms = [written(by, value) for value in counts[by]]
    counts = counts.drop(columns=by)  # which may itself be named "arm"
    counts.insert(0, "arm", arms)
    return Traffic(counts, keys)


def count_moments(dataset: Dataset, kpi: KPI, by: str) -> Traffic | None:
    """Count contacts and moments of the calls by arm, hour and weekday; None where they are not known.

    Exactly at midnight is what a date without a time reads as: the hour of such a
    row is unknown, its weekday is not.
    """
    where, clock = common_rows(kpi), "local_started_at"
    if where is None or not dataset.has("calls", "contact_id", clock) or not dataset.reaches("calls", by):
        return None
    keys = tuple(dict.fromkeys((by, *_SLOT, "contact_id", clock)))
    frame = with_summands(dataset, "calls", {"__calls": Count(where)}, keys)
    # calls of unknown contacts are each their own
    stranger = nw.col("contact_id").is_null()
    each = frame.group_by(*keys).agg(nw.col("__calls").sum())
    once = nw.when(stranger).then(nw.col("__calls")).otherwise((nw.col("__calls") > 0).cast(nw.Int64))
    time = nw.col(clock).dt
    timed = time.hour() * 3600 + time.minute() * 60 + time.second() > 0
    hour = nw.when(timed).then(nw.col("hour"))
    counted = each.with_columns(calls=once, hour=hour).group_by(by, *_SLOT).agg(nw.col("calls").sum())
    counts: Frame = counted.collect("pandas").to_native()
    arms = [written(by, value) for value in counts[by]]
    counts = counts.drop(columns=by)
    counts.insert(0, "arm", arms)
    return Traffic(counts, _SLOT)


def _clock(dataset: Dataset) -> bool:
    lacks = dataset.provenance.get("lacks", {})
    return not any(key in lacks for key in _SLOT) and dataset.reaches("calls", "hour")


def agent_known_rows(dataset: Dataset, kpi: KPI) -> Count | None:
    """Return the count of a KPI's calls that have an agent; None if calls have no agents."""
    where = common_rows(kpi)
    if where is None or not dataset.has("calls", "agent_id"):
        return None
    return Count(where.also("calls with an agent", Condition("agent_id", "known")))


def on_calls(terms: Iterable[Term]) -> list[Term]:
    """Return the terms that one pass over the calls can sum."""
    return [t for t in terms if t.where.table == "calls" and not isinstance(t, Distinct)]


def sums_of(
    dataset: Dataset, terms: Sequence[Term], by: str, counted: Traffic | None
) -> dict[Arm, dict[str, float]]:
    """Return every term's sum by arm, from the traffic if it has it."""
    have = set() if counted is None else set(counted.frame.columns)
    rest = list({term.key: term for term in terms if term.key not in have}.values())
    by_arm = {group[0]: dict(sums) for group, sums in sums_by_group(dataset, rest, (by,)).items()}
    if counted is not None:
        for arm in counted.frame["arm"].unique():
            key = None if unknown(arm) else arm
            by_arm[key] = counted.sums(arm) | by_arm.get(key, {})
    return by_arm


def agents_of(dataset: Dataset, by: str, arms: Sequence[Arm]) -> dict[Arm, dict[Any, float]]:
    """Return the conversations (or stretches of agent time) of every agent, by arm."""
    table = "calls" if dataset.has("calls", "agent_id") and dataset.reaches("calls", by) else "agent_time"
    if not dataset.has(table, "agent_id") or not dataset.reaches(table, by):
        return {}
    frame = dataset.table(table, by, "agent_id").filter(~nw.col("agent_id").is_null(), is_any(by, arms))
    if table == "calls" and dataset.has("calls", "handled"):
        frame = frame.filter(nw.col("handled"))
    agents: dict[Arm, dict[Any, float]] = {}
    for row in records(frame.group_by(by, "agent_id").agg(rows=nw.len())):
        agents.setdefault(written(by, row[by]), {})[row["agent_id"]] = float(row["rows"])
    return agents


def divergence(a: Mapping[Any, float], b: Mapping[Any, float]) -> float:
    """Return how far apart two distributions are, beyond chance.

    0 if they differ no more than two samples of one distribution may (three
    standard deviations above the mean), 1 if they are disjoint: the total
    variation distance, minus its expectation under one distribution [1]_,
    rescaled to 0-1.

    Parameters
    ----------
    a, b : mapping of category to count

    References
    ----------
    .. [1] Leone FC, Nelson LS, Nottingham RB (1961). The folded normal distribution.
       Technometrics 3:543-550: mean sqrt(2 / pi), variance 1 - 2 / pi.

    Examples
    --------
    >>> divergence({"ann": 500, "bob": 500}, {"ann": 500, "bob": 500})
    0.0
    >>> divergence({"ann": 40}, {"bob": 50})
    1.0
    >>> round(divergence({9: 500, 18: 500}, {9: 300, 18: 700}), 2)
    0.19
    """
    size_a, size_b = sum(a.values()), sum(b.values())
    if not size_a or not size_b:
        return 0.0
    apart = by_chance = spread = 0.0
    for category in {*a, *b}:
        x, y = a.get(category, 0.0), b.get(category, 0.0)
        share = (x + y) / (size_a + size_b)
        apart += abs(x / size_a - y / size_b) / 2
        variance = share * (1 - share) * (1 / size_a + 1 / size_b) / 4
        by_chance += math.sqrt(2 / math.pi * variance)
        spread += (1 - 2 / math.pi) * variance
    if by_chance >= 1 or apart - by_chance < _SURE * math.sqrt(spread):
        return 0.0
    return min((apart - by_chance) / (1 - by_chance), 1.0)


# Successes and money


def money_terms(dataset: Dataset) -> list[Term]:
    """Return value and number of the successes, if the calls have both."""
    if not dataset.has("calls", "value", "success", "direction"):
        return []
    return [Sum("value", SUCCESSES), Count(SUCCESSES)]


def monthly_volume(dataset: Dataset, sums: Mapping[Any, Mapping[str, float]]) -> MonthlyVolume:
    """Return how many times the days seen a month has, and the value of a success in them.

    Parameters
    ----------
    dataset : Dataset
    sums : mapping of arm to mapping
        With the sums of value and number of successes, if the calls have them.
    """
    value = nan
    terms = money_terms(dataset)
    if terms:
        money, count = (sum(own.get(term.key, 0.0) for own in sums.values()) for term in terms)
        value = money / count if count > 0 else nan
    worked = worked_days(dataset)
    return MonthlyVolume(worked.times(MONTH), value, worked.within(MONTH))
