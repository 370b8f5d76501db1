"""From a plain list of calls and three lines of [money] to profit, on the command line and in the report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from callstats.cli import main

#: An hour of four calls and one appointment, as any dialer writes it.
CALLS = """\
Call ID,Phone,Start,Agent,Result,Talk (s),Campaign
1,0102030401,2026-09-01 09:00:00,ann,No answer,0,spring
2,0102030402,2026-09-01 09:00:40,ann,Refused,860,spring
3,0102030403,2026-09-01 09:15:00,ann,Refused,900,spring
4,0102030404,2026-09-01 09:30:00,ann,Appointment,900,spring
5,0102030405,2026-09-01 09:45:00,ann,Refused,900,spring
"""
MONEY = "[money]\nvalue_per_success = 100\ncost_per_hour = 50\n"
EXPECTED = {
    "revenue": 100.0, "cost": 50.0, "profit": 50.0, "roi": 1.0, "cost_per_acquisition": 50.0,
    "profit_per_hour": 50.0, "break_even_successes_per_login_hour": 0.5,
}  # fmt: skip


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The calls, imported without a word of money."""
    monkeypatch.chdir(tmp_path)
    Path("calls.csv").write_text(CALLS, encoding="utf-8")
    for words in (
        ["map", "calls.csv", "--time-zone", "Europe/Paris", "--to", "calls.toml"],
        ["import", "calls.csv", "--mapping", "calls.toml", "--to", "data"],
    ):
        assert run(monkeypatch, *words) in (0, 1)
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["callstats", *words])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


def measured(monkeypatch, capsys, *more: str) -> dict[str, float]:
    capsys.readouterr()
    assert run(monkeypatch, "measure", "data", *EXPECTED, "--format", "json", *more) == 0
    return {row["kpi"]: row["value"] for row in json.loads(capsys.readouterr().out)}


def test_three_lines_of_money_make_profit_of_a_plain_list_of_calls(site, monkeypatch, capsys) -> None:
    assert set(measured(monkeypatch, capsys).values()) == {None}
    Path("callstats.toml").write_text(MONEY, encoding="utf-8")
    assert measured(monkeypatch, capsys) == pytest.approx(EXPECTED)


def test_the_same_is_said_on_the_command_line(site, monkeypatch, capsys) -> None:
    stated = ["--set", "money.value_per_success=100", "--set", "money.cost_per_hour=50"]
    assert measured(monkeypatch, capsys, *stated) == pytest.approx(EXPECTED)


def test_the_ledger_says_where_the_money_is_from(site, monkeypatch, capsys) -> None:
    Path("callstats.toml").write_text(MONEY, encoding="utf-8")
    capsys.readouterr()
    assert run(monkeypatch, "money", "data") == 0
    told = capsys.readouterr().out
    assert "money.value_per_success" in told
    assert "money.cost_per_hour" in told
    assert "hours estimated from the calls" in told


def test_the_report_shows_the_same(site, monkeypatch, capsys) -> None:
    stated = ["--set", "money.value_per_success=100", "--set", "money.cost_per_hour=50"]
    asked = ["report", "campaign_report", "data", "--period", "2026-09", "-p", "campaign_id=spring"]
    assert run(monkeypatch, *asked, *stated, "--format", "html", "--out", "out") == 0
    (page,) = Path("out").rglob("*.html")
    text = page.read_text(encoding="utf-8")
    assert "Profit in September 2026: €50" in text.replace("\xa0", " ")
    assert "money.cost_per_hour=50" in text  # the command that makes it again
    record = json.loads(next(Path("out").rglob("*.json")).read_text(encoding="utf-8"))
    assert record["parameters"]["settings"] == [word for word in stated if word != "--set"]
