"""Forked kernels for everything that speaks Jupyter: papermill, nbval, nbclient, JupyterLab."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from callstats.report.forking import parent

_LAUNCHER = ["-m", "ipykernel_launcher"]
_KNOWN = frozenset({"env", "cwd", "stdin", "stdout", "stderr"})


class ForkProvisioner(LocalProvisioner):
    """Starts ipykernel by forking a process that has loaded the libraries.

    Named ``callstats-fork`` in a kernelspec. Where that cannot be, or where the kernel
    asked for is not ipykernel in this interpreter, it is started like any other.
    """

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Launch a kernel, and return how to connect to it."""
        given = self._scrub_kwargs(kwargs)
        if not _can_be_forked(cmd, given):
            return await super().launch_kernel(cmd, **kwargs)
        folder = str(given.get("cwd") or Path.cwd())
        environment = {**given.get("env", os.environ)}
        try:
            self.process = await asyncio.to_thread(parent.start, cmd[3:], environment, folder, given)
        except parent.CannotForkError as error:
            self.log.warning("Starting an ordinary kernel: %s", error)
            return await super().launch_kernel(cmd, **kwargs)
        self.pid = self.pgid = self.process.pid
        self.cwd = Path(folder)
        return self.connection_info


def _can_be_forked(cmd: list[str], given: Mapping[str, Any]) -> bool:
    return (
        parent.possible()
        and cmd[:3] == [sys.executable, *_LAUNCHER]
        and all(value is None or name in _KNOWN for name, value in given.items())
    )
