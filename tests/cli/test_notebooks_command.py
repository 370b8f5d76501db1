"""The notebooks in the analyst's hands: laid out, changed, and run like the ones that ship."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from callstats.report import notebooks
from tests.cli.conftest import Run
from tests.report import month_site as site
from tests.report.conftest import notebook

OWN = """\
data: str = "data/demo"  # the data set
period: str = ""  # such as 2026-09
language: str = "en"  # en, fr or ru
campaign_id: str = ""  # one campaign
least: int = 10  # fewest calls
lists: list[str] = []  # lists to look at
compare_with: str = "previous"  # another period
"""
CELLS = """\
import callstats as cs
from callstats.show.display import Record, TitleView, Verdict
asked = cs.open_for_report(data).where(period=period or None, list_id=lists or None)
TitleView("My own question", period)"""
SAID = """\
Verdict([f"{len(asked.table('calls').collect('pandas'))} calls, at least {least}."])"""


@pytest.fixture
def desk(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = site.write_shipped(tmp_path / "shipped")
    monkeypatch.setattr(notebooks, "folder", lambda: folder)
    done = run("notebooks", tmp_path / "desk", "--no-data")
    assert done.code == 0
    assert sorted(map(Path, done.out.splitlines())) == sorted((tmp_path / "desk").glob("*.ipynb"))
    return tmp_path / "desk"


def test_an_edited_notebook_is_left_and_said_so(run: Run, desk) -> None:
    (desk / "data_quality.ipynb").write_text("{}")
    done = run("notebooks", desk, "--no-data")
    assert "data_quality.ipynb: edited, left as it is" in done.err
    assert "5 unchanged" in done.err
    assert (desk / "data_quality.ipynb").read_text() == "{}"


def test_the_demo_data_come_with_the_notebooks_unless_they_are_not_wanted(
    run: Run, desk, monkeypatch
) -> None:
    assert not (desk / "data").exists()
    monkeypatch.setattr("callstats.simulate.demo.write_demo", site.write_data)
    run("notebooks", desk)
    assert (desk / "data" / "demo" / "calls.parquet").exists()


def test_a_notebook_of_ones_own_is_run_like_those_that_ship(run: Run, tmp_path, monkeypatch) -> None:
    made = notebook("# Mine", OWN, CELLS, "## How many calls?", SAID)
    made.cells[1].metadata["tags"] = ["parameters"]
    nbformat.write(made, tmp_path / "my_report.ipynb")
    site.write_data(tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    asked = ("-p", "least=7", "-p", "lists=A,B", "--format", "html", "--lang", "fr")
    done = run("report", "./my_report.ipynb", "data", "--period", "2026-09", *asked)
    assert done.code == 0, done.err
    page, _, results = (Path(line) for line in done.out.splitlines())
    assert page.read_text(encoding="utf-8").count("2 calls, at least 7.") >= 1
    told = json.loads(results.read_text(encoding="utf-8"))
    assert told["parameters"]["lists"] == ["A", "B"]
    assert told["title"] == "My own question"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("leest=7", "Did you mean 'least'"),
        ("least=seven", "takes int, not 'seven'"),
        ("1st=7", "cannot be the name of a parameter"),
        ("import=7", "cannot be the name of a parameter"),
        ("campaign_id=sprng", "Did you mean 'spring'"),
        ("compare_with=last month", "'last month' is not a period"),
        ("data=x", "data is not a parameter to give"),
        ("least", "not of the form name=value"),
    ],
)
def test_a_parameter_it_does_not_take_is_refused_with_what_it_takes(
    run: Run, tmp_path, monkeypatch, given, said
) -> None:
    made = notebook("# Mine", OWN, "1 / 0")
    made.cells[1].metadata["tags"] = ["parameters"]
    nbformat.write(made, tmp_path / "my_report.ipynb")
    monkeypatch.setattr("callstats.report.kernel.execute", None)
    done = run("report", tmp_path / "my_report.ipynb", site.write_data(tmp_path / "data"), "-p", given)
    assert done.code == 2
    assert said in done.err
    if said.startswith("Did you mean 'least'") or "cannot be" in said:
        assert "It takes:\n  data: str = 'data/demo'  # the data set" in done.err


def test_a_notebook_that_is_not_there_or_is_none(run: Run, tmp_path) -> None:
    data = site.write_data(tmp_path / "data")
    assert run("report", tmp_path / "nowhere.ipynb", data).code == 3
    (tmp_path / "none.ipynb").write_text("hello")
    assert run("report", tmp_path / "none.ipynb", data).code == 3
    assert "Did you mean 'campaign_report'" in run("report", "campain_report", data).err
