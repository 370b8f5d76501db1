"""Members of a team who are off together are found, and ordinary teams have none."""

from __future__ import annotations

import numpy as np
import pytest

from callstats.stats.unusual_group import unusual_group

DAYS = 22


def team(seed: int, odds: list[float], per_day: float, spread: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return won and all conversations of agents by day: 12 % at odds of 1, with shocks of the days."""
    rng = np.random.default_rng([seed, len(odds)])
    sizes = rng.poisson(per_day, (len(odds), DAYS))
    own = np.log(odds) + rng.normal(0, spread, len(odds))
    chance = 0.12 / 0.88 * np.exp(own[:, None] + rng.normal(0, 0.2, DAYS)[None, :])
    return rng.binomial(sizes, chance / (1 + chance)), sizes


def test_those_who_win_less_are_named_the_farthest_off_first():
    won = np.array([[10] * DAYS, [3] * DAYS, [10] * DAYS, [4] * DAYS, [10] * DAYS])
    found = unusual_group(won, np.full_like(won, 100), too_many=False, proportion=True)
    assert found is not None
    assert found.members == (1, 3)
    assert found.p_value < 0.001


def test_more_is_what_is_wrong_where_it_is_asked():
    lost = np.array([[3] * DAYS, [12] * DAYS, [3] * DAYS, [3] * DAYS])
    found = unusual_group(lost, np.full_like(lost, 100), too_many=True, proportion=True)
    assert found is not None
    assert found.members == (1,)


def test_what_a_day_does_to_everybody_is_nobodys():
    """One agent works on the bad days alone, at the rate that all have on these days."""
    won = np.array([[20] * 10 + [5] * 10, [20] * 10 + [5] * 10, [0] * 10 + [5] * 10])
    sizes = np.array([[100] * 20, [100] * 20, [0] * 10 + [100] * 10])
    found = unusual_group(won, sizes, too_many=False, proportion=True)
    assert found is None or found.p_value > 0.5


def test_agents_of_whom_hardly_anything_is_expected_are_not_judged():
    won, sizes = (
        np.array([[5] * DAYS, [5] * DAYS, [0] * DAYS]),
        np.array([[50] * DAYS, [50] * DAYS, [1] * DAYS]),
    )
    found = unusual_group(won, sizes, too_many=False, proportion=True)
    assert found is None or 2 not in found.members
    assert unusual_group(won[:1], sizes[:1], too_many=False, proportion=True) is None


def test_amounts_are_judged_by_how_they_vary_from_day_to_day():
    rng = np.random.default_rng(1)
    talks = np.full((6, DAYS), 40.0)
    seconds = talks * rng.gamma(200, np.array([[1.5], [1], [1], [1], [1], [1]]), (6, DAYS))
    found = unusual_group(seconds, talks, too_many=True, counted=False)
    assert found is not None
    assert found.members == (0,)
    assert found.p_value < 0.001


def test_the_same_numbers_give_the_same_answer():
    won, sizes = team(1, [1.0] * 12, 12)
    assert unusual_group(won, sizes, too_many=False, proportion=True) == unusual_group(
        won, sizes, too_many=False, proportion=True
    )


@pytest.mark.slow
@pytest.mark.parametrize(("agents", "spread"), [(6, 0.0), (12, 0.0), (12, 0.2), (12, 0.3), (40, 0.3)])
def test_ordinary_teams_have_a_group_in_about_one_of_twenty(agents, spread):
    named = 0
    for seed in range(200):
        found = unusual_group(*team(seed, [1.0] * agents, 12, spread), too_many=False, proportion=True)
        named += found is not None and found.p_value <= 0.05
    assert named <= 10 + 8  # 5 %, and two and a half standard errors of 200 teams
