"""Who is who: spellings, rounded numbers, moved leads, shared phones."""

import pandas as pd
import pytest

from callstats.answers.trust.data_check import check
from callstats.answers.trust.identity_searches import moved, rounded, shared_phones, spellings
from callstats.dataset import Dataset


def dialled(*contacts: str, **more: list[object]) -> Dataset:
    calls = pd.DataFrame({"call_id": [str(n) for n in range(len(contacts))], "contact_id": list(contacts)})
    return Dataset({"calls": calls.assign(direction="outbound", **more)})


@pytest.mark.parametrize(
    ("written", "people"),
    [
        (["+33 1 99 00 10 01", "0199001001", "0033199001001", "0199001002"], 1),
        (["+33 (0)1 99 00 10 01", "01.99.00.10.01"], 1),
        (["33199001001", "0199001001"], 1),
        (["199001001", "0199001001"], 1),  # a spreadsheet takes the 0 away
        (["+1 212 555 0100", "2125550100"], 1),
        (["2125550100", "3125550100"], 0),
        (["12125550100", "2125550100"], 0),  # may be two customers' numbers: nothing shows a code
        (["0199001001", "0199001002"], 0),
        (["7", "007"], 0),
        (["2026-09-09", "P 12345678"], 0),
    ],
)
def test_one_number_in_several_spellings(written: list[str], people: int) -> None:
    assert len(spellings(dialled(*written))) == people


def test_numbers_that_a_spreadsheet_rounded() -> None:
    assert rounded(dialled("3,3199E+10", "3,3199E+10", "3.3E10", "33199001003", "E10")) == {
        "3,3199E+10": 2,
        "3.3E10": 1,
    }


def loaded(lists: list[str], calls: list[str]) -> Dataset:
    ids = [str(n) for n in range(len(lists))]
    contacts = pd.DataFrame({"contact_id": ids, "list_id": lists})
    dials = pd.DataFrame({"call_id": ids, "contact_id": ids, "list_id": calls, "direction": "outbound"})
    return Dataset({"calls": dials, "contacts": contacts})


def test_a_call_of_a_list_that_its_contact_is_not_on_is_found() -> None:
    found = moved(loaded(["A", "B", "B"], ["A", "A", "B"]))
    assert found is not None
    assert (found[0], found[1]["contact_id"]) == (1, "1")
    assert moved(loaded(["A", "B"], ["A", "B"])) is None


def test_one_phone_on_several_contacts_is_found() -> None:
    assert shared_phones(dialled("a", "b", "c", "c", phone=["1", "1", "2", "2"])) == ("calls", 1, "1", 2)
    assert shared_phones(dialled("a", "b", phone=["1", "2"])) is None


def test_calls_without_any_outcome_are_a_finding() -> None:
    data = dialled("a", "b", "c", handled=[True, None, None], outcome_code=["Sold", None, "ZZ"])
    frame = data.table("calls").collect("pandas").to_native().astype({"handled": "boolean"})
    rules = {f.rule: f.rows for f in check(Dataset({"calls": frame})).findings}
    assert rules["every call has an outcome"] == 1
    assert rules["every outcome code is known"] == 1
