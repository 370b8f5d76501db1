"""What a scenario must keep to be simulated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from callstats.errors import UsageError, unknown_name

if TYPE_CHECKING:
    from callstats.simulate.scenario import CallList, Campaign, Queue, Scenario, Shift

#: Attempts are stored in a byte, and promises look as far ahead again.
MOST_ATTEMPTS = 60
#: Fields that are spreads.
AT_LEAST_ZERO = {
    "scenario": ("skill_sd", "pace_sd", "agent_day_sd", "skill_day_sd", "interaction_sd"),
    "campaign": ("value_sd", "reach_day_sd", "success_day_sd", "reach_hour_sd", "success_hour_sd"),
    "queue": ("day_sd", "hour_sd"),
}
#: Fields of a list that are shares.
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
    """Raise UsageError for a scenario that cannot be simulated."""
    try:
        ZoneInfo(scenario.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsageError(f"unknown time zone {scenario.time_zone!r}", hint="Give an IANA name.") from error
    if scenario.days < 1:
        raise UsageError(f"{scenario.days} days", hint="A scenario lasts at least one day.")
    lists = [call_list for campaign in scenario.campaigns for call_list in campaign.lists]
    _unique("list", [call_list.list_id for call_list in lists])
    _unique("campaign", [c.campaign_id for c in scenario.campaigns] + [q.queue_id for q in scenario.queues])
    named = [c.agents or () for c in scenario.campaigns] + [part.agents or () for part in lists]
    named += [queue.agents for queue in scenario.queues] + [scenario.learners or ()]
    for name in (name for names in named for name in names):
        if name not in scenario.agents:
            raise unknown_name("agent", name, scenario.agents)
    _check_numbers("the scenario", scenario, AT_LEAST_ZERO["scenario"], (), (("success_by_weekday", 7),))
    if scenario.learning_days <= 0:
        raise UsageError(f"learning_days is {scenario.learning_days}", hint="Give more than 0 working days.")
    for call_list in lists:
        _check_list(call_list)
        _check_batches(call_list)
    for campaign in scenario.campaigns:
        _check_campaign(scenario, campaign)
    for queue in scenario.queues:
        _check_queue(scenario, queue)
    for shift in (shift for part in (*scenario.campaigns, *scenario.queues) for shift in part.shifts):
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
    _check_cap(f"list {call_list.list_id!r}", call_list.attempts)
    if not (0 < call_list.reach < 1 and 0 < call_list.success < 1):
        raise UsageError(f"list {call_list.list_id!r}: reach and success lie strictly between 0 and 1")


def _check_batches(call_list: CallList) -> None:
    name, batches = f"list {call_list.list_id!r}", call_list.batches
    if batches and call_list.loaded is not None:
        raise UsageError(f"{name}: both loaded and batches are given", hint="Give one of them.")
    if batches:
        _check_shares(f"{name}: shares of the batches", [batch.share for batch in batches])
    for batch in batches:
        if batch.arm_shares:
            _check_shares(f"{name}: arm_shares of {batch.loaded}", batch.arm_shares)
            if len(batch.arm_shares) != len(call_list.arms):
                raise UsageError(f"{name}: {len(batch.arm_shares)} arm_shares for {len(call_list.arms)} arms")


def _check_shares(what: str, shares: Sequence[float]) -> None:
    if min(shares) < 0 or abs(sum(shares) - 1) > 1e-9:
        raise UsageError(f"{what} are {tuple(shares)}", hint="Give shares from 0 to 1 that add up to 1.")


def _check_cap(what: str, attempts: int | None) -> None:
    if attempts is not None and not 1 <= attempts <= MOST_ATTEMPTS:
        raise UsageError(f"{what}: attempts is {attempts}", hint=f"Give 1 to {MOST_ATTEMPTS} dials.")


def _check_campaign(scenario: Scenario, campaign: Campaign) -> None:
    what = f"campaign {campaign.campaign_id!r}"
    _check_cap(what, campaign.attempts)
    weekly = (("volume_by_weekday", 7),)
    _check_numbers(what, campaign, AT_LEAST_ZERO["campaign"], ("day_correlation",), weekly)
    _check_week(what, "volume_by_weekday", campaign.volume_by_weekday, scenario.weekdays)
    for spell in campaign.spells:
        if spell.last is not None and spell.last < spell.first:
            raise UsageError(f"{what}: a spell ends on {spell.last}, before it begins on {spell.first}")


def _check_queue(scenario: Scenario, queue: Queue) -> None:
    what = f"queue {queue.queue_id!r}"
    correlations = ("day_correlation", "hour_correlation")
    _check_numbers(what, queue, AT_LEAST_ZERO["queue"], correlations, (("by_weekday", 7), ("by_hour", 24)))
    _check_week(what, "by_weekday", queue.by_weekday, scenario.weekdays)


def _check_numbers(
    what: str,
    settings: object,
    spreads: Sequence[str],
    correlations: Sequence[str],
    lengths: Sequence[tuple[str, int]],
) -> None:
    """Refuse negative spreads, correlations of 1 and more, and factors that are too few."""
    for name in spreads:
        if not getattr(settings, name) >= 0:
            raise UsageError(f"{what}: {name} is {getattr(settings, name)}", hint="Give 0 or more.")
    for name in correlations:
        if not -1 < getattr(settings, name) < 1:
            hint = "Give a correlation between -1 and 1."
            raise UsageError(f"{what}: {name} is {getattr(settings, name)}", hint=hint)
    for name, length in lengths:
        if len(getattr(settings, name)) != length:
            raise UsageError(f"{what}: {name} has {len(getattr(settings, name))} values, not {length}")


def _check_week(what: str, name: str, factors: Sequence[float], weekdays: Sequence[int]) -> None:
    if min(factors) < 0 or not any(factors[day] > 0 for day in weekdays):
        hint = "Give factors of 0 or more, above 0 on a day that is worked."
        raise UsageError(f"{what}: {name} is {tuple(factors)}", hint=hint)


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
