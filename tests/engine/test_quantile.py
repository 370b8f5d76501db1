"""Quantiles, against numpy on the same values."""

import numpy as np
import pytest

from callstats.dataset import Dataset
from callstats.engine import quantiles
from callstats.kpis import get
from tests.engine import frames

CALLS = frames.calls()


def times(rows):
    return [
        r["talk_s"] + (r["hold_s"] or 0) + r["wrap_s"]
        for r in rows
        if r["handled"] and r["talk_s"] is not None and r["wrap_s"] is not None
    ]


@pytest.mark.parametrize("engine", frames.ENGINES)
class TestOnEveryEngine:
    @pytest.mark.parametrize(("name", "level"), [("median_handle_time", 0.5), ("p90_handle_time", 0.9)])
    def test_quantiles_are_numpys(self, engine, name, level):
        ds = Dataset({"calls": frames.on(engine, "calls", CALLS)})
        value, n = quantiles(ds, get(name).formula)[()]
        assert value == pytest.approx(np.quantile(times(CALLS), level))
        assert n == len(times(CALLS))

    def test_groups_have_their_own(self, engine):
        ds = Dataset({"calls": frames.on(engine, "calls", CALLS)})
        found = quantiles(ds, get("median_handle_time").formula, by=["list_id"])
        for name in ("A", "B"):
            own = times(r for r in CALLS if r["list_id"] == name)
            assert found[(name,)] == (pytest.approx(np.median(own)), len(own))


def test_an_optional_column_may_be_missing():
    rows = [{k: v for k, v in r.items() if k != "hold_s"} for r in CALLS]
    ds = Dataset({"calls": frames.on("duckdb", "calls", rows)})
    own = times([{**r, "hold_s": None} for r in rows])
    assert quantiles(ds, get("median_handle_time").formula)[()][0] == pytest.approx(np.median(own))
