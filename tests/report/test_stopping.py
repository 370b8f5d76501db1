"""A batch that is stopped writes no further file, and its process waits for nobody."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from callstats.errors import ReportError
from callstats.report import stopping

LEAVES = """
import tempfile, time
from concurrent.futures import ThreadPoolExecutor
from callstats.report import stopping
scratch = tempfile.TemporaryDirectory()
print(scratch.name)
work = ThreadPoolExecutor(1).submit(time.sleep, 60)
stopping.hurry()
stopping.abandon({work})
stopping.leave(130)
"""


def test_no_file_is_begun_once_a_batch_is_stopped():
    stop = stopping.Stop()
    with stop.writing():
        pass
    stop.now()
    with pytest.raises(ReportError, match="the batch was stopped before"), stop.writing():
        raise AssertionError("written")


def test_stopping_waits_for_a_file_that_is_being_written():
    stop, written, begun = stopping.Stop(), [], threading.Event()

    def write():
        with stop.writing():
            begun.set()
            time.sleep(0.3)
            written.append("whole")

    with ThreadPoolExecutor(1) as pool:
        pool.submit(write)
        assert begun.wait(10)
        stop.now()
        assert written == ["whole"]


def test_a_process_that_leaves_waits_for_no_thread_and_removes_its_folders(tmp_path):
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", LEAVES],
        check=False,
        capture_output=True,
        text=True,
        env={"TMPDIR": str(tmp_path)},
    )
    assert time.monotonic() - start < 30
    assert done.returncode == 130
    assert done.stderr == ""
    assert done.stdout.startswith(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_work_that_ends_soon_is_waited_for(monkeypatch):
    monkeypatch.setattr(stopping, "_abandoned", [])
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(time.sleep, 0.2)
        stopping.abandon({work})
        assert work.done()
    with pytest.raises(SystemExit) as left:
        stopping.leave(3)
    assert left.value.code == 3
