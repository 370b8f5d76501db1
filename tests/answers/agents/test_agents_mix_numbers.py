"""Observed against expected events of agents over strata."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from callstats.answers.agents.agents_mix_numbers import (
    StratumCells,
    dispersion,
    standardise,
    strata_keys,
    stratum_cells,
    within_moments,
)
from callstats.config import Config
from callstats.dataset import Dataset
from callstats.errors import UsageError
from callstats.kpis import get
from callstats.moments import Moments

CONVERSION = get("conversion_per_conversation")


def table(*rows: tuple[int, int, float, float], agents: int = 2) -> StratumCells:
    """Return cells from (agent, stratum, events, trials)."""
    agent, stratum, events, trials = (np.array(column) for column in zip(*rows, strict=True))
    return StratumCells(
        tuple(f"a{i}" for i in range(agents)), agent, stratum, events.astype(float), trials.astype(float)
    )


class TestStandardise:
    def test_expected_events_are_the_strata_rates_times_the_agents_calls(self):
        # Stratum 0: 8 of 40, stratum 1: 6 of 60. Agent 0 has 10 and 40 calls: 2 + 4 expected.
        found = standardise(
            table((0, 0, 1, 10), (0, 1, 5, 40), (1, 0, 7, 30), (1, 1, 1, 20)), proportion=True
        )
        assert found.expected.tolist() == pytest.approx([6.0, 8.0])
        assert found.ratio.tolist() == pytest.approx([1.0, 1.0])

    def test_expected_events_add_up_to_the_observed(self):
        rng = np.random.default_rng(1)
        agent, stratum = np.repeat(np.arange(9), 7), np.tile(np.arange(7), 9)
        trials = rng.integers(0, 30, 63)
        made = StratumCells(
            tuple(map(str, range(9))),
            agent,
            stratum,
            rng.binomial(trials, 0.2).astype(float),
            trials.astype(float),
        )
        found = standardise(made, proportion=True)
        assert found.expected.sum() == pytest.approx(found.observed.sum())

    def test_variance_is_that_of_the_mantel_haenszel_test_against_all_others(self):
        from statsmodels.stats.contingency_tables import StratifiedTable

        rows = [(0, 0, 3, 20), (1, 0, 5, 30), (2, 0, 1, 25), (0, 1, 6, 15), (1, 1, 2, 9), (2, 1, 4, 12)]
        found = standardise(table(*rows, agents=3), proportion=True)
        tables = [[[3, 17], [6, 49]], [[6, 9], [6, 15]]]
        reference = StratifiedTable([np.array(t, dtype=float) for t in tables]).test_null_odds(
            correction=False
        )
        statistic = (found.observed[0] - found.expected[0]) ** 2 / found.variance[0]
        assert statistic == pytest.approx(reference.statistic)

    def test_variance_of_a_rate_is_that_of_events_falling_by_share_of_the_hours(self):
        # 12 events over 3 + 9 hours: 12 x 1/4 x 3/4.
        found = standardise(table((0, 0, 5, 3), (1, 0, 7, 9)), proportion=False)
        assert found.variance.tolist() == pytest.approx([2.25, 2.25])

    def test_calls_that_nobody_else_works_are_left_out(self):
        found = standardise(table((0, 0, 5, 10), (0, 1, 2, 10), (1, 0, 1, 10)), proportion=True)
        assert found.observed.tolist() == [5.0, 1.0]
        assert found.comparable.tolist() == [0.5, 1.0]
        assert found.events.tolist() == [7.0, 1.0]

    def test_agents_nested_in_lists_share_nothing(self):
        found = standardise(table((0, 0, 5, 10), (1, 1, 1, 10)), proportion=True)
        assert found.comparable.tolist() == [0.0, 0.0]
        assert np.isnan(found.ratio).all()
        assert found.group.tolist() == [-1, -1]

    def test_groups_that_share_no_stratum_even_by_way_of_others_are_told_apart(self):
        rows = [(0, 0, 1, 9), (1, 0, 1, 9), (1, 1, 1, 9), (2, 1, 1, 9), (3, 2, 1, 9), (4, 2, 1, 9)]
        group = standardise(table(*rows, agents=5), proportion=True).group
        assert group[0] == group[1] == group[2] != group[3] == group[4]

    def test_an_agent_without_trials_has_no_ratio(self):
        found = standardise(table((0, 0, 0, 0), (1, 0, 1, 5), (2, 0, 2, 5), agents=3), proportion=True)
        assert np.isnan(found.ratio[0])
        assert np.isnan(found.comparable[0])

    def test_no_cells_at_all(self):
        empty = StratumCells(
            (), *(np.array([], dtype=int) for _ in range(2)), *(np.array([]) for _ in range(2))
        )
        assert np.isnan(standardise(empty, proportion=True).overall)


class TestCells:
    def frame(self, **columns) -> Dataset:
        n = len(next(iter(columns.values())))
        base = {"call_id": [str(i) for i in range(n)], "direction": "outbound", "handled": True}
        return Dataset({"calls": pd.DataFrame({**base, **columns})})

    def test_calls_without_an_agent_belong_to_nobody(self):
        ds = self.frame(agent_id=["b", None, "a"], success=[True, True, False], list_id=["x", "x", "y"])
        found = stratum_cells(ds, CONVERSION, ["list_id"])
        assert found.agents == ("a", "b")
        assert found.events.sum() == 1

    def test_an_unknown_list_is_a_stratum_of_its_own(self):
        ds = self.frame(agent_id=["a", "a", "b"], success=[True, True, False], list_id=["x", None, None])
        found = stratum_cells(ds, CONVERSION, ["list_id"])
        assert len(set(found.stratum.tolist())) == 2

    def test_calls_whose_success_is_unknown_are_in_neither_sum(self):
        ds = self.frame(
            agent_id=["a", "a", "b"],
            success=pd.array([True, None, False], dtype="boolean"),
            list_id=["x", "x", "x"],
        )
        found = stratum_cells(ds, CONVERSION, ["list_id"])
        assert found.trials.tolist() == [1.0, 1.0]

    def test_a_total_is_refused(self):
        with pytest.raises(UsageError, match="agents cannot be compared on profit"):
            stratum_cells(self.frame(agent_id=["a"], success=[True]), get("profit"), [])

    def test_a_column_that_the_calls_lack_is_left_out_with_the_reason(self):
        ds = self.frame(agent_id=["a"], success=[True], list_id=["x"])
        keys, left = strata_keys(ds, CONVERSION, ("list_id", "hour", "attempt_no"))
        assert keys == ("list_id",)
        assert left == {"hour": "needs calls.local_started_at", "attempt_no": "needs calls.attempt_no"}

    def test_what_the_import_could_not_tell_is_left_out_with_its_reason(self):
        ds = self.frame(agent_id=["a"], success=[True], list_id=["x"])
        ds = Dataset(ds.frames, Config(), {"lacks": {"hour": "the export has dates only"}})
        assert strata_keys(ds, CONVERSION, ("hour",)) == ((), {"hour": "the export has dates only"})

    def test_a_misspelt_column_is_refused_with_near_names(self):
        with pytest.raises(UsageError, match="list_id"):
            strata_keys(self.frame(agent_id=["a"], list_id=["x"]), CONVERSION, ("list_idd",))

    def test_an_attribute_of_the_contact_can_be_adjusted_for(self):
        calls = {"contact_id": ["p", "q"], "agent_id": ["a", "b"], "success": [True, False]}
        ds = self.frame(**calls)
        contacts = pd.DataFrame({"contact_id": ["p", "q"], "region": ["north", "north"]})
        ds = Dataset({"calls": ds.frames["calls"].collect("pandas").to_native(), "contacts": contacts})
        keys, left = strata_keys(ds, CONVERSION, ("region",))
        assert (keys, left) == (("region",), {})
        assert stratum_cells(ds, CONVERSION, keys).stratum.tolist() == [0, 0]


class TestDispersion:
    def test_days_that_vary_as_chance_does_give_about_one(self):
        rng = np.random.default_rng(5)
        within = {
            str(i): Moments.of({"numerator": rng.binomial(40, 0.1, 20), "denominator": [40] * 20})
            for i in range(60)
        }
        assert dispersion(within, proportion=True) == pytest.approx(1.0, abs=0.12)

    def test_days_of_different_mood_are_found_whatever_the_agents_levels(self):
        rng = np.random.default_rng(5)
        within = {}
        for i in range(200):
            # Beta-binomial days: variance n p q (1 + (n - 1) rho), rho = 1 / (a + b + 1) = .05.
            level = rng.uniform(0.1, 0.4)
            rate = rng.beta(19 * level, 19 * (1 - level), 20)
            within[str(i)] = Moments.of({"numerator": rng.binomial(40, rate), "denominator": [40] * 20})
        assert dispersion(within, proportion=True) == pytest.approx(1 + 39 * 0.05, rel=0.1)

    def test_seconds_have_the_variance_of_a_call_over_the_mean(self):
        # Days of 100 calls of mean 200 s, variance 100 s x 200 s a call.
        rng = np.random.default_rng(5)
        days = {
            str(i): Moments.of({
                "numerator": rng.gamma(100 * 2.0, 100.0, 30), "denominator": [100] * 30,
            })
            for i in range(40)
        }  # fmt: skip
        assert dispersion(days, proportion=False, counts=False) == pytest.approx(100, rel=0.1)

    def test_one_day_each_tells_nothing(self):
        one = {"a": Moments.of({"numerator": [3], "denominator": [9]})}
        assert dispersion(one, proportion=True) == 1.0
        assert np.isnan(dispersion(one, proportion=False, counts=False))

    def test_counts_of_contacts_keep_their_own_unit(self):
        calls = pd.DataFrame(
            {
                "call_id": list("1234"),
                "contact_id": ["p", "p", "q", "r"],
                "agent_id": ["a", "a", "a", "b"],
                "direction": "outbound",
                "argued": True,
                "success": [False, True, False, True],
                "local_started_at": pd.to_datetime(["2026-09-01 10:00"] * 4),
            }
        )
        found = within_moments(Dataset({"calls": calls}), get("success_rate_argued"))
        assert {agent: (m.n, m.sums["numerator"], m.sums["denominator"]) for agent, m in found.items()} == {
            "a": (2, 1.0, 2.0),
            "b": (1, 1.0, 1.0),
        }
