"""Does 5 % mean 5 %? False alarms, coverage and power of every default, next to the obvious test.

Samples come from the simulator, whose truth is known, or from the user's own
data with permuted arm labels. Situations are data: a frozen value specifies how
samples are drawn, which methods are run and what is counted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from callstats.calibrate.agent_situations import JUDGING
from callstats.calibrate.bridge_situations import BRIDGES
from callstats.calibrate.calibration_result import Calibration, Row, in_order, rows_of
from callstats.calibrate.chart_situations import CHARTS
from callstats.calibrate.day_situations import CAPS, DAY_SHOCKS
from callstats.calibrate.forecast_situations import FORECASTS
from callstats.calibrate.hour_situations import CALLING
from callstats.calibrate.list_situations import LISTS
from callstats.calibrate.loading_situations import LOADING
from callstats.calibrate.look_situations import LOOKING
from callstats.calibrate.money_situations import MONEY
from callstats.calibrate.outlier_situations import OUTLIERS
from callstats.calibrate.rate_situations import RATES
from callstats.calibrate.share_situations import SHARES
from callstats.calibrate.situation import CheckedMethod, MethodAnswer, Situation
from callstats.calibrate.target_situations import PACES
from callstats.calibrate.trials import Progress, judge_all
from callstats.errors import UsageError, unknown_name

if TYPE_CHECKING:
    from callstats.dataset import Dataset

__all__ = [
    "SITUATIONS",
    "TOPICS",
    "Calibration",
    "CheckedMethod",
    "MethodAnswer",
    "Row",
    "Situation",
    "calibrate",
]

#: Situations by what they are about, to be asked together.
TOPICS: dict[str, tuple[Situation, ...]] = {
    "contacts-and-agents": LISTS,
    "day-shocks": DAY_SHOCKS,
    "caps": CAPS,
    "looks": LOOKING,
    "loading-days": LOADING,
    "rates": RATES,
    "shares": SHARES,
    "skewed-money": MONEY,
    "agents": (*JUDGING, *OUTLIERS),
    "charts": CHARTS,
    "bridge": BRIDGES,
    "hours": CALLING,
    "forecasts": FORECASTS,
    "targets": PACES,
}
#: Every situation, starting with those of the table in docs/calibration.md.
SITUATIONS: tuple[Situation, ...] = tuple(one for several in TOPICS.values() for one in several)


def calibrate(
    situations: str | Situation | Sequence[str | Situation] | None = None,
    *,
    runs: int = 1000,
    seed: int = 1,
    jobs: int = 1,
    data: Dataset | None = None,
    kpi: str | None = None,
    by: str = "list_id",
    progress: Progress | None = None,
) -> Calibration:
    """Measure how often methods err, on the simulator or on your own data with permuted arms.

    Parameters
    ----------
    situations : str, Situation or several, optional
        Names from `SITUATIONS` or `TOPICS`, or your own situations; if omitted, all of them.
    runs : int
        Samples of each situation. The Monte Carlo error of a rate of 5 % is
        0.7 points for 1,000 and 0.5 points for 2,000.
    seed : int
        The same seed gives the same rates on any number of cores.
    jobs : int
        Number of processes.
    data : Dataset, optional
        Your own data in place of the situations: the arms of whole independent
        units (contacts, agent-days) are permuted, so that there is no true difference;
        and samples are drawn that are like them in their contacts and days.
    kpi : str, optional
        With data: the KPI to compare.
    by : str
        With data: the column of the arms; its two largest groups are used.
    progress : callable, optional
        Called with (name, done, all) when a situation is done.

    Returns
    -------
    Calibration

    Raises
    ------
    UsageError
        An unknown situation, no runs, data without a KPI, or data that cannot be
        compared by that column.

    References
    ----------
    1. Morris TP, White IR, Crowther MJ (2019). Using simulation studies to
       evaluate statistical methods. Statistics in Medicine 38:2074-2102.

    Examples
    --------
    >>> found = calibrate("same contact dialled 8 times", runs=40, seed=1)
    >>> [(row.kind, row.verdict) for row in found.rows if row.measure == "false alarms"][:2]
    [('obvious', 'broken'), ('default', 'ok')]
    """
    if runs < 1 or jobs < 1:
        raise UsageError(f"{runs} runs in {jobs} jobs", hint="Both are whole numbers from 1.")
    if data is not None:
        if situations is not None or kpi is None:
            raise UsageError(
                "own data are calibrated for one KPI, not for situations of the simulator",
                hint='Ask calibrate(data=ds, kpi="answer_rate", by="list_id").',
            )
        from callstats.calibrate.own_data import permuted

        return permuted(data, kpi, by, runs=runs, seed=seed, jobs=jobs, progress=progress)
    chosen = _chosen(situations)
    tallies = judge_all(chosen, runs, seed, jobs, progress)
    rows = [row for s, found in zip(chosen, tallies, strict=True) for row in rows_of(s, found, runs)]
    return Calibration(in_order(rows), runs, seed)


def _chosen(situations: str | Situation | Sequence[str | Situation] | None) -> list[Situation]:
    if situations is None:
        return list(SITUATIONS)
    asked = [situations] if isinstance(situations, str | Situation) else situations
    chosen: list[Situation] = []
    for choice in asked:
        if isinstance(choice, Situation):
            named = [choice]
        else:
            named = list(TOPICS.get(choice, ())) or [s for s in SITUATIONS if s.name == choice]
        if not named:
            raise unknown_name(
                "situation", str(choice), [*TOPICS, *dict.fromkeys(s.name for s in SITUATIONS)]
            )
        chosen += named
    if not chosen:
        raise UsageError("no situation was named")
    return chosen


class _CallableModule(ModuleType):
    """Makes the package callable: ``callstats.calibrate`` is it or its function, whichever comes first."""

    def __call__(self, *args: Any, **options: Any) -> Calibration:
        return calibrate(*args, **options)


sys.modules[__name__].__class__ = _CallableModule
