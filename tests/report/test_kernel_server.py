"""A forked kernel is a kernel: it ends, is interrupted, restarts and fails like a plain one."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from callstats.report import kernel_server
from callstats.report.kernel_manager import FIXED, ReportKernelManager
from tests.report import kernels
from tests.report.kernels import descendants, eventually, lives, running

pytestmark = pytest.mark.skipif(not kernel_server.can_fork(), reason="no forked kernels on this system")

OPTIONS = """{
    "environment": {k: v for k, v in __import__("os").environ.items()},
    "pandas": repr(pd._config.config._global_config),
    "numpy": repr(np.get_printoptions()),
    "matplotlib": {k: repr(v) for k, v in mpl.rcParams.items()},
    "backend": mpl.get_backend(),
    "hash": hash("callstats"),
    "path": __import__("sys").path,
    "arguments": __import__("sys").argv,
    "flags": repr(__import__("sys").flags),
    "warnings": [repr(one) for one in __import__("warnings").filters],
    "encoding": [__import__("locale").getlocale(), __import__("sys").stdout.encoding],
    "time": __import__("time").tzname,
    "folder": __import__("os").getcwd(),
    "input": __import__("os").read(0, 1).decode(),
    "outputs": [__import__("os").readlink(f"/proc/self/fd/{n}").partition(":")[0] for n in (1, 2)],
    "leads": __import__("os").getsid(0) == __import__("os").getpid(),
    "interrupt": repr(__import__("signal").getsignal(2)),
    "child": repr(__import__("signal").getsignal(17)),
    "main": sorted(name for name in vars(__import__("__main__")) if not name.startswith("_")),
}"""


@pytest.fixture(scope="module")
def server():
    with kernels.kernel_server() as started:
        yield started


@pytest.fixture
def forked(server):
    return partial(ReportKernelManager, server=server)


@pytest.fixture
def kernel(forked):
    with running(forked) as started:
        yield started


def pid_of(server):
    return server._server._forkserver_pid


def test_nothing_that_a_notebook_can_see_differs_from_a_plain_kernel(kernel):
    with running(ReportKernelManager) as ordinary:
        for one in (kernel, ordinary):
            one.ask("import pandas as pd, numpy as np, matplotlib as mpl, matplotlib.pyplot as plt")
        forked, plain = kernel.value(OPTIONS), ordinary.value(OPTIONS)
    for name in ("IPYTHONDIR", "JPY_PARENT_PID", "PYTEST_CURRENT_TEST"):  # each has its own
        del forked["environment"][name], plain["environment"][name]
    assert set(plain.pop("warnings")) <= set(forked["warnings"])  # more libraries are loaded
    forked["arguments"][-1] = plain["arguments"][-1]  # the connection file
    for name, value in plain.items():
        assert forked[name] == value, name
    assert FIXED.items() <= forked["environment"].items()


def test_a_kernel_is_forked_from_one_thread_that_has_loaded_the_libraries(kernel, server):
    warm = pid_of(server)
    assert kernel.value("__import__('os').getppid()") == warm
    names = [(task / "comm").read_text().strip() for task in Path(f"/proc/{warm}/task").iterdir()]
    assert len([name for name in names if name != "jemalloc_bg_thd"]) == 1


def test_each_kernel_draws_random_numbers_of_its_own(kernel, forked):
    draw = "[__import__('random').random(), __import__('numpy').random.random()]"
    first = kernel.value(draw)
    with running(forked) as other:
        second = other.value(draw)
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_a_kernel_that_is_shut_down_ends_with_0(kernel):
    assert kernel.shut_down() == 0


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("import os; os._exit(7)", 7),
        ("import os; os.kill(os.getpid(), 9)", -signal.SIGKILL),
        ("import os, signal; os.abort()", -signal.SIGABRT),
    ],
)
def test_the_exit_status_is_that_of_the_kernel(kernel, code, status):
    kernel.post(code)
    assert kernel.process.wait(10) == status
    assert not kernel.alive()


def test_an_interrupt_stops_the_cell_and_leaves_the_kernel(kernel):
    kernel.ask("before = 1")
    kernel.post("import time\nwhile True: time.sleep(0.01)")
    time.sleep(0.3)
    kernel.interrupt()
    assert kernel.reply()["ename"] == "KeyboardInterrupt"
    assert kernel.value("before") == 1


def test_a_restarted_kernel_is_another_process_that_remembers_nothing(kernel):
    kernel.ask("before = 1")
    first = kernel.process.pid
    kernel.restart()
    assert kernel.process.pid != first
    assert not lives(first)
    assert kernel.value("'before' in globals()") is False


def test_killing_a_kernel_kills_what_it_started(kernel):
    kernel.ask("import subprocess; child = subprocess.Popen(['sleep', '60'])")
    child = kernel.value("child.pid")
    assert lives(child)
    kernel.kill()
    assert eventually(lambda: not lives(child))


def test_files_that_a_notebook_left_open_are_written_at_the_kernels_end(kernel, tmp_path):
    kernel.ask(f"file = open({str(tmp_path / 'left')!r}, 'w'); file.write('all of it')")
    kernel.shut_down()
    assert (tmp_path / "left").read_text() == "all of it"


def test_a_plot_is_shown_without_asking_for_it(kernel):
    kernel.ask("import matplotlib.pyplot as plt; plt.plot([1, 2]); None")
    assert "flush_figures" in kernel.value("repr(get_ipython().events.callbacks['post_execute'])")
    assert kernel.value("plt.get_fignums()") == []  # shown and closed


def test_a_kernel_dies_with_its_server_and_the_next_has_a_new_one(kernel, server, forked):
    warm = pid_of(server)
    os.kill(warm, signal.SIGKILL)
    assert kernel.process.wait(10) == -signal.SIGKILL
    assert eventually(lambda: not lives(kernel.process.pid))
    assert eventually(lambda: not lives(warm))  # only then is the next one started
    assert eventually(lambda: threads_of(warm) <= 1)  # and nobody can wait for it before they have ended
    with running(forked) as after:
        assert after.value("1 + 1") == 2
    assert pid_of(server) != warm


def threads_of(pid):
    folder = Path(f"/proc/{pid}/task")
    return len(list(folder.iterdir())) if folder.exists() else 0


def test_a_server_that_dies_in_the_middle_of_a_request_is_replaced(kernel, server, forked):
    warm = pid_of(server)
    os.kill(warm, signal.SIGSTOP)  # it takes the request and does not answer
    killer = subprocess.Popen([sys.executable, "-c", f"import os, time; time.sleep(1); os.kill({warm}, 9)"])
    with running(forked) as after:
        assert after.value("1 + 1") == 2
    killer.wait()
    assert pid_of(server) != warm


def is_forked(kernel):
    return "multiprocessing.forkserver" in Path(f"/proc/{kernel.process.pid}/cmdline").read_text()


def test_a_kernel_is_started_the_ordinary_way_where_none_can_be_forked(monkeypatch, forked):
    monkeypatch.setattr(kernel_server, "can_fork", lambda: False)
    with running(forked) as ordinary:
        assert isinstance(ordinary.process, subprocess.Popen)
        assert ordinary.value("1 + 1") == 2


def test_a_kernel_is_started_the_ordinary_way_where_the_fork_fails(monkeypatch, forked, server):
    def fails(*_):
        raise OSError("no more processes")

    monkeypatch.setattr(server, "fork", fails)
    with running(forked) as ordinary:
        assert isinstance(ordinary.process, subprocess.Popen)
        assert ordinary.value("1 + 1") == 2


def test_a_kernel_for_another_environment_loads_its_libraries_itself(monkeypatch, forked, kernel):
    assert is_forked(kernel)
    monkeypatch.setenv("MPLCONFIGDIR", "elsewhere")
    with running(forked) as other:
        assert not is_forked(other)
        assert other.value("__import__('os').environ['MPLCONFIGDIR']") == "elsewhere"
        assert other.shut_down() == 0


def test_the_environment_of_the_server_is_not_left_in_this_process(kernel):
    assert os.environ.get("PYTHONHASHSEED") != FIXED["PYTHONHASHSEED"]


OWNER = """
from tests.report.kernels import Kernel
from callstats.report.kernel_environment import shared_environment
from callstats.report.kernel_manager import FIXED, ReportKernelManager
from callstats.report.kernel_server import KernelServer
kernel = Kernel(ReportKernelManager(server=KernelServer(shared_environment(FIXED))))
print(kernel.process.pid, kernel.value("__import__('os').getppid()"), flush=True)
{then}
"""


@pytest.mark.parametrize(
    "then",
    ["import time; time.sleep(60)", "import os; os._exit(3)", "raise SystemExit", "import os; os.abort()"],
    ids=["killed", "left", "ended", "crashed"],
)
def test_server_and_kernel_end_with_their_owner(then):
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER.format(then=then)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert owner.stdout is not None
    kernel, warm = map(int, owner.stdout.readline().split())
    if "sleep" in then:
        owner.kill()
    owner.wait(30)
    owner.stdout.close()
    assert eventually(lambda: not lives(kernel) and not lives(warm))


def test_no_process_is_left_when_the_server_is_closed():
    with kernels.kernel_server() as server, running(partial(ReportKernelManager, server=server)) as kernel:
        kernel.value("1")
        ours = {kernel.process.pid, pid_of(server)}
        assert ours <= descendants()
        server.close()
        assert eventually(lambda: not ours & descendants())
