"""Which targets are missed, and why."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pandas as pd
import pytest

import callstats as cs
from callstats.answers.campaign.portrait_numbers import Figure
from callstats.answers.core.voice import Voice
from callstats.answers.month.targets import judged_targets as targets
from callstats.config import Target
from tests.answers.month.small_months import campaign, figure, two_months
from tests.answers.small_campaigns import data, plain, settle, written


class Never:
    def of(self, figure: Figure) -> SimpleNamespace:
        return SimpleNamespace(text=f"because of {figure.kpi.name}")


def test_targets_are_missed_met_or_open_by_the_whole_interval() -> None:
    """Value 10, interval 9 to 11."""
    one = campaign(
        "A",
        figure("profit", low=12.0),
        figure("roi", low=8.0),
        figure("csat", low=10.5),
        figure("answer_rate", high=9.5),
    )
    asked = []
    found = targets(Voice(), "September", [one, campaign("B")], lambda c: asked.append(c) or Never())  # type: ignore[arg-type]
    assert [(m.figure.kpi.name, m.reason) for m in found.missed] == [("profit", "because of profit")]
    assert (found.met, found.open) == (1, 2)
    assert [c.label for c in asked] == ["A"]
    assert plain(found.summary) == "1 of 4 targets is missed: A (Profit); 2 are too close to tell."


@pytest.mark.parametrize(
    ("language", "still_open", "expected"),
    [
        ("en", 0, "1 of 1 targets is missed: A (Profit)."),
        ("fr", 0, "1 objectif sur 1 est manqué : A (Profit)."),
        ("ru", 0, "Не достигнута 1 цель из 1: A (Прибыль)."),
        ("fr", 1, "1 objectif sur 2 est manqué : A (Profit) ; 1 est trop proche pour trancher."),
        ("fr", 2, "1 objectif sur 3 est manqué : A (Profit) ; 2 sont trop proches pour trancher."),
        ("ru", 1, "Не достигнута 1 цель из 2: A (Прибыль); 1 слишком близка, чтобы судить."),
        ("ru", 2, "Не достигнута 1 цель из 3: A (Прибыль); 2 слишком близки, чтобы судить."),
    ],
)
def test_targets_too_close_to_tell_are_counted_only_where_there_are_any(
    language: str, still_open: int, expected: str
) -> None:
    close = [figure(name, low=10.5) for name in ("csat", "answer_rate")[:still_open]]
    one = campaign("A", figure("profit", low=12.0), *close)
    found = targets(Voice(language), "", [one], lambda _: Never())  # type: ignore[arg-type, return-value]
    assert plain(found.summary) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "None of 2 targets is missed."),
        ("fr", "Aucun des 2 objectifs n’est manqué."),
        ("ru", "Недостигнутых целей нет (всего: 2)."),
    ],
)
def test_of_targets_all_met_nothing_is_said_to_be_open(language: str, expected: str) -> None:
    one = campaign("A", figure("csat", low=8.0), figure("answer_rate", low=8.0))
    found = targets(Voice(language), "", [one], lambda _: Never())  # type: ignore[arg-type, return-value]
    assert found.summary.text == expected


def test_abandonment_is_judged_by_its_value() -> None:
    one = campaign("A", figure("abandon_rate_outbound", value=0.031, high=0.03))
    found = targets(Voice(), "September", [one], lambda _: Never())  # type: ignore[arg-type, return-value]
    assert len(found.missed) == 1


def test_a_missed_answer_rate_is_put_down_to_the_step_that_fell() -> None:
    ds = settle(data(two_months(answered=(40, 20))), targets={"answer_rate": Target(low=0.3)})
    (missed,) = cs.summary(ds, "2026-09", bootstrap=50).targets.missed
    assert missed.figure.now.value == pytest.approx(0.2)
    assert plain(missed.reason).startswith("Person answered: down since August 2026")


def test_a_missed_success_per_hour_is_put_down_to_the_factor_of_the_bridge() -> None:
    frame = two_months(answered=(40, 20))
    time = pd.DataFrame(
        [
            {
                "agent_id": agent,
                "campaign_id": "x",
                "state": "talk",
                "seconds": 3600.0 + 60 * n,
                "local_start": dt.datetime(2026, month, day, 10),
            }
            for month in (8, 9)
            for day in range(3, 13)
            for n, agent in enumerate("ab")
        ]
    )
    dials = {"successes_per_login_hour": Target(low=4.0)}
    ds = settle(data(frame, agent_time=time), targets=dials)
    (missed,) = cs.summary(ds, "2026-09", bootstrap=200).targets.missed
    assert plain(missed.reason).startswith("the answer rate fell (")


def test_a_target_missed_before_as_well_is_not_new() -> None:
    ds = settle(data(two_months()), targets={"answer_rate": Target(low=0.6)})
    (missed,) = cs.summary(ds, "2026-09", bootstrap=50).targets.missed
    assert plain(missed.reason) == "not new: 40% in August 2026"


def test_the_reason_of_a_missed_target_is_a_line_with_its_numbers() -> None:
    ds = settle(data(two_months(answered=(40, 20))), targets={"answer_rate": Target(low=0.3)})
    (missed,) = cs.summary(ds, "2026-09", bootstrap=50).targets.missed
    row = missed.likely.to_frame().iloc[0]
    assert (row["kpi"], row["reason"]) == ("answer_rate", missed.reason)
    assert row["low"] < row["change"] < row["high"] < 0
    assert plain(str(missed.likely)) == plain(missed.reason)


def test_intervals_of_reasons_are_at_the_level_of_the_project() -> None:
    ds = settle(data(two_months(answered=(40, 20))), targets={"answer_rate": Target(low=0.3)})
    usual, narrow = (
        cs.summary(settle(ds, confidence=level), "2026-09", bootstrap=50).targets for level in (0.95, 0.90)
    )
    a, b = (found.missed[0].likely.change for found in (usual, narrow))
    assert a is not None
    assert b is not None
    assert b.high - b.low < a.high - a.low
    assert "95%" not in written(narrow)
