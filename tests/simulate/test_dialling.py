from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from callstats.simulate import Campaign, Scenario, Spell, simulate
from tests.simulate.conftest import EVEN_HOURS, with_list


def z(observed, expected, variance):
    return (observed - expected) / np.sqrt(variance)


def test_live_calls_by_attempt_are_as_many_as_their_chances(simulation):
    hazards = simulation.truth.hazards()
    assert len(hazards) == 10
    assert z(hazards.live, hazards.expected, hazards.variance).abs().max() < 4


def test_live_calls_by_hour_are_as_many_as_their_chances(simulation):
    hours = simulation.truth.hours()
    assert z(hours.live, hours.expected, hours.variance).abs().max() < 4.5  # 200 cells


def test_successes_by_agent_are_as_many_as_their_chances(simulation):
    rows = simulation.truth.successes()
    assert z(rows.success, rows.expected, rows.variance).abs().max() < 4


def test_the_truth_counts_the_calls_of_the_table(simulation, calls):
    counted = calls.groupby(["list_id", "attempt_no"]).live.agg(["size", "sum"])
    hazards = simulation.truth.hazards().set_index(["list_id", "attempt_no"])
    assert (counted["size"] == hazards.dials).all()
    assert (counted["sum"] == hazards.live).all()


def test_first_answers_follow_the_beta_geometric_law(plain_calls):
    # Weinberg and Gladen (1986): with reach ~ beta(a, b), the hazard of a first
    # answer at attempt k, given none before, is a / (a + b + k - 1). Here a = 1.2, b = 2.8.
    calls = plain_calls.sort_values(["contact_id", "attempt_no"])
    lived = calls.groupby("contact_id").live.cumsum() - calls.live
    at_risk = calls[lived == 0]
    for attempt, group in at_risk.groupby("attempt_no"):
        hazard = 1.2 / (4.0 + attempt - 1)
        error = np.sqrt(hazard * (1 - hazard) / len(group))
        assert abs(group.live.mean() - hazard) < 4 * error, attempt


def test_success_without_agents_or_interest_is_the_lists_own(plain_calls):
    argued = plain_calls[plain_calls.argued]
    assert abs(argued.success.mean() - 0.15) < 4 * np.sqrt(0.15 * 0.85 / len(argued))


def test_machines_are_their_share_of_what_is_not_live(plain_calls):
    rest = plain_calls[~plain_calls.live]
    assert abs(rest.connected.mean() - 0.35) < 4 * np.sqrt(0.35 * 0.65 / len(rest))


def test_skill_moves_success_on_the_logit_scale():
    scenario = Scenario.small(
        seed=4, contacts=25_000, lists=("A",), agents=tuple(f"a{n}" for n in range(20)), days=42,
        skill_sd=0.6, skill_day_sd=0.0, success_by_hour=(0.0,) * 24,
        call_list={"interest_sd": 0.0, "callback": 0.0, "success": 0.2, "dial_over": 25},
    )  # fmt: skip
    simulation = simulate(scenario)
    rows = simulation.truth.successes()
    share = (rows.success + 0.5) / (rows.argued + 1)
    logit = np.log(share / (1 - share))
    true = rows.agent_id.map(simulation.truth.skill) + np.log(0.2 / 0.8)
    error = 1 / np.sqrt(rows.argued * share * (1 - share))
    assert (abs(logit - true) < 4 * error).all()


def test_abandonment_follows_the_spell(scenario):
    first, last = scenario.start.replace(day=14), scenario.start.replace(day=18)
    campaign = replace(scenario.campaigns[0], abandoned=0.0, spells=(Spell(first, last, abandoned=0.2),))
    calls = simulate(replace(scenario, campaigns=(campaign,))).frame("calls")
    inside = calls.local_started_at.dt.date.between(first, last)
    assert not calls[~inside].abandoned.any()
    live = calls[inside & calls.live]
    assert abs(live.abandoned.mean() - 0.2) < 4 * np.sqrt(0.2 * 0.8 / len(live))


def test_the_success_of_a_list_changes_nobody_elses_calls(scenario, calls):
    other = simulate(with_list(scenario, "B", success=0.3)).frame("calls")
    first = calls[calls.attempt_no == 1].set_index("contact_id").sort_index()
    again = other[other.attempt_no == 1].set_index("contact_id").sort_index()
    same = ["live", "argued", "agent_id", "connected", "abandoned"]
    assert first[same].equals(again[same])
    assert first.local_started_at.dt.floor("h").equals(again.local_started_at.dt.floor("h"))


def test_another_seed_gives_other_calls(scenario, calls):
    other = simulate(replace(scenario, seed=12)).frame("calls")
    assert len(other) != len(calls)


def test_a_list_dialled_at_its_own_hours_is_dialled_then():
    evening = (0.0,) * 16 + (1.0,) * 8
    scenario = with_list(
        Scenario.small(seed=6, contacts=2000, campaign={"callback_kept": 0.0}), "B", hours=evening
    )
    calls = simulate(scenario).frame("calls")
    hours = calls.groupby("list_id").local_started_at.agg(lambda times: times.dt.hour.min())
    assert hours["A"] < 16 <= hours["B"]


def test_an_attempt_factor_lowers_later_hazards():
    scenario = Scenario.small(
        seed=8, contacts=8000, lists=("A",), campaign={"attempt_factor": 0.5, "attempts": 3},
        call_list={"concentration": 1e6, "invalid": 0.0, "callback": 0.0, "dial_over": 15},
        agents=tuple(f"a{n}" for n in range(16)), **EVEN_HOURS,
    )  # fmt: skip
    hazards = simulate(scenario).truth.hazards()
    for row, chance in zip(hazards.itertuples(), (0.26, 0.13, 0.065), strict=True):
        assert row.live / row.dials == pytest.approx(chance, abs=4 * np.sqrt(chance / row.dials))


def test_call_backs_convert_better(simulation, calls):
    kept = simulation.frame("callbacks").dropna(subset=["kept"])
    kept = kept[kept.kept.astype(bool)]
    others = calls[calls.attempt_no > 1]
    assert kept.success.astype(bool).mean() > 2 * others.success.mean()


def test_agent_days_are_overdispersed(simulation, calls):
    handled = calls[calls.handled]
    counts = handled.groupby(["agent_id", handled.local_started_at.dt.date]).size()
    by_day = counts.groupby(level=1)
    dispersion = (by_day.var() / by_day.mean())[by_day.size() > 5]
    assert dispersion.mean() > 1.5  # a Poisson count has 1


def test_a_contact_is_dialled_at_most_once_a_day_and_never_after_it_is_closed(calls):
    ordered = calls.sort_values(["contact_id", "started_at"])
    days = ordered.local_started_at.dt.date
    assert not ordered.assign(day=days).duplicated(["contact_id", "day"]).any()
    closed_before = ordered.groupby("contact_id").closed.shift(fill_value=False)
    assert not closed_before.any()


def test_an_empty_campaign_is_no_error():
    nothing = Scenario(campaigns=(Campaign("spring", ()),))
    assert simulate(nothing).tables == {}
