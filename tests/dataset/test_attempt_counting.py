"""Which dial to its contact a call was, where the frames do not say so."""

import pandas as pd
import pytest

import callstats as cs

ROWS = pd.DataFrame({
    "call_id": list("abcdefg"),
    "contact_id": ["P", "P", None, "Q", "Q", "P", "Q"],
    "direction": ["outbound"] * 5 + ["inbound", "outbound"],
    "started_at": pd.to_datetime(
        ["2026-09-03", "2026-09-01", "2026-09-01", "2026-09-01", None, "2026-09-02", "2026-09-01"], utc=True
    ),
})  # fmt: skip


def polars_of(frame):
    return pytest.importorskip("polars").from_pandas(frame)


def arrow_of(frame):
    import pyarrow as pa

    return pa.Table.from_pandas(frame)


def duckdb_of(frame):
    import duckdb

    return duckdb.from_arrow(arrow_of(frame))


@pytest.mark.parametrize("engine", [pd.DataFrame, polars_of, arrow_of, duckdb_of])
def test_dials_to_a_contact_are_counted_in_the_order_of_their_moments(engine):
    """P: b then a. Q: d before g at one moment. No number without contact, moment, or for who rang in."""
    calls = cs.open({"calls": engine(ROWS)}).table("calls").select("call_id", "attempt_no")
    frame = calls.collect("pandas").to_native()
    numbers = frame.set_index("call_id")["attempt_no"].astype("Int64")
    assert numbers.dropna().to_dict() == {"a": 2, "b": 1, "d": 1, "g": 2}


def test_a_number_that_is_given_is_kept():
    frame = cs.open({"calls": ROWS.assign(attempt_no=9)}).table("calls").collect("pandas").to_native()
    assert set(frame["attempt_no"]) == {9}


def test_calls_without_moments_have_no_number():
    assert not cs.open({"calls": ROWS.drop(columns="started_at")}).has("calls", "attempt_no")


def test_lists_given_in_memory_are_compared_attempt_by_attempt():
    """A is dialled eight times, B twice, on the same days, and later dials are answered less: alike."""
    rows = [
        (f"{name}{i}", name, k + i % 10, i % 7 == 0 if k > 2 else (i // 2) % 2 == 0)
        for name, most in (("A", 8), ("B", 2))
        for i in range(280)
        for k in range(1, most + 1)
    ]
    frame = pd.DataFrame(rows, columns=["contact_id", "list_id", "day", "handled"])
    moment = pd.Timestamp("2026-09-01 10:00") + pd.to_timedelta(frame.pop("day"), unit="D")
    calls = frame.assign(call_id=frame.index.astype(str), direction="outbound", local_started_at=moment)
    compared = cs.compare(cs.open({"calls": calls}), "answer_rate", "list_id", "A")["B"]
    assert "attempt_no" in compared.strata
    assert not compared.certain
    plain = cs.compare(cs.open({"calls": calls}), "answer_rate", "list_id", "A", stratify=[])["B"]
    assert plain.certain
