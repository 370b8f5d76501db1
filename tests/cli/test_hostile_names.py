from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.hostile import CAMPAIGNS, NAMES, write_data

FORMULAS = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("centre") / "data")


def test_no_cell_of_a_csv_is_a_formula(run, data):
    done = run(
        "measure", data, "answer_rate", "--by", "list_id", "--where", "direction=outbound", "--format", "csv"
    )
    assert done.code == 0
    rows = list(csv.reader(io.StringIO(done.out)))
    assert len(rows) == 1 + 2 * len(CAMPAIGNS)
    assert not [cell for row in rows for cell in row if cell.startswith(FORMULAS) and not is_number(cell)]


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_a_campaign_is_found_by_whatever_name_it_has(run, data, name):
    done = run("measure", data, "dials", "--where", f"campaign_id={NAMES[name]}", "--format", "json")
    assert (done.code, NAMES[name] in done.err) == (0, False)


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
