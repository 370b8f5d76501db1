"""Amounts that belong to all groups together, and what that makes of a group's KPI.

The price of a list carries its list; wages and line costs do not. A profit by
list that counted only the amounts that carry a list would be far too high, and
would look right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from callstats.engine.keys import Group
from callstats.engine.units import formula_terms
from callstats.kpis.define import KPI
from callstats.model import TABLES


def shared_obstacle(
    kpi: KPI, group: Group, keys: Sequence[str], sums: Mapping[Group, Mapping[str, float]]
) -> str | None:
    """Return why a group's share of common amounts cannot be told, None where there are none.

    Parameters
    ----------
    kpi : KPI
    group : tuple
        Values of the keys.
    keys : sequence of str
    sums : mapping of group to mapping of str to float
        Sums by term, of every group.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> sums = {("A",): {"sum(costs.amount: all)": 10.0}, (None,): {"sum(costs.amount: all)": 90.0}}
    >>> shared_obstacle(get("profit"), ("A",), ["list_id"], sums)
    '90 of the cost belongs to no list_id'
    """
    terms = [term for term in formula_terms(kpi) if TABLES[term.where.table].shared]
    if not terms or None in group:
        return None
    above = [other for other in sums if None in other and _covers(other, group)]
    amounts = {term: sum(sums[other].get(term.key, 0.0) for other in above) for term in terms}
    if not any(amounts.values()):
        return None
    lacking = {key for other in above for key, value in zip(keys, other, strict=True) if value is None}
    table = terms[0].where.table.removesuffix("s")
    return f"{max(amounts.values()):,.0f} of the {table} belongs to no {' and no '.join(sorted(lacking))}"


def _covers(other: Group, group: Group) -> bool:
    """Tell whether a group with unknown keys may hold rows of another."""
    return all(a is None or a == b for a, b in zip(other, group, strict=True))
