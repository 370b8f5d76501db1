"""Every command that prints a table writes a workbook: to a file whole, to a pipe, never to a terminal."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

DATA = str(Path(__file__).parents[2] / "data" / "demo")
SEPTEMBER = ["--period", "2026-09", "--where", "campaign_id=spring"]
COMMAND = [sys.executable, "-c", "from callstats.cli import main; main()"]


def called(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *words], capture_output=True, check=False, cwd=cwd)


@pytest.mark.parametrize(
    "words",
    [
        ["measure", DATA, "answer_rate", "--by", "list_id", *SEPTEMBER],
        ["agents", DATA, *SEPTEMBER],
        ["bridge", DATA, "--after", "2026-09", "--where", "campaign_id=spring", "--lang", "fr"],
        ["plan", "--baseline", ".05", "--effect", ".01"],
        ["kpis"],
        ["check", DATA],
    ],
    ids=lambda words: words[0],
)
def test_a_command_writes_a_workbook_with_what_it_is_about(words: list[str], tmp_path: Path) -> None:
    out = tmp_path / "made.xlsx"
    done = called(*words, "--format", "xlsx", "--out", str(out))
    assert done.returncode == (words[0] == "check"), done.stderr.decode()  # which finds something
    assert done.stdout.decode().strip() == str(out)
    book = openpyxl.load_workbook(out)
    assert len(book.worksheets) >= 2
    assert book.worksheets[0]["A1"].value
    assert book.worksheets[-1].max_row > 1


def test_a_pipe_takes_the_bytes_of_the_same_workbook(tmp_path: Path) -> None:
    words = ["measure", DATA, "answer_rate", *SEPTEMBER]
    piped = called(*words, "--format", "xlsx")
    written = called(*words, "--out", str(tmp_path / "a.xlsx"))
    assert written.returncode == 0
    assert piped.stdout == (tmp_path / "a.xlsx").read_bytes()
    assert openpyxl.load_workbook(io.BytesIO(piped.stdout)).sheetnames == ["Contents", "All numbers"]


def test_a_terminal_is_told_to_name_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    from callstats.cli.app import asked_format
    from callstats.errors import UsageError

    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    with pytest.raises(UsageError, match="no text for a terminal"):
        asked_format("xlsx", None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "a.csv"], "'a.csv' is no workbook"),
        (["--format", "csv", "--out", "a.xlsx"], "--out is for workbooks"),
        (["--out", "missing/a.xlsx"], "cannot be written"),
    ],
)
def test_what_no_workbook_can_be_is_refused_before_any_work(
    words: list[str], said: str, tmp_path: Path
) -> None:
    done = called("kpis", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr.decode()
    assert list(tmp_path.iterdir()) == []


def test_every_command_with_a_table_takes_a_workbook() -> None:
    """A command added later is found here: what prints csv and json writes xlsx as well."""
    from callstats.cli.app import app

    lacking = []
    for name in app:
        if name.startswith("-"):
            continue
        taken = {
            word for argument in app[name].assemble_argument_collection() for word in argument.names or ()
        }
        if "--format" in taken and "--out" not in taken:
            lacking.append(name)
    assert lacking == []
