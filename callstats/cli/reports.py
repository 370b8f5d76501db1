"""The commands that make reports: demo, report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from callstats.cli.app import Language, Words, app, open_data, pairs, say
from callstats.cli.data import check

if TYPE_CHECKING:
    from callstats.dataset import Dataset

Formats = Annotated[list[Literal["html", "pdf"]], Parameter(negative=())]


@app.command
def demo(*, out: Path = Path("reports"), lang: Language = "en") -> None:
    """Simulate a call centre, check its data and report on it.

    Parameters
    ----------
    out
        Folder for the reports; the simulated data goes to its folder demo-data.
    lang
        Language of the reports.
    """
    from callstats.simulate.demo import write_demo

    data = out / "demo-data"
    say("Simulating three months of a call centre …")
    write_demo(data)
    say("Checking what it wrote …")
    check(str(data))
    opened = open_data(str(data), None)
    span = opened.span()
    period = f"{span[1]:%Y-%m}" if span else ""
    for campaign in _dialling_campaigns(opened, period):
        _report(
            "campaign_report",
            data,
            period=period,
            parameters={"campaign_id": campaign},
            language=lang,
            out=out,
        )


@app.command
def report(
    name: str,
    data: str,
    /,
    *,
    period: str | None = None,
    parameter: Annotated[Words, Parameter(name=["--parameter", "-p"])] = [],  # noqa: B006
    lang: Language = "en",
    format: Formats = ["html", "pdf"],  # noqa: B006
    out: Path = Path("reports"),
    config: Path | None = None,
) -> None:
    """Make a report: a notebook run on the data, as HTML and PDF.

    Parameters
    ----------
    name
        A shipped report such as campaign_report, or the path of your own notebook.
    data
        An imported folder or a DuckDB file.
    period
        The period to report on, such as 2026-09.
    parameter
        A parameter of the notebook, name=value; repeat for several.
    lang
        Language of the report.
    format
        html, pdf or both.
    out
        Folder to write to.
    config
        Project file.
    """
    _report(
        name,
        data,
        period=period,
        parameters=pairs(parameter),
        language=lang,
        formats=tuple(format),
        out=out,
        config=config,
    )


def _report(name: str, data: str | Path, **options: Any) -> None:
    """Make one report, telling stderr what is done and stdout where it is."""
    from callstats.report.run import run

    told = [options.get("period") or "whole data", *(f"{k}={v}" for k, v in options["parameters"].items())]
    say(f"Making {name} ({', '.join(told)}) …")
    for path in run(name, data, **options).paths:
        print(path)


def _dialling_campaigns(data: Dataset, period: str) -> list[str]:
    """Return the campaigns that dialled in a period; a queue has no dials to report on."""
    return data.where(period=period, direction="outbound").values("campaign_id")
