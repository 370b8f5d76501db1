"""The shared reader: files and a source in, typed tables and what was left out.

The tables still have the columns ``_raw`` and ``_position``, which say where
each row came from, so that code that rejects a row later can name its file, its
row and its content.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

import pandas as pd

from callstats.errors import InputError, near_names
from callstats.model import TABLES
from callstats.sources import notes
from callstats.sources.base import Field, Layout, Source
from callstats.sources.convert import TEXT, Columns, convert, nothing
from callstats.sources.copies import different
from callstats.sources.files import expand, read_file
from callstats.sources.instants import Reading, add_moments
from callstats.sources.outcomes import FLAGS, Outcome
from callstats.sources.raw import Frame, Raw, Series

MOST_DIALS = 10_000  # to one contact; more means another number is in the wrong column
REJECTED = ("table", "_raw", "_position", "rule", "column", "found", "reason")


@dataclass(slots=True)
class Extract:
    """The content of an export, typed but not yet checked.

    Attributes
    ----------
    tables : dict of str to DataFrame
        Canonical tables and helper tables, with ``_raw`` and ``_position``.
    raws : list of Raw
        The files' own texts.
    rejected : DataFrame
        Rows that could not be read, with the columns of ``REJECTED``.
    notes : list of str
    lacks : dict of str to str
    """

    tables: dict[str, Frame] = field(default_factory=dict)
    raws: list[Raw] = field(default_factory=list)
    read_as: list[str] = field(default_factory=list)
    rejected: Frame = field(default_factory=lambda: pd.DataFrame(columns=pd.Index(REJECTED)))
    notes: list[str] = field(default_factory=list)
    lacks: dict[str, str] = field(default_factory=dict)


def extract(files: Iterable[str | Path], source: Source, time_zone: str = "UTC") -> Extract:
    """Read files as a source describes them.

    Parameters
    ----------
    files : iterable of paths
        Files, or folders that hold files named like the source's tables.
    source : Source
    time_zone : str
        IANA zone of the clock that the export's times were read from, for a
        source that does not give it.

    Returns
    -------
    Extract

    Raises
    ------
    InputError
        A file is missing, empty, not text, of another layout, or lacks a required column.
    """
    result = Extract(lacks=dict(source.lacks))
    paths = expand(files, [layout.name for layout in source.layouts] if source.choose else [])
    zone = time_zone if source.time_zone == "server" else source.time_zone
    pieces: dict[str, list[Frame]] = {}
    for path, digest in different(paths, result.notes):
        raws = list(read_file(path, source.text, source.layouts))
        if not raws:
            raise InputError("no table of the source is in it", file=path.name)
        for part, raw in enumerate(raws):
            raw.digest, raw.part = digest, part
            for layout in _layouts(raw, source):
                piece = _read_layout(raw, len(result.raws), layout, source, zone, result)
                pieces.setdefault(layout.table, []).append(piece)
            result.raws.append(raw)
            result.notes.extend(raw.notes)
    result.tables = {name: pd.concat(found, ignore_index=True) for name, found in pieces.items()}
    if "calls" in result.tables and "outcome_code" in result.tables["calls"]:
        extra = source.more_statuses(result.tables) if source.more_statuses else {}
        result.tables["calls"] = apply_statuses(result.tables["calls"], source, extra)
    return result


def _layouts(raw: Raw, source: Source) -> list[Layout]:
    """Return the layouts to read a raw table with."""
    if not source.choose:
        chosen = [layout for layout in source.layouts if not layout.files or fnmatch(raw.file, layout.files)]
        if chosen:
            return chosen
        raise InputError("no table of the mapping is read from this file", file=raw.file)
    if raw.name:
        return [layout for layout in source.layouts if layout.name == raw.name]
    layout = recognise(raw.columns, source)
    if layout is not None:
        return [layout]
    best = max(source.layouts, key=lambda item: _likeness(item, raw.columns))
    missing = [name for name in best.signature if name not in raw.columns]
    near = [name for wanted in missing for name in near_names(wanted, raw.columns)]
    raise InputError(
        f"no export of {source.title}: a {best.name} has the columns {', '.join(map(repr, missing))}",
        file=raw.file,
        row=raw.header_row,
        near=tuple(dict.fromkeys(near))[:3],
        hint="The file has: " + ", ".join(raw.columns[:12]) + ". Another system needs a mapping file.",
    )


def _likeness(layout: Layout, columns: list[str]) -> tuple[float, int]:
    """Return the share of a layout's signature that is present, and how many of all its columns."""
    there = len(set(layout.signature) & set(columns))
    return there / max(1, len(layout.signature)), len(set(layout.known) & set(columns))


def recognise(columns: Iterable[str], source: Source) -> Layout | None:
    """Return the layout whose signature the columns match, trying the longest first."""
    present = {name.lower() for name in columns}
    for layout in sorted(source.layouts, key=lambda item: len(item.signature), reverse=True):
        if (
            layout.signature
            and present.issuperset(map(str.lower, layout.signature))
            and not present.intersection(map(str.lower, layout.unlike))
        ):
            return layout
    return None


