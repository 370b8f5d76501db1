"""Life tables of attempts."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callstats.errors import UsageError
from callstats.stats import hazard_ratio, life_table

contacts = st.lists(st.tuples(st.integers(1, 8), st.booleans()), min_size=1, max_size=60)


def columns(cells):
    return [c[0] for c in cells], [int(c[1]) for c in cells]


@given(cells=contacts)
def test_share_reached_rises_within_0_and_1_and_holds_its_limits(cells):
    table = life_table(*columns(cells))
    assert (np.diff(table.estimate) >= -1e-12).all()
    assert ((table.low >= -1e-12) & (table.low <= table.estimate + 1e-12)).all()
    assert ((table.high <= 1 + 1e-12) & (table.high >= table.estimate - 1e-12)).all()


@given(cells=contacts)
def test_counts_per_attempt_give_the_table_of_the_contacts(cells):
    attempts, reached = (np.array(c) for c in columns(cells))
    times = np.arange(1, 9)
    counts = [((attempts == k) & (reached == r)).sum() for r in (1, 0) for k in times]
    one = life_table(attempts, reached)
    other = life_table(times, counts[:8], censored=counts[8:])
    kept = np.isin(other.attempt, one.attempt)
    assert other.estimate[kept] == pytest.approx(one.estimate)


def test_nobody_and_everybody_reached_leave_room_for_chance():
    nobody, everybody = life_table([1, 1, 2], [0, 0, 0]), life_table([1, 1, 1], [1, 1, 1])
    assert (nobody.high > 0.5).all()
    assert everybody.low[0] < 0.5


def test_without_censoring_it_is_the_plain_share():
    table = life_table([1, 1, 2, 3, 3], [1, 1, 1, 1, 1])
    assert table.estimate == pytest.approx([0.4, 0.6, 1.0])


def test_equals_statsmodels_on_greenwood_errors():
    from callstats.stats.survival import _incidence_error

    duration = pytest.importorskip("statsmodels.duration.survfunc")
    rng = np.random.default_rng(1)
    attempts, reached = rng.integers(1, 9, 200), rng.integers(0, 2, 200)
    theirs = duration.SurvfuncRight(attempts, reached)
    ours = life_table(attempts, reached)
    assert ours.survival == pytest.approx(theirs.surv_prob)
    n, d = ours.at_risk.astype(float), ours.reached.astype(float)
    before = np.concatenate([[1], ours.survival[:-1]])
    assert _incidence_error(n, d, d, before, ours.estimate)[:-1] == pytest.approx(theirs.surv_prob_se[:-1])


def test_hazard_is_recovered_whatever_the_depth_of_dialling():
    rng = np.random.default_rng(2)
    chance = 0.12
    needed = rng.geometric(chance, 6000)
    shallow = rng.integers(1, 5, 6000)
    table = life_table(np.minimum(needed, shallow), needed <= shallow)
    assert table.hazard == pytest.approx([chance] * 4, abs=0.02)
    assert table.estimate[3] == pytest.approx(1 - (1 - chance) ** 4, abs=0.02)


def test_competing_ends_share_what_is_no_longer_at_risk():
    refused = [0, 1, 0, 0, 1, 0]
    reached = [1, 0, 1, 0, 0, 0]
    table = life_table([1, 1, 2, 2, 3, 3], reached, competing={"refusal": refused})
    assert table.method == "cumulative incidence"
    total = table.estimate + table.competing["refusal"] + table.survival
    assert total == pytest.approx([1, 1, 1])


def test_simulated_incidence_with_competing_ends_is_covered():
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(300):
        kind = rng.choice(3, (200, 4), p=[0.15, 0.1, 0.75])
        ended = np.argmax(kind < 2, axis=1) + 1
        any_end = (kind < 2).any(axis=1)
        last = np.where(any_end, ended, 4)
        which = np.where(any_end, kind[np.arange(200), last - 1], 2)
        table = life_table(last, which == 0, competing={"refusal": (which == 1).astype(int)})
        truth = 0.15 * sum(0.75**k for k in range(3))
        hits += table.low[2] <= truth <= table.high[2]
    assert hits / 300 == pytest.approx(0.95, abs=0.035)


def test_log_rank_of_a_table_with_itself_is_no_evidence():
    table = life_table([1, 2, 3, 3], [1, 1, 0, 1])
    r = hazard_ratio(table, table)
    assert (r.estimate, r.p_value) == pytest.approx((1, 1))


@given(a=contacts, b=contacts)
def test_swapped_arms_invert_the_hazard_ratio(a, b):
    one = hazard_ratio(life_table(*columns(a)), life_table(*columns(b)))
    other = hazard_ratio(life_table(*columns(b)), life_table(*columns(a)))
    assert one.estimate == pytest.approx(1 / other.estimate, nan_ok=True)


def test_no_event_is_undefined_with_a_reason():
    table = life_table([1, 2], [0, 0])
    r = hazard_ratio(table, table)
    assert math.isnan(r.estimate)
    assert "no event" in r.reason


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: life_table([], []), "no contact"),
        (lambda: life_table([1, 2], [5, 3]), "censored"),
        (lambda: life_table([1, 2], [1]), "length|broadcast"),
        (lambda: life_table([-1], [1]), "negative"),
    ],
)
def test_impossible_tables_are_refused(call, message):
    with pytest.raises(UsageError, match=message):
        call()
