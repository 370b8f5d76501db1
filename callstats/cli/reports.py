"""The command that makes one report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from callstats.cli.app import NO_PROJECT, Audience, Lang, Project, Words, app, pairs, say
from callstats.cli.write_trials import check_folder

if TYPE_CHECKING:
    from callstats.report.order import Order

Formats = Annotated[list[Literal["html", "pdf", "xlsx"]], Parameter(negative=(), consume_multiple=True)]


@app.command
def report(
    name: str,
    data: str,
    /,
    *,
    period: str | None = None,
    parameter: Annotated[Words, Parameter(name=["--parameter", "-p"])] = [],  # noqa: B006
    lang: Lang = None,
    format: Formats = ["html", "pdf"],  # noqa: B006
    audience: Audience = None,
    out: Path = Path("reports"),
    project: Project = NO_PROJECT,
) -> None:
    """Make a report: a notebook run on the data, as HTML and PDF.

    Parameters
    ----------
    name
        A shipped report such as campaign_report, or the path of your own notebook.
    data
        An imported folder or a DuckDB file.
    period
        The period to report on, such as 2026-09; the last whole month where left out.
    parameter
        A parameter of the notebook, name=value; repeat for several. campaign_id may be left out where there
        is one campaign.
    format
        html, pdf, xlsx (the tables as a workbook); several together.
    out
        Folder to write to.
    """
    from callstats.report.report_run import run

    given = pairs(parameter)
    check_folder(out)
    result = run(
        name,
        data,
        period=period,
        parameters=given,
        language=lang,
        formats=tuple(format),
        out=out,
        config=project.config,
        settings=project.set,
        audience=audience,
        on_order=lambda order: say("\n".join([*order.brand.notes, _told(name, order, given)])),
    )
    for path in result.paths:
        print(path)


def _told(name: str, order: Order, given: Mapping[str, str]) -> str:
    about = [order.period or "whole data", *(f"{key}={value}" for key, value in given.items())]
    about += [word for word in order.assumed if word not in about]
    assumed = f" (nothing else was named: {', '.join(order.assumed)})" if order.assumed else ""
    return f"Making {name} ({', '.join(about)}) …{assumed}"
