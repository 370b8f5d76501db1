"""Each rule finds what breaks it."""

from dataclasses import replace

import pytest

from callstats.kpis import get
from callstats.kpis.define import Condition, Count, Linear, Net, Predicate, Ratio, Sum, linear
from callstats.kpis.kpi_rules import clashes, implied_units, implies, part_of, problems
from callstats.kpis.predicates import DIALS, HANDLED, LIVE, LOGIN, SUCCESSES

ROI = get("roi")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "ROI"}, "snake case"),
        ({"name": "conversion_rate"}, "base of a conversion"),
        ({"name": "successes_per_hour"}, "base of a conversion"),
        ({"label": {"en": "ROI", "fr": " "}}, "none in fr, ru"),
        ({"question": "What is the ROI"}, "question mark"),
        ({"source": " "}, "source is named"),
        ({"direction": "sideways"}, "direction is 'sideways'"),
        ({"domain": "wealth"}, "domain is 'wealth'"),
        ({"unit": "s"}, "the unit follows from the formula"),
        ({"aliases": "ROI"}, "aliases are words"),
        ({"independence": "case"}, "case is in none of calls, costs"),
    ],
)
def test_a_broken_entry_is_told(change, sentence):
    assert any(sentence in problem for problem in problems(replace(ROI, **change)))


def test_a_proportion_of_what_is_not_in_it_is_told():
    formula = Ratio(linear(Count(DIALS)), linear(Count(HANDLED)), proportion=True)
    found = problems(replace(get("answer_rate"), formula=formula))
    assert any("all of the numerator of a proportion" in problem for problem in found)


def test_a_column_that_no_table_has_is_told_unless_it_is_the_firm_s_own():
    rows = Predicate("calls", "moody calls", (Condition("mood", "==", True),))
    kpi = replace(get("dials"), formula=Net(linear(Count(rows))))
    assert any("calls has no 'mood'" in problem for problem in problems(kpi))
    assert problems(kpi, {"calls": ["mood"]}) == ()


def test_seconds_and_money_cannot_be_added():
    mixed = Sum("value", SUCCESSES) + Sum("seconds", LOGIN)
    assert implied_units(Net(mixed)) == ()


@pytest.mark.parametrize(
    "name", ["roi", "profit_per_hour", "average_handle_time", "login_hours", "nps", "csat_mean"]
)
def test_units_follow_from_what_is_added_and_divided(name):
    assert get(name).unit in implied_units(get(name).formula)


def test_a_sum_of_seconds_over_3600_is_in_hours():
    assert implied_units(Net(Linear(((Sum("seconds", LOGIN), 1 / 3600),)))) == ("h",)


def test_a_narrower_predicate_implies_the_wider_and_not_the_reverse():
    assert implies(HANDLED, DIALS)
    assert not implies(DIALS, HANDLED)
    assert not implies(LIVE, HANDLED)


def test_a_value_of_a_list_implies_the_list():
    either = Predicate("agent_time", "busy", (Condition("state", "in", ("talk", "wrap")),))
    assert implies(Predicate("agent_time", "talk", (Condition("state", "==", "talk"),)), either)
    assert not implies(Predicate("agent_time", "wait", (Condition("state", "==", "wait"),)), either)


def test_a_count_is_never_part_of_a_sum():
    assert not part_of(Count(DIALS), Sum("value", DIALS))


def test_two_meanings_of_a_word_are_told_in_any_case():
    assert clashes([ROI, replace(ROI, name="other", aliases=("ROI",))])[0] == "'ROI' is roi and other"
