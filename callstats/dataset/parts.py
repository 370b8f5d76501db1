"""A long export, laid down in files part by part: the rows of all parts are never in memory at once."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from callstats.checks import rejected
from callstats.checks.rules import KEYS, Rule
from callstats.dataset.deriving import FOLLOWING, quoted
from callstats.dataset.engine_connection import connect
from callstats.dataset.reading import accepted, check_any, provenance, to_arrow, unnamed
from callstats.dataset.rejects import COLUMNS, Rejects
from callstats.dataset.store_files import FILE, ROW
from callstats.model import STATED, TABLES
from callstats.sources import notes
from callstats.sources.base import Source
from callstats.sources.books import Account
from callstats.sources.pieces import contents_of, extract_pieces
from callstats.sources.raw import Frame, Raw
from callstats.sources.reader import Extract

if TYPE_CHECKING:
    import duckdb


class Parts:
    """The tables of a long export as they are laid down.

    Parameters
    ----------
    source : Source
    zone : str
        IANA zone of the export's clock.

    Attributes
    ----------
    files : dict of str to list of Path
        The Parquet files of each table; they are there as long as this object is.
    """

    def __init__(self, source: Source, zone: str) -> None:
        self.source, self.zone = source, zone
        self.files: dict[str, list[Path]] = {}
        self._folder = Path(tempfile.mkdtemp(prefix="callstats-import-"))
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._numbers: dict[str, int] = {}
        self._sizes: dict[str, int] = {}
        self._books: dict[tuple[str, str], Account] = {}
        self._rejects: list[Frame] = []
        self._whole = Extract()
        self._raws: dict[str, Raw] = {}

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
        for part in extract_pieces(paths, self.source, self.zone, scratch):
            self._lay_down(part)
            if on_part is not None:
                on_part(sum(account.rows for account in self._books.values()))
        connection = connect()
        for rule in KEYS:
            if rule.table in self.files and rule.table not in unnamed(self.source):
                self._once(connection, rule, paths)
        tables = {name: _relation(connection, files) for name, files in self.files.items()}
        self._whole.accounts = list(self._books.values())
        self._whole.notes = notes.together(self._whole.notes)
        self._whole.raws = [replace(raw, rows=range(self._sizes[name])) for name, raw in self._raws.items()]
        check_any(tables, self._whole)
        rejects = self._rejected()
        counted = {name: sum(map(_rows, files)) for name, files in self.files.items()}
        return tables, rejects, provenance(self._whole, paths, self.source, self.zone, counted, rejects)

    def _lay_down(self, part: Extract) -> None:
        tables, rejects = accepted(part, self.source, self.zone)
        for name, frame in tables.items():
            if name in TABLES:
                self._write(name, frame, part.raws[0])
        if len(rejects):
            self._rejects.append(rejects.frame())
        for account in part.accounts:
            key = (account.file, account.table)
            if key in self._books:
                self._books[key].enter(account)
            else:
                self._books[key] = account
        self._whole.notes += part.notes
        self._whole.lacks |= part.lacks
        self._whole.unread |= part.unread
        for raw in part.raws[:1]:
            self._raws.setdefault(raw.called, replace(raw, cells={}, rows=[], bad=[]))
            self._sizes[raw.called] = self._sizes.get(raw.called, 0) + raw.size

    def _write(self, name: str, frame: Frame, raw: Raw) -> None:
        """Write the rows of a part with their places; what was stated of derived columns bears its name."""
        if frame.empty and name in self.files:
            return
        table = to_arrow(name, frame)
        following = (*FOLLOWING.get(name, ()), *(("loaded_at",) if name == "calls" else ()))
        table = table.rename_columns([STATED + c if c in following else c for c in table.column_names])
        number = self._numbers.setdefault(raw.digest or raw.file, len(self._numbers))
        rows = np.asarray(raw.rows, np.int64)[frame["_position"].to_numpy(np.int64)]
        table = table.append_column(FILE, pa.array(np.full(len(rows), number), pa.int32()))
        table = table.append_column(ROW, pa.array(rows, pa.int64()))
        file = self._folder / f"{name}-{len(self.files.get(name, ())):05d}.parquet"
        pq.write_table(table, file, compression="lz4")
        self.files.setdefault(name, []).append(file)

    def _once(self, connection: duckdb.DuckDBPyConnection, rule: Rule, paths: list[str | Path]) -> None:
        """Leave out the rows that bear the name of another: of a later file the first one is kept."""
        rows = f"read_parquet({[str(file) for file in self.files[rule.table]]}, union_by_name=true)"
        if not {*rule.columns} <= {*connection.sql(f"FROM {rows}").columns}:
            return
        key = ", ".join(map(quoted, rule.columns))
        known = " AND ".join(f"{quoted(c)} IS NOT NULL" for c in rule.columns)
        some = f"SELECT count(*) - count(DISTINCT hash({key})) FROM {rows} WHERE {known}"
        if not connection.execute(some).fetchall()[0][0]:
            return
        found = connection.execute(
            f"""WITH keyed AS (SELECT * FROM {rows} WHERE {known}),
            often AS (SELECT {key} FROM keyed GROUP BY ALL HAVING count(*) > 1)
            SELECT {key}, {FILE}, {ROW}, {FILE} < max({FILE}) OVER (PARTITION BY {key}) AS again,
                row_number() OVER (PARTITION BY {key}, {FILE} ORDER BY {ROW}) AS place
            FROM keyed SEMI JOIN often USING ({key}) QUALIFY again OR place > 1
            ORDER BY {FILE}, {ROW}"""
        ).df()
        if found.empty:
            return
        self._enter_again(rule, found[found["again"]])
        self._reject(rule, found[~found["again"]], paths)
        gone = found if rule.table != "contacts" else found[~found["again"]]  # contacts keep their first load
        self._take_out(connection, rule.table, gone)

    def _enter_again(self, rule: Rule, rows: Frame) -> None:
        for number, count in rows[FILE].value_counts().items():
            self._account(int(str(number)), rule.table).again += int(count)
        if len(rows):
            self._whole.notes.append(notes.write(notes.CAME_AGAIN, count=len(rows)))

    def _reject(self, rule: Rule, rows: Frame, paths: list[str | Path]) -> None:
        if rows.empty:
            return
        digests = dict(enumerate(self._numbers))
        wanted = {digests[int(str(n))]: set(part[ROW]) for n, part in rows.groupby(FILE)}
        scratch = self._folder / "again"
        scratch.mkdir(exist_ok=True)
        contents = contents_of(paths, self.source, scratch, wanted)
        told = rejected(rule.table, rows.reset_index(drop=True), rule)
        places = list(zip(rows[FILE].map(digests), rows[ROW], strict=True))
        told["file"] = [self._account(int(n), rule.table).file for n in rows[FILE]]
        told["row"] = rows[ROW].to_numpy()
        told["content"] = [contents.get(place, "") for place in places]
        self._rejects.append(told[list(COLUMNS)])
        for number, count in rows[FILE].value_counts().items():
            self._account(int(str(number)), rule.table).rejected += int(count)

    def _account(self, number: int, table: str) -> Account:
        """Return the account of a file by its number."""
        digest = list(self._numbers)[number]
        called = next(name for name, raw in self._raws.items() if (raw.digest or raw.file) == digest)
        return self._books[called, table]

    def _take_out(self, connection: duckdb.DuckDBPyConnection, table: str, gone: Frame) -> None:
        """Write the files of a table again without some of their rows."""
        if gone.empty:
            return
        connection.register("gone", gone[[FILE, ROW]])
        for file in self.files[table]:
            rows = f"read_parquet('{file}')"
            found = connection.execute(f"SELECT count(*) FROM {rows} SEMI JOIN gone USING ({FILE}, {ROW})")
            if found.fetchall()[0][0]:
                left = connection.sql(f"FROM {rows} ANTI JOIN gone USING ({FILE}, {ROW}) ORDER BY {ROW}")
                pq.write_table(left.to_arrow_table(), file, compression="lz4")
        connection.unregister("gone")

    def _rejected(self) -> Rejects:
        if not self._rejects:
            return Rejects()
        rows = pd.concat(self._rejects, ignore_index=True)
        rows = rows.sort_values(["file", "row", "table"], kind="stable", ignore_index=True)
        text = [name for name in COLUMNS if name != "row"]
        return Rejects(rows.astype({**dict.fromkeys(text, "string"), "row": "int64"}))


def _relation(connection: duckdb.DuckDBPyConnection, files: list[Path]) -> duckdb.DuckDBPyRelation:
    found = connection.read_parquet([str(file) for file in files], union_by_name=True)
    return found.select(*(c for c in found.columns if c not in (FILE, ROW)))


def _rows(file: Path) -> int:
    return pq.read_metadata(file).num_rows
