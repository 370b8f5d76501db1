"""How long callers wait."""

from __future__ import annotations

import pytest

from tests.answers.service.callers import answered, demo, inbound, lost, serve
from tests.answers.small_campaigns import data, plain


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


def test_without_waits_one_line_names_the_column():
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
    assert found.figure().alt.startswith(found.figure().caption)
