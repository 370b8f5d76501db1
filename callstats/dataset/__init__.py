"""Dataset: the canonical tables on any engine, read, opened, narrowed and saved."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from callstats.dataset.adding import Addition, add
    from callstats.dataset.core import Dataset
    from callstats.dataset.importing import Incoming, arrive, read
    from callstats.dataset.opening import open
    from callstats.dataset.period import Period
    from callstats.dataset.rejects import Rejects

_HOMES = {
    "Addition": "callstats.dataset.adding",
    "Dataset": "callstats.dataset.core",
    "Period": "callstats.dataset.period",
    "Rejects": "callstats.dataset.rejects",
    "add": "callstats.dataset.adding",
    "open": "callstats.dataset.opening",
    "Incoming": "callstats.dataset.importing",
    "arrive": "callstats.dataset.importing",
    "read": "callstats.dataset.importing",
}

__all__ = ["Addition", "Dataset", "Incoming", "Period", "Rejects", "add", "arrive", "open", "read"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'callstats.dataset' has no attribute {name!r}")
