"""The rows that were left out: for their owner alone, and as the owner has shared them."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

import callstats as cs
from callstats.dataset import add
from callstats.dataset.fingerprint import fingerprint
from callstats.dataset.rejects import COLUMNS, Rejects

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")


def _data(call_id: str = "1") -> cs.Dataset:
    start = pd.to_datetime(["2026-09-01"], utc=True)
    calls = pd.DataFrame({"call_id": [call_id], "contact_id": ["7"], "direction": ["outbound"]})
    calls = calls.assign(started_at=start, local_started_at=start.tz_localize(None))
    row = ["a.csv", 7, "calls", "talk_s", "a duration is a number", "no number", "Ann", "1,Ann"]
    ds = cs.open({"calls": calls})
    return cs.Dataset(
        ds.frames, config=ds.config, rejects=Rejects(pd.DataFrame([row], columns=list(COLUMNS)))
    )


def _mode(file: Path) -> int:
    return file.stat().st_mode & 0o777


@pytest.mark.parametrize("write", [add, lambda data, to: data.save(to)], ids=["import", "save"])
def test_rows_left_out_are_for_their_owner_alone(tmp_path, write):
    write(_data(), tmp_path / "data")
    assert _mode(tmp_path / "data" / "rejects.parquet") == 0o600
    assert _mode(tmp_path / "data" / "dataset.json") & 0o044


def test_a_file_that_everybody_may_read_is_shut_at_the_next_import(tmp_path):
    add(_data(), tmp_path / "data")
    (tmp_path / "data" / "rejects.parquet").chmod(0o644)
    add(_data(), tmp_path / "data")  # the same again
    assert _mode(tmp_path / "data" / "rejects.parquet") == 0o600
    (tmp_path / "data" / "rejects.parquet").chmod(0o644)
    add(_data("2"), tmp_path / "data")
    assert _mode(tmp_path / "data" / "rejects.parquet") == 0o600


def test_a_group_that_the_owner_lets_in_stays_let_in(tmp_path):
    add(_data(), tmp_path / "data")
    (tmp_path / "data" / "rejects.parquet").chmod(0o660)
    add(_data("2"), tmp_path / "data")
    assert _mode(tmp_path / "data" / "rejects.parquet") == 0o660


def test_the_fingerprint_of_the_data_needs_no_rows_left_out(tmp_path):
    add(_data(), tmp_path / "data")
    before = fingerprint(tmp_path / "data")
    (tmp_path / "data" / "rejects.parquet").unlink()
    assert fingerprint(tmp_path / "data") == before
