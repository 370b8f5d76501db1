"""The kernel of a report: ipykernel, always in the same environment, forked or newly started."""

from __future__ import annotations

import os
import queue
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from traitlets import default

from callstats.dataset.machine_memory import WORKERS
from callstats.report import report_files as files
from callstats.report.kernel_environment import without_secrets

if TYPE_CHECKING:
    from callstats.report.kernel_server import KernelServer

#: Fixed settings of everything that could change a result or a plot's look between runs.
FIXED = {
    "SOURCE_DATE_EPOCH": "0",
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "COLUMNS": "120",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    WORKERS: "1",
}
#: The kernel that notebooks name.
NAME = "python3"
_POLL_S = 0.01
_LISTEN_S = 0.2


class PromptClient(AsyncKernelClient):
    """Ready once the kernel has replied on both channels; the usual client keeps listening for a while."""

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        end = time.monotonic() + (timeout or float("inf"))
        while True:
            request = self.kernel_info()
            with suppress(queue.Empty):
                await self.get_shell_msg(timeout=1)
                while True:  # once the kernel is idle, later messages belong to something else
                    message = await self.get_iopub_msg(timeout=_LISTEN_S)
                    is_reply = message["parent_header"].get("msg_id") == request
                    if is_reply and message["content"].get("execution_state") == "idle":
                        return
            if not await self.is_alive():
                from nbclient.exceptions import DeadKernelError

                raise DeadKernelError("Kernel died before replying to kernel_info")
            if time.monotonic() > end:
                raise RuntimeError(f"Kernel didn't respond in {timeout:.0f} seconds")

    wait_for_ready = _async_wait_for_ready

    async def is_alive(self) -> bool:
        """Return whether its kernel is running and not being stopped."""
        return isinstance(self.parent, ReportKernelManager) and await self.parent.is_alive()


class ReportKernelManager(AsyncKernelManager):
    """Starts ipykernel with `sys.executable`, whether or not Jupyter knows of it.

    Parameters
    ----------
    server : KernelServer, optional
        Fork the kernel from it; by default a new one is started.
    stopping : threading.Event, optional
        Once set, the kernel counts as dead, so nothing waits for its reply.
    shared : mapping of str to str
        Variables that all kernels of a batch have: how many reports are made at once, what data are known.
    """

    def __init__(
        self, *, server: KernelServer | None = None, stopping: threading.Event | None = None,
        shared: Mapping[str, str] | None = None, **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(**options)
        self.shared = dict(shared or {})
        self.stopping = stopping or threading.Event()
        if server is not None:
            from callstats.report.kernel_server import ForkServerProvisioner

            forking = ForkServerProvisioner(kernel_id="", kernel_spec=self.kernel_spec, parent=self)
            forking.server = server
            self.provisioner = forking

    @cached_property
    def _home(self) -> tempfile.TemporaryDirectory[str]:
        prefix = f"{files.KERNEL_FOLDER}{os.getpid()}-"
        return tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True)

    @default("transport")
    def _transport_default(self) -> str:
        """Use file-system sockets where supported, so that no port is open."""
        return "tcp" if sys.platform == "win32" else "ipc"

    @default("connection_file")
    def _connection_file_default(self) -> str:
        return str(Path(self._home.name) / "kernel.json")  # short: a socket's path has at most 100 characters

    @default("client_factory")
    def _client_factory_default(self) -> type[PromptClient]:
        return PromptClient

    @property
    def kernel_spec(self) -> KernelSpec:
        """The kernel to start, isolated from the user's IPython profile and history."""
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
            env={**FIXED, **self.shared, "IPYTHONDIR": self._home.name},
        )

    def client(self, **kwargs: Any) -> Any:
        """Return a client and keep it, so that `finish` can close its channels."""
        self._clients.append(super().client(**kwargs))
        return self._clients[-1]

    @cached_property
    def _clients(self) -> list[Any]:
        return []

    async def _async_pre_start_kernel(self, **options: Any) -> Any:
        """Prepare to start the kernel, which gets no secret of this process."""
        options["env"] = without_secrets(options.get("env") or os.environ)
        return await super()._async_pre_start_kernel(**options)

    async def is_alive(self) -> bool:
        """Return whether the kernel is running and not being stopped; nbclient relies on this."""
        return not self.stopping.is_set() and await self._async_is_alive()

    async def _async_wait(self, pollinterval: float = _POLL_S) -> None:
        """Wait for the kernel to end, polling often as it is quick."""
        await super()._async_wait(min(pollinterval, _POLL_S))

    async def _finish(self, *, now: bool = False) -> None:
        """Shut the kernel down if it is still alive, and clean up after it."""
        try:
            if self.has_kernel and await self._async_is_alive():
                if now or self.stopping.is_set():
                    await self._async_kill_kernel()
                else:  # no interrupt, as `shutdown_kernel` sends: an idle kernel prints that it caught one
                    await self._async_request_shutdown()
                    await self._async_finish_shutdown()
        finally:
            await self._async_cleanup_resources()
            while self._clients:
                self._clients.pop().stop_channels()
            self._home.cleanup()

    finish = run_sync(_finish)
