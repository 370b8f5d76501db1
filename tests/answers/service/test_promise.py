"""Is the promise kept."""

from __future__ import annotations

import datetime as dt

import pytest

from callstats.config import Target
from tests.answers.service.callers import NINE, answered, demo, inbound, lost, serve
from tests.answers.small_campaigns import data, plain, settle


def worked(**config):
    """1000 answered, 860 of them in 20 s; 60 given up, 20 of them in 20 s, 10 of those in 5 s."""
    rows = inbound(
        answered(860, queue_s=10.0), answered(140, queue_s=30.0),
        lost(10, queue_s=4.0), lost(10, queue_s=15.0), lost(40, queue_s=90.0),
    )  # fmt: skip
    rows["local_started_at"] = [NINE + dt.timedelta(days=i % 10) for i in range(len(rows))]
    return serve(settle(data(rows), **config)).promise


def test_the_variants_are_those_of_the_worked_example():
    found = worked().to_frame().set_index("kpi")["value"]
    assert (100 * found).round(2).to_dict() == {
        "service_level": 81.13,
        "service_level_positive": 83.02,
        "service_level_exclude_all": 86.00,
        "service_level_ignore_within": 82.69,
        "service_level_short": 82.08,
    }


def test_the_sentence_says_how_far_definitions_lie_apart():
    text = plain(worked().sentences[0])
    assert "81% (abandoned: missed) to 86% (abandoned: left out)" in text


@pytest.mark.parametrize(
    ("least", "said", "tone"),
    [
        (0.5, "is met under each", "neutral"),
        (0.99, "is missed under each", "neutral"),
        (0.83, "depends on it", "unknown"),
    ],
)
def test_the_target_is_judged_under_every_definition(least, said, tone):
    sentence = worked(targets={"service_level": Target(low=least)}).sentences[0]
    assert said in sentence.text
    assert sentence.tone == tone


def test_days_differ_by_more_than_chance_and_the_interval_counts_days():
    """Ten days of 100 calls: on five of them all in time, on five 6 in 10."""
    late = [answered(40, day=day, queue_s=60.0) for day in range(0, 10, 2)]
    soon = [answered(60 if day % 2 == 0 else 100, day=day, queue_s=1.0) for day in range(10)]
    rows = [row for group in (*late, *soon) for row in group]
    level = serve(data(inbound(rows))).promise.levels["service_level"]
    assert (level.value, level.n) == (0.8, 10)
    assert level.high - level.low > 0.2  # as 1000 independent calls it would be 0.05


def test_without_waits_one_line_names_the_column():
    rows = inbound(answered(3)).drop(columns="queue_s")
    found = serve(data(rows)).promise
    assert [plain(view) for view in found.views()] == ["Service level: not computable, needs calls.queue_s."]


def test_the_month_by_day_is_a_control_chart():
    found = demo().promise
    assert len(found.days.charts) == 1
    assert [view.kind for view in found.views()] == ["figure", "figure", "verdict"]
    assert found.table().rows[0][1].text == "1,314"
