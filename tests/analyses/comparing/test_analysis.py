"""Numbers of cs.compare: against published values, least squares and hand computation."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

import callstats as cs
from callstats.errors import ComparisonRefused, UsageError
from tests.analyses.comparing.comparable import answers, dataset, drawn, row, two_shares
from tests.engine import frames


def clustered(y, treated, groups) -> sm.regression.linear_model.RegressionResults:
    fit = sm.OLS(np.asarray(y, dtype=float), sm.add_constant(np.asarray(treated, dtype=float)))
    codes = pd.factorize(pd.Series(groups))[0]
    return fit.fit(cov_type="cluster", cov_kwds={"groups": codes, "use_correction": False})


class TestOneWay:
    def test_answer_rate_equals_least_squares_clustered_by_contact(self):
        frame = answers(3)
        ours = row(frame, "answer_rate", clusters="contact")
        theirs = clustered(frame["handled"], frame["list_id"] == "B", frame["contact_id"])
        assert ours.estimate == pytest.approx(theirs.params[1], rel=1e-10)
        assert ours.standard_error == pytest.approx(theirs.bse[1], rel=1e-8)

    def test_a_mean_equals_least_squares_clustered_by_contact(self):
        frame = drawn(4)
        ours = row(frame, "average_talk_time", clusters="contact")
        theirs = clustered(frame["talk_s"], frame["list_id"] == "B", frame["contact_id"])
        assert ours.estimate == pytest.approx(theirs.params[1], rel=1e-10)
        assert ours.standard_error == pytest.approx(theirs.bse[1], rel=1e-8)

    def test_contacts_in_both_arms_are_kept_together(self):
        frame = answers(5)
        frame["list_id"] = np.where(np.random.default_rng(1).random(len(frame)) < 0.5, "A", "B")
        ours = row(frame, "answer_rate", clusters="contact")
        theirs = clustered(frame["handled"], frame["list_id"] == "B", frame["contact_id"])
        assert ours.standard_error == pytest.approx(theirs.bse[1], rel=1e-8)
        assert ours.degrees_of_freedom == frame["contact_id"].nunique() - 1

    def test_the_design_effect_is_the_variance_over_that_of_least_squares_on_rows(self):
        frame = answers(6)
        treated = frame["list_id"] == "B"
        theirs = clustered(frame["handled"], treated, frame["contact_id"]).bse[1] ** 2
        naive = sum(
            x.mean() * (1 - x.mean()) / len(x)
            for x in (frame["handled"][treated], frame["handled"][~treated])
        )
        assert row(frame, "answer_rate", clusters="contact").design_effect == pytest.approx(theirs / naive)

    def test_rows_taken_for_themselves_are_two_proportions(self):
        # Newcombe (1998), Statistics in Medicine 17:873, example (a): 56/70 against 48/80, method 10.
        found = row(two_shares(56, 70, 48, 80), "answer_rate", clusters="call", method="newcombe")
        assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)

    def test_agent_days_in_both_arms_are_kept_together(self):
        frame = drawn(7, agents=4)
        days = frame["agent_id"] + frame["local_started_at"].dt.strftime("%F")
        ours = row(frame, "average_talk_time", stratify=[])
        theirs = clustered(frame["talk_s"], frame["list_id"] == "B", days)
        assert ours.standard_error == pytest.approx(theirs.bse[1], rel=1e-8)


def equal_agents(treated, agent):
    """Return how many agents of equal weight say as much, an agent's weight being its shares of both arms."""
    weight = (
        agent[treated]
        .value_counts(normalize=True)
        .add(agent[~treated].value_counts(normalize=True), fill_value=0)
    )
    return weight.sum() ** 2 / (weight**2).sum()


