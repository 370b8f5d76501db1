"""A data set that grows: what comes in is added to what is there, month after month."""

from __future__ import annotations

import dataclasses
import filecmp
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from callstats.config import FILE_NAME
from callstats.dataset import store_files as files
from callstats.dataset import store_log as log
from callstats.dataset.deriving import FOLLOWING_CALLS
from callstats.dataset.engine_connection import WRITING, connect
from callstats.dataset.forgotten_list import ForgottenList, left_out
from callstats.dataset.opening import check_stored
from callstats.dataset.project_file import restate
from callstats.dataset.rejects import read_rejects, write_rejects
from callstats.dataset.retention import Expiry, expire
from callstats.dataset.saving import canonical, sink, write_project_file
from callstats.dataset.store_merge import Fate, Merge
from callstats.dataset.store_rows import write_months, write_parquet
from callstats.dataset.stored_ranges import check_ranges
from callstats.errors import InputError
from callstats.library_errors import explaining
from callstats.model import TABLES
from callstats.sources import notes
from callstats.sources.engine_paths import engine_path, parquet_rows

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from callstats.dataset.core import Dataset


@dataclass(frozen=True)
class Addition:
    """What adding to a data set came to.

    Attributes
    ----------
    folder : Path
    fates : mapping of str to Fate
        Of each table that came in: how many rows are new, took the place of others, or were there.
    rows : mapping of str to int
        Rows of each table now.
    known : tuple of str
        Files that had been read before, to the byte.
    removed : mapping of str to int
        Rows of each table of the data set that was there and has been replaced.
    removed_span : tuple of str, optional
        When its calls began and ended.
    notes : tuple of str
        What holds since this addition: names that are written in several ways and taken as one.
    project : tuple of str
        What has changed in the project file, or is to be changed there, for the data begun anew.
    expired : Expiry
        What has been kept for as long as the project file says, and is gone.
    """

    folder: Path
    fates: Mapping[str, Fate]
    rows: Mapping[str, int]
    known: tuple[str, ...] = ()
    removed: Mapping[str, int] = field(default_factory=dict)
    removed_span: tuple[str, str] | None = None
    notes: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
    expired: Expiry = field(default_factory=Expiry)

    @property
    def nothing_new(self) -> bool:
        """Whether no row is new and none changed."""
        return not any(fate.new or fate.changed for fate in self.fates.values())


def add(
    data: Dataset,
    folder: str | Path,
    *,
    replace: bool = False,
    on_wait: Callable[[], None] | None = None,
    parts: Mapping[str, list[Path]] | None = None,
) -> Addition:
    """Add a data set to the one in a folder, or begin one there.

    A call that is there already is replaced as a whole by the row that comes in, so that a
    provisional outcome becomes the final one; a contact keeps the first moment it was loaded
    and takes on what is newly known of it. Rows of other tables replace those that bear the
    same names: costs those of the same campaign, list, period and kind, scores those of the
    same call, evaluator and criterion. What looks back (``attempt_no``, ``since_loaded_s``,
    call-backs kept) is made anew. The same data in another order make the same files.

    Parameters
    ----------
    data : Dataset
        Such as :func:`callstats.read` returns.
    folder : str or Path
        New, or one that an import or a save wrote. It changes whole or not at all, whatever
        happens to the process.
    replace : bool
        Begin anew: what is there is removed. Its ``callstats.toml`` is kept; where its time zone
        or currency are not those of the new data, they are changed in it.
    on_wait : callable, optional
        Called when another process is changing the folder, before waiting for it.
    parts : mapping of str to list of Path, optional
        The files in which the tables of a long export were laid down.

    Returns
    -------
    Addition

    Raises
    ------
    UsageError
        Something that is no data set stands there.
    InputError
        The two are on different clocks or in different currencies, there are no calls, or the
        system refuses to write.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> import callstats as cs
    >>> def month(call_id, day, success):
    ...     start = pd.to_datetime([day], utc=True)
    ...     return cs.open({"calls": pd.DataFrame({
    ...         "call_id": [call_id], "contact_id": ["7"], "direction": "outbound", "success": [success],
    ...         "started_at": start, "local_started_at": start.tz_localize(None),
    ...     })})
    >>> folder = tempfile.mkdtemp()
    >>> added = [add(month(*row), folder) for row in
    ...          [("a", "2026-08-31", False), ("b", "2026-09-01", False), ("b", "2026-09-01", True)]]
    >>> added[-1].rows, added[-1].fates["calls"]
    ({'calls': 2}, Fate(new=0, changed=1, same=0))
    >>> cs.measure(cs.open(folder), "successes", by="attempt_no")["value"].tolist()
    [0.0, 1.0]
    """
    target = files.real_folder(folder)
    files.check_target(target)
    with files.locked(target, on_wait):
        files.clear(target)
        files.check_target(target)
        store = _Store(data, target, replace=replace, parts=parts or {})
        with explaining(target), files.staging(target) as stage:
            added = store.written(stage)
    return dataclasses.replace(added, expired=expire(target, data.config.retention))


