"""Whether the split of a list test is said to be sound when it is, and not when it is not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from callstats.answers.compare.ab_test_arms import find_arms
from callstats.answers.compare.ab_test_horizon import follow
from callstats.answers.compare.ab_test_split import Split, apart, split
from callstats.answers.core.voice import Voice
from callstats.errors import UsageError
from tests.answers.compare.ab_test_data import call, contact, data


def checked(people, calls, expected=None, arm="list_id", control="A") -> Split:
    ds = data(people, calls)
    return split(follow(ds, find_arms(ds, arm, control), 7), Voice(), ("A", "B"), expected)


def lists(a: int, b: int, **more):
    return [contact(f"{arm}{k}", **more) for arm, n in (("A", a), ("B", b)) for k in range(n)]


def dialled(people, **more):
    return [call(one["contact_id"], 1, **more) for one in people] + [call(people[0]["contact_id"], 9)]


def texts(found: Split) -> str:
    return " ".join(s.text for s in found.sentences)


def test_lists_of_unlike_size_are_no_broken_split_while_no_plan_is_known():
    people = lists(400, 200)
    found = checked(people, dialled(people))
    assert found.loaded == (400, 200)
    assert found.loaded_check is None
    assert found.broken == ""
    assert "Nothing was found against the split. Looked at: days of loading" in texts(found)


def test_a_split_off_its_plan_is_broken():
    people = lists(400, 200)
    found = checked(people, dialled(people), expected=(1, 1))
    # 400 of 600 against 300: chi-square 100^2 / 300 * 2 = 66.7.
    assert found.loaded_check.statistic == pytest.approx(66.667, abs=0.001)
    assert "66.7% of the contacts are in A, planned were 50.0%" in found.broken
    assert found.sentences[0].tone == "bad"


def test_an_arm_dealt_at_random_is_expected_to_be_even():
    people = [contact(f"A{k}", arm="A") | {"arm": "x" if k < 400 else "y"} for k in range(600)]
    assert checked(people, dialled(people), arm="arm", control="x").broken != ""


def test_a_list_that_was_served_first_is_noticed():
    people = lists(300, 300)
    calls = dialled([one for one in people if one["list_id"] == "A" or int(one["contact_id"][1:]) < 100])
    found = checked(people, calls)
    assert found.dialled == (300, 100)
    assert "75.0% of the contacts dialled are in A, of those loaded 50.0%" in texts(found)


def test_different_depth_is_noticed():
    people = lists(50, 50)
    calls = dialled(people) + [call(f"B{k}", 2, attempt_no=2) for k in range(50)]
    assert "different depth: 1.0 and 2.0 dials to a contact not reached" in texts(checked(people, calls))


def test_a_list_that_is_done_with_sooner_was_not_dialled_less_deep():
    people = lists(50, 50)
    calls = [call(f"A{k}", day, attempt_no=day) for k in range(50) for day in (1, 2)]
    calls += [call(f"B{k}", 1, live=k < 40) for k in range(50)] + [
        call(f"B{k}", 2, attempt_no=2) for k in range(40, 50)
    ]
    found = checked(people, [*calls, call("A1", 9)])
    assert found.dials == (2.0, 1.2)
    assert "depth" not in texts(found)


def test_different_hours_are_noticed():
    people = lists(100, 100)
    calls = [call(one["contact_id"], 1, 10 if one["list_id"] == "A" else 18) for one in people]
    found = checked(people, [*calls, call("A1", 9)])
    assert found.hours.share == pytest.approx(1.0)
    assert "different hours (100% of the dials apart)" in texts(found)


def test_agents_of_one_arm_only_make_the_arms_incomparable():
    people = lists(100, 100)
    calls = [call(one["contact_id"], 1, handled=True, agent_id=f"of {one['list_id']}") for one in people]
    found = checked(people, [*calls, call("A1", 9)])
    assert found.nested
    assert "each group has its own agents, and fewer than 10 of them (1)" in found.broken


def test_many_agents_of_one_arm_only_are_a_caution():
    people = lists(200, 200)
    calls = [
        call(one["contact_id"], 1, handled=True, agent_id=f"{one['list_id']}{k % 12}")
        for k, one in enumerate(people)
    ]
    found = checked(people, [*calls, call("A1", 9)])
    assert (found.broken, found.nested) == ("", True)
    assert "they are part of what is compared" in texts(found)


def test_agents_who_share_both_arms_but_not_evenly_are_noticed():
    people = lists(200, 200)
    agents = {"A": ["ann"] * 9 + ["bob"], "B": ["ann"] + ["bob"] * 9}
    calls = [
        call(one["contact_id"], 1, handled=True, agent_id=agents[one["list_id"]][k % 10])
        for k, one in enumerate(people)
    ]
    assert "different agents (80% of the conversations apart)" in texts(
        checked(people, [*calls, call("A1", 9)])
    )


def test_balance_is_the_difference_in_standard_deviations():
    people = [contact(f"A{k}", age=40 + 10 * (k % 2)) for k in range(10)]
    people += [contact(f"B{k}", age=42 + 10 * (k % 2)) for k in range(10)]
    (age,) = checked(people, dialled(people)).balance
    # Both arms spread by 5 about their means of 45 and 47.
    assert (age.name, age.control, age.treatment) == ("age", 45, 47)
    assert age.difference == pytest.approx(0.4)


def test_of_a_text_the_level_that_differs_most_is_told():
    people = [contact(f"A{k}", region="north" if k < 5 else "south") for k in range(10)]
    people += [contact(f"B{k}", region=["north", "south", "west"][min(k // 4, 2)]) for k in range(10)]
    (region,) = checked(people, dialled(people)).balance
    # West: none of ten against two of ten, spread sqrt((0 + 0.16) / 2).
    assert region.level == "west"
    assert region.difference == pytest.approx(0.2 / math.sqrt(0.08))


def test_what_lists_differ_in_is_part_of_what_is_compared():
    people = [contact(f"{arm}{k}", score=(arm == "B") + k % 2) for arm in "AB" for k in range(50)]
    assert "The lists differ in score: that is part of what is compared." in texts(
        checked(people, dialled(people))
    )


def test_what_random_arms_differ_in_is_a_doubt():
    people = [
        contact(f"A{k}", arm="A") | {"arm": "xy"[k % 2], "score": 3 * (k % 2) + k % 3} for k in range(90)
    ]
    found = checked(people, dialled(people), arm="arm", control="x")
    assert any(s.tone == "unknown" and "known before: score" in s.text for s in found.sentences)


def test_attributes_that_are_the_same_for_all_or_names_are_no_attributes():
    people = [contact(f"{arm}{k}", one=1, label=f"{arm}{k}", none=None) for arm in "AB" for k in range(50)]
    assert checked(people, dialled(people)).balance == ()


def test_an_arm_whose_contacts_are_all_in_both_is_refused():
    people = [contact("A1"), contact("B1"), contact("B1", "A")]
    with pytest.raises(UsageError, match="no contact of B is left"):
        checked(people, dialled(people))


def test_without_contacts_it_is_said_that_those_never_dialled_are_missing():
    people = lists(30, 30)
    found = checked(None, dialled(people))
    assert "those never dialled are unknown and missing" in texts(found)
    assert found.dialled_check is None


def test_work_in_different_places_is_all_apart():
    found = apart(np.array([30.0, 0.0]), np.array([0.0, 10.0]))
    assert (found.share, found.shared, found.fewest) == (1.0, 0.0, 1)


def test_no_work_in_an_arm_says_nothing():
    assert math.isnan(apart(np.array([1.0]), np.array([0.0])).share)


def test_a_split_shows_itself_and_its_numbers():
    people = lists(30, 30)
    found = checked(people, dialled(people))
    assert found.to_frame()["check"].tolist()[:3] == [
        "contacts loaded",
        "contacts dialled",
        "dials per contact",
    ]
    assert "Contacts loaded" in str(found)
