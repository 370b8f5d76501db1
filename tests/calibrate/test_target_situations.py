"""Months towards a target are what their descriptions say."""

from __future__ import annotations

import numpy as np
import pytest

from callstats.calibrate import target_situations as targets


def test_a_month_has_its_days_and_its_budget() -> None:
    sample = targets.month(1, before=25, now=3, coming=19)
    assert (len(sample.before), len(sample.now), len(sample.coming)) == (25, 3, 19)
    assert sample.budget == 8 * 22
    assert sample.total == sample.now.sum() + sample.left


def test_months_come_to_their_budget_on_average() -> None:
    """The level has the mean exp(.25^2 / 2), volume exp(.15^2 / 2), the odds about .5 % more."""
    shares = np.array([(s := targets.month(seed)).total / s.budget for seed in range(600)])
    expected = np.exp((0.25**2 + 0.15**2) / 2)
    assert shares.mean() == pytest.approx(expected, abs=4 * shares.std() / np.sqrt(600))


def test_a_saturday_brings_half_a_day() -> None:
    samples = [targets.month(seed, week=6, rate=40) for seed in range(200)]
    days = np.concatenate([s.weekdays for s in samples])
    won = np.concatenate([s.now for s in samples])
    assert won[days == 5].mean() / won[days < 5].mean() == pytest.approx(0.5 / 1.03, abs=0.06)


def test_what_comes_of_a_chance_is_asked_only_where_it_is_sixty_to_eighty_percent() -> None:
    told = [targets._chance(targets.month(seed)).share for seed in range(40)]
    assert 0 < np.isfinite(told).sum() < 20
