"""Whether a KPI per lead has the same contacts above and below the line: those dialled and those loaded.

Dialers keep one list for each lead, the one it is on now. A lead that was moved
after its call is dialled on one list and loaded on another, and the share of
either list is of nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.answers.core.scope import records
from callstats.dataset.clock import unknown
from callstats.dataset.filters import Filters
from callstats.engine.keys import Group
from callstats.engine.units import formula_terms
from callstats.kpis.define import KPI, Distinct

if TYPE_CHECKING:
    from callstats.dataset import Dataset


@dataclass(frozen=True)
class SameContacts:
    """How many contacts of a group were dialled there and loaded elsewhere, or the other way round.

    Attributes
    ----------
    places : tuple of int
        Which of the keys both tables have themselves.
    shares : mapping of group to (float, float)
        Of those dialled in a group, the share that was not loaded there; of those loaded
        in it, the share that was dialled elsewhere alone.
    tolerance : float
    """

    places: tuple[int, ...] = ()
    shares: Mapping[Group, tuple[float, float]] = field(default_factory=dict)
    tolerance: float = 0.0

    def obstacle(self, kpi: KPI, group: Group) -> str:
        """Return why a KPI per lead cannot be had of a group; empty where it can."""
        if not per_lead(kpi):
            return ""
        strange, lost = self.shares.get(tuple(group[place] for place in self.places), (0.0, 0.0))
        if strange > self.tolerance:
            return f"{_percent(strange)} of the contacts dialled were not loaded there"
        if lost > self.tolerance:
            return f"{_percent(lost)} of the contacts loaded were dialled elsewhere"
        return ""


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def per_lead(kpi: KPI) -> bool:
    """Tell whether a KPI sets contacts dialled against contacts loaded.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> per_lead(get("conversion_per_lead")), per_lead(get("conversion_per_contact"))
    (True, False)
    """
    counted = (t for t in formula_terms(kpi) if isinstance(t, Distinct) and "contact_id" in t.of)
    return {"calls", "contacts"} <= {term.where.table for term in counted}


def same_contacts(dataset: Dataset, kpis: Sequence[KPI], keys: Sequence[str]) -> SameContacts:
    """Compare who was dialled with who was loaded, by the keys that both tables have.

    Contacts have no period: who was loaded and not dialled in it is no stranger.
    """
    both = [k for k in keys if dataset.has("calls", k) and dataset.has("contacts", k)]
    able = dataset.has("calls", "contact_id", "direction") and dataset.has("contacts", "contact_id")
    if not able or not any(map(per_lead, kpis)):
        return SameContacts()
    dialled, loaded = _pairs(dataset, both)
    strange = _share(dialled.join(loaded, on=["contact_id", *both], how="anti"), dialled, both)
    lost = _share(_dialled_elsewhere(loaded, dialled, dataset, both), loaded, both)
    shares = {group: (strange.get(group, 0.0), lost.get(group, 0.0)) for group in {*strange, *lost}}
    places = tuple(place for place, key in enumerate(keys) if key in both)
    return SameContacts(places, shares, dataset.config.unknown_tolerance)


def _pairs(dataset: Dataset, both: Sequence[str]) -> Iterator[nw.LazyFrame]:
    """Yield contact and group of those dialled, then of those loaded, each once."""
    columns = ["contact_id", *both]
    known = nw.all_horizontal(*(~nw.col(c).is_null() for c in columns), ignore_nulls=False)
    for table in ("calls", "contacts"):
        rows = dataset.table(table).filter(known)
        rows = rows.filter(nw.col("direction") == "outbound") if table == "calls" else rows
        yield rows.group_by(*columns).agg(nw.len().alias("__rows")).select(*columns)


def _dialled_elsewhere(
    loaded: nw.LazyFrame, dialled: nw.LazyFrame, dataset: Dataset, both: Sequence[str]
) -> nw.LazyFrame:
    """Return who was loaded in a group and dialled, but in other groups alone."""
    calls = _whole(dataset).table("calls").filter(nw.col("direction") == "outbound")
    alone = loaded.join(dialled, on=["contact_id", *both], how="anti")
    return alone.join(calls.select("contact_id").unique(), on="contact_id", how="semi")


def _whole(dataset: Dataset) -> Dataset:
    """Return the data set over all groups, in its period."""
    return replace(dataset, filters=Filters(dataset.filters.period))


def _share(some: nw.LazyFrame, whole: nw.LazyFrame, both: Sequence[str]) -> dict[Group, float]:
    part, all_ = _counts(some, both), _counts(whole, both)
    return {group: part.get(group, 0) / rows for group, rows in all_.items() if rows}


def _counts(frame: nw.LazyFrame, both: Sequence[str]) -> dict[tuple[Any, ...], int]:
    if not both:
        return {(): int(records(frame.select(n=nw.len()))[0]["n"])}
    rows = records(frame.group_by(*both).agg(n=nw.len()))
    return {tuple(None if unknown(r[c]) else r[c] for c in both): int(r["n"]) for r in rows}