class TestTwoWay:
    @pytest.mark.parametrize("seed", range(3))
    def test_conversions_are_clustered_by_contact_and_agent(self, seed):
        frame = drawn(seed, agent_sd=0.7)
        treated = frame["list_id"] == "B"
        by = {
            name: clustered(frame["success"], treated, groups).bse[1] ** 2
            for name, groups in {
                "contact": frame["contact_id"],
                "agent": frame["agent_id"],
                "both": frame["contact_id"] + frame["agent_id"],
            }.items()
        }
        agents = equal_agents(treated, frame["agent_id"])
        expected = max(by["contact"] + by["agent"] * agents / (agents - 1) - by["both"], by["contact"])
        ours = row(frame, "conversion_per_conversation")
        assert ours.standard_error == pytest.approx(math.sqrt(expected), rel=1e-8)
        assert ours.degrees_of_freedom == pytest.approx(agents - 1)

    def test_the_p_value_is_of_t_with_one_less_than_the_agents_that_say_as_much(self):
        frame = drawn(2, agents=6)
        ours = row(frame, "conversion_per_conversation")
        df = equal_agents(frame["list_id"] == "B", frame["agent_id"]) - 1
        assert 4 < df < 5
        t = ours.estimate / ours.standard_error
        assert ours.p_value == pytest.approx(2 * stats.t.sf(abs(t), df))
        assert ours.low == pytest.approx(ours.estimate - stats.t.isf(0.025, df) * ours.standard_error)

    def test_an_answer_rate_is_not_in_the_hands_of_agents(self):
        found = row(answers(1), "answer_rate")
        assert found.method == "delta method, clustered by contact"

    def test_agents_known_on_every_dial_count_for_the_answer_rate_too(self):
        frame = answers(1)
        frame["agent_id"] = np.random.default_rng(2).choice(["ann", "bob", "eve"], len(frame))
        assert row(frame, "answer_rate").method == "delta method, clustered by contact and agent"

    def test_contacts_that_agents_won_are_given_to_one_agent(self):
        frame = drawn(3).assign(live=True)
        treated = frame.groupby("contact_id")["list_id"].first() == "B"
        won = frame.groupby("contact_id")["success"].any()
        # The agent of a success, else the last by name.
        ranked = frame.sort_values(["success", "agent_id"]).groupby("contact_id")["agent_id"].last()
        by = {
            n: clustered(won, treated, g).bse[1] ** 2
            for n, g in {"contact": won.index, "agent": ranked}.items()
        }
        agents = equal_agents(treated, ranked)
        expected = max(by["agent"] * agents / (agents - 1), by["contact"])
        ours = row(frame, "conversion_per_contact")
        assert ours.standard_error == pytest.approx(math.sqrt(expected), rel=1e-8)

    def test_it_can_be_asked_for_and_left_out(self):
        frame = drawn(1)
        both = row(frame, "conversion_per_conversation", clusters="two-way")
        assert both.method == "delta method, clustered by contact and agent"
        alone = row(frame, "conversion_per_conversation", clusters="contact")
        assert alone.method == "delta method, clustered by contact"


class TestIndependentContacts:
    def test_reached_contacts_get_the_score_interval(self):
        # Miettinen and Nurminen's interval of 5/56 against 0/29, Newcombe (1998), example (e).
        frame = pd.DataFrame(
            {
                "call_id": [str(i) for i in range(85)],
                "contact_id": [str(i) for i in range(85)],
                "list_id": ["B"] * 56 + ["A"] * 29,
                "direction": "outbound",
                "live": [i < 5 for i in range(85)],
            }
        )
        found = row(frame, "reach_rate")
        assert (round(found.low, 4), round(found.high, 4)) == (-0.0326, 0.1933)
        assert found.design_effect == 1

    def test_contacts_never_dialled_belong_to_their_list(self):
        calls = pd.DataFrame({
            "call_id": list("12"), "contact_id": ["A1", "B1"], "list_id": ["A", "B"],
            "direction": "outbound", "success": [True, True],
        })  # fmt: skip
        contacts = pd.DataFrame(
            {
                "contact_id": [f"{name}{i}" for name in "AB" for i in range(10 if name == "A" else 20)],
                "list_id": ["A"] * 10 + ["B"] * 20,
            }
        )
        found = row(dataset(calls, contacts=contacts), "conversion_per_lead")
        assert (found.value, found.control_value) == (1 / 20, 1 / 10)
        assert (found.n, found.control_n) == (20, 10)


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


