"""When callers give up."""

from __future__ import annotations

import math

import pytest

from tests.answers.service.callers import answered, demo, inbound, lost, serve, simulated
from tests.answers.small_campaigns import data, plain, settle


def test_an_answer_cuts_patience_short():
    """Four wait: one gives up at 10 s, one is answered at 15 s, the others give up at 20 and 40 s."""
    rows = inbound(
        lost(queue_s=10.0),
        answered(queue_s=15.0),
        lost(queue_s=20.0),
        lost(queue_s=40.0),
        answered(9, queue_s=0.0),
    )
    found = serve(data(rows)).patience
    assert [found.by(t)[0] for t in (9, 10, 20, 40)] == pytest.approx([0, 1 / 4, 1 - 3 / 4 * 1 / 2, 1])
    assert found.median.estimate == 20


def test_the_patience_of_the_simulated_callers_is_found():
    """Exponential with a mean of 150 s by the recipe; few agents, so that many have to wait."""
    found = serve(simulated(seats=2, calls=160.0)).patience
    for seconds in (10, 20, 60, 120, 180):
        share, low, high = found.by(seconds)
        truth = 1 - math.exp(-seconds / 150)
        assert low < truth < high, (seconds, share)
    assert found.median.low < 150 * math.log(2) < found.median.high


def test_the_chance_of_each_stretch_is_that_of_the_recipe():
    found = serve(simulated(seats=2, calls=160.0)).patience
    for band in found.bands:
        truth = 1 - math.exp(-(band.end - band.start) / 150)
        width = max(band.high - band.low, 0.01)
        assert abs(band.share - truth) < width, band


def test_the_promised_time_ends_a_stretch():
    dataset = simulated(days=10, seats=2)
    found = serve(settle(dataset, settings={"answer_within_s": 45.0})).patience
    assert 45.0 in {band.end for band in found.bands}


def test_nobody_who_gave_up_takes_one_line():
    found = serve(data(inbound(answered(3, queue_s=9.0)))).patience
    assert [plain(v) for v in found.views()] == ["When callers give up: no caller who had to wait gave up."]


def test_without_the_flag_one_line_names_the_column():
    found = serve(data(inbound(answered(3)).drop(columns="abandoned"))).patience
    assert "needs calls.abandoned" in found.notes[0]


def test_few_who_wait_long_leave_the_median_open():
    rows = inbound(lost(5, queue_s=5.0), answered(50, queue_s=10.0))
    found = serve(data(rows)).patience
    assert "too few were kept waiting long enough" in found.sentences[0].text


def test_every_stretch_has_a_row():
    found = demo().patience
    assert len(found.table().rows) == len(found.bands) == len(found.to_frame())
    assert found.to_frame()["gave_up"].sum() <= 94
