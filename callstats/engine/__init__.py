"""The sums KPIs need, on any engine: totals, moments over independent units, quantiles."""

from __future__ import annotations

from callstats.engine.needs import obstacle
from callstats.engine.totals import totals

__all__ = ["obstacle", "totals"]
