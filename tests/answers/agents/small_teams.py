"""Small teams of agents, whose calls can be counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from callstats.answers.agents.agents import agents
from callstats.config import Config
from callstats.dataset import Dataset


def calls(*rows: tuple[str, str, int, int], **columns) -> pd.DataFrame:
    """Return handled calls from (agent, list, successes, calls), an hour apart from 1 September on."""
    made = [
        {"agent_id": agent, "list_id": name, "success": i < won}
        for agent, name, won, size in rows
        for i in range(size)
    ]
    frame = pd.DataFrame(made)
    n = len(frame)
    frame["call_id"] = [str(i) for i in range(n)]
    frame["contact_id"] = [f"p{i}" for i in range(n)]
    frame["direction"], frame["handled"], frame["argued"] = "outbound", True, True
    days = np.arange(n) % 20
    frame["local_started_at"] = pd.Timestamp("2026-09-01 10:00") + pd.to_timedelta(days, unit="D")
    frame["value"] = np.where(frame["success"], 50.0, np.nan)
    return frame.assign(**columns)


def told(frame: pd.DataFrame, *args, **options):
    tables = {"calls": frame, **options.pop("tables", {})}
    config = Config(language=options.pop("language", "en"))
    return agents(Dataset(tables, config), *args, **{"adjust": ["list_id"], **options})


TEAM = (("Ann", "x", 30, 100), ("Bob", "x", 12, 100), ("Cid", "x", 9, 100), ("Dee", "x", 9, 100))
