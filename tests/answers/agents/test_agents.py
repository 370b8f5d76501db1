"""cs.agents from calls to verdict, on data small enough to count by hand, and at its edges."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from callstats.answers.agents.agent_names import pseudonym
from callstats.answers.agents.agents import agents
from callstats.config import Config
from callstats.dataset import Dataset
from callstats.errors import UsageError
from tests.answers.agents.small_teams import TEAM, calls, told
from tests.answers.small_campaigns import plain


class TestFigures:
    def test_observed_and_expected_by_hand(self):
        # x: 12 of 60, y: 6 of 60. Ann: 40 on x and 20 on y: 8 + 2 expected.
        found = told(
            calls(("Ann", "x", 7, 40), ("Ann", "y", 3, 20), ("Bob", "x", 5, 20), ("Bob", "y", 3, 40))
        )
        assert [(a.agent, a.observed, a.expected) for a in found.agents] == [
            ("Ann", 10.0, pytest.approx(10.0)),
            ("Bob", 8.0, pytest.approx(8.0)),
        ]
        assert found["Ann"].ratio == pytest.approx(1.0)
        assert found["Ann"].value == pytest.approx(10 / 60)
        assert found["Bob"].status == "few"

    def test_an_agent_who_had_the_better_list_is_not_praised_for_it(self):
        # Both convert 30 % on x and 5 % on y.
        mixed = [("Ann", "x", 60, 200), ("Ann", "y", 2, 40), ("Bob", "x", 12, 40), ("Bob", "y", 10, 200)]
        found = told(calls(*mixed))
        assert found["Ann"].value > 2 * found["Bob"].value
        assert [a.ratio for a in found.agents] == pytest.approx([1.0, 1.0])
        unadjusted = told(calls(*mixed), adjust=[])
        assert unadjusted["Ann"].status == "above"

    def test_one_stratum_is_the_raw_rate_over_everybodys(self):
        found = told(calls(*TEAM), adjust=[])
        assert found["Ann"].ratio == pytest.approx(0.30 / 0.15)
        assert found.overall == pytest.approx(0.15)

    def test_agents_are_sorted_by_name_whatever_their_figures(self):
        found = told(calls(("bob", "x", 30, 100), ("Ann", "x", 1, 100), ("Zoe", "x", 9, 100)))
        assert [a.agent for a in found.agents] == ["Ann", "bob", "Zoe"]
        assert found.to_frame()["agent"].tolist() == ["Ann", "bob", "Zoe"]

    def test_a_rate_per_hour_is_compared_over_hours(self):
        made = calls(*TEAM)
        day = made["local_started_at"].dt.normalize() + pd.Timedelta(hours=9)
        times = pd.DataFrame(
            {"agent_id": made["agent_id"], "local_start": day, "state": "talk", "seconds": 1800.0}
        )
        found = told(made, "successes_per_login_hour", adjust=[], tables={"agent_time": times})
        # 50 hours each; 60 successes in 200 hours.
        assert found["Ann"].trials == pytest.approx(50)
        assert found["Ann"].expected == pytest.approx(15)
        assert found["Ann"].ratio == pytest.approx(2)
        assert found.overall == pytest.approx(0.3)

    def test_handle_time_is_compared_by_its_mean(self):
        rng = np.random.default_rng(1)
        made = calls(*TEAM)
        usual = np.where(made["agent_id"] == "Ann", 300.0, 200.0)
        made["talk_s"], made["wrap_s"] = usual * rng.gamma(4, 0.25, len(made)), 0.0
        found = told(made, "average_handle_time", adjust=[])
        assert found["Ann"].status == "above"
        assert found["Ann"].ratio == pytest.approx(300 / 225, rel=0.1)
        assert found.worths["Ann"].unit == "h"
        assert math.isnan(found.worths["Ann"].money)

    def test_contacts_can_be_what_is_counted(self):
        found = told(calls(*TEAM), "success_rate_argued", adjust=[])
        assert found["Ann"].ratio == pytest.approx(2.0)


class TestWorth:
    def test_the_gap_in_a_month_by_hand(self):
        # 20 days of data; a month of 40 days has twice the calls.
        found = told(calls(*TEAM), adjust=[], horizon_days=40)
        ann, worth = found["Ann"], found.worths["Ann"]
        assert worth.amount == pytest.approx((ann.shrunken - 1) * 15 * 2)
        assert worth.money == pytest.approx(worth.amount * 50)
        assert worth.high == pytest.approx((ann.shrunken_high - 1) * 15 * 2)
        assert 0 < worth.low < worth.amount < worth.high

    def test_working_days_are_counted_not_those_of_the_calendar(self):
        # Ten days from Monday to Friday; 28 days have twenty of them.
        frame = calls(*TEAM)
        day = np.arange(len(frame)) % 10
        clock = pd.Timestamp("2026-09-07 10:00") + pd.to_timedelta(day // 5 * 7 + day % 5, unit="D")
        found = told(frame.assign(local_started_at=clock), adjust=[], horizon_days=28)
        assert found.working_days == pytest.approx(20)
        assert found.worths["Ann"].amount == pytest.approx((found["Ann"].shrunken - 1) * 15 * 2)
        assert any("20 working days" in note for note in found.coaching().notes)

    @pytest.mark.parametrize("days", [1, 4])
    def test_a_handful_of_days_is_worth_nothing_said(self, days):
        day = pd.to_timedelta(np.arange(400) % days, unit="D")
        frame = calls(*TEAM).assign(local_started_at=pd.Timestamp("2026-09-07 10:00") + day)
        assert told(frame, adjust=[]).worths == {}

    def test_no_value_of_a_success_no_money(self):
        found = told(calls(*TEAM).drop(columns="value"), adjust=[])
        assert math.isnan(found.worths["Ann"].money)
        assert "€" not in str(found.coaching())

    def test_calls_that_others_do_not_work_are_taken_to_be_alike(self):
        # Half of Ann's calls are comparable: her expected events are doubled.
        rows = (("Ann", "x", 30, 100), ("Ann", "y", 30, 100), ("Bob", "x", 12, 100), ("Cid", "x", 9, 100))
        found = told(calls(*rows), horizon_days=20)
        assert found["Ann"].comparable == 0.5
        assert found.worths["Ann"].amount == pytest.approx((found["Ann"].shrunken - 1) * 17 * 2)


class TestCoaching:
    def frame(self) -> pd.DataFrame:
        """Return a team in which Low hears fewer offers, and Poor sells less of those heard."""
        rng = np.random.default_rng(3)
        names = np.repeat([*(f"agent{i}" for i in range(8)), "Low", "Poor"], 900)
        argued = rng.random(len(names)) < np.where(names == "Low", 0.25, 0.6)
        won = argued & (rng.random(len(names)) < np.where(names == "Poor", 0.07, 0.2))
        made = calls(*((name, "x", 0, 900) for name in dict.fromkeys(names)))
        return made.assign(argued=argued, success=won, value=np.where(won, 50.0, np.nan))

    def test_the_step_that_explains_a_gap_is_named(self):
        found = told(self.frame(), adjust=[])
        assert (found["Low"].status, found["Poor"].status) == ("below", "below")
        assert found.steps["Low"].kpi.name == "argued_rate"
        assert found.steps["Poor"].kpi.name == "success_per_argued_call"
        table = str(found.coaching())
        assert "worse than the others (Share of offers heard · " in table
        assert "worse than the others (Success on offers heard · " in table

    def test_the_verdict_says_whom_to_coach_first_and_what_it_is_worth(self):
        said = str(told(self.frame(), adjust=[]).verdict)
        assert (
            "Coach Poor first: Success on offers heard at" in said
            or "Coach Low first: Share of offers heard at" in said
        )
        assert "successes (" in said

    def test_pace_is_named_with_the_time_that_differs(self):
        rng = np.random.default_rng(4)
        rows, times = [], []
        for i in range(12):
            slow = i == 0
            for day in range(20):
                start = pd.Timestamp("2026-09-01 09:00") + pd.Timedelta(days=day)
                pause = 3.0 if slow else 1.0
                times += [
                    (f"a{i:02}", start, "talk", 3600 * (8 - pause)),
                    (f"a{i:02}", start, "pause", 3600 * pause),
                ]
                rows += [(f"a{i:02}", start) for _ in range(rng.poisson(10 * (8 - pause)))]
        made = pd.DataFrame(rows, columns=["agent_id", "local_started_at"])
        made["call_id"] = made.index.astype(str)
        made["contact_id"], made["direction"], made["handled"] = made["call_id"], "outbound", True
        made["argued"] = rng.random(len(made)) < 0.6
        made["success"] = made["argued"] & (rng.random(len(made)) < 0.3)
        time = pd.DataFrame(times, columns=["agent_id", "local_start", "state", "seconds"])
        found = told(made, "successes_per_login_hour", adjust=[], tables={"agent_time": time})
        assert found["a00"].status == "below"
        assert found.steps["a00"].kpi.name == "handled_per_agent_hour"
        assert "pauses +" in str(found.coaching())

    def test_a_data_set_without_the_flag_argued_names_the_step_that_is_left(self):
        found = told(self.frame().drop(columns="argued"), adjust=[])
        assert found["Low"].status == "below"
        assert found.steps == {}

    def test_a_long_team_shows_only_those_with_a_finding(self):
        rows = [(f"a{i:03}", "x", 10, 100) for i in range(79)]
        found = told(calls(*rows, ("best", "x", 60, 100)))
        table = found.coaching()
        assert [row[0].text for row in table.rows] == ["best", "79 others"]
        assert table.rows[1][1].text == "too few calls to tell"
        assert len(table.all_rows) == 80

    def test_the_others_of_a_long_team_are_one_figure(self):
        rows = [(f"a{i:03}", "x", 10, 100) for i in range(79)]
        line = told(calls(*rows, ("best", "x", 60, 100))).table().rows[-1]
        assert [cell.text for cell in line[:3]] == ["79 others", "7,900", "10.0%"]
        assert line[0].under == ("within the usual variation",)

    def test_columns_that_say_nothing_are_left_out(self):
        found = told(calls(("Ann", "x", 9, 100), ("Bob", "x", 10, 100)))
        table = found.coaching()
        assert [c.label for c in table.columns] == [
            "Agent",
            "Finding",
            "Evidence",
            "Still needed: handled calls",
        ]
        assert table.notes[1] == "Nobody's gap is evident enough to coach on."

    def test_where_everybody_differs_nobody_needs_more_calls(self):
        rows = (("Ann", "x", 90, 300), ("Bob", "x", 3, 300), ("Cid", "x", 90, 300), ("Dee", "x", 3, 300))
        found = told(calls(*rows), adjust=[])
        assert {one.status for one in found.agents} == {"above", "below"}
        table = found.coaching()
        assert [c.label for c in table.columns] == [
            "Agent",
            "Finding",
            "Evidence",
            "Against the others, 30 days",
        ]
        assert not any("Still needed" in note for note in table.notes)

    def test_the_gap_seen_is_told_where_it_takes_fewer_calls_than_the_gap_asked_about(self):
        """A fifth more takes fewer calls than a tenth more, and more than half as many again."""
        found = told(calls(("Ann", "x", 21, 100), ("Bob", "x", 33, 100), ("Cid", "x", 30, 100)), adjust=[])
        cells = {row[0].text: row[-1] for row in found.coaching().rows}
        for one in found.agents:
            fewer = one.needed_gap < one.needed_relevant
            assert bool(cells[one.agent].under) == fewer, one
        assert plain(cells["Ann"].under[0]).endswith(" for the gap seen")
        assert cells["Cid"].under == ()

    @pytest.mark.parametrize("language", ["en", "fr", "ru"])
    def test_it_is_narrow_enough_for_an_upright_page_and_a_phone(self, language):
        """Five columns at most; lines beneath are set small and break nowhere else."""
        found = told(self.frame(), adjust=[], language=language)
        table = found.coaching()
        assert len(table.columns) <= 5
        assert max(len(line) for row in table.rows for cell in row for line in cell.under) <= 45
        named = [row[0].text for row in table.all_rows]
        assert named == sorted(named, key=str.casefold)


class TestCallsReceived:
    """Twelve agents answer calls; Slow takes twice as long, and Rude leaves callers unsatisfied."""

    def data(self) -> Dataset:
        rng = np.random.default_rng(8)
        names = np.repeat([*(f"a{i:02}" for i in range(10)), "Rude", "Slow"], 150)
        n = len(names)
        calls = pd.DataFrame(
            {
                "call_id": [str(i) for i in range(n)],
                "contact_id": [f"p{i}" for i in range(n)],
                "agent_id": names,
                "campaign_id": "help",
                "direction": "inbound",
                "handled": True,
                "talk_s": rng.gamma(8, np.where(names == "Slow", 60.0, 30.0)),
                "wrap_s": 10.0,
                "local_started_at": pd.Timestamp("2026-09-01 09:00")
                + pd.to_timedelta(np.arange(n) % 20, unit="D")
                + pd.to_timedelta(rng.integers(0, 8, n), unit="h"),
            }
        )
        happy = rng.random(n) < np.where(names == "Rude", 0.4, 0.8)
        solved = rng.random(n) < np.where(names == "Slow", 0.95, 0.6)
        surveys = pd.DataFrame(
            {"call_id": calls["call_id"], "kind": "csat", "score": np.where(happy, 5.0, 2.0)}
        )
        cases = pd.DataFrame(
            {
                "case_id": calls["call_id"],
                "agent_id": names,
                "local_opened_at": calls["local_started_at"],
                "resolution_s": 3600.0,
                "solved_first_call": solved,
            }
        )
        return Dataset({"calls": calls, "surveys": surveys, "cases": cases})

    def test_handle_time_resolution_and_satisfaction_are_compared_by_themselves(self):
        found = agents(self.data())
        assert found.kpi.name == "average_handle_time"
        assert found.keys == ("hour",)
        assert [a.agent for a in found.agents if a.status == "above"] == ["Slow"]
        assert found.opinions is not None
        differ = {
            name: {a: one.status for a, one in of.items() if one.status in ("above", "below")}
            for name, of in found.opinions.kpis.items()
        }
        assert differ == {
            "csat": {"Rude": "below"},
            "first_call_resolution": {"Slow": "above"},
            "time_to_resolution": {},
        }

    def test_the_verdict_tells_them_all_and_whom_to_coach(self):
        verdict = agents(self.data()).verdict
        said = plain(str(verdict))
        assert "With hour and the number of agents taken into account: Slow longer than the others." in said
        assert "First-call resolution: Slow better than the others." in said
        assert "Customer satisfaction (CSAT): Rude worse than the others." in said
        assert "Coach Rude first: Customer satisfaction (CSAT)" in said
        assert verdict.headline == "Coach Rude first: Customer satisfaction (CSAT) worse than the others"

    def test_coaching_is_on_what_callers_say(self):
        table = agents(self.data()).coaching()
        assert [[cell.text for cell in row[:2]] for row in table.rows] == [
            ["Rude", "Customer satisfaction (CSAT): worse than the others"]
        ]

    def test_dials_beside_them_ask_for_the_conversion(self):
        tables = self.data().frames
        frame = tables["calls"].to_native() if hasattr(tables["calls"], "to_native") else tables["calls"]
        mixed = pd.concat([frame, calls(*TEAM).assign(call_id=[f"d{i}" for i in range(400)])])
        assert agents(Dataset({"calls": mixed})).kpi.name == "conversion_per_conversation"


class TestGates:
    def test_one_agent(self):
        found = told(calls(("Ann", "x", 3, 40)))
        assert found["Ann"].status == "not comparable"
        assert "one agent only" in str(found.verdict)

    def test_an_agent_without_trials(self):
        made = calls(*TEAM, ("Eve", "x", 0, 5))
        made.loc[made["agent_id"] == "Eve", "handled"] = False
        found = told(made)
        assert found["Eve"].status == "no calls"
        assert math.isnan(found["Eve"].value)
        assert found["Ann"].status == "above"

    def test_agents_nested_in_lists_cannot_be_compared_and_it_says_so(self):
        found = told(calls(("Ann", "x", 30, 100), ("Bob", "y", 12, 100)))
        assert {a.status for a in found.agents} == {"not comparable"}
        assert "no two of them work calls of the same kind (list)" in str(found.verdict)

    def test_one_nested_agent_among_others(self):
        found = told(calls(*TEAM, ("Eve", "y", 50, 100)))
        assert found["Eve"].status == "not comparable"
        assert "hardly anybody else works their calls: Eve" in str(found.verdict)

    def test_teams_that_share_nothing_are_not_ranked_against_each_other(self):
        found = told(calls(*TEAM, ("Eve", "y", 20, 100), ("Fay", "y", 22, 100)))
        assert all(math.isnan(a.rank) for a in found.agents)
        assert "2 groups of agents share no calls" in found.notes[0]

    def test_no_agent_column(self):
        found = told(calls(*TEAM).drop(columns="agent_id"))
        assert found.agents == ()
        assert str(found) == "Conversion per conversation: not computable, needs calls.agent_id."

    def test_no_agent_time(self):
        found = told(calls(*TEAM), "successes_per_login_hour")
        assert str(found) == "Successes per login hour: not computable, needs agent_time."

    def test_no_event_at_all(self):
        found = told(calls(("Ann", "x", 0, 40), ("Bob", "x", 0, 50)))
        assert "nothing counted yet" in str(found.verdict)
        assert found.spread.agents == 0

    def test_success_unknown_too_often(self):
        made = calls(*TEAM).astype({"success": "boolean"})
        made.loc[::3, "success"] = pd.NA
        assert "success is unknown" in str(told(made))

    def test_calls_without_any_clock_have_no_worth_and_say_what_was_left_out(self):
        found = told(calls(*TEAM).drop(columns="local_started_at"), adjust=["list_id", "hour"])
        assert found.worths == {}
        assert "Not adjusted for hour: needs calls.local_started_at." in found.notes

    @pytest.mark.parametrize("kpi", ["profit", "median_handle_time", "no_such_kpi"])
    def test_what_is_no_ratio_is_refused(self, kpi):
        with pytest.raises(UsageError):
            told(calls(*TEAM), kpi)


class TestPseudonyms:
    def test_no_name_is_left_anywhere(self):
        found = told(calls(*TEAM, ("Eve", "y", 5, 50)), pseudonyms=True)
        everything = str(found) + found._repr_html_() + str(found.record().payload()) + str(found.to_frame())
        assert not any(name in everything for name in ("Ann", "Bob", "Cid", "Dee", "Eve"))
        assert f"Agent {pseudonym('Ann')}" in everything

    def test_they_do_not_depend_on_the_other_agents(self):
        few, many = told(calls(*TEAM[:2]), pseudonyms=True), told(calls(*TEAM), pseudonyms=True)
        assert {a.agent for a in few.agents} <= {a.agent for a in many.agents}

    def test_a_key_changes_them_all(self):
        one, other = told(calls(*TEAM), pseudonyms="march"), told(calls(*TEAM), pseudonyms="april")
        assert not {a.agent for a in one.agents} & {a.agent for a in other.agents}

    def test_their_order_does_not_tell_that_of_the_names(self):
        names = [f"agent{i:02}" for i in range(30)]
        shown = told(calls(*((name, "x", 5, 50) for name in names)), pseudonyms=True)
        order = [pseudonym(name) for name in names]
        assert [a.agent.removeprefix("Agent ") for a in shown.agents] == sorted(order)
        assert sorted(order) != order


class TestLevel:
    def test_intervals_and_words_are_at_the_level_of_the_project(self):
        """The funnel's own limits are at 95 and 99.8 % whatever the project's level."""
        tables = {"calls": calls(*TEAM).drop(columns="argued")}
        usual, narrower = (agents(Dataset(tables, Config(confidence=level))) for level in (0.95, 0.90))
        ends = [end for end in usual.to_frame().columns if end.endswith("_low") and end != "money_low"]
        assert ends == ["ratio_low", "shrunken_low", "rank_low", "beyond_low"]
        assert widths(narrower, "ratio") < 0.9 * widths(usual, "ratio")
        assert widths(narrower, "shrunken") < 0.9 * widths(usual, "shrunken")
        assert widths(narrower, "beyond") < 0.9 * widths(usual, "beyond")
        assert widths(narrower, "rank") <= widths(usual, "rank")
        shown = [narrower.verdict, narrower.estimates(), narrower.table(), narrower.coaching()]
        assert not any("95%" in view.as_text() + view.as_html() for view in shown)
        assert narrower.estimates().caption.endswith("with 90% intervals")
        assert [c.label for c in narrower.table().columns].count("90% interval") == 2
        assert narrower.table().notes[-1].endswith("between the ranks shown with 90% probability.")


def widths(comparison, name: str) -> float:
    frame = comparison.to_frame()
    return float((frame[f"{name}_high"] - frame[f"{name}_low"]).sum())
