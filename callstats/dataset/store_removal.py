"""Rows taken out of a data set's files, or changed in them: only the files that hold them are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callstats.dataset import store_files as files
from callstats.dataset.engine_connection import quoted
from callstats.dataset.store_rows import write_parquet
from callstats.model import TABLES
from callstats.sources.engine_paths import parquet_rows

if TYPE_CHECKING:
    import duckdb


def stored_files(folder: Path) -> dict[str, list[Path]]:
    """Return the files of every table of a data set."""
    return {name: found for name in TABLES if (found := files.table_files(folder, name))}


@dataclass
class Removal:
    """What is taken out of a data set.

    Attributes
    ----------
    connection : duckdb.DuckDBPyConnection
    folder : Path
    hit : mapping of str to str
        Table -> the condition, in SQL, that its rows are meant by.
    rows : dict of str to int
        Table -> rows that were meant, once they are counted.
    """

    connection: duckdb.DuckDBPyConnection
    folder: Path
    hit: Mapping[str, str]
    rows: dict[str, int] = field(default_factory=dict)
    _found: dict[Path, tuple[int, int]] | None = None

    def counted(self) -> dict[Path, tuple[int, int]]:
        """Return the files that hold such rows: how many of them, and how many others."""
        if self._found is not None:
            return self._found
        found = self._found = {}
        for name, condition in self.hit.items():
            for file in files.table_files(self.folder, name):
                meant = f"count(*) FILTER (coalesce({condition}, false))"
                sql = f"SELECT {meant}, count(*) FROM {parquet_rows([file])}"
                ((hit, whole),) = self.connection.execute(sql).fetchall()
                if hit:
                    found[file] = (int(hit), int(whole - hit))
                    self.rows[name] = self.rows.get(name, 0) + int(hit)
        return found

    def write(
        self, stage: files.Staging, instead: Mapping[str, Mapping[str, str]] | None = None
    ) -> list[str]:
        """Write the files without such rows, or with other values in them; return the names of those gone.

        Parameters
        ----------
        stage : Staging
        instead : mapping of str to mapping of str to str, optional
            Table -> column -> what it holds instead, in SQL. Otherwise the rows are taken out.
        """
        gone = []
        found = self.counted()
        whole = [file for file in files.call_files(self.folder) if found.get(file, (0, 1))[1]]
        for file, (_, left) in found.items():
            name = file.relative_to(self.folder).as_posix()
            table = self._table(file)
            last = table == files.CALLS and not whole and file == max(files.call_files(self.folder))
            if not (left or last or instead):
                gone.append(name)
                continue
            sql = self._rewritten(file, table, None if instead is None else instead.get(table, {}))
            with self.connection.sql(sql).to_arrow_reader(files.GROUP) as reader:
                write_parquet(reader, reader.schema, stage.file(name))
        return gone

    def _table(self, file: Path) -> str:
        return files.CALLS if file.parent != self.folder else file.stem

    def _rewritten(self, file: Path, table: str, instead: Mapping[str, str] | None) -> str:
        rows, condition = parquet_rows([file]), f"coalesce({self.hit[table]}, false)"
        if instead is None:
            return f"SELECT * FROM {rows} WHERE NOT {condition}"
        have = self.connection.sql(f"FROM {rows}")
        listed = [
            f"CAST(CASE WHEN {condition} THEN {instead[c]} ELSE {quoted(c)} END AS {kind}) AS {quoted(c)}"
            if c in instead
            else quoted(c)
            for c, kind in zip(have.columns, map(str, have.types), strict=True)
        ]
        return f"SELECT {', '.join(listed)} FROM {rows}"

    def told(self, provenance: Mapping[str, Any]) -> dict[str, Any]:
        """Return what ``dataset.json`` says once the rows are gone."""
        rows = {n: int(c) - self.rows.get(n, 0) for n, c in provenance.get("rows", {}).items()}
        return {**provenance, "rows": rows}


def following_calls(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, list[Path]], hit: Mapping[str, str]
) -> dict[str, str]:
    """Return the conditions for rows that speak of calls which are meant, such as surveys."""
    if files.CALLS not in hit:
        return {}
    rows = parquet_rows(tables[files.CALLS])
    connection.execute(f"CREATE TEMP TABLE gone_calls AS SELECT call_id FROM {rows} WHERE {hit[files.CALLS]}")
    others = (name for name in tables if "calls" in TABLES[name].links)
    return dict.fromkeys(others, "call_id IN (SELECT call_id FROM gone_calls)")
