"""A batch that is stopped at any moment leaves whole files, and goes on where it was."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.report import month_site as site
from tests.report.kernels import descendants, eventually, lives

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="process groups and their signals")

#: The command line with quick notebooks, run in kernels or in the process itself.
DRIVER = """
import sys
from pathlib import Path
from callstats.report import batch, kernel, notebooks
from tests.report import month_site as site
shipped, how, *words = sys.argv[1:]
notebooks.folder = lambda: Path(shipped)
if how == "here":
    batch.run_all, kernel.execute = site.run_all, site.execute
from callstats.cli import main
sys.argv = ["callstats", "monthly", *words]
print("go", flush=True)
main()
"""


class Batch:
    """A month of quick reports, run as a process of its own."""

    def __init__(self, folder: Path, how: str) -> None:
        self.folder, self.how = folder, how
        self.shipped = site.write_shipped(folder / "shipped")
        self.data = site.write_data(folder / "data")

    def start(self, out: str, *words: str) -> subprocess.Popen[str]:
        asked = [str(self.data), "--period", "2026-09", "--format", "html", "--out", str(self.folder / out)]
        process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(self.shipped), self.how, *asked, "--jobs", "2", *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "go\n"
        return process

    def run(self, out: str) -> float:
        """Run undisturbed to the end; return the seconds it took."""
        start = time.monotonic()
        process = self.start(out)
        _, said = process.communicate(timeout=180)
        assert process.returncode == 0, said
        return time.monotonic() - start

    def files(self, out: str) -> dict[str, bytes]:
        month = self.folder / out / "2026-09"
        return {path.name: path.read_bytes() for path in sorted(month.iterdir()) if path.is_file()}

    def leftovers(self, out: str) -> list[Path]:
        return list((self.folder / out).rglob(".*"))


def stop(process: subprocess.Popen[str], how: signal.Signals, after_s: float) -> int:
    """Send a signal to the whole process group after some time; return how the process ended."""
    time.sleep(after_s)
    if process.poll() is None:
        os.killpg(process.pid, how)
    process.communicate(timeout=60)
    return process.returncode


def check_kills_do_no_harm(batch: Batch, times: int) -> None:
    """Kill a batch at random moments, look at its files each time, and let it end at last."""
    length = batch.run("calm")
    calm = batch.files("calm")
    moments = random.Random(20260901)
    for _ in range(times):
        stop(batch.start("killed", "--again"), signal.SIGKILL, moments.uniform(0, length))
        if (batch.folder / "killed" / "2026-09").exists():
            there = batch.files("killed")
            assert {name: calm.get(name) for name in there} == there
    batch.run("killed")
    assert batch.files("killed") == calm
    assert batch.leftovers("killed") == []


def test_a_batch_killed_twice_ends_as_if_it_had_not_been(tmp_path):
    check_kills_do_no_harm(Batch(tmp_path, "here"), 2)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["here", "kernels"])
def test_a_batch_killed_twenty_times_ends_as_if_it_had_not_been(tmp_path, how):
    check_kills_do_no_harm(Batch(tmp_path, how), 20)


@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_batch_asked_to_end_leaves_in_order(tmp_path, how, code):
    batch = Batch(tmp_path, "kernels")
    assert stop(batch.start("out"), how, 3.0) == code
    assert batch.leftovers("out") == []


@pytest.mark.slow
@pytest.mark.parametrize("after_s", [0.3, 1.5, None], ids=["at once", "while it loads", "while a cell runs"])
@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_batch_asked_to_end_leaves_nothing_behind(tmp_path, monkeypatch, how, code, after_s):
    batch = Batch(tmp_path, "kernels")
    endless = site.quick(site.CAMPAIGN, "Agents", '"Soon."', "import time; time.sleep(600)")
    site.write_shipped(tmp_path / "shipped", agent_comparison=endless)
    with tempfile.TemporaryDirectory(prefix="cs-") as scratch:
        monkeypatch.setenv("TMPDIR", scratch)
        process = batch.start("out")
        assert process.stderr is not None
        said = process.stderr.readline()
        while after_s is None and "campaign_report" not in said:
            said = process.stderr.readline()
        time.sleep(1.0 if after_s is None else after_s)
        below, start = descendants(process.pid), time.monotonic()
        os.killpg(process.pid, how)
        _, said = process.communicate(timeout=60)
        assert time.monotonic() - start < 2
        assert process.returncode == code
        assert "Traceback" not in said
        assert said.count("\n") <= 2
        assert eventually(lambda: not any(map(lives, below)))
        assert list(Path(scratch).iterdir()) == []
    assert batch.leftovers("out") == []
    assert not list((tmp_path / "out").rglob("*agent_comparison*"))
