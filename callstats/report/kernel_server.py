"""Fork kernels from a process that has loaded the libraries, using the standard library's fork server.

`multiprocessing.Process` is not used: it shares one server with all other code in this
process, whatever its environment, and reruns the main script in every child.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing import connection, forkserver, resource_tracker, util
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from callstats.report.forked_kernel import PRELOADED, Launch

_LAUNCHER = ["-m", "ipykernel_launcher"]
_POLL_S = 0.01
_TRIES = 2


class KernelServer:
    """A process that forks kernels, restarted if it is killed.

    Parameters
    ----------
    environment : mapping of str to str
        All of it: what libraries read on loading, and nothing that kernels should not know. A kernel
        requested with a different environment loads its libraries itself.
    stdout : int
        Descriptor for the kernels' standard output, unless chosen for a kernel.
    """

    def __init__(self, environment: Mapping[str, str], stdout: int = 1) -> None:
        self.stdout = stdout
        self._environment = environment
        self._server = forkserver.ForkServer()
        self._server.set_forkserver_preload([PRELOADED])
        self._lock = threading.Lock()
        self._closed = False

    def start(self) -> None:
        """Start the server if it is not running, without waiting for it to load the libraries."""
        resource_tracker.ensure_running()  # otherwise the server would start it, and unblock the signal
        with self._lock:
            if self._closed:
                raise RuntimeError("no kernel is started any more")
            blocked_before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # until it ignores it
            try:
                with _environment(self._environment):
                    self._server.ensure_running()
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, blocked_before)

    def fork(self, launch: Launch, outputs: list[int]) -> ForkedProcess:
        """Request a kernel that writes to these; raises OSError if the server cannot be reached."""
        self.start()
        status, request = self._server.connect_to_new_process(outputs)
        with os.fdopen(request, "wb") as pipe, suppress(BrokenPipeError):
            pickle.dump({}, pipe)  # nothing of this process should be rerun in the kernel
            pickle.dump(launch, pipe)
        return ForkedProcess(status)

    def close(self) -> None:
        """End the server and the remaining kernels."""
        with self._lock:
            self._closed = True
            pid = self._server._forkserver_pid  # type: ignore[attr-defined]
            if pid is not None:
                os.kill(pid, signal.SIGKILL)  # it may still be loading
                self._server._stop()  # type: ignore[attr-defined]


class ForkedProcess:
    """A forked kernel with the part of `subprocess.Popen` that Jupyter uses."""

    stdin = stdout = stderr = None

    def __init__(self, status: int) -> None:
        self.pid = 0
        self.returncode: int | None = None
        self._status = status
        util.Finalize(self, os.close, (status,))

    async def started(self) -> bool:
        """Wait until it runs; False if the server died first."""
        while not connection.wait([self._status], 0):
            await asyncio.sleep(_POLL_S)
        with suppress(EOFError):
            self.pid = forkserver.read_signed(self._status)
        return self.pid > 0

    def poll(self) -> int | None:
        """Return its exit status (minus a signal's number), or None while it runs."""
        if self.returncode is None and connection.wait([self._status], 0):
            try:
                self.returncode = forkserver.read_signed(self._status)
            except EOFError:  # the server was killed, and its kernels with it
                self.returncode = -signal.SIGKILL
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for it to end; raises `subprocess.TimeoutExpired` if it does not in time [s]."""
        if self.returncode is None:
            connection.wait([self._status], timeout)
        status = self.poll()
        if status is None:
            raise subprocess.TimeoutExpired("a forked kernel", timeout or 0)
        return status

    def send_signal(self, number: int) -> None:
        """Send it a signal if it is still running."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class ForkServerProvisioner(LocalProvisioner):
    """Starts ipykernel by forking, for everything that speaks Jupyter: papermill, nbval, JupyterLab.

    Named ``callstats-fork`` in a kernelspec. If a kernel cannot be forked, or the requested
    one is not ipykernel in this interpreter, it is started like any other.
    """

    server: KernelServer | None = None  # one for this process by default

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Launch a kernel, and return how to connect to it."""
        given = {name: value for name, value in self._scrub_kwargs(kwargs).items() if value is not None}
        environment = dict(given.pop("env", os.environ))
        folder = Path(given.pop("cwd", Path.cwd()))
        is_ours = cmd[:3] == [sys.executable, *_LAUNCHER] and given.keys() <= {"stdout", "stderr"}
        for _ in range(_TRIES if is_ours and can_fork() else 0):
            server = self.server or _server_of_this_process(environment)
            streams = {"stdout": server.stdout, "stderr": 2, **given}
            outputs = [file if isinstance(file, int) else file.fileno() for file in streams.values()]
            if min(outputs) < 0:  # subprocess.PIPE and the like
                break
            try:
                process = server.fork(Launch(cmd[3:], environment, str(folder)), outputs)
            except OSError as error:
                self.log.warning("Kernels cannot be forked: %s", error)
                continue
            if await process.started():
                self.process, self.pid, self.pgid, self.cwd = process, process.pid, process.pid, folder
                return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)


def can_fork() -> bool:
    """Return whether kernels can be forked: on Linux, if Python reads the environment (not with -I)."""
    return sys.platform == "linux" and not sys.flags.ignore_environment


_servers: list[KernelServer] = []
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_servers.clear)  # a forked child cannot wait for its parent's


def _server_of_this_process(environment: Mapping[str, str]) -> KernelServer:
    """Return the server for kernels started by other code; it ends with this process."""
    if not _servers:
        _servers.append(KernelServer(dict(environment)))
    return _servers[0]


@contextmanager
def _environment(wanted: Mapping[str, str]) -> Iterator[None]:
    """Let a process started meanwhile have these variables alone: the fork server takes no environment.

    What is left out of it is left out of ``/proc/PID/environ`` of every kernel as well.
    """
    before = dict(os.environ)
    for name in before.keys() - wanted.keys():
        del os.environ[name]
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name in wanted.keys() - before.keys():
            os.environ.pop(name, None)
        os.environ.update(before)
