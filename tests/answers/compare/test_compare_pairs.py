"""Rates, totals, quantiles and lifts, each against another way to get them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.answers.compare.comparable import answers, clustered, dataset, drawn, row, two_shares


class TestRates:
    def data(self):
        rng = np.random.default_rng(8)
        start = pd.Timestamp("2026-09-01 10:00")
        days = [
            (c, f"agent {a}", start + pd.Timedelta(days=d)) for c in "AB" for a in range(12) for d in range(5)
        ]
        hours = rng.uniform(3, 8, len(days))
        time = pd.DataFrame({
            "campaign_id": [c for c, _, _ in days], "agent_id": [c + a for c, a, _ in days],
            "local_start": [d for *_, d in days], "state": "talk", "seconds": 3600 * hours,
        })  # fmt: skip
        wins = rng.poisson(hours)
        calls = pd.DataFrame(
            [
                {"campaign_id": c, "agent_id": c + a, "local_started_at": d, "success": True}
                for (c, a, d), k in zip(days, wins, strict=True)
                for _ in range(k)
            ]
        )
        calls["call_id"] = [str(i) for i in range(len(calls))]
        calls["direction"] = "outbound"
        return days, hours, wins, dataset(calls, agent_time=time)

    def test_agent_days_give_a_rate_and_poisson_its_design_effect(self):
        days, hours, wins, data = self.data()
        found = row(data, "successes_per_login_hour", by="campaign_id", clusters="agent_day")
        variance, naive = 0.0, 0.0
        for name in "AB":
            own = np.array([c == name for c, _, _ in days])
            y, n = wins[own], hours[own]
            rate, k = y.sum() / n.sum(), n.sum() ** 2 / (n**2).sum()
            variance += ((y - rate * n) ** 2).sum() / n.sum() ** 2 * k / (k - 1)
            naive += y.sum() / n.sum() ** 2
        assert found.standard_error == pytest.approx(math.sqrt(variance))
        assert found.design_effect == pytest.approx(variance / naive)

    def test_agents_of_one_arm_each_are_the_units(self):
        *_, data = self.data()
        found = row(data, "successes_per_login_hour", by="campaign_id")
        assert (found.method, found.n) == ("delta method, clustered by agent", 12)
        assert 10 < found.degrees_of_freedom <= 22


class TestTotalsAndQuantiles:
    def test_totals_are_compared_by_the_spread_between_contacts(self):
        frame = drawn(9)
        money = frame.assign(value=frame["value"].fillna(0)).groupby(["list_id", "contact_id"])["value"].sum()
        a, b = money["A"], money["B"]
        found = row(frame, "revenue")
        assert found.estimate == b.sum() - a.sum()
        variance = len(b) * b.var() + len(a) * a.var()
        assert found.standard_error == pytest.approx(math.sqrt(variance))

    def test_a_median_s_error_is_that_of_the_distribution_around_it(self):
        # One talk a day and agent: the median of n independent exponentials has error ~ 1 / (2 f sqrt(n)).
        rng = np.random.default_rng(1)
        n = 4000
        frame = pd.DataFrame({
            "call_id": [str(i) for i in range(n)], "agent_id": [f"a{i}" for i in range(n)],
            "local_started_at": pd.Timestamp("2026-09-01"), "list_id": ["A", "B"] * (n // 2),
            "direction": "outbound", "handled": True, "talk_s": rng.exponential(100, n), "wrap_s": 0.0,
        })  # fmt: skip
        found = row(frame, "median_handle_time", force=True)
        density = 0.5 / 100
        assert found.standard_error == pytest.approx(math.sqrt(2) / (2 * density * math.sqrt(n / 2)), rel=0.1)
        expected = frame.groupby("list_id")["talk_s"].median()
        assert found.estimate == pytest.approx(expected["B"] - expected["A"])

    def test_negative_profit_has_a_difference_and_no_lift(self):
        rng = np.random.default_rng(3)
        calls = drawn(3).assign(campaign_id=lambda f: f["list_id"], live=True)
        costs = pd.DataFrame({
            "campaign_id": ["A", "B"], "period": "2026-09", "kind": "labour", "amount": [90000.0, 80000.0],
        })  # fmt: skip
        time = pd.DataFrame({
            "campaign_id": np.repeat(["A", "B"], 40), "agent_id": [f"{i % 5}" for i in range(80)],
            "state": "talk",
            "local_start": pd.Timestamp("2026-09-01 10:00") + pd.to_timedelta(np.arange(80) // 10, "D"),
            "seconds": rng.uniform(3000, 9000, 80),
        })  # fmt: skip
        found = row(dataset(calls, costs=costs, agent_time=time), "profit_per_hour", by="campaign_id")
        assert found.value < 0
        assert found.control_value < 0
        assert math.isfinite(found.low)
        assert math.isnan(found.lift)
        assert "at or below 0" in found.note


class TestRelativeLift:
    def test_fieller_s_limits_are_where_the_difference_to_that_multiple_is_just_significant(self):
        frame = answers(4)
        found = row(frame, "answer_rate", clusters="contact")
        treated = frame["list_id"] == "B"
        for limit in (found.lift_low, found.lift_high):
            # y - (1 + limit) R_A on the treatment, y on the control times (1 + limit): least squares on both.
            scaled = np.where(treated, frame["handled"], frame["handled"] * (1 + limit))
            fit = clustered(scaled, treated, frame["contact_id"])
            t = stats.t.isf(0.025, found.degrees_of_freedom)
            assert abs(fit.params[1] / fit.bse[1]) == pytest.approx(t, rel=1e-6)

    def test_a_lift_without_events_in_the_control_has_a_reason(self):
        found = row(two_shares(5, 20, 0, 20), "answer_rate")
        assert math.isnan(found.lift)
        assert "no event" in found.note
