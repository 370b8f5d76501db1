"""A small site for the reports of a month: quick notebooks under the names that ship, and data."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from callstats.errors import ReportError
from callstats.report.order import Order
from callstats.report.parallel import FinishedReport
from callstats.report.report_run import make
from tests.report.conftest import notebook

SITE = """\
data: str = "data/demo"  # the data set
period: str = "2026-09"  # the month
language: str = "en"  # en, fr or ru
"""
CAMPAIGN = SITE + 'campaign_id: str = "spring"  # the campaign\n'
TEST = CAMPAIGN + (
    'arm: str = "list_id"  # the arm\ncontrol: str = ""  # one\ntreatment: str = ""  # other\n'
    "horizon_days: int = 14  # days followed\n"
)
SUMMARY = SITE + "reports: list[str] = []  # campaign=file of each report\n"

SHOWN = """\
from callstats.show.display import KeyFigure, KeyFigures, Record, Sentence, TitleView, Verdict
TitleView({title!r}, period)"""
SAID = """\
Verdict([Sentence({said}, "good")])"""
FIGURES = """\
KeyFigures([KeyFigure("dials", "Dials", "1,234")])"""
MORE = """\
Verdict(["A later verdict."])"""


def quick(parameters: str, title: str, said: str, *cells: str) -> nbformat.NotebookNode:
    """Return a notebook with a title, a verdict that is an expression, figures and a later verdict."""
    body = (SHOWN.format(title=title), "## A question", SAID.format(said=said), FIGURES, MORE, *cells)
    made = notebook(f"# {title}", parameters, *body)
    made.cells[1].metadata["tags"] = ["parameters"]
    made.metadata["title"] = title
    return made


SHIPPED = {
    "campaign_report": quick(CAMPAIGN, "Campaign report", 'f"On {campaign_id}."'),
    "agent_comparison": quick(CAMPAIGN, "Agent comparison", 'f"Agents of {campaign_id}."'),
    "service_report": quick(CAMPAIGN, "Service report", 'f"Queue {campaign_id}."'),
    "list_ab_test": quick(TEST, "List test", 'f"{control} or {treatment} in {period}."'),
    "data_quality": quick(SITE, "Data quality", '"All is well."'),
    "monthly_summary": quick(SUMMARY, "Summary", '" ".join(reports) or "No links."'),
}


def write_shipped(folder: Path, **instead: nbformat.NotebookNode | None) -> Path:
    """Write the quick notebooks, some of them replaced or (None) left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, made in {**SHIPPED, **instead}.items():
        if made is not None:
            nbformat.write(made, folder / f"{name}.ipynb")
    return folder


def calls(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Return calls of (campaign, direction, list, day)."""
    days = [datetime.fromisoformat(f"{day} 10:00") for *_, day in rows]
    return pd.DataFrame(
        {
            "call_id": [str(n) for n in range(len(rows))],
            "contact_id": [str(n) for n in range(len(rows))],
            "campaign_id": [row[0] for row in rows],
            "direction": [row[1] for row in rows],
            "list_id": [row[2] for row in rows],
            "local_started_at": pd.Series(days, dtype="datetime64[us]"),
        }
    )


ROWS = (
    ("spring", "outbound", "A", "2026-09-02"),
    ("spring", "outbound", "B", "2026-09-03"),
    ("autumn", "outbound", "C", "2026-08-03"),
    ("autumn", "outbound", "C", "2026-09-03"),
    ("winter", "outbound", "D", "2026-08-03"),
    ("help", "inbound", "", "2026-09-04"),
)
PROJECT = """\
[labels]
spring = "Spring offer"

[ab_tests.lists]
campaign_id = "spring"
control = "A"
treatment = "B"
"""


def write_data(folder: Path, *rows: tuple[str, str, str, str], project: str = PROJECT) -> Path:
    """Write a data set of calls and its project file."""
    folder.mkdir(parents=True, exist_ok=True)
    calls(*(rows or ROWS)).to_parquet(folder / "calls.parquet")
    (folder / "callstats.toml").write_text(project, encoding="utf-8")
    return folder


def execute(source: nbformat.NotebookNode, given: dict[str, object], **_: object) -> nbformat.NotebookNode:
    """Run a notebook in this process as a kernel does, without its start: for what is not about kernels."""
    made = copy.deepcopy(source)
    shown: list[Any] = []
    names: dict[str, object] = {"display": lambda *things: shown.extend(things)}
    for cell in made.cells:
        if cell.cell_type == "code":
            shown.clear()
            try:
                _run(cell.source, names, shown)
            except Exception as error:
                raise ReportError(f"the report failed: {type(error).__name__}: {error}") from error
            cell.outputs = [output for thing in shown for output in _outputs(thing)]
            names.update(given if "parameters" in cell.metadata.get("tags", ()) else {})
    return made


def _run(source: str, names: dict[str, object], shown: list[Any]) -> None:
    """Run a cell; the value of a last expression is shown."""
    *before, last = ast.parse(source).body
    if not isinstance(last, ast.Expr):
        exec(compile(source, "cell", "exec"), names)
        return
    exec(compile(ast.Module(before, []), "cell", "exec"), names)
    value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    shown.extend([] if value is None else [value])


def _outputs(thing: Any) -> list[nbformat.NotebookNode]:
    """Return what a notebook shows of a thing: each of its views, its bundle, or its words."""
    if hasattr(thing, "views"):
        return [output for view in thing.views() for output in _outputs(view)]
    if not hasattr(thing, "_repr_mimebundle_"):
        return [nbformat.v4.new_output("display_data", data={"text/plain": repr(thing)})]
    bundle = thing._repr_mimebundle_()
    data, about = bundle if isinstance(bundle, tuple) else (bundle, {})
    return [nbformat.v4.new_output("display_data", data=data, metadata=about)]


def run_all(
    orders: list[Order], *, formats: tuple[str, ...], jobs: int | None = None
) -> Iterator[FinishedReport]:
    """Make reports one after the other in this process."""
    for order in orders:
        try:
            yield FinishedReport(order, make(order, formats), None, 1.0)
        except ReportError as error:
            yield FinishedReport(order, None, error, 1.0)
