"""A small sample of the calibration: bounds are those of its Monte Carlo error."""

from __future__ import annotations

import math
import os
from dataclasses import replace

import pytest

from callstats.calibrate import SITUATIONS, calibrate
from callstats.calibrate.calibration_result import MOST_ALARMS, monte_carlo, verdict
from callstats.errors import CallstatsError, UsageError

RUNS = 100
#: Situations whose samples take a millisecond, and those of the simulator that every reader asks about.
QUICK = (
    "same contact dialled 8 times",
    "each list worked by its own agents",
    "arms dialled at different hours",
    "list A dialled 12 days, list B 4 days",
    "answer rate of 40 contacts",
    "calls per hour, overdispersed agent-days",
    "calls per hour of 20 agent-days",
    "equal mean handle time, unequal spread",
    "net promoter score of 150 answers",
    "contacts won, small and unequal lists",
    "not worse by more than 2 points",
    "eight segments looked at",
    "lists on alternate days, day shocks of 0.15",
    "lists capped at 40 and 6 dials",
    "service level, load correlated by 0.6",
    "successes per login hour when days differ",
    "a ramp while conversion falls",
    "value per contact, a small list against a large one",
)


@pytest.fixture(scope="module")
def found():
    return calibrate(QUICK, runs=RUNS, seed=11)


def test_no_default_is_out_of_bounds_by_more_than_its_monte_carlo_error(found):
    # Four standard errors beyond the bound: once in 30,000 figures of a method that is right.
    for row in found.rows:
        if row.kind == "default" and row.measure == "false alarms":
            bound = row.nominal * MOST_ALARMS
            assert row.rate < bound + 4 * math.sqrt(bound * (1 - bound) / RUNS), row
        if row.kind == "default" and row.measure == "coverage":
            assert row.rate > 0.93 - 4 * math.sqrt(0.93 * 0.07 / RUNS), row


@pytest.mark.parametrize(
    ("situation", "method", "least"),
    [
        ("same contact dialled 8 times", "z-test on calls", 0.10),
        ("each list worked by its own agents", "z-test on calls", 0.30),
        ("each list worked by its own agents", "clustered by contact", 0.30),
        ("arms dialled at different hours", "z-test on calls", 0.80),
        ("list A dialled 12 days, list B 4 days", "z-test on answers per call", 0.5),
        ("calls per hour, overdispersed agent-days", "exact Poisson test on totals", 0.2),
        ("equal mean handle time, unequal spread", "Mann-Whitney", 0.9),
        ("equal mean handle time, unequal spread", "Welch on logarithms", 0.9),
        ("eight segments looked at", "each at 5 %", 0.2),
        ("lists on alternate days, day shocks of 0.15", "clustered by contact", 0.12),
        ("lists capped at 40 and 6 dials", "clustered by contact", 0.9),
        ("a ramp while conversion falls", "all contacts together", 0.25),
    ],
)
def test_the_obvious_test_is_broken(found, situation, method, least):
    [row] = [
        r for r in found.rows
        if (r.situation, r.method, r.measure) == (situation, method, "false alarms")
    ]  # fmt: skip
    assert row.rate > least
    assert row.kind == "obvious"
    assert row.verdict == "broken"


def test_every_situation_asks_a_default():
    for situation in SITUATIONS:
        assert any(method.kind == "default" for method in situation.methods), situation.name


def test_what_is_conservative_by_design_says_why(found):
    for row in found.rows:
        assert row.verdict != "conservative by design" or row.reason


def test_the_same_seed_gives_the_same_rates_on_any_number_of_jobs():
    names = ["share won of 200 contacts", "40 agents, all alike"]
    one, two = (calibrate(names, runs=110, seed=4, jobs=jobs) for jobs in (1, 2))
    assert one == two
    assert one != calibrate(names, runs=110, seed=5)


def test_more_runs_begin_with_the_same_samples():
    a, b = (calibrate("share won of 200 contacts", runs=runs, seed=4) for runs in (50, 51))
    for one, other in zip(a.rows, b.rows, strict=True):
        assert 0 <= round(other.rate * 51) - round(one.rate * 50) <= 1


