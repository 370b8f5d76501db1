"""Rows that do not fit into memory lie where nobody else can read them, and go with their process."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from callstats.dataset.engine_connection import connect
from callstats.sources.scratch import spill_folder

PREFIX = "callstats-spill-"
CODE = "from callstats.dataset.engine_connection import connect; import os; connect(); {}"
pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes and processes are those of POSIX")


def left_by(end: str, folder: Path) -> list[Path]:
    """Return the folders that a process leaves in a folder for temporary files."""
    environment = {**os.environ, "TMPDIR": str(folder)}
    subprocess.run([sys.executable, "-c", CODE.format(end)], env=environment, check=False)
    return list(folder.glob(f"{PREFIX}*"))


def test_only_its_owner_may_enter_the_folder_that_duckdb_uses():
    asked = connect().execute("SELECT current_setting('temp_directory')").fetchone()
    assert asked == (spill_folder(),)
    assert stat.S_IMODE(Path(spill_folder()).stat().st_mode) == 0o700
    assert Path(spill_folder()).parent == Path(tempfile.gettempdir())


def test_what_duckdb_moves_out_of_memory_is_in_that_folder(tmp_path):
    code = (
        "c = connect(memory='60MB', threads=1); c.execute('CREATE TABLE t AS SELECT md5(i::VARCHAR) AS a, "
        "md5((-i)::VARCHAR) AS b FROM range(1500000) AS r(i)'); "
        "here = os.environ['TMPDIR']; "
        "[print(os.path.relpath(at, here)) for at, _, files in os.walk(here) if files]"
    )
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(code)], capture_output=True, text=True, check=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    (place,) = done.stdout.split()
    assert place.startswith(PREFIX)


def test_the_folder_goes_with_its_process(tmp_path):
    assert left_by("pass", tmp_path) == []
    assert left_by("raise SystemExit(3)", tmp_path) == []


def test_what_a_killed_process_leaves_is_removed_by_the_next(tmp_path):
    (left,) = left_by("os.kill(os.getpid(), 9)", tmp_path)
    (left / "rows.tmp").write_text("a row")
    assert left_by("pass", tmp_path) == []
    assert not left.exists()


def test_a_process_that_runs_keeps_its_folder(tmp_path):
    ours = Path(spill_folder())
    left_by("pass", Path(tempfile.gettempdir()))
    assert ours.is_dir()
    asked = connect().execute("SELECT current_setting('temp_directory')").fetchone()
    assert asked == (str(ours),)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_forked_process_has_a_folder_of_its_own(tmp_path):
    code = (
        "pid = os.fork(); connect(); pid and os.waitpid(pid, 0); "
        "print(len(os.listdir(os.environ['TMPDIR']))) if pid else 0"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CODE.format(code)], capture_output=True, text=True, check=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert done.stdout.split()[-1] == "1"
    assert list(tmp_path.glob(f"{PREFIX}*")) == []
