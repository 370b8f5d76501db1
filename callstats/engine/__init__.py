"""The sums KPIs need, on any engine: totals, moments over independent units, quantiles."""

from __future__ import annotations

from callstats.engine.moments import moments
from callstats.engine.needs import obstacle
from callstats.engine.quantiles import quantiles
from callstats.engine.totals import totals

__all__ = ["moments", "obstacle", "quantiles", "totals"]