@pytest.mark.parametrize(("events", "runs"), [(0, 100), (7, 140), (140, 140)])
def test_the_monte_carlo_error_is_the_binomial_one(events, runs):
    rate, error, low, high = monte_carlo(runs, events, events)
    assert error == pytest.approx(math.sqrt(rate * (1 - rate) / runs))
    assert low <= rate <= high


def test_without_an_answer_there_is_no_rate():
    assert all(math.isnan(x) for x in monte_carlo(0, 0.0, 0.0))
    assert verdict("coverage", 0.95, (math.nan,) * 3, (math.nan,) * 2) == ""


@pytest.mark.parametrize(
    ("measure", "nominal", "rate", "expected"),
    [
        ("false alarms", 0.05, (0.05, 0.04, 0.06), "ok"),
        ("false alarms", 0.05, (0.10, 0.04, 0.20), "ok"),  # too few samples to tell
        ("false alarms", 0.05, (0.062, 0.053, 0.071), "near"),
        ("false alarms", 0.05, (0.07, 0.06, 0.08), "broken"),
        ("false alarms", 0.05, (0.01, 0.005, 0.02), "conservative"),
        ("coverage", 0.95, (0.95, 0.94, 0.96), "ok"),
        ("coverage", 0.95, (0.935, 0.93, 0.94), "near"),
        ("coverage", 0.95, (0.92, 0.91, 0.93), "broken"),
        ("coverage", 0.95, (0.99, 0.98, 1.0), "conservative"),
        ("power", 0.8, (0.75, 0.74, 0.76), "broken"),
        ("power", 0.8, (0.9, 0.89, 0.91), "ok"),
    ],
)
def test_a_verdict_weighs_the_bound_and_the_monte_carlo_error(measure, nominal, rate, expected):
    assert verdict(measure, nominal, rate, rate[1:]) == expected


def test_nothing_is_called_broken_on_limits_that_one_figure_in_forty_misses():
    assert verdict("false alarms", 0.05, (0.07, 0.051, 0.095), (0.04, 0.11)) == "near"


def test_a_method_wider_by_design_is_named_as_such():
    assert (
        verdict("false alarms", 0.05, (0.01, 0.005, 0.02), (0.0, 0.03), by_design=True)
        == "conservative by design"
    )


def test_an_unknown_situation_names_the_near_ones():
    with pytest.raises(UsageError, match="same contact dialled 8 times"):
        calibrate("same contact dialed 8 times", runs=1)


@pytest.mark.parametrize("options", [{"runs": 0}, {"jobs": 0}])
def test_runs_and_jobs_are_whole_numbers_from_1(options):
    with pytest.raises(UsageError):
        calibrate("share won of 200 contacts", **options)


def ends_its_process(seed):
    os._exit(1)


def test_a_process_that_is_ended_from_outside_is_told_without_a_traceback():
    killed = replace(SITUATIONS[0], draw=ends_its_process)
    with pytest.raises(CallstatsError, match="ended from outside"):
        calibrate(killed, runs=60, jobs=2)


def test_callstats_itself_offers_it_as_a_function():
    import callstats as cs

    assert cs.calibrate("share won of 200 contacts", runs=2).runs == 2
    assert cs.calibrate("share won of 200 contacts", runs=2).runs == 2


def test_the_plot_has_a_line_for_every_method_and_heading(found):
    import matplotlib.pyplot as plt

    axes = found.plot()
    labels = [tick.get_text().strip() for tick in axes.get_yticklabels()]
    plt.close(axes.figure)
    errors = [row for row in found.rows if row.measure != "power"]
    assert labels.count("Mann-Whitney") == 1
    assert len(labels) == len(errors) + len({(row.situation, row.measure) for row in errors})


@pytest.mark.slow
def test_every_default_keeps_its_promise_in_the_samples_of_the_docs():
    found = calibrate(runs=2000, seed=1, jobs=2)
    assert found.broken == (), found.verdict
