"""Make of a forked child what a freshly started ``python -m ipykernel_launcher`` is."""

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
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
_GOODBYE_S = 1.0


@dataclass(frozen=True, slots=True)
class Launch:
    """What a child is to become.

    Attributes
    ----------
    arguments : list of str
        Of the kernel: ``-f`` and the connection file, and what else was asked for.
    environment : dict of str to str
    folder : str
        Working directory.
    streams : tuple of int
        Standard input, output and error.
    zygote : int
        Process id of the parent.
    """

    arguments: list[str]
    environment: dict[str, str]
    folder: str
    streams: tuple[int, ...]
    zygote: int


def leave_path() -> None:
    """Take the working directory off the path while libraries are loaded, as the launcher does."""
    if sys.path[0] == "" or Path(sys.path[0]) == Path.cwd():
        del sys.path[0]


def run(launch: Launch) -> NoReturn:
    """Become the kernel, and leave when it has been shut down."""
    _belong_to(launch.zygote)
    _reset_signals()
    for number, stream in enumerate(launch.streams):
        os.dup2(stream, number)
        os.close(stream)
    _take_over(launch)
    _draw_lots_anew()
    from ipykernel.kernelapp import IPKernelApp

    try:
        IPKernelApp.launch_instance([*launch.arguments, f"--IPKernelApp.parent_handle={launch.zygote}"])
    except SystemExit as end:
        _leave(end.code if isinstance(end.code, int) else int(end.code is not None))
    _leave(0)


def _leave(status: int) -> NoReturn:
    """End as the interpreter does, but for freeing what was loaded: pages would be copied to be freed."""
    from ipykernel.kernelapp import IPKernelApp

    control = IPKernelApp.instance().control_thread
    if control is not None:  # it may still be saying goodbye by a thread that the exit functions stop
        control.join(_GOODBYE_S)
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    vars(sys.modules["__main__"]).clear()  # the notebook's files are written and closed
    gc.collect()
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with suppress(AttributeError, OSError, ValueError):
            stream.flush()  # type: ignore[union-attr]
    os._exit(status)


def _belong_to(zygote: int) -> None:
    """Lead a session of our own, and die when the parent does: it has no other way to tell us."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != zygote:  # it died before we asked
        os._exit(1)
    os.setsid()


def _reset_signals() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _take_over(launch: Launch) -> None:
    os.environ.clear()
    os.environ.update(launch.environment)
    time.tzset()
    os.chdir(launch.folder)
    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv = [str(launcher and launcher.origin), *launch.arguments]


def _draw_lots_anew() -> None:
    """Give numpy's generator a state of its own; that of `random` is renewed at every fork."""
    import numpy

    numpy.random.seed()
