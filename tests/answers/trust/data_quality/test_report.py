"""How far data can be trusted."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

import callstats as cs
from callstats.answers.trust.data_quality.report import QualityReport
from callstats.dataset import Dataset, Rejects
from callstats.dataset.importing import read
from tests.answers.small_campaigns import DEMO, calls, data, many, numbered, plain
from tests.sources.vicidial_export import write

HOSTILE = '"><img src=x onerror=alert(1)>'
MONDAY = dt.datetime(2026, 9, 7, 10)


def rejects(*rows: tuple[str, int, str, str]) -> Rejects:
    """Return rejected rows: file, row, rule, what was found."""
    frame = pd.DataFrame(rows, columns=["file", "row", "rule", "found"])
    made = frame.assign(table="calls", column="x", reason="The first row is kept.", content="{}")
    return Rejects(made)


def agent_time(*rows: tuple[str, dt.datetime, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["agent_id", "local_start", "state", "seconds"])


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> QualityReport:
    """Return the report on a VICIdial export of 8,000 lines with every trap."""
    path = tmp_path_factory.mktemp("vicidial") / "export.txt"
    write(path, 8000)
    return cs.data_quality(read(path, source="vicidial", time_zone="Europe/Paris"))


@cache
def demo() -> QualityReport:
    return cs.data_quality(cs.open(DEMO, threads=1))


def test_every_line_of_an_export_went_on_or_was_left_out(export: QualityReport) -> None:
    found = export.arrivals
    assert found.kept + found.rejected == 8000
    assert sum(f.rows for f in export.left_out.rules) == found.rejected
    assert [f["rows"] for f in found.files] == [8000]


def test_every_trap_of_an_export_is_named_with_an_example(export: QualityReport) -> None:
    rules = {f.rule: f for f in export.left_out.rules}
    assert {"a duration is never negative", "a time can be read", "a line has no NUL bytes"} <= set(rules)
    assert plain(rules["a duration is never negative"].example).endswith(": -3")
    assert all(f.example.startswith("export.txt, row ") for f in rules.values())


def test_statuses_nobody_explained_are_counted(export: QualityReport) -> None:
    assert set(export.codes.unknown) >= {"QUEUE", "INCALL", "ZZTOP"}
    frame = export.codes.to_frame()
    assert frame["calls"].is_monotonic_decreasing
    assert frame["calls"].sum() == sum(export.codes.unknown.values())


def test_what_an_export_lacks_costs_the_kpis_that_need_it(export: QualityReport) -> None:
    missing = export.lacking.columns
    assert "roi" in missing["costs"]
    assert "average_handle_time" in missing["calls.wrap_s"]
    assert next(iter(missing)) == "agent_time"
    assert "needs agent_time" in plain(export.agent_days)


def test_shares_are_of_the_whole_import_whatever_the_period() -> None:
    frame = calls({}, {"local_started_at": dt.datetime(2026, 8, 3, 9)})
    ds = Dataset({"calls": frame}, rejects=rejects(("a.csv", 7, "a call is listed once", "1")))
    found = cs.data_quality(ds, "2026-09")
    assert [(t.table, t.rows, t.rejected) for t in found.arrivals.tables] == [("calls", 1, 1)]
    assert plain(found.sentences[0]) == "2 of 3 rows (66.7%) went on, 1 were left out."
    assert found.left_out.to_frame()["share"].tolist() == [pytest.approx(1 / 3)]


def test_text_of_rejected_rows_stays_text() -> None:
    ds = Dataset({"calls": calls({})}, rejects=rejects((HOSTILE, 2, HOSTILE, HOSTILE * 20)))
    html = cs.data_quality(ds)._repr_html_()
    assert "<img" not in html
    assert "&lt;img src=x" in html
    assert HOSTILE * 4 not in str(cs.data_quality(ds))


def test_a_code_on_which_every_flag_is_unknown_has_no_meaning() -> None:
    rows = [{"outcome_code": code, "connected": None, "live": None} for code in ("ZZ", "ZZ", "QQ")]
    found = cs.data_quality(data(calls(*rows, {"outcome_code": "A", "connected": True, "live": False}))).codes
    assert (found.unknown, found.known, found.calls) == ({"ZZ": 2, "QQ": 1}, 1, 4)
    assert plain(found.sentences[0]).startswith("2 outcome codes have no meaning yet, on 3 calls (75.0%)")


def test_doubtful_talk_is_told_with_what_it_does_to_the_mean() -> None:
    """60, 120, 20,000, 0 and unknown: mean 20,180 / 4 = 5,045 s, without the doubtful ones 90 s."""
    talk = [60.0, 120.0, 20000.0, 0.0, None]
    found = cs.data_quality(data(calls(*({"handled": True, "talk_s": t} for t in talk)))).durations
    assert found.counts == {"long": 1, "silent": 1, "unknown": 1}
    assert (found.mean, found.mean_without) == (5045.0, 90.0)
    assert "1 h 24 min" in plain(found.sentences[0])


def test_more_time_in_calls_than_logged_in_is_named() -> None:
    """Elm talked for two hours and was logged in for one; Oak's tables differ; Fir's agree."""
    talked = (("elm", 7200.0), ("oak", 3600.0), ("fir", 3600.0))
    frame = calls(*({"handled": True, "agent_id": a, "talk_s": s, "wrap_s": 0.0} for a, s in talked))
    day = dt.datetime(2026, 9, 14, 9)
    time = agent_time(
        ("elm", day, "talk", 3600.0),
        ("oak", day, "talk", 1800.0),
        ("oak", day, "wait", 5400.0),
        ("fir", day, "talk", 3700.0),
    )
    found = cs.data_quality(data(frame, agent_time=time)).agent_days
    assert [(d.agent, d.impossible, d.differs) for d in found.wrong] == [
        ("elm", True, True),
        ("oak", False, True),
    ]
    told = found.to_frame().set_index("agent_id")
    assert told.loc["oak", ["login_s", "work_s", "calls_s"]].tolist() == [7200.0, 1800.0, 3600.0]
    assert {d.agent: d.share for d in found.days} == {"elm": 2.0, "oak": 0.5, "fir": 3600 / 3700}
    assert "elm" in plain(found.figure().alt)


def test_calls_of_an_agent_who_never_logged_in_are_impossible() -> None:
    frame = calls({"handled": True, "agent_id": "elm", "talk_s": 3600.0, "wrap_s": 0.0})
    time = agent_time(("oak", dt.datetime(2026, 9, 14, 9), "wait", 3600.0))
    (wrong,) = cs.data_quality(data(frame, agent_time=time)).agent_days.wrong
    assert (wrong.agent, wrong.impossible, wrong.share) == ("elm", True, math.inf)


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


def workdays(campaign: str, calls_an_hour: int = 12) -> list[list[dict]]:
    """Return calls at 9 and at 10 o'clock on the weekdays of four weeks."""
    days = [MONDAY + dt.timedelta(days=d) for d in range(28) if d % 7 < 5]
    return [
        many(calls_an_hour, campaign_id=campaign, local_started_at=day.replace(hour=hour))
        for day in days
        for hour in (9, 10)
    ]


