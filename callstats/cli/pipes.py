"""Output to a reader that may have left: ``callstats measure … | head``."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Any, TextIO

#: What a system says of a pipe that nobody reads any more; Windows calls it an invalid argument.
_NOBODY_READS = frozenset({errno.EPIPE, errno.ESHUTDOWN} | ({errno.EINVAL} if os.name == "nt" else set()))


class PipeEnd(io.FileIO):
    """A stream that a command goes on writing to after its reader has left: nothing comes of it.

    So the command ends as it would have ended, with its own exit code, and nothing is said when
    Python closes the stream. Any other refusal, such as a full disk, is raised once.
    """

    def write(self, data: Any, /) -> int:
        """Write bytes, to nowhere once nobody reads them."""
        try:
            return super().write(data)  # type: ignore[return-value]
        except OSError as error:
            self._leave()
            if error.errno in _NOBODY_READS:
                return memoryview(data).nbytes
            raise OSError(error.errno, error.strerror, "standard output") from error

    def _leave(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)


def guard_streams() -> None:
    """Make this process' standard streams such that any reader may leave, and any letter be written.

    A letter that the terminal's encoding lacks is written as an escape. A stream that somebody
    has put in the place of the process' own, as notebooks and tests do, is left alone.
    """
    if sys.stdout is None or sys.stdout is sys.__stdout__:
        sys.stdout = _guarded(sys.stdout, 1)
    if sys.stderr is None or sys.stderr is sys.__stderr__:
        sys.stderr = _guarded(sys.stderr, 2)


def _guarded(stream: TextIO | None, number: int) -> TextIO:
    if stream is None:  # closed by who started us
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123
    try:
        end = PipeEnd(stream.fileno(), "w", closefd=False)
    except (OSError, ValueError, AttributeError):  # no file of the system's
        return stream
    shown = "backslashreplace" if stream.errors == "strict" else stream.errors
    buffered = io.BufferedWriter(end)
    lines = number == 2 or stream.isatty()
    return io.TextIOWrapper(buffered, stream.encoding, shown, line_buffering=lines, write_through=number == 2)
