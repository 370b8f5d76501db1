"""Open what is already in the canonical tables: a saved folder, a DuckDB file, or frames."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callstats.config import FILE_NAME, Config, load
from callstats.dataset.conform import check_required, conform
from callstats.dataset.core import Dataset
from callstats.dataset.rejects import Rejects
from callstats.errors import InputError, unknown_name
from callstats.model import TABLES

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
        file with tables of the canonical names, or the frames themselves.
    config : Config, optional
        Without it, the ``callstats.toml`` of the folder, else of the working directory.
    threads : int, optional
        Of DuckDB. With 1 every sum comes out the same to the last digit,
        run after run, as reports need.

    Returns
    -------
    Dataset
        Over DuckDB it has a connection of its own.

    Raises
    ------
    InputError
        Nothing is there, it is a file that has yet to be imported, the
        calls are missing, or a column is missing or of the wrong type.
    UsageError
        A frame's name is not that of a canonical table.

    Examples
    --------
    >>> import pandas as pd
    >>> open({"calls": pd.DataFrame({"call_id": ["1"], "direction": ["outbound"]})})
    Dataset(calls)
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
    return _with_calls(Dataset(checked, config=config or load()), None)


def _from_folder(folder: Path, config: Config | None, threads: int | None) -> Dataset:
    files = {name: folder / f"{name}.parquet" for name in TABLES}
    connection = _connection(threads)
    frames = {name: _parquet(connection, name, file) for name, file in files.items() if file.exists()}
    if "calls" not in frames:
        raise InputError("no calls.parquet in this folder", file=folder, hint=_IMPORT)
    return Dataset(
        frames,
        config=config or load(folder / FILE_NAME if (folder / FILE_NAME).exists() else None),
        provenance=_provenance(folder / "dataset.json"),
        rejects=_rejects(connection, folder / "rejects.parquet"),
    )


#: Beyond it DuckDB goes on in temporary files, part by part: on 20 million calls a third of the
#: memory for a tenth to a third more processor time. Reports made side by side then do not
#: push each other out.
_MEMORY = "1500MB"


def _connection(threads: int | None) -> duckdb.DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET temp_directory = ?", [tempfile.gettempdir()])  # not where the analyst works
    connection.execute("SET memory_limit = ?", [_MEMORY])
    if connection.execute("SELECT current_setting('enable_progress_bar')").fetchall() == [(True,)]:
        connection.execute("SET enable_progress_bar = false")  # refused in a kernel without ipywidgets
    if threads is not None:
        connection.execute("SET threads = ?", [threads])
    return connection


def _parquet(connection: duckdb.DuckDBPyConnection, name: str, file: Path) -> Any:
    import duckdb

    try:
        relation = connection.read_parquet(str(file))
    except duckdb.Error as error:
        raise InputError(
            f"not a Parquet file: {str(error).splitlines()[0]}", file=file, hint="Import it again."
        ) from error
    check_required(name, relation.columns, file)
    return conform(name, relation, file)


def _provenance(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(f"not a JSON file: {error}", file=file, hint="Import the data again.") from error


def _rejects(connection: duckdb.DuckDBPyConnection, file: Path) -> Rejects:
    return Rejects(connection.read_parquet(str(file)).df()) if file.exists() else Rejects()


def _from_duckdb(file: Path, config: Config | None, threads: int | None) -> Dataset:
    with file.open("rb") as opened:
        if opened.read(12)[8:] != b"DUCK":
            raise InputError("a file, not a data set", file=file, hint=_IMPORT)
    connection = _connection(threads)
    connection.execute(f"ATTACH {_quoted(str(file))} AS data (READ_ONLY)")
    query = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'data' AND schema_name = 'main'"
    views = query.replace("table_name", "view_name").replace("duckdb_tables", "duckdb_views")
    names = {row[0] for row in connection.execute(f"{query} UNION {views}").fetchall()}
    frames = {}
    for name in TABLES:
        if name in names:
            relation = connection.table(f"data.main.{name}")
            check_required(name, relation.columns, file)
            frames[name] = conform(name, relation, file)
    return _with_calls(Dataset(frames, config=config or load()), file)


def _quoted(text: str) -> str:
    """Quote text for a statement that takes no parameters."""
    return "'" + text.replace("'", "''") + "'"


def _with_calls(data: Dataset, file: Path | None) -> Dataset:
    if "calls" not in data.frames:
        raise InputError("there is no table of calls", file=file, column=None, hint=_IMPORT)
    return data
