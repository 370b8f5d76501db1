"""The settings of a simulated call centre, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from callstats.simulate.scenario_checks import check

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


#: Nothing differs by weekday.
EVEN_WEEK = (1.0,) * 7


@dataclass(frozen=True, slots=True)
class LoadedBatch:
    """A part of a list, loaded on a day of its own.

    Attributes
    ----------
    loaded : date
        When; first dials are spread over ``dial_over`` working days from then on.
    share : float
        Of the list's contacts; the shares of a list's batches add up to 1.
    arm_shares : tuple of float
        Share of each of the list's arms in this batch, adding up to 1; if omitted, even.
        Batches with different shares are a ramp.
    """

    loaded: date
    share: float
    arm_shares: tuple[float, ...] = ()


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
    attempts : int, optional
        Dials after which a contact of this list is closed as exhausted; if omitted, the campaign's.
    batches : tuple of LoadedBatch
        The list loaded on several days, in the order of the contacts; if omitted, all on ``loaded``.

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
    attempts: int | None = None
    batches: tuple[LoadedBatch, ...] = ()


@dataclass(frozen=True, slots=True)
class Spell:
    """Days, both ends included, on which a campaign ran differently.

    Without ``last`` it is a setting of the dialer that changed for good on ``first``: a faster
    pace, a shorter ring. ``abandoned`` replaces the campaign's; ``reach`` multiplies the chance to
    reach a person. Spells may overlap: factors multiply, the last one's ``abandoned`` counts.
    """

    first: date
    last: date | None = None
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
        Mean value of a success [money], and the sd of its logarithm: it is lognormal. At the
        default of .25 values are much alike; at 1.3 a tenth of them makes half of the money.
    cancelled : float
        Share of successes cancelled later.
    occupancy : float
        The occupancy the roster is planned for.
    shifts : tuple of shifts
        Each a tuple of (first hour, end hour); the gap between two is unpaid.
    advertising : float
        Per month [money].
    spells : tuple of Spell
    reach_day_sd, success_day_sd : float
        Sd of a normal shock on the logit of reach, and of success, that all dials of a working
        day share, whatever their list: weather, news, a line that is down. 0 by default.
    reach_hour_sd, success_hour_sd : float
        The same for each hour of each day, independent, on top of the day's. 0 by default.
    day_correlation : float
        Correlation of a day's shocks with those of the working day before: a first-order
        autoregression with the sd given, -1 to 1 exclusive. 0 by default.
    volume_by_weekday : tuple of 7 factors, Monday first
        Dials placed by weekday, relative to each other: on a weekday at half of the largest
        factor, half of the dials due are put off to the next working day. Even by default.
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
    reach_day_sd: float = 0.0
    success_day_sd: float = 0.0
    reach_hour_sd: float = 0.0
    success_hour_sd: float = 0.0
    day_correlation: float = 0.0
    volume_by_weekday: tuple[float, ...] = EVEN_WEEK


@dataclass(frozen=True, slots=True)
class Queue:
    """One inbound queue.

    ``calls`` are expected new issues per working day, spread over the hours by
    ``by_hour``; a caller hangs up after an exponential ``patience`` [s]; an
    issue needs further calls with probability ``further`` each time.

    New issues may come in waves: ``by_weekday`` are factors on a day's issues, Monday
    first; ``day_sd`` and ``hour_sd`` the sd of the logarithm of a further factor for each
    day and for each hour of it, lognormal with mean 1 (0 by default: independent issues);
    ``day_correlation`` and ``hour_correlation`` the correlation of that logarithm with
    the working day before and, within a day, with the hour before.
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
    by_weekday: tuple[float, ...] = EVEN_WEEK
    day_sd: float = 0.0
    day_correlation: float = 0.0
    hour_sd: float = 0.0
    hour_correlation: float = 0.0


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
    success_by_hour, success_by_weekday : tuples of 24 and 7 logits, Monday first
        By weekday 0 by default.
    learning : float
        What agents learn in the long run, added to the logit of success; 0 by default.
    learning_days : float
        Working days since the start in which they learn 63 % (1 - 1/e) of it.
    learners : tuple of str, optional
        The only agents who learn; if omitted, all.
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
    success_by_weekday: tuple[float, ...] = (0.0,) * 7
    learning: float = 0.0
    learning_days: float = 20.0
    learners: tuple[str, ...] | None = None

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
