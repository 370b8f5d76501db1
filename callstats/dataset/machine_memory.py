"""How much memory this process may take: what is free on the machine, or in its container."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

#: How many reports are made at once: each gets its share of what is free.
WORKERS = "CALLSTATS_WORKERS"
#: No engine works in less.
LEAST = 300 * 10**6
_USUAL = 1500 * 10**6
_ROOT = Path("/sys/fs/cgroup")


def share_of_memory() -> int:
    """Return half of what is free [bytes], shared among the reports that are made at once.

    Where the system does not tell, 1.5 GB.
    """
    free = free_memory()
    with suppress(ValueError):
        workers = max(int(os.environ.get(WORKERS, "1")), 1)
        return max((_USUAL if free is None else free // 2) // workers, LEAST)
    return _USUAL


def free_memory(proc: Path = Path("/proc"), cgroups: Path = _ROOT) -> int | None:
    """Return the memory [bytes] that can be had without swapping, None where the system does not tell.

    Parameters
    ----------
    proc, cgroups : Path
        Where Linux tells of memory, and of the limits of containers (version 2, then 1).

    References
    ----------
    .. [1] The kernel's documentation: MemAvailable in filesystems/proc, memory.max and
       memory.stat in admin-guide/cgroup-v2.
    """
    free = [size for size in (_available(proc / "meminfo"), _left_in_container(proc, cgroups)) if size]
    return min(free, default=None)


def _available(meminfo: Path) -> int | None:
    with suppress(OSError, ValueError, IndexError):
        for line in meminfo.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _left_in_container(proc: Path, cgroups: Path) -> int | None:
    """Return the least that the container and those around it leave; None without a limit."""
    left = []
    for folder, most, used, reclaimable in _limits(proc, cgroups):
        size, taken = _number(folder / most), _number(folder / used)
        if size is not None and taken is not None:
            left.append(max(size - taken + _stated(folder / "memory.stat", reclaimable), LEAST))
    return min(left, default=None)


def _limits(proc: Path, cgroups: Path) -> list[tuple[Path, str, str, str]]:
    """Return each folder with a limit, and its files: the most, what is used, what can be given back."""
    found = []
    with suppress(OSError, ValueError):
        for line in (proc / "self" / "cgroup").read_text().splitlines():
            _number_of, kinds, path = line.split(":", 2)
            if kinds == "":
                new = ("memory.max", "memory.current", "inactive_file")
                found += [(folder, *new) for folder in _upwards(cgroups, path)]
            elif "memory" in kinds.split(","):
                old = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
                found += [(folder, *old) for folder in _upwards(cgroups / "memory", path)]
    return found


def _upwards(root: Path, path: str) -> list[Path]:
    """Return a container's folder and those around it; in the container itself, the root is its own."""
    inner = root / path.lstrip("/")
    return [inner, *(p for p in inner.parents if root == p or root in p.parents)]


def _number(file: Path) -> int | None:
    with suppress(OSError, ValueError):
        return int(file.read_text())
    return None


def _stated(file: Path, name: str) -> int:
    """Return a number of a file of names and numbers, 0 where it is not stated."""
    with suppress(OSError, ValueError):
        for line in file.read_text().splitlines():
            key, _, value = line.partition(" ")
            if key == name:
                return int(value)
    return 0
