"""Is the issue solved: at the first call, after how long, and what callers say."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from tests.answers.service.callers import NINE, answered, demo, inbound, lost, serve, simulated
from tests.answers.small_campaigns import data, plain


def value(found, kpi):
    return found.to_frame().set_index("kpi").loc[kpi, "value"]


def calls_of(*days: float, who: str, **more):
    return [row for day in days for row in answered(day=0, minute=day * 1440, contact_id=who, **more)]


def test_who_rings_again_within_a_week_was_not_helped():
    """A rings again after 3 days, B after 8, C not at all; D and E cannot be followed for a week."""
    rows = inbound(
        calls_of(0, 3, who="A"),
        calls_of(0, 8, who="B"),
        calls_of(1, who="C"),
        calls_of(20, who="D"),
        calls_of(16, who="E"),
    )
    found = serve(data(rows)).first_call
    # first calls that can be followed to day 20: A, B twice (day 0 and day 8), C; again: A
    assert value(found, "no_second_call") == pytest.approx(3 / 4)


def test_a_call_that_was_given_up_is_no_first_call_but_counts_as_a_second_one():
    rows = inbound(
        lost(contact_id="A"),
        calls_of(1, who="A"),
        lost(day=3, contact_id="A"),
        calls_of(0, who="B"),
        calls_of(30, who="C"),
    )
    assert value(serve(data(rows)).first_call, "no_second_call") == pytest.approx(1 / 2)


def test_calls_before_the_period_tell_what_a_first_call_is():
    """The call of 14 September is A's second: only B's is a first call of that day."""
    rows = inbound(calls_of(-2, 0, who="A"), calls_of(0, who="B"), calls_of(20, who="C"))
    found = serve(data(rows), "2026-09-14").first_call
    assert found.ways[0].n == 1
    assert found.ways[0].value == 1.0


def test_the_share_of_the_simulated_issues_is_found():
    """Each call solves an issue with .76 by the recipe; agents enough, so that nobody hangs up."""
    dataset = simulated(seats=12, patience_s=1e7, shifts=(((9, 20),),), days=42)
    found = serve(dataset).first_call
    for kpi in ("first_call_resolution", "no_second_call"):
        one = next(e for e in found.ways if e.kpi.name == kpi)
        assert one.low < 0.76 < one.high, one


def test_issues_are_counted_by_the_calls_they_took():
    opened = pd.Timestamp(NINE, tz="UTC")
    cases = pd.DataFrame(
        {
            "case_id": list("abcde"),
            "campaign_id": "q",
            "opened_at": opened,
            "local_opened_at": NINE,
            "closed_at": [opened, opened, opened, opened, pd.NaT],
            "resolution_s": [60.0, 60.0, 7200.0, 7200.0, None],
            "calls": pd.array([1, 1, 2, 7, 3], dtype="Int64"),
            "solved_first_call": [True, True, False, False, False],
        }
    )
    found = serve(data(inbound(answered(3)), cases=cases)).first_call
    assert found.calls == {0: 1, 1: 2, 2: 1, 4: 1}
    assert plain(found.sentences[0]) == (
        "Issues (5): solved at the first call 40.0%, at a later one 40.0%, not solved yet 20.0%."
    )
    assert [row[0].text for row in found.table().rows] == ["1", "2", "4 or more", "not solved yet"]


def test_what_the_export_cannot_tell_takes_a_line_each():
    rows = inbound(answered(3)).drop(columns="contact_id")
    notes = serve(data(rows)).first_call.notes
    assert notes == (
        "First-call resolution: not computable, needs cases.",
        "No second call within 7 days: not computable, needs calls.contact_id.",
        "Resolved, as customers say: not computable, needs surveys.",
    )


def test_data_too_short_to_follow_anybody_say_so():
    found = serve(data(inbound(answered(3)))).first_call
    assert any("could be followed for 7 days" in note for note in found.notes)


def test_the_days_are_the_analysts_choice():
    rows = inbound(calls_of(0, 3, who="A"), calls_of(10, who="B"), calls_of(30, who="C"))
    assert value(serve(data(rows), days=2).first_call, "no_second_call") == 1.0
    assert value(serve(data(rows), days=3).first_call, "no_second_call") == pytest.approx(1 / 2)


def test_all_ways_of_the_demo_are_drawn():
    found = demo().first_call
    assert len(found.ways) == 3
    assert found.earlier["first_call_resolution"].known
    assert dt.timedelta(days=found.days) == dt.timedelta(weeks=1)


def cases(*took: float | None, days: float = 0.0) -> pd.DataFrame:
    """Return issues opened at nine, solved after so many hours or not at all."""
    opened = pd.Timestamp(NINE, tz="UTC") - pd.Timedelta(days=days)
    closed = [pd.NaT if hours is None else opened + pd.Timedelta(hours=hours) for hours in took]
    return pd.DataFrame(
        {
            "case_id": [f"{days}-{i}" for i in range(len(took))],
            "campaign_id": "q",
            "opened_at": opened,
            "local_opened_at": NINE - dt.timedelta(days=days),
            "closed_at": pd.to_datetime(pd.Series(closed), utc=True),
            "resolution_s": [None if hours is None else hours * 3600.0 for hours in took],
            "solved_first_call": False,
        }
    )


def solving(frame: pd.DataFrame):
    rows = inbound(answered(2))
    rows["started_at"] = pd.to_datetime(rows["local_started_at"], utc=True)
    return serve(data(rows, cases=frame)).solving


def test_half_and_nine_in_ten_are_read_off_the_curve():
    found = solving(cases(*range(1, 11)))
    assert (found.median.estimate, found.p90.estimate) == (5.0, 9.0)
    assert found.to_frame().set_index("hours")["solved"].loc[8] == pytest.approx(0.8)


def test_open_issues_are_not_left_out():
    """Of four issues two are solved after an hour; the others are open to the end of the data."""
    found = solving(cases(1, 1, None, None, days=5))
    assert (found.issues, found.still_open) == (4, 2)
    assert found.median.estimate == 1.0
    assert "nine in ten never were so far" in found.sentences[0].text
    assert found.mean.value == 1.0  # of the solved ones alone


def test_an_issue_opened_late_is_not_held_against_the_team():
    """One is solved after 48 hours; the other was opened an hour before the end: it counts an hour."""
    old, new = cases(48, days=10), cases(None, days=1 / 24)
    found = solving(pd.concat([old, new], ignore_index=True))
    assert found.to_frame().set_index("hours")["solved"].loc[24] == 0.0
    assert found.shares.at_risk.tolist() == [2, 1]
    assert found.median.estimate == 48.0


def test_long_times_are_told_in_days():
    assert "within 3.0 days" in plain(solving(cases(*[72.0] * 50, *[71.0] * 20, *[73.0] * 20)).sentences[0])


def test_without_cases_one_line_names_the_table():
    found = serve(data(inbound(answered(2)))).solving
    assert [plain(v) for v in found.views()] == [
        "Time to resolution: not computable, needs cases.resolution_s, cases.opened_at."
    ]


def test_the_demo_says_how_many_are_open():
    found = demo().solving
    assert f"counted as not solved yet: {found.still_open}" in found.sentences[0].text
    assert [row[0].text for row in found.table().rows][-2:] == ["7 days", "14 days"]


def surveys(**scores: list[float | None]) -> pd.DataFrame:
    """Return answers by kind, the first call's first."""
    rows = [(str(i), kind, score) for kind, found in scores.items() for i, score in enumerate(found)]
    return pd.DataFrame(rows, columns=["call_id", "kind", "score"])


