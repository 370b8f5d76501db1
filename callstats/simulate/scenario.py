"""The settings of a simulated call centre, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from callstats.errors import UsageError, unknown_name

Shift = tuple[tuple[int, int], ...]

#: Chance of reaching a person by hour of the day, relative to an average hour.
REACH_BY_HOUR = (
    *(0.3,) * 8, 0.75, 0.85, 0.92, 1.0, 0.95, 0.85, 0.82, 0.86, 0.95, 1.12, 1.28, 1.32, 1.1, *(0.6,) * 3,
)  # fmt: skip
#: The same by weekday, Monday first.
REACH_BY_WEEKDAY = (1.05, 1.0, 0.98, 1.0, 0.92, 0.9, 0.8)
#: Success by hour, added on the logit scale: evenings are calmer.
SUCCESS_BY_HOUR = (*(0.0,) * 10, 0.05, 0.0, -0.05, -0.05, -0.1, -0.05, 0.0, 0.05, 0.1, 0.1, *(0.0,) * 4)

DAY: Shift = ((9, 12), (13, 17))
LATE: Shift = ((12, 15), (16, 20))


@dataclass(frozen=True, slots=True)
class CallList:
    """One list (address file) and its contacts' characteristics.

    Attributes
    ----------
    list_id : str
    contacts : int
        How many are loaded.
    loaded : date, optional
        When; if omitted, the scenario's first day.
    reach : float
        Mean chance that a dial to a valid number in an average hour reaches a person.
    concentration : float
        a + b of the beta distribution the contacts' reach is drawn from [1]_:
        the smaller, the more the contacts differ.
    right_party, argued : float
        Share of handled calls with the right person; of these, the share that hears the offer.
    success : float
        Chance that an average contact accepts the offer of an average agent.
    interest_sd : float
        Spread of the contacts' interest, on the logit scale.
    invalid, machine, busy : float
        Share of invalid numbers; of dials that reach no person, the share that
        reaches a machine; of the rest, the share that is busy.
    machine_to_agent : float
        Share of machines that the dialer takes for a person.
    callback, do_not_call : float
        Of right parties who do not hear the offer: share that asks to be called
        back; share that asks never to be called again.
    consent : float
        Share of contacts that agreed to be called.
    price : float
        Of one contact [money].
    dial_over : int
        Working days over which first dials are spread.
    hours : tuple of 24 floats, optional
        Weight of each hour of the day for this list; if omitted, all agents' hours are equal.
    agents : tuple of str, optional
        The only agents that work this list; if omitted, those of the campaign.
    arms : tuple of str
        Contacts are split at random, evenly, over these values of the column ``arm``.

    References
    ----------
    .. [1] Weinberg, Gladen (1986), The beta-geometric distribution applied to
       comparative fecundability studies, Biometrics 42.
    """

    list_id: str
    contacts: int = 1000
    loaded: date | None = None
    reach: float = 0.26
    concentration: float = 4.0
    right_party: float = 0.88
    argued: float = 0.62
    success: float = 0.12
    interest_sd: float = 0.5
    invalid: float = 0.05
    machine: float = 0.35
    busy: float = 0.08
    machine_to_agent: float = 0.04
    callback: float = 0.25
    do_not_call: float = 0.05
    consent: float = 1.0
    price: float = 0.25
    dial_over: int = 10
    hours: tuple[float, ...] | None = None
    agents: tuple[str, ...] | None = None
    arms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spell:
    """Days, both ends included, on which a campaign ran differently.

    ``abandoned`` replaces the campaign's; ``reach`` multiplies the chance to reach a person.
    """

    first: date
    last: date
    abandoned: float | None = None
    reach: float = 1.0


@dataclass(frozen=True, slots=True)
class Campaign:
    """One outbound campaign.

    Attributes
    ----------
    campaign_id : str
    lists : tuple of CallList
    agents : tuple of str, optional
        Who works it; if omitted, every agent of the scenario.
    attempts : int
        Dials after which a contact is given up.
    gap : float
        Mean working days between two dials to a contact, at least 1.
    attempt_factor : float
        Factor on the chance of reaching a person for each further attempt.
    abandoned : float
        Share of live calls for which no agent is free in time.
    callback_kept, callback_reach, callback_bonus : float
        Share of promised call-backs dialled in the promised hour; chance of reaching
        the person then; its effect on success on the logit scale.
    value, value_sd : float
        Mean value of a success [money] and its relative spread.
    cancelled : float
        Share of successes cancelled later.
    occupancy : float
        The occupancy the roster is planned for.
    shifts : tuple of shifts
        Each a tuple of (first hour, end hour); the gap between two is unpaid.
    advertising : float
        Per month [money].
    spells : tuple of Spell
    """

    campaign_id: str
    lists: tuple[CallList, ...]
    agents: tuple[str, ...] | None = None
    attempts: int = 5
    gap: float = 3.0
    attempt_factor: float = 1.0
    abandoned: float = 0.02
    callback_kept: float = 0.8
    callback_reach: float = 0.75
    callback_bonus: float = 0.7
    value: float = 60.0
    value_sd: float = 0.25
    cancelled: float = 0.08
    occupancy: float = 0.75
    shifts: tuple[Shift, ...] = (DAY, LATE)
    advertising: float = 0.0
    spells: tuple[Spell, ...] = ()


@dataclass(frozen=True, slots=True)
class Queue:
    """One inbound queue.

    ``calls`` are expected new issues per working day, spread over the hours by
    ``by_hour``; a caller hangs up after an exponential ``patience`` [s]; an
    issue needs further calls with probability ``further`` each time.
    """

    queue_id: str
    agents: tuple[str, ...]
    calls: float = 100.0
    by_hour: tuple[float, ...] = (
        *(0.0,) * 9, 1.1, 1.5, 1.4, 0.9, 0.7, 0.9, 1.1, 1.1, 0.9, 0.4, *(0.0,) * 5,
    )  # fmt: skip
    handle_s: float = 270.0
    patience_s: float = 150.0
    further: float = 0.24
    shifts: tuple[Shift, ...] = (((9, 14),), ((14, 19),), ((9, 13), (14, 17)), ((10, 13), (14, 18)))
    seats: int = 4


@dataclass(frozen=True, slots=True)
class Scenario:
    """A call centre with known truth; the same scenario always gives the same bytes.

    Attributes
    ----------
    seed : int
    start : date
    days : int
        Calendar days from the start.
    time_zone, currency : str
    agents : tuple of str
    skill_sd, pace_sd : float
        Spread of the agents' skill (logit of success) and pace (log of calls per hour).
    agent_day_sd, skill_day_sd : float
        The same from day to day within an agent; pace is gamma with this
        coefficient of variation, which makes agent-days overdispersed.
    interaction_sd : float
        Spread of agent x list on the logit of success.
    reach_by_hour, reach_by_weekday : tuples of 24 and 7 factors, Monday first
    success_by_hour : tuple of 24 logits
    weekdays : tuple of int
        Days that are worked, 0 = Monday.
    holidays : tuple of date
    wage, technical : float
        Per paid hour; per dial placed [money].
    evaluated, surveyed, answered : float
        Share of handled calls listened to by two evaluators; share of handled
        calls asked about (all of them inbound); share of those who answer.

    Examples
    --------
    >>> scenario = Scenario.small(seed=3)
    >>> scenario.campaigns[0].lists[0].list_id, scenario.last.isoformat()
    ('A', '2026-09-28')
    """

    seed: int = 1
    start: date = date(2026, 9, 1)
    days: int = 28
    campaigns: tuple[Campaign, ...] = ()
    queues: tuple[Queue, ...] = ()
    agents: tuple[str, ...] = ("alder", "aspen", "birch", "cedar", "elm", "hazel", "laurel", "maple")
    time_zone: str = "Europe/Paris"
    currency: str = "EUR"
    skill_sd: float = 0.25
    pace_sd: float = 0.08
    agent_day_sd: float = 0.2
    skill_day_sd: float = 0.1
    interaction_sd: float = 0.0
    reach_by_hour: tuple[float, ...] = REACH_BY_HOUR
    reach_by_weekday: tuple[float, ...] = REACH_BY_WEEKDAY
    success_by_hour: tuple[float, ...] = SUCCESS_BY_HOUR
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    holidays: tuple[date, ...] = ()
    wage: float = 18.0
    technical: float = 0.02
    evaluated: float = 0.02
    surveyed: float = 0.05
    answered: float = 0.35

    def __post_init__(self) -> None:
        check(self)

    @property
    def last(self) -> date:
        """The last calendar day."""
        return self.start + timedelta(days=self.days - 1)

    @classmethod
    def small(
        cls,
        seed: int = 1,
        *,
        contacts: int = 400,
        lists: tuple[str, ...] = ("A", "B"),
        nested: bool = False,
        campaign: dict[str, Any] | None = None,
        call_list: dict[str, Any] | None = None,
        **options: Any,
    ) -> Scenario:
        """Return one campaign over equal lists: an A/A test, simulated in a fraction of a second.

        ``contacts`` are those of each list; ``nested`` gives each list its own agents.
        ``campaign`` and ``call_list`` change their fields, ``options`` those of the
        scenario.
        """
        agents = tuple(options.pop("agents", cls.__dataclass_fields__["agents"].default))
        call_lists = []
        for number, name in enumerate(lists):
            own = agents[number :: len(lists)] if nested else None
            call_lists.append(replace(CallList(name, contacts, agents=own), **(call_list or {})))
        spring = replace(Campaign("spring", tuple(call_lists)), **(campaign or {}))
        return cls(seed=seed, campaigns=(spring,), agents=agents, **options)


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
    for name in (name for names in (*named, *(q.agents for q in scenario.queues)) for name in names):
        if name not in scenario.agents:
            raise unknown_name("agent", name, scenario.agents)
    for call_list in lists:
        _check_list(call_list)
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
