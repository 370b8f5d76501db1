"""The sums KPIs need, on any engine: totals, moments over independent units, quantiles.

The steps from the rows of a data set to the moments that the statistics see:

================  =====================================================================
``needs``         rejects what a missing table, column or link makes impossible
``sums``          terms of a formula (counts, sums, distinct counts), one pass per table
``keys``          groups: their keys as people write them, and numbers out of the engine
``units``         the same terms summed within each independent unit, lazily
``unit_moments``  those sums and their products totalled by group: ``Moments``
``arm_moments``   the same for arms side by side, where a unit may be in several of them
``influences``    the same for arms averaged over strata (hour by weekday)
``periods``       the same for a unit's sums in two periods
``day_sums``      sums by day, and the products of the rows within days: ``DaySums``
``quantile``      quantiles, which cannot be computed from sums
================  =====================================================================

Everything up to the numbers stays a lazy Narwhals frame, so that the engine (DuckDB,
Polars, pandas, Spark) plans each query as a whole. Rows leave it in ``keys.collected``
and in the last line of each kind of moments; they carry only sums by group.
"""

from __future__ import annotations

from callstats.engine.needs import obstacle
from callstats.engine.quantile import quantiles
from callstats.engine.sums import totals
from callstats.engine.unit_moments import moments

__all__ = ["moments", "obstacle", "quantiles", "totals"]
