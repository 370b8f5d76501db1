"""A batch: every report by itself, whatever happens to the others."""

import multiprocessing.util
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from callstats.errors import ReportError, UsageError
from callstats.report import parallel
from callstats.report.kernel_manager import ReportKernelManager
from callstats.report.kernel_server import can_fork
from callstats.report.order import take_order
from callstats.report.parallel import processors, run_all
from callstats.report.stopping import Stop
from tests.report.conftest import PARAMETERS
from tests.report.kernels import descendants, eventually, lives

WAYS = [
    pytest.param(True, id="fork", marks=pytest.mark.skipif(not can_fork(), reason="no fork on this system")),
    pytest.param(False, id="spawn", marks=pytest.mark.slow),
]
SHOW = """\
from callstats.show.display import Record, Sentence, Verdict
Verdict([Sentence(f"Report on {campaign_id}.", "good")])"""
PLOT = """\
import matplotlib.pyplot as plt
_ = plt.plot([1, 2])"""
KILL_SERVER = """\
import os, time
os.kill(os.getppid(), 9)
time.sleep(60)"""
RECORD = 'Record({"process": 0, "wide": pd.get_option("display.max_columns")})'


@pytest.fixture
def orders(write, data, tmp_path):
    """Order a report of these cells for each name, and some that have nothing wrong."""

    def ordered(name, *cells):
        path = write("# Report", PARAMETERS, "import pandas as pd", SHOW, "## More", *cells, name=name)
        out = tmp_path / "out"
        return take_order(path, data, period="2026-09", parameters={}, language="en", out=out, config=None)

    def made(*cells, good=0, **named):
        extra = {**{f"report_{n}": [] for n in range(good)}, **named}
        return [ordered(name, *before, *cells) for name, before in extra.items()]

    return made


@pytest.fixture
def left():
    """Tell which processes came below this one since and are still there; other tests' may wait on."""
    before = descendants()
    return lambda: descendants() - before


@pytest.fixture
def scratch(monkeypatch):
    """Give the folder for what is temporary; a socket's path allows no long name."""
    multiprocessing.util.get_temp_dir()  # stays to the end of this process
    with tempfile.TemporaryDirectory(prefix="cs-") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)


def files(orders):
    return {path.name for order in orders for path in order.folder.glob("*")}


@pytest.mark.parametrize("fork", WAYS)
def test_one_failing_report_spoils_no_other(orders, left, fork):
    asked = orders(
        RECORD,
        good=2,
        wrong=["1 / 0"],
        dead=["import os; os._exit(5)"],
        killed=["import os; os.kill(os.getpid(), 9)"],
    )
    done = {found.order.notebook.stem: found for found in run_all(asked, formats=["html"], jobs=2, fork=fork)}
    assert set(done) == {"report_0", "report_1", "wrong", "dead", "killed"}
    assert "failed at 'More': ZeroDivisionError" in str(done["wrong"].error)
    for name in ("dead", "killed"):
        assert isinstance(done[name].error, ReportError)
        assert "kernel died" in str(done[name].error)
        assert done[name].result is None
    for name in ("report_0", "report_1"):
        assert done[name].error is None
        assert done[name].result.results == {"process": 0, "wide": 20}
        assert done[name].seconds > 0
    assert files(asked) == {f"report_{n}.{ending}" for n in (0, 1) for ending in ("html", "ipynb", "json")}
    assert not left()


@pytest.mark.skipif(not can_fork(), reason="no fork on this system")
def test_a_killed_server_costs_the_report_that_was_being_made(orders, left):
    asked = orders("'done'", server=[KILL_SERVER], good=2)
    done = {found.order.notebook.stem: found for found in run_all(asked, formats=["html"], jobs=1)}
    assert "kernel died" in str(done["server"].error)
    assert done["server"].error.exit_code == 4
    assert done["report_0"].error is None
    assert done["report_1"].error is None
    assert not left()


def test_both_ways_make_the_same_files(orders, tmp_path):
    asked = orders(PLOT, RECORD, "pd.DataFrame({'a': range(100)})", good=1)
    made = []
    for fork in (True, False):
        (done,) = run_all(asked, fork=fork)
        assert done.error is None
        made.append({path.name: path.read_bytes() for path in done.result.paths})
    assert made[0] == made[1]


@pytest.fixture
def interrupts_ignored():
    """Ignore them, as a shell does for what it starts in the background; our children inherit that."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupts_ignored")
def test_a_batch_in_the_background_is_closed_in_order(orders, left, scratch):
    batch = run_all(orders(good=1, endless=["import time; time.sleep(600)"]), formats=["html"], jobs=2)
    assert next(batch).error is None
    batch.close()
    assert not left()
    assert not list(scratch.glob("callstats-*"))


@pytest.mark.parametrize("fork", WAYS)
def test_closing_the_batch_ends_everything_and_leaves_no_half_report(orders, left, scratch, fork):
    asked = orders(good=1, endless=["import time; time.sleep(600)"])
    batch = run_all(asked, formats=["html"], jobs=2, fork=fork)
    first = next(batch)
    start = time.monotonic()
    batch.close()
    assert time.monotonic() - start < 8
    assert first.error is None
    assert not left()
    assert not [path for path in asked[0].folder.rglob("*") if "endless" in path.name or ".part" in path.name]
    assert not list(scratch.glob("callstats-*"))


MAIN = """
import sys, pickle
from callstats.report.parallel import run_all
print("ready", flush=True)
orders, fork = pickle.loads(bytes.fromhex(sys.argv[1])), sys.argv[2] == "True"
for done in run_all(orders, formats=["html"], jobs=2, fork=fork):
    print(done.error or done.order.stem, flush=True)
    {then}
