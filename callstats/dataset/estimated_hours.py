"""Agents' hours where no export has them: from an agent's first call to the last, breaks left out.

An hour that has a price but is in no table would make every cost unknown. What the calls
show is less than what an agent was logged in for, by the waiting before the first call and
after the last; every figure made of it says that it is an estimate.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.config import Config
from callstats.dataset.clock import TIME_KEYS, seconds

if TYPE_CHECKING:
    import pandas as pd

#: Without a call for longer than this, an agent is taken to be away [s].
BREAK_S = 3600
#: What every figure says that is made of such hours.
NOTE = "hours estimated from the calls: each agent's first to last, breaks over an hour left out"
#: What every figure of costs says where an hour has a price and nothing shows how many there were.
UNKNOWN = "no cost of labour: neither agents' time nor the agent of a call is known"
_NEEDED = frozenset({"agent_id", "local_started_at"})
_STATES = {"talk_s": "talk", "hold_s": "hold", "wrap_s": "wrap"}
_BEFORE = ("ring_s", "queue_s")


def hours_priced(config: Config) -> bool:
    """Return whether a project says what an hour costs."""
    prices = (config.money, *(own.money for own in config.campaign.values()))
    return any(m.cost_per_hour is not None or m.cost_per_paid_hour is not None for m in prices)


def can_be_estimated(columns: Collection[str]) -> bool:
    """Return whether calls with these columns show when an agent worked."""
    return set(columns) >= _NEEDED


def columns_of(columns: Collection[str]) -> dict[str, nw.dtypes.DType]:
    """Return the columns of estimated agent time, from those of the calls."""
    campaign = {"campaign_id": nw.String()} if "campaign_id" in columns else {}
    return {
        "agent_id": nw.String(), **campaign, "local_start": nw.Datetime("us"),
        "state": nw.String(), "seconds": nw.Float64(), "paid": nw.Boolean(),
    }  # fmt: skip


def estimated_hours(calls: nw.LazyFrame, columns: Collection[str]) -> nw.LazyFrame:
    """Return agent time as calls show it: talk, hold and wrap, and the waiting before each call.

    Parameters
    ----------
    calls : nw.LazyFrame
        Of all days.
    columns : collection of str
        Those of the calls; agent_id and local_started_at among them.

    Examples
    --------
    Two calls of ten minutes within half an hour, and one after lunch:

    >>> import pandas as pd
    >>> calls = pd.DataFrame({
    ...     "agent_id": "ann", "talk_s": 600.0,
    ...     "local_started_at": pd.to_datetime(["2026-09-01 10:00", "2026-09-01 10:20", "2026-09-01 13:00"]),
    ... })
    >>> found = estimated_hours(nw.from_native(calls).lazy(), calls.columns).collect().to_native()
    >>> found.groupby("state")["seconds"].sum().to_dict()
    {'talk': 1800.0, 'wait': 600.0}

    An agent is at one place at a time, whatever overlaps by clocks that know no seconds:

    >>> starts = ["2026-09-01 10:00", "2026-09-01 10:09", "2026-09-01 10:20"]
    >>> calls["local_started_at"] = pd.to_datetime(starts)
    >>> found = estimated_hours(nw.from_native(calls).lazy(), calls.columns).collect().to_native()
    >>> float(found["seconds"].sum() / 60)
    30.0
    """
    own = [c for c in ("agent_id", "campaign_id", "local_started_at") if c in columns]
    lengths = [c for c in (*_STATES, *_BEFORE) if c in columns]
    numbers = [nw.col(c).cast(nw.Float64).fill_null(0.0).alias(c) for c in lengths]
    rows = calls.filter(~nw.col("agent_id").is_null(), ~nw.col("local_started_at").is_null())
    rows = rows.select(*own, *numbers)
    rows = rows.with_columns(
        began=seconds(nw.col("local_started_at")),
        busy=_added(c for c in lengths if c in _STATES),
    ).with_columns(ended=nw.col("began") + nw.col("busy") + _added(c for c in lengths if c in _BEFORE))
    rows = _with_ends(rows)
    away = nw.col("before").is_null() | (nw.col("began") - nw.col("before") > BREAK_S)
    start = nw.when(away).then(nw.col("began")).otherwise(nw.col("before"))
    rows = rows.with_columns(__there=_above_zero(nw.col("ended") - start))
    rows = rows.with_columns(__wait=_above_zero(nw.col("__there") - nw.col("busy")))
    names = {**{c: state for c, state in _STATES.items() if c in lengths}, "__wait": "wait"}
    rows = _once(rows, [c for c in names if c != "__wait"])
    shown = [c for c in own if c != "local_started_at"]
    pieces = [
        rows.filter(nw.col(column) > 0).select(
            *shown, local_start=nw.col("local_started_at"), state=nw.lit(state),
            seconds=nw.col(column), paid=nw.lit(True),
        )
        for column, state in names.items()
    ]  # fmt: skip
    return nw.concat(pieces, how="vertical") if len(pieces) > 1 else pieces[0]


def _once(rows: nw.LazyFrame, lengths: list[str]) -> nw.LazyFrame:
    """Make the pieces of an agent's day add up to the time the agent was there.

    Calls overlap where starts are written to the minute, or lengths are rounded: what they
    overlap by is taken off the waiting of that day, then off the calls in proportion.
    """
    rows = rows.with_columns(__day=TIME_KEYS["day"](nw.col("local_started_at")))
    day = {
        f"{name}_of_day": nw.col(name).sum().over("agent_id", "__day")
        for name in ("__there", "busy", "__wait")
    }
    rows = rows.with_columns(**day)
    there, busy, wait = (nw.col(name) for name in day)
    left = _above_zero(there - busy)
    waiting = nw.when(wait > left).then(left / wait).otherwise(1.0)
    working = nw.when(busy > there).then(there / busy).otherwise(1.0)
    return rows.with_columns(
        (nw.col("__wait") * waiting).alias("__wait"), *((nw.col(c) * working).alias(c) for c in lengths)
    )


def _above_zero(length: nw.Expr) -> nw.Expr:
    return nw.when(length > 0).then(length).otherwise(0.0)


def _added(columns: Any) -> nw.Expr:
    return reduce(lambda a, b: a + b, [nw.col(c) for c in columns], nw.lit(0.0))


def _with_ends(rows: nw.LazyFrame) -> nw.LazyFrame:
    """Add the moment by which all earlier calls of the agent had ended; unknown before the first."""
    if rows.implementation.is_pandas():
        frame: Any = rows.collect("pandas").to_native()
        return nw.from_native(_ends(frame)).lazy()
    if rows.implementation.is_pyarrow():
        import pyarrow as pa

        table: Any = rows.collect("pyarrow").to_native()
        before = _ends(table.select(["agent_id", "began", "ended"]).to_pandas())["before"]
        return nw.from_native(table.append_column("before", pa.Array.from_pandas(before.to_numpy()))).lazy()
    latest = nw.col("ended").cum_max().over("agent_id", order_by=["began", "ended"])
    rows = rows.with_columns(latest=latest)
    return rows.with_columns(before=nw.col("latest").shift(1).over("agent_id", order_by=["began", "ended"]))


def _ends(frame: pd.DataFrame) -> pd.DataFrame:
    ordered = frame.sort_values(["began", "ended"], kind="stable")
    by_agent = ordered.assign(latest=ordered.groupby("agent_id")["ended"].cummax())
    before = by_agent.groupby("agent_id")["latest"].shift(1)
    return frame.assign(before=before.reindex(frame.index))
