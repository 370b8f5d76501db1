"""An import changes the folder whole or not at all: killed, on a full disk, or beside another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from callstats.dataset import store_files
from callstats.errors import InputError
from tests.dataset.desk import HEADER, bytes_of, calls, put, told

#: Adds September to August in a process of its own.
ADD = """
import sys, callstats as cs
from pathlib import Path
desk = Path(sys.argv[1])
data = cs.read(desk / "sep.csv", mapping=desk / "m.toml")
print("ready", flush=True)
sys.stdin.readline()
cs.add(data, desk / "data")
"""


def started(desk, code=ADD):
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), str(desk)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process):
    process.stdin.write("go\n")
    process.stdin.flush()


def killed_after(desk, seconds):
    process = started(desk)
    go(process)
    time.sleep(seconds)
    process.kill()
    process.communicate()


def whole(desk):
    """Open the data and return how many calls there are, as its provenance says."""
    rows = len(calls(desk / "data", "call_id"))
    assert told(desk / "data")["rows"]["calls"] == rows
    return rows


@pytest.fixture
def by_moves(monkeypatch):
    """Files are moved one by one, as where the system cannot exchange folders."""
    monkeypatch.setattr(store_files, "can_be_exchanged", lambda *_: False)


class TestWholeOrNotAtAll:
    @pytest.mark.parametrize(
        "seconds",
        [0.02, 0.08, *(pytest.param(t / 50, marks=pytest.mark.slow) for t in range(1, 21))],
    )
    def test_a_process_that_is_killed_leaves_the_old_or_the_new(self, desk, seconds):
        put(desk, "aug.csv")
        killed_after(desk, seconds)
        assert whole(desk) in (2, 5)
        put(desk, "sep.csv")
        assert whole(desk) == 5
        assert not list((desk / "data").glob(".*"))
        assert not list(desk.glob(".*"))

    @pytest.mark.parametrize("moves", [0, 1])
    def test_what_was_cut_off_between_two_files_is_finished_by_whoever_opens(self, desk, moves):
        put(desk, "aug.csv")
        dying = f"""
            import os, signal
            from callstats.dataset import store_files
            store_files.can_be_exchanged = lambda *_: False
            left, move = [{moves} + 1], Path.replace  # the first is the order itself
            def replace(self, target):
                if not left[0]:
                    os.kill(os.getpid(), signal.SIGKILL)
                left[0] -= 1
                return move(self, target)
            Path.replace = replace
            """
        process = started(
            desk, ADD.replace("sys.stdin.readline()\n", "sys.stdin.readline()\n" + textwrap.dedent(dying))
        )
        go(process)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert (desk / "data" / ".complete").exists()
        assert whole(desk) == 5
        assert not list((desk / "data").glob(".*"))

    def test_a_disk_that_is_full_leaves_everything_as_it_was(self, desk, monkeypatch):
        put(desk, "aug.csv")
        before = bytes_of(desk / "data")

        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(store_files, "write_json", full)
        with pytest.raises(InputError, match="No space left"):
            put(desk, "sep.csv")
        assert bytes_of(desk / "data") == before

    def test_what_cannot_be_put_in_place_is_finished_once_it_can(self, desk, by_moves, monkeypatch):
        put(desk, "aug.csv")
        order = (desk / "data" / ".complete").resolve()
        move = Path.replace

        def refused(self, target):
            if order.exists():
                raise OSError(5, "Input/output error")
            return move(self, target)

        monkeypatch.setattr(Path, "replace", refused)
        with pytest.raises(InputError, match="written but cannot be put in place"):
            put(desk, "sep.csv")
        monkeypatch.undo()
        assert whole(desk) == 5

    @pytest.mark.parametrize("limit", [0, 200, 2000])
    def test_files_that_may_not_grow_are_told_and_leave_everything_as_it_was(self, desk, limit):
        put(desk, "aug.csv")
        before = bytes_of(desk / "data")
        limited = ADD.replace(
            "sys.stdin.readline()",
            f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit},) * 2)",
        )
        process = started(desk, limited)
        assert process.stderr is not None
        _, said = process.communicate()
        assert "InputError" in said
        assert "is as it was" in said
        assert bytes_of(desk / "data") == before

    def test_two_at_once_both_count(self, desk):
        both = [started(desk, ADD), started(desk, ADD.replace("sep.csv", "aug.csv"))]
        for process in both:
            go(process)
        assert [process.communicate()[1] for process in both] == ["", ""]
        put(desk, "aug.csv", to="right")
        put(desk, "sep.csv", to="right")
        assert bytes_of(desk / "data") == bytes_of(desk / "right")

    def test_a_second_import_says_that_it_waits(self, desk):
        said = []
        with store_files.locked(desk / "data"):
            process = started(
                desk,
                ADD.replace('desk / "data")', 'desk / "data", on_wait=lambda: print("waiting", flush=True))'),
            )
            go(process)
            said.append(process.stdout.readline())
        process.communicate()
        assert said == ["waiting\n"]
        assert whole(desk) == 3

    def test_a_lock_ends_with_its_process(self, desk):
        holding = """
            from callstats.dataset import store_files
            store_files.locked(desk / "data").__enter__()
            print("held", flush=True)
            sys.stdin.readline()
            """
        code = ADD.replace("cs.add(", textwrap.dedent(holding) + "cs.add(")
        process = started(desk, code)
        go(process)
        assert process.stdout.readline() == "held\n"
        process.kill()
        process.communicate()
        put(desk, "aug.csv")
        assert whole(desk) == 2


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="asks Linux which file a handle is of")
class TestPowerCut:
    """What is renamed is on the disk before, and the names are on it after."""

    @pytest.fixture
    def steps(self, monkeypatch):
        """Record what reaches the disk, is moved and is removed, by name within the desk."""
        done = []
        move, remove, sync = Path.replace, Path.unlink, os.fsync

        def moved(self, target):
            done.append(("move", self.name, Path(target).name))
            return move(self, target)

        def removed(self, missing_ok=False):
            done.append(("remove", self.name))
            return remove(self, missing_ok)

        def synced(handle):
            done.append(("sync", Path(f"/proc/self/fd/{handle}").readlink().name))
            return sync(handle)

        monkeypatch.setattr(Path, "replace", moved)
        monkeypatch.setattr(Path, "unlink", removed)
        monkeypatch.setattr(os, "fsync", synced)
        return done

    def test_the_order_counts_once_all_it_names_is_on_the_disk(self, desk, by_moves, steps):
        put(desk, "aug.csv")
        steps.clear()
        put(desk, "sep.csv")
        ordered = steps.index(("move", ".complete", ".complete"))
        moved = [step[1] for step in steps[ordered + 1 :] if step[0] == "move"]
        assert sorted(moved) == ["2024-09.parquet", "dataset.json"]
        before = {step[1] for step in steps[:ordered] if step[0] == "sync"}
        assert {*moved, "calls", "data", ".complete"} <= before
        assert steps[ordered + 1] == ("sync", "data")

    def test_the_order_goes_once_all_moves_are_on_the_disk(self, desk, by_moves, steps):
        put(desk, "aug.csv")
        steps.clear()
        put(desk, "moved.csv", text=HEADER + "1,2024-09-01 00:10,c1,No\n2,2024-09-02 00:10,c2,No\n")
        gone = steps.index(("remove", ".complete"))
        last = max(n for n, step in enumerate(steps[:gone]) if step[0] != "sync")
        assert steps[last] == ("remove", "2024-08.parquet")
        assert steps[last + 1 : gone] == [("sync", "calls"), ("sync", "data")]
        assert steps[gone + 1] == ("sync", "data")

    def test_a_new_folder_is_on_the_disk_before_it_has_its_name(self, desk, steps):
        put(desk, "aug.csv")
        named = next(n for n, step in enumerate(steps) if step[0] == "move" and step[2] == "data")
        before = {step[1] for step in steps[:named] if step[0] == "sync"}
        assert {"2024-08.parquet", "dataset.json", "rejects.parquet", "callstats.toml", "calls"} <= before
        assert steps[named + 1] == ("sync", desk.name)

    def test_folders_are_exchanged_once_the_new_one_is_on_the_disk(self, desk, steps, monkeypatch):
        put(desk, "aug.csv")
        steps.clear()
        change = store_files.exchange

        def exchanged(one, other):
            steps.append(("exchange", one.name, other.name))
            change(one, other)

        monkeypatch.setattr(store_files, "exchange", exchanged)
        put(desk, "sep.csv")
        step = next(n for n, step in enumerate(steps) if step[0] == "exchange")
        before = [name for kind, name, *_ in steps[:step] if kind == "sync"]
        assert {"2024-09.parquet", "dataset.json"} <= set(before)
        assert before[-2:] == ["calls", steps[step][1]]
        assert steps[step + 1] == ("sync", desk.name)
