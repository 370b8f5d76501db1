"""What was unknown or rejected is told where the figure is; limits end where a quantity does."""

import pandas as pd
import pytest

from callstats.answers.core.measure import measure
from callstats.dataset import Dataset
from callstats.dataset.rejects import Rejects


def calls(**columns: list[object]) -> pd.DataFrame:
    rows = len(next(iter(columns.values())))
    frame = pd.DataFrame({"call_id": [str(n) for n in range(rows)], "direction": "outbound", **columns})
    flags = [c for c in ("handled", "success", "connected") if c in frame]
    return frame.astype(dict.fromkeys(flags, "boolean"))


def note(data: Dataset, kpi: str) -> str:
    return str(measure(data, kpi)["note"].iloc[0])


def test_a_count_says_that_a_flag_is_unknown_beyond_the_tolerance() -> None:
    data = Dataset({"calls": calls(handled=[True, None, None, False, True, True])})
    assert "handled is unknown for 33 % of dials" in note(data, "handled_calls")
    assert measure(data, "handled_calls")["value"].tolist() == [3.0]


def test_within_the_tolerance_a_count_says_nothing() -> None:
    data = Dataset({"calls": calls(handled=[True] * 39 + [None])})
    assert "unknown" not in note(data, "handled_calls")


def test_a_rate_of_conversations_says_that_conversations_are_unknown() -> None:
    data = Dataset({"calls": calls(handled=[True, True, None], success=[True, False, None])})
    assert "handled is unknown for 33 % of dials" in note(data, "conversion_per_conversation")


def test_a_mean_of_a_few_says_how_few() -> None:
    data = Dataset({"calls": calls(handled=[True] * 4, talk_s=[60.0, None, None, None])})
    assert "talk_s is unknown for 75 % of handled calls" in note(data, "average_talk_time")


def test_a_mean_of_none_is_unknown_and_not_undefined() -> None:
    data = Dataset({"calls": calls(handled=[True, True], talk_s=[None, float("nan")])})
    frame = data.table("calls").collect("pandas").to_native().astype({"talk_s": "float64"})
    assert note(Dataset({"calls": frame}), "average_talk_time").startswith(
        "not computable: talk_s is unknown"
    )


def test_contacts_that_are_unknown_are_told_where_contacts_are_counted() -> None:
    data = Dataset({"calls": calls(contact_id=["a", "b", None, None])})
    assert "contact_id is unknown for 50 % of dials" in note(data, "contacts_attempted")


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (["a call has a time"] * 4, "40 % of the rows of calls were rejected at import"),
        (["a call is listed once"] * 4, ""),  # the first row is kept
        (["a call was dialled"] * 4, ""),
    ],
)
def test_rows_that_were_rejected_are_told(rules: list[str], said: str) -> None:
    rejects = Rejects(pd.DataFrame({"table": "calls", "rule": rules}))
    data = Dataset({"calls": calls(handled=[True, False] * 3)}, rejects=rejects)
    assert said in note(data, "handled_calls")
    assert ("rejected" in note(data, "handled_calls")) == bool(said)


def sales(values: list[float | None]) -> Dataset:
    won = [value is not None for value in values]
    ids = [f"p{n}" for n in range(len(values))]
    return Dataset({"calls": calls(contact_id=ids, success=won, value=values)})


def test_limits_of_counts_and_amounts_lie_above_0() -> None:
    """One sale among 24 contacts: s = 1 and t(23) = 2.0687, so 1 / exp(2.0687) to 1 * exp(2.0687)."""
    found = measure(sales([80.0] + [None] * 23), ["successes", "revenue"])
    won, earned = found["low"].tolist()
    assert won == pytest.approx(0.12635, rel=1e-3)
    assert found["high"].iloc[0] == pytest.approx(7.914, rel=1e-3)
    assert earned > 0


def test_nothing_seen_has_an_upper_limit() -> None:
    """Garwood: no event in 24 contacts is likely (2.5 %) at a mean of at most 3.69."""
    found = measure(sales([None] * 24), "successes").iloc[0]
    assert (found["value"], found["low"]) == (0, 0)
    assert found["high"] == pytest.approx(3.689, abs=1e-3)


def test_amounts_that_may_be_negative_have_limits_below_0() -> None:
    assert measure(sales([80.0, -30.0] + [None] * 22), "revenue")["low"].iloc[0] < 0


def test_a_kpi_per_lead_is_refused_where_leads_were_moved() -> None:
    ids = [str(n) for n in range(10)]
    contacts = pd.DataFrame({"contact_id": ids, "list_id": ["B"] * 5 + ["A"] * 5})
    dials = calls(contact_id=ids, list_id=["A"] * 10, success=[True] + [False] * 9)
    data = Dataset({"calls": dials, "contacts": contacts})
    assert measure(data, "conversion_per_lead")["value"].tolist() == [0.1]
    by_list = measure(data, "conversion_per_lead", by="list_id").set_index("list_id")
    assert by_list["value"].isna().all()
    assert by_list.loc["A", "note"] == "not computable: 50 % of the contacts dialled were not loaded there"
    assert by_list.loc["B", "note"] == "not computable: 100 % of the contacts loaded were dialled elsewhere"


def test_a_kpi_per_lead_is_refused_where_those_dialled_were_not_loaded() -> None:
    contacts = pd.DataFrame({"contact_id": ["0", "1"], "list_id": "A"})
    data = Dataset(
        {"calls": calls(contact_id=["0", "1", "2", "3"], success=[True] * 4), "contacts": contacts}
    )
    assert "50 % of the contacts dialled were not loaded" in note(data, "conversion_per_lead")


@pytest.mark.parametrize("kpi", ["successes", "contacts_won", "touches_per_contact_won"])
def test_what_counts_successes_says_that_success_is_unknown(kpi: str) -> None:
    """Two of twelve dials: as conversion per dial says that refuses a value."""
    ids = [str(n) for n in range(12)]
    frame = calls(contact_id=ids, success=[True] * 10 + [None] * 2, attempt_no=[1] * 12)
    data = Dataset({"calls": frame.assign(local_started_at=pd.Timestamp("2026-09-01 10:00"))})
    assert "success is unknown for 17 % of" in note(data, kpi)
    assert note(data, "conversion_per_dial") == "not computable: success is unknown for 17 % of dials"


@pytest.mark.parametrize("kpi", ["list_completion", "touches_per_contact_won"])
def test_calls_that_were_rejected_are_told_of_what_is_made_of_calls(kpi: str) -> None:
    rejects = Rejects(pd.DataFrame({"table": "calls", "rule": ["a call has a time"] * 4}))
    at = pd.to_datetime(["2026-09-01 10:00", "2026-09-02 12:00"])
    frame = calls(contact_id=["a", "b"], success=[True, False], attempt_no=[1, 1])
    frame = frame.assign(local_started_at=at, started_at=at.tz_localize("UTC"))
    contacts = pd.DataFrame({"contact_id": ["a"], "loaded_at": at[:1].tz_localize("UTC")})
    data = Dataset({"calls": frame, "contacts": contacts}, rejects=rejects)
    assert "67 % of the rows of calls were rejected at import" in note(data, kpi)
