"""Values, intervals and notes of cs.measure."""

from __future__ import annotations

import datetime as dt
from math import isnan, nan

import pandas as pd
import pytest

import callstats as cs
from callstats.config import Config
from callstats.dataset import Dataset
from callstats.errors import UsageError
from callstats.kpis import catalogue, get
from callstats.kpis.define import KPI, Condition, Count, Net, Predicate, Sum, linear
from callstats.stats import proportion_interval
from tests.engine import frames


def calls(n: int = 0, **columns) -> pd.DataFrame:
    """Return outbound calls of different contacts on one morning, with the columns given."""
    n = n or max(len(values) for values in columns.values())
    base = {
        "call_id": [str(i) for i in range(n)],
        "contact_id": [f"P{i}" for i in range(n)],
        "direction": ["outbound"] * n,
        "local_started_at": [dt.datetime(2026, 9, 14, 9) + dt.timedelta(minutes=i) for i in range(n)],
    }
    frame = pd.DataFrame({**base, **columns})
    return frame.astype({name: "boolean" for name, values in columns.items() if _flags(values)})


def _flags(values) -> bool:
    return all(v is None or isinstance(v, bool) for v in values)


def row(data, kpi, **options) -> pd.Series:
    data = data if isinstance(data, Dataset) else cs.open({"calls": data})
    found = cs.measure(data, kpi, **options)
    assert len(found) == 1
    return found.iloc[0]


class TestValues:
    def test_a_rate_is_a_ratio_of_sums(self):
        found = row(calls(handled=[True, False, False, True, False]), "answer_rate")
        assert (found["value"], found["numerator"], found["denominator"]) == (0.4, 2, 5)

    def test_money_worked_example_one_success_an_hour_worth_100_at_50(self):
        start = dt.datetime(2026, 9, 14, 9)
        ds = Dataset(
            {
                "calls": calls(
                    success=[True, True], handled=[True, True], value=[100.0, 100.0], agent_id=["a", "b"]
                ),
                "agent_time": pd.DataFrame(
                    {"agent_id": ["a", "b"], "state": "talk", "seconds": 3600.0, "local_start": start}
                ),
                "costs": pd.DataFrame({"period": ["2026-09-14"], "kind": ["labour"], "amount": [100.0]}),
            }
        )
        found = cs.measure(ds, ["roi", "profit_per_hour", "profit"]).set_index("kpi")["value"]
        assert found.to_dict() == {"roi": 1.0, "profit_per_hour": 50.0, "profit": 100.0}

    def test_rows_are_sorted_by_group_then_in_the_order_asked(self):
        data = calls(handled=[True, False, True], live=[True] * 3, list_id=["B", "A", None])
        found = cs.measure(cs.open({"calls": data}), ["contact_rate_dial", "answer_rate"], by="list_id")
        assert found["kpi"].tolist() == ["contact_rate_dial", "answer_rate"] * 3
        assert found["list_id"].fillna("-").tolist() == ["A", "A", "B", "B", "-", "-"]
        assert list(found.columns) == [
            "list_id", "kpi", "value", "low", "high", "numerator", "denominator", "n", "note",
        ]  # fmt: skip

    def test_every_engine_measures_the_same(self):
        rows, times = frames.calls(), frames.agent_time()
        found = [
            cs.measure(
                cs.open(
                    {"calls": frames.on(e, "calls", rows), "agent_time": frames.on(e, "agent_time", times)}
                ),
                catalogue(),
                by=["campaign_id", "month"],
            )
            for e in frames.ENGINES
        ]
        for other in found[1:]:
            pd.testing.assert_frame_equal(found[0], other, check_dtype=False)

    def test_a_kpi_of_ones_own_is_measured(self):
        long = Predicate("calls", "long calls", (Condition("talk_s", ">", 60.0),))
        words = dict.fromkeys(("en", "fr", "ru"), "Long calls")
        own = KPI("long", words, "How many?", Net(linear(Count(long))), "n", "up", "reach", "contact", "us")
        assert row(calls(talk_s=[30.0, 90.0, 120.0]), own)["value"] == 2

    def test_an_alias_is_answered_under_the_kpis_name(self):
        assert row(calls(talk_s=[1.0], wrap_s=[1.0], handled=[True]), "aht")["kpi"] == "average_handle_time"

    def test_scores_are_asked_by_the_agent_of_their_call(self):
        ds = Dataset(
            {
                "calls": calls(agent_id=["Ann", "Bob"]),
                "evaluations": pd.DataFrame({"call_id": ["0", "0", "1"], "score": [4.0, 5.0, 2.0]}),
            }
        )
        found = cs.measure(ds, "quality_score", by="agent_id")
        assert dict(zip(found["agent_id"], found["value"], strict=True)) == {"Ann": 4.5, "Bob": 2.0}

    def test_quantiles_come_without_an_interval(self):
        data = calls(handled=[True] * 3, talk_s=[10.0, 20.0, 90.0], wrap_s=[0.0] * 3)
        found = row(data, "median_handle_time")
        assert (found["value"], found["n"]) == (20, 3)
        assert isnan(found["low"])
        assert "no interval" in found["note"]


