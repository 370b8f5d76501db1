"""Money has one scope: a dial costs the same whoever is asked, and the parts add up to the whole."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest

import callstats as cs

MONTH = "2026-09"
DIALLING = ("cost_per_call", "cost_per_acquisition", "cost_per_lead", "cost_per_contact")


@cache
def demo() -> cs.Dataset:
    """The demo: two campaigns, and a queue whose agents cost more than both."""
    return cs.open("data/demo")


def value(ds: cs.Dataset, kpi: str) -> float:
    return float(cs.measure(ds, kpi, interval=False)["value"].iloc[0])


@pytest.mark.parametrize("kpi", DIALLING)
def test_what_dialling_costs_is_the_same_whether_the_site_or_the_campaign_is_asked(kpi: str) -> None:
    month = demo().where(period=MONTH)
    by = cs.measure(month, kpi, by="campaign_id", interval=False).set_index("campaign_id")
    for campaign in ("spring", "renewal"):
        assert by.loc[campaign, "value"] == pytest.approx(value(month.where(campaign_id=campaign), kpi))
    sums = by.loc[["spring", "renewal"], ["numerator", "denominator"]].sum()
    if kpi in ("cost_per_call", "cost_per_acquisition"):  # dials and successes add up over campaigns
        assert value(month, kpi) == pytest.approx(sums["numerator"] / sums["denominator"])


def test_a_dial_of_the_site_costs_what_its_campaigns_dials_cost() -> None:
    site = cs.attempts(demo(), MONTH)
    parts = [cs.attempts(demo().where(campaign_id=name), MONTH) for name in ("spring", "renewal")]
    dials = [sum(a.dials for a in part.attempts) for part in parts]
    mean = sum(part.cost_per_dial * n for part, n in zip(parts, dials, strict=True)) / sum(dials)
    assert site.cost_per_dial == pytest.approx(mean, rel=1e-3)
    assert max(part.cost_per_dial for part in parts) > site.cost_per_dial


def test_a_list_test_has_the_same_money_whether_the_site_or_the_campaign_is_asked() -> None:
    asked = {"control": "A", "treatment": "B", "horizon_days": 14}
    site, campaign = (
        cs.ab_test(ds, "list_id", **asked).money.to_frame()
        for ds in (demo(), demo().where(campaign_id="spring"))
    )
    pd.testing.assert_frame_equal(site, campaign)


@pytest.mark.parametrize("kpi", ["cost", "profit", "revenue"])
@pytest.mark.parametrize(
    "key",
    [
        "campaign_id",
        "list_id",
        "agent_id",
        "hour",
        "weekday",
        "day",
        "attempt_no",
        "direction",
        "outcome_code",
    ],
)
def test_the_parts_add_up_to_the_whole(kpi: str, key: str) -> None:
    month = demo().where(period=MONTH)
    parts = cs.measure(month, kpi, by=key, interval=False)["value"]
    assert parts.sum() == pytest.approx(value(month, kpi))


def test_profit_is_revenue_less_cost_in_every_list_and_hour() -> None:
    found = cs.measure(
        demo().where(period=MONTH), ["revenue", "cost", "profit"], by=["list_id", "hour"], interval=False
    )
    wide = found.assign(list_id=found["list_id"].fillna("-")).pivot_table("value", ["list_id", "hour"], "kpi")
    pd.testing.assert_series_equal(wide["revenue"] - wide["cost"], wide["profit"], check_names=False)
