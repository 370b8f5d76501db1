"""Make many reports at once: each in a thread of this process, its notebook in its own kernel."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from jupyter_core.utils import ensure_event_loop

from callstats.dataset.fingerprint import KNOWN, to_be_known
from callstats.dataset.machine_memory import WORKERS
from callstats.errors import CallstatsError, ReportError, UsageError
from callstats.report import report_files as files
from callstats.report.kernel_environment import shared_environment
from callstats.report.kernel_manager import FIXED, ReportKernelManager
from callstats.report.order import Order
from callstats.report.report_run import FORMATS, ReportResult, checked_formats, make
from callstats.report.stopping import Stop, abandon

Kernels = Callable[[], ReportKernelManager]

_LOOK_S = 0.5  # between checks for Ctrl-C, which does not interrupt waiting on every system


@dataclass(frozen=True, slots=True)
class FinishedReport:
    """A finished report, or why it failed.

    Attributes
    ----------
    order : Order
        The request.
    result : ReportResult or None
    error : CallstatsError or None
        Either of the two is None.
    seconds : float
        How long it took.
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
) -> Iterator[FinishedReport]:
    """Make reports at once, and yield each as it is finished.

    A report that fails or whose kernel dies yields its error; the others are made anyway.
    Closing the iterator, Ctrl-C in its consumer or the end of this process ends all
    kernels; a report that is unfinished by then leaves no file.

    Parameters
    ----------
    orders : sequence of Order
        From `callstats.report.order.take_order`.
    formats : iterable of str
        html, pdf.
    jobs : int, optional
        Reports at once; one for each processor by default.
    strict : bool
        Treat a warning in a notebook as a failure.
    fork : bool, optional
        Fork kernels from a process that has loaded the libraries, or start each one anew;
        by default they are forked if the system supports it.

    Yields
    ------
    FinishedReport

    Raises
    ------
    UsageError
        An unknown format, or fewer than one job; raised before anything runs.
    """
    if jobs is not None and jobs < 1:
        raise UsageError(f"{jobs} reports at once cannot be made", hint="Give --jobs 1 or more.")
    wanted = checked_formats(formats)
    threads = min(jobs or processors(), max(len(orders), 1))
    return _finished_reports(orders, partial(_finished, formats=wanted, strict=strict), threads, fork)


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _finished_reports(
    orders: Sequence[Order], finished: Callable[..., FinishedReport], threads: int, fork: bool | None
) -> Iterator[FinishedReport]:
    if not orders:
        return
    from callstats.report.kernel_server import can_fork

    stop, forked = Stop(), can_fork() if fork is None else fork
    # A consumer that fails may never close us, and the interpreter waits for threads on exit.
    threading._register_atexit(stop.now)  # type: ignore[attr-defined]
    pool = ThreadPoolExecutor(threads)
    pending: set[Future[FinishedReport]] = set()
    try:
        with _kernels(forked, stop.event, _shared(orders, threads)) as kernels:
            try:
                pending = {pool.submit(finished, order, kernels, stop) for order in orders}
                while pending:
                    done, pending = wait(pending, _LOOK_S, FIRST_COMPLETED)
                    for future in done:
                        yield future.result()
            finally:
                stop.now()
    finally:
        # Forked kernels have ended with their server; the others are ended by their threads.
        pool.shutdown(wait=not forked, cancel_futures=True)
        abandon(pending)


def _shared(orders: Sequence[Order], workers: int) -> dict[str, str]:
    """Return the variables of all kernels: how many there are, and the data's fingerprint, computed once."""
    return {WORKERS: str(workers), KNOWN: to_be_known(orders[0].data) if orders[0].data.exists() else ""}


@contextmanager
def _kernels(forked: bool, stopping: threading.Event, shared: Mapping[str, str]) -> Iterator[Kernels]:
    """Choose where kernels come from; forked ones end with their server."""
    from callstats.report.kernel_server import KernelServer

    files.remove_kernel_folders()
    if not forked:
        yield partial(ReportKernelManager, stopping=stopping, shared=shared)
        return
    # Standard output is reserved for callstats.
    server = KernelServer(shared_environment({**FIXED, **shared}), stdout=2)
    try:
        server.start()
        yield partial(ReportKernelManager, server=server, stopping=stopping, shared=shared)
    finally:
        server.close()


def _finished(
    order: Order, kernels: Kernels, stop: Stop, *, formats: Sequence[str], strict: bool
) -> FinishedReport:
    """Make a report in a thread; any error is in the result."""
    start = time.perf_counter()
    result: ReportResult | None = None
    error: CallstatsError | None = None
    try:
        if not stop.event.is_set():
            result = make(order, formats, strict=strict, kernels=kernels, writing=stop.writing)
    except CallstatsError as expected:
        error = expected
    except BaseException as unexpected:  # a fault of ours, or a library's panic, costs no other report
        error = ReportError(
            f"the report could not be made: {type(unexpected).__name__}: {unexpected}",
            hint="Make this report alone, with callstats report, to see where.",
        )
    finally:
        ensure_event_loop().close()  # this thread's event loop, which Jupyter leaves open
    return FinishedReport(order, result, error, time.perf_counter() - start)
