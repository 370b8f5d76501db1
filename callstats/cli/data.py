"""The commands that import and check data: import, check."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from callstats.cli.app import (
    NO_PROJECT,
    DateOrder,
    Format,
    Out,
    Project,
    app,
    arrive,
    asked_format,
    open_data,
    read_export,
    say,
    show,
)
from callstats.cli.write_trials import check_folder
from callstats.sources import books

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.trust.data_check import DataQuality
    from callstats.config import Config, SourceSettings
    from callstats.dataset import Addition, Dataset


@app.command(name="import")
def import_(
    *files: str,
    to: Path,
    source: str | None = None,
    mapping: Path | None = None,
    time_zone: str | None = None,
    dates: DateOrder | None = None,
    period: str | None = None,
    project: Project = NO_PROJECT,
    replace: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Bring an export into the canonical tables, beside what is there; exit 1 when rows were left out.

    Parameters
    ----------
    files
        The export: files, or one folder of table files. Or the address of the dialer's database:
        mysql://reader@dialer/asterisk, mariadb://, postgresql://, sqlite:///calls.db or duckdb:///calls.db.
        Leave the password out: it is taken from CALLSTATS_DB_PASSWORD, MYSQL_PWD, PGPASSWORD, ~/.my.cnf or
        ~/.pgpass, or asked for.
    to
        Folder to write: new, or one an earlier import wrote, to which this one is added.
    source
        The dialer or CRM that wrote it, such as vicidial.
    mapping
        A mapping file (TOML) for anything else.
    time_zone
        IANA zone of the dialer's clock, such as Europe/Paris; that of the folder where it holds data.
    dates
        How dates are written that could be either; that of the folder where it was said before.
    period
        Of a database, the days to ask for: 2026-09, 2026-W36, 2026-09-01..2026-09-14; else all is read.
    replace
        Begin anew: remove the data that are in the folder.
    """
    from callstats import dataset
    from callstats.answers.trust.data_check import check as run_checks
    from callstats.dataset import store_files
    from callstats.dataset.identities import about_names

    check_folder(to)
    store_files.check_target(to)
    no_project = project.config is None and not _project_file(to).exists()
    decided = _decided(to, project, anew=replace)
    arrived = arrive(list(files), source, mapping, time_zone, dates=dates, decided=decided, period=period)
    data = arrived.data
    waiting = partial(say, f"Another import is writing to {to}: waiting until it is done.")
    added = dataset.add(data, to, replace=replace, on_wait=waiting, parts=arrived.parts)
    notes = [note for note in data.provenance["notes"] if not about_names(note)]  # the months decide those
    for line in (*books.lines(data.provenance["books"]), *notes, *added.notes, *told(added, to)):
        say(line)
    for line in _meanings_asked(data, project.config or _project_file(to)):
        say(line)
    quality = run_checks(dataclasses.replace(dataset.open(to), rejects=data.rejects))
    there = shlex.quote(str(to))  # whoever pastes the command names this folder, and runs nothing else
    if no_project:
        say(f"`callstats init {there}` drafts a project file: prices, targets, names, hours.")
    if quality.lacking:
        say(f"Some KPIs cannot be computed from it: `callstats check {there}` lists what they need.")
    return _tell(quality, quality.to_frame(information=False), "table")


def _decided(to: Path, project: Project, *, anew: bool) -> Config:
    """Return what the project has decided; where it says nothing, what the data there were read with."""
    from callstats.config import load, overridden, stated_keys
    from callstats.dataset.store_log import provenance_of

    known = load(project.config or (file if (file := _project_file(to)).exists() else None))
    known = overridden(known, project.set)
    there = {} if anew else provenance_of(to / "dataset.json")
    said = stated_keys(project.config) | {word.partition("=")[0].strip() for word in project.set}
    kept = {key: there[key] for key in ("time_zone", "currency") if there.get(key) and key not in said}
    return dataclasses.replace(known, **kept, sources=_as_read_before(known.sources, there))


