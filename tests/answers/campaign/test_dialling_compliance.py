"""Are the rules kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

import callstats as cs
from callstats.answers.campaign.dialling_compliance_numbers import Abandonment
from callstats.errors import UsageError
from tests.answers.small_campaigns import calls, data, demo, many, numbered, plain, settle

TEN = dt.datetime(2026, 9, 1, 10)


def live(handled: int, abandoned: int, day: int = 0) -> list[dict]:
    when = TEN + dt.timedelta(days=day)
    return many(handled, handled=True, abandoned=False, local_started_at=when) + many(
        abandoned, handled=False, abandoned=True, local_started_at=when
    )


def spell(abandoned: int, handled: int) -> Abandonment:
    return Abandonment(dt.date(2026, 9, 1), dt.date(2026, 9, 30), abandoned, handled, 0.03)


def test_the_rate_is_abandoned_among_abandoned_and_handled() -> None:
    """16 CFR 310.4(b)(4): calls answered by a person, 3 of 100 abandoned."""
    assert spell(3, 97).rate == 0.03


@pytest.mark.parametrize(
    ("abandoned", "handled", "room"), [(3, 97, 0), (0, 97, 3), (0, 96, 2), (10, 97, -7), (0, 0, 0)]
)
def test_headroom_is_how_many_more_keep_to_the_limit(abandoned: int, handled: int, room: int) -> None:
    found = spell(abandoned, handled)
    assert found.headroom == room
    if room >= 0 and handled:
        assert spell(abandoned + room, handled).rate <= 0.03 < spell(abandoned + room + 1, handled).rate


def test_the_exact_rate_is_judged_and_not_its_interval() -> None:
    found = cs.compliance(data(numbered(live(48, 2))))
    assert plain(found.sentences[0]).startswith("Abandonment in the whole data: 4")
    assert found.sentences[0].tone == "bad"


def test_windows_are_successive_from_the_first_dial() -> None:
    found = cs.compliance(data(numbered(live(10, 1), live(10, 0, day=29), live(10, 2, day=30))))
    assert [(w.first.isoformat(), w.last.isoformat(), w.abandoned) for w in found.windows] == [
        ("2026-09-01", "2026-09-30", 1),
        ("2026-10-01", "2026-10-01", 2),
    ]


def test_only_windows_that_touch_the_period_are_shown() -> None:
    found = cs.compliance(data(numbered(live(10, 1), live(10, 2, day=35))), "2026-10")
    assert [w.abandoned for w in found.windows] == [2]


def test_dials_outside_the_calling_hours_are_counted() -> None:
    rows = [
        {"local_started_at": TEN.replace(hour=h, minute=m)} for h, m in ((8, 59), (9, 0), (19, 59), (20, 0))
    ]
    found = cs.compliance(data(calls(*rows)))
    assert (found.outside_hours, found.dials) == (2, 4)
    assert plain(found.sentences[0]) == "2 dials of 4 were placed outside the calling hours (09:00–20:00)."


def test_a_break_in_the_calling_hours_counts() -> None:
    rows = [{"local_started_at": TEN.replace(hour=h)} for h in (12, 13, 14)]
    dataset = settle(data(calls(*rows)), calling_hours=(("10:00", "13:00"), ("14:00", "20:00")))
    assert cs.compliance(dataset).outside_hours == 1


def test_data_without_hours_are_not_checked_for_them() -> None:
    dataset = replace(data(calls({})), provenance={"lacks": {"hour": "the export has dates only"}})
    found = cs.compliance(dataset)
    assert found.outside_hours is None
    assert "Calling hours not checked: the export has dates only." in found.notes


def dialled(*days: int):
    return calls(
        *(
            {"contact_id": "p", "attempt_no": k, "local_started_at": TEN + dt.timedelta(days=day)}
            for k, day in enumerate(days, 1)
        )
    )


def test_the_fifth_dial_in_30_days_is_one_too_many() -> None:
    assert cs.compliance(data(dialled(0, 5, 10, 20, 29))).too_often == 1


def test_the_fifth_dial_after_30_days_is_not() -> None:
    assert cs.compliance(data(dialled(0, 5, 10, 20, 30))).too_often == 0


def test_dials_before_the_period_count_for_those_in_it() -> None:
    found = cs.compliance(data(dialled(15, 20, 25, 28, 35)), "2026-10")
    assert (found.too_often, found.contacts_too_often) == (1, 1)


def test_the_worst_week_of_the_demo_is_the_one_that_dialled_too_fast() -> None:
    found = cs.compliance(demo(), "2026-09")
    assert found.worst_week is not None
    assert found.worst_week.first == dt.date(2026, 9, 14)


def test_the_table_names_its_rules_and_is_no_legal_advice() -> None:
    note = cs.compliance(demo(), "2026-09").table().notes[0]
    assert "16 CFR 310.4(b)(4) (US), 2008-10-01" in note
    assert "no legal advice" in note


def test_missing_flags_take_one_line() -> None:
    found = cs.compliance(data(calls({})))
    assert found.total is None
    assert any("needs calls.abandoned" in note for note in found.notes)


def test_an_unknown_rule_is_refused_with_the_near_ones() -> None:
    with pytest.raises(UsageError, match="us-ftc"):
        cs.compliance(data(calls({})), rule="us-ft")
