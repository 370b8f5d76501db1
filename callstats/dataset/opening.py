"""Open what is already in the canonical tables: a saved folder, a DuckDB file, or frames."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callstats.config import FILE_NAME, Config, load, stated_keys
from callstats.dataset.asked_frame import AskedFrame
from callstats.dataset.attempt_counting import with_attempts
from callstats.dataset.conform import check_required, conform
from callstats.dataset.core import Dataset
from callstats.dataset.engine_connection import connect, connect_to_ask
from callstats.dataset.rejects import Rejects, read_rejects
from callstats.dataset.store_files import finish, in_order, table_files
from callstats.dataset.store_log import provenance_of
from callstats.dataset.stored_ranges import beyond_range, check_ranges, check_relation
from callstats.errors import InputError, unknown_name
from callstats.library_errors import explaining
from callstats.model import TABLES
from callstats.sources.database_files import BASE, attach, check_needed
from callstats.sources.engine_paths import parquet_rows

if TYPE_CHECKING:
    import duckdb

_IMPORT = "Import it first: callstats import FILE --source NAME --to FOLDER"


def open(
    data: str | Path | Mapping[str, Any], *, config: Config | None = None, threads: int | None = None
) -> Dataset:
    """Open a data set that is already in the canonical tables.

    Parameters
    ----------
    data : path or mapping of str to frame
        A folder that ``callstats import`` or :meth:`Dataset.save` wrote, a DuckDB
        file with stored tables of the canonical names, or the frames themselves. Calls that do
        not say which dial to their contact they were are counted by their moments.
    config : Config, optional
        Without it, the ``callstats.toml`` of the folder; that of the working directory where
        the folder has none, or only what an import wrote there (time zone, currency).
    threads : int, optional
        Of DuckDB; if omitted, those of the project's ``[engine]``. With 1 every sum comes out
        the same to the last digit, run after run, as reports need.

    Returns
    -------
    Dataset
        Over DuckDB it has a connection of its own.

    Raises
    ------
    InputError
        Nothing is there, it is a file that has yet to be imported, the
        calls are missing, a table of a DuckDB file is a view, or a column is missing or of
        the wrong type.
    UsageError
        A frame's name is not that of a canonical table.

    Examples
    --------
    >>> import pandas as pd
    >>> open({"calls": pd.DataFrame({"call_id": ["1"], "direction": ["outbound"]})})
    Dataset(calls)
      rows  calls 1
    """
    if isinstance(data, Mapping):
        return _from_frames(data, config)
    path = Path(data)
    if path.is_dir():
        return _from_folder(path, config, threads)
    if path.is_file():
        return _from_duckdb(path, config, threads)
    raise InputError("no such folder", file=path, hint="Give the folder that callstats import wrote.")


def _from_frames(frames: Mapping[str, Any], config: Config | None) -> Dataset:
    checked = {}
    for name, frame in frames.items():
        if name not in TABLES:
            raise unknown_name("table", name, TABLES)
        checked[name] = conform(name, frame)
        check_required(name, checked[name].collect_schema().names())
        if name == "calls":
            checked[name] = with_attempts(checked[name])
    data = Dataset(checked, config=config or load())
    data.frames.beyond = beyond_range(frames)  # type: ignore[attr-defined] - seen while they are in memory
    return _with_calls(data, None)


def _from_folder(folder: Path, config: Config | None, threads: int | None) -> Dataset:
    finish(folder)
    config = config or _decided(folder / FILE_NAME)
    connection = connect_to_ask(config.engine, threads)
    files = {name: found for name in TABLES if (found := table_files(folder, name))}
    if "calls" not in files:
        raise InputError(
            "no calls/2026-09.parquet or calls.parquet in this folder", file=folder, hint=_IMPORT
        )
    with explaining(folder):
        frames = {name: _parquet(connection, name, found) for name, found in files.items()}
    return Dataset(
        frames,
        config=config,
        provenance=provenance_of(folder / "dataset.json"),
        rejects=_rejects(folder / "rejects.parquet"),
    )


#: What an import writes into a folder's project file by itself, as the data have it.
_OF_THE_DATA = ("time_zone", "currency", "language")


def _decided(own: Path) -> Config:
    """Return a folder's settings: its project file, or that of the working directory where it says nothing.

    An import leaves a file that says what the data have, their time zone and currency. Such a file
    decides nothing: the project's is still that of the working directory.
    """
    here = Path(FILE_NAME)
    if not own.exists():
        return load()
    if not here.exists() or own.samefile(here) or not stated_keys(own) <= {*_OF_THE_DATA}:
        return load(own)
    data = load(own)
    return replace(load(here), **{key: getattr(data, key) for key in stated_keys(own)})


def _parquet(connection: duckdb.DuckDBPyConnection, name: str, files: list[Path]) -> Any:
    try:
        return _together(connection, name, files)
    except (InputError, RuntimeError):
        for file in files if len(files) > 1 else []:
            with explaining(file):
                _together(connection, name, [file])  # the month that differs or is broken is named
        raise


def _together(connection: duckdb.DuckDBPyConnection, name: str, files: list[Path]) -> Any:
    shown = files[0] if len(files) == 1 else files[0].parent
    relation = _relation(connection, files)
    check_required(name, relation.columns, shown)
    if len(files) > 1:  # months of several exports have them in several orders
        relation = relation.select(*in_order(name, relation.columns))
    check_ranges(name, files)
    return AskedFrame.of(conform(name, relation, shown), files)


_TOO_MANY = os.strerror(errno.EMFILE)


def _relation(connection: duckdb.DuckDBPyConnection, files: list[Path]) -> duckdb.DuckDBPyRelation:
    import duckdb

    try:
        return connection.sql(f"FROM {parquet_rows(files)}")
    except duckdb.Error as error:
        if _TOO_MANY in str(error):
            raise InputError(
                f"its {len(files)} files cannot be open at once here", file=files[0].parent,
                hint=f"Let more files be open: ulimit -n {len(files) + 1000}.",
            ) from error  # fmt: skip
        for file in files if len(files) > 1 else []:
            _relation(connection, [file])  # the broken one is named
        raise InputError(
            f"not a Parquet file: {str(error).splitlines()[0]}", file=files[0], hint="Import it again."
        ) from error


def _rejects(file: Path) -> Rejects:
    """Read what was left out; where that is damaged, whoever asks for it is told, and nobody else."""
    try:
        return Rejects(read_rejects(file)) if file.exists() else Rejects()
    except InputError as error:
        return Rejects(damage=error)


def check_stored(files: Mapping[str, list[Path]], folder: Path) -> None:
    """Refuse to go on with tables that cannot be opened, before anything is made of them.

    Raises
    ------
    InputError
        A file is no Parquet file, or a column is missing or of the wrong type.
    """
    connection = connect()
    with explaining(folder):
        for name, found in files.items():
            _parquet(connection, name, found)


def _from_duckdb(file: Path, config: Config | None, threads: int | None) -> Dataset:
    import duckdb

    with file.open("rb") as opened:
        if opened.read(12)[8:] != b"DUCK":
            raise InputError("a file, not a data set", file=file, hint=_IMPORT)
    config = config or load()
    connection = connect_to_ask(config.engine, threads)
    try:
        stored = attach(connection, file)
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        raise InputError(f"not a DuckDB database: {said}", file=file, hint="Copy it again.") from error
    check_needed(stored, TABLES, file, "duckdb")
    frames = {}
    for name in TABLES:
        if name in stored.tables:
            relation = connection.table(f"{BASE}.main.{name}")
            check_required(name, relation.columns, file)
            check_relation(name, relation, file)
            frames[name] = conform(name, relation, file)
    if "calls" in frames:
        frames["calls"] = with_attempts(frames["calls"])
    return _with_calls(Dataset(frames, config=config), file)


def _with_calls(data: Dataset, file: Path | None) -> Dataset:
    if "calls" not in data.frames:
        raise InputError("there is no table of calls", file=file, column=None, hint=_IMPORT)
    return data
