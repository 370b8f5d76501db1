"""A long export, laid down in files part by part: the rows of all parts are never in memory at once."""

from __future__ import annotations

import hashlib
import os
import weakref
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from callstats import bounds
from callstats.checks import rejected
from callstats.checks.rules import KEYS, Rule
from callstats.dataset.deriving import FOLLOWING, quoted
from callstats.dataset.engine_connection import WRITING, connect
from callstats.dataset.reading import accepted, check_any, provenance, say_hours, to_arrow, unnamed
from callstats.dataset.rejects import COLUMNS, Rejects
from callstats.dataset.store_files import FILE, ROW
from callstats.errors import InputError
from callstats.model import STATED, TABLES
from callstats.sources import notes
from callstats.sources.base import Source
from callstats.sources.books import Account
from callstats.sources.engine_paths import parquet_rows
from callstats.sources.pieces import Piece, contents_of, pieces_of
from callstats.sources.raw import Frame, Raw
from callstats.sources.reader import Extract, extract_tables
from callstats.sources.scratch import new_scratch, remove_at_exit

if TYPE_CHECKING:
    import duckdb


#: Parts that are read at the same time: Arrow works without holding Python up.
WORKERS = 2


@dataclass(frozen=True)
class _Part:
    """A part that has been read: what was noted, rows left out, files of its tables, how many are its own."""

    extracted: Extract
    rejects: Frame
    files: dict[str, Path]
    own: int


