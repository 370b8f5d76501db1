"""One hostile cell costs that cell or its row and no other: a few here; all columns and zones are slow."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import cell_sweeps
from tests.mutants import BAD


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> cell_sweeps.Sweep:
    return cell_sweeps.Sweep(tmp_path_factory.mktemp("sweeps"), "Asia/Kathmandu", "calls")


@pytest.mark.parametrize(
    ("column", "cell"),
    [("talk_s", "9223372036854775808"), ("started_at", "0000-00-00 00:00:00"), ("call_id", "")],
)
def test_no_other_row_changes(calls, column, cell, monkeypatch):
    monkeypatch.chdir(calls.folder)
    ended = calls.tried(cell_sweeps.Case("Asia/Kathmandu", "calls", column, 4, cell))
    assert ended.kind not in BAD | {"wrong"}, ended.said


def test_a_row_that_changes_is_seen(calls, monkeypatch):
    monkeypatch.chdir(calls.folder)
    sound = calls.sound
    other = {name: rows.copy() for name, rows in sound.items()}
    first, second, *_ = other["calls"]
    other["calls"][first] -= 1
    assert cell_sweeps._wrong("calls", sound, other) == ""  # the row itself may be left out
    other["calls"][second] -= 1
    assert "2 rows lost" in cell_sweeps._wrong("calls", sound, other)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(8))
def test_many_cells_change_no_other_row(first):
    command = [sys.executable, "-m", "tests.cell_sweeps", "--step", "40", "--first", str(first)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=3600, cwd=Path(__file__).parents[1]
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert json.loads(done.stdout.splitlines()[-1])["outcomes"]
