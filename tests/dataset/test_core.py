"""Narrowing a data set, and what its tables are then."""

import datetime as dt

import pandas as pd
import pytest

from callstats.dataset import Dataset
from callstats.errors import UsageError
from tests.engine import frames

CALLS = [
    # call, contact, list, campaign, agent, day
    ("1", "P", "A", "spring", "Ann", 1),
    ("2", "P", "A", "spring", None, 2),
    ("3", "Q", "A", "spring", "Bob", 30),
    ("4", "P", "B", "autumn", "Ann", 32),
    ("5", "R", "B", None, "Ann", 15),
]
CONTACTS = [("P", "A", "young"), ("P", "B", "old"), ("Q", "A", "old"), ("R", "B", None), ("S", "C", "old")]
COSTS = [("spring", "2026-08", 100.0), ("spring", "2026-09-01", 7.0), ("autumn", "2026-09", 50.0)]


def dataset(engine="duckdb", **more) -> Dataset:
    start = dt.datetime(2026, 7, 31, 10)
    calls = [
        {"call_id": c, "contact_id": p, "list_id": li, "campaign_id": k, "agent_id": a,
         "direction": "outbound", "attempt_no": i + 1, "handled": a is not None,
         "local_started_at": start + dt.timedelta(days=d)}
        for i, (c, p, li, k, a, d) in enumerate(CALLS)
    ]  # fmt: skip
    contacts = [{"contact_id": p, "list_id": li, "age": age} for p, li, age in CONTACTS]
    costs = [{"campaign_id": k, "period": p, "kind": "labour", "amount": a} for k, p, a in COSTS]
    scores = [{"call_id": c, "score": float(c)} for c in "1234"]
    times = [
        {"agent_id": "Ann", "local_start": start + dt.timedelta(days=d), "state": "talk", "seconds": 60.0}
        for d in (1, 32)
    ]
    tables = {
        "calls": calls,
        "contacts": contacts,
        "costs": costs,
        "evaluations": scores,
        "agent_time": times,
    }
    return Dataset({name: frames.on(engine, name, rows) for name, rows in tables.items()}, **more)


def column(data: Dataset, table: str, name: str, *keys: str) -> list:
    return sorted(data.table(table, *keys).select(name).collect("pandas").to_native()[name].tolist())


@pytest.mark.parametrize("engine", frames.ENGINES)
class TestOnEveryEngine:
    def test_a_value_narrows_the_calls(self, engine):
        assert column(dataset(engine).where(campaign_id="spring"), "calls", "call_id") == ["1", "2", "3"]

    def test_several_values_are_any_of_them(self, engine):
        data = dataset(engine).where(campaign_id=["spring", "autumn"])
        assert column(data, "calls", "call_id") == ["1", "2", "3", "4"]

    def test_a_period_cuts_by_the_clock(self, engine):
        assert column(dataset(engine).where(period="2026-08"), "calls", "call_id") == ["1", "2", "3", "5"]

    def test_scores_follow_their_calls(self, engine):
        data = dataset(engine).where(agent_id="Ann", period="2026-08")
        assert column(data, "evaluations", "score") == [1.0]

    def test_calls_are_narrowed_by_an_attribute_of_their_contact_on_their_list(self, engine):
        assert column(dataset(engine).where(age="old"), "calls", "call_id") == ["3", "4"]

    def test_costs_of_a_month_count_in_whole_months_and_of_a_day_in_any_period(self, engine):
        assert column(dataset(engine).where(period="2026-08"), "costs", "amount") == [100.0]
        assert column(dataset(engine).where(period="2026-08..2026-09"), "costs", "amount") == [
            7.0,
            50.0,
            100.0,
        ]
        assert column(dataset(engine).where(period="2026-08-02..2026-09-01"), "costs", "amount") == [7.0]

    def test_agent_time_is_cut_by_its_own_clock(self, engine):
        assert len(column(dataset(engine).where(period="2026-08"), "agent_time", "seconds")) == 1

    def test_contacts_are_not_cut_by_a_period(self, engine):
        assert len(column(dataset(engine).where(period="2026-08"), "contacts", "contact_id")) == 5

    def test_keys_are_joined_in_without_adding_rows(self, engine):
        data = dataset(engine)
        found = data.table("evaluations", "agent_id", "age").collect("pandas").to_native()
        assert sorted(found["call_id"]) == ["1", "2", "3", "4"]
        ages = dict(zip(found["call_id"], found["age"], strict=True))
        assert ages == {"1": "young", "2": "young", "3": "old", "4": "old"}

    def test_values_are_those_of_the_calls_within_the_filters(self, engine):
        assert dataset(engine).values("list_id") == ["A", "B"]
        assert dataset(engine).where(campaign_id="autumn").values("list_id") == ["B"]
        assert dataset(engine).values("age") == ["old", "young"]

    def test_the_span_is_from_the_first_day_to_the_last(self, engine):
        assert dataset(engine).span() == (dt.date(2026, 8, 1), dt.date(2026, 9, 1))

    def test_numbers_and_flags_may_be_written_as_text(self, engine):
        assert column(dataset(engine).where(attempt_no="2"), "calls", "call_id") == ["2"]
        assert column(dataset(engine).where(handled="false"), "calls", "call_id") == ["2"]


