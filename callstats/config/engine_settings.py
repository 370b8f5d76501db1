"""How much of the machine the engine may use: memory, threads, and where it puts what does not fit."""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNITS = {"MB": 10**6, "GB": 10**9, "TB": 10**12}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(MB|GB|TB)")


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """The bounds of DuckDB, in which data sets are read.

    Attributes
    ----------
    memory : str
        As "8 GB". Empty: half of what is free, shared among the reports that are made at once.
    threads : int or None
        None: as many as there are processors. Reports use one each.
    temp : str
        A folder for what does not fit into memory. Empty: the system's folder of temporary files.
    """

    memory: str = ""
    threads: int | None = None
    temp: str = ""

    @property
    def bytes(self) -> int | None:
        """The memory [bytes]; None where it is not said."""
        return memory_size(self.memory) if self.memory else None


def memory_size(text: str) -> int | None:
    """Return a size in bytes, None if it is not written as one.

    Examples
    --------
    >>> memory_size("1.5 GB"), memory_size("750MB"), memory_size("half")
    (1500000000, 750000000, None)
    """
    found = _SIZE.fullmatch(text.strip().upper())
    return None if found is None else int(float(found[1]) * _UNITS[found[2]])
