"""The true parameters and chances, accumulated while the simulation runs.

Chances are stored next to their outcomes: over the dials of a list at attempt k,
live calls minus the sum of their true chances has mean zero and variance sum of
p (1 - p), whatever contacts were left to dial. So recovery can be tested
exactly, without a model of who is left.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from callstats.simulate.roster import interaction, pace, skill
from callstats.simulate.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

Sums = dict[tuple[object, ...], np.ndarray]


@dataclass
class Truth:
    """The parameters of a simulation and the chances of every draw, summed.

    Attributes
    ----------
    scenario : Scenario
    skill, pace : dict of str to float
        By agent: logit of success at the start, before anything is learnt; factor on calls per hour.
    interaction : dict of (agent, list) to float
        The agent's effect on that list beyond skill, logit.
    """

    scenario: Scenario
    skill: dict[str, float]
    pace: dict[str, float]
    interaction: dict[tuple[str, str], float]
    _live: Sums = field(default_factory=dict)
    _hours: Sums = field(default_factory=dict)
    _success: Sums = field(default_factory=dict)

    @classmethod
    def of(cls, scenario: Scenario) -> Truth:
        """Start with the parameters; nothing is dialled yet."""
        lists = [one.list_id for campaign in scenario.campaigns for one in campaign.lists]
        return cls(
            scenario,
            dict(zip(scenario.agents, skill(scenario).tolist(), strict=True)),
            dict(zip(scenario.agents, pace(scenario).tolist(), strict=True)),
            {
                (agent, name): float(extra)
                for name in lists
                for agent, extra in zip(scenario.agents, interaction(scenario, name), strict=True)
            },
        )

    def dialled(self, key: tuple[object, ...], chance: np.ndarray, live: np.ndarray) -> None:
        """Add dials of a list at one attempt."""
        _add(self._live, key, _sums(chance, live))

    def dialled_at(self, list_id: str, slot: np.ndarray, chance: np.ndarray, live: np.ndarray) -> None:
        """Add the same by slot of the week, weekday * 24 + hour."""
        _add(self._hours, (list_id,), _sums_by(slot, 168, chance, live))

    def argued(self, list_id: str, agent: np.ndarray, chance: np.ndarray, success: np.ndarray) -> None:
        """Add argued calls of a list, by agent."""
        _add(self._success, (list_id,), _sums_by(agent, len(self.scenario.agents), chance, success))

    def hazards(self) -> pd.DataFrame:
        """Return dials, live, expected and variance by campaign_id, list_id and attempt_no."""
        return _frame(("campaign_id", "list_id", "attempt_no"), "live", list(self._live.items()))

    def hours(self) -> pd.DataFrame:
        """Return the same by list_id, weekday (1 = Monday) and hour."""
        rows = [
            ((*key, slot // 24 + 1, slot % 24), sums[:, slot])
            for key, sums in self._hours.items() for slot in range(168) if sums[0, slot]
        ]  # fmt: skip
        return _frame(("list_id", "weekday", "hour"), "live", rows)

    def successes(self) -> pd.DataFrame:
        """Return argued calls, successes, expected and variance by list_id and agent_id."""
        rows = [
            ((*key, agent), sums[:, number])
            for key, sums in self._success.items()
            for number, agent in enumerate(self.scenario.agents) if sums[0, number]
        ]  # fmt: skip
        frame = _frame(("list_id", "agent_id"), "success", rows)
        return frame.rename(columns={"dials": "argued"})


def _sums(chance: np.ndarray, event: np.ndarray) -> np.ndarray:
    return np.array([len(chance), event.sum(), chance.sum(), (chance * (1 - chance)).sum()])


def _sums_by(group: np.ndarray, groups: int, chance: np.ndarray, event: np.ndarray) -> np.ndarray:
    weights = (None, event, chance, chance * (1 - chance))
    return np.array([np.bincount(group, weights=weight, minlength=groups) for weight in weights])


def _add(sums: Sums, key: tuple[object, ...], more: np.ndarray) -> None:
    sums[key] = sums[key] + more if key in sums else more


def _frame(
    keys: tuple[str, ...], event: str, rows: list[tuple[tuple[object, ...], np.ndarray]]
) -> pd.DataFrame:
    import pandas as pd

    records = [
        {
            **dict(zip(keys, key, strict=True)),
            "dials": int(s[0]),
            event: int(s[1]),
            "expected": s[2],
            "variance": s[3],
        }
        for key, s in rows
    ]
    return pd.DataFrame(records, columns=[*keys, "dials", event, "expected", "variance"])
