"""Did something change."""

from __future__ import annotations

import datetime as dt

import pytest

import callstats as cs
from tests.answers.small_campaigns import calls, data, demo, many, numbered, plain

START = dt.datetime(2026, 9, 1, 10)


def days(*handled: int, n: int = 100):
    """Return n dials a day, so many of them handled."""
    groups = [
        many(yes, handled=True, success=False, local_started_at=START + dt.timedelta(days=i))
        + many(n - yes, handled=False, success=False, local_started_at=START + dt.timedelta(days=i))
        for i, yes in enumerate(handled)
    ]
    return data(numbered(*groups))


STEADY = (20, 23, 18, 21, 19, 22, 20, 17, 21, 20)


def test_steady_days_give_no_signal() -> None:
    found = cs.trend(days(*STEADY), kpis=("answer_rate",))
    assert plain(found.sentences[0]) == "Answer rate: no signal in 10 days; all stay within their limits."


def test_a_day_beyond_its_limits_is_dated() -> None:
    found = cs.trend(days(18, 28, 17, 29, 19, 27, 18, 28, 20, 27, 60), kpis=("answer_rate",))
    assert found.charts[0].signals == (dt.date(2026, 9, 11),)
    assert "11 Sept (60" in plain(found.sentences[0])
    assert "above its limits" in found.sentences[0].text


def test_a_run_that_is_too_long_for_chance_is_one_signal() -> None:
    """Chance gives runs of 11 and more to one of 100 series of 22 days that do not depend on each other.

    22 days: 2**-10 (1 + 11 / 2) = 0.6 %, of 10 and more 1.4 %; that neighbours may be alike makes it longer.
    """
    found = cs.trend(days(*(20, 30) * 12, *(23,) * 24, *(20, 30) * 12), kpis=("answer_rate",))
    limits = found.charts[0].limits
    assert limits.run_length >= 11
    first = dt.date(2026, 9, 25) + dt.timedelta(days=limits.run_length - 1)
    assert found.charts[0].signals == (first,)
    assert f"number {limits.run_length} in a row below what was expected" in plain(found.sentences[0])


def test_days_that_differ_by_nature_widen_the_limits() -> None:
    """Days 15 points around 25 %, where chance has 4.3: over 3 times as far."""
    found = cs.trend(days(10, 40, 10, 40, 10, 40, 10, 40), kpis=("answer_rate",))
    centre, error = 0.25, (0.25 * 0.75 / 100) ** 0.5
    assert found.charts[0].limits.estimate == centre
    assert found.charts[0].limits.dispersion == pytest.approx(0.15 * (8 / 7) ** 0.5 / error, rel=0.2)
    assert found.charts[0].signals == ()


def test_the_line_follows_the_weekday_and_the_caption_says_so() -> None:
    found = cs.trend(days(*(20, 21, 19, 45, 20, 21, 19) * 4), kpis=("answer_rate",))
    expected = found.to_frame()["expected"]
    assert expected[3::7].min() > 1.6 * expected.drop(index=expected.index[3::7]).max()
    assert found.charts[0].signals == ()
    assert found.figure().caption.endswith("taken out: the weekday pattern and a slow trend")


def test_few_days_take_one_line() -> None:
    found = cs.trend(days(20, 21), kpis=("answer_rate",))
    assert found.notes == ("Answer rate: 2 days are too few to say what is usual (at least 8).",)
    assert [str(view) for view in found.views()] == list(found.notes)


def test_nothing_on_any_day_is_not_charted() -> None:
    found = cs.trend(days(*(0,) * 10), kpis=("answer_rate",))
    assert found.notes == ("Answer rate: 0 throughout, nothing to chart.",)


def test_without_agent_time_conversion_is_charted() -> None:
    frame = numbered(
        *(
            many(20, handled=True, success=i % 2 == 0, local_started_at=START + dt.timedelta(days=i))
            for i in range(9)
        )
    )
    found = cs.trend(data(frame))
    assert [chart.kpi.name for chart in found.charts] == ["answer_rate", "conversion_per_conversation"]


def test_without_a_clock_the_column_is_named() -> None:
    frame = calls({"handled": True}).drop(columns="local_started_at")
    assert cs.trend(data(frame)).notes == ("By day: not computable, needs calls.local_started_at.",)


def test_the_week_that_dialled_too_fast_is_seen_in_the_demo() -> None:
    """The recipe: from 14 to 18 September live calls are abandoned far more often."""
    found = cs.trend(demo(), "2026-09", kpis=("abandon_rate_outbound",))
    spell = {dt.date(2026, 9, day) for day in range(14, 19)}
    assert set(found.charts[0].signals) & spell


def test_a_long_period_is_charted_by_week() -> None:
    found = cs.trend(days(*(20, 22) * 60), kpis=("answer_rate",))
    chart = found.charts[0]
    assert chart.by == "week"
    assert all(day.weekday() == 0 for day in chart.days)
    assert chart.sizes[1] == 700


def test_days_in_a_row_that_differ_are_told_as_one_and_not_day_by_day() -> None:
    found = cs.trend(demo(), "2026-09", kpis=("abandon_rate_outbound",))
    assert found.charts[0].stretch.names == (dt.date(2026, 9, 14), dt.date(2026, 9, 18))
    assert found.charts[0].single_signals == ()
    assert [plain(sentence) for sentence in found.sentences] == [
        "Abandonment rate, outbound: 12.4% on 14–18 Sept, 1.8% on the other days."
    ]


def test_what_missed_moved_or_stands_out_is_charted() -> None:
    found = cs.hotspots(demo(), "2026-09")
    charted = [chart.kpi.name for chart in cs.trend(demo(), "2026-09", hotspots=found).charts]
    assert charted == ["abandon_rate_outbound", "answer_rate"]
