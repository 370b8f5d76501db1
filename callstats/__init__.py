"""callstats: from a dialer's export to a report you can defend.

The house, in the order data flows through it:

==============  =========================================================
``sources``     what each dialer or CRM writes, as data, and one reader
``checks``      named rules: good rows go on, the rest goes to the rejects
``dataset``     the canonical tables of ``model`` on any engine
``kpis``        the catalogue: every KPI of the trade, as data
``engine``      the sums they need, in one pass
``moments``     those sums: all that the statistics ever see
``stats``       estimates, intervals and tests: numbers in, results out
``show``        numbers, words, tables and plots
``analyses``    the analyst's questions
``report``      notebooks to HTML and PDF
``simulate``    a dialer with known truth
==============  =========================================================

Names are imported when they are first used, so that ``import callstats`` is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from callstats.analyses.measure import measure
    from callstats.dataset import Dataset, open, read  # noqa: A004 - cs.open is the fixed name
    from callstats.errors import CallstatsError

__version__ = "0.1.0"

_HOMES = {
    "CallstatsError": "callstats.errors",
    "Dataset": "callstats.dataset",
    "measure": "callstats.analyses.measure",
    "open": "callstats.dataset",
    "read": "callstats.dataset",
}

__all__ = ["CallstatsError", "Dataset", "__version__", "measure", "open", "read"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'callstats' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
