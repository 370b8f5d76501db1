"""Values that no call centre has are named with row and column, in files, frames and databases."""

from __future__ import annotations

import time

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import callstats as cs
from callstats.dataset.deriving import Derivation, numbers
from callstats.errors import InputError

WRONG = [
    ("talk_s", [60.0, None, 1e12], "1e+12"),
    ("talk_s", [60.0, 5.0, float("inf")], "inf"),
    ("value", [1.0, 2.0, -1e300], "-1e+300"),
    ("started_at", ["2026-09-01 10:00", None, "9999-01-01 00:00"], "9999"),
]


def table(column: str, values: list[object]) -> pa.Table:
    started = column == "started_at"
    cells = (
        pa.array(pd.to_datetime(pd.Series(values), utc=True).astype("datetime64[us, UTC]"))
        if started
        else values
    )
    return pa.table({"call_id": ["1", "2", "3"], "direction": ["outbound"] * 3, column: cells})


MAKERS = {"arrow": lambda t: t, "pandas": lambda t: t.to_pandas(), "polars": pl.from_arrow}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize(("column", "values", "said"), WRONG)
def test_a_frame_with_a_value_beyond_range_is_refused_with_its_row(make, column, values, said, tmp_path):
    data = cs.open({"calls": make(table(column, values))})
    with pytest.raises(InputError, match=f"calls, row 4, column '{column}': a value beyond range") as found:
        cs.measure(data, "dials")
    assert said in str(found.value)
    with pytest.raises(InputError, match="beyond range"):
        data.save(tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("column", "values", "said"), WRONG)
def test_so_is_a_duckdb_file(column, values, said, tmp_path):
    calls = table(column, values)
    with duckdb.connect(str(tmp_path / "a.duckdb")) as base:
        base.execute("SET TimeZone = 'UTC'")
        base.register("given", calls)
        base.execute("CREATE TABLE calls AS FROM given")
    with pytest.raises(InputError, match=f"row 4, column '{column}': a value beyond range") as found:
        cs.open(tmp_path / "a.duckdb")
    assert said in str(found.value)


def test_times_that_no_calendar_has_are_refused_in_a_duckdb_file(tmp_path):
    with duckdb.connect(str(tmp_path / "a.duckdb")) as base:
        base.execute(
            "CREATE TABLE calls AS SELECT '1' AS call_id, 'outbound' AS direction, "
            "TIMESTAMP 'infinity' AS local_started_at"
        )
    with pytest.raises(InputError, match=r"row 2, column 'local_started_at': a value beyond range: inf"):
        cs.open(tmp_path / "a.duckdb")


def test_a_number_that_is_a_name_has_no_range():
    calls = pd.DataFrame({"call_id": [10**17, 10**17 + 1], "direction": "outbound", "talk_s": [1.0, None]})
    assert cs.measure(cs.open({"calls": calls}), "dials")["value"].tolist() == [2.0]


def test_what_is_saved_can_be_opened_again(tmp_path):
    calls = table("talk_s", [60.0, None, 3.0])
    cs.open({"calls": calls}).save(tmp_path / "out")
    assert cs.measure(cs.open(tmp_path / "out"), "dials")["value"].tolist() == [3.0]


def test_the_dials_of_one_contact_are_counted_in_linear_time():
    def seconds(size: int) -> float:
        connection = duckdb.connect()
        connection.execute(
            "CREATE VIEW calls AS SELECT CAST(i AS VARCHAR) AS call_id, '7' AS contact_id, "
            "'outbound' AS direction, "
            f"TIMESTAMPTZ '2026-09-01' + to_seconds(i) AS started_at, i % 3 = 0 AS live "
            f"FROM range({size}) AS r(i)"
        )
        begin = time.perf_counter()
        made = numbers(Derivation(connection, {"calls": "calls"}))
        last = connection.sql(f"SELECT max(attempt_no), max(live_no) FROM ({made})").fetchall()
        assert last == [(size, -(-size // 3))]
        return time.perf_counter() - begin

    seconds(1000)
    assert seconds(200_000) < 16 * max(seconds(25_000), 0.05)  # 8 times as many; the square would be 64
