"""A site's own codes and dates by the command line: asked for, pasted, and kept for the next month."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.sources.test_site_settings import FIVE9

ZONE = ("--time-zone", "Europe/Paris")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """September and October of Five9, in which every day is below 13."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sep.csv").write_text(FIVE9, encoding="utf-8")
    october = FIVE9.replace("/09/2026", "/10/2026")
    for number in "123":
        october = october.replace(f"\n{number},", f"\n1{number},")
    (tmp_path / "oct.csv").write_text(october, encoding="utf-8")
    return tmp_path


def months(folder: str) -> list[str]:
    return sorted(file.stem for file in Path(folder, "calls").glob("*.parquet"))


def test_the_order_of_dates_is_said_once(run: Run, desk: Path) -> None:
    refused = run("import", "sep.csv", "--to", "data", *ZONE)
    assert (refused.code, "--dates day-first" in refused.err) == (3, True)
    run("import", "sep.csv", "--to", "data", *ZONE, "--dates", "day-first")
    run("import", "oct.csv", "--to", "data")
    assert months("data") == ["2026-09", "2026-10"]


def test_to_begin_anew_asks_for_the_order_again(run: Run, desk: Path) -> None:
    run("import", "sep.csv", "--to", "data", *ZONE, "--dates", "day-first")
    assert run("import", "oct.csv", "--to", "data", "--replace").code == 3


def test_what_the_project_file_says_outranks_what_was_said_before(run: Run, desk: Path) -> None:
    run("import", "sep.csv", "--to", "data", *ZONE, "--dates", "day-first")
    (desk / "data" / "callstats.toml").write_text('[sources.five9]\ndates = "month-first"\n')
    run("import", "oct.csv", "--to", "data")
    assert months("data") == ["2026-03", "2026-04", "2026-05", "2026-09"]


def test_the_lines_that_an_import_prints_can_be_pasted(run: Run, desk: Path) -> None:
    printed = run("import", "sep.csv", "--to", "data", *ZONE, "--dates", "day-first").err
    lines = printed.partition("import again:\n")[2].splitlines()[:3]
    assert lines == [
        "[sources.five9.statuses]",
        '"Sold gold" = "success"  # 1 row',
        '# "ZZ9" = "no_outcome"  # TODO: 1 row; name a kind and take the first # away',
    ]
    assert f"Say in {Path('data', 'callstats.toml')} what they mean" in printed
    pasted = "\n".join(lines).replace('# "ZZ9" = "no_outcome"', '"ZZ9" = "refusal"')
    (desk / "data" / "callstats.toml").write_text(pasted + "\n")
    again = run("import", "sep.csv", "--to", "data")
    assert "calls: 2 in place of earlier ones, 1 there already" in again.err
    assert "nothing explains" not in again.err
    october = run("import", "oct.csv", "--to", "data")
    assert (october.code, "nothing explains" in october.err) == (0, False)
    measured = run("measure", "data", "successes", "--format", "json")
    assert json.loads(measured.out)[0]["value"] == 2


def test_check_reads_an_export_by_the_order_that_is_said(run: Run, desk: Path) -> None:
    said = run("check", "sep.csv", "--source", "five9", *ZONE, "--dates", "day-first", "--format", "json")
    rules = {found["rule"]: found["rows"] for found in json.loads(said.out)}
    assert rules["every outcome code is known"] == 2
