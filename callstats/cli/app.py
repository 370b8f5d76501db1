"""What the commands share: the app, option types, opening data, printing."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from callstats import __version__
from callstats.errors import UsageError, harmless

if TYPE_CHECKING:
    from callstats.config import Config
    from callstats.dataset import Dataset, Incoming
    from callstats.sources.servers import Fetched

Format = Literal["table", "csv", "json", "xlsx"]
Out = Annotated[
    Path | None,
    Parameter(help="Write a workbook to this file, NAME.xlsx; without it, xlsx goes to where stdout leads."),
]
Language = Literal["en", "fr", "ru"]
Lang = Annotated[Language | None, Parameter(help="en, fr or ru; the project's own where left out.")]
Audience = Annotated[
    Literal["internal", "client"] | None,
    Parameter(
        help="client: no agent's name, no cost, no row of the export, no code; that of callstats.toml where "
        "left out, internal where it says nothing.",
        show_default=False,
    ),
]
DateOrder = Literal["day-first", "month-first"]
Words = Annotated[list[str], Parameter(negative=(), show_default=False)]

app = App(
    name="callstats",
    help="From a dialer's export to a report you can defend.",
    version=__version__,
    help_format="plaintext",
    suppress_keyboard_interrupt=False,  # the border says that it was stopped
)


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Project:
    """The options of every command that reads what the project has decided."""

    config: Annotated[Path | None, Parameter(help="Project file; callstats.toml where left out.")] = None
    set: Annotated[
        list[str],
        Parameter(
            help="Decide otherwise than the file: money.cost_per_hour=50; repeat for several.",
            negative=(),
            show_default=False,
        ),
    ] = field(default_factory=list)

    def decided(self) -> Config:
        """Return what the project file says, and what was set beside it."""
        from callstats.config import load, overridden

        return told_of_settings(overridden(load(self.config), self.set), self)


#: Nothing named and nothing set.
NO_PROJECT = Project()


def told_of_settings(config: Config, project: Project) -> Config:
    """Tell which settings of the file no definition reads; refuse those set beside it.

    Raises
    ------
    UsageError
        ``--set`` names a setting that no definition reads.
    """
    if not config.settings:
        return config
    from callstats.config import overridden
    from callstats.kpis.settings_read import unread_settings

    beside = overridden(dataclasses.replace(config, settings={}), project.set).settings
    for name, near in unread_settings(config.settings).items():
        if name in beside:
            raise UsageError(f"no KPI reads the setting {name!r}", near=near, hint=_SETTINGS)
        meant = f" Did you mean {' or '.join(map(repr, near))}?" if near else f" {_SETTINGS}"
        say(f"callstats.toml: no KPI reads the setting {name!r}.{meant}")
    return config


_SETTINGS = "docs/project_file.md lists the settings that KPIs read."


def open_data(data: str, project: Project) -> Dataset:
    """Open a folder or a DuckDB file."""
    from callstats import dataset
    from callstats.config import load

    opened = dataset.open(data, config=None if project.config is None else load(project.config))
    engine, opened = opened.config.engine, opened.configured(project.set)
    if opened.config.engine != engine:  # it bounds the connection, which is there from the start
        opened = dataset.open(data, config=opened.config)
    told_of_settings(opened.config, project)
    return opened


def in_language(opened: Dataset, lang: str | None) -> Dataset:
    """Return data whose answers are told in a language, in the project's own without one."""
    if lang is None:
        return opened
    return dataclasses.replace(opened, config=dataclasses.replace(opened.config, language=lang))


def read_export(
    files: Sequence[str | Path],
    source: str | None,
    mapping: Path | None,
    time_zone: str | None,
    project: Project,
    *,
    dates: DateOrder | None = None,
) -> Dataset:
    """Read what a dialer or CRM wrote."""
    from callstats import dataset

    _check_named(files)
    return dataset.read(
        files, source=source, mapping=mapping, time_zone=time_zone, dates=dates, config=project.decided()
    )


