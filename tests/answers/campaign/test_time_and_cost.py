"""Where time and money go."""

from __future__ import annotations

import pandas as pd
import pytest

import callstats as cs
from tests.answers.small_campaigns import calls, data, demo, plain, settle, written

TIME = pd.DataFrame(
    {
        "agent_id": ["elm"] * 4 + ["oak"] * 2,
        "state": ["talk", "wrap", "wait", "pause", "talk", "wait"],
        "seconds": [1800.0, 300.0, 900.0, 600.0, 1800.0, 1800.0],
        "local_start": pd.to_datetime(["2026-09-14 10:00"] * 6),
    }
)
COSTS = pd.DataFrame(
    {
        "campaign_id": "x",
        "period": ["2026-09", "2026-09", "2026-08"],
        "kind": ["labour", "technical", "labour"],
        "amount": [30.0, 10.0, 99.0],
    }
)
TIMED = calls(
    {"handled": True, "success": True, "talk_s": 100.0, "hold_s": 0.0, "wrap_s": 20.0},
    {"handled": True, "success": False, "talk_s": 50.0, "hold_s": 10.0, "wrap_s": 20.0},
    {"handled": True, "success": False, "talk_s": 200.0, "hold_s": 0.0, "wrap_s": 40.0},
    {"handled": False, "success": False, "talk_s": None, "hold_s": None, "wrap_s": None},
)


def test_shares_are_of_all_login_time() -> None:
    found = cs.time_and_cost(data(TIMED, agent_time=TIME))
    assert found.hours == 2
    assert found.shares == pytest.approx({"talk": 0.5, "wrap-up": 1 / 24, "waiting": 0.375, "pause": 1 / 12})


def test_occupancy_leaves_pauses_out() -> None:
    found = cs.time_and_cost(data(TIMED, agent_time=TIME))
    assert found.now["occupancy"].value == pytest.approx(3900 / 6600)


def test_handle_time_has_a_mean_a_median_and_a_ninth_decile() -> None:
    now = cs.time_and_cost(data(TIMED)).now
    assert now["average_handle_time"].value == pytest.approx((120 + 80 + 240) / 3)
    assert now["median_handle_time"].value == 120
    assert 120 < now["p90_handle_time"].value <= 240


def test_costs_are_those_of_the_period_by_kind() -> None:
    found = cs.time_and_cost(data(TIMED, costs=COSTS), "2026-09")
    assert found.costs == {"labour": 30.0, "technical": 10.0}
    assert found.now["cost_per_call"].value == 10
    assert found.now["cost_per_acquisition"].value == 40
    assert plain(found.sentences[0]) == "Spent: €40.00, €10.00 a dial and €40 an acquisition."


def test_what_is_missing_takes_a_line_each() -> None:
    found = cs.time_and_cost(data(calls({"handled": True})))
    assert [plain(view) for view in found.views()] == [
        "Login time: not computable, needs agent_time.",
        "Handle time: not computable, needs calls.talk_s, calls.wrap_s.",
        "Cost: not computable, needs costs.",
    ]


def test_no_success_leaves_the_cost_of_a_dial() -> None:
    found = cs.time_and_cost(data(TIMED.assign(success=False), costs=COSTS), "2026-09")
    assert plain(found.sentences[0]) == "Spent: €40.00, €10.00 a dial."
    assert found.notes[-1].startswith("Cost per acquisition: ")


def test_the_period_compared_with_has_a_column_of_its_own() -> None:
    table = cs.time_and_cost(demo(), "2026-09", "previous").table()
    assert [column.label for column in table.columns][-1] == "August 2026"


def test_intervals_are_at_the_level_of_the_project() -> None:
    usual, narrow = (
        cs.time_and_cost(settle(demo(), confidence=level), "2026-09", "previous") for level in (0.95, 0.90)
    )
    a, b = (found.now["average_handle_time"] for found in (usual, narrow))
    assert b.high - b.low < a.high - a.low
    assert "90% interval" in written(narrow)
    assert "95%" not in written(narrow)