@dataclass(frozen=True)
class _Done:
    """What has been written aside: fates, imports, rejects, files gone and known, notes on names."""

    fates: dict[str, Fate]
    before: list[dict[str, Any]]
    this: dict[str, Any]
    rejects: pd.DataFrame
    gone: list[str]
    again: tuple[str, ...]
    names: list[str]


class _Store:
    """One addition: the data set that is there, what comes in, and how they are written."""

    def __init__(
        self, data: Dataset, target: Path, *, replace: bool, parts: Mapping[str, list[Path]]
    ) -> None:
        self.data, self.target, self.parts = data, target, parts
        is_there = files.is_data_set(target)
        self.replaced = is_there and replace
        self.told = _told(target / "dataset.json", anew=replace) if is_there else {}
        self.forgotten = ForgottenList.of(target)
        self.left_out: dict[str, int] = {}
        self.there = (
            {name: found for name in TABLES if (found := files.table_files(target, name))}
            if is_there and not replace
            else {}
        )
        self.by_month = (target / files.CALLS).is_dir() and self.told.get("format", 1) >= log.FORMAT
        if "calls" not in data.frames and not self.there:
            raise InputError(
                "there are no calls yet to add to", file=target,
                hint="Import the calls first; other tables join them.",
            )  # fmt: skip
        if self.there:
            _check_fits(data, self.told, target)
            check_stored(self.there, target)

    def written(self, stage: files.Staging) -> Addition:
        """Write what is new into the stage, and put it in place."""
        incoming = {name: self.parts.get(name) or [self._sunk(stage, name)] for name in self.data.frames}
        if self.forgotten is not None:
            incoming, self.left_out = left_out(incoming, self.forgotten, stage.scratch)
        connection = connect(memory=WRITING)
        followed = (
            self.told.get("format", 1) >= log.FORMAT,
            self.data.provenance.get("format", 1) >= log.FORMAT,
        )
        merge = Merge(connection, self.there, incoming, followed)
        fates = {name: merge.fate(name) for name in incoming}
        gone = self._write_calls(stage, merge) + self._write_tables(stage, merge)
        before = log.lines(self.told, log.span(connection, merge.there)) if self.there else []
        this = log.line(self.data.provenance, log.span(connection, merge.incoming))
        come = self.data.rejects.frame()
        come = come if self.forgotten is None else self.forgotten.emptied(come)
        rejects = log.rejects_together(self._rejects(), before, come, this)
        self._write_rejects(stage, rejects)
        known = log.hashes(before)
        again = tuple(f["name"] for f in this.get("files", ()) if f["sha256"] in known)
        changes = self._changes(stage) or bool(gone)
        new_files = len(again) < len(this.get("files", ())) or not this.get("files")
        if self.there and not changes and not new_files:
            rows = self._rows(stage, set())
            stage.leave()
            return Addition(self.target, fates, rows, again)
        return self._commit(stage, _Done(fates, before, this, rejects, gone, again, merge.names.notes()))

    def _sunk(self, stage: files.Staging, name: str) -> Path:
        """Write what comes in as it is, whatever engine it is on."""
        file = stage.scratch / f"{name}.parquet"
        sink(canonical(self.data, name, hidden=True), file)
        return file

    def _write_calls(self, stage: files.Staging, merge: Merge) -> list[str]:
        """Write the months that are new or other than they were; return the files that are gone."""
        merge.number_calls()
        months = merge.months() or [files.UNDATED]
        touched = months if not (self.there and self.by_month) else merge.months_touched()
        written = [month for month in months if month in touched or not self._fits(month, merge)]
        with merge.connection.sql(merge.calls(written)).to_arrow_reader(files.GROUP) as reader:
            file_of = lambda month: stage.file(f"{files.CALLS}/{month}.parquet")  # noqa: E731
            write_months(reader, file_of, merge.columns_of_calls())
        if not merge.months():
            self._write(merge.connection, merge.no_calls(), file_of(files.UNDATED))
        return self._gone({f"{files.CALLS}/{month}.parquet" for month in months}, calls=True)

    def _fits(self, month: str, merge: Merge) -> bool:
        """Tell whether a month's file has the columns and types that it would be written with."""
        file = self.target / files.CALLS / f"{month}.parquet"
        if not file.exists():
            return False
        found = merge.connection.sql(f"FROM {parquet_rows([file])}")
        have = dict(zip(found.columns, map(str, found.types), strict=True))
        return merge.would_have(have)

    def _write_tables(self, stage: files.Staging, merge: Merge) -> list[str]:
        written = {f"{name}.parquet" for name in merge.types if name != files.CALLS}
        for name in merge.types:
            if name != files.CALLS and self._may_change(name, merge):
                self._write(merge.connection, merge.table(name), stage.file(f"{name}.parquet"))
        return self._gone(written, calls=False)

    def _may_change(self, name: str, merge: Merge) -> bool:
        if name in merge.incoming or name in FOLLOWING_CALLS or not self.by_month:
            return True
        return merge.respelt(name)

    def _gone(self, kept: set[str], *, calls: bool) -> list[str]:
        """Return the files of tables that are no more: another layout's, an empty month's."""
        old = [name for name in files.data_files(self.target) if name.endswith(".parquet")]
        of_calls = [name for name in old if name.startswith(f"{files.CALLS}/") or name == "calls.parquet"]
        chosen = of_calls if calls else [n for n in old if n not in of_calls and n != "rejects.parquet"]
        return [name for name in chosen if name not in kept]

    def _write(self, connection: duckdb.DuckDBPyConnection, sql: str, file: Path) -> None:
        """Write a file, unless it is to the byte the one that is there."""
        with connection.sql(sql).to_arrow_reader(files.GROUP) as reader:
            write_parquet(reader, reader.schema, file)

    def _rejects(self) -> pd.DataFrame:
        import pandas as pd

        file = self.target / "rejects.parquet"
        empty = pd.DataFrame(columns=[*log.COLUMNS, "import"])
        return read_rejects(file) if self.there and file.exists() else empty

    def _write_rejects(self, stage: files.Staging, rejects: pd.DataFrame) -> None:
        write_rejects(rejects, stage.file("rejects.parquet"), self.target / "rejects.parquet")

    def _changes(self, stage: files.Staging) -> bool:
        """Drop what is as it was; tell whether anything is left."""
        for file in [f for f in stage.place.rglob("*.parquet") if stage.scratch not in f.parents]:
            old = self.target / file.relative_to(stage.place)
            if old.exists() and filecmp.cmp(old, file, shallow=False):
                file.unlink()
        return any(stage.scratch not in f.parents for f in stage.place.rglob("*.parquet"))

    def _commit(self, stage: files.Staging, done: _Done) -> Addition:
        self._check_ranges(stage)
        rows = self._rows(stage, set(done.gone))
        before = self.told.get("notes", ()) if self.there else ()
        added = Addition(
            self.target, done.fates, rows, done.again,
            removed=self.told.get("rows", {}) if self.replaced else {},
            removed_span=_removed_span(self.told) if self.replaced else None,
            notes=(*self._forgotten_note(), *(note for note in done.names if note not in before)),
        )  # fmt: skip
        this = {**done.this, "nothing_new": True} if done.before and added.nothing_new else done.this
        like = {**self.data.provenance, **self._decided()}
        imports = log.with_line(done.before, this)
        said = log.whole(imports, rows, done.rejects, self.told if done.before else like, done.names)
        files.write_json(said, stage.file("dataset.json"))
        added = replace(added, project=tuple(self._project_file(stage)))
        stage.commit(done.gone)
        return added

    def _forgotten_note(self) -> Iterator[str]:
        if rows := sum(self.left_out.values()):
            yield notes.write(notes.FORGOTTEN, count=rows)

    def _check_ranges(self, stage: files.Staging) -> None:
        """Refuse what comes in with values that would keep the folder from being opened again."""
        for file in [f for f in stage.place.rglob("*.parquet") if stage.scratch not in f.parents]:
            name = file.relative_to(stage.place).as_posix()
            table = name.split("/")[0].removesuffix(".parquet")
            if table in TABLES:
                check_ranges(table, [file], shown=name)

    def _decided(self) -> dict[str, str]:
        """Return the clock and the currency of what comes in."""
        known, config = self.data.provenance, self.data.config
        return {key: known.get(key) or getattr(config, key) for key in ("time_zone", "currency")}

    def _project_file(self, stage: files.Staging) -> list[str]:
        """Write the project's file where there is none; where the data begin anew, let it fit them."""
        file, decided = self.target / FILE_NAME, self._decided()
        if not file.exists():
            write_project_file(replace(self.data.config, **decided), stage.file(FILE_NAME))
            return []
        return restate(file, decided, stage.file(FILE_NAME)) if self.replaced else []

    def _rows(self, stage: files.Staging, gone: set[str]) -> dict[str, int]:
        """Count the rows of each table as it will be."""
        found: dict[str, Path] = {
            name: self.target / name for name in files.data_files(self.target) if name not in gone
        }
        found |= {
            f.relative_to(stage.place).as_posix(): f
            for f in stage.place.rglob("*.parquet")
            if stage.scratch not in f.parents
        }
        rows: dict[str, int] = {}
        for name, file in sorted(found.items()):
            table = name.split("/")[0].removesuffix(".parquet")
            if table in TABLES:
                rows[table] = rows.get(table, 0) + pq.read_metadata(engine_path(file)).num_rows
        return {name: rows[name] for name in TABLES if name in rows}


