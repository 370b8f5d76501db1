"""Signals that ask a command to stop: Ctrl-C everywhere, SIGTERM where something has to be ended first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from callstats.report.stopping import hurry

_asked: list[int] = []


@contextmanager
def heeded(number: signal.Signals) -> Iterator[None]:
    """Take a signal for Ctrl-C within this block, and remember that it came.

    A library may turn the interruption into an error of its own, as DuckDB does; what was asked for
    is then still known. A signal that the caller had ignored, as nohup does, stays ignored.
    """
    before = signal.getsignal(number)
    if before == signal.SIG_IGN or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(number, _stop)
    try:
        yield
    finally:
        signal.signal(number, before)


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