class LongExport:
    """The tables of a long export as they are laid down.

    Parameters
    ----------
    source : Source
    zone : str
        IANA zone of the export's clock.
    tolerance : float
        Hours can be asked for as long as no larger share of the calls has a date alone.

    Attributes
    ----------
    files : dict of str to list of Path
        The Parquet files of each table; they are there as long as this object is.
    """

    def __init__(self, source: Source, zone: str, tolerance: float) -> None:
        self.source, self.zone, self.tolerance = source, zone, tolerance
        self.files: dict[str, list[Path]] = {}
        self._folder = new_scratch("import")
        weakref.finalize(self, remove_at_exit, self._folder, os.getpid())
        self._numbers: dict[str, int] = {}
        self._sizes: dict[str, int] = {}
        self._books: dict[tuple[str, str], Account] = {}
        self._rejects: list[Frame] = []
        self._whole = Extract()
        self._raws: dict[str, Raw] = {}
        self._digests: dict[str, list[str]] = {}
        self._seen: dict[str, np.ndarray] = {}
        self._left_out, self._held = 0, 0.0

    def read(
        self, paths: Iterable[str | Path], on_part: Callable[[int], None] | None = None
    ) -> tuple[dict[str, Any], Rejects, dict[str, Any]]:
        """Read, check and lay down an export.

        Parameters
        ----------
        paths : iterable of paths
        on_part : callable, optional
            Called after each part with the rows that have been read.

        Returns
        -------
        tables, rejects, provenance
            As :func:`callstats.dataset.reading.read_tables` returns them; the tables are relations of DuckDB.
        """
        paths = list(paths)
        scratch = self._folder / "unpacked"
        scratch.mkdir()
        return self.read_pieces(pieces_of(paths, self.source, scratch, self._whole), paths, on_part)

    def read_pieces(
        self,
        pieces: Iterable[Piece],
        paths: Iterable[str | Path] = (),
        on_part: Callable[[int], None] | None = None,
    ) -> tuple[dict[str, Any], Rejects, dict[str, Any]]:
        """Read, check and lay down what comes part by part: of ``paths``, or of a database.

        See :meth:`read`.
        """
        paths = list(paths)
        waiting: deque[Future[_Part]] = deque()
        with ThreadPoolExecutor(WORKERS) as pool:
            for number, piece in enumerate(pieces):
                for raw, _ in piece.own:
                    self._numbers.setdefault(raw.called, len(self._numbers))
                waiting.append(pool.submit(self._lay_down, piece, number))
                if len(waiting) > WORKERS:
                    self._enter(waiting.popleft().result(), on_part)
            while waiting:
                self._enter(waiting.popleft().result(), on_part)
        connection = connect(memory=WRITING)
        for rule in KEYS:
            if rule.table in self.files and rule.table not in unnamed(self.source):
                self._once(connection, rule, paths)
        tables = {name: _relation(connection, files) for name, files in self.files.items()}
        whole = self._summed_up()
        check_any(tables, whole)
        rejects = self._rejected()
        counted = {name: sum(map(_rows, files)) for name, files in self.files.items()}
        return tables, rejects, provenance(whole, paths, self.source, self.zone, counted, rejects)

    def _summed_up(self) -> Extract:
        """Return what was noted of the parts as what is noted of the whole."""
        whole = self._whole
        whole.notes += [notes.write(notes.NOT_READ, file=n, reason=why) for n, why in whole.unread.items()]
        whole.accounts = list(self._books.values())
        say_hours(whole, self.tolerance)
        whole.notes = notes.together(whole.notes)
        whole.raws = [
            replace(raw, rows=range(self._sizes[name]), digest=_digest(self._digests[name]))
            for name, raw in self._raws.items()
        ]
        return whole

    def _lay_down(self, piece: Piece, number: int) -> _Part:
        """Read and check one part, and write its rows with their places."""
        extracted = extract_tables([*piece.own, *piece.shared], self.source, self.zone)
        tables, rejects = accepted(extracted, self.source, self.zone)
        files = {}
        for name, frame in tables.items():
            if name in TABLES:
                files[name] = self._folder / f"{name}-{number:05d}.parquet"
                self._write(name, frame, piece, files[name])
        extracted.tables = {}
        return _Part(extracted, rejects.frame(), files, len(piece.own))

    def _write(self, name: str, frame: Frame, piece: Piece, file: Path) -> None:
        table = to_arrow(name, frame)
        following = (*FOLLOWING.get(name, ()), *(("loaded_at",) if name == "calls" else ()))
        # what the export states of a derived column bears the name that says so
        table = table.rename_columns([STATED + c if c in following else c for c in table.column_names])
        if piece.by_row:  # elsewhere rows that bear one name have come together
            which, rows = self._places(frame, [raw for raw, _ in piece.own])
            table = table.append_column(FILE, pa.array(which, pa.int32()))
            table = table.append_column(ROW, pa.array(rows, pa.int64()))
        pq.write_table(table, file, compression="none", use_dictionary=False, write_statistics=False)

    def _places(self, frame: Frame, raws: list[Raw]) -> tuple[np.ndarray, np.ndarray]:
        """Return the number of its file and its row in it for each row of a table."""
        number, position = (frame[name].to_numpy(np.int64) for name in ("_raw", "_position"))
        starts = np.cumsum([0, *(raw.height for raw in raws)])
        rows = np.concatenate([np.asarray(raw.rows, np.int64) for raw in raws])
        return np.array([self._numbers[raw.called] for raw in raws])[number], rows[starts[number] + position]

    def _enter(self, part: _Part, on_part: Callable[[int], None] | None) -> None:
        """Take up what became of a part, in the order of the export."""
        own, shared = part.extracted.raws[: part.own], part.extracted.raws[part.own :]
        known = {table.called for table in shared if table.called in self._raws}
        for table in (*own, *(other for other in shared if other.called not in known)):
            self._raws.setdefault(table.called, replace(table, cells={}, rows=[], bad=[]))
            self._digests.setdefault(table.called, []).append(table.digest)
            self._sizes[table.called] = self._sizes.get(table.called, 0) + table.size
        for name, file in part.files.items():
            self.files.setdefault(name, []).append(file)
        accounts = [account for account in part.extracted.accounts if account.file not in known]
        rejects = part.rejects
        for table in own:
            if table.keyed:
                rejects = self._without_rows_again(table, accounts, rejects)
        if len(rejects):
            self._keep(rejects)
        for account in accounts:
            key = (account.file, account.table)
            if key in self._books:
                self._books[key].enter(account)
            else:
                self._books[key] = account
        self._whole.notes += part.extracted.notes
        self._whole.lacks |= part.extracted.lacks
        self._whole.hours.enter(part.extracted.hours)
        if on_part is not None:
            on_part(sum(account.rows for account in self._books.values()))

    def _keep(self, rejects: Frame) -> None:
        """Keep rows that were left out; of very many only where they are and why, not what they held."""
        self._left_out += len(rejects)
        if self._left_out > bounds.REJECTS:
            self._refuse(rejects)
        lengths = rejects["content"].str.len().fillna(0).cumsum() + self._held
        beyond = lengths > bounds.REJECTED_BYTES
        if beyond.any():
            rejects = rejects.assign(content=rejects["content"].where(~beyond, ""))
        self._held = float(lengths.iloc[-1])
        self._rejects.append(rejects)

    def _refuse(self, rejects: Frame) -> None:
        """Refuse an export of which hardly a row can be taken: it is read in the wrong way."""
        last = rejects.iloc[-1]
        raise InputError(
            f"more than {bounds.REJECTS:,} rows cannot be taken; of this one: {last['reason']}",
            file=last["file"], row=int(last["row"]),
            hint="Is it the right source or mapping? Correct it, or cut the export by month.",
        )  # fmt: skip

    def _without_rows_again(self, table: Raw, accounts: list[Account], rejects: Frame) -> Frame:
        """Count a row that several parts need once: a contact that is called on two days."""
        rows = np.asarray(table.rows, np.int64)
        seen = self._seen.get(table.called, np.array([], np.int64))
        again = rows[np.isin(rows, seen)]
        self._seen[table.called] = np.union1d(seen, rows)
        if not len(again):
            return rejects
        self._sizes[table.called] -= len(again)
        gone = (rejects["file"] == table.called) & rejects["row"].isin(again)
        for account in accounts:
            if account.file == table.called:
                account.rows -= len(again)
                account.rejected -= int((gone & (rejects["table"] == account.table)).sum())
        return rejects[~gone]

    def _once(self, connection: duckdb.DuckDBPyConnection, rule: Rule, paths: list[str | Path]) -> None:
        """Leave out the rows that bear the name of another: of a later file the first one is kept."""
        rows = parquet_rows(self.files[rule.table], filename=True)
        if not {*rule.columns, ROW} <= {*connection.sql(f"FROM {rows}").columns}:
            return
        key = ", ".join(map(quoted, rule.columns))
        known = " AND ".join(f"{quoted(c)} IS NOT NULL" for c in rule.columns)
        some = f"SELECT count(*) - count(DISTINCT hash({key})) FROM {rows} WHERE {known}"
        twice_or_more = connection.execute(some).fetchall()[0][0]
        if not twice_or_more:
            return
        if twice_or_more > bounds.REJECTS:
            raise InputError(
                f"more than {bounds.REJECTS:,} rows bear the name of another ({', '.join(rule.columns)})",
                file=next(iter(self._numbers)),
                hint="Is it the right column? It should name every row, or be left out of the mapping.",
            )
        found = connection.execute(
            f"""WITH keyed AS (SELECT {key}, {FILE}, {ROW}, filename FROM {rows} WHERE {known}),
            often AS (SELECT {key} FROM keyed GROUP BY ALL HAVING count(*) > 1)
            SELECT *, {FILE} < max({FILE}) OVER (PARTITION BY {key}) AS again,
                row_number() OVER (PARTITION BY {key}, {FILE} ORDER BY {ROW}) AS place
            FROM keyed SEMI JOIN often USING ({key}) QUALIFY again OR place > 1 ORDER BY {FILE}, {ROW}"""
        ).df()
        names = list(self._numbers)
        found["called"] = [names[int(number)] for number in found[FILE]]
        again, twice = found[found["again"]], found[~found["again"]]
        if len(again):
            self._whole.notes.append(notes.write(notes.CAME_AGAIN, count=len(again)))
        for called, rows_again in again.groupby("called"):
            self._books[str(called), rule.table].again += len(rows_again)
        if len(twice):
            self._reject(rule, twice.reset_index(drop=True), paths)
        gone = twice if rule.table == "contacts" else found  # a contact keeps its first load
        for file, rows_gone in gone.groupby("filename"):
            table = pq.read_table(str(file))
            left = (
                table.select([FILE, ROW])
                .to_pandas()
                .merge(rows_gone[[FILE, ROW]], how="left", indicator=True)
            )
            pq.write_table(table.filter(pa.array(left["_merge"].eq("left_only"))), str(file))

    def _reject(self, rule: Rule, rows: Frame, paths: list[str | Path]) -> None:
        digests = {called: raw.digest for called, raw in self._raws.items()}
        wanted = {digests[str(called)]: set(part[ROW]) for called, part in rows.groupby("called")}
        scratch = self._folder / "again"
        scratch.mkdir(exist_ok=True)
        contents = contents_of(paths, self.source, scratch, wanted)
        told = rejected(rule.table, rows, rule)
        told["file"], told["row"] = rows["called"], rows[ROW]
        places = zip(rows["called"].map(digests), rows[ROW], strict=True)
        told["content"] = [contents.get(place, "") for place in places]
        self._rejects.append(told[list(COLUMNS)])
        for called, count in rows["called"].value_counts().items():
            self._books[str(called), rule.table].rejected += int(count)

    def _rejected(self) -> Rejects:
        if not self._rejects:
            return Rejects()
        rows = pd.concat(self._rejects, ignore_index=True)
        rows = rows.sort_values(["file", "row", "table"], kind="stable", ignore_index=True)
        text = [name for name in COLUMNS if name != "row"]
        return Rejects(rows.astype({**dict.fromkeys(text, "string"), "row": "int64"}))


def _relation(connection: duckdb.DuckDBPyConnection, files: list[Path]) -> duckdb.DuckDBPyRelation:
    found = connection.sql(f"FROM {parquet_rows(files)}")
    return found.select(*(c for c in found.columns if c not in (FILE, ROW)))


def _digest(parts: list[str]) -> str:
    """Return the SHA-256 of a file; of a table that came in stretches, that of theirs."""
    if len(set(parts)) == 1:
        return parts[0]
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def _rows(file: Path) -> int:
    return pq.read_metadata(file).num_rows
