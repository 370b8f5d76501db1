"""Opinions of calls: two evaluators who listen, callers who are surveyed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from callstats.simulate import arrow_tables as tables
from callstats.simulate.scenario import Scenario
from callstats.simulate.streams import stream

if TYPE_CHECKING:
    import pyarrow as pa

CRITERIA = ("script", "agenda", "offer", "dispute", "product", "outcome", "etiquette")
EVALUATORS = ("evaluator-1", "evaluator-2")
MEANS = np.array([4.0, 3.7, 3.5, 3.1, 3.6, 3.4, 4.2])
BIAS = np.array([0.08, -0.08])
NOISE = np.array([0.3, 0.3, 0.3, 1.0, 0.3, 0.3, 0.3])  # the evaluators agree except on disputes


@dataclass(frozen=True)
class Listened:
    """Calls that may be evaluated or surveyed, one row each; ``agent`` is a number, -1 if none."""

    call_id: pa.Array
    agent: np.ndarray
    handled: np.ndarray
    pleased: np.ndarray
    queue: np.ndarray


def quality(scenario: Scenario) -> np.ndarray:
    """Return each agent's effect on a quality score, (agents,)."""
    return stream(scenario.seed, "quality").normal(0, 0.45, len(scenario.agents))


def listen(
    scenario: Scenario, calls: Listened, part: str, *, inbound: bool
) -> Iterator[tuple[str, pa.Table]]:
    """Yield the evaluations and surveys of some calls."""
    rng = stream(scenario.seed, "listen", part)
    chosen = np.flatnonzero(calls.handled & (rng.random(len(calls.handled)) < scenario.evaluated))
    yield "evaluations", _evaluations(scenario, calls, chosen, rng)
    rng = stream(scenario.seed, "survey", part)
    share = 1.0 if inbound else scenario.surveyed
    asked = np.flatnonzero(calls.handled & (rng.random(len(calls.handled)) < share))
    yield "surveys", _surveys(scenario, calls, asked, rng, inbound)


def _evaluations(
    scenario: Scenario, calls: Listened, chosen: np.ndarray, rng: np.random.Generator
) -> pa.Table:
    size, criteria, evaluators = len(chosen), len(CRITERIA), len(EVALUATORS)
    call = quality(scenario)[calls.agent[chosen]] + rng.normal(0, 0.75, size)
    true = MEANS + call[:, None] + rng.normal(0, 0.55, (size, criteria))
    noise = rng.normal(0, 1, (size, evaluators, criteria)) * NOISE
    score = np.clip(np.rint(true[:, None, :] + BIAS[:, None] + noise), 1, 5).ravel()
    index = np.arange(len(score))
    columns = {
        "call_id": calls.call_id.take(chosen[index // (criteria * evaluators)]),
        "evaluator": tables.words(EVALUATORS, index // criteria % evaluators),
        "criterion": tables.words(CRITERIA, index % criteria),
        "score": score,
    }
    return tables.table("evaluations", columns)


def _surveys(
    scenario: Scenario, calls: Listened, asked: np.ndarray, rng: np.random.Generator, inbound: bool
) -> pa.Table:
    size = len(asked)
    mood = rng.normal(0, 1, size) + 0.8 * quality(scenario)[calls.agent[asked]]
    mood += 0.7 * calls.pleased[asked] - calls.queue[asked] / 150
    csat = np.clip(np.rint(3.7 + 0.9 * mood), 1, 5)
    nps = np.clip(np.rint(7.2 + 2.1 * mood), 0, 10)
    scores = [csat, nps, calls.pleased[asked].astype(float)] if inbound else [csat, nps]
    kinds = ("csat", "nps", "resolved")[: len(scores)]
    answered = np.repeat(rng.random(size) < scenario.answered, len(kinds))
    columns = {
        "call_id": calls.call_id.take(np.repeat(asked, len(kinds))),
        "kind": tables.words(kinds, np.tile(np.arange(len(kinds)), size)),
        "score": tables.where(np.stack(scores, axis=1).ravel(), answered),
    }
    return tables.table("surveys", columns)
