"""A million calls that come in change a folder whole or not at all: killed, on a full disk, beside another.

What comes in lies in the canonical tables already: reading an export touches no folder, so
every moment of these imports is one in which something is written. Their names are spelt in
another way by most rows, so that the months that are there are written again as well.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

import callstats as cs
from callstats.errors import InputError
from tests.dataset.desk import told

pytestmark = pytest.mark.slow

THERE, COMING = 200_000, 1_000_000
#: Adds a data set to another in a process of its own.
ADD = """
import sys, callstats as cs
from pathlib import Path
desk = Path(sys.argv[1])
data = cs.open(desk / sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
cs.add(data, desk / "data")
"""


def month_of(rows: int, first: int, begin: str, name: str) -> cs.Dataset:
    """Return calls one after the other, 2.5 s apart, to 300,000 contacts by 200 agents."""
    sql = f"""
        SELECT 'c' || (i + {first}) AS call_id, 'k' || (hash(i) % 300000) AS contact_id,
            '{name} ' || (hash(i * 7) % 200) AS agent_id, 'spring' AS campaign_id, 'outbound' AS direction,
            began AT TIME ZONE 'UTC' AS started_at, began AS local_started_at,
            hash(i * 5) % 10 = 0 AS handled,
            (hash(i * 3) % 900)::DOUBLE AS talk_s
        FROM (SELECT i, TIMESTAMP '{begin}' + INTERVAL 1 SECOND * (i * 2.5)::BIGINT AS began
            FROM range({rows}) AS t(i))"""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return cs.open({"calls": connection.sql(sql).to_arrow_table()})


def digests(folder: Path) -> dict[str, str]:
    """Return a digest of each file of a data set, without what an import is still writing."""
    files = [
        f for f in folder.rglob("*") if f.is_file() and not f.relative_to(folder).parts[0].startswith(".")
    ]
    return {f.relative_to(folder).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


@dataclass
class Desk:
    """Two hundred thousand calls, a million to come, one more, and what both come to."""

    folder: Path
    old: dict[str, str]
    new: dict[str, str]
    seconds: float

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def begin(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.copytree(self.folder / "old", self.data)

    def is_whole(self) -> str:
        """Open the data, finish what was cut off, and tell whether they are the old ones or the new."""
        cs.open(self.data)
        found = digests(self.data)
        assert found in (self.old, self.new)
        return "old" if found == self.old else "new"

    def takes_one_more(self) -> None:
        before = told(self.data)["rows"]["calls"]
        cs.add(cs.open(self.folder / "one"), self.data)
        assert told(self.data)["rows"]["calls"] == before + 1
        assert not list(self.data.glob(".*"))
        assert not list(self.folder.glob(".*"))


def started(folder: Path, what: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", ADD, str(folder), what],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("million")
    for to, data in {
        "old": month_of(THERE, 0, "2026-08-28", "Agent"),
        "million": month_of(COMING, 10**7, "2026-09-03", "AGENT"),
        "one": month_of(1, 10**8, "2026-12-01", "Agent"),
    }.items():
        cs.add(data, folder / to)
    made = Desk(folder, digests(folder / "old"), {}, 0.0)
    made.begin()
    process = started(folder, "million")
    begin = time.monotonic()
    go(process)
    assert process.communicate()[1] == ""
    made.seconds = time.monotonic() - begin
    made.new = digests(made.data)
    assert made.old.keys() < made.new.keys()
    assert not set(made.old.items()) & set(made.new.items()) - {
        ("rejects.parquet", made.old["rejects.parquet"])
    }
    return made


@pytest.mark.parametrize("seed", range(20))
def test_a_process_killed_at_any_moment_leaves_the_old_or_the_new(desk: Desk, seed: int) -> None:
    moment = random.Random(seed).uniform(0, desk.seconds * 1.02)
    desk.begin()
    process = started(desk.folder, "million")
    go(process)
    time.sleep(moment)
    process.kill()
    process.communicate()
    found = desk.is_whole()
    assert found in ("old", "new")
    print(f"killed after {moment:.1f} of {desk.seconds:.1f} s: {found}")
    desk.takes_one_more()


@pytest.mark.parametrize("after", [0, 0.0005, 0.002, 0.01])
def test_a_process_killed_once_the_data_are_complete_leaves_the_new(desk: Desk, after: float) -> None:
    desk.begin()
    process = started(desk.folder, "million")
    go(process)
    while not (desk.data / ".complete").exists() and process.poll() is None:
        pass
    time.sleep(after)
    process.kill()
    process.communicate()
    assert process.returncode in (-signal.SIGKILL, 0)
    assert desk.is_whole() == "new"
    desk.takes_one_more()


@pytest.fixture
def disk(tmp_path: Path):
    """Return a disk in memory, and what gives it a size in kB."""
    where = tmp_path / "disk"
    where.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1g", "tmpfs", str(where)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a disk of a given size takes root and Linux")

    def size(kilobytes: int) -> None:
        subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", str(where)], check=True)

    yield where, size
    subprocess.run(["umount", str(where)], check=True)


def added_or_refused(data: cs.Dataset, to: Path) -> str:
    """Add to a data set; where there is no room, tell that it is as it was."""
    try:
        cs.add(data, to)
    except InputError as error:
        said = str(error)
    else:
        return "new"
    assert "No space left" in said
    assert "is as it was" in said
    assert not list(to.glob(".*"))
    return "old"


@pytest.mark.parametrize("share", [0.01, 0.5, 1.0, 1.5, 2.5, 4.0])
def test_a_disk_that_fills_up_leaves_the_old_or_the_new(desk: Desk, disk, share: float) -> None:
    """The room left is a share of what the new data take."""
    where, size = disk
    shutil.copytree(desk.folder / "old", where / "data")
    there, coming = (sum(f.stat().st_size for f in of.rglob("*") if f.is_file())
                     for of in (where / "data", desk.folder / "million"))  # fmt: skip
    size((there + int(coming * share)) // 1024 + 64)
    data = cs.open(desk.folder / "million")
    outcome = added_or_refused(data, where / "data")
    print(f"room for {share:.0%} of the new data: {outcome}")
    assert digests(where / "data") == getattr(desk, outcome)
    if outcome == "old":  # with room it goes in
        size(1 << 20)
        cs.add(data, where / "data")
        assert digests(where / "data") == desk.new


def test_a_million_and_one_call_at_once_both_count(desk: Desk) -> None:
    desk.begin()
    both = [started(desk.folder, what) for what in ("million", "one")]
    for process in both:
        go(process)
    assert [process.communicate()[1] for process in both] == ["", ""]
    at_once = digests(desk.data)
    desk.begin()
    for what in ("one", "million"):
        cs.add(cs.open(desk.folder / what), desk.data)
    assert at_once == digests(desk.data)
    assert told(desk.data)["rows"]["calls"] == THERE + COMING + 1
    assert not list(desk.folder.glob(".*"))
