"""What a reader should know of a data set, on any engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from callstats.checks import findings


def _polars(frame: pd.DataFrame) -> Any:
    return pytest.importorskip("polars").from_pandas(frame)


def _duckdb(frame: pd.DataFrame) -> Any:
    return pytest.importorskip("duckdb").from_df(frame)


ENGINES = pytest.mark.parametrize(
    "engine", [lambda frame: frame, _polars, _duckdb], ids=["pandas", "polars", "duckdb"]
)


def _names(frames: dict[str, Any]) -> list[str]:
    return [finding.rule for finding in findings(frames)]


def _days(*days: str, hour: str = "10:00") -> pd.Series:
    return pd.to_datetime(pd.Series([f"{day} {hour}" for day in days])).astype("datetime64[us]")


WEEKS = [f"2026-09-{day:02d}" for day in (1, 2, 3, 4, 7, 8, 9, 10, 11)]  # Tuesday to Friday, Monday to Friday


@ENGINES
def test_broken_rules_are_counted_with_an_example(engine: Callable) -> None:
    calls = pd.DataFrame({"call_id": ["a", "b", "b"], "talk_s": [-5.0, 10.0, 70_000.0]})
    found = {finding.rule: finding for finding in findings({"calls": engine(calls)})}
    assert found["a duration is never negative"].rows == 1
    assert found["a duration is never negative"].example == "talk_s=-5.0"
    assert found["a duration is under 65,000 seconds"].rows == 1
    assert found["a call is listed once"].example == "call_id=b, _rows=2".removesuffix(", _rows=2")


@ENGINES
def test_statuses_that_say_nothing_are_listed_most_frequent_first(engine: Callable) -> None:
    codes = ["SALE", "ZZ", "QQ", "QQ"]
    flags = pd.array([True, None, None, None], dtype="boolean")
    calls = pd.DataFrame({"outcome_code": codes, "connected": flags, "live": flags, "success": flags})
    (finding,) = findings({"calls": engine(calls)})
    assert (finding.rows, finding.example) == (3, "QQ (2), ZZ (1)")


@ENGINES
def test_calls_that_are_all_at_midnight_are_found(engine: Callable) -> None:
    calls = pd.DataFrame({"local_started_at": _days("2026-09-01", "2026-09-02", hour="00:00")})
    assert _names({"calls": engine(calls)}) == ["calls are spread over the day"]


@ENGINES
def test_a_working_day_without_calls_is_found_and_a_weekend_is_not(engine: Callable) -> None:
    whole = pd.DataFrame({"local_started_at": _days(*WEEKS)})
    assert _names({"calls": engine(whole)}) == []
    holed = pd.DataFrame(
        {"local_started_at": _days(*[day for day in WEEKS if day != "2026-09-09"], "2026-09-16")}
    )
    (finding,) = findings({"calls": engine(holed)})
    assert (finding.rule, finding.rows) == ("every working day has calls", 3)
    assert finding.example == "2026-09-09, 2026-09-14, 2026-09-15"


@ENGINES
def test_more_talk_in_calls_than_in_the_agent_log_is_found(engine: Callable) -> None:
    calls = pd.DataFrame(
        {
            "agent_id": ["a", "a", "b"],
            "talk_s": [3000.0, 2000.0, 900.0],
            "local_started_at": _days(*WEEKS[:1] * 3),
        }
    )
    time = pd.DataFrame(
        {
            "agent_id": ["a", "b", "b"],
            "state": ["talk", "talk", "wait"],
            "seconds": [4000.0, 890.0, 9.0],
            "start": _days(*WEEKS[:1] * 3).dt.tz_localize("UTC"),
            "local_start": _days(*WEEKS[:1] * 3),
        }
    )
    (finding,) = findings({"calls": engine(calls), "agent_time": engine(time)})
    assert finding.rows == 1
    assert finding.example == "a on 2026-09-01: 5000 s in calls, 4000 s in the agent log"


@ENGINES
def test_a_contact_on_two_lists_is_found(engine: Callable) -> None:
    contacts = pd.DataFrame({"contact_id": ["1", "1", "2"], "list_id": ["A", "B", "A"]})
    (finding,) = findings({"contacts": engine(contacts)})
    assert (finding.rule, finding.rows, finding.example) == ("a contact is on one list", 1, "1 is on 2 lists")


def test_clean_tables_have_no_findings() -> None:
    assert findings({"calls": pd.DataFrame({"call_id": ["1"], "talk_s": [5.0]})}) == []
