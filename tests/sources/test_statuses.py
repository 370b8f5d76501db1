"""What a code suggests and what the export states: each row worked out by hand."""

import pandas as pd
import pytest

from callstats.sources.base import Source
from callstats.sources.outcomes import OUTCOMES
from callstats.sources.statuses import apply_statuses

SOURCE = Source("s", "S", (), statuses=OUTCOMES)


def flags(code, **stated):
    calls = pd.DataFrame({"outcome_code": pd.Series([code], dtype="string")})
    for name, value in stated.items():
        dtype = "string" if name == "closed_reason" else "boolean"
        calls[name] = pd.Series([value], dtype=dtype)
    row = apply_statuses(calls, SOURCE).iloc[0]
    plain = {name: None if pd.isna(value) else value for name, value in row.items()}
    return {name: value.item() if hasattr(value, "item") else value for name, value in plain.items()}


@pytest.mark.parametrize("code", ["handled", "callback", "spoken", "no_outcome", "busy"])
def test_a_sale_that_is_stated_was_argued_and_closed_the_contact_whatever_its_code(code):
    row = flags(code, success=True)
    assert all(row[name] is True for name in ("connected", "live", "handled", "argued", "success", "closed"))
    assert row["closed_reason"] == "success"
    assert not row["abandoned"]


def test_no_sale_that_is_stated_under_the_code_of_a_sale_leaves_open_whether_the_contact_is_closed():
    row = flags("success", success=False)
    assert (row["success"], row["argued"], row["handled"]) == (False, True, True)
    assert (row["closed"], row["closed_reason"]) == (None, None)


def test_a_person_heard_on_a_busy_line_was_live_and_connected():
    row = flags("busy", live=True)
    assert (row["connected"], row["live"], row["handled"]) == (True, True, False)


def test_a_machine_that_is_stated_was_not_handled_whatever_its_code():
    row = flags("success", live=False)
    assert (row["live"], row["handled"], row["argued"], row["success"]) == (False, False, False, False)
    assert row["connected"] is True


def test_a_call_stated_abandoned_was_live_and_not_handled():
    row = flags("handled", abandoned=True)
    assert (row["abandoned"], row["live"], row["handled"], row["success"]) == (True, True, False, False)


def test_two_statements_that_contradict_each_other_stay_as_they_are():
    row = flags("handled", success=True, handled=False)
    assert (row["success"], row["handled"]) == (True, False)


def test_an_unknown_statement_says_nothing():
    assert flags("refusal", success=None) == flags("refusal") | {"success": False}


def test_a_wish_not_to_be_called_closes_the_contact():
    row = flags("handled", do_not_call=True)
    assert (row["closed"], row["closed_reason"]) == (True, "do_not_call")


def test_a_blank_code_is_no_code_though_there_is_one_for_the_rest():
    source = Source("s", "S", (), statuses={"*": OUTCOMES["no_answer"]})
    calls = pd.DataFrame({"outcome_code": pd.Series(["X", None], dtype="string")})
    assert apply_statuses(calls, source)["connected"].isna().tolist() == [False, True]
