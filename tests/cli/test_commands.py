"""From a dialer's export to the first report, by the command line alone."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from callstats.simulate import Scenario, simulate, write_vicidial
from tests.cli.conftest import GOOD, Run, export, export_row

DEMO = ("data/demo", "--where", "campaign_id=spring", "--period", "2026-09")


@pytest.fixture
def imported(run: Run, tmp_path: Path) -> Path:
    """A data set of three refusals, one success and one answering machine."""
    rows = [*GOOD[:3], export_row(4, status="SALE"), export_row(5, status="A", length_in_sec=0)]
    (tmp_path / "export.txt").write_text(export(*rows), encoding="utf-8")
    run("import", tmp_path / "export.txt", "--source", "vicidial", "--to", tmp_path / "data")
    return tmp_path / "data"


def test_an_import_leaves_whole_tables_and_where_they_came_from(imported: Path) -> None:
    told = json.loads((imported / "dataset.json").read_text(encoding="utf-8"))
    assert told["rows"]["calls"] == 5
    assert [file["name"] for file in told["files"]] == ["export.txt"]
    assert {path.name for path in imported.iterdir()} >= {"calls", "rejects.parquet"}
    assert [path.name for path in (imported / "calls").iterdir()] == ["2026-09.parquet"]


def test_an_import_again_replaces_an_earlier_one(run: Run, imported: Path) -> None:
    (imported.parent / "export.txt").write_text(export(*GOOD), encoding="utf-8")
    done = run("import", imported.parent / "export.txt", "--source", "vicidial", "--to", imported)
    assert done.code == 0
    assert json.loads((imported / "dataset.json").read_text(encoding="utf-8"))["rows"]["calls"] == 9


def test_measured_records_carry_full_precision(run: Run, imported: Path) -> None:
    done = run("measure", imported, "conversion_per_dial", "success_rate_argued", "--format", "json")
    assert done.code == 0
    records = json.loads(done.out)
    assert [(r["kpi"], r["value"]) for r in records] == [
        ("conversion_per_dial", 0.2),
        ("success_rate_argued", 0.25),
    ]
    assert records[0]["low"] < 0.2 < records[0]["high"]


def test_csv_has_the_columns_asked_by(run: Run) -> None:
    done = run("measure", *DEMO, "answer_rate", "--by", "list_id", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["list_id"] for row in rows] == ["A", "B", "base"]
    assert {"value", "low", "high", "numerator", "denominator", "n", "note"} <= set(rows[0])


def test_a_table_is_written_in_the_language_asked(run: Run) -> None:
    done = run("measure", *DEMO, "answer_rate", "--lang", "fr")
    assert "22,7\N{NARROW NO-BREAK SPACE}%" in done.out or "22,7\N{NO-BREAK SPACE}%" in done.out


def test_what_cannot_be_computed_names_the_column(run: Run, imported: Path) -> None:
    done = run("measure", imported, "average_wrap_time")
    assert done.code == 0
    assert "not computable: needs calls.wrap_s" in done.out


def test_a_check_of_a_folder_exits_1_on_findings_and_0_without(run: Run, imported: Path) -> None:
    assert run("check", imported).code == 0
    assert run("check", "data/demo").code == 1


def test_the_catalogue_is_listed_and_a_single_entry_is_told_in_full(run: Run) -> None:
    listed = json.loads(run("kpis", "--domain", "money", "--format", "json").out)
    assert {"roi", "profit", "cost_per_acquisition"} <= {entry["name"] for entry in listed}
    told = run("kpis", "roi", "--lang", "fr").out
    assert "ROI" in told
    assert "formula" in told


def test_an_unknown_option_and_an_unknown_command_are_usage(run: Run) -> None:
    assert run("measure", "data/demo", "answer_rate", "--wher", "x=1").code == 2
    assert run("measur").code == 2


def test_a_simulated_export_becomes_a_report(run: Run, tmp_path: Path) -> None:
    write_vicidial(simulate(Scenario.small(seed=5, contacts=300)), tmp_path / "server")
    data, out = tmp_path / "data", tmp_path / "reports"
    assert run("import", tmp_path / "server" / "tables", "--source", "vicidial", "--to", data).code in (0, 1)
    campaign = json.loads(run("measure", data, "dials", "--by", "campaign_id", "--format", "json").out)[0]
    done = run(
        *("report", "campaign_report", data, "-p", f"campaign_id={campaign['campaign_id']}"),
        *("--period", "2026", "--out", out),
    )
    assert done.code == 0, done.err
    written = [Path(line) for line in done.out.split()]
    assert sorted(path.suffix for path in written) == [".html", ".ipynb", ".json", ".pdf"]
    assert all(path.stat().st_size > 1000 for path in written)
    assert next(path for path in written if path.suffix == ".pdf").read_bytes().startswith(b"%PDF")


def test_kpis_of_ones_own_are_measured_and_listed_beside_the_others(run: Run, imported: Path) -> None:
    """Of four conversations, all refusals and the success last 60 s."""
    own = imported.parent / "own.toml"
    own.write_text(
        '[kpi.minute_rate]\nlabel = "Talks of a minute"\n'
        'numerator = "handled where talk_s >= 60"\ndenominator = "dials"\n',
        encoding="utf-8",
    )
    done = run("measure", imported, "minute_rate", "--own-kpis", own, "--format", "json")
    assert json.loads(done.out)[0]["value"] == 0.8
    assert "minute_rate" in run("kpis", "--own-kpis", own).out
