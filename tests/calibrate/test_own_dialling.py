"""What one's own dialling is like."""

import numpy as np
import pandas as pd
import pytest

from callstats.calibrate import TOPICS, calibrate
from callstats.calibrate.own_dialling import dialling_of, situations_like
from callstats.dataset import Dataset
from callstats.kpis import get


def dialled(seed, *, sd, days=60, correlation=0.0, contacts=6000, spread=0.0, money=False):
    """Return dials of contacts whose days are shocked on the logit, with known spread and correlation."""
    draw = np.random.default_rng(seed)
    shock = draw.normal(size=days)
    for day in range(1, days):
        shock[day] = correlation * shock[day - 1] + (1 - correlation**2) ** 0.5 * shock[day]
    contact = np.repeat(np.arange(contacts), 5)
    day = draw.integers(0, days, len(contact))
    nature = draw.normal(-1.3, spread, contacts)
    handled = draw.random(len(contact)) < 1 / (1 + np.exp(-(nature[contact] + sd * shock[day])))
    frame = pd.DataFrame({
        "call_id": np.arange(len(contact)).astype(str), "contact_id": contact.astype(str),
        "direction": "outbound", "list_id": np.where(contact % 2, "B", "A"), "handled": handled,
        "local_started_at": pd.Timestamp("2026-06-01 10:00") + pd.to_timedelta(day, unit="D"),
    })  # fmt: skip
    if money:
        won = ~frame["contact_id"].duplicated() & (draw.random(len(frame)) < 0.02)
        frame = frame.assign(success=won, value=np.where(won, draw.lognormal(4, 1, len(frame)), np.nan))
    return Dataset({"calls": frame})


@pytest.mark.parametrize("sd", [0.15, 0.3])
def test_the_spread_of_days_is_found(sd):
    """Sixty days tell a standard deviation to 1 / sqrt(120) of itself, four times sixty to half of that."""
    found = [dialling_of(dialled(seed, sd=sd), get("answer_rate")).day_sd for seed in range(4)]
    assert np.mean(found) == pytest.approx(sd, rel=0.15)


def test_days_that_do_not_differ_have_next_to_no_spread():
    assert dialling_of(dialled(1, sd=0.0), get("answer_rate")).day_sd < 0.06


def test_the_spread_of_contacts_is_found():
    found = dialling_of(dialled(2, sd=0.0, spread=0.8), get("answer_rate"))
    assert found.unit_sd == pytest.approx(0.8, abs=0.15)


def test_days_that_hang_together_are_worth_fewer():
    alone = dialling_of(dialled(3, sd=0.3), get("answer_rate")).dependence
    tied = dialling_of(dialled(3, sd=0.3, correlation=0.7), get("answer_rate")).dependence
    assert tied.correlation > 0.4 > alone.correlation
    assert tied.effective_days < alone.effective_days


def test_money_is_told_with_its_skewness():
    """2 % of contacts, lognormal with sd(log) 1: E v^3 / (E v^2)^1.5 / sqrt(.02) = 7.07 exp(1.5)."""
    found = dialling_of(dialled(4, sd=0.0, contacts=20_000, money=True), get("answer_rate"))
    assert found.sales == pytest.approx(400, abs=60)
    assert 12 < found.skewness < 80
    assert "have brought money (enough for an interval)" in found.sentences[-1]


def test_samples_like_ones_own_come_in_several_sizes_and_hold_their_promise():
    found = calibrate(data=dialled(5, sd=0.2, contacts=1500, days=20), kpi="answer_rate", runs=40, seed=1)
    like = [row for row in found.rows if row.situation.startswith("like yours")]
    assert len({row.situation for row in like}) == 6
    assert min(row.rate for row in like if row.kind == "obvious" and "8,000" in row.situation) > 0.2
    assert all(row.verdict != "broken" for row in like if row.kind == "default")
    assert found.told[0].startswith("answer_rate is ")


def test_without_a_clock_nothing_is_said_of_days():
    frame = dialled(6, sd=0.2, contacts=200).table("calls").collect("pandas").to_native()
    ds = Dataset({"calls": frame.drop(columns="local_started_at")})
    assert dialling_of(ds, get("answer_rate")) is None
    assert calibrate(data=ds, kpi="answer_rate", runs=3).told == ()


def test_a_few_days_say_nothing_of_days():
    found = dialling_of(dialled(7, sd=0.2, contacts=300, days=3), get("answer_rate"))
    assert "say nothing" in found.sentences[1]
    assert situations_like(found) == ()


def test_a_topic_stands_for_all_its_situations():
    found = calibrate("caps", runs=3)
    assert {row.situation for row in found.rows} == {one.name for one in TOPICS["caps"]}
