"""Notebooks laid out for an analyst: never over what has been edited."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from callstats.errors import UsageError
from callstats.report import notebooks
from callstats.report.hand_out import MANIFEST, hand_out, lay_demo
from tests.report import month_site as site


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    folder = site.write_shipped(tmp_path / "shipped")
    (folder / "explore").mkdir()
    (folder / "explore" / "bank.toml").write_text("[kpi]\n")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "x.ipynb").write_text("{}")
    monkeypatch.setattr(notebooks, "folder", lambda: folder)
    return folder


def statuses(folder: Path) -> dict[str, str]:
    return {one.path.relative_to(folder).as_posix(): one.status for one in hand_out(folder)}


def edit(path: Path) -> None:
    made = nbformat.read(path, 4)
    made.cells[-1].source += "\n# mine"
    nbformat.write(made, path)


def ship(path: Path) -> None:
    """Let the package ship another version of a notebook."""
    made = nbformat.read(path, 4)
    made.cells[0].source = "# Another title"
    nbformat.write(made, path)


def test_templates_and_tutorials_are_laid_out_without_outputs(shipped, tmp_path):
    made = nbformat.read(shipped / "data_quality.ipynb", 4)
    made.cells[2].outputs = [nbformat.v4.new_output("stream", text="of other data")]
    nbformat.write(made, shipped / "data_quality.ipynb")
    told = statuses(tmp_path / "desk")
    assert set(told) == {*(f"{name}.ipynb" for name in site.SHIPPED), "explore/bank.toml"}
    assert set(told.values()) == {"new"}
    laid = nbformat.read(tmp_path / "desk" / "data_quality.ipynb", 4)
    assert [cell.outputs for cell in laid.cells if cell.cell_type == "code"] == [[]] * 5


def test_what_is_laid_out_again_is_unchanged(shipped, tmp_path):
    first = {path: path.read_bytes() for path in hand_out_paths(tmp_path / "desk")}
    assert set(statuses(tmp_path / "desk").values()) == {"unchanged"}
    assert {path: path.read_bytes() for path in first} == first


def hand_out_paths(folder: Path) -> list[Path]:
    return [one.path for one in hand_out(folder)]


def test_an_edited_notebook_is_left_alone_and_an_older_one_updated(shipped, tmp_path):
    hand_out(tmp_path / "desk")
    mine = tmp_path / "desk" / "campaign_report.ipynb"
    edit(mine)
    edited = mine.read_bytes()
    ship(shipped / "campaign_report.ipynb")
    ship(shipped / "data_quality.ipynb")
    told = statuses(tmp_path / "desk")
    assert told["campaign_report.ipynb"] == "edited"
    assert told["data_quality.ipynb"] == "updated"
    assert mine.read_bytes() == edited
    assert set(statuses(tmp_path / "desk").values()) <= {"edited", "unchanged"}
    assert mine.read_bytes() == edited


def test_a_file_that_was_there_before_is_the_analysts(shipped, tmp_path):
    (tmp_path / "desk").mkdir()
    mine = tmp_path / "desk" / "campaign_report.ipynb"
    mine.write_text("my own")
    for _ in range(2):
        assert statuses(tmp_path / "desk")["campaign_report.ipynb"] == "edited"
    assert mine.read_text() == "my own"


def test_without_its_manifest_nothing_that_differs_is_overwritten(shipped, tmp_path):
    hand_out(tmp_path / "desk")
    (tmp_path / "desk" / MANIFEST).write_text("not JSON")
    ship(shipped / "data_quality.ipynb")
    told = statuses(tmp_path / "desk")
    assert told["data_quality.ipynb"] == "edited"
    assert told["campaign_report.ipynb"] == "unchanged"


def test_a_deleted_one_comes_back(shipped, tmp_path):
    hand_out(tmp_path / "desk")
    (tmp_path / "desk" / "campaign_report.ipynb").unlink()
    assert statuses(tmp_path / "desk")["campaign_report.ipynb"] == "new"


def test_the_package_does_not_lay_out_over_itself(shipped):
    with pytest.raises(UsageError, match="holds the notebooks that ship"):
        hand_out(shipped / "explore")


def test_the_manifest_names_no_path_of_this_machine(shipped, tmp_path):
    hand_out(tmp_path / "desk")
    told = json.loads((tmp_path / "desk" / MANIFEST).read_text())
    assert set(told["laid_out"]) == {*(f"{name}.ipynb" for name in site.SHIPPED), "explore/bank.toml"}


def test_demo_data_that_can_be_found_from_there_are_not_written_again(tmp_path):
    site.write_data(tmp_path / "data" / "demo")
    assert lay_demo(tmp_path / "desk") is False
    assert not (tmp_path / "desk").exists()


def test_demo_data_are_written_where_there_are_none(tmp_path, monkeypatch):
    monkeypatch.setattr("callstats.simulate.demo.write_demo", site.write_data)
    assert lay_demo(tmp_path / "desk") is True
    assert (tmp_path / "desk" / "data" / "demo" / "calls.parquet").exists()
