"""The basis of each report: its methods in plain words, and the KPIs it explains.

A topic is written once and shared by all reports that use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from callstats.answers.campaign.portrait import KPIS
from callstats.show.words import mark

#: Each method's name, and how to read it.
#: Of 100 intervals {held} hold the true value and {wrong} do not.
TOPICS: dict[str, tuple[str, str]] = {
    "interval": (
        mark("Interval"),
        mark(
            "In {held} of 100 months like this one the interval would hold the value that the campaign, its "
            "lists and its agents really stand for. It is as wide as contacts (or agents' days) differ: a "
            "contact dialled eight times counts as one, not as eight. Rates per hour, money and service "
            "speak of days like these, other figures of these days."
        ),
    ),
    "change": (
        mark("Change"),
        mark(
            "A figure has moved only where the interval of the difference excludes no change; "
            "everything else is within the usual variation, which is not to say that nothing changed. The "
            "days of both periods are taken for days like others: some good days are no change."
        ),
    ),
    "bridge": (
        mark("What changed profit"),
        mark(
            "Profit is hours times dials per hour times answer rate times share of offers heard times "
            "success rate times value, less costs. Each factor's effect is its mean over all orders in which "
            "the factors may change, so the effects add up to the change. It is an accounting and names no "
            "cause; the intervals come from how days vary, neighbouring days being alike."
        ),
    ),
    "many": (
        mark("Many comparisons"),
        mark(
            "Where many lists or hours are compared, intervals are wide enough that all claims together are "
            "wrong in at most {wrong} of 100 reports."
        ),
    ),
    "limits": (
        mark("Control limits"),
        mark(
            "Each day is judged by the other days: what they say of its weekday and of a slow trend, and how "
            "far ordinary days differ. In at most {wrong} of 100 reports a chart of ordinary days has a "
            "signal."
        ),
    ),
    "attempts": (
        mark("Attempts"),
        mark(
            "At attempt k only contacts count that got a k-th dial and had been neither reached nor closed; "
            "contacts not dialled so often yet are not held against the list (life table)."
        ),
    ),
    "chance": (
        mark("Limits of chance"),
        mark(
            "Few calls make any figure jump. The limits are as wide as ordinary agents with so many calls "
            "differ, 95 and 99.8% of them; only who is outside is named."
        ),
    ),
    "lead mix": (
        mark("Lead mix"),
        mark(
            "What an agent's calls would have brought all agents is counted within list, hour and attempt; "
            "observed over expected is the figure after lead mix. Calls that nobody else works tell "
            "nothing and are left out; their share is told."
        ),
    ),
    "shrunken": (
        mark("Chance taken off"),
        mark(
            "An agent's figure is pulled towards the average of all agents, the more so the fewer calls it "
            "rests on. The interval of the rank says how little a place in the order means: this is no "
            "league table."
        ),
    ),
    "false discovery": (
        mark("Who stands out"),
        mark(
            "Of those said to stand out one in ten may be there by chance (Benjamini-Hochberg over all "
            "agents). The others are not said to be alike: the calls still needed are told."
        ),
    ),
    "raters": (
        mark("Scores"),
        mark(
            "Scores are compared only on criteria on which evaluators agree (Krippendorff's alpha from "
            "0.67); where they do not, a score says more of the evaluator than of the agent."
        ),
    ),
    "assignment": (
        mark("By assignment"),
        mark(
            "Every contact loaded counts for its list, dialled or not, with what became of it within the "
            "days it was followed. So the list that was dialled first or only where it was easy does not win."
        ),
    ),
    "horizon": (
        mark("Days of following"),
        mark(
            "Each contact is followed for the same number of days from its own loading; contacts whose days "
            "are not over yet wait, so a younger list is not punished."
        ),
    ),
    "looking": (
        mark("Looking before the end"),
        mark(
            "Who looks every day and stops when the ordinary interval excludes no difference is wrong five "
            "times as often as it says. The confidence sequence holds however often one looks; the ordinary "
            "interval counts once, when the planned contacts have been followed."
        ),
    ),
    "guardrails": (
        mark("Safety figures"),
        mark("All claims on the safety figures together are wrong in at most {wrong} of 100 tests (Holm)."),
    ),
    "money": (
        mark("Chance and loss"),
        mark(
            "The chance that a list is better, and the loss to expect from choosing it wrongly, take all "
            "differences for equally likely before the test. A contact bears its dials, its part of the "
            "hours worked and the price of its list."
        ),
    ),
    "power": (
        mark("What the test could see"),
        mark(
            "The smallest true difference that a test of this size finds in 80 of 100 cases. That nothing "
            "smaller was found says nothing of it."
        ),
    ),
    "waits": (
        mark("Waits"),
        mark(
            "Callers of a busy hour wait together. Intervals of service level, speed of answer and "
            "abandonment therefore count days and not calls; those of handle time count agents' days."
        ),
    ),
    "patience": (
        mark("Patience"),
        mark(
            "A caller who is answered would have waited longer, nobody knows how long. At each second only "
            "those still waiting count (life table), so that quick answers do not make callers look patient."
        ),
    ),
    "open issues": (
        mark("Issues still open"),
        mark(
            "An issue that is not solved yet is followed to the end of the data and then leaves the count. "
            "The mean of those solved alone would come out too short."
        ),
    ),
    "agents needed": (
        mark("Agents needed"),
        mark(
            "By Erlang A: calls arrive by chance around the rate of their half hour, take as long as they "
            "took on average, and callers give up as soon as these did. Agents there are those on a call "
            "or ready for one, on average over the days."
        ),
    ),
    "two periods": (
        mark("The same contacts in both periods"),
        mark(
            "Many contacts are dialled in both periods. What a contact did in each is taken together, so "
            "that a change is as sure as the contacts allow, and no surer."
        ),
    ),
    "movements": (
        mark("Movements"),
        mark(
            "Among many figures some always move by chance. A figure has moved where its own interval "
            "excludes no change, as in every report; the month also tests all campaigns and figures "
            "together, and of those shown as strong at most {wrong} in 100 are expected to be chance "
            "(Benjamini-Hochberg)."
        ),
    ),
    "likely reason": (
        mark("Likely reason"),
        mark(
            "A target is missed where the whole interval misses it; abandonment counts every call and is "
            "judged by its value, as is a count or sum at the end of its period. The reason named is the "
            "factor, step or figure that moved most against it. It is an accounting and names no cause."
        ),
    ),
    "pace": (
        mark("Pace and chance"),
        mark(
            "While a period runs, a count or sum with a target is carried on over the working days that are "
            "left, as its days so far were. In {held} of 100 such periods the total ends within the interval "
            "of the pace; of those with a chance of 70%, about 70 in 100 make their target. Days differ and "
            "neighbours are alike: both are allowed for, not holidays and lists that run out."
        ),
    ),
    "rules": (
        mark("Rules"),
        mark(
            "Every row is held against named rules, each the sentence that must be true. A row that breaks "
            "one is left out with file, row and reason; nothing is corrected silently."
        ),
    ),
    "doubts": (
        mark("Doubts"),
        mark(
            "What looks wrong but may be right is kept and counted. A finding changes no number: it says "
            "where to look."
        ),
    ),
    "agent days": (
        mark("Agent-days"),
        mark(
            "Talk, hold and work after the call are told twice: by the calls and by the agents' time. A day "
            "is named where the two differ by more than a tenth and ten minutes, or where calls take longer "
            "than the login."
        ),
    ),
    "transfers": (
        mark("Transfers"),
        mark(
            "A call that is handed over is one interaction. Rows of the second agent are joined with it at "
            "import; a conversation that begins within a minute after another agent's with the same contact "
            "is named."
        ),
    ),
    "gaps": (
        mark("Gaps"),
        mark(
            "A day without a call is a gap where its weekday has calls in most weeks; an hour, where nine of "
            "ten days have calls in it. Both only where ten calls or more are usual, so that chance makes "
            "none."
        ),
    ),
    "absent": (
        mark("What is not here"),
        mark(
            "A figure whose columns the data lack is not computable and never 0. "
            "Rates of a group are ratios of sums, never means of percentages."
        ),
    ),
}
_GENERAL = ("interval", "change", "absent")
#: The topics of each report; other reports use the general topics.
REPORTS: dict[str, tuple[str, ...]] = {
    "campaign_report": ("interval", "change", "pace", "bridge", "many", "limits", "attempts", "absent"),
    "agent_comparison": ("chance", "lead mix", "shrunken", "false discovery", "raters", "absent"),
    "list_ab_test": ("assignment", "horizon", "looking", "guardrails", "money", "power", "absent"),
    "monthly_summary": ("interval", "two periods", "movements", "bridge", "likely reason", "pace", "absent"),
    "data_quality": ("rules", "doubts", "agent days", "transfers", "gaps", "absent"),
    "service_report": ("waits", "change", "limits", "patience", "open issues", "agents needed", "absent"),
}
#: The KPIs that each report explains; other reports explain those of a campaign.
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


#: The page that explains the methods and KPIs of all reports, once a month.
PAGE = "method"


def topics(report: str) -> tuple[tuple[str, str], ...]:
    """Return what a report says about its methods.

    Examples
    --------
    >>> [topic for topic, _ in topics("list_ab_test")][:2]
    ['By assignment', 'Days of following']
    """
    names = _once(REPORTS) if report == PAGE else REPORTS.get(report, _GENERAL)
    return tuple(TOPICS[name] for name in names)


def used(report: str) -> tuple[str, ...]:
    """Return the KPIs that a report explains in its glossary.

    Examples
    --------
    >>> used("campaign_report")[0]
    'profit'
    """
    return _once(USED) if report == PAGE else USED.get(report, USED["campaign_report"])


def _once(by_report: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the names of all reports, each once, in the order of the reports."""
    return tuple(dict.fromkeys(chain.from_iterable(by_report.values())))
