"""What cannot be simulated is refused before anything is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from callstats.errors import UsageError, unknown_name

if TYPE_CHECKING:
    from callstats.simulate.scenario import CallList, Scenario, Shift

SHARES = (
    "reach",
    "success",
    "invalid",
    "machine",
    "busy",
    "right_party",
    "argued",
    "consent",
    "machine_to_agent",
)


def check(scenario: Scenario) -> None:
    """Raise UsageError for what cannot be simulated."""
    try:
        ZoneInfo(scenario.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsageError(f"unknown time zone {scenario.time_zone!r}", hint="Give an IANA name.") from error
    if scenario.days < 1:
        raise UsageError(f"{scenario.days} days", hint="A scenario lasts at least one day.")
    lists = [call_list for campaign in scenario.campaigns for call_list in campaign.lists]
    _unique("list", [call_list.list_id for call_list in lists])
    _unique("campaign", [c.campaign_id for c in scenario.campaigns] + [q.queue_id for q in scenario.queues])
    named = [c.agents or () for c in scenario.campaigns] + [one.agents or () for one in lists]
    for name in (name for names in (*named, *(q.agents for q in scenario.queues)) for name in names):
        if name not in scenario.agents:
            raise unknown_name("agent", name, scenario.agents)
    for call_list in lists:
        _check_list(call_list)
    for shift in (shift for one in (*scenario.campaigns, *scenario.queues) for shift in one.shifts):
        _check_shift(shift)


def _check_list(call_list: CallList) -> None:
    for name in SHARES:
        share = getattr(call_list, name)
        if not 0 <= share <= 1:
            raise UsageError(
                f"list {call_list.list_id!r}: {name} is {share}", hint="Give a share from 0 to 1."
            )
    if call_list.callback + call_list.do_not_call > 1:
        raise UsageError(f"list {call_list.list_id!r}: callback and do_not_call add up to more than 1")
    if call_list.contacts < 0 or call_list.dial_over < 1:
        raise UsageError(f"list {call_list.list_id!r}: contacts or dial_over are too small")
    if not (0 < call_list.reach < 1 and 0 < call_list.success < 1):
        raise UsageError(f"list {call_list.list_id!r}: reach and success lie strictly between 0 and 1")


def _unique(kind: str, names: list[str]) -> None:
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise UsageError(f"two {kind}s are called {sorted(twice)[0]!r}", hint="Give each a name of its own.")


def _check_shift(shift: Shift) -> None:
    hours = [hour for part in shift for hour in part]
    if len(shift) not in (1, 2) or hours != sorted(set(hours)) or hours[0] < 0 or hours[-1] > 24:
        raise UsageError(
            f"shift {shift}",
            hint="Give one or two (first hour, end hour) pairs in order, with a gap between.",
        )
