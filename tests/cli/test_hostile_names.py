from __future__ import annotations

import csv
import io
import json
import re
import shlex
import unicodedata
from pathlib import Path

import pytest

from tests.cli.conftest import export, export_row
from tests.hostile import CAMPAIGNS, NAMES, write_data

TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
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


@pytest.mark.parametrize("by", ["agent_id", "list_id"])
def test_no_name_in_a_table_steers_a_terminal_or_turns_what_stands_beside_it(run, data, by):
    done = run("measure", data, "dials", "--by", by, "--lang", "ru")
    assert done.code == 0
    assert not [c for c in done.out if c != "\n" and (unicodedata.category(c) == "Cc" or c in TURNING)]


def test_json_holds_every_name_as_it_is(run, data):
    rows = json.loads(run("measure", data, "dials", "--by", "agent_id", "--format", "json").out)
    assert {NAMES["terminal"], NAMES["turned"], NAMES["formula"]} <= {row["agent_id"] for row in rows}


def test_a_command_that_is_offered_names_a_folder_and_runs_nothing(run, tmp_path):
    (tmp_path / "calls.csv").write_text(export(export_row(1)), encoding="utf-8")
    to = tmp_path / "$(touch harm.txt); <b>"
    done = run("import", tmp_path / "calls.csv", "--source", "vicidial", "--time-zone", "UTC", "--to", to)
    offered = re.findall(r"`callstats (?:init|check) (.+)`", done.err)
    assert len(offered) == 2
    for words in offered:
        assert shlex.split(words) == [str(to)]


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
