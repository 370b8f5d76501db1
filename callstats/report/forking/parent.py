"""The zygotes of this process: started when the first kernel is asked for, and again when they die."""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from callstats.report.forking.process import ForkedProcess
from callstats.report.forking.streams import Streams

#: Differ between kernels and are read after the fork, if at all.
_OF_ONE_KERNEL = frozenset(
    {"IPYTHONDIR", "JPY_PARENT_PID", "JPY_SESSION_NAME", "OLDPWD", "PWD", "PYTEST_CURRENT_TEST", "_"}
)
#: Threads that libraries start when they are loaded would be missing in a child.
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_INLINE = "module://matplotlib_inline.backend_inline"  # as ipykernel sets it where it is not set
_MOST = 2  # zygotes at once; a batch needs one
_TRIES = 2


class CannotForkError(RuntimeError):
    """There will be no warm kernel; an ordinary one can be started instead."""


class _GoneError(Exception):
    """The zygote died."""


def possible() -> bool:
    """Tell whether this system has what forking kernels takes."""
    return sys.platform == "linux" and hasattr(socket, "send_fds")


class Zygote:
    """A warm process and the conversation with it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "callstats.report.forking.zygote", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={"MPLBACKEND": _INLINE, **environment, **_ONE_THREAD},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._lock = threading.Lock()
        self._read = b""
        self._ready = False
        self._gone = False
        self._living: set[int] = set()
        self._ended: dict[int, int] = {}

    def fork(self, request: Mapping[str, Any], streams: Streams) -> ForkedProcess:
        """Have a child forked.

        Raises
        ------
        CannotForkError
            The zygote says that it cannot.
        """
        content = json.dumps(request).encode()
        with self._lock:
            while not self._ready:
                self._ready = "ready" in self._next()
            self._send(content, streams)
            pid = self._next()["pid"]
            self._living.add(pid)
        return ForkedProcess(self, pid, streams.ours)

    def status(self, pid: int) -> int | None:
        """Return the exit status of a child, None while it runs."""
        if self._lock.acquire(blocking=False):
            try:
                self._note_what_came()
            except _GoneError:  # and its children with it
                return self._ended.pop(pid, -signal.SIGKILL)
            finally:
                self._lock.release()
        return self._ended.pop(pid, None)

    def lives(self) -> bool:
        """Tell whether it can be asked."""
        return not self._gone and self.process.poll() is None

    def idle(self) -> bool:
        """Tell whether none of its children is left."""
        return not self._living

    def close(self) -> None:
        """End it and its children."""
        self._gone = True
        self._socket.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def forget(self) -> None:
        """Leave the conversation to the process that we were forked from."""
        self._gone = True
        self._socket.detach()

    def _send(self, content: bytes, streams: Streams) -> None:
        try:
            socket.send_fds(self._socket, [len(content).to_bytes(8, "big")], streams.theirs)
            self._socket.sendall(content)
        except OSError as error:
            raise self._dead() from error

    def _next(self) -> dict[str, Any]:
        """Wait for an answer, noting on the way who ended."""
        while True:
            while b"\n" in self._read:
                message = self._message()
                if message is not None:
                    return message
            self._receive()

    def _note_what_came(self) -> None:
        if self._gone:
            raise self._dead()
        self._socket.setblocking(False)
        try:
            while True:
                self._receive()
        except BlockingIOError:
            pass
        finally:
            if not self._gone:
                self._socket.setblocking(True)
        while b"\n" in self._read:
            self._message()

    def _receive(self) -> None:
        try:
            part = self._socket.recv(65536)
        except BlockingIOError:
            raise
        except OSError as error:
            raise self._dead() from error
        if not part:
            raise self._dead()
        self._read += part

    def _message(self) -> dict[str, Any] | None:
        line, _, self._read = self._read.partition(b"\n")
        message = json.loads(line)
        if "exit" in message:
            self._ended[message["exit"]] = message["status"]
            self._living.discard(message["exit"])
            return None
        if why := message.get("refused") or message.get("error"):
            raise CannotForkError(why)
        self._ready = self._ready or "ready" in message
        return message

    def _dead(self) -> _GoneError:
        self._gone = True
        return _GoneError("the warm process died")


_zygotes: OrderedDict[frozenset[tuple[str, str]], Zygote] = OrderedDict()
_lock = threading.Lock()


def start(
    arguments: list[str], environment: Mapping[str, str], folder: str, streams: Mapping[str, Any]
) -> ForkedProcess:
    """Fork a kernel from the zygote for its environment, starting one where there is none.

    Parameters
    ----------
    arguments : list of str
        Of ipykernel.
    environment : mapping
        All of it; kernels that differ in what libraries read when they are loaded come
        from different zygotes.
    folder : str
        Working directory.
    streams : mapping
        See `Streams`.

    Raises
    ------
    CannotForkError
        The system or the libraries do not allow it, or the zygote died twice.
    """
    request = {"arguments": arguments, "environment": dict(environment), "folder": folder}
    why: Exception | None = None
    for _ in range(_TRIES):
        ends = Streams(streams)
        try:
            zygote = _zygote(environment)
            request["environment"]["JPY_PARENT_PID"] = str(zygote.process.pid)
            return zygote.fork(request, ends)
        except (_GoneError, OSError) as error:
            why = error
        finally:
            ends.close()
    raise CannotForkError(str(why)) from why


def prepare(environment: Mapping[str, str]) -> None:
    """Start loading for kernels of this environment, and do not wait for it."""
    if possible():
        _zygote(environment)


def close_all() -> None:
    """End all zygotes and their kernels."""
    with _lock:
        while _zygotes:
            _zygotes.popitem()[1].close()


def _zygote(environment: Mapping[str, str]) -> Zygote:
    common = {name: value for name, value in environment.items() if name not in _OF_ONE_KERNEL}
    key = frozenset(common.items())
    with _lock:
        found = _zygotes.pop(key, None)
        if found is None or not found.lives():
            if found is not None:
                found.close()
            _make_room()
            found = Zygote(common)
        _zygotes[key] = found
        return found


def _make_room() -> None:
    idle = [key for key, zygote in _zygotes.items() if zygote.idle()]
    for key in idle[: max(len(_zygotes) - _MOST + 1, 0)]:
        _zygotes.pop(key).close()


def _forget() -> None:
    global _lock  # noqa: PLW0603 - that of the parent may be held for ever
    _lock = threading.Lock()
    while _zygotes:
        _zygotes.popitem()[1].forget()


atexit.register(close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
