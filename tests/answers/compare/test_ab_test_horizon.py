"""Who counts in which arm of a list test, and what became of them within the horizon: by hand."""

from __future__ import annotations

import pytest

from callstats.answers.compare.ab_test_arms import find_arms
from callstats.answers.compare.ab_test_horizon import Trial, follow
from callstats.errors import UsageError
from tests.answers.compare.ab_test_data import call, contact, data
from tests.engine import frames

#: A1 never dialled, A2 won on day 1, A3 won on day 9; B1 won twice, B2 reached, B3 loaded on day 10.
PEOPLE = [*map(contact, ("A1", "A2", "A3", "B1", "B2")), contact("B3", loaded=10)]
CALLS = [
    call("A2", 1, success=True, agent_id="ann", talk_s=120.0, wrap_s=30.0, value=50.0),
    call("A3", 2, attempt_no=1),
    call("A3", 9, success=True, attempt_no=2),
    call("B1", 1, success=True, value=40.0, agent_id="ann"),
    call("B1", 3, success=True, value=60.0, agent_id="bob"),
    call("B2", 2, handled=True),
    call("B3", 11, success=True, loaded=10),
    call("B2", 12, attempt_no=2),
]


def trial(people=PEOPLE, calls=CALLS, days=7, engine="pandas", arm="list_id", **where) -> Trial:
    ds = data(people, calls, engine=engine)
    ds = ds.where(**where) if where else ds
    return follow(ds, find_arms(ds, arm, "A", "B"), days)


def by_arm(found: Trial, column: str) -> list[float]:
    return [float(found.done.loc[found.done["treated"] == arm, column].sum()) for arm in (False, True)]


@pytest.mark.parametrize("engine", frames.ENGINES)
def test_contacts_of_an_arm_are_those_loaded_with_what_they_did_within_the_horizon(engine):
    found = trial(engine=engine)
    # Seven days: A3's success on day 9 is too late; B3 was loaded on day 10 and is open on day 12.
    assert found.sizes(found.contacts) == (3, 3)
    assert found.sizes(found.done) == (3, 2)
    assert by_arm(found, "won") == [1, 1]
    assert by_arm(found, "reached") == [1, 2]
    assert by_arm(found, "dials") == [2, 3]
    assert by_arm(found, "value") == [50, 100]
    assert by_arm(found, "seconds") == [150, 180]


def test_a_success_on_the_last_second_of_the_horizon_is_too_late():
    people = [contact("A1"), contact("B1")]
    calls = [call("A1", 6, 7.999, success=True), call("B1", 7, 8, success=True), call("B1", 8)]
    assert by_arm(trial(people, calls, days=7), "won") == [1, 0]


def test_the_horizon_is_over_on_the_day_as_many_days_after_loading():
    people = [contact("A1", loaded=5), contact("A2", loaded=6), contact("B1", loaded=5)]
    found = trial(people, [call("A1", 12, loaded=5)], days=7)
    assert found.sizes(found.done) == (1, 1)


def test_a_contact_in_both_arms_is_left_out_and_counted():
    people = [*PEOPLE, contact("A2", "B")]
    found = trial(people)
    assert found.left_out.both == 1
    assert found.sizes(found.contacts) == (2, 3)
    assert by_arm(found, "won") == [0, 1]


def test_a_contact_dialled_under_the_other_arm_counts_where_it_was_assigned():
    found = trial(calls=[*CALLS, call("A1", 1, success=True, list_id="B")])
    assert found.left_out.crossed == 1
    assert by_arm(found, "won") == [2, 1]


def test_dials_of_a_third_list_are_no_result_of_the_test():
    people = [*PEOPLE, contact("A1", "C")]
    found = trial(people, [*CALLS, call("A1", 1, success=True, list_id="C")])
    assert by_arm(found, "won") == [1, 1]


def test_contacts_dialled_without_having_been_loaded_are_left_out_and_counted():
    found = trial(calls=[*CALLS, call("A9", 1, success=True), call("A9", 2)])
    assert found.left_out.strangers == 1
    assert by_arm(found, "won") == [1, 1]


def test_calls_received_are_no_dials():
    received = call("A1", 1, success=True) | {"direction": "inbound"}
    assert by_arm(trial(calls=[*CALLS, received]), "won") == [1, 1]


def test_the_age_of_a_call_follows_from_its_times_where_it_was_not_derived():
    calls = [{k: v for k, v in one.items() if k != "since_loaded_s"} for one in CALLS]
    assert by_arm(trial(calls=calls), "won") == [1, 1]


