import math

import pytest

from callstats.show.format import Formatter
from callstats.show.key_figures import bullet, key_figure

EN = Formatter()


def figure(**given):
    return key_figure("k", "K", "%", 0.3, EN, low=0.2, high=0.4, **given)


@pytest.mark.parametrize(
    ("low", "high", "change", "arrow", "text"),
    [
        (0.01, 0.05, 0.03, "up", "+3 pp"),
        (-0.05, -0.01, -0.03, "down", "−3 pp"),
        (-0.01, 0.05, 0.02, "none", "within the usual variation"),
    ],
)
def test_an_arrow_stands_only_where_the_interval_excludes_no_change(low, high, change, arrow, text):
    shown = figure(change=change, change_low=low, change_high=high)
    assert (shown.arrow, shown.change.replace("\u00a0", " ")) == (arrow, text)


def test_a_change_without_interval_has_no_arrow():
    assert (figure(change=0.03).arrow, figure(change=0.03).good) == ("none", None)


@pytest.mark.parametrize(
    ("direction", "good"), [("up", False), ("down", True), ("neutral", None), ("band", None)]
)
def test_whether_a_fall_is_good_is_the_kpis_own(direction, good):
    assert figure(change=-0.03, change_low=-0.05, change_high=-0.01, direction=direction).good is good


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.25, None, "target: at least 25%"),
        (None, 0.03, "target: at most 3%"),
        (0.02, 0.05, "target: 2% to 5%"),
        (None, math.nan, ""),
    ],
)
def test_a_target_is_said_in_words(low, high, words):
    assert figure(target_low=low, target_high=high).target == words


def test_what_cannot_be_computed_is_a_dash_with_its_reason():
    shown = key_figure("k", "K", "%", math.nan, EN, note="not computable: needs calls.talk_s")
    assert (shown.value, shown.interval, shown.bullet, shown.n) == ("–", "", None, "")
    assert shown.note == "not computable: needs calls.talk_s"


def test_the_bullets_scale_holds_value_interval_and_target():
    scale = bullet(0.3, 0.2, 0.4, 0.5, None)
    assert scale.min < 0.2
    assert scale.max > 0.5


def test_a_scale_of_positive_values_does_not_go_below_zero():
    assert bullet(1.0, 0.0, 10.0, None, None).min == 0.0


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_no_value_no_bullet(value):
    assert bullet(value, 0.1, 0.2, None, None) is None


def test_an_open_interval_still_has_a_scale():
    scale = bullet(1.0, -math.inf, math.inf, 0.5, None)
    assert (scale.low, scale.high) == (None, None)
    assert math.isfinite(scale.min + scale.max)


def test_all_numbers_alike_still_have_a_scale():
    scale = bullet(0.0, 0.0, 0.0, 0.0, None)
    assert scale.max > scale.min
