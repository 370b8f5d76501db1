"""Laying the notebooks out, killed before each renaming: whole files, and the next time ends it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks")

DRIVER = """
import json, os, sys
from pathlib import Path
from callstats.report.hand_out import hand_out

home, step = Path(sys.argv[1]), int(sys.argv[2])

def until(folder, last):
    left = [last]
    def hook(event, args):
        if event == "os.rename" and str(folder) in str(args[0]):
            left[0] -= 1
            if not left[0]:
                os._exit(9)
    sys.addaudithook(hook)
    hand_out(folder)

def apart(*args):
    child = os.fork()
    if not child:
        until(*args)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

def files(folder):
    return {f.relative_to(folder).as_posix(): f.read_bytes().hex() for f in folder.rglob("*") if f.is_file()}

assert apart(home / "calm", 0) == 0
calm, found, last = files(home / "calm"), [], 1
while True:
    folder = home / f"killed{last}"
    code = apart(folder, last)
    if code == 0:
        break
    whole = all(calm.get(n) == text for n, text in files(folder).items() if ".part/" not in n)
    found.append([last, code, whole, apart(folder, 0), files(folder) == calm])
    last += step
print(json.dumps(found))
"""


def _killed(folder: Path, step: int) -> list[list[object]]:
    words = [sys.executable, "-c", DRIVER, str(folder), str(step)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=600)
    assert not done.returncode, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_notebooks_killed_while_they_are_laid_out_are_whole_and_the_next_time_all_there(tmp_path):
    found = _killed(tmp_path, 4)
    print(f"killed at {len(found)} steps")
    assert len(found) >= 3
    assert [(code, whole, again, same) for _, code, whole, again, same in found] == [
        (9, True, 0, True)
    ] * len(found)
