"""Grouped sums, collected: the only place where rows leave an engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw

from callstats.dataset.clock import unknown, written

Group = tuple[Any, ...]


def totals_by(frame: nw.LazyFrame, by: Sequence[str], columns: Sequence[str]) -> nw.LazyFrame:
    """Return the sums of columns by group; one row without groups."""
    sums = [nw.col(column).sum() for column in columns]
    return frame.group_by(*by).agg(*sums) if by else frame.select(*sums)


def collected(frame: nw.LazyFrame, by: Sequence[str], columns: Sequence[str]) -> dict[Group, list[float]]:
    """Run a query and return its numbers by group; null is 0.

    Time keys come out as people write them.
    """
    found = frame.collect("pandas").to_native()
    keys = [[written(key, value) for value in found[key]] for key in by]
    numbers = [[0.0 if unknown(value) else float(value) for value in found[column]] for column in columns]
    groups = zip(*keys, strict=True) if by else [()] * len(found)
    return {group: list(row) for group, row in zip(groups, zip(*numbers, strict=True), strict=True)}


def in_order(groups: Mapping[Group, Any] | set[Group]) -> list[Group]:
    """Return groups sorted by their keys, the unknown last.

    Examples
    --------
    >>> in_order({("b", 1), (None, 2), ("a", 3)})
    [('a', 3), ('b', 1), (None, 2)]
    """
    try:
        return sorted(groups, key=lambda group: [(key is None, 0 if key is None else key) for key in group])
    except TypeError:  # two tables hold the key in two types
        return sorted(groups, key=lambda group: [(key is None, str(key)) for key in group])
