"""The arms of a list test: columns, values and filters that make none are refused."""

from __future__ import annotations

import pytest

from callstats.answers.compare.ab_test_arms import find_arms
from callstats.errors import UsageError
from tests.answers.compare.ab_test_data import call, contact, data

PEOPLE = [contact("A1"), contact("A2"), contact("B1"), contact("B2")]
CALLS = [call("A2", 1, success=True, agent_id="ann"), call("B1", 1, handled=True, agent_id="bob")]


@pytest.mark.parametrize(
    ("arm", "control", "treatment", "message"),
    [
        ("list_id", "Z", None, "unknown list_id 'Z'"),
        ("list_id", "A", "Z", "unknown list_id 'Z'"),
        ("lst_id", "A", None, "unknown column 'lst_id'"),
        ("agent_id", "ann", None, "not assigned by agent_id"),
        ("success", "True", None, "not assigned by success"),
    ],
)
def test_arms_that_the_data_do_not_have_are_refused(arm, control, treatment, message):
    with pytest.raises(UsageError, match=message):
        find_arms(data(PEOPLE, CALLS), arm, control, treatment)


def test_with_several_other_lists_the_treatment_has_to_be_named():
    with pytest.raises(UsageError, match="2 values of list_id beside A: B, C"):
        find_arms(data([*PEOPLE, contact("C1")], CALLS), "list_id", "A")


def test_a_filter_that_contacts_cannot_follow_is_refused():
    ds = data(PEOPLE, CALLS).where(agent_id="ann")
    with pytest.raises(UsageError, match="narrowed by agent_id"):
        find_arms(ds, "list_id", "A")
