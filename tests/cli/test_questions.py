"""The analyst's questions from the shell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from callstats.cli import app
from callstats.errors import UsageError

DEMO = str(Path(__file__).parents[2] / "data" / "demo")
SPRING = ["--where", "campaign_id=spring", "--period", "2026-09"]


def run(*words: str) -> int:
    return app(list(words), result_action="return_value") or 0


@pytest.mark.parametrize(
    ("words", "column"),
    [
        (["attempts", DEMO, *SPRING], "hazard"),
        (["attempts", DEMO, *SPRING, "--by", "list_id"], "list_id"),
        (["hours", DEMO, *SPRING], "weekday"),
        (["exhaustion", DEMO, *SPRING, "--deadline", "8"], "unused"),
        (["five-variables", DEMO, *SPRING, "--before", "none"], "before"),
        (["definitions", DEMO, "conversion_rate", *SPRING], "users"),
        (["targets", DEMO, "--period", "2026-09"], "days_to_come"),
        (["targets", DEMO, "--period", "2026-09", "--by", "campaign_id"], "attained"),
        (["staffing", DEMO, "--period", "2026-09", "--patience", "observed"], "needed"),
    ],
)
def test_json_is_records_and_the_exit_is_good(
    words: list[str], column: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words, "--format", "json") == 0
    assert column in json.loads(capsys.readouterr().out)[0]


def test_offending_dials_are_findings(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("compliance", DEMO, *SPRING, "--rule", "fr", "--format", "csv") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("check,source,call_id")
    assert len(lines) == 1 + 2349 + 168


def test_kept_rules_are_none(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--where", "campaign_id=spring", "--period", "2026-07-01", "--rule", "us-ftc"]
    assert run("compliance", DEMO, *words) == 0
    assert "within the calling hours" in capsys.readouterr().out


def test_the_table_speaks_the_language_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    run("exhaustion", DEMO, *SPRING, "--lang", "fr")
    assert "encore appelables" in capsys.readouterr().out


def test_a_misspelt_word_names_what_is_near() -> None:
    with pytest.raises(UsageError, match="conversion_rate"):
        run("definitions", DEMO, "conversion_rat")


def test_targets_set_on_the_command_line_are_judged(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--period", "2026-09", "--set", "targets.successes=400", "--set", "targets.profit=4000"]
    assert (
        run("targets", DEMO, *words, "--set", "campaign.spring.targets.successes=320", "--format", "json")
        == 0
    )
    found = {(row["name"], row["kpi"]): row["met"] for row in json.loads(capsys.readouterr().out)}
    totals = {key: met for key, met in found.items() if key[1] in ("successes", "profit")}
    assert totals == {("", "successes"): True, ("", "profit"): False, ("spring", "successes"): False}


def test_a_target_of_an_unknown_kpi_is_an_error_with_a_near_name() -> None:
    with pytest.raises(UsageError, match="successes"):
        run("targets", DEMO, "--set", "targets.succeses=400")


@pytest.mark.parametrize(
    ("words", "keyword"),
    [
        (["hours", DEMO, "answer_rate", *SPRING], "--kpi"),
        (["agents", DEMO, "answer_rate", *SPRING], "--kpi"),
        (["plan", DEMO, "answer_rate", "--effect", ".02", *SPRING], "--kpi"),
    ],
)
def test_a_kpi_stands_after_the_data_or_behind_its_name(
    words: list[str], keyword: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(*words, "--format", "csv")
    said = capsys.readouterr().out
    run(words[0], DEMO, keyword, "answer_rate", *words[3:], "--format", "csv")
    assert capsys.readouterr().out == said
    run(words[0], DEMO, *words[3:], "--format", "csv")
    assert capsys.readouterr().out != said


def test_a_bridge_and_five_variables_name_their_periods_as_the_others_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    spring = ["--where", "campaign_id=spring", "--format", "csv"]
    run("bridge", DEMO, "--before", "2026-08", "--after", "2026-09", *spring)
    said = capsys.readouterr().out
    run("bridge", DEMO, "--period", "2026-09", "--compare-with", "2026-08", *spring)
    assert capsys.readouterr().out == said
