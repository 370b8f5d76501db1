"""What a comparison treats as independent: the units of a KPI, and agents who correlate them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from callstats.engine.arm_moments import separable
from callstats.engine.units import clustering, formula_terms
from callstats.errors import UsageError, unknown_name
from callstats.kpis.define import KPI, UNIT_COLUMNS, Distinct, Net, Predicate, Quantile, Ratio

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: A group that is compared: a value of the column that defines the groups.
Arm = Any
Unit = tuple[str, ...]
Kind = Literal["ratio", "total", "quantile"]
#: How agents correlate units.
Tie = Literal["", "rows", "home"]
#: Clusterings that can be requested by name.
CLUSTERS: dict[str, Unit] = {
    "contact": ("contact_id",),
    "agent": ("agent_id",),
    "agent_day": ("agent_id", "day"),
    "call": ("call_id",),
}
#: Columns that only agents decide or record.
AGENT_MADE = frozenset({
    "right_party", "argued", "success", "do_not_call", "talk_s", "hold_s", "wrap_s", "value", "cancelled",
})  # fmt: skip
#: Columns of a call that tell what came of it: groups made of them were not there before the dial.
OUTCOMES = frozenset({
    "connected", "live", "live_no", "handled", "abandoned", "right_party", "argued", "success", "closed",
    "closed_reason", "callback_at", "do_not_call", "invalid_number", "ring_s", "queue_s", "talk_s", "hold_s",
    "wrap_s", "value", "cancelled", "outcome_code",
})  # fmt: skip
_AGENT_TABLES = frozenset({"agent_time", "evaluations", "surveys", "callbacks"})
#: From this share of rows with a known agent, agents count as involved in all of them.
EVERY_ROW = 0.9


@dataclass(frozen=True, slots=True)
class ComparisonDesign:
    """What a comparison is clustered by.

    Attributes
    ----------
    unit : tuple of str
        Columns that identify the independent units.
    agents : str
        How agents correlate units: ``rows`` (each row has its agent), ``home`` (each
        contact has one) or empty (they do not).
    kind : str
        ``ratio``, ``total`` or ``quantile``.
    joint : bool
        The sums can be split by units that may be in several arms; otherwise arms
        are treated as independent.
    missing : tuple of str
        Columns of the unit that the data lack, so that rows serve as units.
    constants : tuple of str
        Tables treated as exact, since they cannot be split by unit.
    strata : tuple of str
    """

    unit: Unit
    agents: Tie = ""
    kind: Kind = "ratio"
    joint: bool = True
    missing: Unit = ()
    constants: tuple[str, ...] = ()
    strata: tuple[str, ...] = field(default=())


# What a KPI is about


def made_by_agents(kpi: KPI) -> bool:
    """Return whether agents decide what a KPI counts.

    They do not decide whether a dial is answered, but they do affect the conversation's outcome.

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
    """Return the calls a KPI is about, None if it reads none.

    Those common to all its terms; for a KPI that counts contacts, every dial.
    """
    predicates = [term.where for term in formula_terms(kpi) if term.where.table == "calls"]
    if not predicates:
        return None
    shared = [c for c in predicates[0].conditions if all(c in where.conditions for where in predicates)]
    if per_contact(kpi):
        shared = [c for c in shared if c.column == "direction"]
    return Predicate("calls", "calls", tuple(shared))


def tables_of(kpi: KPI) -> tuple[str, ...]:
    """Return the tables a KPI reads."""
    if isinstance(kpi.formula, Quantile):
        return (kpi.formula.where.table,)
    return tuple(dict.fromkeys(term.where.table for term in formula_terms(kpi)))


def per_lead(kpi: KPI) -> bool:
    """Return whether a KPI counts contacts that were loaded, dialled or not."""
    return any(term.where.table == "contacts" for term in formula_terms(kpi))


def per_contact(kpi: KPI) -> bool:
    """Return whether a KPI counts contacts rather than rows, so that it cannot be split by hour.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> per_contact(get("conversion_per_contact")), per_contact(get("conversion_per_conversation"))
    (True, False)
    """
    return any(isinstance(term, Distinct) and "contact_id" in term.of for term in formula_terms(kpi))


# The design