def _told(file: Path, *, anew: bool) -> dict[str, Any]:
    """Return what is said of the data that are there; where they give way to others, no damage matters."""
    try:
        return log.provenance_of(file)
    except InputError:
        if anew:
            return {}
        raise


def _removed_span(told: Mapping[str, Any]) -> tuple[str, str] | None:
    spans = [(i["begin"], i["end"]) for i in told.get("imports", ()) if "begin" in i]
    return (min(s[0] for s in spans), max(s[1] for s in spans)) if spans else None


def _check_fits(data: Dataset, told: Mapping[str, Any], target: Path) -> None:
    """Refuse what cannot be added: times of another clock, money of another currency."""
    there = {"time zone": told.get("time_zone"), "currency": told.get("currency")}
    come = {
        "time zone": data.provenance.get("time_zone") or data.config.time_zone,
        "currency": data.provenance.get("currency") or data.config.currency,
    }
    kinds = {column.type for column in _columns(data)}
    units = {column.unit for column in _columns(data)}
    matters = {"time zone": bool(kinds & {"instant", "clock"}), "currency": "money" in units}
    hints = {
        "time zone": "Say the same --time-zone, or begin anew with --replace.",
        "currency": "Say the currency of both in callstats.toml, or import into another folder.",
    }
    for what, value in there.items():
        if value is not None and value != come[what] and matters[what]:
            raise InputError(
                f"the data there have the {what} {value}, what is to be added has {come[what]}",
                file=target, hint=hints[what],
            )  # fmt: skip


def _columns(data: Dataset) -> list[Any]:
    return [TABLES[n][c] for n in data.frames for c in data.schemas[n] if c in TABLES[n].names]
