"""Competing ends."""

from __future__ import annotations

import numpy as np
import pytest

from callstats.errors import UsageError
from callstats.stats import life_table
from callstats.stats.incidence import cumulative_incidence


def test_shares_are_by_hand() -> None:
    found = cumulative_incidence([10, 4], {"refusal": [2, 1], "invalid": [1, 0]})
    assert found.estimate["refusal"] == pytest.approx([0.2, 0.2 + 0.7 / 4])
    assert found.estimate["invalid"] == pytest.approx([0.1, 0.1])
    assert found.left == pytest.approx([0.7, 0.7 * 3 / 4])


def test_ends_and_those_left_add_to_all() -> None:
    found = cumulative_incidence([90, 60, 31], {"a": [8, 5, 6], "b": [10, 2, 4]})
    assert found.estimate["a"] + found.estimate["b"] + found.left == pytest.approx(np.ones(3))


def test_without_censoring_the_variance_is_the_multinomials() -> None:
    """F (1 - F) / n, on the complementary log-log scale."""
    found = cumulative_incidence([100, 80, 60], {"a": [10, 5, 6], "b": [10, 15, 4]})
    share = np.array([0.1, 0.15, 0.21])
    half = 1.959964 * np.sqrt(share * (1 - share) / 100) / ((1 - share) * -np.log(1 - share))
    assert found.low["a"] == pytest.approx(1 - (1 - share) ** np.exp(-half), abs=1e-6)
    assert found.high["a"] == pytest.approx(1 - (1 - share) ** np.exp(half), abs=1e-6)


def test_it_agrees_with_the_life_table_of_whole_histories() -> None:
    attempts = [1] * 20 + [2] * 20 + [3] * 10
    reached = [1] * 5 + [0] * 15 + [1] * 4 + [0] * 16 + [1] * 2 + [0] * 8
    refused = [0] * 5 + [1] * 3 + [0] * 12 + [0] * 4 + [1] * 2 + [0] * 14 + [0] * 10
    table = life_table(attempts, reached, competing={"refused": refused})
    found = cumulative_incidence([50, 30, 10], {"reached": [5, 4, 2], "refused": [3, 2, 0]})
    assert found.estimate["reached"] == pytest.approx(table.estimate)
    assert found.low["reached"] == pytest.approx(table.low)
    assert found.high["reached"] == pytest.approx(table.high)


def test_ignoring_the_other_end_says_too_much() -> None:
    found = cumulative_incidence([100, 50], {"a": [25, 12], "b": [25, 13]})
    assert found.estimate["a"][-1] < 1 - (1 - 0.25) * (1 - 0.24)


def test_nothing_and_everything_keep_within_bounds() -> None:
    found = cumulative_incidence([10, 10], {"a": [0, 10], "b": [0, 0]})
    assert found.estimate["a"].tolist() == [0.0, 1.0]
    assert found.high["b"].tolist() == [0.0, 0.0]


def test_more_ends_than_contacts_are_refused() -> None:
    with pytest.raises(UsageError):
        cumulative_incidence([5], {"a": [3], "b": [3]})


def test_intervals_cover_the_truth_under_censoring() -> None:
    """Ends at 0.10 and 0.15 an attempt, a third censored after each: 5 % of intervals miss."""
    rng = np.random.default_rng(11)
    truth, missed = 0.1 * (1 + 0.75 + 0.75**2), 0
    for _ in range(1500):
        n, risk, a, b = 300, [], [], []
        for _attempt in range(3):
            risk.append(n)
            ends = rng.multinomial(n, [0.1, 0.15, 0.75])
            a.append(int(ends[0]))
            b.append(int(ends[1]))
            n = int(rng.binomial(ends[2], 2 / 3))
        found = cumulative_incidence(risk, {"a": a, "b": b})
        missed += not found.low["a"][-1] <= truth <= found.high["a"][-1]
    assert 0.035 < missed / 1500 < 0.065
