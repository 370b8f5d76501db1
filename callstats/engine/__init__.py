"""The sums KPIs need, on any engine: totals, moments over independent units, quantiles."""

from __future__ import annotations

from callstats.engine.clustered import moments
from callstats.engine.needs import obstacle
from callstats.engine.quantile import quantiles
from callstats.engine.sums import totals

__all__ = ["moments", "obstacle", "quantiles", "totals"]
