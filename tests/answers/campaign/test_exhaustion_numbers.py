"""When a stock is used up at the present pace."""

from __future__ import annotations

import math

import pytest

from callstats.answers.campaign.exhaustion_numbers import Pace


class TestPace:
    def test_the_interval_is_where_the_limits_meet_the_stock(self) -> None:
        """Sum over T days: 10 T -+ 2.2622 x 2 sqrt(T (1 + T / 10)); stock 40."""
        expected, low, high = Pace(10.0, 2.0, 10).days_until(40)
        assert expected == 4
        for days, sign in ((low, 1), (high, -1)):
            assert 10 * days + sign * 2.262157 * 2 * math.sqrt(days * (1 + days / 10)) == pytest.approx(
                40, abs=1e-3
            )

    def test_days_that_differ_too_much_have_no_latest_end(self) -> None:
        assert Pace(1.0, 5.0, 4).days_until(10)[2] == math.inf

    def test_of_many_futures_about_five_percent_end_outside(self) -> None:
        import numpy as np

        rng = np.random.default_rng(5)
        missed = 0
        for _ in range(1500):
            daily = rng.poisson(30, 40)
            _, low, high = Pace.of(daily[:10]).days_until(400)
            gone = np.interp(400, np.cumsum(daily[10:]), np.arange(1, 31))
            missed += not low <= gone <= high
        assert 0.03 < missed / 1500 < 0.07

    def test_less_confidence_is_a_narrower_interval(self) -> None:
        """Sum over 4 days at 90 %: 40 -+ 1.8331 x 2 sqrt(4 (1 + 4 / 10))."""
        _, low, high = Pace(10.0, 2.0, 10).after(4, 0.90)
        half = 1.833113 * 2 * math.sqrt(4 * 1.4)
        assert (low, high) == pytest.approx((40 - half, 40 + half), rel=1e-5)
        _, earliest, latest = Pace(10.0, 2.0, 10).days_until(40, 0.90)
        _, first, last = Pace(10.0, 2.0, 10).days_until(40)
        assert first < earliest < latest < last