def _project_file(to: Path) -> Path:
    """Return the project file where none is named: that of the working directory, else the folder's."""
    from callstats.config import FILE_NAME

    here = Path(FILE_NAME)
    return here if here.exists() else to / FILE_NAME


def _meanings_asked(data: Dataset, file: Path) -> Iterator[str]:
    """Yield the lines by which an analyst says what the codes mean that nothing else explains."""
    from callstats.answers.trust.code_meanings import lines_to_paste
    from callstats.answers.trust.searches import codes_without_meaning

    if codes := codes_without_meaning(data):
        header, *lines = lines_to_paste(data, codes)
        place = file if header.startswith("[sources.") else "the mapping"
        yield f"Outcome codes that nothing explains. Say in {place} what they mean, and import again:"
        yield from (header, *lines)


def _as_read_before(
    said: Mapping[str, SourceSettings], there: Mapping[str, Any]
) -> dict[str, SourceSettings]:
    """Return what is said of sources, with the order of dates that imports into the folder were told."""
    from callstats.config import SourceSettings
    from callstats.sources import known

    settings = dict(said)
    told_before = {item["source"]: item["dates"] for item in there.get("imports", ()) if "dates" in item}
    for name in known().keys() & told_before.keys():
        mine = settings.get(name, SourceSettings())
        settings[name] = dataclasses.replace(mine, dates=mine.dates or told_before[name])
    return settings


def told(added: Addition, to: Path) -> Iterator[str]:
    """Yield what an import has done to the data in a folder."""
    if added.removed:
        rows = ", ".join(books.counted(count, name) for name, count in added.removed.items())
        days = " ({} to {})".format(*(at[:10] for at in added.removed_span)) if added.removed_span else ""
        yield f"removed what was there: {rows}{days}"
    yield from added.project
    for name in added.known:
        yield f"{name} was imported before, the same to the byte"
    if added.known and added.nothing_new:
        yield "nothing was new: the data are as they were"
    for name, fate in added.fates.items():
        parts = [(fate.new, "new"), (fate.changed, "in place of earlier ones"), (fate.same, "there already")]
        said = ", ".join(f"{count:,} {what}" for count, what in parts if count)
        yield f"{_called(name)}: {said or 'none'}"
    if added.expired:
        rows = ", ".join(books.counted(count, _called(name)) for name, count in added.expired.rows.items())
        emptied = added.expired.emptied
        told = [f"{rows} from before {added.expired.before}"] if rows else []
        told += [f"the content of {emptied:,} rows left out"] if emptied else []
        yield f"kept for long enough, as [retention] says, and taken out: {' and '.join(told)}"
    left = added.rows.get("calls", 0) - added.expired.rows.get("calls", 0)
    yield f"{books.counted(left, 'calls')} in {to}"


def _called(table: str) -> str:
    return table.replace("_", " ")


@app.command
def check(
    data: str,
    /,
    *,
    source: str | None = None,
    mapping: Path | None = None,
    time_zone: str | None = None,
    dates: DateOrder | None = None,
    project: Project = NO_PROJECT,
    format: Format = "table",
    out: Out = None,
) -> int:
    """List what was rejected and what looks wrong; exit 1 when there is anything.

    Parameters
    ----------
    data
        An imported folder or a DuckDB file; with --source or --mapping, an export.
    source
        The dialer or CRM that wrote the export.
    mapping
        A mapping file for the export.
    time_zone
        IANA zone of the dialer's clock.
    dates
        How dates of the export are written that could be either.
    format
        How to print the list.
    """
    from callstats.answers.trust.data_check import check as run_checks

    format = asked_format(format, out)
    if source or mapping:
        opened = read_export([data], source, mapping, time_zone, project, dates=dates)
    else:
        opened = open_data(data, project)
    found = run_checks(opened)
    return _tell(found, found.to_frame(), format, out)


def _tell(quality: DataQuality, listed: pd.DataFrame, form: Format, out: Path | None = None) -> int:
    """Print the findings and return the exit code."""
    show(listed, form, empty="Nothing to report: no row was left out and nothing looks wrong.", out=out)
    return 1 if len(quality) else 0
