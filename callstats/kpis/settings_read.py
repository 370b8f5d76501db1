"""The settings that KPI definitions name: what stands in [settings] of a project file."""

from __future__ import annotations

from collections.abc import Iterable

from callstats.errors import near_names
from callstats.kpis.define import KPI, Predicate, Quantile, Setting
from callstats.kpis.registry import catalogue

#: Settings by which tables are made that KPIs read.
_OF_TABLES = {"deadlines": (Setting("list_deadline_h", 8),)}


def settings_read(kpis: Iterable[KPI] | None = None) -> dict[Setting, tuple[str, ...]]:
    """Return the settings that KPIs read, each with the names of those KPIs.

    Parameters
    ----------
    kpis : iterable of KPI, optional
        Those of the catalogue, plug-ins among them, if omitted.

    Examples
    --------
    >>> sorted(setting.name for setting in settings_read())
    ['answer_within_s', 'gone_within_s', 'list_deadline_h', 'short_abandon_s']
    """
    found: dict[Setting, dict[str, None]] = {}
    for kpi in catalogue().values() if kpis is None else kpis:
        for where in _predicates(kpi):
            asked = [c.operand for c in where.conditions if isinstance(c.operand, Setting)]
            for setting in (*asked, *_OF_TABLES.get(where.table, ())):
                found.setdefault(setting, {})[kpi.name] = None
    return {setting: tuple(names) for setting, names in found.items()}


def unread_settings(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the names that no KPI of the catalogue reads, each with those that are near.

    Examples
    --------
    >>> unread_settings(["answer_within_s", "short_abandon"])
    {'short_abandon': ('short_abandon_s',)}
    """
    known = sorted({setting.name for setting in settings_read()})
    return {name: near_names(name, known) for name in names if name not in known}


def _predicates(kpi: KPI) -> list[Predicate]:
    return [kpi.formula.where] if isinstance(kpi.formula, Quantile) else [term.where for term in kpi.terms]
