"""Save a data set as a folder that appears whole or not at all."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.config import FILE_NAME, Config
from callstats.errors import UsageError
from callstats.model import TABLES
from callstats.sources import notes

if TYPE_CHECKING:
    from callstats.dataset.core import Dataset


def save(data: Dataset, folder: str | Path) -> Path:
    """Write a data set, within its filters, as a folder of Parquet files.

    The tables are written to a temporary folder that takes its place at the end. An
    existing data set is replaced; its ``callstats.toml`` is kept.

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
    target = Path(folder)
    if target.is_file() or (target.is_dir() and any(target.iterdir()) and not _is_dataset(target)):
        raise UsageError(f"{target} is there already and is no data set", hint="Name another folder.")
    target.parent.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    half.chmod(0o755)  # mkdtemp gives access to its owner only
    try:
        _write(data, half)
        _keep_project_file(target, half)
        _put_in_place(half, target)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise
    return target


def _is_dataset(folder: Path) -> bool:
    return (folder / "dataset.json").exists() and (folder / "calls.parquet").exists()


def _write(data: Dataset, folder: Path) -> None:
    rows = {}
    for name in data.frames:
        file = folder / f"{name}.parquet"
        _canonical(data, name).sink_parquet(file)
        rows[name] = _row_count(file)
    provenance: dict[str, Any] = {"format": 1, **data.provenance, "rows": rows}
    if data.filters:
        provenance["notes"] = [
            *provenance.get("notes", []),
            notes.write(notes.NARROWED, filters=data.filters),
        ]
    text = json.dumps(provenance, ensure_ascii=False, indent=1, sort_keys=True, default=str)
    (folder / "dataset.json").write_text(text + "\n", encoding="utf-8")
    data.rejects.frame().to_parquet(folder / "rejects.parquet", index=False)
    if data.config != Config():
        (folder / FILE_NAME).write_text(as_toml(data.config), encoding="utf-8")


def _canonical(data: Dataset, name: str) -> nw.LazyFrame:
    """Return a table with its columns in the model's order and the types used on disk."""
    schema = data.schemas[name]
    order = [column for column in TABLES[name].names if column in schema]
    casts: list[nw.Expr] = []
    for column in order:
        kind = TABLES[name][column].type
        wanted = {"integer": nw.Int64, "number": nw.Float64}.get(kind)
        if wanted is not None and schema[column] != wanted:
            casts.append(nw.col(column).cast(wanted))
    frame = data.table(name).select(*order, *(c for c in schema if c not in order))
    return frame.with_columns(casts) if casts else frame


def _row_count(file: Path) -> int:
    import pyarrow.parquet as pq

    return pq.read_metadata(file).num_rows


def _keep_project_file(target: Path, half: Path) -> None:
    if (target / FILE_NAME).exists():
        shutil.copy2(target / FILE_NAME, half / FILE_NAME)


def _put_in_place(half: Path, target: Path) -> None:
    if not target.exists():
        half.replace(target)
        return
    old = half.with_name(half.name + "-old")
    target.replace(old)
    try:
        half.replace(target)
    except OSError:
        old.replace(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def as_toml(config: Config) -> str:
    """Write a project's settings as the file that :func:`callstats.config.load` reads.

    Examples
    --------
    >>> print(as_toml(Config(currency="RUB", settings={"answer_within_s": 30.0})).splitlines()[0])
    currency = "RUB"
    """
    import dataclasses

    content = {k: v for k, v in dataclasses.asdict(config).items() if v != getattr(Config(), k)}
    if "targets" in content:
        content["targets"] = {
            name: {k: v for k, v in dataclasses.asdict(target).items() if v not in (None, "")}
            for name, target in config.targets.items()
        }
    plain = [f"{key} = {_toml(value)}" for key, value in content.items() if not isinstance(value, dict)]
    tables = [
        line
        for key, value in content.items()
        if isinstance(value, dict)
        for line in ("", f"[{key}]", *(f"{_toml(k)} = {_toml(v)}" for k, v in value.items()))
    ]
    return "\n".join([*plain, *tables]) + "\n"


def _toml(value: Any) -> str:
    """Write one value; JSON's text, numbers and lists are TOML's too."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml(k)} = {_toml(v)}" for k, v in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
