"""The worked examples of the trade come out exactly."""

import math
from datetime import datetime

import pytest

from callstats.kpis import get
from callstats.kpis.define import Count, Distinct, Setting
from callstats.kpis.evaluate import evaluate, satisfies, sums, unknown_share
from callstats.kpis.predicates import ANSWERED_WITHIN, DIALS, LOGIN


def value(name, settings=None, **tables):
    kpi = get(name)
    return evaluate(kpi.formula, sums(kpi.terms, tables, settings))


def call(**flags):
    return {"direction": "outbound", **flags}


def inbound(handled, queue_s, abandoned=False):
    return {"direction": "inbound", "handled": handled, "queue_s": queue_s, "abandoned": abandoned}


# value 100 a success, 1 success an hour, cost 50 an hour, over 8 hours
EIGHT_HOURS = {
    "calls": [call(success=True, value=100.0, agent_id="a") for _ in range(8)] + [call(success=False)],
    "costs": [{"kind": "labour", "amount": 300.0}, {"kind": "technical", "amount": 100.0}],
    "agent_time": [{"state": "talk", "seconds": 3600.0, "agent_id": "a"} for _ in range(8)],
}


def test_roi_of_100_a_success_at_50_an_hour_is_100_percent():
    assert value("roi", **EIGHT_HOURS).value == 1.0


def test_profit_of_100_a_success_at_50_an_hour_is_50_an_hour():
    assert value("profit_per_hour", **EIGHT_HOURS) == (50.0, 400.0, 8.0)


def test_successes_per_login_hour_divide_by_hours_and_not_seconds():
    assert value("successes_per_login_hour", **EIGHT_HOURS) == (1.0, 8.0, 8.0)


# 1000 answered, 860 of them in 20 s; 60 abandoned, 20 in 20 s (10 of those in 5 s), 40 later
QUEUE = [
    *[inbound(True, 12.0)] * 860,
    *[inbound(True, 45.0)] * 140,
    *[inbound(False, 3.0, True)] * 10,
    *[inbound(False, 15.0, True)] * 10,
    *[inbound(False, 50.0, True)] * 40,
]


@pytest.mark.parametrize(
    ("variant", "percent"),
    [
        ("service_level_positive", 83.02),
        ("service_level_exclude_all", 86.00),
        ("service_level", 81.13),
        ("service_level_ignore_within", 82.69),
        ("service_level_short", 82.08),
    ],
)
def test_service_level_in_its_five_variants(variant, percent):
    assert round(100 * value(variant, calls=QUEUE).value, 2) == percent


def test_service_level_follows_the_time_a_project_sets():
    assert value("service_level", {"answer_within_s": 60}, calls=QUEUE).numerator == 1000


def test_service_level_leaves_out_answered_calls_whose_wait_is_unknown():
    assert value("service_level", calls=[*QUEUE, inbound(True, None)]).denominator == 1060


UK = [
    *[call(connected=True, live=True, handled=False, abandoned=True)] * 29,
    *[call(connected=True, live=True, handled=True, abandoned=False, agent_id="a")] * 9,
    *[call(connected=True, live=False, handled=False, abandoned=False, agent_id="a")] * 7,
    *[call(connected=True, live=False, handled=False, abandoned=False)] * 50,
]


def test_uk_abandonment_with_machines_is_16_3125_over_25_3125():
    assert value("abandon_rate_uk_machine", calls=UK).value == pytest.approx(16.3125 / 25.3125, abs=1e-15)
    assert round(100 * value("abandon_rate_uk_machine", calls=UK).value, 2) == 64.44


def test_uk_abandonment_without_machines_is_drops_over_drops_and_live():
    assert value("abandon_rate_outbound", calls=UK) == (29 / 38, 29, 38)


# 100 closed = 60 unreachable + 30 refusals + 10 successes
CLOSED = [
    *[call(contact_id=f"u{i}", closed=True, argued=False, success=False) for i in range(60)],
    *[call(contact_id=f"r{i}", closed=True, argued=True, success=False) for i in range(30)],
    *[call(contact_id=f"s{i}", closed=True, argued=True, success=True) for i in range(10)],
]


