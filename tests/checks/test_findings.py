"""The rules that rows handed over do not keep, on any engine."""

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


@ENGINES
def test_broken_rules_are_counted_with_an_example(engine: Callable) -> None:
    calls = pd.DataFrame({"call_id": ["a", "b", "b"], "talk_s": [-5.0, 10.0, 70_000.0]})
    found = {finding.rule: finding for finding in findings({"calls": engine(calls)})}
    assert found["a duration is never negative"].rows == 1
    assert found["a duration is never negative"].example == "talk_s=-5.0"
    assert found["a duration is under 65,000 seconds"].rows == 1
    assert found["a call is listed once"].example == "call_id=b, _rows=2".removesuffix(", _rows=2")


def test_clean_tables_have_no_findings() -> None:
    assert findings({"calls": pd.DataFrame({"call_id": ["1"], "talk_s": [5.0]})}) == []
