"""The shared reader: files and a source in, typed tables and what was left out.

The tables still have the columns ``_raw`` and ``_position``, which say where
each row came from, so that code that rejects a row later can name its file, its
row and its content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from callstats.model import TABLES
from callstats.sources import distinct, notes, rows
from callstats.sources.base import Field, Layout, Legs, Source
from callstats.sources.books import Account
from callstats.sources.choosing import check_all_described, choose, complain_of_nothing
from callstats.sources.columns import Columns
from callstats.sources.containers import Found, expand
from callstats.sources.content_shapes import shape
from callstats.sources.convert import convert, nothing, numbers_of
from callstats.sources.copies import different
from callstats.sources.differences import difference
from callstats.sources.header import MAY_BE_TOTAL, TOTAL, is_total
from callstats.sources.instants import HourCount, Reading, add_moments
from callstats.sources.raw import Frame, Raw, Series
from callstats.sources.scratch import scratch as scratch_folder
from callstats.sources.statuses import apply_statuses
from callstats.sources.times import DATE_ORDERS
from callstats.sources.typed_cells import Cells
from callstats.sources.unreadable import Problems, UnreadCells, needed

LONGEST = 65_000  # s; a longer call is a clock that ran over, or another unit
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
        The files' own cells.
    read_as : list of str
        The tables that were read, in their order.
    rejected : DataFrame
        Rows that could not be read, with the columns of ``REJECTED``.
    accounts : list of Account
        Of every table read from a file: how many rows it had, and what became of them.
    unread : dict of str to str
        Files, sheets and tables of which nothing was read, and why.
    notes : list of str
    lacks : dict of str to str
    hours : HourCount
        How many calls have a date alone.
    """

    tables: dict[str, Frame] = field(default_factory=dict)
    raws: list[Raw] = field(default_factory=list)
    read_as: list[str] = field(default_factory=list)
    rejected: Frame = field(default_factory=lambda: pd.DataFrame(columns=pd.Index(REJECTED)))
    accounts: list[Account] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    lacks: dict[str, str] = field(default_factory=dict)
    hours: HourCount = field(default_factory=HourCount)


class TooLongError(Exception):
    """What was unpacked is to be read part by part."""


def extract(
    files: Iterable[str | Path],
    source: Source,
    time_zone: str = "UTC",
    in_parts: Callable[[list[Found]], bool] | None = None,
) -> Extract:
    """Read files as a source describes them.

    Parameters
    ----------
    files : iterable of paths
        Files, folders, patterns and archives; every file in them is read or named as not read.
    source : Source
    time_zone : str
        IANA zone of the clock that the export's times were read from, for a
        source that does not give it.
    in_parts : callable, optional
        Tells of the single files whether they are so long that they are read part by part.

    Returns
    -------
    Extract

    Raises
    ------
    TooLongError
        They are.
    InputError
        A file is missing, empty, not text, of another layout, or lacks a required column.
    """
    result = Extract()
    with scratch_folder("import") as scratch:
        passed: dict[str, str] = {}
        found = expand(files, Path(scratch), passed)
        if in_parts is not None and in_parts(found):
            raise TooLongError
        chosen = list(choose(different(found, result.notes), source, result.unread))
        if not any(layouts for _, layouts in chosen):
            complain_of_nothing(found, source, result.unread)
        result.unread |= passed
    check_all_described(chosen, source)
    return extract_tables(chosen, source, time_zone, result)


