"""callstats map: the draft to stdout or a file, and the dry run to stderr."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import GOOD, Run, export

CALLS = """Id;Date;Agent;Result;Talk
1;14/09/2026 10:00;ann;Sold;95
2;14/09/2026 10:05;bob;Nobody;
3;14/09/2026 10:10;ann;No;70
4;yesterday;ann;No;40
5;15/09/2026 10:15;bob;Maybe;x
"""


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    file = tmp_path / "crm.csv"
    file.write_text(CALLS, encoding="utf-8")
    return file


def test_the_draft_is_data_and_the_dry_run_a_message(run: Run, calls: Path) -> None:
    done = run("map", calls, "--time-zone", "Europe/Paris")
    assert done.code == 0
    content = tomllib.loads(done.out)
    assert content["calls"]["columns"]["started_at"] == {"column": "Date", "format": "%d/%m/%Y %H:%M"}
    assert content["calls"]["statuses"] == {"Sold": "success", "Nobody": "no_answer", "No": "refusal"}
    assert "crm.csv: 5 rows = 4 calls + 1 rejected" in done.err
    assert "rejected for Date: 1" in done.err
    assert "dials: 4" in done.err
    assert "1 line of the draft asks for your answer" in done.err


def test_the_dry_run_counts_the_cells_that_cannot_be_read(run: Run, tmp_path: Path) -> None:
    rows = "".join(f"{n},2026-09-14 10:{n:02d},{n * 5}\n" for n in range(1, 20))
    file = tmp_path / "a.csv"
    file.write_text(f"Id,Date,Talk\n{rows}20,2026-09-14 11:00,soon\n", encoding="utf-8")
    assert "1 cells of talk_s cannot be read" in run("map", file).err


def test_the_file_that_is_written_can_be_imported(run: Run, calls: Path, tmp_path: Path) -> None:
    assert run("map", calls, "--time-zone", "Europe/Paris", "--to", tmp_path / "m.toml").out == ""
    done = run("import", calls, "--mapping", tmp_path / "m.toml", "--to", tmp_path / "data")
    assert "5 rows = 4 calls + 1 rejected" in done.err


def test_a_file_is_not_written_over_without_force(run: Run, calls: Path, tmp_path: Path) -> None:
    mine = tmp_path / "m.toml"
    mine.write_text("mine", encoding="utf-8")
    refused = run("map", calls, "--to", mine)
    assert refused.code == 2
    assert "--force" in refused.err
    assert mine.read_text(encoding="utf-8") == "mine"
    assert run("map", calls, "--to", mine, "--force").code == 0
    assert "[calls.columns]" in mine.read_text(encoding="utf-8")


def test_a_question_that_stops_the_dry_run_is_told(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("Id,Date\n1,03/04/2026 10:00\n2,05/04/2026 11:00\n", encoding="utf-8")
    done = run("map", file)
    assert done.code == 0
    assert "QUESTION" in done.out
    assert "cannot be read yet" in done.err


def test_known_systems_are_listed_by_their_headers(run: Run) -> None:
    listed = run("map", "--known")
    assert listed.code == 0
    assert "vicidial" in listed.out
    assert "call_date" in listed.out


def test_a_known_system_is_named_first(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "export.txt"
    file.write_text(export(*GOOD), encoding="utf-8")
    assert "--source vicidial" in run("map", file).out.splitlines()[0]


def test_what_cannot_be_drafted_is_an_error_with_a_way_out(run: Run, tmp_path: Path) -> None:
    assert run("map").code == 2
    missing = run("map", tmp_path / "none.csv")
    assert missing.code == 3
    assert "no such file" in missing.err
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    assert run("map", tmp_path / "empty.csv").code == 3
    (tmp_path / "ok.csv").write_text("Id,Date\n1,2026-09-14 10:00\n", encoding="utf-8")
    nowhere = run("map", tmp_path / "ok.csv", "--to", tmp_path / "no" / "m.toml")
    assert nowhere.code == 2
    assert "cannot be written" in nowhere.err


def test_the_dry_run_shows_what_filling_groups_down_does(run: Run, tmp_path: Path) -> None:
    rows = "Ann;1;14/09/2026 10:00\n;2;14/09/2026 10:05\nBob;3;14/09/2026 10:10\n;4;14/09/2026 10:15\n"
    file = tmp_path / "grouped.csv"
    file.write_text(f"Agent;Id;Date\n{rows}", encoding="utf-8")
    done = run("map", file, "--time-zone", "Europe/Paris")
    assert tomllib.loads(done.out)["file"] == {"fill_down": ["Agent"]}
    assert "fill_down: agent_id is known of 4 calls, without it of 2" in done.err
