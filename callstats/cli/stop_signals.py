"""Signals that ask a command to stop: Ctrl-C everywhere, SIGTERM where something has to be ended first."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from callstats.report.stopping import hurry, leave_at_once

STOPPED = "callstats: stopped; nothing is left half written, and the same command starts again"
#: How long a command may take to end in order; a library may keep it from that for hours.
_IN_ORDER_S = 1.5
_asked: list[int] = []
_watching = threading.Lock()


@contextmanager
def heeded(number: signal.Signals) -> Iterator[None]:
    """Take a signal for Ctrl-C within this block, and remember that it came.

    A library may turn the interruption into an error of its own, as DuckDB does; what was asked for
    is then still known. It may also work on, as DuckDB's threads do in some queries; the process is then
    ended, which files survive as they survive a kill. A signal that the caller had ignored, as nohup
    does, stays ignored.
    """
    before = signal.getsignal(number)
    if before == signal.SIG_IGN or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(number, _stop)
    try:
        with _watched():
            yield
    finally:
        signal.signal(number, before)


@contextmanager
def _watched() -> Iterator[None]:
    """Have a thread see to it that the process ends."""
    if not _watching.acquire(blocking=False):  # one is waiting already
        yield
        return
    ended = threading.Event()
    ears, mouth = socket.socketpair()
    mouth.setblocking(False)
    before = signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
    watcher = threading.Thread(target=_watch, args=(ears, ended), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        signal.set_wakeup_fd(before)
        mouth.close()
        watcher.join()
        ears.close()
        _watching.release()


def _watch(ears: socket.socket, ended: threading.Event) -> None:
    """End the process if what a signal is to stop has not ended in time."""
    while told := ears.recv(1):
        number = told[0]
        if signal.getsignal(number) is _stop and not ended.wait(_IN_ORDER_S):
            os.write(2, f"{STOPPED}\n".encode())
            leave_at_once(128 + number)


def code_if_stopped() -> int | None:
    """Return the exit code of a command that a signal has stopped, else None; then forget the signal.

    Examples
    --------
    >>> code_if_stopped() is None
    True
    """
    asked, _asked[:] = _asked[:1], []
    return 128 + asked[0] if asked else None


def _stop(number: int, _: object) -> None:
    _asked.append(number)
    hurry()
    raise KeyboardInterrupt
