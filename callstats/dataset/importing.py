"""Read an export: source, checks, derived columns, and provenance."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callstats.config import Config
from callstats.dataset.long_export import LongExport
from callstats.dataset.period import Period
from callstats.dataset.reading import read_tables, unnamed
from callstats.dataset.rejects import Rejects
from callstats.dataset.store_log import FORMAT
from callstats.errors import UsageError
from callstats.sources import find, guess, known, notes, pieces, servers, site_settings
from callstats.sources import mapping as mapping_files
from callstats.sources.base import Source
from callstats.sources.date_order import order_of_files
from callstats.sources.reader import TooLongError
from callstats.sources.scratch import new_scratch, remove, remove_at_exit
from callstats.sources.times import AmbiguousDatesError, known_zone

if TYPE_CHECKING:
    from callstats.dataset.core import Dataset


#: Tables, what was left out, and where it all came from.
ReadIn = tuple[Mapping[str, Any], Rejects, dict[str, Any]]


@dataclass(frozen=True)
class Incoming:
    """An export that has been read.

    Attributes
    ----------
    data : Dataset
        Its tables. Of a long export without the columns that follow from other rows.
    parts : mapping of str to list of Path
        The files in which the tables of a long export are laid down, part by part; empty otherwise.
    """

    data: Dataset
    parts: Mapping[str, list[Path]] = field(default_factory=dict)
    kept: LongExport | None = None

    def whole(self) -> Dataset:
        """Return a data set that answers every question: a long export as one on disk."""
        if not self.parts:
            return self.data
        from callstats.dataset.adding import add
        from callstats.dataset.opening import open

        folder = new_scratch("data")
        try:
            add(self.data, folder / "data", parts=self.parts)
            opened = open(folder / "data", config=self.data.config)
        except BaseException:
            remove(folder)
            raise
        # a frame may outlive the data set it was taken from: the files stay until the process ends
        atexit.register(remove_at_exit, folder, os.getpid())
        told = {**self.data.provenance, **{key: opened.provenance[key] for key in ("rows", "notes")}}
        return replace(opened, rejects=self.data.rejects, provenance=told)


def read(
    files: str | Path | Iterable[str | Path],
    *,
    source: str | None = None,
    mapping: str | Path | None = None,
    time_zone: str | None = None,
    dates: str | None = None,
    config: Config | None = None,
    period: str | Period | None = None,
) -> Dataset:
    r"""Read what a dialer or CRM exported, or the database that it writes to.

    Parameters
    ----------
    files : path or iterable of paths
        Files, or folders with files named like the source's tables; or the address of a database, such as
        ``mysql://reader@dialer/asterisk``, ``postgresql://…``, ``sqlite:///calls.db`` or ``duckdb:///calls.duckdb``.
    source : str, optional
        A known system, such as ``vicidial``; if omitted, it is detected from the columns.
    mapping : path, optional
        A mapping file (TOML) that describes any other export.
    time_zone : str, optional
        IANA zone of the clock the export's times were read from; if omitted, that
        of the mapping, else of the project file.
    dates : {"day-first", "month-first"}, optional
        How dates are written that could be either; dates that tell it themselves need it not.
    config : Config, optional
        Its ``sources`` say what is particular to the site's exports: own outcome codes, the order of dates.
    period : str or Period, optional
        Of a database, the days to ask for, such as ``2026-09``; else everything is read.

    Returns
    -------
    Dataset
        Its ``rejects`` say what was left out and why, its ``provenance`` where
        the rows came from.

    Raises
    ------
    InputError
        A file cannot be read in the form it was declared to have, or a database cannot be reached.
    UsageError
        The source or the order of dates is unknown, both a source and a mapping are named, the
        address is none, or a period is asked of files.

    Examples
    --------
    >>> import tempfile
    >>> export = Path(tempfile.mkdtemp()) / "vicidial_log.csv"
    >>> _ = export.write_text(
    ...     "uniqueid,lead_id,list_id,campaign_id,call_date,start_epoch,length_in_sec,status,user\n"
    ...     "1788861600.1,7,101,spring,2026-09-08 12:00:00,1788861600,95,SALE,anna\n"
    ...     "1788861660.2,8,101,spring,2026-09-08 12:01:00,1788861660,70000,NI,anna\n"
    ... )
    >>> ds = read(export, source="vicidial", time_zone="Europe/Paris")
    >>> ds.provenance["rows"], ds.rejects.summary()["rule"].tolist()
    ({'calls': 1}, ['a duration is under 65,000 seconds'])

    The same from a database, of one day:

    >>> import sqlite3
    >>> file = export.with_name("dialer.db")
    >>> with sqlite3.connect(file) as base:
    ...     _ = base.execute(f"CREATE TABLE vicidial_log ({export.read_text().splitlines()[0]})")
    ...     for line in export.read_text().splitlines()[1:]:
    ...         _ = base.execute(f"INSERT INTO vicidial_log VALUES ({','.join('?' * 9)})", line.split(","))
    >>> base.close()
    >>> ds = read(f"sqlite:///{file}", source="vicidial", time_zone="Europe/Paris", period="2026-09-08")
    >>> ds.provenance["rows"], ds.provenance["files"][0]["name"]
    ({'calls': 1}, 'sqlite:///dialer.db/vicidial_log')
    """
    arrived = arrive(
        files, source=source, mapping=mapping, time_zone=time_zone, dates=dates, config=config, period=period
    )
    return arrived.whole()


def arrive(
    files: str | Path | Iterable[str | Path],
    *,
    source: str | None = None,
    mapping: str | Path | None = None,
    time_zone: str | None = None,
    dates: str | None = None,
    config: Config | None = None,
    period: str | Period | None = None,
    on_part: Callable[[int], None] | None = None,
    on_day: Callable[[servers.Fetched], None] | None = None,
) -> Incoming:
    """Read an export to add it to a data set; a long one is laid down in files, part by part.

    The parameters are those of :func:`read`.

    Parameters
    ----------
    on_part : callable, optional
        Called after each part of a long export with the rows that have been read.
    on_day : callable, optional
        Called after each day that has been read from a database.

    Returns
    -------
    Incoming
        Of a long export without the columns that follow from other rows, which the data set makes.
    """
    from callstats.dataset.core import Dataset

    config = config or Config()
    paths = [files] if isinstance(files, str | Path) else list(files)
    site_settings.check(config.sources)
    address, asked = _asked(paths, period)
    chosen, zone = _source(paths, source, mapping, time_zone, config)
    chosen = _as_the_site_writes(chosen, dates, config)
    tolerance = config.unknown_tolerance
    if address is not None:
        parts = LongExport(chosen, zone, tolerance)
        read_in = parts.read_pieces(servers.pieces_from(address, chosen, asked, zone, progress=on_day))
    else:
        try:
            parts, read_in = _read_files(paths, chosen, zone, tolerance, on_part)
        except AmbiguousDatesError:  # another file of the export may tell
            order = order_of_files(paths, chosen) if not chosen.dates else ""
            if not order:
                raise
            as_shown = replace(chosen, dates=order)
            parts, read_in = _read_files(paths, as_shown, zone, tolerance, on_part)
    tables, rejects, provenance = read_in
    if time_zone is None and chosen.time_zone == "server" and config.time_zone == Config().time_zone:
        provenance["notes"].append(notes.write(notes.NO_ZONE, zone=zone))
    if chosen.choose and chosen.dates:
        provenance["dates"] = chosen.dates
    provenance |= {"currency": config.currency, "format": FORMAT, "unnamed": unnamed(chosen)}
    config = replace(config, time_zone=zone) if config.time_zone == Config().time_zone else config
    data = Dataset(tables, config=config, provenance=provenance, rejects=rejects)
    return Incoming(data) if parts is None else Incoming(data, parts.files, parts)


def _read_files(
    paths: list[str | Path],
    source: Source,
    zone: str,
    tolerance: float,
    on_part: Callable[[int], None] | None,
) -> tuple[LongExport | None, ReadIn]:
    """Read an export whole, or part by part where it is long."""
    if not pieces.are_due(paths, source):
        in_parts = pieces.are_long if pieces.can_be_divided(source) else None
        with suppress(TooLongError):  # short in bytes, and long in rows
            return None, read_tables(paths, source, zone, tolerance, in_parts)
    parts = LongExport(source, zone, tolerance)
    return parts, parts.read(paths, on_part)


def _asked(
    paths: list[str | Path], period: str | Period | None
) -> tuple[servers.Address | None, Period | None]:
    """Return the database that is meant, if it is one, and the days to ask it for."""
    asked = None if period is None else Period.parse(period)
    addresses = [str(path) for path in paths if servers.is_address(path)]
    if addresses and len(paths) > 1:
        hint = "Import the files after it, into the same folder."
        raise UsageError("a database is read by itself", hint=hint)
    if asked is not None and not addresses:
        raise UsageError(
            "a file is read whole: a period is asked of a database alone",
            hint="Import it, and ask for the period afterwards: callstats measure DATA KPI --period 2026-09.",
        )
    return (servers.parse_address(addresses[0]) if addresses else None), asked


def _source(
    paths: list[str | Path],
    name: str | None,
    mapping_file: str | Path | None,
    zone: str | None,
    config: Config,
) -> tuple[Source, str]:
    """Return the source to read the files with, and the zone of its clock."""
    if name is not None and mapping_file is not None:
        raise UsageError("both a source and a mapping are named", hint="Name one of them.")
    if mapping_file is not None:
        chosen = mapping_files.load(mapping_file)
        if zone is not None:
            chosen = replace(chosen, time_zone=zone)
    else:
        chosen = find(name) if name is not None else _guessed(paths)
    if chosen.time_zone not in ("server",) and not chosen.time_zone.startswith("column:"):
        return chosen, known_zone(chosen.time_zone)
    return chosen, known_zone(zone or config.time_zone)


def _as_the_site_writes(source: Source, dates: str | None, config: Config) -> Source:
    """Return a source with what the project file and this import say of it, the import first."""
    if source.choose and source.name in config.sources:
        source = site_settings.with_settings(source, config.sources[source.name])
    return replace(source, dates=site_settings.order_of_dates(dates or source.dates))


def _guessed(paths: list[str | Path]) -> Source:
    address = str(paths[0]) if paths else ""
    return servers.guess_from(address, known().values()) if servers.is_address(address) else guess(paths)
