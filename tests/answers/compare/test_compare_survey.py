"""What is known of the arms beforehand: how far apart their agents and hours are, beyond chance."""

from __future__ import annotations

import numpy as np
import pytest

from callstats.answers.compare.compare_survey import divergence


class TestDivergence:
    def test_two_samples_of_one_distribution_do_not_diverge(self):
        rng = np.random.default_rng(1)
        found = [
            divergence(*(dict(enumerate(np.bincount(rng.integers(0, 40, 300), minlength=40))) for _ in "ab"))
            for _ in range(200)
        ]
        assert max(found) < 0.1

    def test_a_tenth_of_the_calls_elsewhere_is_about_a_tenth(self):
        a = dict.fromkeys(range(10), 10000.0)
        b = {**a, 99: 11111.0}
        assert divergence(a, b) == pytest.approx(0.1, abs=0.01)
