"""Plans: sizes as published, and the power they promise as simulated."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

import callstats as cs
from callstats.answers.compare.plan import plan, plan_from
from callstats.dataset import Dataset
from callstats.errors import UsageError
from callstats.stats import proportion_difference
from tests.show.drawn import marked


class TestSizes:
    def test_the_size_is_that_of_r(self):
        # power.prop.test(p1 = .50, p2 = .75, power = .90): n = 76.7.
        made = plan(0.5, 0.25, power=0.9)
        assert (made.control_trials, made.trials, made.total, made.solved) == (77, 77, 154, "size")

    def test_the_power_is_that_of_r(self):
        # power.prop.test(n = 50, p1 = .50, p2 = .75): power = 0.740.
        made = plan(0.5, 0.25, trials=50)
        assert (round(made.power, 3), made.solved) == (0.74, "power")

    def test_the_smallest_effect_has_the_power_asked_for(self):
        made = plan(0.05, trials=2213)
        assert made.solved == "effect"
        assert plan(0.05, made.detectable, trials=2213).power == pytest.approx(0.8, abs=1e-6)

    def test_a_design_effect_multiplies_the_size(self):
        plain, wide = plan(0.05, 0.01), plan(0.05, 0.01, design_effect=1.4)
        assert wide.trials == pytest.approx(1.4 * plain.trials, abs=1)

    def test_an_uneven_split_needs_more_contacts(self):
        made = plan(0.05, 0.01, allocation=3)
        assert made.trials == pytest.approx(3 * made.control_trials, abs=3)
        assert made.total > plan(0.05, 0.01).total

    def test_a_fall_is_planned_for_like_a_rise(self):
        assert plan(0.05, -0.01).trials == pytest.approx(plan(0.04, 0.01).trials, abs=1)

    def test_days_are_loading_and_follow_up(self):
        made = plan(0.5, 0.25, power=0.9, contacts_per_day=10, horizon_days=14)
        assert made.days == 16 + 14

    def test_without_an_inflow_there_are_no_days(self):
        assert math.isnan(plan(0.05, 0.01).days)


class TestMargins:
    def test_a_margin_is_planned_by_one_side_of_the_two_sided_interval(self):
        made = plan(0.1, margin=0.02)
        # Normal approximation by hand: (1.95996 + 0.84162)^2 * 2 * 0.1 * 0.9 / 0.02^2 = 3532.
        assert made.trials == pytest.approx(3532, rel=0.02)

    def test_the_smallest_margin_of_that_size_is_the_margin(self):
        made = plan(0.1, margin=0.02)
        assert made.detectable == pytest.approx(0.02, abs=2e-5)

    def test_a_better_treatment_needs_fewer(self):
        assert plan(0.1, 0.01, margin=0.02).trials < plan(0.1, margin=0.02).trials


class TestRefusals:
    @pytest.mark.parametrize(
        ("asked", "message"),
        [
            ({"baseline": 0.05}, "nothing to plan for"),
            ({"baseline": 5, "effect": 0.01}, "between 0 and 1"),
            ({"baseline": 0.05, "effect": 0.99}, "between 0 and 1"),
            ({"baseline": 0.05, "effect": 0.0}, "null hypothesis"),
            ({"baseline": 0.05, "effect": 0.01, "trials": 0}, "both arms need contacts"),
            ({"baseline": 0.05, "effect": 0.01, "contacts_per_day": 0}, "contacts a day"),
            ({"baseline": 0.05, "effect": 0.01, "power": 1.0}, "power"),
            ({"baseline": 0.05, "effect": 0.01, "alpha": 0.0}, "alpha"),
            ({"baseline": 0.05, "effect": 0.01, "language": "de"}, "unknown language"),
        ],
    )
    def test_what_cannot_be_planned_is_refused(self, asked, message):
        with pytest.raises(UsageError, match=message):
            str(plan(**asked))

    def test_too_few_contacts_for_any_effect_are_said_to_be(self):
        made = plan(0.95, trials=5)
        assert math.isnan(made.detectable)
        assert "not even the largest effect" in made.sentences[0].text


class TestWhatIsShown:
    def test_the_curve_holds_the_plan(self):
        made = plan(0.05, 0.01, contacts_per_day=500)
        frame = made.to_frame()
        row = frame[frame["trials"] == made.trials].iloc[0]
        assert (row["total"], row["days"]) == (made.total, made.days)
        assert row["detectable"] == pytest.approx(0.01, abs=1e-5)
        assert row["power"] == pytest.approx(0.8, abs=1e-3)
        assert frame["detectable"].is_monotonic_decreasing

    @pytest.mark.parametrize("language", ["en", "fr", "ru"])
    @pytest.mark.parametrize(
        "asked",
        [
            {"effect": 0.01, "contacts_per_day": 300, "horizon_days": 14},
            {"effect": 0.01, "trials": 900, "contacts_per_day": 300},
            {"trials": 900, "design_effect": 1.4},
            {"margin": 0.01, "allocation": 2},
            {"margin": 0.01, "trials": 900},
        ],
    )
    def test_a_plan_speaks_every_language(self, language, asked):
        made = plan(0.05, language=language, **asked)
        assert made.sentences
        assert "<svg" in made._repr_html_()

    def test_the_sentence_says_how_many_and_how_long(self):
        text = str(plan(0.05, 0.01, contacts_per_day=600, horizon_days=14).verdict)
        assert "8,158 contacts in each group, 16,316 in all" in text
        assert "42 days, the 14 days of follow-up included" in text


def calls(size: int = 400) -> Dataset:
    """Return contacts dialled four times each, every fifth call answered, all on ten days."""
    start = pd.Timestamp("2026-09-01 10:00")
    frame = pd.DataFrame({
        "call_id": [str(i) for i in range(size)],
        "contact_id": [str(i // 4) for i in range(size)],
        "direction": "outbound",
        "handled": [(i // 4) % 5 == 0 for i in range(size)],
        "local_started_at": [start + pd.Timedelta(days=i % 10) for i in range(size)],
    })  # fmt: skip
    return cs.open({"calls": frame})


class TestFromData:
    def test_baseline_design_effect_and_inflow_are_those_of_the_data(self):
        made = plan_from(calls(), "answer_rate", 0.05)
        # A contact answers always or never: four calls tell as much as one.
        assert made.design.baseline == pytest.approx(0.2)
        assert made.design.design_effect == pytest.approx(4.0)
        assert made.contacts_per_day == 40
        assert made.trials == pytest.approx(4 * plan(0.2, 0.05).trials, abs=4)
        assert "Answer rate" in made.sentences[-1].text

    def test_what_is_no_proportion_is_refused(self):
        with pytest.raises(UsageError, match="no proportion"):
            plan_from(calls(), "average_handle_time", 5)

    def test_a_kpi_that_cannot_be_computed_is_refused(self):
        with pytest.raises(UsageError, match=r"needs calls\.success"):
            plan_from(calls(), "conversion_per_dial", 0.01)


def found_share(baseline: float, effect: float, trials: int, runs: int, seed: int) -> float:
    """Return how often the test itself finds an effect."""
    rng = np.random.default_rng(seed)
    control, treatment = rng.binomial(trials, baseline, runs), rng.binomial(trials, baseline + effect, runs)
    pairs, counts = np.unique(np.stack([control, treatment]), axis=1, return_counts=True)
    found = [
        proportion_difference(float(b), trials, float(a), trials).p_value < 0.05 for a, b in pairs.T.tolist()
    ]
    return float(np.dot(found, counts) / runs)


class TestPower:
    @pytest.mark.parametrize(("baseline", "effect"), [(0.05, 0.04), (0.2, -0.08)])
    def test_a_plan_finds_its_effect_as_often_as_it_says(self, baseline, effect):
        trials = plan(baseline, effect).trials
        share = found_share(baseline, effect, trials, 1500, 11)
        # Monte Carlo error: sqrt(0.8 * 0.2 / 1500) = 0.010; the normal approximation is good to a point.
        assert share == pytest.approx(0.8, abs=0.04)

    @pytest.mark.slow
    @pytest.mark.parametrize(("baseline", "effect"), [(0.02, 0.01), (0.05, 0.01), (0.1, 0.02), (0.3, 0.05)])
    def test_plans_keep_their_word_in_whole_simulations(self, baseline, effect):
        trials = plan(baseline, effect).trials
        assert found_share(baseline, effect, trials, 10_000, 5) == pytest.approx(0.8, abs=0.02)

    def test_a_design_effect_is_what_clustered_rows_need(self):
        # Contacts of four rows that are all alike: a design effect of four.
        made = plan(0.2, 0.08, design_effect=4)
        rng = np.random.default_rng(7)
        contacts = made.trials // 4
        found = 0
        for _ in range(300):
            a, b = rng.binomial(contacts, 0.2), rng.binomial(contacts, 0.28)
            found += proportion_difference(float(b), contacts, float(a), contacts).p_value < 0.05
        assert found / 300 == pytest.approx(0.8, abs=0.08)


def test_the_plan_is_marked_where_it_is_on_its_curve():
    import matplotlib.pyplot as plt

    made = plan(0.05, 0.01)
    ax = made.plot()
    assert marked(ax, "o") == [(made.total, pytest.approx(0.01, abs=1e-5))]
    assert list(ax.lines[0].get_xdata()) == made.to_frame()["total"].tolist()
    plt.close("all")
