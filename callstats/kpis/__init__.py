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
"""

from __future__ import annotations

from callstats.kpis.describing import describe
from callstats.kpis.registry import catalogue, get, names

__all__ = ["catalogue", "describe", "get", "names"]
