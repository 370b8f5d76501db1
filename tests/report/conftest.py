"""Small notebooks and a small data set for the tests of reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

#: What a campaign might be called by somebody who means harm.
HOSTILE = '"><img src=x onerror=alert(1)> <script>alert(2)</script> #read("/etc/passwd") $x$'

PARAMETERS = """\
data: str = "data/demo"  # the data set
period: str | None = None  # such as 2026-09
campaign_id: str | None = None  # one campaign
language: str = "en"  # en, fr or ru
"""

FIGURES = """\
from callstats.show.display import (
    Bullet, Cell, Column, FigureView, KeyFigure, KeyFigures, Note, Record, Sentence, TableView, TitleView, Verdict
)
from IPython.display import display
"""


def notebook(*cells: str) -> nbformat.NotebookNode:
    """Return a notebook; a cell that starts with # and a blank is Markdown, the first other one its parameters."""
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
    return new_notebook(cells=made)


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
    folder = tmp_path_factory.mktemp("house") / "data"
    folder.mkdir()
    calls = pd.DataFrame({
        "call_id": [str(n) for n in range(6)],
        "direction": "outbound",
        "campaign_id": ["spring", "spring", "spring", "autumn", "autumn", HOSTILE],
        "local_started_at": pd.date_range("2026-09-01 10:00", periods=6, freq="D").astype("datetime64[us]"),
    })
    calls.to_parquet(folder / "calls.parquet")
    return folder
