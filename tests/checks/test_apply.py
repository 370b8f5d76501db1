"""Rules divide rows into accepted ones and rejects."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from callstats.checks import RULES, apply
from callstats.model import CHAIN, TABLES

FLAGS = ("connected", "live", "handled", "abandoned", "argued", "success", "closed")


def _calls(**columns: list) -> pd.DataFrame:
    frame = pd.DataFrame(columns)
    flags = [name for name in frame if name in FLAGS or name == "dialled"]
    return frame.astype(dict.fromkeys(flags, "boolean"))


def _rules(frame: pd.DataFrame, table: str = "calls") -> list[str]:
    return apply({table: frame})[1]["rule"].tolist()


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ({"connected": [False], "live": [True]}, "a live call was connected"),
        ({"live": [False], "handled": [True]}, "a handled call was live"),
        ({"handled": [False], "argued": [True]}, "a call in which the offer was heard was handled"),
        ({"argued": [False], "success": [True]}, "the offer was heard in a success"),
        ({"closed": [False], "success": [True]}, "a success closed the contact"),
        ({"live": [False], "abandoned": [True]}, "an abandoned call was live"),
        ({"handled": [True], "abandoned": [True]}, "an abandoned call was not handled"),
        ({"outcome_code": ["DNCL"], "dialled": [False]}, "a call was dialled"),
        ({"talk_s": [-0.5]}, "a duration is never negative"),
        ({"wrap_s": [65_000.0]}, "a duration is under 65,000 seconds"),
        ({"started_at": [pd.NaT]}, "a call has a time"),
        ({"direction": ["sideways"]}, "a direction is outbound or inbound"),
        ({"closed_reason": ["bored"]}, "a reason for closing is one of the model's"),
        ({"attempt_no": [0]}, "an attempt is counted from 1"),
    ],
)  # fmt: skip
def test_a_row_that_breaks_a_rule_is_rejected_in_its_words(columns: dict, rule: str) -> None:
    assert _rules(_calls(**columns)) == [rule]


@pytest.mark.parametrize("chosen", list(itertools.product([True, False, None], repeat=3)))
def test_only_known_flags_can_contradict_each_other(chosen: tuple[bool | None, ...]) -> None:
    connected, live, handled = chosen
    contradiction = (live is True and connected is False) or (handled is True and live is False)
    frame = _calls(connected=[connected], live=[live], handled=[handled])
    assert bool(_rules(frame)) == contradiction


def test_accepted_rows_satisfy_the_chain_from_dial_to_success() -> None:
    every = pd.DataFrame(itertools.product([True, False], repeat=len(CHAIN)), columns=list(CHAIN)).astype(
        "boolean"
    )
    accepted, _ = apply({"calls": every})
    sums = [len(accepted["calls"]), *accepted["calls"].sum()]
    assert sums == sorted(sums, reverse=True)
    assert len(accepted["calls"]) == len(CHAIN) + 1


def test_a_row_is_rejected_once_however_many_rules_it_breaks() -> None:
    _, rejects = apply({"calls": _calls(talk_s=[-1.0], wrap_s=[-1.0], started_at=[pd.NaT])})
    assert len(rejects) == 1


def test_a_value_just_under_the_limit_is_accepted() -> None:
    assert _rules(_calls(talk_s=[64_999.9])) == []


def test_a_faulty_row_of_a_helper_table_is_rejected() -> None:
    log = pd.DataFrame(
        {"agent_id": ["a", "a"], "talk_s": [10.0, 10.0], "dead_s": [11.0, 10.0], "pause_s": [0.0, 70_000]}
    )
    assert _rules(log, "agent_log") == [
        "a duration is under 65,000 seconds",
        "dead time lies inside the talk",
    ]


@pytest.mark.parametrize(
    ("kind", "score", "good"),
    [
        ("csat", 5, True), ("csat", 0, False), ("nps", 0, True),
        ("nps", 11, False), ("resolved", 1, True), ("resolved", 2, False),
    ],
)  # fmt: skip
def test_a_survey_keeps_to_its_scale(kind: str, score: float, good: bool) -> None:
    frame = pd.DataFrame({"call_id": ["1"], "kind": [kind], "score": [float(score)]})
    assert (_rules(frame, "surveys") == []) == good


def test_every_rule_is_a_sentence_about_columns_that_exist() -> None:
    for rule in RULES:
        assert rule.name[0].islower() or rule.name[0] == "a"
        assert not rule.name.endswith(".")
        assert rule.hint
        if rule.table in TABLES:
            known = {*TABLES[rule.table].names, "dialled", "length_s"}
            assert set(rule.columns) <= known
