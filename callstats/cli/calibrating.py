"""The command that measures the methods themselves: calibrate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from callstats.cli.app import (
    NO_PROJECT,
    Format,
    Out,
    Project,
    Words,
    app,
    asked_format,
    open_data,
    pairs,
    say,
    show,
)
from callstats.cli.write_trials import check_file
from callstats.errors import UsageError

if TYPE_CHECKING:
    from callstats.calibrate import Calibration


@app.command
def calibrate(  # noqa: PLR0913 - all by name
    *,
    runs: int = 1000,
    seed: int = 1,
    jobs: int = 1,
    situation: Words = [],  # noqa: B006 - read by the parser, never changed
    data: str | None = None,
    kpi: str | None = None,
    by: str = "list_id",
    where: Words = [],  # noqa: B006
    project: Project = NO_PROJECT,
    format: Format = "table",
    out: Out = None,
    plot: Path | None = None,
    page: Path | None = None,
) -> int:
    """Measure how often the tests and intervals err; exit 1 when a default is out of bounds.

    Parameters
    ----------
    runs
        Simulated samples of each situation.
    seed
        The same seed gives the same rates, on any number of jobs.
    jobs
        Processes to work with.
    situation
        Only this situation, or what it is about (day-shocks, caps, loading-days, looks, charts, hours,
        bridge, forecasts, skewed-money, agents, rates, shares, contacts-and-agents); repeat for several.
    data
        Your own data (an imported folder or a DuckDB file): its arms are permuted, so that nothing differs,
        and samples like it show which figures can be trusted at what size.
    kpi
        With --data: the KPI to compare.
    by
        With --data: the column of the arms.
    where
        With --data: only these rows, column=value; repeat for several.
    format
        How to print it; csv, json and xlsx carry full precision.
    plot
        Draw it into this file (.svg or .png).
    page
        Write its tables into this page (.md), between marks like those of docs/calibration.md.
    """
    from callstats.calibrate import calibrate as run_calibration
    from callstats.calibrate.calibration_page import check_page, write_tables

    format = asked_format(format, out)
    if data is None and (kpi or where):
        raise UsageError("--kpi and --where are about your own data", hint="Name it: --data DIR.")
    if plot is not None and plot.suffix not in (".svg", ".png"):
        raise UsageError(f"{plot.name!r} is neither .svg nor .png")
    if plot is not None:
        check_file(plot)
    if page is not None:
        check_page(page)
        check_file(page)
    opened = None if data is None else open_data(data, project).where(**pairs(where))
    calibration = run_calibration(
        list(situation) or None,
        runs=runs,
        seed=seed,
        jobs=jobs,
        data=opened,
        kpi=kpi,
        by=by,
        progress=lambda name, done, every: say(f"{done:3} of {every}  {name}"),
    )
    for sentence in calibration.told:
        say(sentence)
    show(calibration.table() if format == "table" else calibration.to_frame(), format, out=out)
    if plot is not None:
        _draw(calibration, plot)
    if page is not None:
        write_tables(page, calibration.rows)
    say(calibration.verdict)
    return 1 if calibration.broken else 0


def _draw(calibration: Calibration, path: Path) -> None:
    """Write the plot, the same bytes for the same rates."""
    from callstats.show.pictures import to_svg

    figure = calibration.plot().figure
    if path.suffix == ".svg":
        path.write_text(to_svg(figure, calibration.verdict) + "\n", encoding="utf-8")
    else:
        figure.savefig(path, dpi=150)
