"""Each group against the others, corrected for their number."""

from __future__ import annotations

import numpy as np
import pytest

from callstats.answers.campaign.lists_numbers import contrasts
from callstats.kpis import get
from callstats.stats import adjust, proportion_difference
from tests.answers.small_campaigns import data, many, numbered

RATE = get("answer_rate")


def lists(**answered_of: tuple[int, int]):
    groups = [
        many(yes, handled=True, list_id=name) + many(n - yes, handled=False, list_id=name)
        for name, (yes, n) in answered_of.items()
    ]
    return data(numbered(*groups))


def test_two_groups_are_one_comparison_at_95_percent() -> None:
    found = contrasts(lists(A=(40, 200), B=(80, 200)), RATE, "list_id", ["A", "B"])
    assert [(c.group, c.others, c.confidence) for c in found] == [("A", ("B",), 0.95)]
    assert found[0].estimate == pytest.approx(-0.2)


def test_a_group_is_compared_with_all_the_others_together() -> None:
    found = contrasts(lists(A=(10, 100), B=(20, 100), C=(60, 100)), RATE, "list_id", ["A", "B", "C"])
    by_name = {c.group: c for c in found}
    assert by_name["C"].estimate == pytest.approx(0.6 - 30 / 200)


def test_claims_are_those_of_holm() -> None:
    """The same lists by score tests and Holm's adjusted p-values."""
    counts = {"A": (30, 200), "B": (44, 200), "C": (47, 200), "D": (70, 200)}
    found = contrasts(lists(**counts), RATE, "list_id", list(counts))
    events, trials = (np.array(column) for column in zip(*counts.values(), strict=True))
    p = [proportion_difference(e, n, events.sum() - e, trials.sum() - n).p_value for e, n in counts.values()]
    rejected = {name for name, q in zip(counts, adjust(p, method="holm"), strict=True) if q < 0.05}
    assert {c.group for c in found if c.certain} == rejected == {"A", "D"}


def test_the_first_failure_sets_the_level_of_all_that_follow() -> None:
    found = contrasts(lists(A=(20, 100), B=(21, 100), C=(22, 100)), RATE, "list_id", ["A", "B", "C"])
    assert {round(c.confidence, 4) for c in found} == {round(1 - 0.05 / 3, 4)}
    assert not any(c.certain for c in found)


def test_a_single_group_is_compared_with_nothing() -> None:
    assert contrasts(lists(A=(1, 10)), RATE, "list_id", ["A"]) == ()