def without(groups: list[list[dict]], day: int, hour: int | None = None) -> list[list[dict]]:
    def gone(when: dt.datetime) -> bool:
        return when.day == day and when.month == 9 and hour in (None, when.hour)

    return [g for g in groups if not gone(g[0]["local_started_at"])]


def test_days_and_hours_without_calls_are_told_by_campaign() -> None:
    frame = numbered(*without(workdays("a"), 16), *without(workdays("b"), 17, 10))
    found = cs.data_quality(data(frame)).gaps
    told = {gap.campaign: (gap.days, gap.hours) for gap in found.gaps}
    assert told == {
        "a": ((dt.date(2026, 9, 16),), ()),
        "b": ((), ((dt.date(2026, 9, 17), (10,)),)),
    }
    assert found.missing == ()
    assert "1 day, and 1 hour of days worked" in plain(found.sentences[0])


def test_an_hour_with_few_calls_may_be_empty_by_chance() -> None:
    frame = numbered(*without(workdays("a", calls_an_hour=6), 17, 10))
    assert cs.data_quality(data(frame)).gaps.gaps == ()


def test_a_day_that_all_campaigns_lack_is_hatched_in_the_calendar() -> None:
    frame = numbered(*without(workdays("a"), 16))
    found = cs.data_quality(data(frame)).gaps
    assert found.missing == (dt.date(2026, 9, 16),)
    assert "Without a call: 16 Sept 2026." in plain(found.figure().alt)


def test_calls_without_clock_codes_or_agents_take_a_line_each() -> None:
    found = cs.data_quality(data(calls({}).drop(columns="local_started_at")))
    notes = [plain(v) for v in found.views() if v.kind == "note"]
    assert "Unknown codes: not computable, needs calls.outcome_code." in notes
    assert "Talk times: not computable, needs calls.handled, calls.talk_s." in notes
    assert "Gaps in the calendar: not computable, needs calls.local_started_at." in notes
    assert any(note.startswith("Transfers: not computable, needs calls.agent_id") for note in notes)
    assert any(note.startswith("Agent time against call time: not computable") for note in notes)


def test_the_demo_is_whole_but_for_a_holiday() -> None:
    found = demo()
    assert (found.arrivals.rejected, len(found.codes.unknown), found.durations.doubtful) == (0, 0, 0)
    assert not found.agent_days.wrong
    assert found.transfers.pairs == ()
    assert found.gaps.missing == (dt.date(2026, 7, 14),)
    assert found.lacking.columns == {}


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_it_speaks_other_languages(language: str) -> None:
    ds = cs.open(DEMO, threads=1)
    found = cs.data_quality(replace(ds, config=replace(ds.config, language=language)))
    text = plain("\n".join(str(view) for view in found.views() if view.kind not in ("record", "table")))
    for english in (" rows", " calls", "Nothing", "usually", "agent-day"):
        assert english not in text


def test_signs_that_turn_text_around_are_named_in_examples() -> None:
    ds = Dataset(
        {"calls": calls({})}, rejects=rejects(("a\u202e.csv", 2, "a call is listed once", "x\u202ey"))
    )
    (rule,) = cs.data_quality(ds).left_out.rules
    assert rule.example == "a[U+202E].csv, row 2: x[U+202E]y"
