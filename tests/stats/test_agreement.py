"""Raters and promoters."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callstats.errors import UsageError
from callstats.stats import krippendorff_alpha, net_promoter_score

NAN = float("nan")
#: The worked example of the Wikipedia article on Krippendorff's alpha (nominal .691, interval .811).
WORKED = [
    [NAN, NAN, NAN, NAN, NAN, 3, 4, 1, 2, 1, 1, 3, 3, NAN, 3],
    [1, NAN, 2, 1, 3, 3, 4, 3, NAN, NAN, NAN, NAN, NAN, NAN, NAN],
    [NAN, NAN, 2, 1, 3, 4, 4, NAN, 2, 1, 1, 3, 3, NAN, 4],
]


#: Krippendorff K (2011), Computing Krippendorff's Alpha-Reliability, example D.
MANUAL = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]


@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_published_manual_example(level, published):
    assert krippendorff_alpha(MANUAL, level=level, resamples=0).estimate == pytest.approx(published, abs=6e-4)


def test_worked_nominal_example():
    assert krippendorff_alpha(WORKED, level="nominal").estimate == pytest.approx(0.691, abs=6e-4)


def test_interval_alpha_by_its_definition():
    table = np.array(WORKED)
    units = [c[~np.isnan(c)] for c in table.T]
    units = [u for u in units if len(u) >= 2]
    values = np.concatenate(units)
    within = sum(((u[:, None] - u) ** 2).sum() / (len(u) - 1) for u in units) / len(values)
    between = ((values[:, None] - values) ** 2).sum() / len(values) / (len(values) - 1)
    ours = krippendorff_alpha(WORKED, level="interval").estimate
    assert ours == pytest.approx(1 - within / between)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_perfect_agreement_is_1_and_chance_near_0(level):
    rng = np.random.default_rng(1)
    scores = rng.integers(1, 6, 400)
    assert krippendorff_alpha([scores, scores], level=level).estimate == 1
    chance = krippendorff_alpha([scores, rng.permutation(scores)], level=level)
    assert chance.estimate == pytest.approx(0, abs=0.12)
    assert chance.low < 0 < chance.high


def test_order_of_raters_and_calls_does_not_matter():
    table = np.array(WORKED)
    turned = table[::-1, ::-1]
    assert krippendorff_alpha(turned).estimate == pytest.approx(krippendorff_alpha(table).estimate)


def test_equal_ratings_are_undefined_with_a_reason():
    r = krippendorff_alpha([[3, 3], [3, 3]])
    assert math.isnan(r.estimate)
    assert r.reason


def test_calls_rated_once_are_refused():
    with pytest.raises(UsageError, match="rated twice"):
        krippendorff_alpha([[1, 2], [NAN, NAN]])


@given(p=st.integers(0, 200), q=st.integers(0, 200), d=st.integers(0, 200))
def test_score_is_within_100_points_and_never_nan(p, q, d):
    if p + q + d:
        r = net_promoter_score(p, q, d)
        assert -100 <= r.low <= r.estimate <= r.high <= 100


@given(p=st.integers(0, 200), q=st.integers(0, 200), d=st.integers(1, 200))
def test_promoters_and_detractors_swapped_flip_the_sign(p, q, d):
    one, other = net_promoter_score(p, q, d), net_promoter_score(d, q, p)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def test_multinomial_variance_is_that_of_the_scores():
    scores = np.repeat([1, 0, -1], [50, 30, 20])
    assert net_promoter_score(50, 30, 20).standard_error == pytest.approx(100 * scores.std() / 10)


def test_all_promoters_leave_room_below():
    r = net_promoter_score(25, 0, 0)
    assert (r.estimate, r.high) == (100, 100)
    assert r.low < 85


def test_no_answer_is_undefined_with_a_reason():
    assert net_promoter_score(0, 0, 0).reason == "no answer"
