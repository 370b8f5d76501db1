"""The commands that import and check data: import, check."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from callstats.cli.app import Format, app, arrive, open_data, read_export, say, show
from callstats.sources import books

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.trust.data_check import DataQuality
    from callstats.config import Config
    from callstats.dataset import Addition


@app.command(name="import")
def import_(
    *files: str,
    to: Path,
    source: str | None = None,
    mapping: Path | None = None,
    time_zone: str | None = None,
    period: str | None = None,
    config: Path | None = None,
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
    period
        Of a database, the days to ask for: 2026-09, 2026-W36, 2026-09-01..2026-09-14; else all is read.
    config
        Project file; ./callstats.toml where there is one, else that of the folder.
    replace
        Begin anew: remove the data that are in the folder.
    """
    from callstats import dataset
    from callstats.answers.trust.data_check import check as run_checks

    decided = _decided(to, config, anew=replace)
    arrived = arrive(list(files), source, mapping, time_zone, decided, period)
    data = arrived.data
    waiting = partial(say, f"Another import is writing to {to}: waiting until it is done.")
    added = dataset.add(data, to, replace=replace, on_wait=waiting, parts=arrived.parts)
    for line in (*books.lines(data.provenance["books"]), *data.provenance["notes"], *told(added, to)):
        say(line)
    quality = run_checks(dataclasses.replace(dataset.open(to), rejects=data.rejects))
    if quality.lacking:
        say(f"Some KPIs cannot be computed from it: `callstats check {to}` lists what they need.")
    return _tell(quality, quality.to_frame(information=False), "table")


def _decided(to: Path, config: Path | None, *, anew: bool) -> Config:
    """Return what the project has decided; where it says nothing, what the data there were read with."""
    from callstats.config import FILE_NAME, load, stated_keys
    from callstats.dataset.store_log import provenance_of

    beside = None if config is not None or Path(FILE_NAME).exists() else to / FILE_NAME
    known = load(beside if beside is not None and beside.exists() else config)
    there = {} if anew else provenance_of(to / "dataset.json")
    said = stated_keys(config)
    kept = {key: there[key] for key in ("time_zone", "currency") if there.get(key) and key not in said}
    return dataclasses.replace(known, **kept)


def told(added: Addition, to: Path) -> Iterator[str]:
    """Yield what an import has done to the data in a folder."""
    if added.removed:
        rows = ", ".join(f"{count:,} {_called(name)}" for name, count in added.removed.items())
        days = " ({} to {})".format(*(at[:10] for at in added.removed_span)) if added.removed_span else ""
        yield f"removed what was there: {rows}{days}"
    for name in added.known:
        yield f"{name} was imported before, the same to the byte"
    if added.known and added.nothing_new:
        yield "nothing was new: the data are as they were"
    for name, fate in added.fates.items():
        parts = [(fate.new, "new"), (fate.changed, "in place of earlier ones"), (fate.same, "there already")]
        said = ", ".join(f"{count:,} {what}" for count, what in parts if count)
        yield f"{_called(name)}: {said or 'none'}"
    yield f"{added.rows['calls']:,} calls in {to}"


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
    config: Path | None = None,
    format: Format = "table",
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
    config
        Project file; ./callstats.toml where there is one.
    format
        How to print the list.
    """
    from callstats.answers.trust.data_check import check as run_checks

    if source or mapping:
        opened = read_export([data], source, mapping, time_zone, config)
    else:
        opened = open_data(data, config)
    found = run_checks(opened)
    return _tell(found, found.to_frame(), format)


def _tell(quality: DataQuality, listed: pd.DataFrame, form: Format) -> int:
    """Print the findings and return the exit code."""
    show(listed, form, empty="Nothing to report: no row was left out and nothing looks wrong.")
    return 1 if len(quality) else 0
