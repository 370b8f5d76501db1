"""The connection of DuckDB that a data set is read and written through."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from callstats.config import EngineSettings
from callstats.dataset.machine_memory import share_of_memory
from callstats.errors import UsageError
from callstats.sources.database_files import NO_EXTENSIONS
from callstats.sources.scratch import spill_folder

if TYPE_CHECKING:
    import duckdb

#: While a data set is kept, not asked: DuckDB goes on in temporary files beyond it.
_KEEPING = "1500MB"
_FILES = 1024

#: While a data set is written: the rows that are being put in order stand beside those being compressed.
WRITING = "1000MB"


def connect_to_ask(settings: EngineSettings, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """Return a connection in which a data set is asked, within the bounds that its project sets.

    By default it may take half of the memory that is free, as reports made side by side share it;
    beyond it DuckDB goes on in temporary files.
    """
    if settings.temp and not Path(settings.temp).is_dir():
        raise UsageError(
            f"no folder {settings.temp} for what does not fit into memory",
            hint="Name another as temp of [engine] in callstats.toml, or none.",
        )
    memory = settings.bytes or share_of_memory()
    threads = settings.threads if threads is None else threads
    return connect(threads, f"{memory // 10**6}MB", spill_folder(settings.temp, watched=True))


def connect(
    threads: int | None = None, memory: str = _KEEPING, spill: str | None = None
) -> duckdb.DuckDBPyConnection:
    """Return a connection that leaves nothing where the analyst works, and memory to others."""
    import duckdb

    _allow_files()
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for setting in NO_EXTENSIONS:
        connection.execute(setting)
    connection.execute("SET temp_directory = ?", [spill or spill_folder()])  # not where the analyst works
    connection.execute("SET memory_limit = ?", [memory])
    if connection.execute("SELECT current_setting('enable_progress_bar')").fetchall() == [(True,)]:
        connection.execute("SET enable_progress_bar = false")  # refused in a kernel without ipywidgets
    if threads is not None:
        connection.execute("SET threads = ?", [threads])
    return connection


def _allow_files() -> None:
    """Ask to have as many files open as this user may: every month of the calls is one."""
    try:
        import resource
    except ImportError:  # not a Unix
        return
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if most == resource.RLIM_INFINITY else min(_FILES, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def quoted(name: str) -> str:
    """Quote a name of a column or table for a statement."""
    return '"' + name.replace('"', '""') + '"'
