"""Whatever goes wrong, a command ends with a sentence and a code that says whose turn it is."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from callstats.cli.border import UNFORESEEN, outcome
from callstats.errors import InputError, harmless, one_line
from callstats.library_errors import explained
from tests.cli.conftest import GOOD, Run, export

COMMAND = [
    sys.executable,
    "-c",
    "import sys; sys.argv[0] = 'callstats'; from callstats.cli import main; main()",
]


def started(*words: object, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, words)],
        capture_output="stdout" not in options,
        text=True,
        check=False,
        **options,
    )


@pytest.fixture
def data(run: Run, tmp_path: Path) -> Path:
    (tmp_path / "export.txt").write_text(export(*GOOD), encoding="utf-8")
    folder = tmp_path / "data"
    words = ("--source", "vicidial", "--time-zone", "Europe/Paris", "--to", folder)
    assert run("import", tmp_path / "export.txt", *words).code in (0, 1)
    return folder


class TestWhatNobodyForesaw:
    def test_it_is_code_70_and_a_log_that_only_its_owner_reads(self, monkeypatch, capsys, tmp_path):
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        monkeypatch.delenv("CALLSTATS_DEBUG", raising=False)

        def fails() -> int:
            raise KeyError("talk_s")

        assert outcome(fails) == UNFORESEEN == 70
        said = capsys.readouterr().err
        (log,) = tmp_path.iterdir()
        assert str(log) in said
        assert "Traceback" not in said
        assert "KeyError: 'talk_s'" in log.read_text(encoding="utf-8")
        assert stat.S_IMODE(log.stat().st_mode) == 0o600

    def test_a_developer_sees_the_traceback(self, monkeypatch, capsys):
        monkeypatch.setenv("CALLSTATS_DEBUG", "1")
        assert outcome(lambda: {}["talk_s"]) == 70
        assert "Traceback" in capsys.readouterr().err

    def test_a_log_that_cannot_be_written_costs_no_word(self, monkeypatch, capsys, tmp_path):
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "no such folder"))
        monkeypatch.delenv("CALLSTATS_DEBUG", raising=False)
        assert outcome(lambda: 1 // 0) == 70
        assert "CALLSTATS_DEBUG=1" in capsys.readouterr().err


@pytest.mark.parametrize(
    "number",
    [
        errno.EACCES,
        errno.EISDIR,
        errno.ENOSPC,
        errno.EMFILE,
        errno.ENAMETOOLONG,
        errno.EIO,
        errno.ENXIO,
        errno.ELOOP,
    ],
)
def test_what_the_system_refuses_is_a_sentence_with_the_file_and_a_hint(number, capsys):
    def fails() -> int:
        raise OSError(number, os.strerror(number), "calls.csv")

    assert outcome(fails) == 3
    said = capsys.readouterr().err
    assert said.startswith("callstats: calls.csv: the system refuses: ")
    assert len(said.splitlines()) == 2


def test_a_stop_is_130(capsys):
    def stopped() -> int:
        raise KeyboardInterrupt

    assert outcome(stopped) == 130


def test_errors_of_the_engine_are_the_datas_and_those_of_its_grammar_are_ours():
    import duckdb

    assert isinstance(explained(duckdb.InvalidInputException("x")), InputError)
    assert explained(duckdb.BinderException("x")) is None
    assert explained(duckdb.ParserException("x")) is None


class TestHostileNames:
    NAME = "a\x1b[31m\u202eb\nc\u2028.csv"

    def test_nothing_that_a_terminal_obeys_is_left(self):
        assert harmless(self.NAME) == "a\\x1b[31m\\u202eb\nc\\u2028.csv"
        assert one_line(self.NAME) == "a\\x1b[31m\\u202eb\\nc\\u2028.csv"

    def test_letters_of_all_scripts_stay(self):
        for text in ("Été — « Léa »", "Лёд", "\N{FAMILY}\u200d\N{GIRL}", "12\u202f%", "می\u200cخواهم"):
            assert harmless(text) == text

    def test_a_file_of_that_name_is_told_harmlessly(self, run, tmp_path):
        (tmp_path / self.NAME).write_bytes(b"")
        done = run("import", tmp_path / self.NAME, "--source", "vicidial", "--to", tmp_path / "out")
        assert done.code == 3
        assert "a\\x1b[31m\\u202eb\\nc\\u2028.csv" in done.err
        assert not set(done.err) & set("\x1b\u202e\u2028")


class TestPlacesToWriteTo:
    """They are tried before anything is read: the input named here does not even exist."""

    @pytest.mark.parametrize("place", ["file", "file/below", "long"])
    @pytest.mark.parametrize(
        "words",
        [
            ("import", "nothing.csv", "--to"),
            ("report", "campaign_report", "nothing", "--out"),
            ("monthly", "nothing", "--period", "2026-09", "--out"),
            ("notebooks",),
        ],
        ids=lambda words: words[0],
    )
    def test_a_folder_that_cannot_be(self, run, tmp_path, words, place):
        (tmp_path / "file").write_text("x", encoding="utf-8")
        target = tmp_path / ("n" * 300 if place == "long" else place)
        done = run(*words, target)
        assert done.code == 2
        assert "cannot be written" in done.err or "is no data set" in done.err
        assert [file.name for file in tmp_path.iterdir()] == ["file"]

    @pytest.mark.parametrize("place", [".", "missing/below.toml"])
    @pytest.mark.parametrize(
        "words", [("map", "nothing.csv", "--to"), ("calibrate", "--plot")], ids=lambda words: words[0]
    )
    def test_a_file_that_cannot_be(self, run, tmp_path, words, place):
        if words[0] == "calibrate":
            place = place.replace(".toml", ".svg")
            (tmp_path / "x.svg").mkdir()
            place = "x.svg" if place == "." else place
        done = run(*words, tmp_path / place)
        assert done.code == 2
        assert "cannot be written" in done.err

    def test_a_place_that_may_be_written_to_is_left_as_it_was(self, run, tmp_path):
        done = run("import", tmp_path / "nothing.csv", "--source", "vicidial", "--to", tmp_path / "out")
        assert done.code == 3
        assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="pipes of a Unix shell")
class TestPipes:
    @pytest.mark.parametrize(
        "words", [("kpis", "--format", "json"), ("--help",), ("measure", "--help")], ids=" ".join
    )
    def test_a_reader_that_leaves_changes_neither_code_nor_words(self, words):
        process = subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.close()
        _, said = process.communicate()
        assert (process.returncode, said) == (0, b"")

    def test_findings_are_findings_whoever_reads_them(self, data):
        whole = started("check", data)
        read, write = os.pipe()
        os.close(read)
        left = started("check", data, stdout=write, stderr=subprocess.PIPE)
        os.close(write)
        assert (left.returncode, left.stderr) == (whole.returncode, whole.stderr)

    def test_a_full_disk_behind_the_output_is_told_once(self):
        if not Path("/dev/full").exists():
            pytest.skip("no such device here")
        with Path("/dev/full").open("w") as full:
            done = started("kpis", stdout=full, stderr=subprocess.PIPE)
        assert done.returncode == 3
        assert done.stderr.startswith(
            "callstats: standard output: the system refuses: no space left on device."
        )
        assert "Exception ignored" not in done.stderr

    def test_letters_that_the_terminal_lacks_are_escaped(self):
        done = started("kpis", "answer_rate", "--lang", "ru", env={**os.environ, "PYTHONIOENCODING": "ascii"})
        assert done.returncode == 0
        assert "\\u0" in done.stdout
