"""The command that drafts a mapping: map."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from callstats.cli.app import NO_PROJECT, Project, app, say, show
from callstats.cli.write_trials import check_file
from callstats.errors import CallstatsError, InputError, UsageError
from callstats.sources import books
from callstats.sources.scratch import scratch as scratch_folder

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: KPIs to hold against the dialer's own screen; the first five that the export has.
_HELD_AGAINST = (
    "dials", "calls_offered", "connect_rate", "answer_rate", "calls_answered", "successes",
    "conversion_per_conversation",
    "average_talk_time", "average_handle_time", "login_hours", "handled_calls",
)  # fmt: skip
_SHOWN = 5


@app.command(name="map")
def map_(
    *files: Path,
    to: Path | None = None,
    force: bool = False,
    time_zone: str | None = None,
    known: bool = False,
    project: Project = NO_PROJECT,
) -> int:
    """Draft the mapping of an export that is of no known system, and try it.

    Parameters
    ----------
    files
        The export: files, folders or patterns; files beside the calls too.
    to
        File to write the draft to; else it goes to stdout.
    force
        Write it even if the file exists.
    time_zone
        IANA zone of the dialer's clock, such as Europe/Paris.
    known
        Only list the systems that are recognised by their headers.
    """
    from callstats.sources.drafting import draft_mapping

    if known:
        _list_known()
        return 0
    if not files:
        raise UsageError("no file was named", hint="Name the export: callstats map FILE… --to mapping.toml")
    if to is not None and os.path.lexists(to) and not to.is_dir() and not force:
        raise UsageError(f"{to} exists already", hint="Give another name, or --force to write over it.")
    if to is not None:
        check_file(to)
    draft = draft_mapping(list(files), time_zone=time_zone)
    if to is None:
        print(draft, end="")
    else:
        _write(draft, to)
    for line in _dry_run(list(files), draft, project):
        say(line)
    return 0


def _write(draft: str, to: Path) -> None:
    try:
        to.write_text(draft, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{to} cannot be written: {error.strerror or error}") from error
    say(f"The draft was written to {to}.")


def _list_known() -> None:
    import pandas as pd

    from callstats.sources.drafting import recognised_by

    show(
        pd.DataFrame(recognised_by(), columns=pd.Index(["source", "system", "table", "recognised by"])),
        "table",
    )


def _dry_run(files: Sequence[Path], draft: str, project: Project) -> Iterator[str]:
    """Read the files by the draft, and tell what came of it."""
    from callstats import dataset

    todo = sum(mark in line for line in draft.splitlines() for mark in ("QUESTION:", "TODO:"))
    if todo:
        yield (
            f"{todo} line{'s' * (todo != 1)} of the draft ask{'s' * (todo == 1)} "
            "for your answer: QUESTION or TODO."
        )
    with scratch_folder("map") as scratch:
        mapping = Path(scratch) / "draft.toml"
        mapping.write_text(draft, encoding="utf-8")
        try:
            data = dataset.read(files, mapping=mapping, config=project.decided())
        except InputError as error:
            yield f"Tried: it cannot be read yet. {error}"
            return
    yield "Tried, nothing was written:"
    yield from (f"  {line}" for line in told(data))
    yield from (f"  {line}" for line in _effect_of_groups(files, draft, data))


def _effect_of_groups(files: Sequence[Path], draft: str, data: Dataset) -> Iterator[str]:
    """Tell what comes of cells that are written once for a group, by reading the files without it."""
    from callstats import dataset

    if "fill_down" not in tomllib.loads(draft).get("file", {}):
        return
    without = "\n".join(line for line in draft.splitlines() if not line.startswith("fill_down = "))
    with scratch_folder("map") as scratch:
        mapping = Path(scratch) / "draft.toml"
        mapping.write_text(without, encoding="utf-8")
        try:
            plain = dataset.read(files, mapping=mapping, config=data.config)
        except InputError:
            yield "fill_down: without it, the file cannot be read"
            return
    calls, fewer = (read.provenance["rows"]["calls"] for read in (data, plain))
    if calls != fewer:
        yield f"fill_down: {calls:,} calls, without it {fewer:,}"
    for column in ("agent_id", "campaign_id", "list_id"):
        known, before = _known(data, column), _known(plain, column)
        if known != before:
            yield f"fill_down: {column} is known of {known:,} calls, without it of {before:,}"


def _known(data: Dataset, column: str) -> int:
    import narwhals as nw

    if not data.has("calls", column):
        return 0
    return int(data.table("calls").select(nw.col(column).count()).collect().item())


def told(data: Dataset) -> list[str]:
    """Return what became of the rows and cells, and five figures to hold against the dialer's own screen."""
    lines = books.lines(data.provenance["books"])
    rejects = data.rejects.frame()
    if len(rejects):
        counts = rejects.assign(column=rejects["column"].fillna("the row")).groupby(["column", "rule"]).size()
        lines += [f"rejected for {column}: {count:,} ({rule})" for (column, rule), count in counts.items()]  # type: ignore[misc]
    for account in data.provenance["books"]:
        cells = account["unread_cells"].items()
        lines += [
            f"{account['file']}: {count:,} cells of {column} cannot be read and are unknown"
            for column, count in cells
        ]
    figures = list(_figures(data))
    if figures:
        lines += ["Hold these against the dialer's own screen:", *(f"  {line}" for line in figures)]
    return [" ".join(line.splitlines()) for line in lines]


def _figures(data: Dataset) -> Iterator[str]:
    import math

    from callstats.answers.core.measure import measure
    from callstats.kpis import get
    from callstats.show.format import Formatter

    form = Formatter("en", data.config.currency)
    found = 0
    for name in _HELD_AGAINST:
        kpi = get(name)
        try:
            value = float(measure(data, [kpi])["value"].iloc[0])
        except CallstatsError:
            continue
        if math.isnan(value) or (value == 0 and kpi.unit == "n"):
            continue
        found += 1
        yield f"{kpi.name}: {form.value(value, kpi.unit)}"
        if found == _SHOWN:
            return
