"""The catalogue: every KPI of the trade, as data.

``define`` is the language, ``predicates`` names the rows, and one file per
domain lists the entries. Domains are found through the entry points
``callstats.kpis``, so that a package of yours can add one; single KPIs of a
firm's own come from a TOML file (:mod:`callstats.kpis.custom`).

Examples
--------
>>> get("aht").name
'average_handle_time'
>>> str(get("answer_rate").formula)
'handled calls / dials'
"""

from __future__ import annotations

from callstats.kpis.describing import describe
from callstats.kpis.registry import catalogue, get, names

__all__ = ["catalogue", "describe", "get", "names"]
