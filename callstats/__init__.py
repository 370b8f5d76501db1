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
``answers``     the analyst's questions
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
    from callstats.answers.agents.analysis import agents
    from callstats.answers.agents.handling import agent_handle_time
    from callstats.answers.agents.pace import agent_pace
    from callstats.answers.agents.quality import agent_quality
    from callstats.answers.campaign.attempts.analysis import attempts
    from callstats.answers.campaign.bridge.analysis import bridge
    from callstats.answers.campaign.calling_hours.analysis import calling_hours
    from callstats.answers.campaign.compliance.analysis import compliance
    from callstats.answers.campaign.funnel import funnel
    from callstats.answers.campaign.lists.analysis import lists
    from callstats.answers.campaign.lists.exhaustion import exhaustion
    from callstats.answers.campaign.portrait import portrait
    from callstats.answers.campaign.time_and_cost import time_and_cost
    from callstats.answers.campaign.trend import trend
    from callstats.answers.compare.ab_test.analysis import ab_test
    from callstats.answers.compare.compare import compare
    from callstats.answers.compare.plan import plan, plan_from
    from callstats.answers.core.measure import measure
    from callstats.answers.core.opening import open_for_report, title
    from callstats.answers.month.summary import summary
    from callstats.answers.service.report import service
    from callstats.answers.service.staffing.analysis import staffing
    from callstats.answers.trust.data_quality.report import data_quality
    from callstats.answers.trust.definitions import definitions
    from callstats.answers.trust.method.analysis import method
    from callstats.answers.trust.quality import check
    from callstats.calibrate import calibrate
    from callstats.dataset import Dataset, Period, open, read
    from callstats.errors import CallstatsError, ComparisonRefused

__version__ = "0.1.0"

_HOMES = {
    "CallstatsError": "callstats.errors",
    "ComparisonRefused": "callstats.errors",
    "Dataset": "callstats.dataset",
    "Period": "callstats.dataset",
    "ab_test": "callstats.answers.compare.ab_test.analysis",
    "agent_handle_time": "callstats.answers.agents.handling",
    "agent_pace": "callstats.answers.agents.pace",
    "agent_quality": "callstats.answers.agents.quality",
    "agents": "callstats.answers.agents.analysis",
    "attempts": "callstats.answers.campaign.attempts.analysis",
    "bridge": "callstats.answers.campaign.bridge.analysis",
    "calibrate": "callstats.calibrate",
    "calling_hours": "callstats.answers.campaign.calling_hours.analysis",
    "check": "callstats.answers.trust.quality",
    "compare": "callstats.answers.compare.compare",
    "compliance": "callstats.answers.campaign.compliance.analysis",
    "data_quality": "callstats.answers.trust.data_quality.report",
    "definitions": "callstats.answers.trust.definitions",
    "exhaustion": "callstats.answers.campaign.lists.exhaustion",
    "funnel": "callstats.answers.campaign.funnel",
    "lists": "callstats.answers.campaign.lists.analysis",
    "measure": "callstats.answers.core.measure",
    "method": "callstats.answers.trust.method.analysis",
    "open": "callstats.dataset",
    "open_for_report": "callstats.answers.core.opening",
    "plan": "callstats.answers.compare.plan",
    "plan_from": "callstats.answers.compare.plan",
    "portrait": "callstats.answers.campaign.portrait",
    "read": "callstats.dataset",
    "service": "callstats.answers.service.report",
    "staffing": "callstats.answers.service.staffing.analysis",
    "summary": "callstats.answers.month.summary",
    "time_and_cost": "callstats.answers.campaign.time_and_cost",
    "title": "callstats.answers.core.opening",
    "trend": "callstats.answers.campaign.trend",
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
