from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def costs(demo_simulation):
    return demo_simulation.frame("costs")


def test_labour_is_paid_hours_times_the_wage(demo_simulation, costs):
    time = demo_simulation.frame("agent_time")
    hours = time[time.paid].groupby("campaign_id").seconds.sum() / 3600
    labour = costs[costs.kind == "labour"].groupby("campaign_id").amount.sum()
    for campaign, paid in hours.items():
        assert labour[campaign] == pytest.approx(18 * paid, abs=0.01 * 70)  # rounded on each of some 65 days


def test_technical_cost_is_dials_times_the_price(demo_simulation, costs):
    dials = demo_simulation.frame("calls").groupby("campaign_id").size()
    technical = costs[costs.kind == "technical"].groupby("campaign_id").amount.sum()
    for campaign, placed in dials.items():
        assert technical[campaign] == pytest.approx(0.02 * placed)


def test_a_list_is_paid_in_the_month_it_is_loaded(costs):
    row = costs[costs.list_id == "B"].iloc[0]
    assert (row.period, row.kind, row.amount) == ("2026-09", "list", 2200 * 0.55)


def test_advertising_is_paid_by_the_month(costs):
    spring = costs[(costs.campaign_id == "spring") & (costs.kind == "advertising")]
    assert spring.set_index("period").amount.to_dict() == {"2026-07": 900, "2026-08": 900, "2026-09": 900}
