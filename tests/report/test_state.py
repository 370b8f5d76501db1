"""When a report is the same as one that is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from callstats.report import state
from callstats.report.order import Order
from tests.report import month_site as site


@pytest.fixture
def order(tmp_path, monkeypatch) -> Order:
    monkeypatch.chdir(tmp_path)
    site.write_shipped(tmp_path)
    (tmp_path / "own.toml").write_text("[labels]\n")
    return Order(
        notebook=tmp_path / "campaign_report.ipynb",
        data=site.write_data(tmp_path / "data"),
        shown="data",
        values={"data": str(tmp_path / "data"), "campaign_id": "spring", "config": "own.toml"},
        language="en",
        period="2026-09",
        period_label="September 2026",
        folder=tmp_path / "out",
        stem="campaign_report-spring",
        provenance={"sha256": "0a", "versions": {"pandas": "3.1"}},
    )


@pytest.mark.parametrize(
    "change",
    [
        {"values": {"campaign_id": "autumn"}},
        {"language": "fr"},
        {"period": "2026-08"},
        {"provenance": {"sha256": "0b", "versions": {"pandas": "3.1"}}},
        {"provenance": {"sha256": "0a", "versions": {"pandas": "3.2"}}},
    ],
)
def test_another_question_data_or_library_is_another_report(order, change):
    assert state.key(replace(order, **change), ["html"]) != state.key(order, ["html"])


def test_other_formats_are_another_report_in_whatever_order(order):
    assert state.key(order, ["html"]) != state.key(order, ["html", "pdf"])
    assert state.key(order, ["pdf", "html"]) == state.key(order, ["html", "pdf"])


def test_the_content_of_a_file_that_a_parameter_names_counts(order):
    before = state.key(order, ["html"])
    Path("own.toml").write_text('[labels]\nspring = "Spring"\n')
    assert state.key(order, ["html"]) != before


def test_a_project_file_that_lies_about_counts_where_the_data_have_none(order):
    before = state.key(order, ["html"])
    Path("callstats.toml").write_text("")
    assert state.key(order, ["html"]) == before
    (order.data / "callstats.toml").unlink()
    lying_about = state.key(order, ["html"])
    Path("callstats.toml").unlink()
    assert state.key(order, ["html"]) != lying_about


def test_the_source_of_the_notebook_counts_and_its_outputs_do_not(order):
    before = state.key(order, ["html"])
    made = nbformat.read(order.notebook, 4)
    made.cells[2].outputs = [nbformat.v4.new_output("stream", text="hello")]
    nbformat.write(made, order.notebook)
    assert state.key(order, ["html"]) == before
    made.cells[2].source += "\n"
    nbformat.write(made, order.notebook)
    assert state.key(order, ["html"]) != before


def test_where_the_data_lie_does_not_count(order):
    moved = replace(order, values={**order.values, "data": "/elsewhere"}, data=Path("/elsewhere"))
    (order.data / "callstats.toml").unlink()
    assert state.key(moved, ["html"]) == state.key(order, ["html"])


def test_the_software_is_known_by_its_sources_and_versions():
    told = state.software()
    assert len(told["callstats"]) == 64
    assert {"narwhals", "nbconvert", "numpy"} <= set(told)
