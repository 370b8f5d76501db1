"""Save a data set as a folder that appears whole or not at all."""

from __future__ import annotations

import json
import math
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.config import DEFAULT_TARGETS, FILE_NAME, Config, parse
from callstats.dataset import store_files
from callstats.dataset.engine_connection import connect
from callstats.dataset.rejects import write_rejects
from callstats.dataset.store_rows import write_parquet
from callstats.dataset.stored_ranges import check_ranges
from callstats.errors import InputError, UsageError
from callstats.model import STATED, TABLES
from callstats.sources import notes
from callstats.sources.content_shapes import note_to_keep
from callstats.sources.engine_paths import engine_path, parquet_rows

if TYPE_CHECKING:
    from callstats.dataset.core import Dataset


def save(data: Dataset, folder: str | Path) -> Path:
    """Write a data set, within its filters, as a folder of Parquet files.

    The new files are written to a temporary folder and put in place at the end. An
    existing data set is replaced; its ``callstats.toml`` and unrelated files are kept.

    Parameters
    ----------
    data : Dataset
    folder : str or Path

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UsageError
        The path holds something other than a data set.
    """
    target = store_files.real_folder(folder)
    store_files.check_target(target)
    with store_files.locked(target):
        store_files.clear(target)
        with store_files.staging(target) as stage:
            _write(data, stage)
            new = {file.relative_to(stage.place).as_posix() for file in stage.place.rglob("*.*")}
            stage.commit(name for name in store_files.data_files(target) if name not in new)
    return Path(folder)


def _write(data: Dataset, stage: store_files.Staging) -> None:
    rows = {}
    for name in data.frames:
        file = (stage.scratch / "calls.parquet") if name == "calls" else stage.file(f"{name}.parquet")
        sink(canonical(data, name, hidden=True), file)
        check_ranges(name, [file], f"{name}.parquet")
        rows[name] = _row_count(file)
        if name == "calls":
            _by_month(file, stage)
    provenance: dict[str, Any] = {"format": 1, **data.provenance, "rows": rows}
    if "notes" in provenance:
        provenance["notes"] = [note_to_keep(note) for note in provenance["notes"]]
    if data.filters:
        narrowed = notes.write(notes.NARROWED, filters=data.filters)
        provenance["notes"] = [*provenance.get("notes", []), narrowed]
    store_files.write_json(provenance, stage.file("dataset.json"))
    write_rejects(data.rejects.frame(), stage.file("rejects.parquet"), stage.target / "rejects.parquet")
    if not (stage.target / FILE_NAME).exists():
        write_project_file(data.config, stage.file(FILE_NAME))


def _by_month(file: Path, stage: store_files.Staging) -> None:
    """Divide the calls into a file a month, in the order they have."""
    import duckdb

    connection = connect()
    calls = connection.sql(f"FROM {parquet_rows([file])}")
    month = store_files.MONTH if "local_started_at" in calls.columns else f"'{store_files.UNDATED}'"
    found = [row[0] for row in calls.select(duckdb.SQLExpression(month)).distinct().fetchall()]
    for name in sorted(found) or [store_files.UNDATED]:
        chosen = calls.filter(f"{month} = '{name}'")
        with chosen.to_arrow_reader(store_files.GROUP) as reader:
            write_parquet(reader, reader.schema, stage.file(f"calls/{name}.parquet"))


def canonical(data: Dataset, name: str, *, hidden: bool = False) -> nw.LazyFrame:
    """Return a table with its columns in the model's order and of the types on disk.

    Parameters
    ----------
    data : Dataset
    name : str
    hidden : bool
        With the columns that keep what an export stated of derived ones.
    """
    schema = data.stored(name).collect_schema()
    order = [column for column in TABLES[name].names if column in schema]
    casts: list[nw.Expr] = []
    for column in order:
        kind = TABLES[name][column].type
        wanted = {"integer": nw.Int64, "number": nw.Float64}.get(kind)
        if wanted is not None and schema[column] != wanted:
            casts.append(nw.col(column).cast(wanted))
    kept = [c for c in data.frames[name].collect_schema().names() if c.startswith(STATED)] if hidden else []
    frame = data.stored(name, *kept).select(*order, *(c for c in schema if c not in order), *kept)
    return frame.with_columns(casts) if casts else frame


def sink(frame: nw.LazyFrame, file: Path) -> None:
    """Write a table to a Parquet file, whatever engine it is on.

    Rows on DuckDB are fetched and written here: a connection that reads a file from elsewhere can write none,
    and a statement would have to spell out the name of the file.
    """
    native = frame.to_native()
    if frame.implementation.is_duckdb():
        with native.to_arrow_reader(store_files.GROUP) as reader:
            write_parquet(reader, reader.schema, file)
    else:
        frame.sink_parquet(engine_path(file))


def _row_count(file: Path) -> int:
    import pyarrow.parquet as pq

    return pq.read_metadata(engine_path(file)).num_rows


def as_toml(config: Config) -> str:
    """Write a project's settings as the file that :func:`callstats.config.load` reads.

    Examples
    --------
    >>> print(as_toml(Config(currency="RUB", settings={"answer_within_s": 30.0})).splitlines()[0])
    currency = "RUB"
    """
    import dataclasses

    usual = Config()
    content = {k: v for k, v in dataclasses.asdict(config).items() if getattr(config, k) != getattr(usual, k)}
    content = _stated(content)
    if "targets" in content:  # a benchmark that was taken away is one without bounds
        content["targets"] = {**{name: {} for name in DEFAULT_TARGETS}, **content["targets"]}
    plain = [f"{key} = {_toml(value)}" for key, value in content.items() if not isinstance(value, dict)]
    tables = [
        line
        for key, value in content.items()
        if isinstance(value, dict)
        for line in ("", f"[{key}]", *(f"{_toml(k)} = {_toml(v)}" for k, v in value.items()))
    ]
    return "\n".join([*plain, *tables]) + "\n"


def _stated(entry: dict[str, Any]) -> dict[str, Any]:
    """Return what is said, at every depth; TOML has no word for nothing."""
    return {
        key: _stated(value) if isinstance(value, dict) else value
        for key, value in entry.items()
        if value is not None
    }


def _toml(value: Any) -> str:
    """Write one value; JSON's text, numbers and lists are nearly TOML's."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml(k)} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, str):  # DEL must be escaped, and half a character is none
        value = value.encode("utf-8", "replace").decode("utf-8")
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)


def write_project_file(config: Config, file: Path) -> None:
    """Write a project's decisions, where there are any, as a file that can be read again.

    Raises
    ------
    UsageError
        The configuration holds what no project file may say.
    """
    if config == Config():
        return
    text = as_toml(config)
    try:
        parse(tomllib.loads(text), file=FILE_NAME)
    except (tomllib.TOMLDecodeError, InputError) as error:
        raise UsageError(f"the configuration cannot be written as {FILE_NAME}: {error}") from error
    file.write_text(text, encoding="utf-8", newline="\n")
