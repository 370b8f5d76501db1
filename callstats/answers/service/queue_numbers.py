"""The numbers behind the questions about a queue.

First the rows of calls and cases as arrays, then times to events, some of them
censored: shares by time, and quantiles with intervals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.engine.sums import holds
from callstats.kpis import predicates
from callstats.moments import Moments
from callstats.stats import Interval, life_table, quantile_interval, ratio_interval

if TYPE_CHECKING:
    from callstats.dataset import Dataset
    from callstats.kpis.define import Predicate
    from callstats.stats.survival import LifeTable

INBOUND = nw.col("direction") == "inbound"


def arrays(frame: nw.LazyFrame, **columns: nw.Expr) -> dict[str, np.ndarray]:
    """Return expressions over a frame as arrays; null becomes nan, None or NaT.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = nw.from_native(pd.DataFrame({"queue_s": [3.0, None]})).lazy()
    >>> arrays(frame, wait=nw.col("queue_s"))
    {'wait': array([ 3., nan])}
    """
    table = frame.select(**columns).collect("pandas").to_native()
    return {name: table[name].to_numpy() for name in columns}


def flag(column: str) -> nw.Expr:
    """Return a flag as 1.0 where true and 0.0 where false or unknown."""
    return nw.when(nw.col(column)).then(1.0).otherwise(0.0)


def matching(dataset: Dataset, where: Predicate, *keys: str) -> nw.LazyFrame:
    """Return the rows for which a predicate holds, with time keys or linked columns joined in."""
    frame = dataset.table(where.table, *keys)
    condition = holds(where, dataset.config.settings)
    return frame if condition is None else frame.filter(condition)


def waits(dataset: Dataset) -> dict[str, np.ndarray]:
    """Return wait [s], answered, gave_up and day of every inbound call whose wait is known.

    Without a clock there is no day.
    """
    gave_up = (
        flag("abandoned") * (1.0 - flag("handled")) if dataset.has("calls", "abandoned") else nw.lit(0.0)
    )
    days = ["day"] if dataset.reaches("calls", "day") else []
    calls = dataset.table("calls", *days).filter(INBOUND, ~nw.col("queue_s").is_null())
    wait = nw.col("queue_s").cast(nw.Float64)
    columns = {"wait": wait, "answered": flag("handled"), "gave_up": gave_up}
    return arrays(calls, **columns, **{day: nw.col(day) for day in days})


def unknown_waits(dataset: Dataset) -> str:
    """Return why nothing can be said of callers' patience: too many waits are unknown; empty where it can.

    Who gave up and who was answered are judged apart: exports often leave the wait
    out for one of them, and the other alone would tell of too much patience or too little.
    """
    tolerance = dataset.config.unknown_tolerance
    for where in (predicates.QUEUE_ABANDONED, predicates.ANSWERED):
        asked = matching(dataset, where).select(rows=nw.len(), gaps=nw.col("queue_s").is_null().sum())
        seen = asked.collect("pandas").to_native().iloc[0]
        rows, gaps = int(seen["rows"]), int(seen["gaps"]) if seen["rows"] else 0
        if rows and gaps / rows > tolerance:
            return f"not computable: queue_s is unknown for {100 * gaps / rows:.0f} % of {where.label}"
    return ""


def lacking(dataset: Dataset, table: str, *columns: str) -> str:
    """Return why a question cannot be answered: "not computable: needs …"; empty if it can."""
    absent = [f"{table}.{c}" for c in columns if not dataset.has(table, c)]
    return f"not computable: needs {', '.join(absent)}" if absent else ""


def received(dataset: Dataset) -> Dataset:
    """Return the data set narrowed to calls received, if it has others too.

    Agent time has no direction, so anything based on it uses the whole.
    """
    if not dataset.has("calls", "direction") or dataset.values("direction") == ["inbound"]:
        return dataset
    return dataset.where(direction="inbound")


def queues(dataset: Dataset) -> Dataset:
    """Return the data of the campaigns that take calls; the others answer no callers."""
    if not dataset.has("calls", "campaign_id", "direction"):
        return dataset
    named = dataset.where(direction="inbound").values("campaign_id")
    return dataset.where(campaign_id=named) if named else dataset


def counts(dataset: Dataset, *keys: str) -> list[Mapping[str, Any]]:
    """Return how many calls came in by some keys, with ``calls`` next to the keys."""
    calls = matching(dataset, predicates.OFFERED, *keys).group_by(*keys).agg(calls=nw.len())
    return calls.collect("pandas").to_native().dropna().to_dict("records")


def moments(frame: nw.LazyFrame, column: str) -> np.ndarray:
    """Return a column of instants or clocks in seconds since 1970; nan where unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = nw.from_native(pd.DataFrame({"at": pd.to_datetime(["1970-01-01 01:00", None], utc=True)}))
    >>> moments(frame.lazy(), "at").tolist()
    [3600.0, nan]
    """
    import pandas as pd

    table = frame.select(column).collect("pyarrow").to_native()  # DuckDB warns when it passes zones to pandas
    instants = pd.to_datetime(table[column].to_pandas(), utc=True)
    known = instants.notna().to_numpy()
    seconds = instants.dt.tz_localize(None).to_numpy().astype("datetime64[ms]").astype(np.int64) / 1000
    return np.where(known, seconds, np.nan)


def codes(values: Sequence[Any] | np.ndarray) -> np.ndarray:
    """Number the distinct values, in any order; each unknown value is separate.

    Examples
    --------
    >>> codes(["b", "a", "b", None, None]).tolist()
    [0, 1, 0, 2, 3]
    """
    import pandas as pd

    numbers, known = pd.factorize(np.asarray(values, dtype=object))
    missing = np.flatnonzero(numbers < 0)
    numbers[missing] = len(known) + np.arange(len(missing))
    return numbers


NAN, INFINITE = float("nan"), float("inf")


def curve(times: np.ndarray, ended: np.ndarray, confidence: float, step: float = 1.0) -> LifeTable:
    """Return the share ended by each time, had none been censored (Kaplan-Meier).

    Parameters
    ----------
    times : ndarray of shape (rows,)
        Time to the end, or to censoring.
    ended : ndarray of shape (rows,)
        1 where the end was observed.
    confidence : float
    step : float
        Times are rounded up to the next multiple of it: clocks are no more precise, and
        the table stays short.

    Examples
    --------
    >>> import numpy as np
    >>> table = curve(np.array([2.0, 4.0, 4.0, 9.0]), np.array([1, 0, 1, 1]), 0.95)
    >>> table.attempt.tolist(), table.estimate.tolist()
    ([2, 4, 9], [0.25, 0.5, 1.0])
    """
    whole = np.ceil(np.maximum(times, 0) / step - 1e-9) * step
    return life_table(whole, ended, censored=1 - ended, confidence=confidence)


def share_by(table: LifeTable, time: float) -> tuple[float, float, float]:
    """Return the share ended by a time, with its limits; nan beyond the observed times.

    Examples
    --------
    >>> import numpy as np
    >>> table = curve(np.array([2.0, 4.0]), np.array([1, 1]), 0.95)
    >>> share_by(table, 3)[0], share_by(table, 1)[0]
    (0.5, 0.0)
    """
    at = int(np.searchsorted(table.attempt, time, side="right")) - 1
    if time > table.attempt[-1] and table.survival[-1] > 0:
        return NAN, NAN, NAN
    if at < 0:
        return 0.0, 0.0, NAN
    return float(table.estimate[at]), float(table.low[at]), float(table.high[at])


def crossing(table: LifeTable, share: float) -> Interval:
    """Return the time by which a share has ended, with its interval.

    If the curve never reaches a limit, it is infinite; an estimate it never reaches is nan.

    References
    ----------
    1. Brookmeyer R, Crowley J (1982). A confidence interval for the median survival
       time. Biometrics 38:29-41.

    Examples
    --------
    >>> import numpy as np
    >>> half = crossing(curve(np.arange(1.0, 101.0), np.ones(100), 0.95), 0.5)
    >>> half.estimate, half.low, half.high
    (50.0, 40.0, 60.0)
    """
    at = [_first(table, ends, share) for ends in (table.estimate, table.high, table.low)]
    n = float(table.at_risk[0])
    reason = "" if at[0] < INFINITE else "too few were followed so long"
    estimate = at[0] if at[0] < INFINITE else NAN
    return Interval(estimate, at[1], at[2], "brookmeyer-crowley", table.confidence, n=n, reason=reason)


def _first(table: LifeTable, ends: np.ndarray, share: float) -> float:
    reached = np.flatnonzero(ends >= share - 1e-12)
    return float(table.attempt[reached[0]]) if len(reached) else INFINITE


def quantile(
    values: np.ndarray, level: float, confidence: float, units: np.ndarray | None = None
) -> Interval:
    """Return a quantile with its interval; rows within a unit may be correlated.

    Without units, from order statistics. With units, the clustered interval of the
    share below the quantile is read off the distribution at both its ends.

    Parameters
    ----------
    values : ndarray of shape (rows,)
    level : float
        0.5 is the median.
    confidence : float
    units : ndarray of shape (rows,), optional
        The independent unit of each row, such as an agent's day.

    References
    ----------
    1. Woodruff RS (1952). Confidence intervals for medians and other position
       measures. JASA 47:635-646.

    Examples
    --------
    >>> import numpy as np
    >>> quantile(np.arange(1.0, 101.0), 0.5, 0.95).low
    40.0
    >>> median = quantile(np.arange(1.0, 101.0), 0.5, 0.95, units=np.arange(100))
    >>> median.estimate, round(median.low), round(median.high)
    (50.5, 41, 60)
    """
    if units is None:
        return quantile_interval(values, quantile=level, confidence=confidence)
    estimate = float(np.quantile(values, level))
    below = {"numerator": values <= estimate, "denominator": np.ones(len(values))}
    share = ratio_interval(Moments.of(below, units.tolist()), confidence=confidence, proportion=True)
    if np.isnan(share.low):
        return Interval(estimate, NAN, NAN, "woodruff", confidence, n=share.n, reason=share.reason)
    # Ties put the share below the quantile above its level, so only the width is used.
    levels = level - (share.estimate - share.low), level + (share.high - share.estimate)
    low, high = np.quantile(values, np.clip(levels, 0.0, 1.0))
    return Interval(estimate, float(low), float(high), "woodruff", confidence, n=share.n)
