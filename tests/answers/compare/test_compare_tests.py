"""Interval, p-value and direction never disagree, whatever the arms, the engine and the edges of data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import callstats as cs
from callstats.errors import ComparisonRefused
from tests.answers.compare.comparable import answers, clustered, dataset, drawn, row, two_shares
from tests.engine import frames


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
        assert "not comparable" in found["C"].sentences[0].text


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
        assert found.notes[0] == "Calls left out, as their list is not known: 10."