class TestCoherence:
    @pytest.mark.parametrize(
        "kpi", ["conversion_per_conversation", "average_talk_time", "revenue", "median_handle_time"]
    )
    @pytest.mark.parametrize("seed", range(3))
    def test_the_interval_excludes_0_exactly_when_p_is_below_alpha(self, kpi, seed):
        frame = drawn(seed, effect=0.3)
        p = row(frame, kpi).p_value
        for confidence in (1 - p * 1.01, 1 - p * 0.99):
            found = row(frame, kpi, confidence=confidence)
            assert (found.low > 0 or found.high < 0) == (p < 1 - confidence)

    @pytest.mark.parametrize("kpi", ["answer_rate", "list_quality"])
    def test_swapped_arms_flip_the_sign(self, kpi):
        frame = answers(2, effect=0.1)
        one = row(frame, kpi)
        other = row(frame, kpi, "A", control="B")
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
        assert one.p_value == pytest.approx(other.p_value)

    @pytest.mark.parametrize("seed", range(2))
    def test_swapped_arms_flip_the_sign_with_agents_and_strata_too(self, seed):
        frame = drawn(seed, effect=0.2)
        for stratify in ([], ["hour"]):
            one = row(frame, "conversion_per_conversation", stratify=stratify)
            other = row(frame, "conversion_per_conversation", "A", control="B", stratify=stratify)
            assert (one.low, one.high) == pytest.approx((-other.high, -other.low))

    def test_the_order_of_rows_does_not_matter(self):
        frame = drawn(1)
        shuffled = frame.sample(frac=1, random_state=1).reset_index(drop=True)
        for kpi in ("conversion_per_conversation", "revenue", "median_handle_time"):
            one, other = row(frame, kpi), row(shuffled, kpi)
            assert (one.low, one.high, one.p_value) == pytest.approx((other.low, other.high, other.p_value))

    @pytest.mark.parametrize("engine", frames.ENGINES)
    def test_every_engine_gives_the_same(self, engine):
        rows = drawn(1, n=300).to_dict("records")
        data = cs.open({"calls": frames.on(engine, "calls", rows)})
        for kpi, options in (
            ("conversion_per_conversation", {}),
            ("conversion_per_conversation", {"stratify": ["hour"]}),
            ("average_talk_time", {}),
            ("median_handle_time", {}),
        ):
            found, expected = row(data, kpi, **options), row(drawn(1, n=300), kpi, **options)
            assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


class TestManyArms:
    def data(self):
        frame = answers(3, n=3000, contacts=900)
        frame["list_id"] = "L" + (frame["contact_id"].str[1:].astype(int) % 6).astype(str)
        better = frame["list_id"] == "L4"
        frame.loc[better, "handled"] = np.random.default_rng(5).random(int(better.sum())) < 0.5
        return dataset(frame)

    def test_holm_s_p_values_and_intervals_make_the_same_claims(self):
        found = cs.compare(self.data(), "answer_rate", control="L0")
        p = np.array([r.p_value for r in found.rows])
        holm = stats.false_discovery_control(p) * 0  # shape only
        order = np.argsort(p)
        running = 0.0
        for rank, i in enumerate(order):
            running = max(running, min(p[i] * (len(p) - rank), 1.0))
            holm[i] = running
        assert [r.p_adjusted for r in found.rows] == pytest.approx(holm.tolist())
        for r in found.rows:
            assert r.certain == (r.p_adjusted < 0.05)

    @pytest.mark.parametrize("adjust", ["bonferroni", "benjamini-hochberg", "none", "holm"])
    @pytest.mark.parametrize("confidence", [0.5, 0.95])
    def test_claims_and_adjusted_p_values_agree_for_every_correction(self, adjust, confidence):
        found = cs.compare(self.data(), "answer_rate", control="L0", adjust=adjust, confidence=confidence)
        assert all(r.certain == (r.p_adjusted < 1 - confidence) for r in found.rows)

    def test_one_arm_that_cannot_be_compared_does_not_stop_the_others(self):
        frame = answers(1)
        alone = frame.iloc[:1].assign(list_id="C", contact_id="alone", call_id="alone")
        found = cs.compare(dataset(pd.concat([frame, alone])), "answer_rate")
        assert found["B"].compared
        assert not found["C"].compared
        assert "not comparable" in found["C"].verdict.text


