"""The reports of a month by the command line: progress, index, exit codes."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from callstats.report import notebooks
from tests.cli.conftest import Run
from tests.report import month_site as site


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Quick notebooks, run in this process."""
    folder = site.write_shipped(tmp_path / "shipped")
    monkeypatch.setattr(notebooks, "folder", lambda: folder)
    monkeypatch.setattr("callstats.report.batch.run_all", site.run_all)
    monkeypatch.setattr("callstats.report.kernel.execute", site.execute)
    return folder


@pytest.fixture
def asked(tmp_path: Path) -> tuple[object, ...]:
    data = site.write_data(tmp_path / "data")
    return (data, "--period", "2026-09", "--format", "html", "--out", tmp_path / "out")


def test_a_month_tells_a_line_a_report_and_where_its_index_is(run: Run, shipped, asked, tmp_path) -> None:
    done = run("monthly", *asked)
    assert done.code == 0
    index = tmp_path / "out" / "2026-09" / "index.html"
    assert done.out.splitlines() == [str(index), str(index.with_suffix(".json"))]
    lines = [line for line in done.err.splitlines() if " of " in line and line.startswith(" ")]
    assert [line.split("  ")[1:3] for line in lines][:2] == [
        ["1 of 9", "campaign_report autumn"],
        ["2 of 9", "campaign_report spring"],
    ]
    assert "s left)" in lines[0]
    assert "left" not in lines[-1]


def test_what_is_unchanged_is_said_and_not_made(run: Run, shipped, asked) -> None:
    run("monthly", *asked)
    done = run("monthly", *asked)
    assert done.err.count("unchanged") == 9
    assert run("monthly", *asked, "--again").err.count("unchanged") == 0


def test_a_month_with_a_failed_report_exits_4_and_says_why(run: Run, shipped, asked) -> None:
    bad = site.quick(site.CAMPAIGN, "Agent comparison", "1 / 0")
    nbformat.write(bad, shipped / "agent_comparison.ipynb")
    done = run("monthly", *asked)
    assert done.code == 4
    assert "agent_comparison spring  failed" in done.err
    assert "agent_comparison spring failed: the report failed: ZeroDivisionError" in done.err
    assert len(done.out.splitlines()) == 2


def test_reports_are_chosen_by_name_and_campaign(run: Run, shipped, asked) -> None:
    chosen = ("--only", "campaign_report", "data_quality", "--lang", "ru")
    done = run("monthly", *asked, *chosen)
    assert "3 of 3" in done.err
    assert done.out.splitlines()[0].endswith("index-ru.html")
    assert (
        "1 of 1  campaign_report spring"
        in run("monthly", *asked, *chosen, "--where", "campaign_id=spring").err
    )


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--only", "campain_report"), 2, "Did you mean 'campaign_report'"),
        (("--where", "campaign_id=sprng"), 2, "Did you mean 'spring'"),
        (("--where", "list_id=A"), 2, "cannot be narrowed by 'list_id'"),
        (("--where", "campaign=spring"), 2, "Did you mean 'campaign_id'"),
        (("--config", "nowhere.toml"), 3, "no such file"),
        (("--lang", "de"), 2, ""),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_made(  # noqa: PLR0917 - fixtures
    run: Run, shipped, asked, tmp_path, words, code, said
) -> None:
    done = run("monthly", *asked, *words)
    assert done.code == code
    assert said in done.err
    assert not (tmp_path / "out").exists()


def test_a_period_without_calls_and_data_that_are_not_there(run: Run, shipped, asked, tmp_path) -> None:
    assert run("monthly", asked[0], "--period", "2025-01").code == 2
    assert run("monthly", tmp_path / "nowhere", "--period", "2026-09").code == 3


def test_the_demo_makes_the_whole_month(run: Run, shipped, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("callstats.simulate.demo.write_demo", site.write_data)
    done = run("demo", "--out", tmp_path / "reports")
    assert done.code == 0
    assert "9 of 9  monthly_summary" in done.err
    assert (tmp_path / "reports" / "2026-09" / "campaign_report-spring.pdf").exists()
    assert done.out.splitlines()[-2].endswith("index.html")
