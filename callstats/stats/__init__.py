"""Estimates, intervals and tests that hold on dialled data: numbers in, frozen results out.

No function here knows a data frame. What comes from many rows comes as
:class:`callstats.moments.Moments` over the independent units. Names are
imported when they are first used, since scipy takes a second to load.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from callstats.stats.charts import ControlLimits, control_limits
    from callstats.stats.proportion_differences import proportion_difference
    from callstats.stats.proportion_ratios import proportion_ratio
    from callstats.stats.proportions import proportion_interval
    from callstats.stats.rate_ratios import rate_ratio
    from callstats.stats.rates import StandardisedRatio, rate_difference, rate_interval, standardised_ratio
    from callstats.stats.ratios import ratio_interval, total_interval
    from callstats.stats.results import Comparison, Interval

_NAMES = {
    "charts": (
        "ControlLimits",
        "control_limits",
    ),
    "proportion_differences": ("proportion_difference",),
    "proportion_ratios": ("proportion_ratio",),
    "proportions": ("proportion_interval",),
    "rate_ratios": ("rate_ratio",),
    "rates": (
        "StandardisedRatio",
        "rate_difference",
        "rate_interval",
        "standardised_ratio",
    ),
    "ratios": (
        "ratio_interval",
        "total_interval",
    ),
    "results": (
        "Comparison",
        "Interval",
    ),
}
_HOMES = {name: f"callstats.stats.{module}" for module, names in _NAMES.items() for name in names}

__all__ = [
    "Comparison",
    "ControlLimits",
    "Interval",
    "StandardisedRatio",
    "control_limits",
    "proportion_difference",
    "proportion_interval",
    "proportion_ratio",
    "rate_difference",
    "rate_interval",
    "rate_ratio",
    "ratio_interval",
    "standardised_ratio",
    "total_interval",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'callstats.stats' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