def choose_design(
    dataset: Dataset,
    kpi: KPI,
    by: str,
    clusters: str | Sequence[str] = "auto",
    agents_known: float = 0.0,
    *,
    nested: bool = False,
) -> ComparisonDesign:
    """Choose what to cluster by.

    Parameters
    ----------
    dataset : Dataset
    kpi : KPI
    by : str
        What distinguishs the arms.
    clusters : str or sequence of str
        "auto", "contact", "two-way", "agent", "agent_day", "call" (rows taken as
        independent), or columns of your own.
    agents_known : float
        Share of the KPI's calls whose agent is known.
    nested : bool
        Arms were worked by different agents, whose days are not independent of each other.

    Raises
    ------
    UsageError
        The name is unknown, the data lack a column, or the KPI's sums cannot be
        split by such units.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> from callstats.kpis import get
    >>> call = {"call_id": "1", "contact_id": "P", "agent_id": "Ann", "list_id": "A", "direction": "outbound"}
    >>> ds = Dataset({"calls": pd.DataFrame([{**call, "handled": True, "success": False}])})
    >>> choose_design(ds, get("answer_rate"), "list_id").agents
    ''
    >>> choose_design(ds, get("conversion_per_conversation"), "list_id").agents
    'rows'
    """
    kind = _kind(kpi)
    if clusters == "auto":
        own = _own(dataset, kpi, kind)
        if (
            nested
            and own.joint
            and own.unit == ("agent_id", "day")
            and separable(dataset, kpi, ("agent_id",))
        ):
            return ComparisonDesign(("agent_id",))
        takes_part = made_by_agents(kpi) or agents_known >= EVERY_ROW
        if kind != "ratio" or not takes_part or by == "agent_id" or "agent_id" in own.unit:
            return own
        return _with(own, _second(dataset, kpi, by, own.unit))
    if clusters == "two-way":
        own = _own(dataset, kpi, kind)
        second = _second(dataset, kpi, by, own.unit) if kind == "ratio" and "agent_id" not in own.unit else ""
        if not second:
            raise UsageError(
                f"{kpi.name} cannot be clustered by agent as well",
                hint='Leave out clusters, or take "contact".',
            )
        return _with(own, second)
    return _asked(dataset, kpi, kind, clusters)


def _kind(kpi: KPI) -> Kind:
    if isinstance(kpi.formula, Ratio):
        return "ratio"
    return "total" if isinstance(kpi.formula, Net) else "quantile"


def _own(dataset: Dataset, kpi: KPI, kind: Kind) -> ComparisonDesign:
    """Return the design of the KPI's own independent unit."""
    unit = UNIT_COLUMNS[kpi.independence]
    if kind == "quantile":
        assert isinstance(kpi.formula, Quantile)
        missing = tuple(c for c in unit if not dataset.reaches(kpi.formula.where.table, c))
        return ComparisonDesign(("call_id",) if missing else unit, "", kind, False, missing)
    cluster = clustering(dataset, kpi)
    joint = kind == "ratio" and not cluster.missing and separable(dataset, kpi, unit)
    return ComparisonDesign(unit, "", kind, joint, cluster.missing, cluster.constants)


def _second(dataset: Dataset, kpi: KPI, by: str, unit: Unit) -> Tie:
    """Return how agents correlate the units of a KPI."""
    rows = ("agent_id",), (*unit, "agent_id")
    if not separable(dataset, kpi, unit):
        return ""
    if all(separable(dataset, kpi, columns) for columns in rows):
        return "rows"
    calls = dataset.has("calls", "contact_id", "agent_id") and dataset.reaches("calls", by)
    return "home" if unit == ("contact_id",) and calls else ""


def _with(own: ComparisonDesign, agents: Tie) -> ComparisonDesign:
    return ComparisonDesign(own.unit, agents, own.kind, own.joint, own.missing, own.constants)


def _asked(
    dataset: Dataset,
    kpi: KPI,
    kind: Kind,
    clusters: str | Sequence[str],
) -> ComparisonDesign:
    """Return the design for the requested units."""
    if isinstance(clusters, str):
        if clusters not in CLUSTERS:
            raise unknown_name("kind of cluster", clusters, ("auto", "two-way", *CLUSTERS))
        unit = CLUSTERS[clusters]
    else:
        unit = tuple(clusters)
        for column in unit:
            dataset.check_key(column)
    if unit == UNIT_COLUMNS[kpi.independence]:
        return _own(dataset, kpi, kind)
    if kind != "ratio":
        raise UsageError(
            f"{kpi.name} is no ratio: it is clustered by its own unit", hint="Leave out clusters."
        )
    cluster = clustering(dataset, kpi, unit)
    if cluster.missing:
        raise UsageError(f"{kpi.name} cannot be clustered by {' and '.join(cluster.missing)}: no such column")
    if not separable(dataset, kpi, unit):
        raise UsageError(
            f"the sums of {kpi.name} do not add up over {' and '.join(unit)}",
            hint='A contact is one contact, whoever called it: take clusters="contact" or "two-way".',
        )
    return ComparisonDesign(unit)
