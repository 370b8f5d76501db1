"""Quantiles, which cannot be computed from sums: a small separate pass over the rows that count."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING

import narwhals as nw

from callstats.dataset.core import Dataset
from callstats.engine.keys import Group, collected
from callstats.engine.sums import holds

if TYPE_CHECKING:
    from callstats.kpis.define import Quantile

_VALUE, _ROWS = "__value", "__rows"


def quantiles(dataset: Dataset, formula: Quantile, by: Sequence[str] = ()) -> dict[Group, tuple[float, int]]:
    """Return a quantile and the number of rows behind it, by group.

    Parameters
    ----------
    dataset : Dataset
        With the formula's columns, or links to them.
    formula : Quantile
        Columns marked optional count as 0 where they are null or missing.
    by : sequence of str

    Returns
    -------
    dict
        Group -> (quantile, rows), interpolated linearly between the two nearest
        values as numpy does, and multiplied by the formula's scale. A group without
        rows is left out.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.kpis.define import Predicate, Quantile
    >>> ds = Dataset({"calls": pd.DataFrame({"call_id": ["1", "2", "3"], "talk_s": [10.0, 20.0, 90.0]})})
    >>> quantiles(ds, Quantile(("talk_s",), Predicate("calls", "calls"), 0.5))
    {(): (20.0, 3)}
    """
    rows = _values(dataset, formula, by)
    rows = (
        rows.collect("pandas").lazy() if rows.implementation.is_pyarrow() else rows
    )  # it has no grouped quantiles
    wanted = (
        nw.col(_VALUE).quantile(formula.level, "linear"),
        nw.col(_VALUE).count().alias(_ROWS),
    )
    frame = rows.group_by(*by).agg(*wanted) if by else rows.select(*wanted)
    by_group = collected(frame, by, (_VALUE, _ROWS))
    return {group: (value * formula.scale, int(n)) for group, (value, n) in by_group.items() if n}


def _values(dataset: Dataset, formula: Quantile, by: Sequence[str]) -> nw.LazyFrame:
    """Return the value of every row that counts, with its group."""
    table = formula.where.table
    columns = [c for c in formula.of if c not in formula.optional or dataset.reaches(table, c)]
    frame = dataset.table(table, *dict.fromkeys((*by, *columns, *sorted(formula.where.columns))))
    condition = holds(formula.where, dataset.config.settings)
    summands = [nw.col(c).fill_null(0.0) if c in formula.optional else nw.col(c) for c in columns]
    value = reduce(lambda a, b: a + b, summands).alias(_VALUE)
    frame = frame if condition is None else frame.filter(condition)
    frame = frame.with_columns(value)
    return frame.filter(~nw.col(_VALUE).is_null()).select(*by, _VALUE)
