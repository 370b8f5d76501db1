"""`callstats compare`: the verdict first, warnings apart, numbers in full where a machine reads them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.answers.compare.comparable import dataset, drawn
from tests.cli.conftest import Run


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A data set of two lists that truly differ."""
    return dataset(drawn(1, effect=1.5)).save(tmp_path / "data")


@pytest.fixture
def nested(tmp_path: Path) -> Path:
    """A data set of two lists, each worked by agents of its own."""
    return dataset(drawn(1, nested=True)).save(tmp_path / "nested")


def test_the_verdict_comes_first_and_the_rows_after(run: Run, saved: Path) -> None:
    done = run("compare", saved, "conversion_per_conversation", "--by", "list_id", "--control", "A")
    assert done.code == 0
    assert "evidence that B is higher than A" in done.out.splitlines()[0]
    assert "interval" in done.out
    assert done.err == ""


def test_json_has_every_number_in_full(run: Run, saved: Path) -> None:
    done = run("compare", saved, "conversion_per_conversation", "--format", "json")
    (row,) = json.loads(done.out)
    assert row["list_id"] == "B"
    assert row["low"] < row["estimate"] < row["high"]
    assert len(str(row["estimate"])) > 10


def test_csv_has_a_row_an_arm(run: Run, saved: Path) -> None:
    done = run("compare", saved, "conversion_per_conversation", "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(done.out))
    assert float(row["p_value"]) < 0.05


def test_a_refusal_exits_1_and_says_what_to_do(run: Run, nested: Path) -> None:
    done = run("compare", nested, "conversion_per_conversation")
    assert (done.code, done.out) == (1, "")
    assert "at least 10 agents" in done.err


def test_force_turns_it_into_a_warning_on_stderr(run: Run, nested: Path) -> None:
    done = run("compare", nested, "conversion_per_conversation", "--force", "--format", "json")
    assert done.code == 0
    assert "different agents" in done.err
    assert len(json.loads(done.out)) == 1


def test_where_period_strata_and_margins_are_options(run: Run, saved: Path) -> None:
    done = run(
        "compare", saved, "conversion_per_conversation", "--where", "direction=outbound",
        "--period", "2026-09",
        "--stratify", "hour", "--equivalence", "0.05", "--adjust", "none", "--confidence", "0.9",
    )  # fmt: skip
    assert done.code == 0
    assert "within hour" in done.out


def test_an_unknown_control_exits_2_and_names_what_there_is(run: Run, saved: Path) -> None:
    done = run("compare", saved, "conversion_per_conversation", "--control", "C")
    assert done.code == 2
    assert "unknown list_id 'C'" in done.err


def test_it_speaks_the_language_asked_for(run: Run, saved: Path) -> None:
    done = run("compare", saved, "conversion_per_conversation", "--lang", "fr")
    assert "les données montrent" in done.out


def test_a_split_that_is_no_number_is_refused(run: Run, saved: Path) -> None:
    done = run("compare", saved, "conversion_per_conversation", "--split", "A=half")
    assert done.code == 2
    assert "not a number" in done.err
