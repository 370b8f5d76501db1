"""Calls of two lists, drawn so that what ties them together is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm

import callstats as cs
from callstats.dataset import Dataset

FLAGS = ("connected", "live", "handled", "argued", "success", "closed", "cancelled")


def dataset(frame: pd.DataFrame, **tables: Any) -> Dataset:
    """Return a data set of calls, their flags nullable."""
    return Dataset({"calls": frame.astype({f: "boolean" for f in FLAGS if f in frame}), **tables})


def drawn(
    seed: int = 1,
    *,
    n: int = 800,
    contacts: int = 250,
    agents: int = 8,
    effect: float = 0.0,
    contact_sd: float = 0.8,
    agent_sd: float = 0.0,
    nested: bool = False,
) -> pd.DataFrame:
    """Return handled calls of two lists: contacts on one list each, agents on both unless nested.

    ``effect`` is added to the logit of success on list B; ``contact_sd`` and
    ``agent_sd`` spread contacts and agents on the same scale.
    """
    rng = np.random.default_rng(seed)
    contact, agent = rng.integers(0, contacts, n), rng.integers(0, agents, n)
    treated = contact % 2 == 1
    agent = np.where(nested, 2 * (agent // 2) + treated, agent)
    logit = -1.0 + effect * treated + rng.normal(0, contact_sd, contacts)[contact]
    logit = logit + rng.normal(0, agent_sd, agents)[agent]
    success = rng.random(n) < 1 / (1 + np.exp(-logit))
    day = rng.integers(0, 20, n)
    return pd.DataFrame(
        {
            "call_id": [str(i) for i in range(n)],
            "contact_id": [f"P{c}" for c in contact],
            "agent_id": [f"agent {a}" for a in agent],
            "list_id": np.where(treated, "B", "A"),
            "direction": "outbound",
            "local_started_at": pd.Timestamp("2026-09-01 09:00")
            + pd.to_timedelta(day // 5 * 7 + day % 5, "D")
            + pd.to_timedelta(rng.integers(0, 8, n), "h"),
            "handled": True,
            "success": success,
            "value": np.where(success, 60.0, np.nan),
            "talk_s": rng.exponential(120, n).round() + 5,
            "wrap_s": 20.0,
        }
    )


def answers(seed: int = 1, *, n: int = 1200, contacts: int = 300, effect: float = 0.0) -> pd.DataFrame:
    """Return dials of two lists, no agent where nobody answered."""
    rng = np.random.default_rng(seed)
    contact = rng.integers(0, contacts, n)
    treated = contact % 2 == 1
    reach = rng.beta(2, 5, contacts)[contact]
    handled = rng.random(n) < np.clip(reach + effect * treated, 0, 1)
    return pd.DataFrame(
        {
            "call_id": [str(i) for i in range(n)],
            "contact_id": [f"P{c}" for c in contact],
            "agent_id": pd.Series(np.where(handled, rng.choice(["ann", "bob", "eve"], n), None), dtype="str"),
            "list_id": np.where(treated, "B", "A"),
            "direction": "outbound",
            "handled": handled,
        }
    )


def two_shares(events: int, trials: int, control_events: int, control_trials: int) -> Dataset:
    """Return one dial a contact: so many answered of so many, on list B and then on list A."""
    rows = [
        {"list_id": name, "handled": i < x}
        for name, x, size in (("B", events, trials), ("A", control_events, control_trials))
        for i in range(size)
    ]
    frame = pd.DataFrame(rows)
    frame["call_id"] = frame["contact_id"] = [str(i) for i in range(len(frame))]
    frame["direction"] = "outbound"
    return dataset(frame)


def row(data: Dataset | pd.DataFrame, kpi: str, arm: Any = "B", **options: Any) -> Any:
    """Return the row of an arm."""
    data = data if isinstance(data, Dataset) else dataset(data)
    return cs.compare(data, kpi, **options)[arm]


def gates(found: Any) -> set[str]:
    """Return which gates spoke."""
    return {warning.gate for warning in found.warnings}


def clustered(y, treated, groups) -> sm.regression.linear_model.RegressionResults:
    """Return least squares of an outcome on the arm, its errors clustered by groups."""
    fit = sm.OLS(np.asarray(y, dtype=float), sm.add_constant(np.asarray(treated, dtype=float)))
    codes = pd.factorize(pd.Series(groups))[0]
    return fit.fit(cov_type="cluster", cov_kwds={"groups": codes, "use_correction": False})
