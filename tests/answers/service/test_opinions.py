"""What callers say."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.answers.service.callers import answered, demo, inbound, serve, simulated
from tests.answers.small_campaigns import data, plain


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
