"""Moments: what the engine passes to the statistics, and nothing else.

A frozen value of counts, sums and products that can be added: the moments of
two sets of independent units are the sum of theirs, with nothing lost. Means,
proportions, rates and their clustered variances all follow from it, so the
statistics never see a row. Sums by day come beside it, where days are not alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

Pair = tuple[str, str]
Triple = tuple[str, str, str]


def pair(a: str, b: str) -> Pair:
    """Return the key of a product, the same for (a, b) and (b, a)."""
    return (a, b) if a <= b else (b, a)


def triples(names: Sequence[str]) -> list[Triple]:
    """Return every three of some names, each as often as wanted, in order.

    Examples
    --------
    >>> triples(["y", "n"])
    [('n', 'n', 'n'), ('n', 'n', 'y'), ('n', 'y', 'y'), ('y', 'y', 'y')]
    """
    return [(a, b, c) for a, b, c in combinations_with_replacement(sorted(names), 3)]


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over independent units, per named column.

    Parameters
    ----------
    n : int
        Number of independent units (contacts, agent-days, respondents, rows).
    sums : mapping of str to float
        Sum over all units of each column; a unit's value is already the total
        of its rows.
    products : mapping of (str, str) to float
        Sum over units of the product of two columns, keyed by :func:`pair`;
        ``(a, a)`` is the sum of squares.
    cubes : mapping of (str, str, str) to float
        The same of three columns, in order of their names, where values may be skewed.
    values : float, optional
        With cubes: how many equal values would carry as much as the numerator's, before costs
        are dealt to all units; (sum)^2 / sum of squares.

    Notes
    -----
    ``a + b`` is exact only if no unit has rows in both: two lists that share
    no contact, two sets of days for agent-days.

    Examples
    --------
    >>> monday = Moments.of({"successes": [1, 0], "calls": [3, 2]})
    >>> tuesday = Moments.of({"successes": [1], "calls": [4]})
    >>> (monday + tuesday).sums["calls"]
    9.0
    """

    n: int
    sums: Mapping[str, float]
    products: Mapping[Pair, float] = field(default_factory=dict)
    cubes: Mapping[Triple, float] = field(default_factory=dict)
    values: float | None = None

    def __add__(self, other: Moments) -> Moments:
        if not isinstance(other, Moments):
            return NotImplemented
        if set(self.sums) != set(other.sums) or set(self.products) != set(other.products):
            raise ValueError("moments of different columns cannot be added")
        return Moments(
            self.n + other.n,
            {key: value + other.sums[key] for key, value in self.sums.items()},
            {key: value + other.products[key] for key, value in self.products.items()},
            {key: value + other.cubes[key] for key, value in self.cubes.items() if key in other.cubes},
            None if self.values is None or other.values is None else self.values + other.values,
        )

    @classmethod
    def of(
        cls,
        columns: Mapping[str, Sequence[float]],
        units: Sequence[object] | None = None,
        *,
        skewed: bool = False,
    ) -> Moments:
        """Return the moments of columns held in memory.

        Parameters
        ----------
        columns : mapping of str to sequence of float, each of shape (rows,)
        units : sequence, shape (rows,), optional
            The independent unit each row belongs to; if omitted, each row is its own unit.
        skewed : bool
            Add the products of every three columns.

        Returns
        -------
        Moments
            Including the product of every pair of columns.
        """
        import numpy as np

        values = {name: np.asarray(column, dtype=float) for name, column in columns.items()}
        if units is None:
            n = len(next(iter(values.values())))
        else:
            _, codes = np.unique(np.asarray(units), return_inverse=True)
            n = int(codes.max()) + 1 if len(codes) else 0
            values = {name: np.bincount(codes, column, n) for name, column in values.items()}
        names = sorted(values)
        return cls(
            n,
            {name: float(values[name].sum()) for name in values},
            {(a, b): float(values[a] @ values[b]) for i, a in enumerate(names) for b in names[i:]},
            {t: float((values[t[0]] * values[t[1]]) @ values[t[2]]) for t in triples(names)}
            if skewed
            else {},
        )

    def combine(self, **combinations: Mapping[str, float]) -> Moments:
        """Return the moments of linear combinations of the columns.

        Parameters
        ----------
        **combinations : mapping of str to float
            New name -> weight of each column in it.

        Examples
        --------
        >>> m = Moments.of({"talk": [10, 20], "wrap": [1, 2]})
        >>> m.combine(handle={"talk": 1, "wrap": 1}).sums
        {'handle': 33.0}
        """
        names = sorted(combinations)
        return Moments(
            self.n,
            {
                name: float(sum(w * self.sums[k] for k, w in combinations[name].items()))
                for name in combinations
            },
            {
                (a, b): float(
                    sum(
                        wa * wb * self.products[pair(ka, kb)]
                        for ka, wa in combinations[a].items()
                        for kb, wb in combinations[b].items()
                    )
                )
                for i, a in enumerate(names)
                for b in names[i:]
            },
        )