def test_ten_successes_of_a_hundred_closed_are_10_percent():
    assert value("success_rate_closed", calls=CLOSED) == (0.10, 10, 100)


def test_ten_successes_of_forty_argued_are_25_percent():
    assert value("success_rate_argued", calls=CLOSED) == (0.25, 10, 40)


def test_a_contact_that_bought_twice_counts_once_among_contacts_and_twice_among_calls():
    calls = [call(contact_id="c", argued=True, handled=True, success=True)] * 2
    assert value("success_rate_argued", calls=calls).value == 1.0
    assert value("conversion_per_conversation", calls=calls).numerator == 2


def test_eight_dials_a_contact_won_are_8():
    calls = [call(contact_id="c", success=i == 7) for i in range(8)]
    assert value("dials_per_success", calls=calls).value == 8.0


def test_handle_time_is_talk_hold_and_wrap_of_the_calls_whose_times_are_known():
    calls = [
        call(handled=True, talk_s=100, hold_s=20, wrap_s=30),
        call(handled=True, talk_s=200, hold_s=None, wrap_s=50),
        call(handled=True, talk_s=None, hold_s=None, wrap_s=50),
        call(handled=False, talk_s=5, wrap_s=5),
    ]
    assert value("average_handle_time", calls=calls) == (200.0, 400, 2)


def test_handle_time_without_a_hold_column_is_talk_and_wrap():
    assert value("average_handle_time", calls=[call(handled=True, talk_s=100, wrap_s=30)]).value == 130


def test_talk_time_leaves_out_calls_whose_talk_is_unknown():
    calls = [call(handled=True, talk_s=60), call(handled=True, talk_s=None)]
    assert value("average_talk_time", calls=calls).value == 60


def test_occupancy_leaves_pauses_out():
    states = {"talk": 50, "hold": 10, "wrap": 15, "wait": 25, "pause": 900}
    rows = [{"state": state, "seconds": seconds} for state, seconds in states.items()]
    assert value("occupancy", agent_time=rows).value == pytest.approx(0.75)
    assert value("pause_share", agent_time=rows).value == pytest.approx(0.9)


def test_net_promoter_score_is_promoters_less_detractors_of_a_hundred():
    scores = [*[10] * 50, *[9] * 10, *[7] * 20, *[6] * 15, *[0] * 5, None]
    assert value("nps", surveys=[{"kind": "nps", "score": s} for s in scores]).value == 40.0


def test_satisfaction_is_the_top_two_boxes_of_those_who_answered():
    surveys = [{"kind": "csat", "score": s} for s in (5, 4, 3, 1, None)] + [{"kind": "nps", "score": 9}]
    assert value("csat", surveys=surveys).value == 0.5
    assert value("csat_response_rate", surveys=surveys).value == 0.8
    assert value("csat_mean", surveys=surveys).value == 3.25


def test_cost_per_acquisition_leaves_the_price_of_the_list_out():
    calls = [call(success=True)] * 4
    kinds = ("labour", "advertising", "technical", "list")
    costs = [{"kind": kind, "amount": 40.0, "direction": "outbound"} for kind in kinds]
    costs.append({"kind": "labour", "amount": 900.0, "direction": "inbound"})
    assert value("cost_per_acquisition", calls=calls, costs=costs).value == 30.0
    assert value("cost_per_call", calls=calls, costs=costs).value == 40.0


def test_list_completion_counts_contacts_dialled_by_their_deadline():
    """Of four whose deadline is over, two were dialled by then; of the fifth nobody knows the loading."""
    due = {"a": True, "b": True, "c": False, "d": False}
    rows = [{"contact_id": c, "local_loaded_at": 0, "in_time": there} for c, there in due.items()]
    assert value("list_completion", deadlines=[*rows, {"contact_id": "e"}]) == (0.5, 2, 4)


