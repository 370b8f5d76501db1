"""The KPIs that each report speaks of, for its glossary."""

from __future__ import annotations

from callstats.answers.campaign.portrait import KPIS

#: The KPIs that each report explains; another report explains those of a campaign.
USED: dict[str, tuple[str, ...]] = {
    "campaign_report": (
        *KPIS,
        "conversion_per_conversation",
        "conversion_per_contact",
        "contact_rate_dial",
        "occupancy",
        "average_handle_time",
        "cost_per_call",
    ),
    "agent_comparison": (
        "conversion_per_conversation",
        "argued_rate",
        "calls_per_agent_hour",
        "handled_per_agent_hour",
        "successes_per_login_hour",
        "occupancy",
        "average_handle_time",
        "median_handle_time",
        "p90_handle_time",
        "quality_score",
    ),
    "list_ab_test": (
        "conversion_per_lead",
        "conversion_per_contact",
        "reach_rate",
        "abandon_rate_outbound",
        "do_not_call_rate",
        "average_handle_time",
    ),
    "service_report": (
        "service_level",
        "service_level_positive",
        "service_level_exclude_all",
        "service_level_ignore_within",
        "service_level_short",
        "average_speed_of_answer",
        "abandon_rate_inbound",
        "average_time_to_abandon",
        "first_call_resolution",
        "resolved_by_survey",
        "csat",
        "csat_response_rate",
        "nps",
        "nps_response_rate",
        "time_to_resolution",
        "average_handle_time",
        "occupancy",
    ),
    "monthly_summary": (
        "profit",
        "roi",
        "successes",
        "successes_per_login_hour",
        "success_rate_argued",
        "answer_rate",
        "abandon_rate_outbound",
        "cost_per_acquisition",
        "average_handle_time",
        "occupancy",
        "service_level",
        "abandon_rate_inbound",
        "average_speed_of_answer",
        "first_call_resolution",
        "csat",
    ),
    "data_quality": (),
}


def used(report: str) -> tuple[str, ...]:
    """Return the KPIs that a report explains in its glossary.

    Examples
    --------
    >>> used("campaign_report")[0]
    'profit'
    """
    return USED.get(report, USED["campaign_report"])
