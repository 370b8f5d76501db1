"""One worker process: how the main process sees it, and what it does.

Orders go in by its standard input and answers come out by its standard output, pickled:
both ends are this package in this interpreter. What notebooks print goes to stderr.
"""

from __future__ import annotations

import _thread
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import IO, Any

from callstats.errors import CallstatsError, ReportError
from callstats.report.forking import parent
from callstats.report.managers import FIXED, Ahead, Forked, SameInterpreter
from callstats.report.order import Order
from callstats.report.run import ReportResult, make
from callstats.report.startup import skip_address_grammar

Answer = tuple[ReportResult | None, CallstatsError | None, float]

_GRACE_S = 3.0  # for a report to be dropped and its kernel shut down


@dataclass(frozen=True, slots=True)
class Task:
    """What is the same for every report of a batch."""

    formats: tuple[str, ...]
    strict: bool
    fork: bool | None


class Workshop:
    """A worker process, started when it is first needed and again when it has died."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._lock = threading.Lock()

    def make(self, order: Order) -> Answer:
        """Have a report made; whatever goes wrong is in the answer."""
        start = time.perf_counter()
        try:
            process = self._running()
            _send(process.stdin, order)
            return _receive(process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            return None, self._died(error), time.perf_counter() - start

    def close(self) -> None:
        """Tell the worker to end, also in the middle of a report."""
        with self._lock:
            self._closed = True
            if self._process is not None and self._process.stdin is not None:
                with suppress(OSError):
                    self._process.stdin.close()

    def wait(self) -> None:
        """Wait until the worker has ended; one that does not is killed."""
        if self._process is None:
            return
        try:
            self._process.wait(_GRACE_S + 1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _running(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._closed:
                raise EOFError
            if self._process is None:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "callstats.report.workshop"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    start_new_session=True,  # the terminal's Ctrl-C is for the main process, which tells us
                )
                _send(self._process.stdin, self._task)
            return self._process

    def _died(self, error: Exception) -> ReportError:
        """Say how the worker ended and let the next report have a new one."""
        with self._lock:
            process, self._process = self._process, None if not self._closed else self._process
        how = f"could not be started: {error}"
        if process is not None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE_S + 1)
            how = _ending(process.poll())
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
        return ReportError(
            f"the process that made the report {how}",
            hint="Most often the memory ran out; try fewer reports at once with --jobs.",
        )


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        with suppress(ValueError):
            return f"was ended by {signal.Signals(-code).name}"
    return f"ended with {code}" if code is not None else "stopped answering"


def _send(pipe: IO[bytes] | None, thing: Any) -> None:
    if pipe is None:
        raise EOFError
    pickle.dump(thing, pipe)
    pipe.flush()


def _receive(pipe: IO[bytes] | None) -> Any:
    if pipe is None:
        raise EOFError
    return pickle.load(pipe)


# In the worker


def main() -> None:
    """Make every report that is asked for, until nobody can ask any more."""
    # A shell starts what runs in the background with it ignored, and here it ends the report in hand.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    skip_address_grammar()
    questions, answers = _pipes()
    task: Task = _receive(questions)
    orders: SimpleQueue[Order | None] = SimpleQueue()
    threading.Thread(target=_listen, args=(questions, orders), daemon=True).start()
    try:
        with _kernels(task.fork) as kernels:
            while (order := orders.get()) is not None:
                _send(answers, _answer(order, task, kernels))
    except (KeyboardInterrupt, BrokenPipeError):
        pass
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _kernels(fork: bool | None) -> Iterator[Callable[[], SameInterpreter]]:
    """Choose where kernels come from, and start loading for the first."""
    if parent.possible() if fork is None else fork:
        parent.prepare({**os.environ, **FIXED})
        yield Forked
    else:
        with closing(Ahead()) as ahead:
            yield ahead


def _pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Take the standard streams for ourselves, so that nothing else reads or writes them."""
    questions = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return questions, answers


def _listen(questions: IO[bytes], orders: SimpleQueue[Order | None]) -> None:
    """Pass orders on; at their end drop the report in hand, and the process where that hangs."""
    with suppress(EOFError, OSError):
        while True:
            orders.put(_receive(questions))
    orders.put(None)
    if hasattr(signal, "pthread_kill"):  # wakes the main thread also where it waits for a kernel
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        _thread.interrupt_main()
    time.sleep(_GRACE_S)
    os._exit(1)


def _answer(order: Order, task: Task, kernels: Callable[[], SameInterpreter]) -> Answer:
    start = time.perf_counter()
    result: ReportResult | None = None
    error: CallstatsError | None = None
    try:
        result = make(order, task.formats, strict=task.strict, kernels=kernels)
    except CallstatsError as expected:
        error = expected
    except Exception as unexpected:  # a fault of ours must not spoil the other reports
        error = ReportError(
            f"the report could not be made: {type(unexpected).__name__}: {unexpected}",
            hint="Make this report alone, with callstats report, to see where.",
        )
    return result, error, time.perf_counter() - start


if __name__ == "__main__":
    main()
