"""A group's profit is not given while part of the cost belongs to no group."""

from __future__ import annotations

import pandas as pd

from callstats.answers.core.measure import measure
from callstats.dataset import Dataset


def _sales(costs: dict[str, list[object]]) -> Dataset:
    calls = pd.DataFrame(
        {
            "call_id": ["1", "2", "3"],
            "contact_id": ["p", "q", "r"],
            "campaign_id": "spring",
            "list_id": ["A", "A", "B"],
            "direction": "outbound",
            "success": [True, True, True],
            "value": [50.0, 30.0, 40.0],
        }
    )
    return Dataset({"calls": calls, "costs": pd.DataFrame(costs)})


def test_profit_by_list_bears_its_share_of_wages_that_carry_no_list() -> None:
    costs = {
        "campaign_id": ["spring", "spring"],
        "list_id": ["A", None],
        "period": ["2026-09", "2026-09"],
        "kind": ["list", "labour"],
        "amount": [10.0, 90.0],
    }
    sales = _sales(costs)
    dials = measure(sales, "dials", by="list_id").set_index("list_id")["value"]
    revenue = measure(sales, "revenue", by="list_id").set_index("list_id")["value"]
    found = measure(sales, "profit", by="list_id").set_index("list_id")["value"]
    wages = 90 * dials / dials.sum()  # nobody was timed: by dials
    assert found.to_dict() == (revenue - wages - [10, 0]).to_dict()


def test_profit_by_list_is_given_when_every_cost_carries_its_list() -> None:
    costs = {
        "campaign_id": ["spring", "spring"],
        "list_id": ["A", "B"],
        "period": ["2026-09", "2026-09"],
        "kind": ["list", "list"],
        "amount": [10.0, 15.0],
    }
    found = measure(_sales(costs), "profit", by="list_id").set_index("list_id")
    assert found["value"].to_dict() == {"A": 70.0, "B": 25.0}
