"""What customers say and how issues end, by agent, judged as agents are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import callstats as cs
from callstats.dataset import Dataset
from tests.answers.small_campaigns import demo, plain, settle, written

AT = pd.Timestamp("2026-09-01 10:00")


def desk(scores: dict[str, list[float]], kind: str = "nps", hours: dict[str, list[float]] | None = None):
    """Return calls of agents with an answer each, and issues solved after so many hours."""
    rows = [(agent, score) for agent, given in scores.items() for score in given]
    names = [str(i) for i in range(len(rows))]
    days = AT + pd.to_timedelta(np.arange(len(rows)) % 10, unit="D")
    calls = pd.DataFrame({
        "call_id": names, "contact_id": names, "direction": "inbound", "handled": True,
        "agent_id": [agent for agent, _ in rows], "local_started_at": days,
    })  # fmt: skip
    tables = {"calls": calls}
    if rows:
        tables["surveys"] = pd.DataFrame({"call_id": names, "kind": kind, "score": [s for _, s in rows]})
    if hours is not None:
        solved = [(agent, hour) for agent, took in hours.items() for hour in took]
        opened = AT + pd.to_timedelta(np.arange(len(solved)) % 10, unit="D")
        tables["cases"] = pd.DataFrame({
            "case_id": [f"i{n}" for n in range(len(solved))], "agent_id": [agent for agent, _ in solved],
            "local_opened_at": opened, "resolution_s": [3600.0 * hour for _, hour in solved],
            "solved_first_call": [hour < 1 for _, hour in solved],
        })  # fmt: skip
    return Dataset(tables)


def test_an_answer_belongs_to_the_agent_of_its_call():
    """Ann: two promoters, one detractor and one between, of four: 25. Bob: one and three: -50."""
    found = cs.agent_opinions(desk({"Ann": [10, 9, 3, 7], "Bob": [10, 0, 5, 6]}))
    assert {a: one.estimate.value for a, one in found.kpis["nps"].items()} == {"Ann": 25.0, "Bob": -50.0}
    measured = cs.measure(desk({"Ann": [10, 9, 3, 7], "Bob": [10, 0, 5, 6]}), "nps", by="agent_id")
    assert measured["value"].tolist() == [25.0, -50.0]


def test_an_issue_belongs_to_its_agent():
    """Ann takes 2 and 4 hours, Bob half an hour and 9.5."""
    dataset = desk({"Ann": [10.0], "Bob": [10.0]}, hours={"Ann": [2, 4], "Bob": [0.5, 9.5]})
    found = cs.agent_opinions(dataset)
    assert {a: one.estimate.value for a, one in found.kpis["time_to_resolution"].items()} == {
        "Ann": 3,
        "Bob": 5,
    }
    assert {a: o.estimate.value for a, o in found.kpis["first_call_resolution"].items()} == {
        "Ann": 0,
        "Bob": 0.5,
    }
    by_agent = cs.measure(dataset, ["time_to_resolution", "median_time_to_resolution"], by="agent_id")
    assert by_agent["value"].tolist() == [3, 3, 5, 5]


def test_an_agent_far_from_the_others_is_named_also_where_the_score_is_below_0():
    """Eleven agents have 6 promoters and 12 detractors of 24, the twelfth 20 and none."""
    usual = [10.0] * 6 + [3.0] * 12 + [7.0] * 6
    scores = {f"agent{i:02d}": usual for i in range(11)} | {"Zoe": [10.0] * 20 + [7.0] * 4}
    found = cs.agent_opinions(desk(scores))
    assert [a for a, one in found.kpis["nps"].items() if one.status == "above"] == ["Zoe"]
    assert plain(found.sentences[0]) == "Net Promoter Score: Zoe better than the others."
    shrunken = found.kpis["nps"]["Zoe"].shrunken
    assert -25 < shrunken < 100 * 20 / 24


def test_agents_alike_do_not_stand_out():
    found = cs.agent_opinions(desk({f"agent{i:02d}": [10.0] * 8 + [3.0] * 8 + [7.0] * 8 for i in range(12)}))
    assert {one.status for one in found.kpis["nps"].values()} <= {"alike", "few"}
    assert "nobody stands out" in found.sentences[0].text


def test_chance_alone_names_few():
    """12 agents with 40 answers of one population each, 20 times: 240 agents, at most a few are named."""
    random, named = np.random.default_rng(3), 0
    for _ in range(20):
        scores = {
            f"agent{i:02d}": random.choice([10.0, 7.0, 3.0], 40, p=[0.35, 0.25, 0.4]).tolist()
            for i in range(12)
        }
        found = cs.agent_opinions(desk(scores)).kpis["nps"]
        named += sum(one.status in ("above", "below") for one in found.values())
    assert named <= 12


def test_agents_asked_about_a_score_below_0_are_sent_to_the_question_that_can_tell():
    found = cs.agents(desk({"Ann": [10, 9, 3, 7] * 5, "Bob": [10, 0, 5, 6] * 5}), "nps", adjust=())
    assert "agent_opinions" in found.notes[0]


def test_what_cannot_be_asked_by_agent_is_noted():
    found = cs.agent_opinions(demo("service").period("2026-09"))
    assert list(found.kpis) == ["csat", "nps", "resolved_by_survey"]
    assert [plain(note) for note in found.notes] == [
        "First-call resolution: not computable, needs cases.agent_id.",
        "Time to resolution: not computable, needs cases.agent_id.",
    ]


def test_a_question_that_nobody_answered_is_noted_and_has_no_column():
    found = cs.agent_opinions(desk({"Ann": [10.0, 3.0], "Bob": [9.0, 9.0]}))
    assert list(found.kpis) == ["nps"]
    assert plain(found.notes[0]) == "Customer satisfaction (CSAT): undefined, no satisfaction answers."


def test_the_table_has_a_row_an_agent_and_a_column_a_figure():
    table = cs.agent_opinions(demo("service").period("2026-09")).table()
    assert len(table.rows) == 5  # three differ: the other two have a row each as well
    assert [column.label for column in table.columns][1:] == [
        "Customer satisfaction (CSAT)", "Net Promoter Score", "Resolved, as customers say"
    ]  # fmt: skip


def test_names_can_be_kept_out():
    assert "Ann" not in str(cs.agent_opinions(desk({"Ann": [10, 3], "Bob": [9, 9]}), pseudonyms="word"))


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_it_is_said_in_every_language(language):
    assert written(cs.agent_opinions(settle(demo("service"), language=language)))


def test_without_surveys_and_cases_there_are_only_notes():
    found = cs.agent_opinions(desk({}))
    assert (found.agents, len(found.notes), len(found.views())) == ((), 5, 5)
