from . import kpis
from .answers.agents.agent_opinions import agent_opinions
from .answers.agents.agent_quality import agent_quality
from .answers.agents.agent_work import agent_handle_time, agent_pace
from .answers.agents.agents import agents
from .answers.campaign.attempts import attempts
from .answers.campaign.bridge import bridge
from .answers.campaign.calling_hours import calling_hours
from .answers.campaign.dialling_compliance import compliance
from .answers.campaign.exhaustion import exhaustion
from .answers.campaign.five_variables import five_variables
from .answers.campaign.funnel import funnel
from .answers.campaign.hotspots import hotspots
from .answers.campaign.lists import lists
from .answers.campaign.money_ledger import ledger
from .answers.campaign.portrait import portrait
from .answers.campaign.target_progress import targets
from .answers.campaign.time_and_cost import time_and_cost
from .answers.campaign.trend import trend
from .answers.compare.ab_test import ab_test
from .answers.compare.compare import compare
from .answers.compare.plan import plan, plan_from
from .answers.core.heading import open_for_report, title
from .answers.core.measure import measure
from .answers.month.summary import summary
from .answers.service.queue_service import service
from .answers.service.staffing import staffing
from .answers.trust.data_check import check
from .answers.trust.data_quality import data_quality
from .answers.trust.definitions import definitions
from .answers.trust.method import method
from .calibrate import calibrate
from .dataset import Dataset, Period, add, open, read
from .dataset.forgetting import forget
from .dataset.retention import expire
from .errors import CallstatsError, ComparisonRefused
from .lab.explorer import explore
from .project_draft import draft_project
from .sources.drafting import draft_mapping

__version__: str

__all__ = [
    "CallstatsError",
    "ComparisonRefused",
    "Dataset",
    "Period",
    "__version__",
    "ab_test",
    "add",
    "agent_handle_time",
    "agent_opinions",
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
    "draft_mapping",
    "draft_project",
    "exhaustion",
    "expire",
    "explore",
    "five_variables",
    "forget",
    "funnel",
    "hotspots",
    "kpis",
    "ledger",
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
    "targets",
    "time_and_cost",
    "title",
    "trend",
]
