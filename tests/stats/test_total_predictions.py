"""What a total will be at the end: by hand where days do not differ, by simulation where they do."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from callstats.calibrate.daily_shocks import neighbours
from callstats.errors import UsageError
from callstats.stats.total_predictions import predict_total

WEEK = np.arange(200) % 5


def test_the_expectation_of_like_days_is_their_mean_times_the_days() -> None:
    found = predict_total([20.0] * 10, WEEK[:10], WEEK[10:15], chance=20)
    assert (found.so_far, found.expected) == (200, pytest.approx(300, rel=1e-3))


def test_days_that_never_differ_leave_the_chance_of_sampling_and_of_the_mean() -> None:
    """10 days of 100 and 10 to come: Poisson noise of 1000 to come and as much of the mean, sd 44.7."""
    found = predict_total([100.0] * 10, np.zeros(10), np.zeros(10), chance=100)
    half = (found.high - found.low) / 2
    assert 1.96 * np.sqrt(2000) < half < 1.25 * 1.96 * np.sqrt(2000)  # days that differ are not ruled out


def test_nothing_so_far_may_still_become_something() -> None:
    """Half an event in ten days (Jeffreys): gamma-Poisson of shape 1/2 with a mean of 1/2 in ten more."""
    found = predict_total([0.0] * 10, WEEK[:10], WEEK[:10])
    assert found.expected == pytest.approx(0.5)
    assert found.at_least(1) == pytest.approx(1 - stats.nbinom.pmf(0, 0.5, 0.5), rel=1e-6)
    assert found.at_least(0) == 1


def test_a_target_reached_is_certain_and_a_ceiling_passed_impossible() -> None:
    found = predict_total([10, 12, 9, 11], WEEK[:4], WEEK[4:6], chance=10.5)
    assert (found.at_least(42), found.at_most(41)) == (1.0, 0.0)
    assert found.at_least(60) + found.at_most(59) == pytest.approx(1)


def test_chances_fall_with_the_target() -> None:
    found = predict_total([10, 14, 9, 11, 12], WEEK[:5], WEEK[5:15], chance=11.2)
    chances = [found.at_least(target) for target in range(57, 400, 7)]
    assert chances == sorted(chances, reverse=True)


def test_half_a_day_to_come_counts_half() -> None:
    x = [30.0] * 15
    whole = predict_total(x, WEEK[:15], [0, 1], chance=30)
    half = predict_total(x, WEEK[:15], [0, 1], chance=30, shares=[1.0, 0.5])
    assert half.expected - 450 == pytest.approx(0.75 * (whole.expected - 450), rel=0.01)


def test_a_low_saturday_known_from_the_weeks_before_is_expected_low() -> None:
    """Weeks of 40, 40, 40, 40, 40, 8: with Monday to Friday seen, the Saturday to come brings 8."""
    week = [40.0] * 5 + [8.0]
    six = np.arange(24) % 6
    known = predict_total(
        week[:5], six[:5], [5], before=week * 4, before_weekdays=six, chance=40, before_chance=35
    )
    unseen = predict_total(week[:5], six[:5], [5], chance=40)
    assert known.expected == pytest.approx(208, abs=5)
    assert unseen.expected == pytest.approx(240, abs=5)


def test_weeks_before_do_not_set_the_level() -> None:
    rng = np.random.default_rng(5)
    before, now = rng.poisson(20, 20), rng.poisson(60, 10)
    found = predict_total(
        now, WEEK[:10], WEEK[10:20], before=before, before_weekdays=WEEK[:20], chance=60, before_chance=20
    )
    assert found.expected == pytest.approx(2 * now.sum(), rel=0.03)


def test_amounts_may_lie_below_nothing() -> None:
    found = predict_total([-30.0, 10, -20, -5, -25], WEEK[:5], WEEK[5:10], counted=False)
    assert found.expected < -70
    assert found.low < found.expected < found.high
    assert found.at_least(0) < 0.2


def test_what_belongs_to_no_day_is_there_from_the_start() -> None:
    daily = [100.0, 120, 90, 110, 95]
    plain, less = (
        predict_total(daily, WEEK[:5], WEEK[5:8], counted=False, known=known) for known in (None, 315.0)
    )
    assert plain.expected - less.expected == pytest.approx(200)


@pytest.mark.parametrize("days", [[1.0, 2.0], [1.0, 2.0, float("nan")]])
def test_too_few_days_are_refused(days: list[float]) -> None:
    with pytest.raises(UsageError, match="three days"):
        predict_total(days, WEEK[: len(days)], [1])


def month(
    rng: np.random.Generator, before: int, now: int, left: int, *, week: int, rate: float, sd: float
) -> tuple[np.ndarray, np.ndarray]:
    """Draw days whose success rate and volume are shocked, neighbours alike by .3, Saturdays small."""
    days = before + now + left
    weekday = (np.arange(days) + rng.integers(week)) % week
    pattern = np.array([1.1, 1.0, 1.0, 1.0, 0.9, 0.5])[:week]
    level = np.exp(0.25 * rng.standard_normal()) * pattern[weekday] / pattern.mean()
    shock, volume = (sd * neighbours(rng, days, 0.3) for _ in range(2))
    size = rng.poisson(10 * rate * level * np.exp(volume))
    return rng.binomial(size, 1 / (1 + 9 * np.exp(-shock))), weekday


def asked(
    rng: np.random.Generator, before: int, now: int, left: int, **how: float
) -> tuple[bool, float, bool]:
    """Return whether the interval covers, the chance to make a budget, and whether it is made."""
    x, weekday = month(rng, before, now, left, **how)  # type: ignore[arg-type]
    then, seen = x[:before], x[before : before + now]
    found = predict_total(
        seen, weekday[before : before + now], weekday[before + now :],
        before=then, before_weekdays=weekday[:before],
        chance=seen.mean(), before_chance=then.mean() if before else 0.0,
    )  # fmt: skip
    total, budget = x[before:].sum(), round(how["rate"] * (now + left))
    return found.low <= total <= found.high, found.at_least(budget), bool(total >= budget)


#: Days before, days so far, days to come, days a week, successes a day, sd of shocks.
MONTHS = [
    (20, 10, 12, 5, 8.0, 0.15),
    (0, 3, 19, 5, 8.0, 0.1),
    (25, 4, 18, 5, 8.0, 0.2),
    (0, 8, 18, 6, 8.0, 0.15),
    (0, 5, 7, 5, 2.0, 0.15),
    (20, 12, 14, 6, 40.0, 0.2),
]


def rates(runs: int, months: list[tuple], seed: int) -> tuple[float, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    told = [
        asked(rng, b, now, left, week=week, rate=rate, sd=sd)
        for b, now, left, week, rate, sd in months
        for _ in range(runs)
    ]
    covered, chance, made = (np.array(part) for part in zip(*told, strict=True))
    return float(covered.mean()), chance, made


def test_as_many_months_make_it_as_their_chances_say() -> None:
    """Of 60 months: within three Monte Carlo errors (.065)."""
    covered, chance, made = rates(10, MONTHS, seed=11)
    assert covered >= 0.85
    assert made.mean() == pytest.approx(chance.mean(), abs=0.195)


@pytest.mark.slow
@pytest.mark.parametrize("months", MONTHS, ids=str)
def test_of_months_with_a_chance_of_60_to_80_percent_so_many_make_it(months: tuple) -> None:
    """Within three Monte Carlo errors of 60 to 80 % (some 170 of 1,200 months), coverage 90 to 98 %."""
    covered, chance, made = rates(1200, [months], seed=12)
    assert 0.90 <= covered <= 0.985
    likely = (chance >= 0.6) & (chance < 0.8)
    error = 3 * np.sqrt(0.25 / likely.sum())
    assert 0.6 - error < made[likely].mean() < 0.8 + error
