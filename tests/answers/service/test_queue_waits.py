"""Is a queue answered in time: the service level, waits, and when callers give up."""

from __future__ import annotations

import datetime as dt
import math

import pytest

import callstats as cs
from callstats.config import Target
from tests.answers.service.callers import NINE, answered, demo, inbound, lost, serve, simulated
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


def test_a_value_alone_is_the_least_service_level():
    sentence = worked(targets={"service_level": Target(value=0.99)}).sentences[0]
    assert "the target (at least 99%) is missed" in plain(sentence)


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
    assert [view.kind for view in found.views()] == ["verdict", "figure", "figure"]
    assert found.table().rows[0][1].text == "1,334"


def row(found, kind):
    return found.to_frame().set_index("callers").loc[kind]


def waited(*waits: float):
    return [one for w in waits for one in answered(queue_s=w)]


def test_mean_median_and_ninth_decile_are_of_those_answered():
    found = row(serve(data(inbound(waited(0, 0, 10, 20, 70), lost(4, queue_s=500.0)))).waiting, "answered")
    assert found["n"] == 5
    assert found[["mean", "median", "p90"]].tolist() == pytest.approx([20, 10, 50])  # 20 + 0.6 * (70 - 20)
    assert found[["at_once", "in_time"]].tolist() == [0.4, 0.8]


def test_those_who_gave_up_are_told_apart():
    found = serve(data(inbound(waited(1, 2), [*lost(queue_s=30.0), *lost(queue_s=50.0)]))).waiting
    assert row(found, "gave_up")[["n", "mean"]].tolist() == [2, 40]
    assert plain(found.sentences[1]).startswith("Those who gave up had waited 40 s on average")


def test_the_curve_is_the_share_that_waited_no_longer():
    waits = serve(data(inbound(waited(0, 5, 5, 9)))).waiting.waits["answered"]
    assert waits.seconds.tolist() == [0, 5, 9]
    assert waits.share.tolist() == [0.25, 0.75, 1.0]


def test_callers_who_mostly_do_not_wait_are_said_not_to():
    text = plain(
        serve(data(inbound(answered(9, queue_s=0.0), answered(1, queue_s=80.0)))).waiting.sentences[0]
    )
    assert "90% do not wait at all, the others 1 min 20 s." in text


def test_without_waits_one_line_names_the_column_in_waiting():
    found = serve(data(inbound(answered(3)).drop(columns="queue_s"))).waiting
    assert [plain(view) for view in found.views()] == [
        "Average speed of answer: not computable, needs calls.queue_s."
    ]


def test_without_the_flag_of_abandoned_calls_they_are_missing_with_the_reason():
    found = serve(data(inbound(answered(3)).drop(columns="abandoned"))).waiting
    assert list(found.waits) == ["answered"]
    assert "needs calls.abandoned" in found.notes[0]


def test_it_is_drawn_with_both_kinds_and_the_promised_time():
    found = demo().waiting
    ax = found.plot()
    assert {t.get_text() for t in ax.texts} >= {"answered", "gave up"}
    figure = found.figure()
    assert figure.alt.startswith(f"{figure.finding} {figure.caption}")


def test_an_answer_cuts_patience_short():
    """Four wait: one gives up at 10 s, one is answered at 15 s, the others give up at 20 and 40 s."""
    rows = inbound(
        lost(queue_s=10.0),
        answered(queue_s=15.0),
        lost(queue_s=20.0),
        lost(queue_s=40.0),
        answered(9, queue_s=0.0),
    )
    found = serve(data(rows)).patience
    assert [found.by(t)[0] for t in (9, 10, 20, 40)] == pytest.approx([0, 1 / 4, 1 - 3 / 4 * 1 / 2, 1])
    assert found.median.estimate == 20


def test_callers_gone_at_a_minute_are_counted_of_all_and_of_those_left_waiting():
    """Of 20 callers two hang up by 60 s; of four left waiting, one at 10 s and one of two left at 60 s."""
    rows = inbound(
        lost(queue_s=10.0), answered(queue_s=15.0), lost(queue_s=60.0), lost(queue_s=61.0),
        answered(16, queue_s=0.0),
    )  # fmt: skip
    found = serve(data(rows)).patience
    assert (found.gone.value, found.gone.numerator, found.gone.denominator) == (0.1, 2, 20)
    assert found.by(60)[0] == pytest.approx(1 - 3 / 4 * 1 / 2)
    later = serve(settle(data(rows), settings={"gone_within_s": 61.0})).patience
    assert (later.gone_s, later.gone.numerator) == (61, 3)


def test_the_share_gone_is_told_beside_patience():
    text = plain(demo().patience.sentences[1])
    assert text.startswith("Of all callers 3.2% are gone within 1 min (2.3% to 4.2%); had none of those left")


def test_callers_whose_wait_is_unknown_are_left_out_of_those_gone():
    """Of 40 calls, of one that was given up nobody knows when; a call neither answered nor given up stays."""
    rows = inbound(answered(37, queue_s=1.0), lost(queue_s=30.0), lost(queue_s=None), lost(abandoned=False))
    found = cs.measure(data(rows), "abandon_rate_by_second").iloc[0]
    assert (found["numerator"], found["denominator"]) == (1, 39)
    assert "left out" in found["note"]


def test_the_patience_of_the_simulated_callers_is_found():
    """Exponential with a mean of 150 s by the recipe; few agents, so that many have to wait."""
    found = serve(simulated(seats=2, calls=160.0)).patience
    for seconds in (10, 20, 60, 120, 180):
        share, low, high = found.by(seconds)
        truth = 1 - math.exp(-seconds / 150)
        assert low < truth < high, (seconds, share)
    assert found.median.low < 150 * math.log(2) < found.median.high


def test_the_chance_of_each_stretch_is_that_of_the_recipe():
    found = serve(simulated(seats=2, calls=160.0)).patience
    for band in found.bands:
        truth = 1 - math.exp(-(band.end - band.start) / 150)
        width = max(band.high - band.low, 0.01)
        assert abs(band.share - truth) < width, band


def test_the_promised_time_ends_a_stretch():
    dataset = simulated(days=10, seats=2)
    found = serve(settle(dataset, settings={"answer_within_s": 45.0})).patience
    assert 45.0 in {band.end for band in found.bands}


def test_nobody_who_gave_up_takes_one_line():
    found = serve(data(inbound(answered(3, queue_s=9.0)))).patience
    assert [plain(v) for v in found.views()] == ["When callers give up: no caller who had to wait gave up."]


def test_without_the_flag_one_line_names_the_column():
    found = serve(data(inbound(answered(3)).drop(columns="abandoned"))).patience
    assert "needs calls.abandoned" in found.notes[0]


def test_few_who_wait_long_leave_the_median_open():
    rows = inbound(lost(5, queue_s=5.0), answered(50, queue_s=10.0))
    found = serve(data(rows)).patience
    assert "too few were kept waiting long enough" in found.sentences[0].text


def test_every_stretch_has_a_row():
    found = demo().patience
    assert len(found.table().rows) == len(found.bands) == len(found.to_frame())
    assert found.to_frame()["gave_up"].sum() <= 94
