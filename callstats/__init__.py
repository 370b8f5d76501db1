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
``calibrate``   how often the methods err, on simulated or own data
``report``      notebooks to HTML and PDF
``simulate``    a dialer with known truth
==============  =========================================================

Names are imported when they are first used, so that ``import callstats`` is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from callstats.analyses.ab_test.analysis import ab_test
    from callstats.analyses.agents.analysis import agents
    from callstats.analyses.agents.handling import agent_handle_time
    from callstats.analyses.agents.pace import agent_pace
    from callstats.analyses.agents.quality import agent_quality
    from callstats.analyses.attempts.analysis import attempts
    from callstats.analyses.bridge.analysis import bridge
    from callstats.analyses.calling_hours.analysis import calling_hours
    from callstats.analyses.comparing.analysis import compare
    from callstats.analyses.compliance.analysis import compliance
    from callstats.analyses.data_quality.report import data_quality
    from callstats.analyses.definitions import definitions
    from callstats.analyses.funnel import funnel
    from callstats.analyses.lists.analysis import lists
    from callstats.analyses.lists.exhaustion import exhaustion
    from callstats.analyses.measure import measure
    from callstats.analyses.method.analysis import method
    from callstats.analyses.month.summary import summary
    from callstats.analyses.opening import open_for_report, title
    from callstats.analyses.plan.analysis import plan, plan_from
    from callstats.analyses.portrait import portrait
    from callstats.analyses.quality import check
    from callstats.analyses.service.report import service
    from callstats.analyses.staffing.analysis import staffing
    from callstats.analyses.time_and_cost import time_and_cost
    from callstats.analyses.trend import trend
    from callstats.calibrate import calibrate
    from callstats.dataset import Dataset, Period, open, read
    from callstats.errors import CallstatsError, ComparisonRefused

__version__ = "0.1.0"

_HOMES = {
    "CallstatsError": "callstats.errors",
    "ComparisonRefused": "callstats.errors",
    "Dataset": "callstats.dataset",
    "Period": "callstats.dataset",
    "ab_test": "callstats.analyses.ab_test.analysis",
    "agent_handle_time": "callstats.analyses.agents.handling",
    "agent_pace": "callstats.analyses.agents.pace",
    "agent_quality": "callstats.analyses.agents.quality",
    "agents": "callstats.analyses.agents.analysis",
    "attempts": "callstats.analyses.attempts.analysis",
    "bridge": "callstats.analyses.bridge.analysis",
    "calibrate": "callstats.calibrate",
    "calling_hours": "callstats.analyses.calling_hours.analysis",
    "check": "callstats.analyses.quality",
    "compare": "callstats.analyses.comparing.analysis",
    "compliance": "callstats.analyses.compliance.analysis",
    "data_quality": "callstats.analyses.data_quality.report",
    "definitions": "callstats.analyses.definitions",
    "exhaustion": "callstats.analyses.lists.exhaustion",
    "funnel": "callstats.analyses.funnel",
    "lists": "callstats.analyses.lists.analysis",
    "measure": "callstats.analyses.measure",
    "method": "callstats.analyses.method.analysis",
    "open": "callstats.dataset",
    "open_for_report": "callstats.analyses.opening",
    "plan": "callstats.analyses.plan.analysis",
    "plan_from": "callstats.analyses.plan.analysis",
    "portrait": "callstats.analyses.portrait",
    "read": "callstats.dataset",
    "service": "callstats.analyses.service.report",
    "staffing": "callstats.analyses.staffing.analysis",
    "summary": "callstats.analyses.month.summary",
    "time_and_cost": "callstats.analyses.time_and_cost",
    "title": "callstats.analyses.opening",
    "trend": "callstats.analyses.trend",
}

__all__ = [
    "CallstatsError",
    "ComparisonRefused",
    "Dataset",
    "Period",
    "__version__",
    "ab_test",
    "agent_handle_time",
    "agent_pace",
    "agent_quality",
    "agents",
    "attempts",
    "bridge",
    "calibrate",
    "calling_hours",
    "check",
    "compare",
    "compliance",
    "data_quality",
    "definitions",
    "exhaustion",
    "funnel",
    "lists",
    "measure",
    "method",
    "open",
    "open_for_report",
    "plan",
    "plan_from",
    "portrait",
    "read",
    "service",
    "staffing",
    "summary",
    "time_and_cost",
    "title",
    "trend",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'callstats' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