class TestEdges:
    def test_no_event_at_all_is_no_difference(self):
        found = row(two_shares(0, 30, 0, 20), "answer_rate")
        assert (found.estimate, found.p_value) == (0, pytest.approx(1))
        assert found.low < 0 < found.high

    def test_nothing_but_events_is_no_difference(self):
        found = row(two_shares(30, 30, 20, 20), "answer_rate")
        assert found.low < 0 < found.high

    def test_no_event_in_calls_of_contacts_dialled_several_times(self):
        frame = answers(1).assign(handled=False)
        found = row(frame, "answer_rate")
        assert (found.estimate, found.p_value) == (0, pytest.approx(1))
        assert found.low < 0 < found.high

    def test_two_clusters_are_refused(self):
        frame = answers(1)
        frame["contact_id"] = frame["list_id"]
        with pytest.raises(ComparisonRefused, match="fewer than two contacts"):
            cs.compare(dataset(frame), "answer_rate")

    def test_two_clusters_an_arm_give_a_wide_interval_and_a_warning(self):
        frame = answers(1)
        frame["contact_id"] = frame["list_id"] + (frame.index % 2).astype(str)
        found = cs.compare(dataset(frame), "answer_rate", clusters="contact")
        assert {w.gate for w in found.warnings} == {"units"}
        assert found["B"].degrees_of_freedom <= 2

    def test_one_agent_leaves_contacts_and_says_so(self):
        found = cs.compare(dataset(drawn(1, agents=1)), "conversion_per_conversation")
        assert found["B"].method == "delta method, clustered by contact"
        assert {w.gate for w in found.warnings} == {"agents"}

    def test_one_day_is_enough_for_contacts(self):
        frame = drawn(1)
        frame["local_started_at"] = pd.Timestamp("2026-09-01 10:00")
        assert row(frame, "conversion_per_conversation").compared

    def test_nulls_in_numerator_and_denominator_are_left_out(self):
        frame = answers(1).astype({"handled": "boolean"})
        frame.loc[frame.index % 50 == 0, "handled"] = pd.NA
        known = frame.dropna(subset="handled")
        found = row(frame, "answer_rate", clusters="contact")
        theirs = clustered(known["handled"].astype(float), known["list_id"] == "B", known["contact_id"])
        assert found.standard_error == pytest.approx(theirs.bse[1], rel=1e-8)

    def test_calls_of_unknown_contacts_are_contacts_of_their_own(self):
        frame = answers(1)
        unknown = frame.index % 20 == 0
        known = frame["contact_id"].where(~unknown, frame["call_id"] + " alone")
        frame.loc[unknown, "contact_id"] = None
        theirs = clustered(frame["handled"], frame["list_id"] == "B", known)
        assert row(frame, "answer_rate", clusters="contact").standard_error == pytest.approx(
            theirs.bse[1], rel=1e-8
        )

    def test_without_contacts_rows_stand_for_themselves_and_it_is_said(self):
        found = cs.compare(dataset(answers(1).drop(columns="contact_id")), "answer_rate")
        assert "no contact_id" in found.notes[0]
        assert found["B"].compared

    def test_calls_without_a_list_are_left_out_and_counted(self):
        frame = answers(1)
        frame.loc[:9, "list_id"] = None
        found = cs.compare(dataset(frame), "answer_rate")
        assert "10 calls without list_id" in found.notes[0]


class TestMargins:
    def test_within_an_equivalence_margin_it_is_as_good(self):
        data = two_shares(500, 1000, 501, 1000)
        found = row(data, "answer_rate", equivalence=0.08)
        assert "as good as" in found.verdict.text
        assert found.p_margin < 0.025

    def test_a_margin_of_loss_never_says_as_good(self):
        found = row(two_shares(500, 1000, 501, 1000), "answer_rate", margin=0.08)
        assert "not worse than" in found.verdict.text
        assert "as good as" not in found.verdict.text

    def test_the_margin_s_p_value_is_that_of_the_shifted_test(self):
        # Farrington-Manning form with N/(N-1), checked by the interval: its limit is where p is alpha / 2.
        data = two_shares(90, 300, 100, 300)
        found = row(data, "answer_rate")
        assert row(data, "answer_rate", margin=-found.low).p_margin == pytest.approx(0.025, abs=1e-6)

    def test_too_little_data_says_how_much_is_missing(self):
        found = row(two_shares(5, 40, 4, 40), "answer_rate", equivalence=0.01)
        assert "too little data" in found.verdict.text
        assert "more contacts" in found.verdict.text

    def test_without_a_margin_no_evidence_is_not_no_difference(self):
        text = row(two_shares(5, 40, 4, 40), "answer_rate").verdict.text
        assert "no evidence of a difference" in text

    @pytest.mark.parametrize("alternative", ["greater", "less"])
    def test_one_sided_intervals_are_open_on_the_other_side(self, alternative):
        found = row(drawn(1, effect=1.0), "conversion_per_conversation", alternative=alternative)
        assert math.isinf(found.high if alternative == "greater" else found.low)
        assert found.verdict.text
        excludes = found.low > 0 if alternative == "greater" else found.high < 0
        assert excludes == (found.p_value < 0.05)


class TestWorth:
    def test_it_is_the_difference_times_the_control_s_volume_a_month(self):
        frame = drawn(1, effect=1.5)
        found = row(dataset(frame).where(period="2026-09"), "conversion_per_conversation")
        a = frame[frame["list_id"] == "A"]
        b = frame[frame["list_id"] == "B"]
        months = 30 / (365.25 / 12)
        successes = (b["success"].mean() - a["success"].mean()) * len(a) / months
        assert found.successes[0] == pytest.approx(successes)
        assert found.money[0] == pytest.approx(60 * successes)

    def test_an_answer_rate_brings_no_successes_by_itself(self):
        found = row(answers(1), "answer_rate")
        assert math.isnan(found.successes[0])

    def test_a_difference_that_is_shown_is_told_with_what_it_means(self):
        found = cs.compare(dataset(drawn(1, effect=2.0, contact_sd=0.1)), "conversion_per_conversation")
        assert "In a month: " in str(found.verdict)


