"""How two groups are compared: what is drawn independently, and whether agents tie it together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from callstats.answers.compare.comparing.facts import made_by_agents
from callstats.engine.arm_moments import separable
from callstats.engine.units import clustering
from callstats.errors import UsageError, unknown_name
from callstats.kpis.define import KPI, UNIT_COLUMNS, Net, Quantile, Ratio

if TYPE_CHECKING:
    from callstats.dataset import Dataset

Unit = tuple[str, ...]
#: What may be asked for in words.
CLUSTERS: dict[str, Unit] = {
    "contact": ("contact_id",),
    "agent": ("agent_id",),
    "agent_day": ("agent_id", "day"),
    "call": ("call_id",),
}
#: Agents known on at least this share of the rows had a part in all of them.
EVERY_ROW = 0.9


@dataclass(frozen=True, slots=True)
class Design:
    """What a comparison is clustered by.

    Attributes
    ----------
    unit : tuple of str
        Columns that tell the independent units apart.
    agents : str
        How agents tie units together: ``rows`` (each row has its agent), ``home``
        (each contact has one) or empty (they do not).
    kind : str
        ``ratio``, ``total`` or ``quantile``.
    joint : bool
        The sums fall into units that may lie in several arms; otherwise arms are
        taken as independent of one another.
    missing : tuple of str
        Columns of the unit that the data lack, so that rows stand for units.
    constants : tuple of str
        Tables taken as exact, since they do not fall into units.
    strata : tuple of str
    """

    unit: Unit
    agents: Literal["", "rows", "home"] = ""
    kind: Literal["ratio", "total", "quantile"] = "ratio"
    joint: bool = True
    missing: Unit = ()
    constants: tuple[str, ...] = ()
    strata: tuple[str, ...] = field(default=())


def design(
    dataset: Dataset,
    kpi: KPI,
    by: str,
    clusters: str | Sequence[str] = "auto",
    agents_known: float = 0.0,
    *,
    nested: bool = False,
) -> Design:
    """Choose what to cluster by.

    Parameters
    ----------
    dataset : Dataset
    kpi : KPI
    by : str
        What tells the arms apart.
    clusters : str or sequence of str
        "auto", "contact", "two-way", "agent", "agent_day", "call" (rows taken as
        independent), or columns of your own.
    agents_known : float
        Share of the KPI's calls whose agent is known.
    nested : bool
        Arms were worked by different agents: their days are not independent of one another.

    Raises
    ------
    UsageError
        The word is unknown, the data lack a column, or the KPI's sums do not fall
        into such units.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> from callstats.kpis import get
    >>> call = {"call_id": "1", "contact_id": "P", "agent_id": "Ann", "list_id": "A", "direction": "outbound"}
    >>> ds = Dataset({"calls": pd.DataFrame([{**call, "handled": True, "success": False}])})
    >>> design(ds, get("answer_rate"), "list_id").agents
    ''
    >>> design(ds, get("conversion_per_conversation"), "list_id").agents
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
            return Design(("agent_id",))
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


def _kind(kpi: KPI) -> Literal["ratio", "total", "quantile"]:
    if isinstance(kpi.formula, Ratio):
        return "ratio"
    return "total" if isinstance(kpi.formula, Net) else "quantile"


def _own(dataset: Dataset, kpi: KPI, kind: Literal["ratio", "total", "quantile"]) -> Design:
    """Return the design of the KPI's own independent unit."""
    unit = UNIT_COLUMNS[kpi.independence]
    if kind == "quantile":
        assert isinstance(kpi.formula, Quantile)
        missing = tuple(c for c in unit if not dataset.reaches(kpi.formula.where.table, c))
        return Design(("call_id",) if missing else unit, "", kind, False, missing)
    cluster = clustering(dataset, kpi)
    joint = kind == "ratio" and not cluster.missing and separable(dataset, kpi, unit)
    return Design(unit, "", kind, joint, cluster.missing, cluster.constants)


def _second(dataset: Dataset, kpi: KPI, by: str, unit: Unit) -> Literal["", "rows", "home"]:
    """Return how agents tie the units of a KPI together."""
    rows = ("agent_id",), (*unit, "agent_id")
    if not separable(dataset, kpi, unit):
        return ""
    if all(separable(dataset, kpi, one) for one in rows):
        return "rows"
    calls = dataset.has("calls", "contact_id", "agent_id") and dataset.reaches("calls", by)
    return "home" if unit == ("contact_id",) and calls else ""


def _with(own: Design, agents: Literal["", "rows", "home"]) -> Design:
    return Design(own.unit, agents, own.kind, own.joint, own.missing, own.constants)


def _asked(
    dataset: Dataset,
    kpi: KPI,
    kind: Literal["ratio", "total", "quantile"],
    clusters: str | Sequence[str],
) -> Design:
    """Return the design of units that were asked for."""
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
    return Design(unit)