def test_a_contact_of_two_lists_is_one_contact_to_calls_without_a_list():
    calls = pd.DataFrame({"call_id": ["1", "2"], "contact_id": ["P", "Q"]})
    contacts = pd.DataFrame({"contact_id": ["P", "P"], "list_id": ["A", "B"], "age": ["x", "y"]})
    found = (
        Dataset({"calls": calls, "contacts": contacts}).table("calls", "age").collect("pandas").to_native()
    )
    assert found["call_id"].tolist() == ["1", "2"]
    assert found["age"].tolist()[0] == "x"


def test_narrowing_twice_must_pass_both():
    data = dataset().where(campaign_id=["spring", "autumn"]).where(campaign_id="spring")
    assert data.values("campaign_id") == ["spring"]
    assert str(dataset().where(period="2026-08").where(period="2026-08-01..2026-09-10").filters) == "2026-08"


def test_narrowing_leaves_the_data_set_as_it_was():
    data = dataset()
    data.where(campaign_id="spring")
    assert len(column(data, "calls", "call_id")) == 5


def test_nothing_given_narrows_nothing():
    assert not dataset().where(campaign_id=None).filters


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ({"campaign_id": "sprng"}, "'spring'"),
        ({"campain_id": "spring"}, "'campaign_id'"),
        ({"period": "2026-10"}, "2026-08-01 to 2026-09-01"),
        ({"campaign_id": "autumn", "period": "2026-08-02"}, "campaign_id autumn"),
        ({"handled": "perhaps"}, "true or false"),
        ({"attempt_no": "first"}, "a number"),
        ({"attempt_no": 99}, "unknown attempt_no"),
    ],
)
def test_what_is_not_there_is_refused_with_a_hint(where, says):
    with pytest.raises(UsageError, match=says):
        dataset().where(**where)


def test_periods_that_do_not_meet_are_refused():
    with pytest.raises(UsageError, match="outside"):
        dataset().where(period="2026-08").where(period="2026-09")


def test_a_list_that_was_never_dialled_is_known():
    assert column(dataset().where(list_id="C"), "contacts", "contact_id") == ["S"]


def test_tables_and_columns_are_told():
    data = dataset()
    assert data.has("calls", "agent_id")
    assert not data.has("calls", "age")
    assert data.reaches("calls", "age")
    assert data.reaches("evaluations", "hour")
    assert not data.reaches("agent_time", "list_id")
    assert data.where(list_id="A").unreached("agent_time") == ("list_id",)


def test_an_unknown_table_is_refused():
    with pytest.raises(UsageError, match="calls"):
        Dataset({"call": pd.DataFrame({"call_id": ["1"]})})
    with pytest.raises(UsageError, match="unknown table"):
        dataset().table("callbacks")
