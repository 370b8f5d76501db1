from __future__ import annotations

from datetime import date

import pytest

from callstats.errors import UsageError
from callstats.simulate import CallList, Campaign, Queue, Scenario, simulate


def test_an_unknown_agent_is_refused_with_the_near_names():
    with pytest.raises(UsageError, match="ceder") as error:
        Scenario(campaigns=(Campaign("spring", (CallList("A"),), agents=("ceder",)),))
    assert error.value.near[0] == "cedar"


@pytest.mark.parametrize(
    "call_list",
    [
        CallList("A", reach=1.2),
        CallList("A", success=0.0),
        CallList("A", machine=-0.1),
        CallList("A", callback=0.8, do_not_call=0.3),
        CallList("A", dial_over=0),
    ],
)
def test_a_list_that_cannot_be_is_refused(call_list):
    with pytest.raises(UsageError, match="list 'A'"):
        Scenario(campaigns=(Campaign("spring", (call_list,)),))


def test_two_lists_of_one_name_are_refused():
    with pytest.raises(UsageError, match="two lists"):
        Scenario(campaigns=(Campaign("spring", (CallList("A"), CallList("A"))),))


def test_a_queue_may_not_be_called_like_a_campaign():
    with pytest.raises(UsageError, match="two campaigns"):
        Scenario(campaigns=(Campaign("spring", (CallList("A"),)),), queues=(Queue("spring", ("elm",)),))


@pytest.mark.parametrize("shift", [((12, 9),), ((9, 12), (11, 14)), (), ((9, 25),)])
def test_a_shift_out_of_order_is_refused(shift):
    with pytest.raises(UsageError, match="shift"):
        Scenario(campaigns=(Campaign("spring", (CallList("A"),), shifts=(shift,)),))


def test_an_unknown_time_zone_is_refused():
    with pytest.raises(UsageError, match="Europe/Pari'"):
        Scenario(time_zone="Europe/Pari")


def test_a_campaign_without_days_to_dial_makes_no_calls():
    weekend = Scenario.small(start=date(2026, 9, 5), days=2)
    assert "calls" not in simulate(weekend).tables


def test_too_few_agents_for_the_load_are_an_error_that_says_so():
    crowd = Scenario.small(contacts=60_000, agents=("elm", "fir"))
    with pytest.raises(UsageError, match="more agents"):
        simulate(crowd)


def test_nested_lists_share_no_agent():
    calls = simulate(Scenario.small(seed=2, nested=True)).frame("calls")
    by_list = calls.dropna(subset=["agent_id"]).groupby("list_id").agent_id.unique()
    assert not set(by_list["A"]) & set(by_list["B"])


def test_arms_split_a_list_evenly_at_random():
    contacts = simulate(
        Scenario.small(contacts=4000, lists=("A",), call_list={"arms": ("x", "y")}, campaign={"attempts": 1})
    ).frame("contacts")
    # A fair coin thrown 4,000 times: 2,000 within 4 standard deviations of 31.6.
    assert abs((contacts.arm == "x").sum() - 2000) < 4 * 31.6


def test_a_small_simulation_takes_well_under_a_second():
    import time

    simulate(Scenario.small(seed=1))
    begun = time.perf_counter()
    simulate(Scenario.small(seed=2))
    assert time.perf_counter() - begun < 1
