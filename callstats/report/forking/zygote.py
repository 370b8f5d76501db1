"""The warm process: forks a child for each kernel that is asked for, and tells how each ended.

``python -m callstats.report.forking.zygote FD`` talks with its owner over the socket FD.
It runs one thread alone and holds no connection, so that a fork of it is a clean start.
It ends, and its children with it, when the owner's end of the socket is gone.

Requests are a length of 8 bytes, which carries the child's three standard streams, and
JSON. Answers are lines of JSON: ready or refused, once; then pid or error for each
request; and exit with its status at any time.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from callstats.report.forking import child, warm

_HEADER = 8
#: Arrow brings jemalloc, which has handlers for a fork of its own, and allocates by another library.
_CARRIED_OVER = frozenset({"jemalloc_bg_thd"})
_LOOK_S = 1.0  # between two looks whether the owner lives, should its socket have leaked to a process


def main() -> None:
    """Serve until the owner is gone; in a child, run its kernel."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    launch = _serve(connection, os.getppid())
    if launch is None:
        os._exit(0)  # there is nothing to close, and much to free one by one
    child.run(launch)


def threads() -> list[str]:
    """Return the names of the threads that a fork would not carry over, those of libraries included."""
    tasks = Path("/proc/self/task").iterdir()
    others = [task for task in tasks if task.name != str(os.getpid())]
    return [name for task in others if (name := (task / "comm").read_text().strip()) not in _CARRIED_OVER]


def _serve(connection: socket.socket, owner: int) -> child.Launch | None:
    """Fork for each request: return in the child what to become, and None in the zygote at the end."""
    child.leave_path()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_by_libraries = _load()
    if running := threads():
        _tell(connection, {"refused": f"threads run after loading the libraries: {', '.join(running)}"})
        return None
    _tell(connection, {"ready": True})
    living: set[int] = set()
    launch = None
    with _bell() as bell, suppress(BrokenPipeError, ConnectionResetError):
        while launch is None and os.getppid() == owner:
            ready, _, _ = select.select([connection, bell], [], [], _LOOK_S)
            if bell in ready:
                bell.recv(4096)
            _report_ended(connection, living)
            if connection in ready:
                request = _receive(connection)
                if request is None:
                    break
                request["environment"] = {**set_by_libraries, **request["environment"]}
                launch = _fork(connection, request, living)
    if launch is None:
        _end(living)
    return launch


@contextmanager
def _bell() -> Iterator[socket.socket]:
    """Give a socket that can be read when a child has ended."""
    bell, ringer = socket.socketpair()
    with bell, ringer:
        ringer.setblocking(False)
        signal.set_wakeup_fd(ringer.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        yield bell
        signal.set_wakeup_fd(-1)


def _load() -> dict[str, str]:
    """Load the libraries and return what they put into the environment on the way."""
    before = set(os.environ)
    warm.load()
    return {name: value for name, value in os.environ.items() if name not in before}


def _fork(connection: socket.socket, request: dict[str, Any], living: set[int]) -> child.Launch | None:
    zygote = os.getpid()
    streams = request.pop("streams")
    try:
        pid = os.fork()
    except OSError as error:
        _tell(connection, {"error": str(error)})
        return None
    finally:
        if os.getpid() == zygote:
            _close(streams)
    if pid == 0:
        connection.close()
        return child.Launch(**request, streams=tuple(streams), zygote=zygote)
    living.add(pid)
    _tell(connection, {"pid": pid})
    return None


def _report_ended(connection: socket.socket, living: set[int]) -> None:
    while living:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        living.discard(pid)
        _tell(connection, {"exit": pid, "status": os.waitstatus_to_exitcode(status)})


def _end(living: set[int]) -> None:
    """Kill each kernel with what it started: it is the leader of a group of its own."""
    for pid in living:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def _tell(connection: socket.socket, what: dict[str, Any]) -> None:
    connection.sendall(json.dumps(what).encode() + b"\n")


def _receive(connection: socket.socket) -> dict[str, Any] | None:
    header, streams, _, _ = socket.recv_fds(connection, _HEADER, 3)
    length = int.from_bytes(header, "big")
    content = bytearray()
    while header and len(content) < length:
        part = connection.recv(length - len(content))
        if not part:
            header = b""
        content += part
    if not header:
        _close(streams)
        return None
    return {**json.loads(content), "streams": streams}


def _close(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


if __name__ == "__main__":
    main()
