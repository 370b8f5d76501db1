"""A kernel under test, asked step by step."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_core.utils import run_sync

from callstats.report.kernel_environment import shared_environment
from callstats.report.kernel_manager import FIXED, ReportKernelManager
from callstats.report.kernel_server import KernelServer


class Kernel:
    """A started kernel that runs code and can be signalled, restarted and shut down."""

    def __init__(self, manager: ReportKernelManager) -> None:
        self.manager = manager
        self.start = run_sync(manager._async_start_kernel)
        self.interrupt = run_sync(manager._async_interrupt_kernel)
        self.kill = run_sync(manager._async_kill_kernel)
        self.alive = run_sync(manager._async_is_alive)
        self.start()
        self._connect()

    @property
    def process(self) -> Any:
        return self.manager.provisioner.process

    def restart(self) -> None:
        self._client.stop_channels()
        run_sync(self.manager._async_restart_kernel)()
        self._connect()

    def shut_down(self) -> int:
        process = self.process
        run_sync(self.manager._async_shutdown_kernel)()
        return process.poll()

    def ask(self, code: str) -> dict[str, Any]:
        """Start code and return its reply: the error's name where it failed."""
        self.post(code)
        return self.reply()

    def value(self, expression: str) -> Any:
        """Return the value of an expression that JSON can carry."""
        code = f"__import__('json').dumps({expression})"
        self._asked = self._client.execute("", user_expressions={"it": code})
        text = self.reply()["user_expressions"]["it"]["data"]["text/plain"]
        return json.loads(eval(text))

    def post(self, code: str) -> None:
        self._asked = self._client.execute(code)

    def reply(self) -> dict[str, Any]:
        while True:
            reply = run_sync(self._client.get_shell_msg)(timeout=30)
            if reply["parent_header"]["msg_id"] == self._asked:
                return reply["content"]

    def _connect(self) -> None:
        self._client = self.manager.client()
        self._client.start_channels()
        run_sync(self._client.wait_for_ready)(timeout=60)


@contextmanager
def kernel_server() -> Iterator[KernelServer]:
    """Start a server that kernels of reports are forked from."""
    server = KernelServer(shared_environment(FIXED))
    try:
        yield server
    finally:
        server.close()


@contextmanager
def running(make: Callable[[], ReportKernelManager]) -> Iterator[Kernel]:
    manager = make()
    try:
        yield Kernel(manager)
    finally:
        manager.finish(now=True)


def lives(pid: int) -> bool:
    """Tell whether a process runs; one that waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def descendants(pid: int | None = None) -> set[int]:
    """Return the processes below one, ourselves by default.

    Python's tracker of shared resources stays to the end of the process that it is for: below
    ourselves it is left out.
    """
    found: set[int] = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == (pid or os.getpid()):
            found |= {int(folder.name), *descendants(int(folder.name))}
    return {one for one in found if lives(one) and not (pid is None and _tracks_resources(one))}


def _tracks_resources(pid: int) -> bool:
    try:
        return b"multiprocessing.resource_tracker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def eventually(fact: Callable[[], Any], seconds: float = 10) -> bool:
    """Wait until something becomes true."""
    end = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
