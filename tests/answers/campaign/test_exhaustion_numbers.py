"""The pace of a list at first and now."""

from __future__ import annotations

import math

from callstats.answers.campaign.exhaustion_numbers import Pace


class TestPace:
    def test_it_is_the_mean_of_the_last_days_beside_the_first(self) -> None:
        assert Pace.of([10, 8, 6, 4, 2], 2) == Pace(3.0, 9.0, 2)

    def test_a_young_list_has_one_pace(self) -> None:
        assert Pace.of([10, 8], 10) == Pace(9.0, 9.0, 2)

    def test_a_list_never_dialled_has_none(self) -> None:
        found = Pace.of([], 10)
        assert math.isnan(found.mean)
        assert found.days == 0