def extract_tables(
    chosen: list[tuple[Raw, list[Layout]]],
    source: Source,
    time_zone: str = "UTC",
    result: Extract | None = None,
) -> Extract:
    """Read raw tables as a source describes them, wherever they come from.

    Parameters
    ----------
    chosen : list of (Raw, list of Layout)
        Each table with the layouts that it is read by.
    source : Source
    time_zone : str
        IANA zone of the clock, for a source that does not give it.
    result : Extract, optional
        With what choosing the tables has found; it is completed.

    Returns
    -------
    Extract

    Raises
    ------
    InputError
        A table lacks a required column, or times of it that cannot be read.
    """
    result = result or Extract()
    result.lacks |= source.lacks
    zone = time_zone if source.time_zone == "server" else source.time_zone
    raws = [raw for raw, _ in chosen]
    pieces: dict[str, list[Frame]] = {}
    for raw, layouts in chosen:
        for layout in layouts:
            complete = rows.joined(raw, layout.join, raws) if layout.join else raw
            piece = _read_layout(complete, len(result.raws), layout, source, zone, result)
            pieces.setdefault(layout.table, []).append(piece)
        result.raws.append(raw)
        result.notes.extend(raw.notes)
        result.notes.extend(
            notes.write(notes.FURNITURE, file=raw.called, count=count, kind=kind)
            for kind, count in raw.furniture.items()
        )
    result.notes += [notes.write(notes.NOT_READ, file=n, reason=why) for n, why in result.unread.items()]
    result.tables = {name: pd.concat(parts, ignore_index=True) for name, parts in pieces.items()}
    if "calls" in result.tables:
        result.tables["calls"] = _calls(result, source)
    return result


def rows_by_raw(frame: Frame) -> dict[int, int]:
    """Count the rows of each raw table that are in a table; one that became several counts once."""
    counts = frame.groupby("_raw")["_position"].nunique()
    return {int(number): int(count) for number, count in counts.items()}


def _calls(result: Extract, source: Source) -> Frame:
    calls = result.tables["calls"]
    may_join = source.complete is not None or "_leg_key" in calls
    read = rows_by_raw(calls) if may_join else {}
    calls = source.complete(calls) if source.complete else calls
    if "outcome_code" in calls:
        extra = source.more_statuses(result.tables) if source.more_statuses else {}
        calls = apply_statuses(calls, source, extra)
    calls = rows.earlier_dials_did_not_succeed(calls)
    for layout in source.layouts:
        if layout.legs and "_leg_key" in calls:
            calls = rows.one_call_each(calls, layout.legs)
            break
    if may_join:
        left = rows_by_raw(calls)
        for account in result.accounts:
            if account.table == "calls":
                account.merged += read.get(account.raw, 0) - left.get(account.raw, 0)
    return calls


def _read_layout(raw: Raw, number: int, layout: Layout, source: Source, zone: str, result: Extract) -> Frame:
    columns = Columns(raw, layout, source.nulls)
    costly = needed(layout.table) if layout.table in TABLES else None
    reading = Reading(columns, layout, zone, Problems(costly), result.notes, result.lacks)
    reading.formats = DATE_ORDERS.get(source.dates, ())
    reading.ships_as = source.name if source.choose else ""
    frame = pd.DataFrame({"_raw": number, "_position": range(raw.height)})
    kept, account = _taken(raw, layout, columns)
    account.raw = number
    result.accounts.append(account)
    for item in layout.fields:
        if _is_plain(item, layout, columns):
            name = str(columns.name(item))
            frame[item.to] = convert(columns.cells(item), item, layout.table, name, reading.problems)
    add_moments(frame, reading)
    _add_later(frame, reading)
    if layout.repeat:
        _note_repeat(frame["_repeat"], layout.repeat.count, reading)
    if layout.legs:
        _add_leg_keys(frame, layout, columns)
    if "agent_id" in frame:
        frame["agent_id"] = frame["agent_id"].mask(frame["agent_id"].isin(source.no_agent))
    result.read_as.append(layout.table)
    _check_lengths(frame, reading)
    _forget(reading.problems, kept)
    _note_cells(raw, reading, account, result)
    _leave_out(raw, number, reading, result)
    account.rejected += len(reading.problems.found)
    kept &= ~frame["_position"].isin(list(reading.problems.found))
    if layout.table == "calls":
        result.hours.add(reading, kept)
    return _shaped(frame[kept], reading, kept)


