"""The rows of a queue as arrays: what the analyses of waits, issues and handle times read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.engine.sums import holds
from callstats.kpis import predicates as rows

if TYPE_CHECKING:
    from callstats.dataset import Dataset
    from callstats.kpis.define import Predicate

INBOUND = nw.col("direction") == "inbound"


def arrays(frame: nw.LazyFrame, **columns: nw.Expr) -> dict[str, np.ndarray]:
    """Return expressions over a frame as arrays; what is null is nan, None or NaT.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = nw.from_native(pd.DataFrame({"queue_s": [3.0, None]})).lazy()
    >>> arrays(frame, wait=nw.col("queue_s"))
    {'wait': array([ 3., nan])}
    """
    found = frame.select(**columns).collect("pandas").to_native()
    return {name: found[name].to_numpy() for name in columns}


def flag(column: str) -> nw.Expr:
    """Return a flag as 1.0 where it is true, and 0.0 where it is false or unknown."""
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


def lacking(dataset: Dataset, table: str, *columns: str) -> str:
    """Return why a question cannot be asked: "not computable: needs …"; empty where it can."""
    absent = [f"{table}.{c}" for c in columns if not dataset.has(table, c)]
    return f"not computable: needs {', '.join(absent)}" if absent else ""


def received(dataset: Dataset) -> Dataset:
    """Return the data set narrowed to calls received, where it has others beside.

    Agents' time knows no direction, so what rests on it is asked of the whole.
    """
    if not dataset.has("calls", "direction") or dataset.values("direction") == ["inbound"]:
        return dataset
    return dataset.where(direction="inbound")


def queues(dataset: Dataset) -> Dataset:
    """Return the data of the campaigns that take calls: the others answer no caller."""
    if not dataset.has("calls", "campaign_id", "direction"):
        return dataset
    named = dataset.where(direction="inbound").values("campaign_id")
    return dataset.where(campaign_id=named) if named else dataset


def counts(dataset: Dataset, *keys: str) -> list[Mapping[str, Any]]:
    """Return how many calls came in by some keys, as ``calls`` beside the keys."""
    found = matching(dataset, rows.OFFERED, *keys).group_by(*keys).agg(calls=nw.len())
    frame = found.collect("pandas").to_native()
    return frame.dropna().to_dict("records")


def moments(frame: nw.LazyFrame, column: str) -> np.ndarray:
    """Return the moments of a column of instants or clocks, in seconds since 1970; nan where unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = nw.from_native(pd.DataFrame({"at": pd.to_datetime(["1970-01-01 01:00", None], utc=True)}))
    >>> moments(frame.lazy(), "at").tolist()
    [3600.0, nan]
    """
    import pandas as pd

    table = frame.select(column).collect("pyarrow").to_native()  # duckdb warns when it hands zones to pandas
    found = pd.to_datetime(table[column].to_pandas(), utc=True)
    known = found.notna().to_numpy()
    seconds = found.dt.tz_localize(None).to_numpy().astype("datetime64[ms]").astype(np.int64) / 1000
    return np.where(known, seconds, np.nan)


def codes(values: Sequence[Any] | np.ndarray) -> np.ndarray:
    """Return the number of each different value, in any order; unknown values are each their own.

    Examples
    --------
    >>> codes(["b", "a", "b", None, None]).tolist()
    [0, 1, 0, 2, 3]
    """
    import pandas as pd

    found, known = pd.factorize(np.asarray(values, dtype=object))
    missing = np.flatnonzero(found < 0)
    found[missing] = len(known) + np.arange(len(missing))
    return found
