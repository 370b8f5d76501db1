"""The tables of a page are written between its marks, and nothing else is."""

import csv
import re
from pathlib import Path

import pytest

from callstats.calibrate.calibration_page import TABLES, write_tables
from callstats.calibrate.calibration_result import Row
from callstats.errors import InputError

DOCS = Path(__file__).parents[2] / "docs"


def row(**changed) -> Row:
    same = {
        "situation": "two lists", "question": "?", "drawn": "2 x 400 contacts", "method": "z-test",
        "kind": "obvious", "measure": "false alarms", "rate": 0.11, "standard_error": 0.007, "low": 0.1,
        "high": 0.12, "runs": 1000, "unanswered": 0, "nominal": 0.05, "verdict": "broken", "reason": "",
    }  # fmt: skip
    return Row(**{**same, **changed})


ROWS = [row(), row(method="clustered", kind="default", rate=0.05, verdict="ok")]


def test_the_default_stands_beside_the_obvious_test():
    assert TABLES["false alarms"](ROWS).splitlines()[2] == (
        "| two lists | z-test | 11.0 % ± 0.7 | clustered | 5.0 % ± 0.7 | ok |"
    )


def test_how_often_a_method_is_silent_is_told():
    silent = [row(kind="default", runs=600, unanswered=400)]
    assert "(no answer: 40%)" in TABLES["false alarms"](silent)
    assert "no answer" in TABLES["false alarms"]([row(runs=0, unanswered=5)])


def test_words_outside_the_marks_stay(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- table: false alarms -->\nold\n<!-- end -->\nafter\n", encoding="utf-8")
    write_tables(page, ROWS)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n<!-- table: false alarms -->\n| situation")
    assert text.endswith("| ok |\n<!-- end -->\nafter\n")
    write_tables(page, ROWS)
    assert page.read_text(encoding="utf-8") == text


def test_an_unknown_table_or_page_is_named(tmp_path):
    page = tmp_path / "page.md"
    with pytest.raises(InputError, match="no such page"):
        write_tables(page, ROWS)
    page.write_text("<!-- table: moons -->\n<!-- end -->\n", encoding="utf-8")
    with pytest.raises(InputError, match="no such table: moons"):
        write_tables(page, ROWS)


def test_a_page_that_cannot_be_written_is_refused_before_any_sample_is_drawn(tmp_path):
    from callstats.cli.calibrating import calibrate

    with pytest.raises(InputError, match="no such page"):
        calibrate(runs=10**9, page=tmp_path / "page.md")
    page = tmp_path / "plain.md"
    page.write_text("no marks\n", encoding="utf-8")
    with pytest.raises(InputError, match="marks no table"):
        calibrate(runs=10**9, page=page)


def test_the_page_of_the_docs_shows_the_figures_of_its_file():
    with (DOCS / "calibration.csv").open(encoding="utf-8", newline="") as file:
        rows = [_read(line) for line in csv.DictReader(file)]
    page = (DOCS / "calibration.md").read_text(encoding="utf-8")
    for name, table in TABLES.items():
        shown = re.search(rf"<!-- table: {name} -->\n(.*?)\n<!-- end -->", page, re.DOTALL)
        assert shown is not None, name
        assert shown[1] == table(rows), name


def _read(line: dict[str, str]) -> Row:
    numbers = ("rate", "standard_error", "low", "high", "nominal")
    counts = ("runs", "unanswered")
    read = {key: float(value or "nan") if key in numbers else value for key, value in line.items()}
    return Row(**{key: int(value) if key in counts else value for key, value in read.items()})
