"""callstats as one meets it in a real JupyterLab."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from typing import Any

import nbformat
import pytest

from callstats.lab.lab_server import command
from tests.browser.conftest import ROOT

CELLS = (
    f"import callstats as cs\n\nds = cs.open({str(ROOT / 'data' / 'demo')!r})\nds",
    "spring = ds.where(campaign_id='spring', period='2026-09')\n"
    "cs.measure(spring, ['answer_rate', 'average_handle_time'], by='list_id')",
    "cs.attempts(spring)",
    "cs.portrait(spring)",
    "form = cs.explore(ds)\nform",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start JupyterLab on a notebook of a few questions; return where it is."""
    folder = tmp_path_factory.mktemp("lab")
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "desk.ipynb")
    places = {f"JUPYTER_{name}_DIR": str(folder / f".{name}") for name in ("CONFIG", "DATA", "RUNTIME")}
    environment = {**os.environ, **places, "JUPYTERLAB_SETTINGS_DIR": str(folder / ".settings")}
    environment |= {"PYTHONPATH": str(ROOT), "JUPYTERLAB_WORKSPACES_DIR": str(folder / ".workspaces")}
    lab = subprocess.Popen(
        command(folder, port=None, browser=False), stderr=subprocess.PIPE, text=True, env=environment
    )
    assert lab.stderr is not None
    for line in lab.stderr:
        if found := re.search(r"(http://127\.0\.0\.1:\d+)/lab(\?token=\w+)", line):
            yield f"{found[1]}/lab/tree/desk.ipynb{found[2]}"
            break
    lab.send_signal(signal.SIGTERM)
    lab.communicate(timeout=60)


@pytest.fixture(scope="module")
def lab(chromium: Any, address: str) -> Iterator[Any]:
    """Open the notebook and run all of it."""
    page = chromium.new_page(viewport={"width": 1500, "height": 3600})
    page.goto(address)
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=120_000)
    page.wait_for_selector("text=Python 3 (ipykernel) | Idle", timeout=120_000)
    page.keyboard.press("Control+Shift+C")
    page.get_by_role("menuitem", name="Run", exact=True).first.click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_selector(".jp-OutputArea .widget-button", timeout=180_000)
    yield page
    page.close()


def outputs(page: Any, cell: int) -> Any:
    return page.locator(".jp-CodeCell").nth(cell).locator(".jp-OutputArea")


def test_a_data_set_tells_what_it_is(lab: Any) -> None:
    assert "calls 54,879" in outputs(lab, 0).inner_text()


def test_measured_kpis_have_labels_and_units(lab: Any) -> None:
    told = outputs(lab, 1).inner_text()
    assert "Answer rate" in told
    assert "95% interval" in told


def test_a_figure_has_its_caption_beneath_it(lab: Any) -> None:
    area = outputs(lab, 2)
    picture = area.locator(".jp-RenderedSVG img").first.bounding_box()
    caption = area.locator(".cs-figcaption").first.bounding_box()
    assert picture["y"] + picture["height"] <= caption["y"]


def test_a_record_leaves_no_trace(lab: Any) -> None:
    area = outputs(lab, 3)
    assert "record of" not in area.inner_text()
    assert "vnd.callstats" not in area.inner_text()
    assert area.locator(".jp-OutputArea-child").count() == 1  # the key figures alone


def test_in_the_dark_theme_figures_stand_on_white_and_colours_are_light(lab: Any) -> None:
    lab.evaluate("document.body.dataset.jpThemeLight = 'false'")
    drawn = outputs(lab, 2).locator(".jp-RenderedSVG img").first.get_attribute("src")
    verdict = outputs(lab, 2).locator(".cs-verdict").first
    colour = verdict.evaluate("verdict => getComputedStyle(verdict).borderLeftColor")
    lab.evaluate("document.body.dataset.jpThemeLight = 'true'")
    assert "fill%3A%20%23ffffff" in drawn  # the first thing that is drawn: its own paper
    assert colour == "rgb(86, 180, 233)"


def test_the_form_shows_a_table_and_its_code(lab: Any) -> None:
    form = outputs(lab, 4)
    form.locator("select").nth(1).select_option("list_id")
    form.get_by_role("button", name="Show", exact=True).click()
    form.locator("table.cs-table").wait_for(timeout=60_000)
    assert form.locator("table.cs-table tbody tr").count() == 5 + 1  # calls of no list
    assert "cs.measure(ds, 'answer_rate', by='list_id')" in form.locator("textarea").input_value()
