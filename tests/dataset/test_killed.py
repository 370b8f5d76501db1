"""Killed before each change of a name, a data set is the old one or the new one to the byte."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dataset.desk import put

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks")

#: Repeats one change of a data set, each time killed one step later, and prints what each left.
DRIVER = """
import hashlib, json, os, secrets, shutil, sys
from pathlib import Path
import pandas, pyarrow.parquet, pyarrow.dataset, duckdb, narwhals
import callstats as cs
import callstats.dataset.adding, callstats.dataset.importing, callstats.dataset.saving
import callstats.dataset.opening, callstats.dataset.forgetting
from callstats.dataset import store_files

desk, what, way, first, step = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
STEPS = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "exchange"}
work = desk / "work"
if way == "moves":
    store_files.can_be_exchanged = lambda *_: False
elif way == "refused":
    def refused(one, other):
        raise OSError(22, "Invalid argument")
    store_files.exchange = refused
change = store_files.exchange
def exchanged(one, other):
    sys.audit("exchange", str(one))
    change(one, other)
store_files.exchange = exchanged

secrets.token_hex = lambda size: "00" * size  # the key of a list is by chance, and these are compared

def act():
    if what == "forget":
        return cs.forget(work / "data", "c1")
    data = cs.read(desk / "sep.csv", mapping=desk / "m.toml")
    if what == "add":
        cs.add(data, work / "data")
    else:
        cs.open(data.frames).save(work / "data")

def until(last):
    left = [last]
    def hook(event, args):
        if event in STEPS and any(str(work) in str(arg) for arg in args):
            left[0] -= 1
            if not left[0]:
                os._exit(9)
    sys.addaudithook(hook)
    act()

def apart(task, *args):
    child = os.fork()
    if not child:
        try:
            task(*args)
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

def state():
    told = hashlib.sha256()
    for file in sorted(f for f in (work / "data").rglob("*") if f.is_file()):
        told.update(f"{file.relative_to(work)} {file.read_bytes().hex()}".encode())
    return told.hexdigest()

def begun():
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    if (desk / "data").exists():
        shutil.copytree(desk / "data", work / "data")

begun()
found = {"old": state(), "left": []}
assert apart(act) == 0
found["new"] = state()
last = first
while True:
    begun()
    code = apart(until, last)
    if code == 0:
        break
    assert code == 9, code
    raw = state()
    opened = apart(cs.open, work / "data") if (work / "data").exists() else None
    after = state()
    names = sorted(p.name for p in [*work.iterdir(), *(work / "data").glob("*")] if p.name.startswith("."))
    again = apart(act)
    found["left"].append([last, raw, opened, after, names, again, state(),
                          sorted(p.name for p in work.iterdir())])
    last += step
print(json.dumps(found))
"""


def left_by(desk: Path, what: str, way: str, first: int = 1, step: int = 1) -> dict:
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(desk), what, way, str(first), str(step)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not done.returncode, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def check(found: dict, *, atomic: bool) -> None:
    both = {found["old"], found["new"]}
    assert len(both) == 2
    assert found["left"]
    print(f"killed at {len(found['left'])} steps")
    for last, raw, opened, after, names, again, then, beside in found["left"]:
        if atomic:
            assert raw in both, last  # whoever looks, whatever with
        assert opened == 0, last
        assert after in both, last
        assert names == [], last
        assert (again, then, beside) == (0, found["new"], ["data"]), last


def test_an_addition_at_some_steps(desk: Path) -> None:
    put(desk, "aug.csv")
    check(left_by(desk, "add", "exchange", 2, 6), atomic=True)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["exchange", "refused", "moves"])
def test_an_addition(way: str, desk: Path) -> None:
    put(desk, "aug.csv")
    check(left_by(desk, "add", way), atomic=way == "exchange")


@pytest.mark.slow
@pytest.mark.parametrize("way", ["exchange", "moves"])
def test_a_save_over_another(way: str, desk: Path) -> None:
    put(desk, "aug.csv")
    check(left_by(desk, "save", way), atomic=way == "exchange")


@pytest.mark.slow
@pytest.mark.parametrize("way", ["exchange", "moves"])
def test_forgetting_somebody(way: str, desk: Path) -> None:
    put(desk, "aug.csv")
    check(left_by(desk, "forget", way), atomic=way == "exchange")


@pytest.mark.slow
@pytest.mark.parametrize("what", ["add", "save"])
def test_a_first_one_is_there_or_not(what: str, desk: Path) -> None:
    found = left_by(desk, what, "exchange")
    for last, raw, opened, after, _, again, then, beside in found["left"]:
        assert raw in (found["old"], found["new"]), last
        assert opened in (None, 0), last
        assert after == raw, last
        assert (again, then, beside) == (0, found["new"], ["data"]), last
