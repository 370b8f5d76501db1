"""``callstats forget``: who is meant, what is said, and how it ends."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import callstats as cs

DEMO = Path(__file__).parents[2] / "data" / "demo"


@pytest.fixture
def data(tmp_path: Path) -> str:
    shutil.copytree(DEMO, tmp_path / "data")
    return str(tmp_path / "data")


def _dials(data: str) -> float:
    return cs.measure(cs.open(data), "dials")["value"].tolist()[0]


def test_a_contact_is_taken_out_and_the_rows_are_counted(run, data):
    before = _dials(data)
    done = run("forget", data, "100001", "--format", "csv")
    assert done.code == 0
    calls = int(next(line for line in done.out.splitlines() if line.startswith("calls,")).split(",")[1])
    assert before - _dials(data) == calls > 0
    assert "100001" not in done.out + done.err


def test_somebody_who_is_not_there_is_counted_and_not_named(run, data):
    done = run("forget", data, "100001", "0199001003")
    assert (done.code, "1 of 2 not in the data (no. 2)" in done.err, "0199" in done.err) == (1, True, False)


def test_names_come_from_a_file(run, data, tmp_path):
    (tmp_path / "who.txt").write_text("100001\n\n100002\n", encoding="utf-8")
    assert run("forget", data, "--from", tmp_path / "who.txt", "--dry-run").code == 0
    assert run("forget", data, "--from", tmp_path / "none.txt").code == 3


@pytest.mark.parametrize("words", [[], ["--expired", "100001"]])
def test_either_contacts_or_what_is_too_old(run, data, words):
    assert run("forget", data, *words).code == 2


def test_what_is_too_old_is_what_the_project_says(run, data):
    done = run("forget", data, "--expired")
    assert (done.code, "[retention]" in done.err) == (2, True)
    done = run("forget", data, "--expired", "--set", "retention.calls_months=1200")
    assert (done.code, done.out) == (0, "Nothing is older.\n")


@pytest.mark.parametrize("months", ["0", "-1", "1.5", "true", "99999"])
def test_months_that_are_none_are_refused(run, data, months):
    done = run("forget", data, "--expired", "--set", f"retention.calls_months={months}")
    assert (done.code, "retention.calls_months" in done.err) == (2, True)