def _is_plain(item: Field, layout: Layout, columns: Columns) -> bool:
    kind = item.type_in(layout.table)
    later = item.minus or item.pick == "direction" or kind in ("instant", "epoch")
    return not later and columns.name(item) is not None


def _add_leg_keys(frame: Frame, layout: Layout, columns: Columns) -> None:
    """Name the call of every leg, and say in which order its legs came."""
    legs = layout.legs
    if legs is None:
        return
    named = tuple(name for name in legs.key if columns.actual(name) is not None)
    if not named:
        columns.complain([Field("", (name,)) for name in legs.key])
    if legs.first and columns.actual(legs.first) is None:
        columns.complain([Field("", (legs.first,))])
    frame["_leg_key"] = columns.cells(Field("_leg_key", named, "text", pick="filled")).as_text()
    frame["_leg_order"] = _leg_order(frame, legs, layout, columns)


def _leg_order(frame: Frame, legs: Legs, layout: Layout, columns: Columns) -> Series:
    """Return what legs are ordered by: their start, unless the mapping names a column of numbers for it."""
    starts = {columns.actual(c) for item in layout.fields if item.to == "started_at" for c in item.columns}
    if legs.first and columns.actual(legs.first) not in starts:
        numbers = numbers_of(columns.column(legs.first), Field(""))
        if numbers.notna().any():
            return numbers
    return frame.get("started_at", frame["_position"])


def _add_later(frame: Frame, reading: Reading) -> None:
    """Add what needs other columns first: differences, and whom we called or who called us."""
    layout, columns = reading.layout, reading.columns
    for item in layout.fields:
        if columns.name(item) is None:
            continue
        if item.pick == "direction":
            frame[item.to] = _by_direction(frame, item, reading)
        elif item.minus:
            frame[item.to] = difference(item, layout.table, columns, reading.problems)


def _shaped(frame: Frame, reading: Reading, kept: Series) -> Frame:
    """Give accepted rows the number that they stand for: of dials, or of stretches of agent time."""
    layout, columns = reading.layout, reading.columns
    if layout.states:
        states = {}
        for state, column in layout.states.items():
            item = Field("seconds", (column,), unit=layout.state_unit)
            seconds = convert(columns.column(column), item, layout.table, column, reading.problems)
            states[state] = seconds[kept].reset_index(drop=True)
        return rows.by_state(frame.reset_index(drop=True), states)
    frame = frame.reset_index(drop=True)
    return rows.repeated(frame, layout) if layout.repeat else frame


def _by_direction(frame: Frame, item: Field, reading: Reading) -> Series:
    outbound, inbound = (
        convert(reading.columns.column(name), item, reading.layout.table, name, reading.problems)
        for name in item.columns
    )
    return outbound.where(frame["direction"].ne("inbound").fillna(True).astype(bool), inbound)


def _taken(raw: Raw, layout: Layout, columns: Columns) -> tuple[Series, Account]:
    account = Account(raw.called, layout.table, raw.size)
    kept, account.left_out = rows.taken(columns, layout.where)
    totals = _totals(raw, layout, columns) & kept
    if totals.any():
        account.left_out[TOTAL] = int(totals.sum())
        kept &= ~totals
    account.rejected = len(raw.bad)
    return kept, account


def _totals(raw: Raw, layout: Layout, columns: Columns) -> Series:
    """Mark rows of totals: they begin with such a word and have no time of their own."""
    none = pd.Series(False, index=range(raw.height))
    if not raw.height or raw.header_row < 0:
        return none
    candidates = list(raw.cells.values())[:4]
    if not any(_may_be_total(cells) for cells in candidates):
        return none
    first = pd.Series("", index=none.index, dtype=object)
    for cells in reversed(candidates):
        first = cells.as_text().astype(object).where(cells.filled, first).fillna("")
    totals = distinct.marks(first, is_total)
    if not totals.any():
        return none
    for item in layout.fields:
        if item.to in ("started_at", "start", "loaded_at", "asked_at") and columns.name(item) is not None:
            cells = columns.cells(item)
            totals &= ~cells.filled | (cells.as_text().astype(object).fillna("") == first)
    return totals.astype(bool)


