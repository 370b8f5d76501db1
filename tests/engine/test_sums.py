"""The sums of the engine, against plain loops over plain rows."""

import datetime as dt

import pandas as pd
import pytest

from callstats.config import Config
from callstats.dataset import Dataset
from callstats.engine import totals
from callstats.errors import UsageError
from callstats.kpis import catalogue
from callstats.kpis.define import Condition, Count, Distinct, Predicate, Setting, Sum
from callstats.kpis.evaluate import sums
from tests.engine import frames

CALLS = frames.calls()
TIME = frames.agent_time()

ALL = Predicate("calls", "calls")
HANDLED = ALL.also("handled", Condition("handled", "==", True))
TERMS = [
    Count(ALL),
    Count(HANDLED),
    Count(ALL.also("unhandled", Condition("handled", "==", False))),
    Count(ALL.also("not in spring", Condition("campaign_id", "!=", "spring"))),
    Count(ALL.also("long", Condition("talk_s", ">", 300))),
    Count(ALL.also("long or more", Condition("talk_s", ">=", 300), Condition("wrap_s", "<=", 30))),
    Count(ALL.also("quick", Condition("talk_s", "<", Setting("quick_s", 1)))),
    Count(ALL.also("ours", Condition("agent_id", "in", ("Ann", "Bob")))),
    Sum("talk_s", HANDLED.also("known", Condition("wrap_s", "known"))),
    Sum("value", ALL),
    Distinct(("contact_id",), ALL, "contacts"),
    Distinct(("contact_id",), HANDLED, "contacts reached"),
    Distinct(("agent_id", "day"), ALL, "shifts"),
    Distinct(("agent_id", "week"), HANDLED, "weeks"),
]
SETTINGS = {"quick_s": 120.0}


def dataset(engine: str) -> Dataset:
    tables = {"calls": frames.on(engine, "calls", CALLS), "agent_time": frames.on(engine, "agent_time", TIME)}
    return Dataset(tables, config=Config(settings=SETTINGS))


def by_hand(rows, terms=TERMS, table="calls"):
    return sums(terms, {table: rows}, SETTINGS)


@pytest.mark.parametrize("engine", frames.ENGINES)
class TestOnEveryEngine:
    def test_sums_are_those_of_plain_loops(self, engine):
        found = totals(dataset(engine), TERMS).iloc[0].to_dict()
        assert found == pytest.approx(by_hand(CALLS))

    def test_sums_by_columns_are_those_of_their_rows_and_null_is_a_group(self, engine):
        found = totals(dataset(engine), TERMS, by=["campaign_id", "list_id"])
        assert len(found) == 6
        for _, row in found.iterrows():
            campaign = None if pd.isna(row["campaign_id"]) else row["campaign_id"]
            rows = [r for r in CALLS if (r["campaign_id"], r["list_id"]) == (campaign, row["list_id"])]
            assert {t.key: row[t.key] for t in TERMS} == pytest.approx(by_hand(rows))

    @pytest.mark.parametrize(
        ("key", "read"),
        [
            ("hour", lambda t: t.hour),
            ("weekday", lambda t: t.isoweekday()),
            ("day", lambda t: t.date().isoformat()),
            ("week", lambda t: f"{t.isocalendar()[0]}-W{t.isocalendar()[1]:02d}"),
            ("month", lambda t: f"{t:%Y-%m}"),
        ],
    )
    def test_time_keys_are_read_off_the_clock(self, engine, key, read):
        found = totals(dataset(engine), [Count(ALL)], by=[key])
        expected: dict = {}
        for row in CALLS:
            clock = row["local_started_at"]
            group = None if clock is None else read(clock)
            expected[group] = expected.get(group, 0) + 1
        got = {None if pd.isna(k) else k: n for k, n in zip(found[key], found.iloc[:, 1], strict=True)}
        assert got == expected

    def test_the_whole_catalogue_of_two_tables_agrees(self, engine):
        ds = dataset(engine)
        terms = {
            t.key: t
            for kpi in catalogue().values()
            for t in kpi.terms
            if t.where.table == "agent_time" and t.columns <= {*TIME[0], "day", "week"}
        }
        found = totals(ds, terms.values()).iloc[0].to_dict()
        rows = TIME
        assert found == pytest.approx(by_hand(rows, terms.values(), "agent_time"))

    def test_every_sum_of_the_calls_in_the_catalogue_agrees(self, engine):
        terms = {
            t.key: t
            for kpi in catalogue().values()
            for t in kpi.terms
            if t.where.table == "calls" and t.columns <= {*CALLS[0]}
        }
        assert sum(isinstance(term, Distinct) for term in terms.values()) > 5
        found = totals(dataset(engine), terms.values(), by=["list_id"])
        for _, row in found.iterrows():
            rows = [r for r in CALLS if r["list_id"] == row["list_id"]]
            expected = sums(terms.values(), {"calls": rows})
            assert {key: row[key] for key in terms} == pytest.approx(expected)

    def test_a_filtered_data_set_sums_its_rows_only(self, engine):
        ds = dataset(engine).where(campaign_id="spring", period="2026-09")
        rows = [
            r
            for r in CALLS
            if r["campaign_id"] == "spring"
            and r["local_started_at"] is not None
            and r["local_started_at"] >= dt.datetime(2026, 9, 1)
        ]
        assert totals(ds, TERMS).iloc[0].to_dict() == pytest.approx(by_hand(rows))


