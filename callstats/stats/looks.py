"""Bounds for a few planned looks at a running test."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from callstats.errors import UsageError
from callstats.stats.checking import choose

SPENDING = ("obrien-fleming", "pocock", "lan-demets-obrien-fleming", "lan-demets-pocock")


@dataclass(frozen=True, slots=True)
class SequentialBounds:
    """What the statistic must exceed at each planned look.

    Attributes
    ----------
    bounds : tuple of float
        |z| at each look; inf where no error is spent.
    p_values : tuple of float
        The same as two-sided p-values.
    spent : tuple of float
        Type I error spent up to and including each look.
    information : tuple of float
        Share of the final information at each look.
    alpha : float
        Two-sided error over all looks.
    method : str
    """

    bounds: tuple[float, ...]
    p_values: tuple[float, ...]
    spent: tuple[float, ...]
    information: tuple[float, ...]
    alpha: float
    method: str


def group_sequential_bounds(
    looks: int,
    *,
    alpha: float = 0.05,
    spending: str = "obrien-fleming",
    information: Sequence[float] | None = None,
) -> SequentialBounds:
    """Bounds of |z| at planned looks that control the error over all of them.

    The statistic at each look is normal with independent increments: units arrive
    independently, and looks do not depend on earlier results. To look at any
    time, use `confidence_sequence`.

    Parameters
    ----------
    looks : int
        Number of looks, the final one included; at most 20.
    alpha : float
        Two-sided error over all looks.
    spending : str
        "obrien-fleming" (bounds fall with the root of the information),
        "pocock" (the same bound each time), or "lan-demets-obrien-fleming",
        "lan-demets-pocock" (spending functions, for unequally spaced looks).
    information : sequence of float, optional
        Share of the final number of units at each look, rising to 1; equally
        spaced if omitted.

    Returns
    -------
    SequentialBounds

    Raises
    ------
    UsageError
        The looks or their information are impossible, or an unknown name.

    References
    ----------
    1. Jennison C, Turnbull BW (2000). Group Sequential Methods, chapters 2, 7
       and 19.
    2. Lan KKG, DeMets DL (1983). Discrete sequential boundaries for clinical
       trials. Biometrika 70:659-663.

    Examples
    --------
    >>> [round(z, 3) for z in group_sequential_bounds(3, spending="pocock").bounds]
    [2.289, 2.289, 2.289]
    """
    choose("spending", spending, SPENDING)
    if not 1 <= looks <= 20 or int(looks) != looks:
        raise UsageError(f"{looks!r} looks: plan 1 to 20")
    if not 0 < alpha < 1:
        raise UsageError(f"alpha {alpha!r} is not between 0 and 1")
    times = _information(int(looks), information)
    if spending.startswith("lan-demets"):
        bounds, spent = _by_spending(times, alpha, _SPENT[spending])
    else:
        power = 0.5 if spending == "obrien-fleming" else 0.0
        bounds, spent = _by_shape(times, alpha, (1 / times) ** power)
    from scipy.special import ndtr

    p_values = tuple(float(2 * ndtr(-bound)) for bound in bounds)
    return SequentialBounds(tuple(bounds), p_values, tuple(spent), tuple(times.tolist()), alpha, spending)


def _information(looks: int, information: Sequence[float] | None) -> np.ndarray:
    if information is None:
        return np.arange(1, looks + 1) / looks
    times = np.asarray(information, dtype=float)
    if len(times) != looks or times[0] <= 0 or (np.diff(times) <= 0).any() or abs(times[-1] - 1) > 1e-9:
        raise UsageError("information has to rise from above 0 to 1, one number a look")
    return times


def _spent_obrien_fleming(alpha: float, time: float) -> float:
    from scipy.special import ndtr, ndtri

    # Each side spends half the error.
    return float(4 * ndtr(ndtri(alpha / 4) / math.sqrt(time)))


def _spent_pocock(alpha: float, time: float) -> float:
    return alpha * math.log1p((math.e - 1) * time)


_SPENT: dict[str, Callable[[float, float], float]] = {
    "lan-demets-obrien-fleming": _spent_obrien_fleming,
    "lan-demets-pocock": _spent_pocock,
}


@cache
def _nodes() -> tuple[np.ndarray, np.ndarray]:
    return np.polynomial.legendre.leggauss(100)


class _Walk:
    """The density of the score, given that no earlier look stopped the test.

    It is stored at Gauss-Legendre nodes of the interval in which the test continues.
    """

    def __init__(self) -> None:
        self.time, self.nodes, self.mass = 0.0, np.zeros(1), np.ones(1)

    def beyond(self, time: float, bound: float) -> float:
        """Return the probability of stopping with |z| > bound at this look."""
        from scipy.special import ndtr

        edge, step = bound * math.sqrt(time), math.sqrt(time - self.time)
        out = ndtr((-edge - self.nodes) / step) + ndtr((self.nodes - edge) / step)
        return float(self.mass @ out)

    def go_on(self, time: float, bound: float) -> None:
        """Advance to this look, given that |z| stayed within the bound."""
        edge, step = min(bound, 9.0) * math.sqrt(time), math.sqrt(time - self.time)
        points, weights = _nodes()
        nodes = edge * points
        steps = (nodes[:, None] - self.nodes[None, :]) / step
        density = (np.exp(-0.5 * steps**2) / (step * math.sqrt(2 * math.pi))) @ self.mass
        self.time, self.nodes, self.mass = time, nodes, density * weights * edge


def _by_shape(times: np.ndarray, alpha: float, shape: np.ndarray) -> tuple[list[float], list[float]]:
    from scipy.optimize import brentq

    def spend(constant: float) -> list[float]:
        walk, total, spent = _Walk(), 0.0, []
        for time, factor in zip(times.tolist(), shape.tolist(), strict=True):
            total += walk.beyond(time, constant * factor)
            walk.go_on(time, constant * factor)
            spent.append(total)
        return spent

    constant = float(brentq(lambda c: spend(c)[-1] - alpha, 0.05, 12.0, xtol=1e-9))  # type: ignore[arg-type]
    return [constant * factor for factor in shape.tolist()], spend(constant)


def _by_spending(
    times: np.ndarray, alpha: float, spending: Callable[[float, float], float]
) -> tuple[list[float], list[float]]:
    from scipy.optimize import brentq

    walk, bounds, spent = _Walk(), [], [0.0]
    for time in times.tolist():
        wanted = spending(alpha, time) - spent[-1]

        def excess(bound: float, time: float = time, wanted: float = wanted) -> float:
            return walk.beyond(time, bound) - wanted

        bound = float(brentq(excess, 0.0, 37.0, xtol=1e-10)) if excess(37.0) < 0 else math.inf  # type: ignore[arg-type]
        walk.go_on(time, bound)
        bounds.append(bound)
        spent.append(spending(alpha, time))
    return bounds, spent[1:]
