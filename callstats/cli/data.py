"""The commands that import and check data: import, check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from callstats.cli.app import Format, app, open_data, read_export, say, show
from callstats.sources import books

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.trust.data_check import DataQuality


@app.command(name="import")
def import_(
    *files: Path,
    to: Path,
    source: str | None = None,
    mapping: Path | None = None,
    time_zone: str | None = None,
    config: Path | None = None,
) -> int:
    """Bring an export into the canonical tables; exit 1 when rows were left out.

    Parameters
    ----------
    files
        The export: files, or one folder of table files.
    to
        Folder to write: new, or one an earlier import wrote.
    source
        The dialer or CRM that wrote it, such as vicidial.
    mapping
        A mapping file (TOML) for anything else.
    time_zone
        IANA zone of the dialer's clock, such as Europe/Paris.
    config
        Project file; ./callstats.toml where there is one.
    """
    from callstats.answers.trust.data_check import check as run_checks

    data = read_export(list(files), source, mapping, time_zone, config)
    data.save(to)
    for line in (*books.lines(data.provenance["books"]), *data.provenance["notes"]):
        say(line)
    say(f"{data.provenance['rows']['calls']:,} calls written to {to}")
    quality = run_checks(data)
    if quality.lacking:
        say(f"Some KPIs cannot be computed from it: `callstats check {to}` lists what they need.")
    return _tell(quality, quality.to_frame(information=False), "table")


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
        opened = read_export([Path(data)], source, mapping, time_zone, config)
    else:
        opened = open_data(data, config)
    found = run_checks(opened)
    return _tell(found, found.to_frame(), format)


def _tell(quality: DataQuality, listed: pd.DataFrame, form: Format) -> int:
    """Print the findings and return the exit code."""
    show(listed, form, empty="Nothing to report: no row was left out and nothing looks wrong.")
    return 1 if len(quality) else 0
