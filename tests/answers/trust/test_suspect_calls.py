"""Calls that may be wrong."""

from __future__ import annotations

import datetime as dt

import pytest

import callstats as cs
from tests.answers.small_campaigns import calls, data, plain

MONDAY = dt.datetime(2026, 9, 7, 10)


def test_a_code_on_which_every_flag_is_unknown_has_no_meaning() -> None:
    rows = [{"outcome_code": code, "connected": None, "live": None} for code in ("ZZ", "ZZ", "QQ")]
    found = cs.data_quality(data(calls(*rows, {"outcome_code": "A", "connected": True, "live": False}))).codes
    assert (found.unknown, found.known, found.calls) == ({"ZZ": 2, "QQ": 1}, 1, 4)
    assert plain(found.sentences[0]).endswith("nothing else: 3 (75.0%).")


def test_doubtful_talk_is_told_with_what_it_does_to_the_mean() -> None:
    """60, 120, 20,000, 0 and unknown: mean 20,180 / 4 = 5,045 s, without the doubtful ones 90 s."""
    talk = [60.0, 120.0, 20000.0, 0.0, None]
    found = cs.data_quality(data(calls(*({"handled": True, "talk_s": t} for t in talk)))).durations
    assert found.counts == {"long": 1, "silent": 1, "unknown": 1}
    assert (found.mean, found.mean_without) == (5045.0, 90.0)
    assert "1 h 24 min" in plain(found.sentences[0])


@pytest.mark.parametrize(
    ("agent", "after", "found"), [("oak", 130, 1), ("oak", 300, 0), ("elm", 130, 0), ("oak", 20, 0)]
)
def test_a_conversation_right_after_another_agents_may_be_a_transfer(
    agent: str, after: int, found: int
) -> None:
    """The first lasts 100 s of talk and 20 s of hold."""
    same = {"handled": True, "contact_id": "P", "talk_s": 100.0, "hold_s": 20.0}
    frame = calls(
        {**same, "agent_id": "elm", "local_started_at": MONDAY},
        {**same, "agent_id": agent, "local_started_at": MONDAY + dt.timedelta(seconds=after)},
    )
    pairs = cs.data_quality(data(frame)).transfers.pairs
    assert len(pairs) == found
    assert all(p.agents == ("elm", "oak") and p.apart_s == 10 for p in pairs)
