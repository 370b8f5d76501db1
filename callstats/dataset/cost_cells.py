"""What costs are shared by: agents' time, dials and minutes, by campaign, list, agent, direction and day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import reduce
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from callstats.dataset.clock import TIME_KEYS

#: What tells cells apart.
CELL = ("campaign_id", "list_id", "agent_id", "direction", "day")
#: What is added up in each: seconds of agents' time, calls that an agent was on, and all of them.
WEIGHTS = ("seconds", "spoken", "calls", "dials", "minutes")
#: Stands for an unknown name, since nothing equals an unknown one.
NOBODY = "\0nobody"
_AGENT_S = ("talk_s", "hold_s", "wrap_s")
_LINE_S = ("talk_s", "hold_s", "queue_s")


def cells_of(calls: nw.LazyFrame, columns: Collection[str], keys: Sequence[str] = ()) -> pd.DataFrame:
    """Return the work in calls, one row for each cell and further keys.

    Parameters
    ----------
    calls : nw.LazyFrame
        With the keys attached.
    columns : collection of str
        Those of the calls.
    keys : sequence of str
        Columns beyond those of a cell; unknown values stay unknown.

    Returns
    -------
    pandas.DataFrame
        ``CELL`` and keys, then ``WEIGHTS``: seconds of talk, hold and wrap-up of agents; calls that an
        agent was on; calls; dials; and minutes on the line. An unknown name is ``NOBODY``, an unknown day 0.

    Examples
    --------
    >>> calls = pd.DataFrame({
    ...     "agent_id": ["ann", None], "direction": "outbound", "talk_s": [90.0, 30.0],
    ...     "local_started_at": pd.to_datetime(["2026-09-01", "2026-09-01"]),
    ... })
    >>> found = cells_of(nw.from_native(calls).lazy(), calls.columns)
    >>> found["agent_id"].tolist() == [NOBODY, "ann"], found["seconds"].tolist(), found["dials"].tolist()
    (True, [0.0, 90.0], [1.0, 1.0])
    """
    named = [c for c in CELL if c in columns]
    rows = calls.select(
        *dict.fromkeys((*named, *keys)),
        day=_day(columns),
        seconds=_with_agent(_added(columns, _AGENT_S), columns),
        spoken=_with_agent(nw.lit(1.0), columns),
        calls=nw.lit(1.0),
        dials=nw.when(nw.col("direction") == "outbound").then(1.0).otherwise(0.0),
        minutes=_added(columns, _LINE_S) / 60,
    )
    by = list(dict.fromkeys((*named, "day", *keys)))
    grouped = rows.group_by(*by).agg(nw.col(*WEIGHTS).sum())
    found: Any = grouped.collect("pandas").to_native()
    names = {c: found[c].astype(object).fillna(NOBODY) if c in named else NOBODY for c in CELL if c != "day"}
    found = found.assign(**names, day=found["day"].fillna(0).astype("int64"))
    order = [*CELL, *(k for k in keys if k not in CELL)]
    return found.sort_values(list(CELL), kind="stable", ignore_index=True)[[*order, *WEIGHTS]]


def numbers_of(cells: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
    """Return the number of each row's cell: its place among the cells, -1 where it is none.

    Names are compared as numbers: joining millions of rows by five texts takes ten times as long.

    Examples
    --------
    >>> cells = pd.DataFrame({**dict.fromkeys(CELL, "x"), "list_id": ["A", "B"]})
    >>> numbers_of(cells, cells.iloc[[1, 0]]).tolist()
    [1, 0]
    """
    known, asked = np.zeros(len(cells), dtype="int64"), np.zeros(len(rows), dtype="int64")
    strange = np.zeros(len(rows), dtype=bool)
    for column in CELL:
        own, names = pd.factorize(cells[column].to_numpy(dtype=object))
        codes = pd.Index(names).get_indexer(pd.Index(rows[column]))
        known, asked = known * len(names) + own, asked * len(names) + codes
        strange |= codes < 0
    found = pd.Index(known).get_indexer(pd.Index(asked))
    return np.where(strange, -1, found)


def _day(columns: Collection[str]) -> nw.Expr:
    return TIME_KEYS["day"](nw.col("local_started_at")) if "local_started_at" in columns else nw.lit(0)


def _with_agent(number: nw.Expr, columns: Collection[str]) -> nw.Expr:
    """Return a number where an agent was on the call; everywhere if no call says who was."""
    if "agent_id" not in columns:
        return number
    return nw.when(~nw.col("agent_id").is_null()).then(number).otherwise(0.0)


def _added(columns: Collection[str], wanted: Sequence[str]) -> nw.Expr:
    parts = [nw.col(c).cast(nw.Float64).fill_null(0.0) for c in wanted if c in columns]
    return reduce(lambda a, b: a + b, parts, nw.lit(0.0))
