"""Every gate of cs.compare speaks on data made to trip it, and keeps silent on sound data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import callstats as cs
from callstats.dataset import Dataset
from callstats.dataset.rejects import Rejects
from callstats.errors import ComparisonRefused
from callstats.simulate import Scenario, simulate
from tests.answers.compare.comparable import answers, dataset, drawn, gates, two_shares


def simulated(seed=1, **options) -> cs.Dataset:
    return cs.open(dict(simulate(Scenario.small(seed, **options)).tables))


class TestSoundData:
    @pytest.mark.parametrize("seed", range(4))
    @pytest.mark.parametrize(
        "kpi", ["answer_rate", "conversion_per_conversation", "conversion_per_contact", "conversion_per_lead"]
    )
    def test_two_equal_lists_pass_every_gate(self, seed, kpi):
        assert gates(cs.compare(simulated(seed), kpi)) == set()

    def test_lists_that_truly_differ_pass_them_too(self):
        scenario = Scenario.small(3, contacts=1200)
        campaign = scenario.campaigns[0]
        better = (campaign.lists[0], replace(campaign.lists[1], reach=0.45, success=0.3))
        scenario = replace(scenario, campaigns=(replace(campaign, lists=better),))
        data = cs.open(dict(simulate(scenario).tables))
        for kpi in ("answer_rate", "conversion_per_lead"):
            found = cs.compare(data, kpi)
            assert gates(found) == set()
            assert found["B"].low > 0

    def test_a_random_half_of_the_contacts_passes_the_split_too(self):
        data = simulated(2, lists=("A",), call_list={"arms": ("x", "y")})
        found = cs.compare(data, "conversion_per_lead", by="arm", control="x", split="even")
        assert gates(found) == set()


class TestRejectedRows:
    """Twenty of a hundred rows were left out at import, where 5 % may be."""

    def lost(self, rows: int) -> Dataset:
        rejects = Rejects(pd.DataFrame({"table": ["calls"] * rows, "rule": "a call has a time"}))
        return replace(dataset(drawn(1, n=80, contacts=40)), rejects=rejects)

    def test_the_share_is_told_with_the_comparison(self):
        found = cs.compare(self.lost(20), "conversion_per_conversation", force=True)
        said = [str(w) for w in found.warnings if w.gate == "unknown"]
        assert len(said) == 1
        assert said[0].startswith("20% of the rows of calls were rejected at import")

    def test_few_are_not(self):
        found = cs.compare(self.lost(4), "conversion_per_conversation", force=True)
        assert "unknown" not in gates(found)

    def test_those_of_a_table_that_the_figure_does_not_read_are_not(self):
        data = self.lost(20)
        rejects = Rejects(data.rejects.frame().assign(table="costs"))
        assert "unknown" not in gates(
            cs.compare(replace(data, rejects=rejects), "conversion_per_conversation", force=True)
        )


class TestAgents:
    def test_few_agents_of_their_own_are_refused_with_the_remedy(self):
        with pytest.raises(ComparisonRefused, match=r"different agents \(4 and 4\)") as error:
            cs.compare(dataset(drawn(1, nested=True)), "conversion_per_conversation")
        assert "at least 10 agents" in str(error.value)

    def test_force_compares_and_keeps_the_warning(self):
        found = cs.compare(dataset(drawn(1, nested=True)), "conversion_per_conversation", force=True)
        assert gates(found) == {"agents"}
        assert found["B"].compared

    def test_ten_agents_each_are_the_units(self):
        frame = drawn(1, n=3000, contacts=900, agents=24, nested=True)
        found = cs.compare(dataset(frame), "conversion_per_conversation")
        assert gates(found) == {"agents"}
        assert found["B"].degrees_of_freedom <= 22
        assert found["B"].method == "delta method, clustered by contact and agent"

    def test_contacts_won_are_refused_as_well(self):
        frame = drawn(1, nested=True).assign(live=True)
        with pytest.raises(ComparisonRefused, match="different agents"):
            cs.compare(dataset(frame), "conversion_per_contact")

    def test_an_answer_rate_does_not_care_for_agents(self):
        frame = answers(1)
        known = frame["agent_id"].notna()
        frame.loc[known, "agent_id"] = frame["list_id"] + frame["agent_id"]
        assert gates(cs.compare(dataset(frame), "answer_rate")) == set()

    def test_a_token_call_on_the_other_list_does_not_make_agents_shared(self):
        frame = drawn(1, nested=True)
        first = frame.groupby("agent_id").head(1).index
        frame.loc[first, "list_id"] = "A"
        with pytest.raises(ComparisonRefused, match="different agents"):
            cs.compare(dataset(frame), "conversion_per_conversation")

    def test_many_agents_with_few_calls_each_are_shared_all_the_same(self):
        rng = np.random.default_rng(1)
        frame = drawn(1, n=200, contacts=200)
        frame["agent_id"] = [f"a{i}" for i in rng.integers(0, 100, len(frame))]
        found = cs.compare(dataset(frame), "conversion_per_conversation", stratify=[])
        assert "agents" not in gates(found)

    def test_in_words_for_several_arms_the_others_are_compared(self):
        frame = drawn(1)
        other = drawn(2, n=300, agents=3).assign(list_id="C")
        other["agent_id"] = "own " + other["agent_id"]
        other["contact_id"] = "C" + other["contact_id"]
        other["call_id"] = "C" + other["call_id"]
        found = cs.compare(dataset(pd.concat([frame, other])), "conversion_per_conversation")
        assert found["B"].compared
        assert "not comparable" in found["C"].sentences[0].text


class TestHours:
    def data(self, kpi_effect=1.2, n=4000):
        """Conversations in the evening go better, and list B was dialled in the evening: no list effect."""
        frame = drawn(1, n=n, contacts=1500)
        rng = np.random.default_rng(2)
        evening = rng.random(n) < np.where(frame["list_id"] == "B", 0.8, 0.2)
        frame["local_started_at"] = pd.Timestamp("2026-09-01") + pd.to_timedelta(
            np.where(evening, 18, 10), "h"
        )
        frame["local_started_at"] += pd.to_timedelta(np.arange(n) % 5, "D")
        chance = 1 / (1 + np.exp(-(-1.0 + kpi_effect * evening)))
        return frame.assign(success=rng.random(n) < chance)

    def test_arms_dialled_at_other_hours_are_compared_within_hours(self):
        found = cs.compare(dataset(self.data()), "conversion_per_conversation")
        assert gates(found) == {"hours", "strata"}
        assert found["B"].low < 0 < found["B"].high
        assert "within hour" in found["B"].method

    def test_as_they_are_they_would_have_differed_and_it_is_said(self):
        data = dataset(self.data())
        plain = cs.compare(data, "conversion_per_conversation", stratify=[])
        assert plain["B"].low > 0.05
        assert "hour" in str(next(w for w in plain.warnings if w.gate == "hours"))
        found = cs.compare(data, "conversion_per_conversation")
        change = next(str(w) for w in found.warnings if w.gate == "strata")
        assert "as they are it would be +" in change

    def test_strata_may_be_asked_for(self):
        found = cs.compare(dataset(self.data()), "conversion_per_conversation", stratify="hour x weekday")
        assert found["B"].low < 0 < found["B"].high
        assert "hours" not in gates(found)

    @pytest.mark.parametrize("seed", range(4))
    @pytest.mark.parametrize("kpi", ["answer_rate", "conversion_per_contact"])
    def test_dials_that_repeat_one_time_of_a_contact_are_one_hour_not_many(self, seed, kpi):
        # thirty contacts a list, each with up to forty rows of one time: alike lists by chance far apart
        rng = np.random.default_rng(seed)
        times = rng.integers(1, 40, 60)
        hour, day = rng.integers(9, 19, 60), rng.integers(0, 10, 60)
        frame = drawn(seed, n=int(times.sum()), contacts=60)
        contact = np.repeat(np.arange(60), times)
        frame["contact_id"] = [f"P{c}" for c in contact]
        frame["list_id"] = np.where(contact % 2, "B", "A")
        frame["local_started_at"] = (
            pd.Timestamp("2026-09-01")
            + pd.to_timedelta(day[contact], "D")
            + pd.to_timedelta(hour[contact], "h")
        )
        found = cs.compare(dataset(frame.assign(live=frame["success"])), kpi)
        assert "hours" not in gates(found)
        assert found["B"].compared

    def test_a_date_without_a_time_is_no_hour_the_list_was_dialled_at(self):
        frame = drawn(1, n=2000, contacts=700).assign(live=True)
        only_dates = (frame["list_id"] == "B") & (np.arange(len(frame)) % 10 > 0)
        clock = frame["local_started_at"]
        frame["local_started_at"] = clock.where(~only_dates, clock.dt.normalize())
        for kpi in ("conversion_per_conversation", "conversion_per_contact"):
            found = cs.compare(dataset(frame), kpi)
            assert "hours" not in gates(found)
            assert found["B"].compared

    def test_what_counts_contacts_is_refused_when_hours_are_far_apart(self):
        frame = self.data().assign(live=True)
        with pytest.raises(ComparisonRefused, match="different hours"):
            cs.compare(dataset(frame), "conversion_per_contact")

    def test_no_hour_in_common_is_refused(self):
        frame = drawn(1)
        evening = frame["list_id"] == "B"
        frame["local_started_at"] = pd.Timestamp("2026-09-01") + pd.to_timedelta(
            np.where(evening, 18, 10), "h"
        )
        with pytest.raises(ComparisonRefused, match="in common"):
            cs.compare(dataset(frame), "conversion_per_conversation")

    def test_hours_that_one_list_lacks_are_left_out_and_said(self):
        frame = self.data()
        late = frame.iloc[::4].copy()
        late["list_id"], late["local_started_at"] = "A", pd.Timestamp("2026-09-01 20:00")
        late["call_id"], late["contact_id"] = "late" + late["call_id"], "late" + late["contact_id"]
        found = cs.compare(dataset(pd.concat([frame, late])), "conversion_per_conversation")
        assert any("the rest is left out" in str(w) for w in found.warnings)


class TestDepth:
    def data(self, seed=2):
        """Reach falls with every attempt, alike on both lists; A was dialled six times, B twice."""
        rng = np.random.default_rng(seed)
        rows = []
        for contact in range(1000):
            name, reach = "AB"[contact % 2], rng.beta(2, 6)
            for attempt in range(1, 7 if name == "A" else 3):
                live = bool(rng.random() < reach * 0.7 ** (attempt - 1))
                rows.append((f"P{contact}", name, attempt, live))
                if live:
                    break
        frame = pd.DataFrame(rows, columns=["contact_id", "list_id", "attempt_no", "handled"])
        frame["closed"] = frame["handled"]
        frame["call_id"] = [str(i) for i in range(len(frame))]
        return frame.assign(direction="outbound", live=frame["handled"])

    def test_calls_are_compared_attempt_by_attempt(self):
        found = cs.compare(dataset(self.data()), "answer_rate")
        assert gates(found) >= {"depth", "strata"}
        assert found["B"].low < 0 < found["B"].high

    def test_as_they_are_the_younger_list_would_have_won(self):
        found = cs.compare(dataset(self.data()), "answer_rate", stratify=[])
        assert found["B"].low > 0
        assert "attempt" in str(next(w for w in found.warnings if w.gate == "depth"))

    def test_what_counts_contacts_is_refused_and_the_attempts_to_keep_are_named(self):
        with pytest.raises(ComparisonRefused, match="different depth") as error:
            cs.compare(dataset(self.data()), "reach_rate")
        assert "attempts 1 to 2" in str(error.value)

    def test_the_attempts_named_are_comparable(self):
        data = dataset(self.data()).where(attempt_no=[1, 2])
        found = cs.compare(data, "reach_rate")
        assert gates(found) == set()
        assert found["B"].low < 0 < found["B"].high

    def test_leads_never_dialled_make_a_conversion_per_lead_incomparable(self):
        frame = drawn(1, n=2000, contacts=600).assign(closed=False)
        contacts = pd.DataFrame({"contact_id": [f"P{i}" for i in range(3000)]})
        contacts["list_id"] = np.where(contacts.index % 2 == 1, "B", "A")
        contacts = contacts[(contacts["list_id"] == "B") | (contacts.index < 600)]
        with pytest.raises(ComparisonRefused, match="different depth"):
            cs.compare(dataset(frame, contacts=contacts), "conversion_per_lead")


class TestSplit:
    def data(self, loaded=(1000, 1000), dialled=(1.0, 1.0)):
        rows, calls = [], []
        for name, size, share in zip("AB", loaded, dialled, strict=True):
            for i in range(size):
                rows.append((f"{name}{i}", name))
                if i < share * size:
                    calls.append((f"{name}{i}", name, i % 4 == 0))
        contacts = pd.DataFrame(rows, columns=["contact_id", "list_id"])
        frame = pd.DataFrame(calls, columns=["contact_id", "list_id", "handled"])
        frame["call_id"] = frame["contact_id"]
        return dataset(frame.assign(direction="outbound"), contacts=contacts)

    def test_a_planned_split_that_is_off_is_told(self):
        found = cs.compare(self.data(loaded=(1000, 1300)), "answer_rate", split={"A": 1, "B": 1})
        assert gates(found) == {"split"}

    def test_lists_of_different_size_are_no_split_unless_it_was_planned(self):
        assert gates(cs.compare(self.data(loaded=(1000, 1300)), "answer_rate")) == set()

    def test_a_list_dialled_to_a_smaller_part_is_told(self):
        assert gates(cs.compare(self.data(dialled=(1.0, 0.6)), "answer_rate")) == {"split"}

    def test_a_departure_too_small_to_matter_is_not(self):
        assert gates(cs.compare(self.data(dialled=(1.0, 0.97)), "answer_rate")) == set()


class TestContactsOnBothLists:
    def test_calls_tell(self):
        frame = answers(1)
        frame.loc[frame.index % 40 == 0, "list_id"] = "A"
        found = cs.compare(dataset(frame), "answer_rate")
        assert gates(found) == {"both"}
        assert found["B"].compared

    def test_contacts_tell_before_any_was_dialled_twice(self):
        calls = answers(1)
        contacts = calls[["contact_id", "list_id"]].drop_duplicates()
        double = contacts[contacts["list_id"] == "A"].head(5).assign(list_id="B")
        found = cs.compare(dataset(calls, contacts=pd.concat([contacts, double])), "answer_rate")
        assert "contacts in both B and A: 5" in str(found.warnings[0])


class TestUnknown:
    def test_too_many_unknown_flags_refuse_the_arm(self):
        frame = answers(1).astype({"handled": "boolean"})
        frame.loc[frame["list_id"] == "B", "handled"] = pd.NA
        with pytest.raises(ComparisonRefused, match="handled is unknown"):
            cs.compare(dataset(frame), "answer_rate")

    def test_costs_that_name_no_list_are_shared_by_dials(self):
        costs = pd.DataFrame({
            "list_id": ["A", "B", None], "period": "2026-09", "kind": ["list", "list", "technical"],
            "amount": [10.0, 10.0, 500.0],
        })  # fmt: skip
        ds = dataset(answers(1), costs=costs)
        dials = cs.measure(ds, "dials", by="list_id").set_index("list_id")["value"]
        (row,) = cs.compare(ds, "cost_per_call").to_frame().itertuples()
        assert row.value == pytest.approx(10 / dials["B"] + 500 / dials.sum())
        assert row.control_value == pytest.approx(10 / dials["A"] + 500 / dials.sum())

    def test_an_empty_arm_is_refused(self):
        frame = drawn(1)
        frame.loc[frame["list_id"] == "B", "handled"] = False
        with pytest.raises(ComparisonRefused, match="B is empty"):
            cs.compare(dataset(frame), "conversion_per_conversation")

    def test_an_empty_control_is_refused_even_if_forced(self):
        frame = drawn(1)
        frame.loc[frame["list_id"] == "A", "handled"] = False
        with pytest.raises(ComparisonRefused, match="A is empty"):
            cs.compare(dataset(frame), "conversion_per_conversation", force=True)


class TestTotals:
    def test_a_total_says_that_size_counts(self):
        assert gates(cs.compare(dataset(drawn(1)), "revenue")) == {"total"}


def test_few_units_are_told():
    assert gates(cs.compare(two_shares(3, 6, 2, 300), "answer_rate")) == {"units"}
