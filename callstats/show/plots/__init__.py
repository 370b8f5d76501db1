"""Axes-level plots: data first, the rest by keyword, ``ax`` last; each returns its axes.

No plot has a title (the caption carries it) or changes matplotlib's settings.
Values are plain sequences in a unit of the catalogue; nan is left out. Without
``ax`` a new figure of a column's width is created.
"""

from callstats.show.plots.attempt_curves import attempt_curve
from callstats.show.plots.bars import share_bars, waterfall
from callstats.show.plots.change import confidence_band, control_chart
from callstats.show.plots.funnels import funnel_bars, limits_funnel
from callstats.show.plots.heat import heatmap
from callstats.show.plots.interval_plots import interval_plot, target_bullets
from callstats.show.plots.power_curves import size_curve
from callstats.show.plots.strips import day_strip

__all__ = [
    "attempt_curve",
    "confidence_band",
    "control_chart",
    "day_strip",
    "funnel_bars",
    "heatmap",
    "interval_plot",
    "limits_funnel",
    "share_bars",
    "size_curve",
    "target_bullets",
    "waterfall",
]
