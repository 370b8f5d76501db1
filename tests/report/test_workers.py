"""A batch: every report by itself, whatever happens to the others."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from callstats.errors import ReportError, UsageError
from callstats.report import workshop
from callstats.report.forking import parent
from callstats.report.managers import SameInterpreter
from callstats.report.order import take_order
from callstats.report.workers import processors, run_all
from tests.report.conftest import PARAMETERS
from tests.report.kernels import descendants, eventually, lives

WAYS = [
    pytest.param(
        True, id="fork", marks=pytest.mark.skipif(not parent.possible(), reason="no fork on this system")
    ),
    pytest.param(False, id="pool", marks=pytest.mark.slow),
]
SHOW = """\
from callstats.show.display import Record, Sentence, Verdict
Verdict([Sentence(f"Report on {campaign_id}.", "good")])"""
PLOT = """\
import matplotlib.pyplot as plt
_ = plt.plot([1, 2])"""
KILL_WORKER = """\
import os
worker = int(open(f"/proc/{os.getppid()}/stat").read().split()[3])
os.kill(worker, 9)"""
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
    """Give the folder for what is temporary in workers; a socket's path allows no long name."""
    with tempfile.TemporaryDirectory(prefix="cs-") as folder:
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


def test_a_killed_worker_costs_the_report_it_was_making(orders, left):
    asked = orders("'done'", worker=[KILL_WORKER], good=2)
    done = {found.order.notebook.stem: found for found in run_all(asked, formats=["html"], jobs=1)}
    assert "ended by SIGKILL" in str(done["worker"].error)
    assert done["worker"].error.exit_code == 4
    assert done["report_0"].error is None
    assert done["report_1"].error is None
    assert eventually(lambda: not left())


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
from callstats.report.workers import run_all
print("ready", flush=True)
for done in run_all(pickle.loads(bytes.fromhex(sys.argv[1])), formats=["html"], jobs=1):
    print(done.error or done.order.stem, flush=True)
"""


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGKILL,
        pytest.param(signal.SIGTERM, marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, marks=pytest.mark.slow),
    ],
    ids=["killed", "terminated", "interrupted"],
)
def test_nothing_is_left_of_a_batch_whose_main_process_is_ended(orders, number):
    import pickle

    asked = orders(good=1, endless=["import time; time.sleep(600)"])
    main = subprocess.Popen(
        [sys.executable, "-c", MAIN, pickle.dumps(asked).hex()],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert main.stdout is not None
    assert [main.stdout.readline().strip() for _ in range(2)] == [b"ready", b"report_0"]
    below = descendants(main.pid)
    assert eventually(lambda: len(descendants(main.pid)) >= 3)
    below |= descendants(main.pid)
    os.kill(main.pid, number)
    main.wait(15)
    main.stdout.close()
    assert eventually(lambda: not any(map(lives, below)))
    assert not [path for path in asked[0].folder.rglob("*") if "endless" in path.name]


def test_a_strict_batch_takes_a_warning_for_a_failure(orders):
    (order,) = orders("import warnings\nwarnings.warn('old habit')", good=1)
    _, error, _ = workshop._answer(order, workshop.Task(("html",), True, None), SameInterpreter)
    assert "old habit" in str(error)


def test_a_fault_of_ours_fails_the_report_and_names_itself(orders):
    (order,) = orders("'done'", good=1)
    order.folder.parent.mkdir()
    order.folder.write_text("a file where the folder should be")
    result, error, seconds = workshop._answer(order, workshop.Task(("html",), False, None), SameInterpreter)
    assert result is None
    assert "FileExistsError" in str(error)
    assert seconds > 0


def test_no_report_is_asked_for_and_none_is_made():
    assert list(run_all([])) == []


@pytest.mark.parametrize("options", [{"formats": ["docx"]}, {"jobs": 0}])
def test_what_cannot_be_is_refused_before_anything_runs(options):
    with pytest.raises(UsageError):
        run_all([], **options)


def test_there_is_at_least_one_processor():
    assert 1 <= processors() <= (os.cpu_count() or 1)


def test_an_error_crosses_processes_as_it_is():
    import pickle

    error = UsageError("unknown campaign 'sprng'", file="a.csv", row=3, near=["spring"], hint="Look again.")
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), str(back), vars(back)) == (UsageError, str(error), vars(error))
