"""A survey of the arms before any sum of the KPI: one pass over the calls, and a small one for agents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from callstats.answers.compare.comparing import contacts, facts, gates
from callstats.answers.compare.comparing.worth import Volume, volume
from callstats.answers.core.obstacles import Unknown, counted, unknowns
from callstats.dataset.clock import TIME_KEYS
from callstats.engine.units import formula_terms
from callstats.errors import UsageError
from callstats.kpis.define import KPI
from callstats.model import TABLES

if TYPE_CHECKING:
    from callstats.dataset import Dataset

Arm = Any


@dataclass(frozen=True)
class Survey:
    """What was found out about the arms before any sum of the KPI.

    Attributes
    ----------
    dataset : Dataset
    kpi : KPI
    by : str
    arms : tuple
    control : object
    counted : Traffic or None
    sums : mapping of arm to mapping
        By term, of what may be unknown and of what costs.
    doubts : tuple of Unknown
    agents : mapping of arm to mapping
        Conversations by agent.
    agents_known : float
        Share of the KPI's calls that have an agent.
    nested : frozenset
        Arms worked by other agents than the control.
    loaded : mapping of arm to Loaded
    planned : mapping of arm to float
    volume : Volume
    """

    dataset: Dataset
    kpi: KPI
    by: str
    arms: tuple[Arm, ...]
    control: Arm
    counted: facts.Traffic | None
    sums: Mapping[Arm, Mapping[str, float]]
    doubts: tuple[Unknown, ...]
    agents: Mapping[Arm, Mapping[Any, float]]
    agents_known: float
    nested: frozenset[Arm]
    loaded: Mapping[Arm, contacts.Loaded]
    planned: Mapping[Arm, float]
    volume: Volume

    @cached_property
    def in_both(self) -> Mapping[Arm, float] | None:
        """Contacts loaded into an arm and into the control; None where the contacts do not say."""
        return contacts.in_both(self.dataset, self.by, self.arms, self.control)

    @cached_property
    def depth(self) -> Mapping[Arm, contacts.Depth]:
        """How often contacts that are still open were dialled; fetched when the attempts raise a doubt."""
        found = contacts.open_depth(self.dataset, self.by, self.arms)
        if not facts.per_lead(self.kpi):
            return found
        closed, never = contacts.closed_of(self.dataset, self.by), contacts.Depth(0, 0, 0)
        return {
            arm: found.get(arm, never).among(own.loaded - closed.get(arm, 0.0))
            for arm, own in self.loaded.items()
        }


def survey(
    dataset: Dataset,
    kpi: KPI,
    by: str,
    arms: Sequence[Arm],
    control: Arm,
    split: Mapping[Arm, float] | str | None,
) -> Survey:
    """Fetch what the gates look at: one pass over the calls, and a small one for agents."""
    doubts = tuple(unknowns(kpi, dataset))
    terms = [*counted(list(doubts)), *facts.money_terms(dataset)]
    shared = [t for t in formula_terms(kpi) if TABLES[t.where.table].shared]
    known = facts.agent_known_rows(dataset, kpi)
    traffic = facts.traffic(dataset, kpi, by, [*facts.on_calls(terms), *([known] if known else [])])
    reached = [t for t in (*terms, *shared) if dataset.reaches(t.where.table, by)]
    sums = facts.sums_of(dataset, reached, by, traffic)
    agents = facts.agents_of(dataset, by, arms) if by != "agent_id" and facts.made_by_agents(kpi) else {}
    nested = {
        arm
        for arm in arms
        if arm != control and gates.divergence(agents.get(arm, {}), agents.get(control, {})) > gates.NESTED
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
        contacts.loaded_of(dataset, by) if assigned else {},
        _planned(split, arms),
        volume(dataset, sums),
    )


def _share_known(traffic: facts.Traffic | None, key: str, arms: Sequence[Arm]) -> float:
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
