"""Small queues whose figures can be checked by hand, and simulated ones whose truth is known."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import pandas as pd

import callstats as cs
from callstats.answers.core.scope import Scope, scope
from callstats.answers.service.queue_issues import first_call, opinions, solving
from callstats.answers.service.queue_load import handling, volume
from callstats.answers.service.queue_numbers import queues
from callstats.answers.service.queue_service import Service
from callstats.answers.service.queue_waits import patience, promise, waiting
from callstats.answers.service.staffing import cover
from callstats.dataset import Dataset
from callstats.simulate import Queue, Scenario, simulate
from tests.answers.small_campaigns import DEMO, calls, many, settle

NINE = dt.datetime(2026, 9, 14, 9)
ANSWERED = {
    "handled": True,
    "abandoned": False,
    "queue_s": 5.0,
    "talk_s": 100.0,
    "hold_s": 20.0,
    "wrap_s": 80.0,
}
LOST = {"handled": False, "abandoned": True, "queue_s": 30.0}
AGENTS = tuple(f"agent-{number}" for number in range(12))


def inbound(*groups: list[dict[str, Any]], **same: Any) -> pd.DataFrame:
    """Return calls received, several groups of rows one after the other."""
    told = {"direction": "inbound", "campaign_id": "q", **same}
    return calls(*(row for group in groups for row in group), **told)


def answered(n: int = 1, *, day: int = 0, minute: float = 0, **more: Any) -> list[dict[str, Any]]:
    """Return calls that were answered."""
    return many(n, **{**ANSWERED, "local_started_at": NINE + dt.timedelta(days=day, minutes=minute), **more})


def lost(n: int = 1, *, day: int = 0, minute: float = 0, **more: Any) -> list[dict[str, Any]]:
    """Return calls that were given up."""
    return many(n, **{**LOST, "local_started_at": NINE + dt.timedelta(days=day, minutes=minute), **more})


def simulated(seed: int = 5, days: int = 28, **queue: Any) -> Dataset:
    """Return a simulated queue: callers give up after 150 s on average, call again with a chance of .24."""
    made = Queue("service", AGENTS, **{"calls": 120.0, **queue})
    world = simulate(Scenario(seed=seed, days=days, queues=(made,), agents=AGENTS))
    names = ("calls", "agent_time", "surveys", "cases")
    return Dataset({name: world.tables[name] for name in names})


_PARTS = {
    **{
        "promise": promise,
        "waiting": waiting,
        "patience": patience,
        "first_call": first_call,
        "cover": cover,
    },
    **{"opinions": opinions, "solving": solving, "volume": volume, "handling": handling},
}


class Served:
    """The parts of a service report, each made when it is asked for."""

    def __init__(self, about: Scope, options: dict[str, Any]) -> None:
        self.about, self.options = about, options

    def __getattr__(self, part: str) -> Any:
        return _PARTS[part](self.about, **self.options)


def serve(dataset: Dataset, period: str | None = None, **options: Any) -> Served:
    """Return the parts of the service of a period."""
    return Served(scope(queues(dataset), period, "previous"), options)


@cache
def demo(language: str = "en") -> Service:
    """Return September of the demo's queue."""
    dataset = settle(cs.open(DEMO, threads=1), language=language).where(campaign_id="service")
    return cs.service(dataset, "2026-09")