def test_nps_is_promoters_less_detractors_of_those_who_answered():
    """Two promoters, one passive, one detractor of four who answered; two said nothing."""
    asked = surveys(nps=[9, 10, 8, 3, None, None])
    found = serve(data(inbound(answered(6)), surveys=asked)).opinions.to_frame().iloc[0]
    assert (found["value"], found["asked"], found["answered"]) == (25, 6, 4)
    assert found["response"] == pytest.approx(4 / 6)


def test_satisfied_are_the_two_highest_marks():
    found = serve(data(inbound(answered(5)), surveys=surveys(csat=[5, 4, 3, 1, None]))).opinions
    assert found.to_frame().iloc[0]["value"] == 0.5
    assert "nps" in found.notes[0].lower() or "Promoter" in found.notes[0]


def test_a_low_response_is_told_with_what_it_leaves_open():
    few = serve(data(inbound(answered(5)), surveys=surveys(csat=[5, 4, None, None, None]))).opinions
    assert few.sentences[0].tone == "unknown"
    assert "what the others think is not known" in few.sentences[0].text
    many = serve(data(inbound(answered(4)), surveys=surveys(csat=[5, 4, 1, None]))).opinions
    assert "among the 75% of those asked" in plain(many.sentences[0])


def test_weeks_are_of_the_call_and_thin_ones_left_out():
    rows = inbound(answered(12), answered(12, day=7), answered(3, day=14))
    asked = surveys(csat=[5.0] * 12 + [1.0] * 12 + [3.0] * 3)
    found = serve(data(rows, surveys=asked)).opinions
    assert found.weeks_frame()[["week", "value"]].values.tolist() == [["2026-W38", 1.0], ["2026-W39", 0.0]]


def test_those_asked_after_a_dial_are_no_callers():
    rows = pd.concat([inbound(answered(4)), inbound(answered(4), direction="outbound")], ignore_index=True)
    rows["call_id"] = rows["contact_id"] = [str(i) for i in range(8)]
    asked = surveys(csat=[5, 5, 5, 5, 1, 1, 1, 1])
    assert serve(data(rows, surveys=asked)).opinions.now["csat"].value == 1.0


def test_without_surveys_a_line_a_question():
    notes = serve(data(inbound(answered(4)))).opinions.notes
    assert notes == (
        "Customer satisfaction (CSAT): not computable, needs surveys.",
        "Net Promoter Score: not computable, needs surveys.",
    )


def test_the_share_who_answer_in_the_simulation_is_found():
    """.35 by the recipe."""
    response = serve(simulated(days=14)).opinions.now["csat_response_rate"]
    assert response.low < 0.35 < response.high


def test_the_change_is_told_beside_the_other_month():
    table = demo().opinions.table()
    assert [len(row) for row in table.rows] == [7, 7]
    assert table.rows[0][-1].under
