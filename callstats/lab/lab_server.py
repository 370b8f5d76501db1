"""JupyterLab as a process of its own, on a folder of notebooks, ended with this one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from callstats.errors import CallstatsError, UsageError

#: How long a server may take to shut its kernels down [seconds].
_PATIENCE = 20.0
_PORTS = range(1, 65536)


def check_lab(port: int | None = None) -> None:
    """Raise an error where JupyterLab is not installed, or could not be reached.

    Raises
    ------
    UsageError
    """
    if find_spec("jupyterlab") is None:
        raise UsageError(
            "JupyterLab is not installed beside callstats",
            hint=f"Install it: {sys.executable} -m pip install jupyterlab",
        )
    if port is not None and port not in _PORTS:
        raise UsageError(f"{port} is no port", hint="Name one from 1024 to 65535, such as 8899.")


def command(folder: Path, *, port: int | None, browser: bool) -> list[str]:
    """Return the command that starts the server, by the Python that runs now.

    Its address and its token stay JupyterLab's own: it listens to this machine alone.

    Examples
    --------
    >>> command(Path("desk"), port=8899, browser=False)[1:3]
    ['-m', 'jupyterlab']
    """
    words = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder.resolve()}"]
    words += [] if port is None else [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    words += [] if browser else ["--no-browser"]
    return words + (["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])


def serve(folder: Path, *, port: int | None = None, browser: bool = True) -> int:
    """Run JupyterLab until it ends, or until Ctrl-C or SIGTERM ends both.

    The server is in a session of its own: Ctrl-C reaches this process alone, which asks the
    server to shut its kernels down; by itself it would ask whether that is meant.

    Returns
    -------
    int
        0: ended as asked.

    Raises
    ------
    UsageError
        JupyterLab is not installed, or the port is none.
    CallstatsError
        The server failed; it says why itself.
    """
    check_lab(port)
    words = command(folder, port=port, browser=browser)
    # our own words, a folder and a number that was checked; no shell
    started = subprocess.Popen(words, start_new_session=True)  # nosec B603
    with started as server, _asked_to_stop():
        try:
            code = server.wait()
        except KeyboardInterrupt:
            _end(server)
            return 0
    if code:
        raise CallstatsError(
            f"JupyterLab ended with code {code}",
            hint="What it printed says why; --port NUMBER takes another port where one is in use.",
        )
    return 0


def _end(server: subprocess.Popen[bytes]) -> None:
    """End the server and wait for it; a second Ctrl-C, or too long a wait, kills it."""
    server.terminate()
    try:
        server.wait(_PATIENCE)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        server.kill()


@contextmanager
def _asked_to_stop() -> Iterator[None]:
    """Take SIGTERM for Ctrl-C, and have no other command's haste: the server shuts its kernels down."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {
        number: signal.signal(number, stop)
        for number in numbers
        if signal.getsignal(number) != signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
