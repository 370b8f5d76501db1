"""From an export to checked canonical tables, with what was left out and where each row came from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from callstats import checks
from callstats.checks.rules import KEYS
from callstats.config import Config
from callstats.dataset.deriving import derive
from callstats.dataset.rejects import COLUMNS, Rejects
from callstats.errors import InputError
from callstats.model import TABLES, TableColumn
from callstats.sources.base import Field, Source
from callstats.sources.containers import Found, shown_name
from callstats.sources.copies import later_wins
from callstats.sources.raw import Frame, Series
from callstats.sources.reader import Extract, extract, rows_by_raw

_HELPERS = ("_raw", "_position", "dialled", "handed_over")
_NAMES = {rule.table: rule.columns for rule in KEYS}
_KEPT = ("call_id", "contact_id", "list_id", "campaign_id", "agent_id", "direction", "started_at", "start")

_ARROW: dict[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "flag": pa.bool_(),
    "instant": pa.timestamp("us", tz="UTC"),
    "clock": pa.timestamp("us"),
    "date": pa.date32(),
}


def read_tables(
    paths: Iterable[str | Path],
    source: Source,
    zone: str,
    tolerance: float = Config().unknown_tolerance,
    in_parts: Callable[[list[Found]], bool] | None = None,
) -> tuple[dict[str, pa.Table], Rejects, dict[str, Any]]:
    """Read, check and complete the tables of an export.

    Parameters
    ----------
    paths : iterable of paths
    source : Source
    zone : str
    tolerance : float
        Hours can be asked for as long as no larger share of the calls has a date alone.
    in_parts : callable, optional
        As of :func:`callstats.sources.reader.extract`.

    Returns
    -------
    tables : dict of str to pyarrow.Table
        Canonical tables, with the model's types.
    rejects : Rejects
        Every row that was left out, with the reason.
    provenance : dict
        As stored in ``dataset.json``.
    """
    paths = list(paths)
    extracted = extract(paths, source, zone, in_parts)
    say_hours(extracted, tolerance)
    tables, rejects = accepted(extracted, source, zone)
    canonical = {name: to_arrow(name, frame) for name, frame in tables.items() if name in TABLES}
    done = derive(canonical, extracted.notes)
    check_any(done, extracted)
    rows = {name: table.num_rows for name, table in done.items()}
    return done, rejects, provenance(extracted, paths, source, zone, rows, rejects)


def say_hours(extracted: Extract, tolerance: float) -> None:
    """Say how many calls have a date alone, and refuse hours where they are too many."""
    said, asked = extracted.hours.judged(tolerance)
    if not asked:
        extracted.lacks.setdefault("hour", said)
    elif said:
        extracted.notes.append(said)


def check_any(tables: Mapping[str, Any], extracted: Extract) -> None:
    """Refuse an export without calls, and one without a row.

    Raises
    ------
    InputError
    """
    if not tables:
        raise InputError("none of the files holds calls", hint="Give the call export, or a table of calls.")
    if not any(account.rows for account in extracted.accounts):
        raise InputError(
            "a header and no row", file=extracted.raws[0].file, hint="Export it again, for a time with calls."
        )


def accepted(extracted: Extract, source: Source, zone: str) -> tuple[dict[str, Frame], Rejects]:
    """Complete, check and shape what was extracted; the books say what became of every row."""
    tables = source.prepare(extracted.tables) if source.prepare else extracted.tables
    tables = {name: _without_left_out(name, frame, extracted) for name, frame in tables.items()}
    tables = _latest(tables, extracted)
    tables, judged = checks.apply(tables)
    if source.shape:
        tables, shaped = checks.apply(source.shape(tables, extracted.notes, zone))
        judged = _together([judged, shaped])
    rejects = _rejects(extracted, _together([extracted.rejected, judged]))
    _balance(extracted, rejects, tables if source.prepare or source.shape else {})
    return tables, rejects


def _without_left_out(name: str, frame: Frame, extracted: Extract) -> Frame:
    """Take out the rows that the source leaves out on purpose, and enter them in the books."""
    if "_left_out" not in frame:
        return frame
    gone = frame["_left_out"].notna()
    for (number, reason), count in frame[gone].groupby(["_raw", "_left_out"]).size().items():
        for account in extracted.accounts:
            if (account.raw, account.table) == (number, name):
                account.left_out[reason] = account.left_out.get(reason, 0) + int(count)
                break
    return frame[~gone].drop(columns="_left_out").reset_index(drop=True)


def _balance(extracted: Extract, rejects: Rejects, tables: Mapping[str, Frame]) -> None:
    """Enter in the books what was rejected, and which rows the source joined with others of the same call."""
    judged = rejects.frame().groupby(["file", "table"]).size()
    calls = rows_by_raw(tables["calls"]) if "calls" in tables else None
    for account in extracted.accounts:
        account.rejected = int(judged.get((account.file, account.table), account.rejected))
        if calls is not None and account.table == "calls":
            account.merged += max(0, account.taken - calls.get(account.raw, 0))


def _latest(tables: dict[str, Frame], extracted: Extract) -> dict[str, Frame]:
    """Leave out rows that a later file holds as well, and enter them in the books."""
    kept = later_wins(tables, _NAMES, extracted.raws, extracted.notes)
    for account in extracted.accounts:
        if account.table in tables and kept[account.table] is not tables[account.table]:
            before, after = (rows_by_raw(every[account.table]) for every in (tables, kept))
            account.again = before.get(account.raw, 0) - after.get(account.raw, 0)
    return kept


def _together(pieces: list[Frame]) -> Frame:
    filled = [piece for piece in pieces if len(piece)]
    return pd.concat(filled, ignore_index=True) if filled else pieces[0]


def _rejects(extracted: Extract, left_out: Frame) -> Rejects:
    """Name the file, row and content of every row that was left out."""
    pieces = []
    left_out = left_out.drop_duplicates(["table", "_raw", "_position"])
    for number, rows in left_out.groupby("_raw", sort=True):
        raw = extracted.raws[int(number)]  # type: ignore[arg-type]
        places = rows["_position"].to_numpy(np.int64)
        good = np.where(places < 0, 0, places)
        contents = raw.content(good) if raw.height else [""] * len(rows)
        broken = {-1 - place: bad for place, bad in enumerate(raw.bad)}
        placed = rows.assign(
            file=raw.called,
            row=[broken[p].row if p < 0 else int(raw.rows[p]) for p in places],
            content=[broken[p].content if p < 0 else text for p, text in zip(places, contents, strict=True)],
        )
        pieces.append(placed)
    if not pieces:
        return Rejects()
    frame = pd.concat(pieces, ignore_index=True)
    frame["row"] = frame["row"].astype("int64")
    ordered: Frame = frame.sort_values(["file", "row", "table"], kind="stable", ignore_index=True)
    ordered = ordered[list(COLUMNS)]
    text = [name for name in COLUMNS if name != "row"]
    return Rejects(ordered.astype(dict.fromkeys(text, "string")))


def to_arrow(name: str, frame: Frame) -> pa.Table:
    """Convert a canonical table to the model's types; other columns stay text or numbers.

    A column with no known value is left out, so that a KPI that needs it
    says so.
    """
    model = TABLES[name]
    extra = [column for column in frame.columns if column not in model.names and column not in _HELPERS]
    columns, fields = [], []
    for column in [*(c for c in model.names if c in frame), *extra]:
        values = frame[column]
        if column not in _KEPT and len(values) and values.isna().all():
            continue
        array = _array(values, model[column] if column in model.names else None)
        columns.append(array)
        fields.append(pa.field(column, array.type))
    return pa.table(columns, schema=pa.schema(fields))


def _array(values: Series, column: TableColumn | None) -> pa.Array:
    if column is None:
        array = pa.array(values, from_pandas=True)
    else:
        array = pa.array(values, from_pandas=True)
        array = array.cast(_ARROW[column.type], safe=False)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return array.cast(pa.string()) if pa.types.is_large_string(array.type) else array


def provenance(
    extracted: Extract, paths: list[str | Path], source: Source, zone: str,
    rows: Mapping[str, int], rejects: Rejects,
) -> dict[str, Any]:  # fmt: skip
    """Return what ``dataset.json`` says of an import."""
    reasons = rejects.frame()["rule"].value_counts()
    return {
        "format": 1,
        "source": source.name,
        "time_zone": zone,
        "files": _files(paths, extracted),
        "rows": dict(rows),
        "rejected": {str(rule): int(count) for rule, count in reasons.items()},
        "books": [account.as_dict() for account in extracted.accounts],
        "unread": extracted.unread,
        "notes": list(dict.fromkeys(extracted.notes)),
        "lacks": extracted.lacks,
    }


def _files(paths: list[str | Path], extracted: Extract) -> list[dict[str, Any]]:
    """Say what was read: files, or the tables of a database, whose hash is that of the rows asked for."""
    if not paths:
        return [{"name": raw.file, "rows": raw.size, "sha256": raw.digest} for raw in extracted.raws]
    return [_file(name, path, extracted) for name, path in _by_name(paths, extracted).items()]


def _by_name(paths: list[str | Path], extracted: Extract) -> dict[str, Path]:
    """Find the files again by their names; a folder or a pattern stands for what was read from it."""
    wanted = {raw.file.split("/")[0] for raw in extracted.raws} | {
        name.split(", ")[0] for name in extracted.unread
    }
    files: dict[str, Path] = {}
    for given in map(Path, paths):
        if given.is_dir():
            inside = sorted(given.iterdir())
        elif given.exists():
            inside = [given]
        else:
            inside = sorted(given.parent.glob(given.name))
        named = ((shown_name(path), path) for path in inside if path.is_file())
        files |= {name: path for name, path in named if _is_read(name, wanted)}
    return files


def _is_read(name: str, wanted: set[str]) -> bool:
    return name in wanted or name.removesuffix(".gz") in wanted


def _file(name: str, path: Path, extracted: Extract) -> dict[str, Any]:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    rows = sum(
        raw.size for raw in extracted.raws if raw.file.split("/")[0] in (name, name.removesuffix(".gz"))
    )
    return {"name": name, "rows": rows, "sha256": digest.hexdigest()}


def unnamed(source: Source) -> list[str]:
    """Return the tables whose rows have no name of their own but one made of file and row."""
    made = {
        layout.table for layout in source.layouts for item in layout.fields if _is_made(layout.table, item)
    }
    return sorted(made)


def _is_made(table: str, item: Field) -> bool:
    return item.row_number and table in TABLES and item.to in TABLES[table].key[:1]
