"""What a killed import left among the temporary files is swept away, and nothing of one that lives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile

import pytest

from callstats.sources.scratch import new_scratch, remove, scratch, sweep

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no locks")

HOLD = """
import sys, time
from callstats.sources.scratch import new_scratch
print(new_scratch("import"), flush=True)
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def holder(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert process.stdout is not None
    return process, tmp_path / process.stdout.readline().strip().rpartition("/")[2]


def test_a_folder_goes_when_its_process_was_killed_and_not_before(tmp_path):
    process, folder = holder(tmp_path)
    (folder / "part").write_text("rows")
    sweep()
    assert (folder / "part").exists()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    sweep()
    assert not folder.exists()


def test_every_new_folder_sweeps_first(tmp_path):
    process, left = holder(tmp_path)
    process.kill()
    process.communicate()
    with scratch("map") as folder:
        assert folder.exists()
        assert not left.exists()
    assert not folder.exists()


def test_one_of_this_process_stays_until_it_is_removed():
    folder = new_scratch("data")
    with scratch("import"):
        assert folder.exists()
    sweep()
    assert folder.exists()
    remove(folder)
    assert not folder.exists()


def test_what_has_no_lock_or_leads_elsewhere_is_left(tmp_path):
    (tmp_path / "callstats-import-older").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / ".in-use").touch()
    (tmp_path / "callstats-import-link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "callstats-import-locked").mkdir()
    (tmp_path / "callstats-import-locked" / ".in-use").symlink_to(tmp_path / "elsewhere" / ".in-use")
    before = sorted(tmp_path.rglob("*"))
    sweep()
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="needs another user")
def test_a_folder_of_another_user_is_left(tmp_path):
    process, folder = holder(tmp_path)
    process.kill()
    process.communicate()
    os.chown(folder, 12345, 12345)
    sweep()
    assert folder.exists()
