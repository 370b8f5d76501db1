"""How a batch of reports is stopped: no file is begun any more, and nobody waits for its threads."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from typing import Any, NoReturn

from callstats.errors import ReportError


class Stop:
    """What all threads of a batch look at.

    Attributes
    ----------
    event : threading.Event
        Set once the batch is being stopped.
    """

    def __init__(self) -> None:
        self.event = threading.Event()
        self._writing = threading.Lock()

    def now(self) -> None:
        """Stop: a file that is being written is finished first, and none is begun after it."""
        with self._writing:
            self.event.set()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write the files of a report inside of this, unless the batch has been stopped.

        Raises
        ------
        ReportError
        """
        with self._writing:
            if self.event.is_set():
                raise ReportError("the batch was stopped before this report was written")
            yield


#: For threads to notice that their kernel is gone; a page being typeset takes longer.
_GRACE_S = 1.5
_leaving = threading.Event()
_abandoned: list[Future[Any]] = []


def hurry() -> None:
    """Say that this process is about to leave: nothing is waited for any more."""
    _leaving.set()


def abandon(pending: set[Future[Any]]) -> None:
    """Give work that is being stopped a moment, then wait for it no longer."""
    _abandoned.extend(wait(pending, 0 if _leaving.is_set() else _GRACE_S).not_done)


def leave(code: int) -> NoReturn:
    """Leave the process with an exit code, without waiting for abandoned work.

    An ordinary exit waits for every thread. Work that goes on in a library may not be left to the
    interpreter's end either, as it comes back to an interpreter that is gone: the process ends under
    it, once temporary folders are removed.
    """
    if all(future.done() for future in _abandoned):
        sys.exit(code)
    leave_at_once(code)


def leave_at_once(code: int) -> NoReturn:
    """Leave the process under whatever is going on, once temporary folders are removed."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    atexit._run_exitfuncs()
    os._exit(code)
