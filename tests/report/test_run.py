import json
import shutil

import nbformat
import pytest

from callstats.errors import InputError, ReportError, UsageError
from callstats.report.report_run import run
from tests.report.conftest import HOSTILE, PARAMETERS

RESULT = """\
import callstats as cs
from callstats.show.display import Record, Sentence, TitleView, Verdict
ds = cs.open(data).where(period=period or None, campaign_id=campaign_id or None)
TitleView(f"Report on {campaign_id}", period)"""
CALLS = """\
calls = len(ds.table("calls").collect("pandas"))
Verdict([Sentence(f"{calls} calls.", "good")])"""
RECORD = 'Record({"calls": calls, "third": 0.3333333333, "data": data})'


@pytest.fixture
def report(write):
    return write("# Report", PARAMETERS, RESULT, "## How many calls?", CALLS, RECORD)


def test_a_report_is_four_whole_files_named_by_period_and_campaign(report, data, tmp_path):
    made = run(report, data, period="2026-09", parameters={"campaign_id": "spring"}, out=tmp_path / "out")
    assert [p.relative_to(tmp_path).as_posix() for p in made.paths] == [
        f"out/2026-09/small_report-spring.{ending}" for ending in ("html", "pdf", "ipynb", "json")
    ]
    page, pdf, notebook, results = made.paths
    assert "3 calls." in page.read_text()
    assert pdf.read_bytes().startswith(b"%PDF")
    assert nbformat.read(notebook, 4).metadata["callstats"]["period"] == "2026-09"
    told = json.loads(results.read_text())
    assert told["results"] == {"calls": 3, "third": 0.3333333333, "data": "data"}
    assert told["verdict"] == [{"text": "3 calls.", "tone": "good"}]
    assert told["parameters"] == {
        "data": "data",
        "period": "2026-09",
        "campaign_id": "spring",
        "language": "en",
    }
    assert told["title"] == "Report on spring"
    assert made.results == told["results"]


def test_two_runs_give_the_same_bytes_and_no_path_of_this_machine(report, data, tmp_path):
    first, second = (
        run(report, data, period="2026-09", parameters={"campaign_id": HOSTILE}, out=tmp_path / out)
        for out in ("a", "b")
    )
    for one, other in zip(first.paths, second.paths, strict=True):
        assert one.read_bytes() == other.read_bytes()
        assert str(data).encode() not in one.read_bytes()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"parameters": {"campain_id": "spring"}}, UsageError, "Did you mean 'campaign_id'"),
        ({"parameters": {"campaign_id": "sprng"}}, UsageError, "Did you mean 'spring'"),
        ({"parameters": {"campaign_id": 7}}, UsageError, "takes str"),
        ({"parameters": {"period": "2026-09"}}, UsageError, "period is not a parameter"),
        ({"period": "2025-01"}, UsageError, "no calls"),
        ({"period": "next month"}, UsageError, "is not a period"),
        ({"formats": ("docx",)}, UsageError, "unknown format"),
        ({"config": "nowhere.toml"}, UsageError, "takes no config"),
    ],
)
def test_what_cannot_be_made_is_refused_before_a_kernel_starts(  # noqa: PLR0917 - fixtures
    report, data, tmp_path, monkeypatch, options, error, message
):
    monkeypatch.setattr("callstats.report.kernel.execute", None)
    with pytest.raises(error, match=message):
        run(report, data, out=tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_data_that_are_not_there_are_an_input_error(report, tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        run(report, tmp_path / "nowhere", out=tmp_path / "out")


def test_a_failing_cell_is_told_by_its_question_and_leaves_no_file(write, data, tmp_path):
    path = write("# Report", PARAMETERS, "## Why?", "1 / 0", "## Never reached")
    with pytest.raises(
        ReportError, match=r"failed at 'Why\?': ZeroDivisionError: division by zero"
    ) as caught:
        run(path, data, out=tmp_path / "out")
    assert caught.value.exit_code == 4
    assert not (tmp_path / "out").exists()


def test_an_error_of_callstats_speaks_for_itself(write, data, tmp_path):
    path = write("# Report", PARAMETERS, "import callstats as cs\ncs.open(data).where(campaign_id='sprng')")
    with pytest.raises(ReportError, match="'Report': unknown campaign_id 'sprng'") as caught:
        run(path, data, out=tmp_path / "out")
    assert "Did you mean 'spring'?" in str(caught.value)


def test_a_warning_fails_a_strict_report(write, data, tmp_path):
    path = write("# Report", PARAMETERS, "import warnings\nwarnings.warn('old habit')")
    with pytest.raises(ReportError, match="old habit"):
        run(path, data, out=tmp_path / "out", strict=True)


def test_a_report_that_cannot_be_drawn_leaves_no_file(report, data, tmp_path, monkeypatch):
    def fails(*_, **__):
        raise ReportError("no ink")

    monkeypatch.setattr("callstats.report.pdf.typeset", fails)
    with pytest.raises(ReportError, match="no ink"):
        run(report, data, parameters={"campaign_id": "spring"}, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_one_format_is_made_alone(report, data, tmp_path):
    made = run(
        report, data, parameters={"campaign_id": "autumn"}, formats=["html"], out=tmp_path, language="fr"
    )
    assert [p.name for p in made.paths] == [f"small_report-autumn-fr.{e}" for e in ("html", "ipynb", "json")]
    assert '<html lang="fr">' in made.paths[0].read_text()


def test_a_path_is_hidden_wherever_the_notebook_says_it(write, data, tmp_path):
    path = write("# Report", PARAMETERS, "print(f'Read {data}. {data}/calls.parquet file://{data}')")
    page = run(path, data, out=tmp_path / "out", formats=["html"]).paths[0].read_text()
    assert "Read data. data/calls.parquet file://data" in page


def test_where_the_data_lie_does_not_change_a_byte(write, data, tmp_path):
    table = (
        "from callstats.show.display import TableView\n"
        "told = f'campaign_id=spring, data={data}, period=2026-09'\n"
        "TableView('Data', ['What', 'Value'], [['Parameters', told]])"
    )
    path = write("# Report", PARAMETERS, table)
    deep = tmp_path / ("a_folder_with_a_name_that_breaks_over_lines/" * 3) / "data"
    shutil.copytree(data, deep)
    here, there = (
        run(path, folder, out=tmp_path / out, formats=["html", "pdf"])
        for folder, out in ((data, "here"), (deep, "there"))
    )
    for one, other in zip(here.paths, there.paths, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name
