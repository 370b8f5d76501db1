"""callstats plan and callstats ab-test, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from callstats.simulate import Scenario, write
from tests.cli.conftest import Run


@pytest.fixture(scope="module")
def equal_lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lists") / "data"
    write(Scenario.small(seed=2, contacts=300), folder)
    return folder


def test_a_plan_is_said_in_words(run: Run) -> None:
    done = run("plan", "--baseline", ".05", "--effect", ".01", "--contacts-per-day", "300")
    assert done.code == 0
    assert "8,158 contacts in each group, 16,316 in all" in done.out
    assert "takes 55 days" in done.out


def test_a_plan_speaks_the_language_asked_for(run: Run) -> None:
    done = run("plan", "--baseline", ".05", "--effect", ".01", "--lang", "fr")
    assert "fiches par groupe" in done.out


def test_a_plan_as_json_is_its_curve(run: Run) -> None:
    done = run("plan", "--baseline", ".05", "--effect", ".01", "--format", "json")
    rows = json.loads(done.out)
    assert {"control_trials", "trials", "total", "days", "detectable", "lift", "power"} == set(rows[0])
    assert [row["trials"] for row in rows if abs(row["detectable"] - 0.01) < 1e-5] == [8158]


def test_a_plan_takes_baseline_and_design_effect_from_data(run: Run, equal_lists: Path) -> None:
    done = run("plan", equal_lists, "--kpi", "answer_rate", "--effect", ".05", "--where", "list_id=A")
    assert done.code == 0
    assert "are those of Answer rate" in done.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "no baseline"),
        (["--baseline", ".05"], "nothing to plan for"),
        (["--baseline", "5", "--effect", ".01"], "between 0 and 1"),
        (["nowhere", "--baseline", ".05", "--effect", ".01"], "come from the data"),
    ],
)
def test_what_cannot_be_planned_is_refused(run: Run, words: list[str], said: str) -> None:
    done = run("plan", *words)
    assert done.code == 2
    assert said in done.err


def test_a_test_is_said_in_words(run: Run, equal_lists: Path) -> None:
    done = run(
        "ab-test", equal_lists, "--control", "A", "--cost-per-hour", "18", "--guardrail", "do_not_call_rate",
        "--planned-contacts", "600",
    )  # fmt: skip
    assert done.code == 0
    assert "Conversion per lead: no evidence of a difference between B and A" in done.out
    assert "Final: 600 contacts were followed for 14 days." in done.out
    assert done.err == ""


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_test_has_a_row_a_comparison(run: Run, equal_lists: Path, form: str) -> None:
    done = run(
        "ab-test", equal_lists, "--control", "A", "--guardrail", "do_not_call_rate", "--format", form,
        "--period", "2026-09", "--horizon-days", "7", "--planned-looks", "1",
        "--planned-contacts", "600",
    )  # fmt: skip
    assert done.code == 0
    assert "conversion_per_lead" in done.out
    assert "do_not_call_rate" in done.out


def test_a_split_off_its_plan_is_a_finding(run: Run, equal_lists: Path) -> None:
    done = run("ab-test", equal_lists, "--control", "A", "--guardrail", "drop_rate", "--expected", "1", "2")
    assert done.code == 1
    assert "not comparable" in done.out


def test_an_unknown_arm_is_refused_with_the_near_ones(run: Run, equal_lists: Path) -> None:
    done = run("ab-test", equal_lists, "--control", "AA")
    assert done.code == 2
    assert "unknown list_id 'AA'" in done.err