def test_file_validity_is_one_less_the_invalid():
    calls = [call(contact_id=str(i), invalid_number=i == 0) for i in range(10)]
    assert value("file_validity", calls=calls).value == 0.9


def test_contacts_still_callable_are_the_loaded_less_the_closed():
    contacts = [{"contact_id": str(i)} for i in range(150)]
    assert value("remaining_callable", calls=CLOSED, contacts=contacts).value == 50


def test_first_call_close_counts_successes_on_the_first_live_call():
    calls = [
        call(contact_id="a", live=True, live_no=1, success=True),
        call(contact_id="b", live=True, live_no=1, success=False),
        call(contact_id="b", live=True, live_no=2, success=True),
        call(contact_id="c", live=False, live_no=None, success=False),
    ]
    assert value("first_call_close", calls=calls) == (0.5, 1, 2)


def test_time_to_resolution_is_in_hours():
    cases = [{"resolution_s": 7200.0}, {"resolution_s": 3600.0}, {"resolution_s": None}]
    assert value("time_to_resolution", cases=cases).value == pytest.approx(1.5)


def test_shifts_are_agents_and_days():
    rows = [
        {"agent_id": agent, "local_start": datetime(2026, 9, day, 9), "seconds": 60.0}
        for agent, day in [("a", 1), ("a", 1), ("a", 2), ("b", 1), ("a", 8)]
    ]
    assert value("calls_per_agent_shift", calls=[call()] * 8, agent_time=rows).denominator == 4
    assert value("calls_per_agent_week", calls=[call()] * 6, agent_time=rows).denominator == 3


def test_outbound_figures_never_see_an_inbound_call():
    calls = [call(handled=True), call(handled=False), inbound(True, 5.0)]
    assert value("answer_rate", calls=calls) == (0.5, 1, 2)
    assert value("calls_offered", calls=calls).value == 1


def test_unknown_flags_are_left_out_of_both_parts_and_counted():
    calls = [call(handled=True), call(handled=False), call(handled=None), call(handled=None)]
    kpi = get("answer_rate")
    found = sums(kpi.terms, {"calls": calls})
    assert evaluate(kpi.formula, found) == (0.5, 1, 2)
    assert unknown_share(kpi.formula, found) == 0.5


def test_a_contact_with_one_known_row_is_known():
    calls = [
        call(contact_id="a", live=True),
        call(contact_id="a", live=None),
        call(contact_id="b", live=None),
    ]
    kpi = get("reach_rate")
    found = sums(kpi.terms, {"calls": calls})
    assert evaluate(kpi.formula, found) == (1.0, 1, 1)
    assert unknown_share(kpi.formula, found) == 0.5


def test_nothing_over_nothing_is_nan_with_its_reason():
    found = value("answer_rate", calls=[])
    assert math.isnan(found.value)
    assert found.note == "undefined: the denominator is 0"


def test_an_unknown_sum_makes_the_value_unknown():
    kpi = get("answer_rate")
    found = evaluate(kpi.formula, {term.key: None for term in kpi.terms})
    assert found.note == "undefined: a sum is unknown"


def test_a_total_has_no_denominator():
    found = value("successes", calls=CLOSED)
    assert (found.value, found.note) == (10, "")
    assert math.isnan(found.denominator)


def test_a_quantile_is_refused_by_the_arithmetic_of_sums():
    with pytest.raises(TypeError, match="quantile"):
        evaluate(get("median_handle_time").formula, {})


def test_an_unknown_value_satisfies_no_condition():
    assert not satisfies({"direction": "inbound", "handled": True, "queue_s": math.nan}, ANSWERED_WITHIN, {})
    assert not satisfies({}, DIALS, {})


def test_equal_conditions_share_a_key_whatever_they_are_called():
    assert Count(DIALS).key == Count(DIALS.also("attempts")).key
    assert Distinct(("agent_id",), LOGIN, "x").key == Distinct(("agent_id",), LOGIN, "y").key


def test_a_setting_is_brought_to_the_unit_of_its_column():
    assert Setting("list_deadline_h", 8, scale=3600).value({"list_deadline_h": 2}) == 7200
