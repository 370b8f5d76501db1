"""Run a scenario: in memory, or part by part into a folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from callstats.simulate import tables
from callstats.simulate.days import Calendar
from callstats.simulate.inbound import queue_calls
from callstats.simulate.money import Ledger
from callstats.simulate.outbound import Desk, Part, campaign_team
from callstats.simulate.roster import allot, teams
from callstats.simulate.scenario import Scenario
from callstats.simulate.truth import Truth

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

#: Attributes of contacts beyond the canonical columns.
ATTRIBUTES = {"contacts": {"past_answers": "integer", "arm": "text"}}
#: The tables every simulation has; callbacks and cases are there where a scenario makes any.
NAMES = ("calls", "agent_time", "contacts", "costs", "evaluations", "surveys", "callbacks", "cases")


@dataclass(frozen=True)
class Simulation:
    """What a scenario gave: canonical tables (Arrow) by name, and the truth behind them."""

    scenario: Scenario
    tables: dict[str, pa.Table]
    truth: Truth

    def frame(self, name: str) -> pd.DataFrame:
        """Return a table as a pandas frame."""
        return self.tables[name].to_pandas()


def parts(scenario: Scenario, truth: Truth) -> Iterator[Part]:
    """Yield (table name, rows) piece by piece, filling in the truth on the way.

    Memory stays bounded by the dials of one campaign in their small form (some
    40 bytes each) and one slice of finished rows.
    """
    calendar = Calendar.of(scenario)
    desk = Desk(scenario, calendar, truth, Ledger(scenario, calendar))
    all_teams = teams(scenario)
    number = {agent: position for position, agent in enumerate(scenario.agents)}
    groups = {team.name: team.agents for team in all_teams}
    groups |= {queue.queue_id: np.array([number[a] for a in queue.agents]) for queue in scenario.queues}
    allotted = allot(scenario, groups, len(calendar))
    for team in all_teams:
        yield from campaign_team(desk, team, allotted[team.name])
    for position, queue in enumerate(scenario.queues):
        yield from queue_calls(desk, queue, allotted[queue.queue_id], position)
    yield "costs", desk.ledger.table()


def simulate(scenario: Scenario) -> Simulation:
    """Simulate a scenario in memory.

    Returns
    -------
    Simulation
        ``tables`` holds the canonical tables; ``truth`` the parameters and the
        chances of every draw, for tests of recovery.

    Raises
    ------
    UsageError
        The load cannot be handled by the agents there are.

    Examples
    --------
    >>> simulation = simulate(Scenario.small(seed=3))
    >>> calls = simulation.frame("calls")
    >>> bool((calls.success <= calls.argued).all())
    True
    """
    import pyarrow as pa

    truth = Truth.of(scenario)
    collected: dict[str, list[pa.Table]] = {}
    for name, rows in parts(scenario, truth):
        collected.setdefault(name, []).append(rows)
    made = {name: pa.concat_tables(collected[name]) for name in NAMES if name in collected}
    return Simulation(scenario, {name: rows for name, rows in made.items() if len(rows)}, truth)


def write(scenario: Scenario, folder: str | Path) -> Truth:
    """Simulate a scenario straight into a saved data set, a row group at a time.

    The same scenario gives the same bytes, and the same tables as
    :func:`simulate`.
    """
    from callstats.simulate.writing import Saver

    truth = Truth.of(scenario)
    with Saver(scenario, Path(folder)) as saver:
        for name, rows in parts(scenario, truth):
            saver.add(name, rows)
    return truth


def write_canonical(simulation: Simulation, folder: str | Path) -> None:
    """Write a simulation as a saved data set: Parquet files and dataset.json."""
    from callstats.simulate.writing import Saver

    with Saver(simulation.scenario, Path(folder)) as saver:
        for name, rows in simulation.tables.items():
            saver.add(name, rows)


__all__ = ["NAMES", "Simulation", "parts", "simulate", "tables", "write", "write_canonical"]
