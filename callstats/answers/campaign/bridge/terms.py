"""The arithmetic of a bridge: a sum over groups of products, and what each factor did to it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from callstats.errors import UsageError
from callstats.stats.checking import choose

Array = np.ndarray
Factors = Mapping[str, Array]


def filled(before: Factors, after: Factors) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return the factors with what is undefined in one period taken from the other.

    A list that was not dialled has no answer rate: it is given the one it has in
    the other period, so that its coming or going is all in the mix. What is
    defined in neither is 0.

    Examples
    --------
    >>> old, new = filled({"rate": np.array([0.2, np.nan])}, {"rate": np.array([np.nan, 0.3])})
    >>> old["rate"].tolist(), new["rate"].tolist()
    ([0.2, 0.3], [0.2, 0.3])
    """
    old, new = {}, {}
    for name, first in before.items():
        last = after[name]
        old[name] = np.nan_to_num(np.where(np.isnan(first), last, first))
        new[name] = np.nan_to_num(np.where(np.isnan(last), first, last))
    return old, new


def total(factors: Factors) -> Array:
    """Return the sum over groups (the last axis) of the product of the factors."""
    product = np.ones(())
    for values in factors.values():
        product = product * values
    return product.sum(axis=-1)


def shapley_effects(before: Factors, after: Factors) -> dict[str, Array]:
    """Share the change of a sum of products among the factors, exactly.

    Each factor's effect is its mean effect over all orders in which the factors
    may change one after the other, added over groups: Das Gupta's
    standardisation. Subsets of the other factors that changed first are counted
    by size, as the coefficients of the polynomial of (old + t new), so that the
    effort grows with the square of the number of factors and not with 2 to its
    power.

    Parameters
    ----------
    before, after : mapping of str to ndarray of shape (..., groups)
        The same factors, shapes broadcast.

    Returns
    -------
    dict of str to ndarray of shape (...)

    References
    ----------
    1. Das Gupta P (1993). Standardization and decomposition of rates. US Bureau
       of the Census, P23-186.

    Examples
    --------
    >>> old, new = {"rate": np.array([0.2]), "value": np.array([50.0])}, {"rate": np.array([0.25]),
    ...     "value": np.array([40.0])}
    >>> {name: round(float(effect), 6) for name, effect in shapley_effects(old, new).items()}
    {'rate': 2.25, 'value': -2.25}
    """
    names = list(before)
    weights = [1 / (len(names) * math.comb(len(names) - 1, changed)) for changed in range(len(names))]
    effects = {}
    for name in names:
        coefficients: list[Array] = [np.ones(())]
        for other in names:
            if other != name:
                coefficients = _times(coefficients, before[other], after[other])
        rest = sum(weight * c for weight, c in zip(weights, coefficients, strict=True))
        effects[name] = ((after[name] - before[name]) * rest).sum(axis=-1)
    return effects


def _times(coefficients: list[Array], old: Array, new: Array) -> list[Array]:
    """Multiply a polynomial, lowest power first, by (old + t new)."""
    zero = np.zeros(())
    return [
        old * low + new * high for low, high in zip([*coefficients, zero], [zero, *coefficients], strict=True)
    ]


def lmdi_effects(before: Factors, after: Factors) -> dict[str, Array]:
    """Share the change of a sum of products among the factors by logarithmic means, group by group.

    Where a factor of any group is not positive the effects are nan.

    References
    ----------
    1. Ang BW (2005). The LMDI approach to decomposition analysis: a practical
       guide. Energy Policy 33:867-871.

    Examples
    --------
    >>> old, new = {"a": np.array([2.0]), "b": np.array([3.0])}, {"a": np.array([4.0]), "b": np.array([3.0])}
    >>> {name: round(float(effect), 6) for name, effect in lmdi_effects(old, new).items()}
    {'a': 6.0, 'b': 0.0}
    """
    first, last = _product(before), _product(after)
    with np.errstate(all="ignore"):
        ratio = np.log(last / first)
        weight = np.where(np.abs(ratio) < 1e-9, first, (last - first) / ratio)
        positive: Any = True
        for name in before:
            positive = positive & (before[name] > 0) & (after[name] > 0)
        return {
            name: np.where(positive, weight * np.log(after[name] / before[name]), np.nan).sum(axis=-1)
            for name in before
        }


def _product(factors: Factors) -> Array:
    product = np.ones(())
    for values in factors.values():
        product = product * values
    return product


METHODS: dict[str, Callable[[Factors, Factors], dict[str, Array]]] = {
    "shapley": shapley_effects,
    "lmdi": lmdi_effects,
}


def effects(before: Factors, after: Factors, method: str = "shapley") -> dict[str, Array]:
    """Return what each factor did to the sum of products, by the method asked for.

    Raises
    ------
    UsageError
        The method is unknown, or a factor of a group is not positive and the
        method takes logarithms.
    """
    choose("method", method, METHODS)
    found = METHODS[method](*filled(before, after))
    if method == "lmdi" and any(np.ndim(e) == 0 and np.isnan(e) for e in found.values()):
        raise UsageError(
            "LMDI takes logarithms, and a factor of a list is 0",
            hint="Use method='shapley', which takes any numbers, or by=None.",
        )
    return found
