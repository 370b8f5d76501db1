"""How a command ends: by its result, by a sentence for the analyst, or by a log of what nobody foresaw.

No traceback is shown for anything that a file, a disk or a library can do. What is left is a fault
of ours: it gets an exit code of its own and a file to send.
"""

from __future__ import annotations

import os
import platform
import signal
import tempfile
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from callstats import __version__
from callstats.cli.app import say
from callstats.cli.stop_signals import STOPPED, code_if_stopped, heeded
from callstats.errors import CallstatsError, one_line
from callstats.library_errors import explained, is_panic

#: As in ``sysexits.h`` of BSD: an internal fault of the program.
UNFORESEEN = 70
_INTERRUPTED = 128 + signal.SIGINT


def outcome(command: Callable[[], object], words: Sequence[str] = ()) -> int:
    """Run a command and return its exit code; whatever goes wrong is said on stderr.

    Parameters
    ----------
    command : callable
        Returns the exit code, or nothing where all went well.
    words : sequence of str
        What the analyst wrote: paths in it are repeated as they were written.
    """
    try:
        with heeded(signal.SIGINT):
            code = command()
        return code if isinstance(code, int) else 0
    except BaseException as error:
        stopped = code_if_stopped() or (_INTERRUPTED if isinstance(error, KeyboardInterrupt) else None)
        if stopped is not None:
            say(STOPPED)
            return stopped
        return _code_of(error, words)


def _code_of(error: BaseException, words: Sequence[str]) -> int:
    """Say what went wrong, and return the exit code."""
    if isinstance(error, CallstatsError):
        return _tell(error, words)
    if isinstance(error, Exception) or is_panic(error):
        meant = explained(error)
        return _unforeseen(error) if meant is None else _tell(meant, words)
    raise error


def _tell(error: CallstatsError, words: Sequence[str]) -> int:
    say(f"callstats: {as_written(str(error), words)}")
    return error.exit_code


def as_written(text: str, words: Sequence[str]) -> str:
    """Return a message without the folders of this machine that the analyst has not written.

    Examples
    --------
    >>> inside = Path.cwd() / "calls.csv"
    >>> as_written(f"{inside}: empty", ["calls.csv"])
    'calls.csv: empty'
    >>> as_written(f"{inside}: empty", [str(inside)]) == f"{inside}: empty"
    True
    """
    for folder, short in _places():
        if folder and not any(folder in word for word in words):
            text = text.replace(folder + os.sep, short)
    return text


def _places() -> list[tuple[str, str]]:
    places = [(tempfile.gettempdir(), "")]
    try:
        places.append((str(Path.cwd()), ""))
        places.append((str(Path.home()), f"~{os.sep}"))
    except (OSError, RuntimeError):  # the working directory was removed; there is no home
        pass
    return sorted((place for place in places if len(place[0]) > 1), key=lambda place: -len(place[0]))


def _unforeseen(error: BaseException) -> int:
    if os.environ.get("CALLSTATS_DEBUG", "0") not in ("", "0"):
        traceback.print_exception(error)
        return UNFORESEEN
    said = one_line(type(error).__name__)
    say(f"callstats: an error that nobody foresaw ({said}). The fault is callstats', not yours.")
    log = _logged(error)
    if log is None:
        say("No log could be written: CALLSTATS_DEBUG=1 before the command shows what happened.")
    else:
        say(f"Please send {log} to the makers of callstats. Read it first: it may quote values of the data.")
    return UNFORESEEN


def _logged(error: BaseException) -> Path | None:
    """Write the traceback to a file of its own that only its owner can read.

    The words of the command are left out: an address of a database may hold a password.
    """
    try:
        handle, name = tempfile.mkstemp(prefix="callstats-error-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"callstats {__version__}, Python {platform.python_version()}, {platform.platform()}\n")
            log.writelines(traceback.format_exception(error))
    except OSError:  # the disk is full, or no file may be opened
        return None
    return Path(name)
