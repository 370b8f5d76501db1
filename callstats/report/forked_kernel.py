"""Turn a forked process into the kernel that ``python -m ipykernel_launcher`` would start."""

from __future__ import annotations

import atexit
import ctypes
import gc
import importlib.util
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import forkserver

PRELOADED = "callstats.report.kernel_preload"
_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
_LAST_REPLY_S = 1.0
#: Variables that may differ between a kernel and the process it is forked from: no library reads them
#: on loading. (readline sets LINES without Python noticing.)
_OF_ONE_PROCESS = {"IPYTHONDIR", "JPY_PARENT_PID", "JPY_SESSION_NAME", "LINES"} | {
    *("OLDPWD", "PWD", "PYTEST_CURRENT_TEST", "_")
}


@dataclass(frozen=True, slots=True)
class Launch:
    """A kernel to become: ipykernel's arguments, the whole environment, the working directory."""

    arguments: list[str]
    environment: dict[str, str]
    folder: str

    def _bootstrap(self, parent_sentinel: int) -> int:
        """Run as the kernel until shutdown and return its exit status; called by the fork server."""
        os.close(parent_sentinel)
        # Otherwise the server would wait for its last kernel; it should end with the main process.
        os.close(forkserver._forkserver._forkserver_alive_fd)  # type: ignore[attr-defined]
        for number, descriptor in enumerate(forkserver.get_inherited_fds() or (), start=1):
            os.dup2(descriptor, number)
            os.close(descriptor)
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # when the server ends
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)  # even if a shell had it ignored
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        os.chdir(self.folder)
        environment = {**self.environment, "JPY_PARENT_PID": str(os.getppid())}
        server = sys.modules.get(PRELOADED)
        if server is None or _shared(server.ENVIRONMENT) != _shared(environment):
            command = [sys.executable, "-m", "ipykernel_launcher", *self.arguments]
            # this interpreter with a list of words: no shell reads them
            os.execve(sys.executable, command, environment)  # nosec B606
        if os.getppid() != server.SERVER:  # it ended before we asked to be notified
            os._exit(1)
        os.environ.clear()
        os.environ.update({**server.SET_BY_LIBRARIES, **environment})
        return _run_kernel(self.arguments)


def _shared(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables a kernel must share with the process it is forked from."""
    return {name: value for name, value in environment.items() if name not in _OF_ONE_PROCESS}


def _run_kernel(arguments: list[str]) -> int:
    import numpy
    from ipykernel.kernelapp import IPKernelApp

    time.tzset()
    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv = [str(launcher and launcher.origin), *arguments]
    numpy.random.seed()  # otherwise all kernels would draw the same numbers; `random` reseeds itself
    try:
        IPKernelApp.launch_instance([*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    control = IPKernelApp.instance().control_thread
    if control is not None:  # a thread that the exit functions stop may still be sending the reply
        control.join(_LAST_REPLY_S)
    _end_as_interpreter()
    return status


def _end_as_interpreter() -> None:
    """Shut down like the interpreter, but without freeing what was loaded, which would copy pages."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    vars(sys.modules["__main__"]).clear()  # flushes and closes the files that the notebook left open
    gc.collect()
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with suppress(AttributeError, OSError, ValueError):
            stream.flush()  # type: ignore[union-attr]
