"""Which dial to its contact a call was, counted in frames that do not say so."""

from __future__ import annotations

from typing import Any

import narwhals as nw

_COLUMN = "attempt_no"


def with_attempts(calls: nw.LazyFrame) -> nw.LazyFrame:
    """Return calls with the number of the dial to each contact, as an import would count it.

    Dials are counted from 1 in the order of their moments, those of one moment by their
    ``call_id``. A call that was received, or whose contact or moment is unknown, has none.
    Frames that bring the column, or lack what it follows from, are returned as they are.

    Parameters
    ----------
    calls : nw.LazyFrame
        The canonical table.

    Examples
    --------
    >>> import pandas as pd
    >>> calls = pd.DataFrame({
    ...     "call_id": list("123"), "contact_id": list("PPQ"), "direction": "outbound",
    ...     "started_at": pd.to_datetime(["2026-09-02", "2026-09-01", "2026-09-01"], utc=True),
    ... })
    >>> with_attempts(nw.from_native(calls).lazy()).collect("pandas").to_native()["attempt_no"].tolist()
    [2, 1, 1]
    """
    columns = calls.collect_schema().names()
    moment = next((name for name in ("started_at", "local_started_at") if name in columns), None)
    if _COLUMN in columns or moment is None or not {"contact_id", "direction"} <= set(columns):
        return calls
    names = ["call_id", "contact_id", "direction", moment]
    if calls.implementation.is_pandas():
        frame: Any = calls.collect("pandas").to_native()
        return nw.from_native(frame.assign(**{_COLUMN: _places(frame[names], moment)})).lazy()
    if calls.implementation.is_pyarrow():
        table: Any = calls.collect("pyarrow").to_native()
        places = _places(table.select(names).to_pandas(types_mapper=_nullable), moment)
        return nw.from_native(table.append_column(_COLUMN, _as_arrow(places))).lazy()
    known = ~nw.col("contact_id").is_null() & ~nw.col(moment).is_null()
    dialled = (nw.col("direction") == "outbound") & known
    place = nw.when(dialled).then(nw.lit(1)).otherwise(nw.lit(0)).cum_sum()
    counted = nw.when(dialled).then(place.over("contact_id", order_by=[moment, "call_id"]))
    return calls.with_columns(counted.cast(nw.Int64).alias(_COLUMN))


def _places(frame: Any, moment: str) -> Any:
    """Return the number of every dial as nullable integers, in the order of the frame."""
    import pandas as pd

    rows = frame.reset_index(drop=True)
    known = rows["contact_id"].notna() & rows[moment].notna()
    dialled = (rows["direction"] == "outbound").fillna(False) & known
    dials = rows[dialled.to_numpy(dtype=bool)].sort_values([moment, "call_id"], kind="stable")
    numbers = dials.groupby("contact_id", sort=False).cumcount() + 1
    return pd.array(numbers.astype("Int64").reindex(rows.index), dtype="Int64")


def _as_arrow(numbers: Any) -> Any:
    import pyarrow as pa

    return pa.Array.from_pandas(numbers, type=pa.int64())


def _nullable(arrow_type: Any) -> Any:
    """Keep text text: a column of nulls alone would otherwise become numbers."""
    import pandas as pd
    import pyarrow.types as kinds

    return pd.StringDtype() if kinds.is_string(arrow_type) or kinds.is_large_string(arrow_type) else None
