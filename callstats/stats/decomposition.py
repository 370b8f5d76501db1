"""Why a figure changed between two periods: exact additive effects of its factors."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from callstats.errors import UsageError

Factors = Mapping[str, Any] | Sequence[Any]


@dataclass(frozen=True, slots=True)
class Decomposition:
    """Effects of the factors; they add up to the change.

    Attributes
    ----------
    effects : dict of str to float
        Per factor, in the order given; named "0", "1", ... if no names were given.
    before, after : float
        The figure itself.
    estimate : float
        The change, after - before.
    method : str
    """

    effects: Mapping[str, float]
    before: float
    after: float
    estimate: float
    method: str


def shapley(
    before: Factors, after: Factors, *, function: Callable[..., float] | None = None
) -> Decomposition:
    """Attribute the change of a product (or any function) to its factors.

    Each factor's effect is its mean effect over all orders in which the factors
    may change one after another; for a product that is Das Gupta's
    standardisation. Factors may be 0 or negative. The effects are an accounting,
    not causes.

    Parameters
    ----------
    before, after : mapping or sequence
        Factors by name (or position); numbers, or arrays if the function takes them.
    function : callable, optional
        Takes the factors as positional arguments in order; the product if omitted.

    Returns
    -------
    Decomposition

    Raises
    ------
    UsageError
        The two have different factors, none, or more than 12.

    References
    ----------
    1. Das Gupta P (1993). Standardization and decomposition of rates. US Bureau
       of the Census, P23-186.
    2. Shorrocks AF (2013). Decomposition procedures for distributional
       analysis. Journal of Economic Inequality 11:99-126.

    Examples
    --------
    >>> shapley({"rate": 0.2, "value": 50}, {"rate": 0.25, "value": 40}).effects
    {'rate': 2.25, 'value': -2.25}
    """
    names, old, new = _pair(before, after)
    count = len(names)
    value = function or (lambda *factors: math.prod(factors))
    # The figure with each subset of factors changed, by bit pattern.
    figures = [
        float(value(*(new[i] if subset >> i & 1 else old[i] for i in range(count))))
        for subset in range(2**count)
    ]
    effects = {
        name: math.fsum(
            _weight(subset.bit_count(), count) * (figures[subset | 1 << i] - figures[subset])
            for subset in range(2**count)
            if not subset >> i & 1
        )
        for i, name in enumerate(names)
    }
    return Decomposition(effects, figures[0], figures[-1], figures[-1] - figures[0], "shapley")


def _weight(changed: int, count: int) -> float:
    # Share of the orders in which exactly these factors changed before.
    return 1 / (count * math.comb(count - 1, changed))


def _pair(before: Factors, after: Factors) -> tuple[list[str], list[Any], list[Any]]:
    if isinstance(before, Mapping) != isinstance(after, Mapping) or len(before) != len(after):
        raise UsageError("before and after have other factors")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        if set(before) != set(after):
            raise UsageError("before and after have other factors")
        names = [str(name) for name in before]
        old, new = list(before.values()), [after[name] for name in before]
    else:
        old, new = list(before), list(after)  # type: ignore[arg-type]
        names = [str(i) for i in range(len(old))]
    if not 1 <= len(names) <= 12:
        raise UsageError(f"{len(names)} factors: 1 to 12 can be told apart")
    return names, old, new


def logarithmic_mean(a: float, b: float) -> float:
    """Return the logarithmic mean (a - b) / log(a / b) of two positive numbers.

    Examples
    --------
    >>> round(logarithmic_mean(0.5913, 0.5650), 3)
    0.578
    """
    if a == b:
        return a
    # expm1 and log keep precision when a and b are close.
    log_ratio = math.log(a / b)
    return b * math.expm1(log_ratio) / log_ratio


def lmdi(before: Factors, after: Factors) -> Decomposition:
    """Attribute the change of a product to its factors by logarithmic means (LMDI-I).

    Each factor's effect is the logarithmic mean of the product times the
    logarithm of the factor's ratio. All factors are positive.

    Parameters
    ----------
    before, after : mapping or sequence of float
        Factors by name, or by position.

    Returns
    -------
    Decomposition

    Raises
    ------
    UsageError
        A factor is not positive (use `shapley`), or the two have different factors.

    References
    ----------
    1. Ang BW (2005). The LMDI approach to decomposition analysis: a practical
       guide. Energy Policy 33:867-871.

    Examples
    --------
    >>> result = lmdi({"rate": 0.2, "value": 50.0}, {"rate": 0.25, "value": 50.0})
    >>> {name: round(effect, 6) for name, effect in result.effects.items()}
    {'rate': 2.5, 'value': 0.0}
    """
    names, old, new = _pair(before, after)
    if not all(np.ndim(v) == 0 and v > 0 for v in (*old, *new)):
        raise UsageError("a factor is not positive", hint="Use shapley, which takes any numbers.")
    first, last = math.prod(old), math.prod(new)
    weight = logarithmic_mean(last, first)
    effects = {name: weight * math.log(b / a) for name, a, b in zip(names, old, new, strict=True)}
    return Decomposition(effects, first, last, last - first, "lmdi-i")
