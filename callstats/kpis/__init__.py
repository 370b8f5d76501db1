"""The catalogue: every standard KPI, as data.

``define`` is the language, ``predicates`` names the rows, and one file per
domain lists the entries. Domains are found through the entry points
``callstats.kpis``, so your own package can add one; single custom KPIs come
from a TOML file (:mod:`callstats.kpis.custom`).

Examples
--------
>>> get("aht").name
'average_handle_time'
>>> str(get("answer_rate").formula)
'handled calls / dials'

Every KPI is also an attribute, so that its name completes where one types.

>>> import callstats as cs
>>> cs.kpis.answer_rate.unit
'%'
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from callstats.kpis.describing import describe
from callstats.kpis.registry import catalogue, get, names

if TYPE_CHECKING:
    from callstats.kpis.define import KPI

__all__ = ["catalogue", "describe", "get", "names"]


def __getattr__(name: str) -> KPI:
    if not name.startswith("_") and find_spec(f"{__name__}.{name}") is None and name in names():
        return get(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *names()])
