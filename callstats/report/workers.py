"""Make many reports at once, in worker processes that hold what they have loaded.

Each worker is this interpreter anew, fed through pipes: a killed worker costs the one
report it was making, and a worker whose pipe closes ends by itself, so that nothing is
left behind however the main process ends.
"""

from __future__ import annotations

import os
import queue
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from threading import Thread

from callstats.errors import CallstatsError, UsageError
from callstats.report.order import Order
from callstats.report.run import FORMATS, ReportResult, checked_formats
from callstats.report.workshop import Task, Workshop

_LOOK_S = 0.5  # between two looks for a Ctrl-C, where waiting on a queue cannot be interrupted


@dataclass(frozen=True, slots=True)
class Done:
    """A report that was made, or why it was not.

    Attributes
    ----------
    order : Order
        What was asked for.
    result : ReportResult or None
    error : CallstatsError or None
        Either of the two is None.
    seconds : float
        How long the worker was at it.
    """

    order: Order
    result: ReportResult | None
    error: CallstatsError | None
    seconds: float


def run_all(
    orders: Sequence[Order],
    *,
    formats: Iterable[str] = FORMATS,
    jobs: int | None = None,
    strict: bool = False,
    fork: bool | None = None,
) -> Iterator[Done]:
    """Make reports at once, and yield each as it is finished.

    A report that fails, whose kernel dies or whose worker is killed yields its error and
    spoils no other. Closing the iterator, Ctrl-C in its consumer and the end of this
    process end all workers and kernels; what they had not finished leaves no file.

    Parameters
    ----------
    orders : sequence of Order
        From `callstats.report.order.take_order`.
    formats : iterable of str
        html, pdf.
    jobs : int, optional
        Reports at once; one for each processor by default.
    strict : bool
        Take a warning in a notebook for a failure.
    fork : bool, optional
        Fork kernels from a warm process, or start each one anew, ahead of its notebook;
        by default whichever this system can.

    Yields
    ------
    Done

    Raises
    ------
    UsageError
        An unknown format, or fewer than one job: at once, before anything runs.
    """
    if jobs is not None and jobs < 1:
        raise UsageError(f"{jobs} reports at once cannot be made", hint="Give --jobs 1 or more.")
    task = Task(checked_formats(formats), strict, fork)
    return _made(deque(orders), task, min(jobs or processors(), max(len(orders), 1)))


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _made(waiting: deque[Order], task: Task, jobs: int) -> Iterator[Done]:
    """Let a thread keep each worker busy; this one only hands on what is finished."""
    finished: queue.SimpleQueue[Done] = queue.SimpleQueue()
    left = len(waiting)
    shops = [Workshop(task) for _ in range(jobs)]
    hands = [Thread(target=_work, args=(shop, waiting, finished), daemon=True) for shop in shops]
    try:
        for hand in hands:
            hand.start()
        while left:
            try:
                done = finished.get(timeout=_LOOK_S)
            except queue.Empty:
                continue
            left -= 1
            yield done
    finally:
        waiting.clear()
        for shop in shops:
            shop.close()
        for shop in shops:
            shop.wait()


def _work(shop: Workshop, waiting: deque[Order], finished: queue.SimpleQueue[Done]) -> None:
    while True:
        try:
            order = waiting.popleft()
        except IndexError:
            shop.close()
            return
        result, error, seconds = shop.make(order)
        finished.put(Done(order, result, error, seconds))
