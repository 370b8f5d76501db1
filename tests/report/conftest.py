"""Small notebooks and a small data set for the tests of reports."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

# A shell starts what runs in the background with it ignored, and that is handed on to what tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

#: What a campaign might be called by somebody who means harm.
HOSTILE = '"><img src=x onerror=alert(1)> <script>alert(2)</script> #read("/etc/passwd") $x$'

PARAMETERS = """\
data: str = "data/demo"  # the data set
period: str = ""  # such as 2026-09
campaign_id: str = ""  # one campaign
language: str = "en"  # en, fr or ru
"""

#: Fifty-two weeks as bars, drawn by hand.
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="100" viewBox="0 0 300 100">'
    '<rect x="10" y="10" width="50" height="80" fill="#0072B2"/></svg>'
)


def notebook(*cells: str) -> nbformat.NotebookNode:
    """Return a notebook; a cell that starts as a heading, or with md:, is Markdown."""
    made = []
    for source in cells:
        if source.startswith(("# ", "## ", "### ")) or source.startswith("md:"):
            made.append(new_markdown_cell(source.removeprefix("md:")))
        else:
            made.append(new_code_cell(source))
    for number, cell in enumerate(made):
        cell["id"] = f"c{number}"
        if cell["source"] == PARAMETERS:
            cell["metadata"]["tags"] = ["parameters"]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=made, metadata={"kernelspec": kernel})


def shown(*objects: object, language: str = "en", before: tuple[str, ...] = ("# A report", "## A question")):
    """Return an executed notebook whose cells show display objects, or bundles as they are."""
    made = notebook(*before, *("show()" for _ in objects))
    for cell, thing in zip([c for c in made.cells if c.cell_type == "code"], objects, strict=True):
        bundle = thing if isinstance(thing, dict) else thing._repr_mimebundle_()
        data, about = bundle if isinstance(bundle, tuple) else (bundle, {})
        cell["outputs"] = [nbformat.v4.new_output("display_data", data=data, metadata=about)]
    made.metadata["callstats"] = {"language": language, "period": "2026-09"}
    return made


def in_one_cell(made):
    """Return the notebook with all that its cells show in the last of them, as one answer shows it."""
    cells = [cell for cell in made.cells if cell.cell_type == "code"]
    cells[-1]["outputs"] = [output for cell in cells for output in cell["outputs"]]
    made.cells = [cell for cell in made.cells if cell.cell_type != "code" or cell is cells[-1]]
    return made


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a notebook of these cells and return its path."""

    def written(*cells: str, name: str = "small_report") -> Path:
        path = tmp_path / f"{name}.ipynb"
        nbformat.write(notebook(*cells), path)
        return path

    return written


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a saved data set of six calls of two campaigns in September 2026."""
    folder = tmp_path_factory.mktemp("site") / "data"
    folder.mkdir()
    calls = pd.DataFrame(
        {
            "call_id": [str(n) for n in range(6)],
            "direction": "outbound",
            "campaign_id": ["spring", "spring", "spring", "autumn", "autumn", HOSTILE],
            "local_started_at": pd.date_range("2026-09-01 10:00", periods=6, freq="D").astype(
                "datetime64[us]"
            ),
        }
    )
    calls.to_parquet(folder / "calls.parquet")
    return folder
