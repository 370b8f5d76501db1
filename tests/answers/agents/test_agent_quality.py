"""Quality by agent: whether evaluators agree, and who differs where they do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from callstats.answers.agents.agent_quality import (
    agent_quality,
    agreements,
    criterion_agreement,
    differences,
)
from callstats.config import Config
from callstats.dataset import Dataset


def scored(noise: float, gap: float = 0.0, calls: int = 240, agents: int = 8) -> Dataset:
    """Return calls scored by two evaluators; the first agent is better by ``gap``."""
    rng = np.random.default_rng(4)
    agent = np.arange(calls) % agents
    true = rng.normal(3, 0.9, calls) + gap * (agent == 0)
    rows = [
        {"call_id": str(i), "evaluator": who, "criterion": "offer",
         "score": float(np.clip(np.rint(true[i] + rng.normal(0, noise)), 1, 5))}
        for i in range(calls) for who in ("A", "B")
    ]  # fmt: skip
    frame = pd.DataFrame(
        {"call_id": map(str, range(calls)), "agent_id": [f"agent{a}" for a in agent], "direction": "outbound"}
    )
    return Dataset({"calls": frame, "evaluations": pd.DataFrame(rows)})


class TestQuality:
    def test_alpha_is_the_published_one_for_ordered_scores(self):
        # Krippendorff 2011, the 4 x 12 table of nominal, ordinal and interval data: ordinal alpha .815.
        table = [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
            [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
        ]
        rows = [
            {"call_id": str(call), "evaluator": str(who), "score": float(score)}
            for who, scores in enumerate(table)
            for call, score in enumerate(scores)
            if score is not None
        ]
        assert criterion_agreement(pd.DataFrame(rows), 0.95).estimate == pytest.approx(0.815, abs=0.001)

    def test_evaluators_who_do_not_agree_allow_no_comparison(self):
        found = agent_quality(scored(noise=1.5, gap=1.5))
        assert found.agents == {}
        assert "Evaluators do not agree on offer" in str(found.verdict)
        assert "no comparison" in str(found)

    def test_an_agent_who_is_better_is_found_where_they_agree(self):
        found = agent_quality(scored(noise=0.3, gap=1.2))
        assert found.agreement["offer"].estimate > 0.67
        assert list(found.differ["offer"]) == ["agent0"]
        assert "offer: agent0 better than the others." in str(found.verdict)

    def test_a_criterion_is_called_by_its_label(self):
        data = scored(noise=0.3, gap=1.2)
        data = replace(
            data, config=replace(data.config, labels={"offer": {"en": "Offer made", "fr": "Offre"}})
        )
        told = str(agent_quality(data))
        assert "Offer made: agent0 better than the others." in told
        assert "offer" not in told

    def test_equal_agents_are_seldom_told_apart(self):
        assert differences(scored(noise=0.3), ["offer"]) == {"offer": {}}

    def test_one_evaluator_cannot_agree_with_anybody(self):
        ds = scored(noise=0.3)
        rows = ds.frames["evaluations"].collect("pandas").to_native()
        ds = Dataset({"calls": ds.frames["calls"].collect("pandas").to_native(), "evaluations": rows[::2]})
        found = agent_quality(ds)
        assert found.criteria == ()
        assert "no call was scored twice" in str(found)

    def test_all_scores_equal(self):
        rows = pd.DataFrame({"call_id": ["1", "1"], "evaluator": ["A", "B"], "score": [3.0, 3.0]})
        assert criterion_agreement(rows, 0.95).reason == "all scores are equal"

    def test_without_criteria_all_scores_are_one(self):
        ds = scored(noise=0.3)
        rows = ds.frames["evaluations"].collect("pandas").to_native().drop(columns="criterion")
        calls = ds.frames["calls"].collect("pandas").to_native()
        again = Dataset({"calls": calls, "evaluations": rows})
        assert list(agreements(again)) == [""]
        assert agent_quality(again).agents["agent0"][""].n == 30

    @pytest.mark.parametrize(
        ("drop", "needs"),
        [
            ("evaluations", "evaluations"),
            ("evaluator", "evaluations.evaluator"),
            ("agent_id", "calls.agent_id"),
        ],
    )
    def test_what_is_missing_is_named(self, drop, needs):
        tables = {n: f.collect("pandas").to_native() for n, f in scored(0.3, calls=20).frames.items()}
        tables.pop(drop, None)
        made = Dataset({n: f.drop(columns=drop, errors="ignore") for n, f in tables.items()})
        assert str(agent_quality(made)) == f"Quality by agent: not computable, needs {needs}."

    def test_pseudonyms_leave_no_name(self):
        assert "agent0" not in str(agent_quality(scored(0.3, gap=1.2), pseudonyms=True))

    def test_intervals_and_words_are_at_the_level_of_the_project(self):
        tables = {n: f.collect("pandas").to_native() for n, f in scored(0.3, gap=1.2).frames.items()}
        usual, narrower = (agent_quality(Dataset(tables, Config(confidence=level))) for level in (0.95, 0.90))
        for wide, narrow in (
            (usual.agreement["offer"], narrower.agreement["offer"]),
            (usual.agents["agent0"]["offer"], narrower.agents["agent0"]["offer"]),
        ):
            assert narrow.high - narrow.low < 0.9 * (wide.high - wide.low)
        low, high = narrower.overall["offer"][1:]
        assert high - low < 0.9 * (usual.overall["offer"][2] - usual.overall["offer"][1])
        assert "95%" not in str(narrower) + narrower._repr_html_()
        assert "90% interval" in [c.label for c in narrower.agreement_table().columns]
        assert narrower.figure().caption.endswith("with 90% intervals")
