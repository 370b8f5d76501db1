"""A call centre with known truth: canonical tables, and exact VICIdial exports."""

from __future__ import annotations

from callstats.simulate.scenario import CallList, Campaign, LoadedBatch, Queue, Scenario, Spell
from callstats.simulate.simulation import Simulation, simulate, write, write_canonical
from callstats.simulate.truth import Truth
from callstats.simulate.vicidial_export import write_vicidial

__all__ = [
    "CallList", "Campaign", "LoadedBatch", "Queue", "Scenario", "Simulation", "Spell", "Truth",
    "simulate", "write", "write_canonical", "write_vicidial",
]  # fmt: skip