def _read_layout(raw: Raw, number: int, layout: Layout, source: Source, zone: str, result: Extract) -> Frame:
    columns = Columns(raw, layout, source.nulls)
    reading = Reading(columns, layout, zone, notes=result.notes, lacks=result.lacks)
    frame = pd.DataFrame({"_raw": number, "_position": range(raw.table.num_rows)})
    for item in layout.fields:
        kind = item.type_in(layout.table)
        name = columns.name(item)
        if name is not None and kind not in ("instant", "epoch"):
            frame[item.to] = convert(columns.texts(item), item, kind, name, reading.problems)
    add_moments(frame, reading)
    if layout.repeat:
        _note_repeat(frame["_repeat"], layout.repeat.count, reading)
    if "agent_id" in frame:
        frame["agent_id"] = frame["agent_id"].mask(frame["agent_id"].isin(source.no_agent))
    result.read_as.append(layout.table)
    _leave_out(raw, number, reading, result)
    kept = ~frame["_position"].isin(list(reading.problems.found))
    frame = frame[kept].reset_index(drop=True)
    return _repeated(frame, layout) if layout.repeat else frame


def _leave_out(raw: Raw, number: int, reading: Reading, result: Extract) -> None:
    table = reading.layout.table
    rows = [
        (table, number, position, rule, column, found, reason)
        for position, (rule, column, found, reason) in sorted(reading.problems.found.items())
    ]
    # Broken lines have no position among the records; they are numbered -1, -2, ...
    rows += [
        (table, number, -1 - place, bad.rule, bad.column, bad.found, bad.reason)
        for place, bad in enumerate(raw.bad)
    ]
    if rows:
        added = pd.DataFrame(rows, columns=pd.Index(REJECTED))
        before = result.rejected
        result.rejected = added if before.empty else pd.concat([before, added], ignore_index=True)


def _note_repeat(times: Series, column: str, reading: Reading) -> None:
    wrong = times.isna() | (times < 0) | (times > MOST_DIALS)
    reason = f"a number of dials from 0 to {MOST_DIALS} is needed"
    texts = reading.columns.texts(Field("_repeat", (column,)))
    reading.problems.add(wrong, "a contact has a number of dials", column, texts, reason)
    reading.notes.append(notes.write(notes.ONE_ROW_A_CONTACT, file=reading.columns.file, column=column))


def _repeated(frame: Frame, layout: Layout) -> Frame:
    """Repeat each row once per dial; only the last carries the outcome and the durations."""
    times = frame["_repeat"].fillna(0).astype(int)
    repeated = frame.loc[frame.index.repeat(times)]
    attempt = repeated.groupby(level=0).cumcount() + 1
    last = (attempt == times.loc[repeated.index]).to_numpy()
    repeated = repeated.assign(attempt_no=attempt.astype("Int64"))
    model = TABLES[layout.table]
    for name in repeated.columns.intersection(model.names):
        column = model[name]
        if name in ("success", "closed"):
            repeated[name] = repeated[name].mask(~last, False)
        elif name != "attempt_no" and (column.type in ("flag", "number") or name in _OF_THE_OUTCOME):
            repeated[name] = repeated[name].where(last)
    repeated["call_id"] = repeated["call_id"] + "-" + attempt.astype(str).to_numpy()
    return repeated.drop(columns="_repeat").reset_index(drop=True)


_OF_THE_OUTCOME = ("closed_reason", "callback_at", "outcome_code", "agent_id")


def apply_statuses(
    calls: Frame, source: Source, extra: dict[tuple[str, str], Outcome] | None = None
) -> Frame:
    """Set the flags each status implies; an unknown status leaves them unknown.

    A flag given in the export itself is kept. ``extra`` overrides the source's
    own table, for all campaigns ("") or for one.
    """
    outcomes: dict[tuple[str, str], Outcome] = {("", code): item for code, item in source.statuses.items()}
    outcomes |= extra or {}
    if not outcomes:
        return calls
    codes = calls["outcome_code"].fillna("").astype(object)
    campaigns = calls.get("campaign_id", pd.Series("", index=calls.index)).fillna("").astype(object)
    keys = pd.MultiIndex.from_arrays([campaigns, codes])
    places, different = pd.factorize(keys)
    chosen = [outcomes.get(key, outcomes.get(("", key[1]), Outcome())) for key in different]
    present = calls["agent_id"].notna() if "agent_id" in calls else pd.Series(True, index=calls.index)
    calls = calls.copy()
    for name in (*FLAGS, "dialled", "handed_over"):
        values = pd.array([getattr(item, name) for item in chosen], dtype="boolean")
        _keep_stated(calls, name, pd.Series(values.take(places), index=calls.index))
    reasons = pd.array([item.closed_reason for item in chosen], dtype=TEXT)
    _keep_stated(calls, "closed_reason", pd.Series(reasons.take(places), index=calls.index))
    if source.handled_needs_agent:
        calls["handled"] = calls["handled"] & present.astype("boolean")
        calls["argued"] = calls["argued"] & calls["handled"]
    return calls


def _keep_stated(calls: Frame, name: str, values: Series) -> None:
    calls[name] = calls[name].fillna(values) if name in calls else values


def empty(table: str) -> Frame:
    """Return a canonical table without rows."""
    return pd.DataFrame({column.name: nothing(column.type, 0) for column in TABLES[table].columns})