@dataclass(frozen=True, eq=False)
class DaySums:
    """Sums kept by day: what the days themselves contribute to the spread of a figure.

    Calls of one day share its weather, its news and its dialer. So the sums of every
    day are kept, and beside them the products over the smallest units within a day,
    which tell how far the days would differ by chance alone.

    Parameters
    ----------
    days : tuple of int
        The days in order, as numbers: 20260914.
    sums : mapping of str to ndarray of shape (days,)
        Sum of each column on each day.
    within : mapping of (str, str) to float
        Sum over the units within days of the product of two columns, keyed by
        :func:`pair`; empty where the independent units themselves lie within a day.

    Examples
    --------
    >>> found = DaySums.of({"calls": [3, 2, 4]}, [20260914, 20260914, 20260915])
    >>> found.days, found.sums["calls"].tolist(), found.within["calls", "calls"]
    ((20260914, 20260915), [5.0, 4.0], 29.0)
    """

    days: tuple[int, ...]
    sums: Mapping[str, np.ndarray]
    within: Mapping[Pair, float] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        columns: Mapping[str, Sequence[float]],
        days: Sequence[int],
        units: Sequence[object] | None = None,
    ) -> DaySums:
        """Return the sums of columns held in memory.

        Parameters
        ----------
        columns : mapping of str to sequence of float, each of shape (rows,)
        days : sequence of int, shape (rows,)
        units : sequence, shape (rows,), optional
            Rows of one unit and day count together; if omitted, each row is a unit.
        """
        import numpy as np

        order, codes = np.unique(np.asarray(days), return_inverse=True)
        values = {name: np.asarray(column, dtype=float) for name, column in columns.items()}
        sums = {name: np.bincount(codes, column, len(order)) for name, column in values.items()}
        within = values
        if units is not None:
            _, unit = np.unique(np.asarray(units), return_inverse=True)
            _, cell = np.unique(unit * len(order) + codes, return_inverse=True)
            within = {name: np.bincount(cell, column) for name, column in values.items()}
        names = sorted(values)
        products = {(a, b): float(within[a] @ within[b]) for i, a in enumerate(names) for b in names[i:]}
        return cls(tuple(int(day) for day in order), sums, products)

    def __len__(self) -> int:
        return len(self.days)

    def __add__(self, other: DaySums) -> DaySums:
        """Return the sums of two sets of rows, day by day."""
        if not isinstance(other, DaySums):
            return NotImplemented
        days = tuple(sorted({*self.days, *other.days}))
        a, b = self.on(days), other.on(days)
        within = {key: value + other.within[key] for key, value in self.within.items() if key in other.within}
        return DaySums(days, {name: a.sums[name] + b.sums[name] for name in a.sums}, within)

    def on(self, days: Sequence[int]) -> DaySums:
        """Return the sums on given days, all of one's own among them, with 0 where there are none."""
        import numpy as np

        at = np.searchsorted(np.asarray(days), np.asarray(self.days, dtype=int))
        spread = {}
        for name, values in self.sums.items():
            spread[name] = np.zeros(len(days))
            spread[name][at] = values
        return DaySums(tuple(days), spread, self.within)
