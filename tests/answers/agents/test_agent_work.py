"""Pace and handle time by agent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from callstats.answers.agents.agent_work import agent_handle_time, agent_pace
from callstats.config import Config
from callstats.dataset import Dataset

START = pd.Timestamp("2026-09-01 09:00")


def times(pauses: dict[str, float], days: int = 20) -> pd.DataFrame:
    """Return eight hours a day of each agent, so many of them paused [h]."""
    rng = np.random.default_rng(1)
    rows = []
    for agent, pause in pauses.items():
        for day in range(days):
            rest = 3600 * pause * rng.gamma(30, 1 / 30)
            start = START + pd.Timedelta(days=day)
            rows += [(agent, start, "talk", 8 * 3600 - rest), (agent, start, "pause", rest)]
    return pd.DataFrame(rows, columns=["agent_id", "local_start", "state", "seconds"])


class TestPace:
    def test_shares_of_login_time_by_agent(self):
        frame = pd.DataFrame(
            {
                "agent_id": ["Ann", "Ann", "Bob"],
                "state": ["talk", "pause", "wrap"],
                "seconds": [2700.0, 900.0, 3600.0],
                "local_start": START,
            }
        )
        found = agent_pace(Dataset({"agent_time": frame}))
        assert found.agents["Ann"]["pause_share"].value == 0.25
        assert found.agents["Bob"]["wrap_share"].value == 1.0

    def test_who_pauses_longer_beyond_the_spread_of_days_is_named(self):
        found = agent_pace(
            Dataset({"agent_time": times({**{f"a{i:02}": 1.0 for i in range(12)}, "Zed": 2.0})})
        )
        assert found.differ["pause_share"]["Zed"] == "above"
        assert "Share of pauses: Zed higher than the others, which is worse" in str(found.verdict)

    def test_equal_agents_are_not_told_apart(self):
        found = agent_pace(Dataset({"agent_time": times({f"a{i:02}": 1.0 for i in range(12)})}))
        assert "no evidence that anybody differs" in str(found.verdict)

    def test_no_agent_time(self):
        found = agent_pace(Dataset({"calls": pd.DataFrame({"call_id": ["1"], "direction": ["outbound"]})}))
        assert str(found) == "Pace and time of agents: not computable, needs agent_time."

    def test_it_is_shown_by_name_and_under_pseudonyms(self):
        ds = Dataset({"agent_time": times({"Zed": 1.0, "ann": 1.0})})
        assert list(agent_pace(ds).agents) == ["ann", "Zed"]
        assert "Zed" not in str(agent_pace(ds, pseudonyms=True))
        assert agent_pace(ds).figure("pause_share").alt


def blended(answering: dict[str, float], days: int = 20) -> Dataset:
    """Return eight hours a day: so many of calls received, then 20 dials an hour, half of them answered."""
    rows, spent = [], []
    for agent, hours in answering.items():
        for day in range(days):
            start = START + pd.Timedelta(days=day)
            rows += [(agent, start, "inbound", 540.0, 60.0)] * round(6 * hours)
            rows += [(agent, start, "outbound", 50.0, 10.0)] * round(10 * (8 - hours))
            rows += [(agent, start, "unanswered", 0.0, 0.0)] * round(10 * (8 - hours))
            spent.append((agent, start, "talk", 8 * 3600.0))
    calls = pd.DataFrame(rows, columns=["agent_id", "local_started_at", "kind", "talk_s", "wrap_s"])
    calls["direction"] = calls["kind"].where(calls["kind"] == "inbound", "outbound")
    calls["handled"] = calls["kind"] != "unanswered"
    calls["success"] = False
    calls["call_id"] = calls["contact_id"] = calls.index.astype(str)
    time = pd.DataFrame(spent, columns=["agent_id", "local_start", "state", "seconds"])
    return Dataset({"calls": calls.drop(columns="kind"), "agent_time": time})


class TestBlended:
    def test_calls_received_and_their_time_do_not_enter_the_pace_of_dials(self):
        """Ann dials for eight hours, Bob for four: 20 dials and 10 conversations an hour each."""
        found = agent_pace(blended({"Ann": 0.0, "Bob": 4.0}))
        rates = {
            a: [of[k].value for k in ("calls_per_agent_hour", "handled_per_agent_hour")]
            for a, of in found.agents.items()
        }
        assert rates == {
            "Ann": [pytest.approx(20), pytest.approx(10)],
            "Bob": [pytest.approx(20), pytest.approx(10)],
        }
        assert "without calls received" in str(found.table())

    def test_whoever_answers_for_half_of_the_day_is_not_called_slow(self):
        found = agent_pace(blended({f"a{i:02}": 4.0 * (i % 2) for i in range(12)}))
        assert not {"above", "below"} & set(found.differ.get("handled_per_agent_hour", {}).values())

    def test_whoever_answers_calls_alone_has_no_pace(self):
        found = agent_pace(blended({"Ann": 0.0, "Bob": 2.0, "Eve": 8.0}))
        assert not found.agents["Eve"]["handled_per_agent_hour"].known
        assert "Eve" not in found.differ.get("handled_per_agent_hour", {})
        assert found.agents["Eve"]["talk_share"].value == 1.0

    def test_of_calls_received_only_pace_is_the_calls_answered(self):
        found = agent_pace(blended({"Ann": 8.0, "Bob": 8.0}))
        assert found.agents["Ann"]["answered_per_login_hour"].value == pytest.approx(6)
        assert "dials" not in str(found.table())

    def test_handle_time_tells_calls_received_from_those_dialled(self):
        found = agent_handle_time(blended({"Ann": 0.0, "Bob": 4.0})).to_frame()
        means = {(a, o): m for a, o, m in found[["agent", "outcome", "mean"]].itertuples(index=False)}
        assert means["Bob", "received"] == 600.0
        assert ("Ann", "received") not in means


def conversations(seconds: dict[str, float], sizes: dict[str, int]) -> pd.DataFrame:
    """Return conversations: so many successes of an agent take ten minutes, the rest as said."""
    rng = np.random.default_rng(2)
    rows = [
        {
            "agent_id": agent,
            "success": i < sizes[agent],
            "talk_s": (600 if i < sizes[agent] else mean) * factor,
        }
        for agent, mean in seconds.items()
        for i, factor in enumerate(rng.gamma(10, 0.1, 200))
    ]
    frame = pd.DataFrame(rows).assign(wrap_s=0.0, direction="outbound", handled=True, argued=True)
    frame["call_id"] = frame["contact_id"] = frame.index.astype(str)
    frame["local_started_at"] = START + pd.to_timedelta(frame.index % 20, unit="D")
    return frame


class TestHandleTime:
    def test_mean_median_and_quantile_by_outcome(self):
        frame = pd.DataFrame({
            "call_id": list("12345"), "agent_id": "Ann", "direction": "outbound", "handled": True,
            "argued": [True, True, True, False, False], "success": [True, False, False, False, False],
            "talk_s": [500.0, 200.0, 300.0, 60.0, 40.0], "wrap_s": [100.0, 0.0, 0.0, 0.0, 0.0],
        })  # fmt: skip
        found = agent_handle_time(Dataset({"calls": frame})).to_frame().set_index("outcome")
        assert found["mean"].to_dict() == {"all": 240.0, "success": 600.0, "refusal": 250.0, "no offer": 50.0}
        assert found.loc["all", "median"] == 200.0
        assert found.loc["refusal", "p90"] == 290.0

    def test_who_sells_more_is_not_called_slow_for_it(self):
        sizes = {**{f"a{i:02}": 20 for i in range(12)}, "Sells": 90}
        ds = Dataset({"calls": conversations(dict.fromkeys(sizes, 200.0), sizes)})
        found = agent_handle_time(ds)
        mean = {agent: f["all"]["average_handle_time"].value for agent, f in found.agents.items()}
        assert mean["Sells"] > 1.3 * mean["a00"]
        assert found.status["Sells"] != "above"

    def test_who_is_slow_on_the_same_outcomes_is_named(self):
        sizes = {**{f"a{i:02}": 20 for i in range(12)}, "Slow": 20}
        seconds = {**dict.fromkeys(sizes, 200.0), "Slow": 320.0}
        found = agent_handle_time(Dataset({"calls": conversations(seconds, sizes)}))
        assert "longer Slow" in str(found.verdict)
        assert found.figure().alt

    def test_outcomes_whose_flag_is_missing_are_left_out(self):
        sizes = {"Ann": 20, "Bob": 20}
        frame = conversations(dict.fromkeys(sizes, 200.0), sizes).drop(columns=["success", "argued"])
        found = agent_handle_time(Dataset({"calls": frame}))
        assert list(found.agents["Ann"]) == ["all"]

    def test_no_times(self):
        frame = pd.DataFrame(
            {"call_id": ["1"], "agent_id": ["a"], "handled": [True], "direction": ["outbound"]}
        )
        found = agent_handle_time(Dataset({"calls": frame}))
        assert str(found) == "Average handle time: not computable, needs calls.talk_s, calls.wrap_s."


class TestLevel:
    def test_pace_is_at_the_level_of_the_project(self):
        tables = {"agent_time": times({"Ann": 1.0, "Bob": 2.0})}
        usual, narrower = (agent_pace(Dataset(tables, Config(confidence=level))) for level in (0.95, 0.90))
        assert width(narrower) < 0.9 * width(usual)
        assert "95%" not in str(narrower) + narrower._repr_html_()
        assert narrower.figure("pause_share").caption.endswith("with 90% intervals")

    def test_handle_time_is_at_the_level_asked(self):
        sizes = {"Ann": 20, "Bob": 20}
        ds = Dataset({"calls": conversations(dict.fromkeys(sizes, 200.0), sizes)})
        usual, narrower = agent_handle_time(ds), agent_handle_time(ds, confidence=0.90)
        assert width(narrower) < 0.9 * width(usual)
        assert "95%" not in str(narrower) + narrower._repr_html_()
        assert narrower.figure().caption.endswith("with 90% intervals")


def width(found) -> float:
    frame = found.to_frame()
    return float((frame["high"] - frame["low"]).sum())
