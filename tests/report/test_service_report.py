"""The service report, run as it ships."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

import callstats as cs
from callstats.report import notebooks
from callstats.report.report_run import run

ROOT = Path(cs.__file__).parents[1]
DEMO = ROOT / "data" / "demo"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The French report of September, as HTML."""
    out = tmp_path_factory.mktemp("service")
    return run(
        "service_report", DEMO, period="2026-09", language="fr", out=out, formats=["html"], strict=True
    )


def test_it_takes_what_a_campaign_report_takes():
    own, other = (
        [(p.name, p.type) for p in notebooks.parameters(notebooks.find(name))]
        for name in ("service_report", "campaign_report")
    )
    assert own == other


def test_the_page_speaks_french_and_has_every_question(made):
    page = next(path for path in made.paths if path.suffix == ".html").read_text(encoding="utf-8")
    assert '<html lang="fr"' in page
    assert page.count("<h2") >= 12
    for heading in (
        "L’engagement de service est-il tenu",
        "Quand abandonnent-ils",
        "assez d",
        "Que disent les appelants",
    ):
        assert heading in page
    assert "within the usual variation" not in page


def test_the_results_hold_the_key_figures_to_ten_digits(made):
    text = next(path for path in made.paths if path.suffix == ".json").read_text(encoding="utf-8")
    level = cs.measure(cs.open(DEMO).where(campaign_id="service", period="2026-09"), "service_level")[
        "value"
    ].iloc[0]
    assert f"{level:.10g}" in text
    assert json.loads(text)


def test_it_is_stored_with_outputs():
    stored = nbformat.read(ROOT / "notebooks" / "service_report.ipynb", as_version=4)
    shown = [
        cell
        for cell in stored.cells
        if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", [])
    ]
    assert all(cell.outputs for cell in shown)
    assert not any("stderr" in str(cell.outputs) for cell in shown)