class TestAsking:
    @pytest.mark.parametrize(
        ("kpi", "options", "message"),
        [
            ("answer_rat", {}, "answer_rate"),
            ("answer_rate", {"control": "C"}, "unknown list_id 'C'"),
            ("answer_rate", {"by": "lst_id"}, "list_id"),
            ("answer_rate", {"adjust": "sidak"}, "unknown adjustment"),
            ("answer_rate", {"method": "welch"}, "unknown method"),
            ("answer_rate", {"clusters": "contract"}, "contact"),
            ("answer_rate", {"confidence": 95}, "between 0 and 1"),
            ("answer_rate", {"margin": -0.1}, "no margin"),
            ("answer_rate", {"margin": 0.1, "equivalence": 0.1}, "two questions"),
            ("answer_rate", {"method": "wald"}, "hang together"),
            ("reach_rate", {"stratify": ["hour"]}, "needs calls.live"),
            ("conversion_per_contact", {"stratify": ["list_id"]}, "needs calls"),
            ("attempts_per_contact", {"clusters": "agent"}, "do not add up"),
            ("dials", {"margin": 5}, "nothing is worse"),
            ("answer_rate", {"split": "odd"}, "not a plan"),
            ("answer_rate", {"split": {"C": 1}}, "no group"),
        ],
    )
    def test_what_cannot_be_asked_says_why(self, kpi, options, message):
        with pytest.raises(UsageError, match=message):
            cs.compare(dataset(answers(1)), kpi, **options)

    def test_costs_are_no_sample(self):
        costs = pd.DataFrame(
            {"list_id": ["A", "B"], "period": "2026-09", "kind": "list", "amount": [1.0, 2.0]}
        )
        with pytest.raises(UsageError, match="not a sample"):
            cs.compare(dataset(answers(1), costs=costs), "cost")

    def test_one_group_has_nothing_to_be_compared_with(self):
        frame = answers(1)
        with pytest.raises(UsageError, match="nothing to compare"):
            cs.compare(dataset(frame[frame["list_id"] == "A"]), "answer_rate")

    def test_the_control_may_be_typed_as_text(self):
        frame = drawn(1)
        found = cs.compare(dataset(frame), "conversion_per_conversation", by="hour", control="9")
        assert found.control == 9

    def test_months_are_compared_as_they_are_written(self):
        frame = drawn(1)
        frame.loc[frame.index % 3 == 0, "local_started_at"] += pd.Timedelta(days=30)
        found = cs.compare(dataset(frame), "conversion_per_conversation", by="month", control="2026-09")
        assert [r.arm for r in found.rows] == ["2026-10"]


class TestShowing:
    def found(self):
        return cs.compare(dataset(drawn(1, effect=1.0)), "conversion_per_conversation")

    def test_the_frame_has_a_row_an_arm_with_every_number(self):
        frame = self.found().to_frame()
        assert len(frame) == 1
        wanted = {
            "estimate",
            "low",
            "high",
            "lift",
            "p_value",
            "p_adjusted",
            "design_effect",
            "df",
            "n",
            "method",
        }
        assert wanted <= set(frame.columns)

    def test_it_shows_itself_without_a_bare_p_value(self):
        bundle = self.found()._repr_mimebundle_()
        assert "Interval" in bundle["text/plain"]
        assert "<table" in bundle["text/html"]
        assert "p_value" not in bundle["text/plain"]

    def test_the_plot_draws_the_differences(self):
        axes = self.found().plot()
        drawn_at = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
        assert drawn_at == [pytest.approx(self.found()["B"].estimate)]

    @pytest.mark.parametrize("language", ["en", "fr", "ru"])
    def test_it_speaks_every_language(self, language):
        from dataclasses import replace

        data = dataset(drawn(1, effect=1.0))
        data = replace(data, config=replace(data.config, language=language))
        text = str(cs.compare(data, "conversion_per_conversation"))
        assert text
        assert ("evidence" in text) == (language == "en")
        assert ("delta method" in text) == (language == "en")

    def test_names_from_data_are_escaped(self):
        frame = drawn(1).replace({"list_id": {"B": "<script>"}})
        html = cs.compare(dataset(frame), "conversion_per_conversation")._repr_html_()
        assert "<script>" not in html
