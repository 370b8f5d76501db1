"""Importing month after month, by the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import GOOD, Run, export, export_row

MAPPING = '[costs.columns]\ncampaign_id = "C"\nperiod = "M"\nkind = "K"\namount = "A"\n'


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """September, imported with its time zone; October beside it."""
    monkeypatch.chdir(tmp_path)
    october = [export_row(lead, call_date=f"2026-10-01 10:{lead:02d}:00") for lead in range(5, 12)]
    (tmp_path / "sep.txt").write_text(export(*GOOD), encoding="utf-8")
    (tmp_path / "oct.txt").write_text(export(*october), encoding="utf-8")
    return tmp_path


def bring(run: Run, *words: str) -> tuple[int, str, str]:
    done = run("import", *words, "--to", "data")
    return done.code, done.err, done.out


def rows() -> dict[str, int]:
    return json.loads(Path("data/dataset.json").read_text(encoding="utf-8"))["rows"]


def test_a_second_month_is_added_on_the_clock_of_the_first(run: Run, desk: Path) -> None:
    bring(run, "sep.txt", "--source", "vicidial", "--time-zone", "Europe/Paris")
    code, said, _ = bring(run, "oct.txt", "--source", "vicidial")
    assert code == 0
    assert "calls: 7 new" in said
    assert "16 calls in data" in said
    assert "no time zone" not in said
    assert rows() == {"calls": 16}


def test_the_same_file_again_is_told(run: Run, desk: Path) -> None:
    bring(run, "sep.txt", "--source", "vicidial", "--time-zone", "Europe/Paris")
    code, said, _ = bring(run, "sep.txt", "--source", "vicidial")
    assert code == 0
    assert "sep.txt was imported before" in said
    assert "nothing was new" in said


def test_to_begin_anew_says_what_is_removed(run: Run, desk: Path) -> None:
    bring(run, "sep.txt", "--source", "vicidial", "--time-zone", "Europe/Paris")
    _, said, _ = bring(run, "oct.txt", "--source", "vicidial", "--time-zone", "Europe/Paris", "--replace")
    assert "removed what was there: 9 calls (2026-09-01 to 2026-09-01)" in said
    assert rows() == {"calls": 7}


def test_another_clock_is_refused_with_what_to_do(run: Run, desk: Path) -> None:
    bring(run, "sep.txt", "--source", "vicidial", "--time-zone", "Europe/Paris")
    code, said, _ = bring(run, "oct.txt", "--source", "vicidial", "--time-zone", "Asia/Tokyo")
    assert code == 3
    assert "Europe/Paris" in said
    assert "--replace" in said
    assert rows() == {"calls": 9}


def test_costs_join_the_calls_and_cannot_come_before_them(run: Run, desk: Path) -> None:
    Path("costs.toml").write_text(MAPPING, encoding="utf-8")
    Path("costs.csv").write_text("C,M,K,A\nspring,2026-09,labour,90\n", encoding="utf-8")
    code, said, _ = bring(run, "costs.csv", "--mapping", "costs.toml")
    assert (code, Path("data").exists()) == (3, False)
    assert "calls first" in said
    bring(run, "sep.txt", "--source", "vicidial", "--time-zone", "Europe/Paris")
    bring(run, "costs.csv", "--mapping", "costs.toml")
    assert rows() == {"calls": 9, "costs": 1}
    done = run("measure", "data", "cost_per_call", "--format", "json")
    assert json.loads(done.out)[0]["value"] == pytest.approx(10)


def test_a_currency_that_the_project_states_must_be_that_of_the_data(run: Run, desk: Path) -> None:
    Path("costs.toml").write_text(MAPPING, encoding="utf-8")
    Path("costs.csv").write_text("C,M,K,A\nspring,2026-09,labour,90\n", encoding="utf-8")
    Path("rub.toml").write_text('currency = "RUB"\n', encoding="utf-8")
    bring(run, "sep.txt", "--source", "vicidial", "--time-zone", "Europe/Paris", "--config", "rub.toml")
    assert bring(run, "costs.csv", "--mapping", "costs.toml")[0] == 0  # says nothing of its currency
    Path("eur.toml").write_text('currency = "EUR"\n', encoding="utf-8")
    code, said, _ = bring(run, "costs.csv", "--mapping", "costs.toml", "--config", "eur.toml")
    assert code == 3
    assert "currency RUB" in said


def test_rejects_of_an_earlier_month_are_not_told_again(run: Run, desk: Path) -> None:
    Path("sep.txt").write_text(export(*GOOD, export_row(77, length_in_sec=-5)), encoding="utf-8")
    assert bring(run, "sep.txt", "--source", "vicidial", "--time-zone", "Europe/Paris")[0] == 1
    assert bring(run, "oct.txt", "--source", "vicidial")[0] == 0
    assert "a duration is never negative" in run("check", "data").out


PROJECT = (
    '# Lyon, since 2024\ntime_zone = "Europe/Paris"  # the site\ncurrency = "RUB"\n\n[labels]\nA = "Été"\n'
)


def test_data_begun_anew_on_another_clock_change_that_line_of_the_project_file(run: Run, desk: Path) -> None:
    bring(run, "sep.txt", "--source", "vicidial", "--time-zone", "Europe/Paris")
    Path("data/callstats.toml").write_text(PROJECT, encoding="utf-8")
    words = ("oct.txt", "--source", "vicidial", "--time-zone", "Asia/Tokyo", "--replace")
    _, said, _ = bring(run, *words)
    now = Path("data/callstats.toml").read_text(encoding="utf-8")
    assert now == PROJECT.replace("Europe/Paris", "Asia/Tokyo")
    assert (
        "callstats.toml now says time_zone = \"Asia/Tokyo\", as the data have it; it was 'Europe/Paris'"
        in said
    )
    assert "callstats.toml" not in bring(run, *words)[1]


def test_data_begun_anew_in_another_currency_change_that_line_as_well(run: Run, desk: Path) -> None:
    bring(run, "sep.txt", "--source", "vicidial", "--time-zone", "Europe/Paris")
    Path("data/callstats.toml").write_text(PROJECT, encoding="utf-8")
    Path("usd.toml").write_text('currency = "USD"\ntime_zone = "Europe/Paris"\n', encoding="utf-8")
    _, said, _ = bring(run, "sep.txt", "--source", "vicidial", "--config", "usd.toml", "--replace")
    assert Path("data/callstats.toml").read_text(encoding="utf-8") == PROJECT.replace("RUB", "USD")
    assert 'currency = "USD"' in said


def test_a_project_file_that_says_what_the_data_have_stays_to_the_byte(run: Run, desk: Path) -> None:
    bring(run, "sep.txt", "--source", "vicidial", "--time-zone", "Europe/Paris")
    Path("data/callstats.toml").write_bytes(PROJECT.replace("\n", "\r\n").encode())
    bring(run, "oct.txt", "--source", "vicidial", "--replace")
    assert Path("data/callstats.toml").read_bytes() == PROJECT.replace("\n", "\r\n").encode()
    assert json.loads(Path("data/dataset.json").read_text(encoding="utf-8"))["time_zone"] == "Europe/Paris"


def test_the_project_file_that_is_begun_says_the_clock_of_the_data(run: Run, desk: Path) -> None:
    Path("callstats.toml").write_text('time_zone = "Europe/Paris"\n', encoding="utf-8")
    bring(run, "sep.txt", "--source", "vicidial", "--time-zone", "Asia/Tokyo")
    assert 'time_zone = "Asia/Tokyo"' in Path("data/callstats.toml").read_text(encoding="utf-8")
