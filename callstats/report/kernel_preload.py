"""Imported only by the kernels' fork server, once, before its first kernel.

The import prepares the process that kernels are forked from. If it fails, the fork
server continues without it, and every kernel loads its libraries itself.
"""

import atexit
import os
import signal
import sys
from contextlib import suppress
from multiprocessing import forkserver
from pathlib import Path

OWNER, SERVER = os.getppid(), os.getpid()
#: The environment that libraries read on loading.
ENVIRONMENT = dict(os.environ)
#: Arrow's allocator starts this thread, and stops and restarts it around a fork.
_SURVIVES_FORK = {"jemalloc_bg_thd"}

os.setsid()  # Ctrl-C in a terminal is meant for the process that requests kernels
signal.signal(signal.SIGINT, signal.SIG_IGN)
if sys.path[0] == "" or Path(sys.path[0]) == Path.cwd():  # like ipykernel_launcher
    del sys.path[0]

from callstats.report import kernel_warm_up  # noqa: E402
from callstats.report import report_files as files  # noqa: E402

kernel_warm_up.load()
_tasks = [task for task in Path("/proc/self/task").iterdir() if task.name != str(SERVER)]
if _threads := {(task / "comm").read_text().strip() for task in _tasks} - _SURVIVES_FORK:
    print(f"callstats: kernels cannot be forked beside threads: {', '.join(_threads)}", file=sys.stderr)
    raise ImportError(name=__name__)
#: What libraries added to the environment on loading.
SET_BY_LIBRARIES = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}


@atexit.register
def _end_kernels() -> None:
    """End with the process that requested kernels: kill the remaining ones and remove their files."""
    if os.getpid() != SERVER:  # a kernel inherits this exit function
        return
    for pid in Path(f"/proc/self/task/{SERVER}/children").read_text().split():
        with suppress(ProcessLookupError):
            os.killpg(int(pid), signal.SIGKILL)  # including its children: it leads a session
    files.remove_kernel_folders(OWNER)
    listener = Path(str(forkserver._forkserver._forkserver_address))  # type: ignore[attr-defined]
    with suppress(OSError):
        listener.unlink()
        listener.parent.rmdir()
    os._exit(0)  # freeing the libraries one by one is slow
