"""How often the forecast of a list's end covers the true day."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from callstats.answers.campaign.dial_flow_numbers import ContactDays, DialFlow
from callstats.answers.campaign.flow_model_numbers import FlowModel
from callstats.answers.campaign.flow_paths_numbers import FlowPaths, draw_paths
from callstats.calibrate.forecast_situations import FORECASTS, constant_pace, emptying, in_turns, steady


def covered(draw, samples: int) -> float:
    method = FORECASTS[0].methods[1]
    return float(np.mean([method.ask(draw(seed)).share for seed in range(samples)]))


@pytest.mark.parametrize(
    "draw",
    [
        partial(steady, sd=0.2, correlation=0.6),
        partial(emptying, sd=0.2, correlation=0.2),
        partial(in_turns, attempts=8, sd=0.2),
    ],
)
def test_the_true_day_is_within_the_interval_nearly_always(draw) -> None:
    """Of 16 samples at 90 % or more, fewer than 12 are covered in 1.7 % of the cases."""
    assert covered(draw, 16) >= 12 / 16


@pytest.mark.slow
@pytest.mark.parametrize("situation", FORECASTS, ids=lambda one: one.name)
def test_coverage_is_at_least_ninety_percent(situation) -> None:
    """300 samples: an error of 1.7 points at 90 %, of which two are allowed."""
    assert covered(situation.draw, 300) >= 0.90 - 2 * 0.017


def test_a_constant_pace_misses_a_list_that_empties() -> None:
    """38 of 800 a day at first, 30 when 480 are left: they are not gone in 16 days but in 49."""
    assert np.mean([constant_pace(emptying(seed)).share for seed in range(30)]) == 0


def test_the_same_list_has_the_same_forecast() -> None:
    sample = steady(1)
    flow = DialFlow(
        ContactDays.of(sample.contact, sample.day, sample.closed), np.arange(sample.days) % 5, sample.left
    )
    one, two = (draw_paths(FlowModel.of(flow), 0.95, np.arange(5)).done for _ in range(2))
    assert one.tolist() == two.tolist()


def test_the_interval_is_that_of_the_order_statistics() -> None:
    """Of 199 paths the k-th has k / 200 below it: the 5th and the 195th at 95 %, the 100th in the middle."""
    paths = FlowPaths(np.arange(1.0, 200.0)[::-1], np.zeros((0, 199)))
    assert paths.days_until(0.95) == (100, 5, 195)


def test_an_uncertain_way_has_the_tails_of_the_likeliest() -> None:
    """Half of the paths are of another kind: the tails are 1.25 % of all, 2.5 % of the likeliest ones."""
    paths = FlowPaths(np.arange(1.0, 400.0), np.zeros((0, 399)), sure=0.5)
    assert paths.days_until(0.95) == (200, 5, 395)
