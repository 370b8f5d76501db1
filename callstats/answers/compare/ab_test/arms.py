"""The numbers of a test's primary figure: both arms, their difference, and what agents make of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from callstats.answers.compare.ab_test.horizon import Trial
from callstats.answers.compare.ab_test.looks import Cells, difference
from callstats.errors import UsageError
from callstats.moments import Moments
from callstats.stats import (
    Comparison,
    Interval,
    arm_moments,
    proportion_interval,
    proportion_ratio,
    ratio_difference,
)


def count(trial: Trial, reached: bool) -> Cells:
    """Return the successes and contacts of both arms whose horizon is over."""
    done = trial.done
    treated = done["treated"].to_numpy(dtype=bool)
    won = done["won"].to_numpy(dtype=float)
    trials = done["reached"].to_numpy(dtype=float) if reached else np.ones(len(done))
    sums = [float((values * mine).sum()) for mine in (~treated, treated) for values in (won, trials)]
    return Cells(*sums)


def compared(
    cells: Cells, by_agent: tuple[Comparison, Comparison | None] | None, confidence: float, clustered: bool
) -> tuple[Comparison | None, Comparison | None]:
    """Return the difference and the relative lift for a single look; None where an arm is empty."""
    if not cells.both:
        return None, None
    if clustered:
        if by_agent is None:
            raise UsageError("fewer than two agents: nothing to cluster by", hint="Leave out cluster=.")
        return by_agent
    ratio = proportion_ratio(
        cells.events, cells.trials, cells.control_events, cells.control_trials, confidence=confidence
    )
    lift = replace(ratio, estimate=ratio.estimate - 1, low=ratio.low - 1, high=ratio.high - 1, null=0.0)
    return difference(cells, confidence), lift if cells.control_events else None


def arm_intervals(cells: Cells, confidence: float) -> tuple[Interval | None, Interval | None]:
    """Return Wilson's interval of each arm."""
    pairs = ((cells.control_events, cells.control_trials), (cells.events, cells.trials))
    made = [proportion_interval(x, n, confidence=confidence) if n else None for x, n in pairs]
    return made[0], made[1]


def agents_compared(
    trial: Trial, reached: bool, confidence: float
) -> tuple[Comparison, Comparison | None] | None:
    """Return difference and lift with contacts and their last agents as clusters; None where impossible.

    A contact that no agent spoke with is a cluster of its own.
    """
    done = trial.done
    agent: Any = done["agent"]
    treated: Any = done["treated"].to_numpy(dtype=bool)
    known = agent.notna().to_numpy(dtype=bool)
    y: Any = done["won"].to_numpy(dtype=float)
    n: Any = done["reached"].to_numpy(dtype=float) if reached else np.ones(len(done))
    clusters = int(agent.nunique())
    if clusters < 2 or min(n[treated].sum(), n[~treated].sum()) == 0:
        return None
    by_agent = arm_moments(y[known], n[known], treated[known], agent[known].to_numpy(dtype=str))
    alone = arm_moments(y[~known], n[~known], treated[~known])
    both = by_agent + alone
    rows = arm_moments(y, n, treated)
    options: dict[str, Any] = {
        "agents": Moments(clusters, both.sums, both.products),
        "intersections": rows,
        "rows": rows,
        "confidence": confidence,
    }
    arms = [Moments.of({"numerator": y[mine], "denominator": n[mine]}) for mine in (treated, ~treated)]
    found = ratio_difference(arms[0], arms[1], proportion=True, **options)
    won = float(y[~treated].sum()) > 0 and float(y[treated].sum()) > 0
    return found, ratio_difference(arms[0], arms[1], relative=True, **options) if won else None
