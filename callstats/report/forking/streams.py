"""Standard streams of a child, chosen as for `subprocess.Popen`."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from typing import IO, Any

_NAMES = ("stdin", "stdout", "stderr")


class Streams:
    """What a child gets as descriptors 0, 1 and 2, and our ends of the pipes among them.

    Parameters
    ----------
    chosen : mapping
        stdin, stdout, stderr: None, a descriptor, a file, or a constant of `subprocess`.
        Without a choice a kernel reads an input that has ended, and writes where we do.
    """

    def __init__(self, chosen: Mapping[str, Any]) -> None:
        self._stack = ExitStack()
        self.ours: dict[str, IO[bytes] | None] = dict.fromkeys(_NAMES)
        self.theirs: list[int] = []
        for number, name in enumerate(_NAMES):
            self.theirs.append(self._end(number, name, chosen.get(name)))

    def close(self) -> None:
        """Close the child's ends, which it has by now."""
        self._stack.close()

    def _end(self, number: int, name: str, choice: Any) -> int:
        if choice == subprocess.PIPE:
            theirs, ours = os.pipe() if number == 0 else os.pipe()[::-1]
            self.ours[name] = os.fdopen(ours, "wb" if number == 0 else "rb")
            return self._closing(theirs)
        if choice == subprocess.DEVNULL:
            return self._nowhere(number)
        if choice == subprocess.STDOUT:
            return self.theirs[1]
        if choice is not None:
            return choice if isinstance(choice, int) else choice.fileno()
        return self._default(number)

    def _default(self, number: int) -> int:
        if number == 0:
            theirs, ours = os.pipe()
            os.close(ours)
            return self._closing(theirs)
        try:
            os.fstat(number)
        except OSError:  # ours is closed
            return self._nowhere(number)
        return number

    def _nowhere(self, number: int) -> int:
        return self._closing(os.open(os.devnull, os.O_RDONLY if number == 0 else os.O_WRONLY))

    def _closing(self, descriptor: int) -> int:
        self._stack.callback(os.close, descriptor)
        return descriptor