class TestIntervals:
    def test_contacts_that_count_once_get_wilson(self):
        data = calls(handled=[True] * 3 + [False] * 7)
        found = row(data, "answer_rate")
        wilson = proportion_interval(3, 10)
        assert (found["low"], found["high"]) == pytest.approx((wilson.low, wilson.high))
        # Wilson (1927) for 3 of 10, as computed from the formula by hand
        assert (found["low"], found["high"]) == pytest.approx((0.10779, 0.60322), abs=1e-5)

    def test_calls_that_come_several_to_a_contact_widen_the_interval(self):
        handled = [True] * 8 + [False] * 8
        apart = row(calls(handled=handled), "answer_rate")
        data = calls(handled=handled)
        data["contact_id"] = ["P", "Q", "R", "S"] * 2 + ["T", "U", "V", "W"] * 2
        together = row(data, "answer_rate")
        assert together["n"] == 8
        assert together["high"] - together["low"] > apart["high"] - apart["low"]

    @pytest.mark.parametrize("handled", [[True] * 6, [False] * 6])
    def test_none_or_all_has_an_interval(self, handled):
        data = calls(handled=handled)
        data["contact_id"] = ["P", "P", "Q", "Q", "R", "S"]
        found = row(data, "answer_rate")
        assert 0 <= found["low"] < found["high"] <= 1

    def test_more_confidence_is_wider(self):
        data = calls(handled=[True, False, True, False, False])
        wide, narrow = (row(data, "answer_rate", confidence=c) for c in (0.99, 0.8))
        assert wide["low"] < narrow["low"] < narrow["high"] < wide["high"]

    def test_one_unit_has_no_interval_and_a_note_says_so(self):
        data = calls(handled=[True, False])
        data["contact_id"] = "P"
        found = row(data, "answer_rate")
        assert found["value"] == 0.5
        assert isnan(found["low"])
        assert "one independent unit" in found["note"]

    def test_units_that_are_all_alike_have_no_interval(self):
        data = calls(handled=[True] * 3, talk_s=[60.0] * 3, agent_id=["a", "b", "c"])
        found = row(data, "average_talk_time")
        assert isnan(found["high"])
        assert "agent-days are alike" in found["note"]

    def test_without_intervals_no_units_are_counted(self):
        found = row(calls(handled=[True, False]), "answer_rate", interval=False)
        assert found["value"] == 0.5
        assert isnan(found["low"])
        assert isnan(found["n"])

    def test_rows_stand_for_units_that_the_data_do_not_tell(self):
        data = calls(handled=[True, False, True]).drop(columns="contact_id")
        found = row(data, "answer_rate")
        assert found["n"] == 3
        assert "rows taken as independent: no contact_id" in found["note"]

    def test_a_table_that_is_not_told_apart_is_taken_as_exact(self):
        costs = pd.DataFrame({"period": ["2026-09"], "kind": ["labour"], "amount": [90.0]})
        ds = Dataset({"calls": calls(success=[True, False, True, False]), "costs": costs})
        found = row(ds, "cost_per_acquisition")
        assert found["value"] == 45
        assert "costs taken as exact" in found["note"]
        assert found["low"] < 45 < found["high"]