def _may_be_total(cells: Cells) -> bool:
    found = distinct.compute.match_substring_regex(distinct.arrow_of(cells.texts), MAY_BE_TOTAL)
    return bool(distinct.compute.any(found).as_py())


def _check_lengths(frame: Frame, reading: Reading) -> None:
    """Take lengths that no call can have for unknown: they cost the cell, not the call."""
    table = reading.layout.table
    if table != "calls":
        return
    for item in reading.layout.fields:
        model = TABLES[table]
        if item.to in frame and item.to in model.names and model[item.to].unit == "s" and not item.minus:
            seconds, name = frame[item.to], str(reading.columns.name(item))
            texts = reading.columns.cells(item).as_text()
            wrong = (seconds < 0) | (seconds >= LONGEST)
            reason = "a length of less than nothing, or of over 18 hours; is its unit right?"
            reading.problems.add(wrong, "a call lasts from 0 to 65,000 seconds", name, texts, reason, item.to)
            frame[item.to] = seconds.mask(wrong)


def _forget(problems: Problems, kept: Series) -> None:
    """Drop what was noted of rows that are left out on purpose."""
    gone = set(kept.index[~kept])
    if gone:
        problems.found = {place: what for place, what in problems.found.items() if place not in gone}


def _note_cells(raw: Raw, reading: Reading, account: Account, result: Extract) -> None:
    for column, unit in reading.problems.units:
        result.notes.append(notes.write(notes.UNIT_FOUND, file=raw.called, column=column, unit=unit))
    for cells in reading.problems.cells:
        account.unread_cells[cells.to] = account.unread_cells.get(cells.to, 0) + cells.count
        result.notes.append(
            notes.write(
                notes.UNREAD_CELLS, file=raw.called, count=cells.count, column=cells.column,
                found=repr(_shown(cells)), row=int(raw.rows[cells.position]), reason=cells.reason,
            )
        )  # fmt: skip


#: Columns that hold persons; a note shows the shape of what they hold, not the person.
_PERSONAL = frozenset({"contact_id", "phone", "agent_id", "call_id"})


def _shown(cells: UnreadCells) -> str:
    text = cells.found[:40]
    return shape(text) if cells.to in _PERSONAL else text


def _leave_out(raw: Raw, number: int, reading: Reading, result: Extract) -> None:
    table = reading.layout.table
    rejected = [
        (table, number, position, rule, column, found, reason)
        for position, (rule, column, found, reason) in sorted(reading.problems.found.items())
    ]
    # Broken lines have no position among the records; they are counted back from -1.
    rejected += [
        (table, number, -1 - place, bad.rule, bad.column, bad.found, bad.reason)
        for place, bad in enumerate(raw.bad)
    ]
    if rejected:
        added = pd.DataFrame(rejected, columns=pd.Index(REJECTED))
        before = result.rejected
        result.rejected = added if before.empty else pd.concat([before, added], ignore_index=True)


def _note_repeat(times: Series, column: str, reading: Reading) -> None:
    wrong = times.isna() | (times < 0) | (times > MOST_DIALS)
    reason = f"a number of dials from 0 to {MOST_DIALS} is needed"
    texts = reading.columns.column(column).as_text()
    reading.problems.add(wrong, "a contact has a number of dials", column, texts, reason)
    reading.notes.append(notes.write(notes.ONE_ROW_A_CONTACT, file=reading.columns.file, column=column))


def empty(table: str) -> Frame:
    """Return a canonical table without rows."""
    return pd.DataFrame({column.name: nothing(column.type, 0) for column in TABLES[table].columns})
