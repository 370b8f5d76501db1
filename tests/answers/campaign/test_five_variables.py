"""Hours, calls, calls answered, successes and contacts closed, side by side."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

import callstats as cs
from callstats.config import Config
from callstats.dataset import Dataset
from tests.answers.small_campaigns import calls, data, demo, over_days, plain, settle, written

FIVE = ["login_hours", "dials", "handled_calls", "successes", "contacts_closed"]


def month(first: dt.date, dials: int, won: int) -> list[dict]:
    """Return dials of ten days: every second one is answered, and some of those won and closed."""
    rows = [
        {"contact_id": f"{first}-{i}", "handled": i % 2 == 0, "success": i < 2 * won and i % 2 == 0,
         "closed": i < 2 * won and i % 2 == 0, "live": i % 2 == 0, "live_no": 1, "attempt_no": 1}
        for i in range(dials)
    ]  # fmt: skip
    return over_days(rows, first)


def two_months() -> Dataset:
    """August: 100 dials, 50 answered, 10 won. September: 200, 100 and 40. An hour a day, of two agents."""
    frame = calls(*month(dt.date(2026, 8, 3), 100, 10), *month(dt.date(2026, 9, 7), 200, 40))
    days = [dt.datetime(2026, m, d + i, 9) for m, d in ((8, 3), (9, 7)) for i in range(10)]
    times = pd.DataFrame(
        [
            {"agent_id": a, "local_start": day, "state": "talk", "seconds": 3600.0}
            for a in "ab"
            for day in days
        ]
    )
    return data(frame, agent_time=times)


def test_the_five_stand_in_their_order_now_and_before() -> None:
    frame = cs.five_variables(two_months(), "2026-09").to_frame().set_index("kpi")
    assert frame.index[:5].tolist() == FIVE
    assert frame["value"][FIVE].tolist() == [20, 200, 100, 40, 40]
    assert frame["before"][FIVE].tolist() == [20, 100, 50, 10, 10]
    assert frame["change"][FIVE].tolist() == [0, 100, 50, 30, 30]


def test_what_they_come_to_stands_beside_them() -> None:
    """40 of the 100 contacts reached were won on their first call, each at its first dial."""
    found = cs.five_variables(two_months(), "2026-09")
    beside = {figure.kpi.name: figure.now.value for figure in found.beside}
    assert beside["first_call_close"] == pytest.approx(0.4)
    assert beside["touches_per_contact_won"] == 1
    assert beside["successes_per_login_hour"] == 2


def test_a_column_is_a_variable_and_a_row_a_period() -> None:
    table = cs.five_variables(two_months(), "2026-09").table()
    assert [column.label for column in table.columns] == [
        "", "Hours", "Calls", "Calls answered", "Successes", "Contacts closed"
    ]  # fmt: skip
    assert [row[0].text for row in table.rows] == ["September 2026", "August 2026", "Change"]
    assert [cell.text for cell in table.rows[0][2:]] == ["200", "100", "40", "40"]


def test_the_variable_that_moved_most_is_named() -> None:
    """Successes went from 10 to 40, contacts closed with them; dials only doubled."""
    (sentence,) = cs.five_variables(two_months(), "2026-09").sentences
    assert sentence.text.startswith("Successes: up since August 2026, +30")


def test_without_a_period_before_there_is_no_change() -> None:
    found = cs.five_variables(two_months(), "2026-09", None)
    assert (found.sentences, len(found.table().rows)) == ((), 1)


def test_what_is_missing_is_named_in_its_column() -> None:
    dataset = Dataset({"calls": calls(*month(dt.date(2026, 9, 7), 20, 4))}, config=Config())
    table = cs.five_variables(dataset).table()
    assert table.rows[0][1].text == "–"
    assert "agent_time" in table.notes[0]


def test_a_count_carries_what_was_unknown_of_its_rows() -> None:
    """Two of twenty dials: the rate is refused, and the count says why it is too small."""
    frame = calls(*month(dt.date(2026, 9, 7), 20, 4))
    frame.loc[:1, "handled"] = pd.NA
    dataset = Dataset({"calls": frame}, config=Config())
    told = "handled is unknown on 10% of the rows"
    assert f"Calls answered: {told}." in cs.five_variables(dataset).table().notes
    cards = cs.portrait(dataset, kpis=["handled_calls", "answer_rate"]).key_figures().figures
    assert [card.note for card in cards] == [told, f"not computable, {told}"]


def test_callers_are_answered_by_another_question() -> None:
    assert "cs.service" in cs.five_variables(demo("service"), "2026-09").note


@pytest.mark.parametrize(
    ("language", "heads"),
    [
        ("fr", ["Heures", "Appels", "Appels répondus", "Succès", "Fiches clôturées"]),
        ("ru", ["Часы", "Звонки", "Отвеченные звонки", "Успехи", "Закрытые контакты"]),
    ],
)
def test_the_heads_are_the_trades_own_words(language, heads) -> None:
    found = cs.five_variables(settle(demo(), language=language), "2026-09")
    assert [column.label for column in found.table().columns][1:] == heads
    assert plain(found)
    assert written(found)