class TestWhatIsUnknown:
    def test_a_missing_column_is_named(self):
        found = row(calls(handled=[True]), "average_talk_time")
        assert isnan(found["value"])
        assert found["note"] == "not computable: needs calls.talk_s"

    def test_a_missing_table_is_named(self):
        assert row(calls(handled=[True]), "occupancy")["note"] == "not computable: needs agent_time"

    def test_a_table_without_the_key_is_named(self):
        times = pd.DataFrame({"agent_id": ["a"], "state": ["talk"], "seconds": [60.0]})
        ds = Dataset({"calls": calls(success=[True], list_id=["A"]), "agent_time": times})
        found = row(ds, "successes_per_login_hour", by="list_id")
        assert "agent_time has no list_id" in found["note"]

    def test_a_filter_that_does_not_reach_a_table_is_named(self):
        times = pd.DataFrame({"agent_id": ["a"], "state": ["talk"], "seconds": [60.0]})
        ds = Dataset({"calls": calls(success=[True], list_id=["A"]), "agent_time": times})
        assert "agent_time has no list_id" in row(ds.where(list_id="A"), "occupancy")["note"]

    def test_a_flag_unknown_on_most_rows_is_not_a_rate(self):
        found = row(calls(handled=[None, None, None, True, False]), "answer_rate")
        assert isnan(found["value"])
        assert found["note"] == "not computable: handled is unknown for 60 % of dials"

    def test_a_few_unknown_flags_are_left_out_and_counted(self):
        found = row(calls(handled=[None] + [True] * 10 + [False] * 14), "answer_rate")
        assert (found["numerator"], found["denominator"]) == (10, 24)
        assert found["note"] == "1 of 25 dials left out: handled unknown"

    def test_the_tolerance_is_the_projects(self):
        data = calls(handled=[None, True, False, True])
        ds = cs.open({"calls": data}, config=Config(unknown_tolerance=0.3))
        assert row(ds, "answer_rate")["value"] == pytest.approx(2 / 3)

    def test_an_unknown_value_is_not_worth_nothing(self):
        found = row(calls(success=[True, True], value=[nan, 5.0]), "revenue")
        assert isnan(found["value"])
        assert found["note"] == "not computable: value is unknown for 50 % of successes"

    def test_a_column_that_may_be_missing_counts_as_nothing_and_the_note_says_so(self):
        found = row(calls(handled=[True], talk_s=[60.0], wrap_s=[10.0]), "average_handle_time")
        assert found["value"] == 70
        assert "hold_s" in found["note"]

    def test_nothing_to_divide_by_is_said(self):
        found = row(calls(handled=[False, False], success=[False, False]), "conversion_per_conversation")
        assert isnan(found["value"])
        assert found["note"] == "undefined: no handled calls"

    def test_every_kpi_of_the_catalogue_is_answered_on_the_smallest_data(self):
        found = cs.measure(cs.open({"calls": calls(1)}), catalogue())
        assert found["kpi"].tolist() == list(catalogue())
        assert (found["value"].notna() | (found["note"] != "")).all()


class TestRefusals:
    def test_an_unknown_kpi_names_the_near_ones(self):
        with pytest.raises(UsageError, match="answer_rate"):
            cs.measure(cs.open({"calls": calls(1)}), "anser_rate")

    def test_an_unknown_column_names_the_near_ones(self):
        with pytest.raises(UsageError, match="contact_id"):
            cs.measure(cs.open({"calls": calls(1)}), "dials", by="contactid")

    def test_no_kpi_is_no_question(self):
        with pytest.raises(UsageError, match="no KPI"):
            cs.measure(cs.open({"calls": calls(1)}), [])


def test_sums_with_a_weight_keep_it():
    spent = Sum("talk_s", Predicate("calls", "calls"))
    words = dict.fromkeys(("en", "fr", "ru"), "Weighted")
    own = KPI("w", words, "How?", Net(2.0 * spent - Count(spent.where)), "n", "up", "reach", "contact", "us")
    assert row(calls(talk_s=[1.0, 2.0]), own)["value"] == 4
    assert get("dials").name == "dials"
