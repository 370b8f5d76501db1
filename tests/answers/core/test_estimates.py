"""Estimates and their differences."""

from __future__ import annotations

from math import hypot, isnan

import pytest

from callstats.answers.core.estimates import Estimate, change, estimates, estimates_by
from callstats.kpis import get
from tests.answers.small_campaigns import calls, data

KPI = get("answer_rate")


def test_symmetric_intervals_combine_by_the_root_of_the_sum_of_squares() -> None:
    found = change(Estimate(KPI, 10, 7, 13), Estimate(KPI, 6, 2, 10))
    assert (found.estimate, found.low, found.high) == (4, 4 - hypot(3, 4), 4 + hypot(3, 4))


def test_the_worked_example_of_newcombe_comes_out() -> None:
    """56/70 against 48/80: 0.0524 to 0.3339 (Newcombe 1998, Statistics in Medicine 17:873, method 10)."""
    from callstats.stats import proportion_interval

    found = change(proportion_interval(56, 70), proportion_interval(48, 80))
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


def test_swapping_the_periods_flips_the_signs() -> None:
    one, other = Estimate(KPI, 0.2, 0.1, 0.4), Estimate(KPI, 0.3, 0.25, 0.33)
    there, back = change(one, other), change(other, one)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


def test_without_a_period_before_there_is_no_change() -> None:
    assert isnan(change(Estimate(KPI, 1, 0, 2), None).estimate)
    assert not change(Estimate(KPI, 1, 0, 2), None).certain


def test_an_unknown_estimate_makes_an_unknown_change() -> None:
    assert not change(Estimate(KPI, float("nan")), Estimate(KPI, 1, 0, 2)).certain


def test_kpis_come_by_name_in_the_order_asked() -> None:
    found = estimates(data(calls({"handled": True}, {"handled": False})), ["dials", "answer_rate"])
    assert list(found) == ["dials", "answer_rate"]
    assert (found["dials"].value, found["answer_rate"].value) == (2, 0.5)


def test_groups_come_by_their_values() -> None:
    frame = calls({"handled": True, "list_id": "A"}, {"handled": False, "list_id": "B"})
    found = estimates_by(data(frame), ["answer_rate"], ["list_id"])
    assert {key: group["answer_rate"].value for key, group in found.items()} == {("A",): 1, ("B",): 0}


def test_what_is_not_computable_says_why() -> None:
    found = estimates(data(calls({})), ["answer_rate"])["answer_rate"]
    assert not found.known
    assert "calls.handled" in found.note
