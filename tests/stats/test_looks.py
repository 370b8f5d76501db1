"""Bounds for planned looks."""

import math

import numpy as np
import pytest

from callstats.errors import UsageError
from callstats.stats import group_sequential_bounds


def test_one_look_is_the_fixed_test():
    assert group_sequential_bounds(1).bounds[0] == pytest.approx(1.959964, abs=1e-6)


def test_obrien_fleming_bounds_fall_with_the_root_of_the_information():
    bounds = group_sequential_bounds(4).bounds
    assert bounds[0] == pytest.approx(bounds[3] * 2)


@pytest.mark.parametrize(
    ("spending", "published"),
    [
        # Lan-DeMets spending at five equal looks, two-sided .05 (Reboussin et al. 2000, ld98 output).
        ("lan-demets-obrien-fleming", (4.877, 3.357, 2.680, 2.290, 2.031)),
        ("lan-demets-pocock", (2.438, 2.427, 2.410, 2.397, 2.386)),
    ],
)
def test_spending_functions_equal_published_bounds(spending, published):
    assert group_sequential_bounds(5, spending=spending).bounds == pytest.approx(published, abs=6e-4)


@pytest.mark.parametrize("spending", ["obrien-fleming", "pocock", "lan-demets-obrien-fleming"])
def test_all_the_error_is_spent_and_no_more(spending):
    r = group_sequential_bounds(3, alpha=0.1, spending=spending, information=[0.2, 0.7, 1.0])
    assert r.spent[-1] == pytest.approx(0.1, abs=1e-6)
    rng = np.random.default_rng(1)
    steps = rng.normal(size=(200_000, 3)) * np.sqrt(np.diff([0, 0.2, 0.7, 1.0]))
    z = np.cumsum(steps, axis=1) / np.sqrt([0.2, 0.7, 1.0])
    assert (np.abs(z) > r.bounds).any(axis=1).mean() == pytest.approx(0.1, abs=0.003)


def test_looks_so_early_that_nothing_is_spent_have_no_bound():
    assert (
        group_sequential_bounds(2, spending="lan-demets-obrien-fleming", information=[0.003, 1.0]).bounds[0]
        == math.inf
    )


@pytest.mark.parametrize("information", [[0.5, 0.4, 1.0], [0.3, 0.6, 0.9], [0.5, 1.0]])
def test_impossible_information_is_refused(information):
    with pytest.raises(UsageError, match="information"):
        group_sequential_bounds(3, information=information)


def test_no_look_is_refused():
    with pytest.raises(UsageError, match="looks"):
        group_sequential_bounds(0)
