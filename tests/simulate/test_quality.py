from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture(scope="module")
def scores(demo_simulation):
    rows = demo_simulation.frame("evaluations")
    return rows.pivot_table(index=["call_id", "criterion"], columns="evaluator", values="score")


def test_two_evaluators_score_every_criterion_of_a_call(scores):
    assert scores.notna().all(axis=None)
    assert (scores.groupby(level="call_id").size() == 7).all()


def test_scores_are_whole_numbers_from_one_to_five(scores):
    assert set(np.unique(scores)) <= {1, 2, 3, 4, 5}


def test_the_evaluators_agree_except_on_disputes(scores):
    by_criterion = {name: group.corr().iloc[0, 1] for name, group in scores.groupby(level="criterion")}
    assert by_criterion.pop("dispute") < 0.67
    assert min(by_criterion.values()) > 0.67


def test_most_people_who_are_asked_do_not_answer(demo_simulation):
    surveys = demo_simulation.frame("surveys")
    asked = surveys[surveys.kind == "csat"]
    assert abs(asked.score.notna().mean() - 0.35) < 4 * np.sqrt(0.35 * 0.65 / len(asked))


def test_only_handled_calls_are_asked_about(demo_simulation):
    handled = demo_simulation.frame("calls").set_index("call_id").handled
    assert demo_simulation.frame("surveys").call_id.map(handled).all()