def arrive(
    files: Sequence[str | Path],
    source: str | None,
    mapping: Path | None,
    time_zone: str | None,
    *,
    dates: DateOrder | None,
    decided: Config,
    period: str | None,
) -> Incoming:
    """Read an export to add it to a data set; of a long one and of a database, say how far it is."""
    from callstats import dataset

    _check_named(files)
    on_part, on_day = (_progress, _days) if sys.stderr.isatty() else (None, None)
    return dataset.arrive(
        files, source=source, mapping=mapping, time_zone=time_zone, dates=dates, config=decided,
        period=period, on_part=on_part, on_day=on_day,
    )  # fmt: skip


def _check_named(files: Sequence[str | Path]) -> None:
    if not files:
        raise UsageError(
            "no file was named", hint="Name the export: callstats import FILE… --source vicidial --to DIR"
        )


def _progress(rows: int) -> None:
    print(f"\r{rows:,} rows", end="\r", file=sys.stderr, flush=True)


def _days(fetched: Fetched) -> None:
    day = f"{fetched.last}: " if fetched.last else ""
    line = f"\r{day}{fetched.done} of {fetched.total} days, {fetched.rows:,} rows"
    print(line, end="\r", file=sys.stderr, flush=True)


def pairs(words: list[str]) -> dict[str, str]:
    """Split name=value words.

    Examples
    --------
    >>> pairs(["campaign_id=spring"])
    {'campaign_id': 'spring'}
    """
    values = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise UsageError(f"{word!r} is not of the form name=value")
        values[name] = value
    return values


def show(
    frame: Any,
    form: Format,
    empty: str = "Nothing found.",
    *,
    out: Path | None = None,
    book: Callable[[], bytes] | None = None,
) -> None:
    """Print a data frame to stdout, or write it as a workbook.

    Parameters
    ----------
    frame : pandas.DataFrame
    form : str
    empty : str
        What a table without rows says.
    out : Path, optional
        The workbook.
    book : callable, optional
        Makes the workbook where it is more than the frame.
    """
    if asked_format(form, out) == "xlsx":
        deliver(book or (lambda: _book(frame)), out)
    elif form == "csv":
        from callstats.show.tabular import safe_frame

        print(safe_frame(frame).to_csv(index=False), end="")
    elif form == "json":
        print(frame.to_json(orient="records", double_precision=15, force_ascii=False, date_format="iso"))
    elif frame.empty:
        print(empty)
    else:
        from callstats.show.tabular import plain_table

        print(plain_table(frame))


def asked_format(form: Format, out: Path | None) -> Format:
    """Return the format that was asked for: that of the file, where one is named. Asked before any work.

    Raises
    ------
    UsageError
        The file is no workbook or cannot be written, the format goes to stdout alone, or a workbook would
        go to a terminal.
    """
    if out is None:
        if form == "xlsx" and sys.stdout.isatty():
            raise UsageError("a workbook is no text for a terminal", hint="Name a file: --out NAME.xlsx")
        return form
    from callstats.cli.write_trials import check_file

    if form not in ("table", "xlsx"):
        raise UsageError(f"--out is for workbooks, not for {form}", hint=f"Redirect it: > {out.stem}.{form}")
    if out.suffix.lower() != ".xlsx":
        raise UsageError(f"{out.name!r} is no workbook", hint="Its name ends in .xlsx.")
    check_file(out)
    return "xlsx"


def deliver(book: Callable[[], bytes], out: Path | None) -> None:
    """Write a workbook to its file, and say where it is; else to stdout."""
    if out is not None:
        from callstats.answers.core.answer_workbook import write_workbook

        print(write_workbook(book(), out))
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(book())
    sys.stdout.buffer.flush()


def _book(frame: Any) -> bytes:
    from callstats.answers.core.answer_workbook import frame_workbook

    return frame_workbook(frame, "callstats")


def say(text: str) -> None:
    """Print messages or progress to stderr."""
    print(harmless(text), file=sys.stderr, flush=True)