def test_two_tables_are_joined_by_the_common_keys_and_absent_groups_count_nothing():
    hours = Sum("seconds", Predicate("agent_time", "login time"))
    ds = Dataset(
        {
            "calls": pd.DataFrame({"call_id": ["1", "2"], "agent_id": ["Ann", None]}),
            "agent_time": pd.DataFrame({"agent_id": ["Ann", "Bob"], "seconds": [10.0, 20.0]}),
        }
    )
    found = totals(ds, [Count(ALL), hours], by=["agent_id"])
    assert found["agent_id"].tolist()[:2] == ["Ann", "Bob"]
    assert found[Count(ALL).key].tolist() == [1, 0, 1]
    assert found[hours.key].tolist() == [10, 20, 0]


def test_a_table_without_the_key_is_named():
    ds = Dataset(
        {
            "agent_time": pd.DataFrame({"agent_id": ["Ann"], "seconds": [1.0]}),
            "calls": pd.DataFrame({"call_id": ["1"], "list_id": ["A"]}),
        }
    )
    with pytest.raises(UsageError, match="agent_time has no list_id"):
        totals(ds, [Sum("seconds", Predicate("agent_time", "login"))], by=["list_id"])


def test_an_unknown_key_names_the_near_ones():
    ds = Dataset({"calls": pd.DataFrame({"call_id": ["1"], "list_id": ["A"]})})
    with pytest.raises(UsageError, match="'list_id'"):
        totals(ds, [Count(ALL)], by=["listid"])


def test_a_key_that_the_data_lack_is_refused_with_the_reason():
    ds = Dataset({"calls": frames.on("arrow", "calls", CALLS)}, provenance={"lacks": {"hour": "dates only"}})
    with pytest.raises(UsageError, match="dates only"):
        totals(ds, [Count(ALL)], by=["hour"])


def test_no_rows_sum_to_nothing():
    empty = pd.DataFrame({"call_id": pd.Series([], dtype=str), "handled": pd.Series([], dtype=bool)})
    assert totals(Dataset({"calls": empty}), [Count(ALL), Count(HANDLED)]).iloc[0].tolist() == [0, 0]


@pytest.mark.parametrize("engine", frames.ENGINES)
def test_a_term_asked_for_twice_is_counted_once(engine):
    from callstats.engine.sums import sums_by_group
    from callstats.kpis.parts import CONTACTS_ATTEMPTED, CONTACTS_REACHED

    ds = Dataset({"calls": frames.on(engine, "calls", frames.calls())})
    once = sums_by_group(ds, [CONTACTS_ATTEMPTED, CONTACTS_REACHED], ("list_id",))
    twice = sums_by_group(ds, [CONTACTS_REACHED, CONTACTS_ATTEMPTED, CONTACTS_REACHED], ("list_id",))
    assert twice == once
