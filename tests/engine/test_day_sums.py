"""The sums of KPIs by day."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from callstats.dataset import Dataset
from callstats.engine import moments
from callstats.engine.day_sums import day_sums
from callstats.kpis import get


def calls(*rows):
    """Return dials: contact, day of September, handled, success, value."""
    frame = pd.DataFrame(rows, columns=["contact_id", "day", "handled", "success", "value"])
    clock = [dt.datetime(2026, 9, day, 10) for day in frame.pop("day")]
    made = frame.assign(direction="outbound", live=frame["handled"], list_id="A", local_started_at=clock)
    return made.assign(call_id=made.index.astype(str), value=made["value"].astype(float))


ROWS = calls(
    ("P", 1, False, False, None),
    ("P", 2, True, True, 30),
    ("Q", 1, True, False, None),
    ("Q", 1, True, True, 10),
    ("R", 2, False, False, None),
)


def found(kpi, by=(), data=None, **tables):
    ds, one = Dataset({"calls": ROWS if data is None else data, **tables}), get(kpi)
    sums = moments(ds, [one], by)
    return {group: own.get(kpi) for group, own in day_sums(ds, [one], by, sums).items()}, sums


def test_dials_are_counted_on_their_day_and_each_for_itself():
    days = found("answer_rate")[0][()]
    assert days.days == (20260901, 20260902)
    assert days.sums["numerator"].tolist() == [2, 1]
    assert days.sums["denominator"].tolist() == [3, 2]
    assert days.within == {
        ("numerator", "numerator"): 3, ("denominator", "numerator"): 3, ("denominator", "denominator"): 5,
    }  # fmt: skip


def test_contacts_are_shared_out_over_the_days_of_their_dials():
    """Two contacts reached by three calls: each call is two thirds of one. Both were won, one a day."""
    days = found("conversion_per_contact")[0][()]
    assert days.sums["denominator"] == pytest.approx([4 / 3, 2 / 3])
    assert days.sums["numerator"].tolist() == [1, 1]
    assert days.within["denominator", "denominator"] == pytest.approx(3 * (2 / 3) ** 2)
    assert days.within["denominator", "numerator"] == pytest.approx(2 * (2 / 3))


def test_contacts_loaded_are_shared_out_over_dials():
    contacts = pd.DataFrame({"contact_id": list("PQRSTUVWXY"), "list_id": "A"})
    days = found("conversion_per_lead", contacts=contacts)[0][()]
    assert days.sums["denominator"] == pytest.approx([6, 4])
    assert days.within["denominator", "denominator"] == pytest.approx(5 * 2**2)
    assert days.within["denominator", "numerator"] == pytest.approx(2 * 2)


def test_costs_are_shared_out_over_the_calls():
    """8 over five dials, three of them on the first day."""
    costs = pd.DataFrame({"period": ["2026-09"], "kind": ["labour"], "amount": [8.0]})
    days = found("profit", costs=costs)[0][()]
    assert days.sums["numerator"] == pytest.approx([10 - 4.8, 30 - 3.2])
    # each dial costs 1.6; two bring 10 and 30
    assert days.within["numerator", "numerator"] == pytest.approx(8.4**2 + 28.4**2 + 3 * 1.6**2)


def test_agent_days_lie_within_a_day_and_hours_have_theirs():
    time = pd.DataFrame({
        "agent_id": ["Ann", "Ann", "Bob"],
        "local_start": [dt.datetime(2026, 9, d, 9) for d in (1, 2, 2)],
        "state": "talk", "seconds": [3600.0, 7200.0, 1800.0],
    })  # fmt: skip
    rows = ROWS.assign(agent_id=["Ann", "Bob", "Ann", "Ann", "Bob"])
    days = found("successes_per_login_hour", data=rows, agent_time=time)[0][()]
    assert days.sums["denominator"].tolist() == [1, 2.5]
    assert days.within == {}


@pytest.mark.parametrize("kpi", ["answer_rate", "conversion_per_contact", "revenue", "value_per_success"])
def test_the_days_add_up_to_the_whole_in_every_group(kpi):
    rows = ROWS.assign(list_id=list("AABBA"))
    days, sums = found(kpi, ["list_id"], rows)
    assert {group for group, own in days.items() if own is not None} == {("A",), ("B",)}
    for group, own in days.items():
        for part, total in sums[group][kpi].sums.items():
            assert own.sums[part].sum() == pytest.approx(total)


def test_how_far_a_list_has_come_has_no_days():
    contacts = pd.DataFrame({"contact_id": list("PQRS"), "list_id": "A"})
    assert found("list_penetration", contacts=contacts)[0] == {}


def test_calls_without_a_clock_have_no_days():
    assert found("answer_rate", data=ROWS.drop(columns="local_started_at"))[0] == {}


def test_a_row_without_a_day_is_in_no_day_but_in_the_whole():
    rows = ROWS.assign(local_started_at=ROWS["local_started_at"].where(ROWS.index != 4))
    days, sums = found("answer_rate", data=rows)
    assert sums[()]["answer_rate"].sums["denominator"] == 5
    assert np.sum(days[()].sums["denominator"]) == pytest.approx(5)
    assert days[()].sums["denominator"] == pytest.approx([3.75, 1.25])
