"""Find KPIs by name, in any of the supported languages."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from callstats.errors import UsageError, near_names, spoken

if TYPE_CHECKING:
    from callstats.kpis.define import KPI

#: What "conversion rate" may mean: each name includes its base.
CONVERSIONS = (
    "conversion_per_dial",
    "conversion_per_conversation",
    "conversion_per_contact",
    "conversion_per_lead",
)
_NO_BASE = ("conversion_rate", "conversion")


def catalogue(own: Iterable[KPI] = ()) -> dict[str, KPI]:
    """Return every KPI by name, in the order of the catalogue.

    Parameters
    ----------
    own : iterable of KPI, optional
        Custom KPIs to recognise alongside the catalogue's.

    Raises
    ------
    UsageError
        Two KPIs have the same name.

    Examples
    --------
    >>> len(catalogue()) > 80
    True
    """
    known = dict(_catalogue())
    for kpi in own:
        _add(known, kpi, "your KPIs")
    return known


def names(own: Iterable[KPI] = ()) -> tuple[str, ...]:
    """Return the names of every KPI, in the order of the catalogue."""
    return tuple(catalogue(own))


def get(name: str, own: Iterable[KPI] = ()) -> KPI:
    """Return a KPI by its name or an alias, in any case.

    Parameters
    ----------
    name : str
        ``answer_rate``, ``AHT``, ``taux d'abandon``, ...
    own : iterable of KPI, optional
        Custom KPIs to recognise alongside the catalogue's.

    Raises
    ------
    UsageError
        The name is unknown or ambiguous: there is no plain
        ``conversion_rate``.

    Examples
    --------
    >>> get("CPA").name
    'cost_per_acquisition'
    >>> get("averge_handle_tme")
    Traceback (most recent call last):
        ...
    callstats.errors.UsageError: unknown KPI 'averge_handle_tme'.
    Did you mean 'average_handle_time' or 'average_talk_time' or 'average_hold_time'?
    """
    known = catalogue(own)
    if name in known:
        return known[name]
    asked = spoken(name)
    if asked in {spoken(each) for each in _NO_BASE}:
        raise UsageError(
            f"{name!r} does not say of what",
            hint="Ask for one of " + ", ".join(CONVERSIONS) + ".",
        )
    by_alias = {spoken(label): kpi for kpi in known.values() for label in kpi.label.values()}
    by_alias |= {spoken(other): kpi for kpi in known.values() for other in (kpi.name, *kpi.aliases)}
    if asked in by_alias:
        return by_alias[asked]
    near = near_names(name, known) or near_names(asked, by_alias)
    raise UsageError(
        f"unknown KPI {name!r}",
        near=dict.fromkeys(by_alias[each].name if each in by_alias else each for each in near),
        hint=None if near else "`callstats kpis` lists them all.",
    )


@cache
def _catalogue() -> dict[str, KPI]:
    """Read the entry points ``callstats.kpis``: those of this package first, domain by domain."""
    from importlib.metadata import entry_points  # slow to import, so only when needed

    from callstats.kpis.define import DOMAINS

    order = {f"{__package__}.{domain}:KPIS": place for place, domain in enumerate(DOMAINS)}
    points = entry_points(group="callstats.kpis")
    known: dict[str, KPI] = {}
    for point in sorted(points, key=lambda p: (order.get(p.value, len(order)), p.name)):
        for kpi in point.load():
            _add(known, kpi, point.name if point.value in order else f"the plug-in {point.name!r}")
    return known


def _add(known: dict[str, KPI], kpi: KPI, origin: str) -> None:
    if kpi.name in known:
        raise UsageError(
            f"the KPI {kpi.name!r} of {origin} exists already",
            hint="Give it another name: reports would not know which is meant.",
        )
    known[kpi.name] = kpi
