"""Bad input gets a message an analyst can act on, costs nobody data and leaves nothing half-written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.cli.conftest import GOOD, HEADER, Outcome, Run, export, export_row


def _import(run: Run, file: Path) -> Outcome:
    return run(
        "import", file, "--source", "vicidial", "--time-zone", "Europe/Paris", "--to", file.parent / "out"
    )


def _rejects(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "out" / "rejects.parquet")


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("empty.txt", b"", ["empty.txt", "empty"]),
        ("header.txt", export().encode(), ["header.txt", "no row", "again"]),
        ("other.txt", b"hello|world\n1|2\n", ["other.txt", "row 1", "call_date", "mapping"]),
    ],
)
def test_a_file_that_is_no_export_is_refused_and_nothing_is_written(
    run: Run, tmp_path: Path, name: str, content: bytes, found: list[str]
) -> None:
    (tmp_path / name).write_bytes(content)
    done = _import(run, tmp_path / name)
    assert done.code == 3
    assert all(word in done.err for word in found)
    assert not (tmp_path / "out").exists()


def test_missing_columns_are_named(run: Run, tmp_path: Path) -> None:
    left = [column for column in HEADER if column not in ("status", "call_date")]
    (tmp_path / "short.txt").write_text(export("\t".join("x" for _ in left), header=left), encoding="utf-8")
    done = _import(run, tmp_path / "short.txt")
    assert done.code == 3
    assert "'call_date'" in done.err
    assert "'status'" in done.err
    assert "'lead_id'" not in done.err.split("The file has")[0]


def test_a_folder_in_place_of_a_file_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    done = _import(run, tmp_path / "folder.txt")
    assert done.code == 3
    assert "folder" in done.err


def test_a_missing_file_is_refused_with_the_near_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "export.txt").write_text("x", encoding="utf-8")
    done = _import(run, tmp_path / "exprt.txt")
    assert done.code == 3
    assert "'export.txt'" in done.err


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_every_usual_encoding_is_read(run: Run, tmp_path: Path, encoding: str) -> None:
    (tmp_path / "export.txt").write_bytes(export(*GOOD).encode(encoding))
    done = _import(run, tmp_path / "export.txt")
    assert done.code == 0
    assert "9 calls" in done.err
    assert ("Latin-1" in done.err or "cp1252" in done.err) == (encoding == "latin-1")


def test_another_delimiter_is_noticed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "export.txt").write_text(export(*GOOD).replace("\t", ";"), encoding="utf-8")
    assert "9 calls" in _import(run, tmp_path / "export.txt").err


@pytest.mark.parametrize(
    ("row", "rule", "found"),
    [
        (export_row(77, length_in_sec=-5), "a duration is never negative", "-5"),
        (export_row(77, length_in_sec=70000), "a duration is under 65,000 seconds", "70000"),
        (export_row(77, call_date="01/09/2026 10:00"), "a time can be read", "01/09/2026 10:00"),
        (export_row(77, call_date=""), "a call has a time", "nothing"),
        (GOOD[0], "a call is listed once", ""),
        (export_row(77, last_name="a\0b"), "a line has no NUL bytes", ""),
        ("2026-09-01 11:00:00\t33100", "a line has as many fields as the header", "2 fields"),
    ],
    ids=["negative", "70000 s", "other date format", "no date", "twice", "NUL", "short line"],
)
def test_a_bad_row_is_kept_with_its_reason_and_the_others_go_on(
    run: Run, tmp_path: Path, row: str, rule: str, found: str
) -> None:
    (tmp_path / "export.txt").write_text(export(*GOOD, row), encoding="utf-8", newline="")
    done = _import(run, tmp_path / "export.txt")
    rejected = _rejects(tmp_path)
    assert done.code == 1
    assert "9 calls" in done.err
    assert rule in done.out
    assert len(rejected) == 1
    assert rejected["row"].item() == 11
    assert rejected["file"].item() == "export.txt"
    assert found in rejected["found"].item()


def test_a_length_that_is_no_number_costs_the_length_and_is_a_finding(run: Run, tmp_path: Path) -> None:
    (tmp_path / "export.txt").write_text(export(*GOOD, export_row(77, length_in_sec="abc")), encoding="utf-8")
    done = _import(run, tmp_path / "export.txt")
    assert done.code == 1
    assert "10 calls" in done.err
    assert "1 cell of length_in_sec cannot be read and is unknown ('abc', row 11)" in done.err
    assert "every cell can be read" in done.out
    assert len(_rejects(tmp_path)) == 0


def test_a_truncated_last_line_is_kept_as_rejected(run: Run, tmp_path: Path) -> None:
    (tmp_path / "export.txt").write_bytes(export(*GOOD).encode()[:-40])
    done = _import(run, tmp_path / "export.txt")
    assert done.code == 1
    assert "8 calls" in done.err
    assert _rejects(tmp_path)["row"].tolist() == [10]


def test_an_unknown_status_is_a_finding_and_its_flags_stay_unknown(run: Run, tmp_path: Path) -> None:
    (tmp_path / "export.txt").write_text(export(*GOOD, export_row(77, status="ZZTOP")), encoding="utf-8")
    done = _import(run, tmp_path / "export.txt")
    calls = pd.read_parquet(tmp_path / "out" / "calls")
    assert done.code == 1
    assert "ZZTOP" in done.out
    assert calls.loc[calls["outcome_code"] == "ZZTOP", "live"].isna().all()


def test_an_import_over_a_folder_of_something_else_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "export.txt").write_text(export(*GOOD), encoding="utf-8")
    done = _import(run, tmp_path / "export.txt")
    assert done.code in (2, 3)
    assert (tmp_path / "out" / "thesis.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["measure", "data/demo", "anser_rate"], "'answer_rate'"),
        (["measure", "data/demo", "answer_rate", "--where", "campaign_id=sprng"], "'spring'"),
        (["measure", "data/demo", "answer_rate", "--where", "campain_id=spring"], "'campaign_id'"),
        (["measure", "data/demo", "answer_rate", "--period", "2031-01"], "2026-07-01 to 2026-09-30"),
        (["measure", "data/demo", "answer_rate", "--period", "September"], "2026-09"),
        (["measure", "data/demo", "answer_rate", "--by", "lst_id"], "'list_id'"),
        (["measure", "data/demo"], "no KPI"),
        (["measure", "data/demo", "conversion_rate"], "conversion_per_dial"),
        (["report", "campaign_reprt", "data/demo"], "'campaign_report'"),
        (["report", "campaign_report", "data/demo", "-p", "campagne_id=spring"], "'campaign_id'"),
        (["report", "campaign_report", "data/demo", "-p", "campaign_id=sprng"], "'spring'"),
        (["report", "campaign_report", "data/demo", "--period", "2031-01"], "2026-07-01 to 2026-09-30"),
    ],
)
def test_a_question_that_cannot_be_asked_says_what_can(run: Run, words: list[str], found: str) -> None:
    done = run(*words)
    assert done.code == 2
    assert found in done.err
    assert done.out == ""


def test_data_that_is_not_there_is_unreadable_input(run: Run, tmp_path: Path) -> None:
    assert run("measure", tmp_path / "nothing", "answer_rate").code == 3
