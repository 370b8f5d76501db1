"""The commands that make many reports at once, or lay them out: monthly, demo, notebooks."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from callstats.cli.app import NO_PROJECT, Audience, Lang, Language, Project, Words, app, pairs, say
from callstats.cli.data import check
from callstats.cli.reports import Formats
from callstats.cli.stop_signals import heeded
from callstats.cli.write_trials import check_folder
from callstats.dataset.last_month import LAST
from callstats.errors import UsageError, near_names

if TYPE_CHECKING:
    from callstats.report.batch import Progress

Many = Annotated[list[str], Parameter(negative=(), consume_multiple=True, show_default=False)]


@app.command
def monthly(
    data: str,
    /,
    *,
    period: str,
    lang: Lang = None,
    only: Many = [],  # noqa: B006
    where: Words = [],  # noqa: B006
    format: Formats = ["html", "pdf"],  # noqa: B006
    audience: Audience = None,
    out: Path = Path("reports"),
    project: Project = NO_PROJECT,
    jobs: int | None = None,
    again: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Make every report of a month and an index of them; exit 4 when one of them failed.

    Reports that exist and are up to date are not made again.

    Parameters
    ----------
    data
        An imported folder or a DuckDB file.
    period
        The month, such as 2026-09, or last, the last whole one.
    only
        Names of reports, such as campaign_report or a notebook of [[reports]]; all where left out.
    where
        campaign_id=NAME: only reports on that campaign; repeat for several.
    format
        html, pdf, xlsx (the tables as workbooks); several together.
    out
        Folder to write to.
    jobs
        Reports made side by side; one for each processor where left out.
    again
        Make also what is there unchanged.
    """
    return _monthly(
        data,
        period,
        language=lang,
        only=only,
        campaign_id=_campaigns(where),
        formats=tuple(format),
        out=out,
        config=project.config,
        settings=project.set,
        audience=audience,
        jobs=jobs,
        again=again,
    )


@app.command
def demo(*, out: Path = Path("reports"), lang: Language = "en", jobs: int | None = None) -> int:
    """Simulate a call centre, check its data, and make every report of its last month.

    Parameters
    ----------
    out
        Folder for the reports; the simulated data goes to its folder demo-data.
    lang
        Language of the reports.
    jobs
        Reports made side by side; one for each processor where left out.
    """
    from callstats.simulate.demo import MONTH, write_demo

    check_folder(out)
    data = out / "demo-data"
    say("Simulating three months of a call centre …")
    write_demo(data)
    say("Checking what it wrote …")
    check(str(data))
    return _monthly(data, MONTH, language=lang, out=out, jobs=jobs)


@app.command
def notebooks(folder: Path, /, *, data: bool = True) -> None:
    """Lay the reports and tutorials out as notebooks for JupyterLab; an edited one is left alone.

    Parameters
    ----------
    folder
        Made where it is missing.
    data
        Write the demo data there as well, where there are none yet; --no-data leaves them out.
    """
    for path in lay_out(folder, data=data):
        print(path)


def lay_out(folder: Path, *, data: bool) -> list[Path]:
    """Lay the notebooks out, say what became of them, and return their paths."""
    from callstats.report.hand_out import hand_out, lay_demo

    check_folder(folder)
    handed = hand_out(folder)
    for file in handed:
        if file.status == "edited":
            say(f"{file.path}: edited, left as it is")
    counts = {
        status: sum(file.status == status for file in handed) for status in ("new", "updated", "unchanged")
    }
    say(", ".join(f"{count} {status}" for status, count in counts.items() if count) + f" in {folder}")
    if data and lay_demo(folder):
        say(f"The demo data are in {folder / 'data' / 'demo'}")
    return [file.path for file in handed]


def _monthly(data: str | Path, period: str, **options: Any) -> int:
    """Make a month's reports, with progress on stderr and the path of the index on stdout."""
    from callstats.report.batch import monthly as make

    check_folder(options["out"])
    say("Reports of the last whole month …" if period == LAST else f"Reports of {period} …")
    with heeded(signal.SIGTERM):
        month = make(data, period, on_progress=_tell, **options)
    for note in month.notes:
        say(note)
    for outcome in month.failed:
        say(f"{outcome.planned.name} failed: {outcome.error}")
    for path in month.index:
        print(path)
    return 4 if month.failed else 0


def _tell(progress: Progress) -> None:
    outcome = progress.outcome
    how = {"made": f"{outcome.seconds:.1f} s", "unchanged": "unchanged", "failed": "failed"}[outcome.status]
    left = "" if progress.left_s is None or progress.done == progress.total else _left(progress.left_s)
    say(f"{progress.done:>3} of {progress.total}  {outcome.planned.name}  {how}{left}")


def _left(seconds: float) -> str:
    """Return the time left, no more precisely than it can be known.

    Examples
    --------
    >>> _left(9.2), _left(150)
    ('  (about 9 s left)', '  (about 3 min left)')
    """
    told = f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60 + 0.5:.0f} min"
    return f"  (about {told} left)"


def _campaigns(where: list[str]) -> list[str]:
    """Return the requested campaigns; a month's reports cannot be narrowed by anything else."""
    campaigns = []
    for word in where:
        for name, value in pairs([word]).items():
            if name != "campaign_id":
                raise UsageError(
                    f"the reports of a month cannot be narrowed by {name!r}",
                    near=near_names(name, ["campaign_id"]),
                    hint="Give --where campaign_id=NAME, or make one report with callstats report.",
                )
            campaigns.append(value)
    return campaigns
