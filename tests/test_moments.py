"""The algebra of moments."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callstats.moments import Moments, pair

values = st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=1, max_size=20)


def moments(rows, units=None) -> Moments:
    return Moments.of({"y": [y for y, _ in rows], "n": [n for _, n in rows]}, units)


@given(values, values)
def test_the_sum_of_moments_is_the_moments_of_all_units(first, second):
    assert moments(first) + moments(second) == moments(first + second)


@given(values)
def test_adding_does_not_depend_on_the_order(rows):
    assert moments(rows) == moments(rows[::-1])


@given(values, st.data())
def test_rows_of_a_unit_are_added_up_first(rows, data):
    units = data.draw(st.lists(st.sampled_from("PQR"), min_size=len(rows), max_size=len(rows)))
    added = [
        (sum(y for (y, _), u in zip(rows, units, strict=True) if u == unit),
         sum(n for (_, n), u in zip(rows, units, strict=True) if u == unit))
        for unit in sorted(set(units))
    ]  # fmt: skip
    assert moments(rows, units) == moments(added)


@given(values, st.integers(-3, 3), st.integers(-3, 3))
def test_moments_of_a_combination_are_those_of_the_combined_columns(rows, a, b):
    combined = moments(rows).combine(z={"y": a, "n": b}, y={"y": 1})
    expected = Moments.of({"z": [a * y + b * n for y, n in rows], "y": [y for y, _ in rows]})
    assert combined.n == expected.n
    assert combined.sums == pytest.approx(expected.sums)
    assert combined.products == pytest.approx(expected.products)


def test_products_are_kept_under_one_key():
    found = Moments.of({"a": [1, 2], "b": [3, 4]})
    assert pair("b", "a") == pair("a", "b") == ("a", "b")
    assert found.products == {("a", "a"): 5, ("a", "b"): 11, ("b", "b"): 25}


def test_moments_of_different_columns_are_not_added():
    with pytest.raises(ValueError, match="different columns"):
        Moments.of({"a": [1]}) + Moments.of({"b": [1]})


def test_no_rows_are_no_units():
    assert Moments.of({"a": []}, units=[]).n == 0
    assert Moments.of({"a": np.array([])}).sums == {"a": 0}