"""
ENDLESS = ["import time; time.sleep(600)"]
DEAF = ["import re; re.match('(a+)+$', 'a' * 64 + 'b')"]  # no other thread of the kernel runs meanwhile


@pytest.fixture
def start(scratch):
    """Start a batch in a process of its own, and let it finish its first report."""

    def started(asked, fork, then="pass"):
        code = MAIN.format(then=then)
        command = [sys.executable, "-c", code, pickle.dumps(asked).hex(), str(fork)]
        main = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert main.stdout is not None
        assert [main.stdout.readline().strip() for _ in range(2)] == [b"ready", b"report_0"]
        return main

    return started


@pytest.mark.parametrize("fork", WAYS)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_of_a_batch_whose_main_process_is_ended(orders, scratch, start, number, fork):
    asked = orders(good=1, endless=ENDLESS)
    main = start(asked, fork)
    below = descendants(main.pid)
    assert len(below) >= (3 if fork else 1)  # kernel, fork server and tracker of resources
    os.kill(main.pid, number)
    main.communicate(timeout=15)
    assert eventually(lambda: not any(map(lives, below)))
    assert not [path for path in asked[0].folder.rglob("*") if "endless" in path.name]
    if fork or number == signal.SIGINT:
        assert eventually(lambda: not [*scratch.glob("callstats-*"), *scratch.glob("pymp-*")])


@pytest.mark.skipif(not can_fork(), reason="no fork on this system")
def test_a_kernel_that_hears_nothing_ends_with_the_main_process_all_the_same(orders, start):
    main = start(orders(good=1, deaf=DEAF), True)
    below = descendants(main.pid)
    main.kill()
    main.communicate(timeout=15)
    assert eventually(lambda: not any(map(lives, below)))


@pytest.mark.parametrize("fork", WAYS)
def test_a_consumer_that_leaves_by_an_error_does_not_wait_for_the_rest(orders, scratch, start, fork):
    asked = orders(good=1, endless=ENDLESS, another=ENDLESS, third=ENDLESS)
    main = start(asked, fork, "raise ValueError('had enough')")
    _, said = main.communicate(timeout=15)
    assert main.returncode == 1
    assert said.count(b"Traceback") == 1
    assert said.strip().endswith(b"ValueError: had enough")
    assert not list(scratch.glob("callstats-*"))


def test_folders_of_kernels_whose_process_was_killed_are_removed_by_the_next_batch(orders, scratch):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left, ours = (scratch / f"callstats-kernel-{pid}-abc" for pid in (ended.pid, os.getpid()))
    left.mkdir()
    ours.mkdir()
    (report,) = run_all(orders("'done'", good=1), formats=["html"])
    assert report.error is None
    assert not left.exists()
    assert ours.exists()


@pytest.mark.slow
def test_as_many_reports_at_once_as_one_likes_give_the_same_bytes(orders):
    asked = orders(PLOT, RECORD, "pd.DataFrame({'a': range(100)})", good=8)
    made = []
    for jobs in (1, 2, 8):
        done = list(run_all(asked, jobs=jobs))
        assert [report.error for report in done] == [None] * 8
        made.append({path.name: path.read_bytes() for report in done for path in report.result.paths})
        assert len(made[-1]) == 32
    assert made[0] == made[1] == made[2]


def finished(order, **options):
    """Make a report as a thread of a batch does."""
    asked = {"formats": ("html",), "strict": False, **options}
    return parallel._finished(order, ReportKernelManager, Stop(), **asked)


def test_a_strict_batch_takes_a_warning_for_a_failure(orders):
    (order,) = orders("import warnings\nwarnings.warn('old habit')", good=1)
    assert "old habit" in str(finished(order, strict=True).error)


def test_a_fault_of_ours_fails_the_report_and_names_itself(orders):
    (order,) = orders("'done'", good=1)
    order.folder.parent.mkdir()
    order.folder.write_text("a file where the folder should be")
    report = finished(order)
    assert report.result is None
    assert "FileExistsError" in str(report.error)
    assert report.seconds > 0


def test_a_library_that_panics_costs_one_report_alone(orders, monkeypatch):
    class Panic(BaseException):
        """What libraries in Rust raise: an Exception it is not."""

    def panic(order, *options, **more):
        if order is panics:
            raise Panic("index out of bounds")
        return make(order, *options, **more)

    panics, good = orders("'done'", good=2)
    make = parallel.make
    monkeypatch.setattr(parallel, "make", panic)
    by_order = {id(report.order): report for report in run_all([panics, good], formats=["html"])}
    assert "Panic: index out of bounds" in str(by_order[id(panics)].error)
    assert by_order[id(good)].result is not None


def test_no_report_is_asked_for_and_none_is_made():
    assert list(run_all([])) == []


@pytest.mark.parametrize("options", [{"formats": ["docx"]}, {"jobs": 0}])
def test_what_cannot_be_is_refused_before_anything_runs(options):
    with pytest.raises(UsageError):
        run_all([], **options)


def test_there_is_at_least_one_processor():
    assert 1 <= processors() <= (os.cpu_count() or 1)


def test_an_error_crosses_processes_as_it_is():
    error = UsageError("unknown campaign 'sprng'", file="a.csv", row=3, near=["spring"], hint="Look again.")
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), str(back), vars(back)) == (UsageError, str(error), vars(error))
