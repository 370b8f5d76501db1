"""Where DuckDB puts what does not fit into memory: rows of the data, in a folder for this user alone.

DuckDB writes such files as anybody may read them, and leaves them where a process is killed. So
each process has a folder that only its owner may enter; it goes with the process, or with the next
one that needs such a folder.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "callstats-spill-"
#: The folder of each process: a process that was forked needs one of its own.
_FOLDERS: dict[int, str] = {}


def spill_folder() -> str:
    """Return this process' folder, which is made when it is first asked for.

    Examples
    --------
    >>> Path(spill_folder()).name.startswith(f"callstats-spill-{os.getpid()}-")
    True
    """
    process = os.getpid()
    if process not in _FOLDERS or not Path(_FOLDERS[process]).is_dir():
        _remove_those_of_the_dead()
        _FOLDERS[process] = tempfile.mkdtemp(prefix=f"{PREFIX}{process}-")
        atexit.register(_remove, process)
    return _FOLDERS[process]


def _remove(process: int) -> None:
    if process == os.getpid():  # a process that was forked inherits what its parent does at its end
        shutil.rmtree(_FOLDERS[process], ignore_errors=True)


def _remove_those_of_the_dead() -> None:
    if os.name != "posix":  # elsewhere to ask after a process ends it
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        process = folder.name.removeprefix(PREFIX).partition("-")[0]
        if process.isdecimal() and not _runs(int(process)):
            shutil.rmtree(folder, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
