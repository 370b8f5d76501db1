"""Calls of one direction, asked a question about the other: the answer says so and names the right one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import callstats as cs
from callstats.answers.core.directions import only_direction, other_direction
from callstats.config import Config
from callstats.dataset import Dataset
from callstats.errors import ComparisonRefused, UsageError
from callstats.kpis import get


def data(direction: str, language: str = "en") -> Dataset:
    """Return 300 calls of two lists over ten days, all of one direction."""
    i = np.arange(300)
    calls = pd.DataFrame(
        {
            "call_id": i.astype(str),
            "contact_id": [f"c{n // 2}" for n in i],
            "direction": direction,
            "attempt_no": 1 + i % 2,
            "campaign_id": "x",
            "list_id": np.where(i // 2 % 2, "A", "B"),
            "agent_id": [f"a{n % 6}" for n in i],
            "local_started_at": pd.Timestamp("2026-09-07 09:00") + pd.to_timedelta(i % 240, unit="h"),
            "queue_s": 10.0,
            "talk_s": 100.0,
            "handled": i % 3 > 0,
            "live": i % 3 > 0,
            "success": i % 9 == 1,
        }
    )
    return Dataset({"calls": calls}, Config(language=language))


@pytest.mark.parametrize("ask", [cs.funnel, cs.lists, cs.attempts, cs.calling_hours])
def test_a_question_about_dials_names_the_one_for_calls_received(ask):
    assert any("cs.service" in note for note in ask(data("inbound")).notes)
    assert not any("cs.service" in note for note in ask(data("outbound")).notes)


def test_a_portrait_of_dials_names_the_service_but_that_of_callers_does_not():
    assert "cs.service" in cs.portrait(data("inbound")).note
    assert "cs.service" not in cs.portrait(data("inbound"), kpis=["service_level"]).note
    assert "cs.service" not in cs.portrait(data("outbound")).note


def test_a_comparison_of_dials_names_a_kpi_of_calls_received():
    with pytest.raises(ComparisonRefused, match="Service level"):
        cs.compare(data("inbound"), "answer_rate", by="list_id")
    with pytest.raises(ComparisonRefused, match="Answer rate"):
        cs.compare(data("outbound"), "service_level", by="list_id")


def test_the_service_of_dials_is_refused_with_what_to_ask():
    with pytest.raises(UsageError, match=r"all calls are outbound(.|\n)*cs\.portrait"):
        cs.service(data("outbound"))


def test_the_service_of_a_campaign_of_dials_says_what_to_ask():
    calls = [data(way).table("calls").collect("pandas").to_native() for way in ("inbound", "outbound")]
    calls[0] = calls[0].assign(campaign_id="y", call_id="in" + calls[0]["call_id"])
    both = Dataset({"calls": pd.concat(calls)})
    assert "cs.portrait" in cs.service(both.where(campaign_id="x")).figures.note
    assert "cs.portrait" not in cs.service(both.where(campaign_id="y")).figures.note


@pytest.mark.parametrize(("language", "word"), [("fr", "demandez"), ("ru", "запросите")])
def test_it_is_said_in_the_language(language, word):
    assert word in cs.funnel(data("inbound", language)).notes[0]


def test_calls_of_both_directions_are_of_no_single_one():
    assert only_direction(data("inbound")) == "inbound"
    assert only_direction(Dataset({"calls": pd.DataFrame({"call_id": ["1"]})})) == ""
    assert other_direction(data("inbound"), get("average_handle_time")) == ""
    assert other_direction(data("outbound"), get("service_level")) == "outbound"