@pytest.mark.parametrize("engine", frames.ENGINES)
def test_without_a_time_of_loading_contacts_are_followed_from_their_first_dial(engine):
    people = [one | {"loaded_at": None} for one in PEOPLE]
    calls = [one | {"since_loaded_s": None} for one in CALLS]
    found = trial(people, calls, engine=engine)
    assert found.left_out.undated == 6
    # A3: from the first dial on day 2 to day 9 are exactly seven days, too late by nothing.
    assert by_arm(found, "won") == [1, 1]
    # A1, never dialled, starts with its arm on day 1; B3 starts on day 11.
    assert found.sizes(found.done) == (3, 2)


def test_one_contact_without_a_time_of_loading_is_followed_from_its_first_dial():
    people = [contact("A1"), contact("A2", loaded=None), contact("B1")]
    calls = [call("A2", 6, loaded=None), call("A2", 8, success=True, loaded=None), call("B1", 20)]
    found = trial(people, calls)
    assert found.left_out.undated == 1
    assert by_arm(found, "won") == [1, 0]


@pytest.mark.parametrize("engine", frames.ENGINES)
def test_without_contacts_only_those_dialled_are_known(engine):
    found = trial(None, CALLS, engine=engine)
    assert found.sizes(found.contacts) == (2, 3)
    assert found.arms.table == "calls"


def test_contacts_loaded_before_the_period_are_left_out():
    people = [*PEOPLE, contact("A4", loaded=-3)]
    found = trial(people, [*CALLS, call("A4", 1, success=True, loaded=-3)], period="2026-09")
    assert found.left_out.early == 1
    assert by_arm(found, "won") == [1, 1]


def test_contacts_dialled_before_the_data_begin_are_counted():
    found = trial(calls=[*CALLS, call("A1", 3, attempt_no=4)])
    assert found.left_out.earlier == 1


def test_days_of_loading_are_those_of_the_site():
    # Loaded at 23:00 UTC on 31 August, which is 1 September in Paris.
    import datetime as dt

    from callstats.dataset import Dataset

    late = contact("A1") | {"loaded_at": dt.datetime(2026, 8, 31, 23, tzinfo=dt.UTC)}
    ds = data([late, contact("B1")], [call("A1", 1), call("B1", 7)])
    paris = Dataset(ds.frames, provenance={"time_zone": "Europe/Paris"})
    for one, complete in ((ds, 2), (paris, 2)):
        assert len(follow(one, find_arms(one, "list_id", "A"), 7).done) == complete
    early = data([late, contact("B1")], [call("A1", 1), call("B1", 6, 23)])
    paris = Dataset(early.frames, provenance={"time_zone": "Europe/Paris"})
    assert len(follow(early, find_arms(early, "list_id", "A"), 7).done) == 1
    assert len(follow(paris, find_arms(paris, "list_id", "A"), 7).done) == 0


def test_times_of_loading_without_a_zone_are_those_of_utc():
    import pandas as pd

    from callstats.dataset import Dataset

    ds = data(PEOPLE, CALLS)
    contacts = ds.frames["contacts"].collect("pandas").to_native()
    naive = contacts.assign(loaded_at=pd.to_datetime(contacts["loaded_at"]).dt.tz_localize(None))
    found = Dataset({"calls": ds.frames["calls"], "contacts": naive})
    assert by_arm(follow(found, find_arms(found, "list_id", "A"), 7), "won") == [1, 1]


def test_a_dial_that_reached_nobody_is_no_unknown_success():
    silent = [one if one["handled"] else one | {"success": None} for one in CALLS]
    assert trial(calls=silent).unknown == 0
    assert trial(calls=[one | {"success": None} for one in CALLS]).unknown > 0.5


def test_an_arm_may_be_an_attribute_of_the_contact():
    people = [one | {"arm": {"A": "old", "B": "new"}[one["list_id"]]} for one in PEOPLE]
    ds = data(people, CALLS)
    found = follow(ds, find_arms(ds, "arm", "old"), 7)
    assert by_arm(found, "won") == [1, 1]


def test_the_last_agent_who_spoke_with_a_contact_is_kept():
    found = trial()
    assert found.contacts.loc[found.contacts["dials"] == 2, "agent"].tolist() == ["bob"]


@pytest.mark.parametrize("days", [0, -1, 2.5])
def test_a_horizon_is_whole_days(days):
    with pytest.raises(UsageError, match="horizon"):
        trial(days=days)
