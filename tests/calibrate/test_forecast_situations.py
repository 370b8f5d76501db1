"""Lists that empty are what their descriptions say."""

from __future__ import annotations

import numpy as np
import pytest

from callstats.calibrate import forecast_situations as forecasts


def test_a_steady_list_closes_thirty_contacts_a_day() -> None:
    daily = np.concatenate([forecasts.steady(seed).closings for seed in range(40)])
    assert daily.mean() == pytest.approx(30, abs=4 * np.sqrt(30 / len(daily)))


def test_a_list_that_empties_closes_a_share_of_what_is_left() -> None:
    shares = []
    for seed in range(20):
        closings = forecasts.emptying(seed).closings
        left = 800 - np.append(0, np.cumsum(closings)[:-1])
        shares.append(closings.sum() / left.sum())
    assert np.mean(shares) == pytest.approx(0.06, abs=0.003)


def test_contacts_in_turns_are_given_up_after_their_dials() -> None:
    sample = forecasts.in_turns(1, attempts=3)
    turns = np.bincount(sample.contact)
    assert turns.max() == 3
    last = np.array([sample.closed[sample.contact == who].any() for who in np.flatnonzero(turns == 3)])
    assert last.all()


@pytest.mark.parametrize("draw", [forecasts.steady, forecasts.emptying, forecasts.in_turns])
def test_the_question_comes_when_four_in_ten_are_closed(draw) -> None:
    sample = draw(2)
    before = sample.closed[sample.day < sample.days - 1].sum()
    assert before < 0.4 * sample.contacts or sample.days == forecasts.FEWEST
    assert sample.left <= 0.6 * sample.contacts


def test_the_truth_is_the_day_on_which_the_share_is_closed() -> None:
    """Ten contacts a day of 100: asked after ten days nothing is left; of 200, 95 are 9.5 days off."""
    log = [(np.arange(10 * day, 10 * day + 10), np.ones(10, dtype=bool)) for day in range(20)]
    sample = forecasts.seen(log, 200)
    assert (sample.days, sample.left, sample.truth) == (10, 100, 10)
