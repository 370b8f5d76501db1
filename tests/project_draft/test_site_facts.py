"""What is told of a site: whole months, hours of dialling, lists of one day, what codes mean."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

import callstats as cs
from callstats.dataset.last_month import whole_month
from callstats.project_draft.site_facts import hours_of_dials, site_facts
from callstats.project_draft.told_outcomes import outcome_of
from callstats.sources.outcomes import FLAGS, OUTCOMES

AUG, SEP, OCT = (dt.date(2026, month, 1) for month in (8, 9, 10))


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (SEP, dt.date(2026, 9, 30), "2026-09"),
        (SEP, dt.date(2026, 9, 29), None),  # a Wednesday is left
        (AUG, dt.date(2026, 9, 29), "2026-08"),
        (dt.date(2026, 8, 3), dt.date(2026, 8, 31), "2026-08"),  # the 1st and 2nd are a weekend
        (dt.date(2026, 8, 4), dt.date(2026, 8, 31), None),
        (dt.date(2026, 10, 1), dt.date(2026, 10, 30), "2026-10"),  # the 31st is a Saturday
        (dt.date(2026, 9, 15), dt.date(2026, 10, 30), "2026-10"),
        (OCT, OCT, None),
    ],
)
def test_a_whole_month_has_calls_on_its_first_and_last_working_day(first, last, expected) -> None:
    month = whole_month(first, last)
    assert (None if month is None else month.label) == expected


def dialled(minutes: list[int], direction: str | list[str] = "outbound") -> cs.Dataset:
    """Calls at these minutes of one day."""
    start = pd.Timestamp(2026, 9, 1)
    return cs.open(
        {
            "calls": pd.DataFrame(
                {
                    "call_id": [str(n) for n in range(len(minutes))],
                    "direction": direction,
                    "local_started_at": [start + pd.Timedelta(minutes=m) for m in minutes],
                }
            )
        }
    )


def test_hours_hold_99_of_100_dials() -> None:
    """One at 03:00 and 99 from 09:15 to 17:29; with two at night the night is within."""
    day = [9 * 60 + 15 + 5 * n for n in range(99)]
    assert day[-1] == 17 * 60 + 25
    assert hours_of_dials(dialled([*day, 180])) == ("09:00", "17:30")
    assert hours_of_dials(dialled([*day, 180, 181])) == ("03:00", "17:30")


def test_dials_until_midnight_end_at_24() -> None:
    assert hours_of_dials(dialled([20 * 60, 23 * 60 + 59])) == ("20:00", "24:00")


def test_calls_received_have_no_hours_of_dialling() -> None:
    assert hours_of_dials(dialled([60, 600], "inbound")) is None
    assert hours_of_dials(dialled([60, 600], ["inbound", "outbound"])) == ("10:00", "10:30")


def lists(*loaded: tuple[str, str, str]) -> cs.Dataset:
    """Two contacts of each list of a campaign, loaded at a moment of UTC."""
    rows = [row for row in loaded for _ in range(2)]
    contacts = pd.DataFrame(
        {
            "contact_id": [str(n) for n in range(len(rows))],
            "list_id": [name for name, _, _ in rows],
            "campaign_id": [campaign for _, campaign, _ in rows],
            "loaded_at": pd.to_datetime([moment for *_, moment in rows], utc=True).astype(
                "datetime64[us, UTC]"
            ),
        }
    )
    calls = pd.DataFrame({"call_id": ["1"], "direction": ["outbound"]})
    return cs.open({"calls": calls, "contacts": contacts}).configured({"time_zone": "Europe/Paris"})


def test_two_lists_of_one_campaign_and_local_day_may_be_arms() -> None:
    """23:30 in UTC is 01:30 of the next day in Paris."""
    found = site_facts(lists(("B", "spring", "2026-08-31 23:30"), ("A", "spring", "2026-09-01 08:00")))
    assert found.arms == ("spring", "A", "B")
    assert [(one.name, one.rows, one.campaign, one.loaded) for one in found.lists] == [
        ("A", 2, "spring", SEP),
        ("B", 2, "spring", SEP),
    ]


@pytest.mark.parametrize("other", [("A", "autumn", "2026-09-01 08:00"), ("A", "spring", "2026-09-02 08:00")])
def test_lists_of_two_campaigns_or_days_are_no_arms(other: tuple[str, str, str]) -> None:
    assert site_facts(lists(("B", "spring", "2026-09-01 08:00"), other)).arms is None


def test_a_list_loaded_in_several_months_has_no_day() -> None:
    found = site_facts(lists(("A", "spring", "2026-08-01 08:00"), ("A", "spring", "2026-09-01 08:00")))
    assert [(one.name, one.rows, one.loaded) for one in found.lists] == [("A", 4, None)]


@pytest.mark.parametrize("name", ["success", "refusal", "callback", "invalid", "do_not_call", "machine"])
def test_flags_of_an_outcome_are_told_as_that_outcome_or_one_with_the_same_flags(name: str) -> None:
    flags = {flag: getattr(OUTCOMES[name], flag) for flag in FLAGS}
    told = outcome_of("ZZ9", flags)
    assert {flag: getattr(OUTCOMES[told], flag) for flag in FLAGS} == flags


def test_of_outcomes_with_the_same_flags_the_words_of_a_code_decide() -> None:
    flags = {flag: getattr(OUTCOMES["busy"], flag) for flag in FLAGS}
    assert outcome_of("Busy", flags) == "busy"
    assert outcome_of("No answer", flags) == "no_answer"
