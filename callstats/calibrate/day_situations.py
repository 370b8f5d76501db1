"""Situations in which days are not alike: months, lists on days of their own, rates per hour, service."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from callstats.answers.core.period_changes import PeriodChange
from callstats.calibrate.comparison_methods import one_way, z_test
from callstats.calibrate.daily_shocks import neighbours
from callstats.calibrate.simulated_rows import moments
from callstats.calibrate.situation import CheckedMethod, MethodAnswer, Situation, answer
from callstats.kpis import get
from callstats.moments import DaySums, Moments
from callstats.simulate.streams import stream
from callstats.stats import adjust, ratio_difference, ratio_interval

Array = np.ndarray
#: Working days of a month.
DAYS = 21


@dataclass(frozen=True)
class Nature:
    """Mean and spread of the contacts' chance to answer, on the logit."""

    mean: float = -1.3
    spread: float = 0.8


NATURE = Nature()


@dataclass(frozen=True)
class DatedArms:
    """Dials of two arms, control first: sums over contacts, and by day."""

    contacts: tuple[Moments, Moments]
    days: tuple[DaySums, DaySums]


def _arm(answered: Array, contact: Array, day: Array) -> tuple[Moments, DaySums]:
    y, ones = answered.astype(float), np.ones(len(answered))
    columns: dict[str, Any] = {"numerator": y, "denominator": ones}
    return moments(y, ones, contact), DaySums.of(columns, day)  # type: ignore[arg-type]


def _answered(rng: np.random.Generator, contact: Array, shock: Array, nature: Nature) -> Array:
    own = rng.normal(nature.mean, nature.spread, int(contact.max()) + 1)
    return rng.random(len(contact)) < 1 / (1 + np.exp(-(own[contact] + shock)))


def months(
    seed: int,
    *,
    sd: float,
    contacts: int,
    dialled: int = 4,
    days: int = DAYS,
    correlation: float = 0.0,
    nature: Nature = NATURE,
) -> DatedArms:
    """Draw two months of other contacts, each day with a shock of its own on the logit of an answer."""
    rng = stream(seed, "two months")
    arms = []
    for number in range(2):
        contact = np.repeat(np.arange(contacts), dialled)
        day = rng.integers(0, days, len(contact))
        shock = sd * neighbours(rng, days, correlation)
        arms.append(_arm(_answered(rng, contact, shock[day], nature), contact, day + 1000 * number))
    return DatedArms((arms[0][0], arms[1][0]), (arms[0][1], arms[1][1]))


def lists(
    seed: int,
    *,
    sd: float,
    apart: bool,
    contacts: int = 2000,
    dialled: int = 3,
    days: int = 20,
    lift: float = 0.0,
    nature: Nature = NATURE,
) -> DatedArms:
    """Draw two lists, dialled on shocked days: the same ones, or alternate ones."""
    rng = stream(seed, "lists and days")
    shock, arms = rng.normal(0, sd, days), []
    for number in range(2):
        contact = np.repeat(np.arange(contacts), dialled)
        day = rng.integers(0, days, len(contact))
        day = 2 * (day // 2) + number if apart else day
        arms.append(_arm(_answered(rng, contact, shock[day] + lift * number, nature), contact, day))
    return DatedArms((arms[0][0], arms[1][0]), (arms[0][1], arms[1][1]))


def _z(sample: DatedArms) -> MethodAnswer:
    control, treatment = (m.sums for m in sample.contacts)
    parts = ("numerator", "denominator")
    return z_test(*(treatment[part] for part in parts), *(control[part] for part in parts))


def _by_contact(sample: DatedArms) -> MethodAnswer:
    control, treatment = sample.contacts
    return answer(one_way(treatment, control, proportion=True))


def _by_day(sample: DatedArms) -> MethodAnswer:
    (control, treatment), (before, after) = sample.contacts, sample.days
    return answer(ratio_difference(treatment, control, days=(after, before), proportion=True))


def _as_change(sample: DatedArms) -> MethodAnswer:
    (before, now), (earlier, later) = sample.contacts, sample.days
    change = PeriodChange(get("answer_rate"), now, before, None, (later, earlier))
    ends = change.change()
    return MethodAnswer(change.p_value(), ends.low, ends.high)


_CONTACT = CheckedMethod("clustered by contact", "obvious", _by_contact)
_Z = CheckedMethod("z-test on calls", "obvious", _z)
_CHANGE = CheckedMethod("contact and day, as a change over time", "default", _as_change)
_DAY = CheckedMethod("contact and day", "default", _by_day)
#: What is asked of two periods, and of two lists on days of their own.
HOLDS_OVER_TIME, LISTS_APART = (_CONTACT, _CHANGE), (_CONTACT, _DAY)
_MONTHS = tuple(
    Situation(
        f"two months, {contacts:,} contacts, day shocks of {sd}",
        "Has the answer rate changed since last month?",
        f"2 x {contacts:,} contacts, dialled 4 times on 21 days; shocks of sd {sd} on the logit",
        partial(months, sd=sd, contacts=contacts),
        (_Z, _CONTACT, _CHANGE),
    )
    for contacts in (5000, 20_000)
    for sd in (0.1, 0.2)
)


def campaigns(seed: int, *, sd: float = 0.1, number: int = 30) -> list[DatedArms]:
    """Draw two months of thirty campaigns of 1,500 contacts, each with days of its own."""
    return [months(seed * number + i, sd=sd, contacts=1500) for i in range(number)]


def _any_moved(sample: list[DatedArms], ask: object) -> MethodAnswer:
    p = [ask(one).p_value for one in sample]  # type: ignore[operator]
    return MethodAnswer(float(adjust(p, method="benjamini-hochberg").min()))


_CAMPAIGNS = (
    Situation(
        "thirty campaigns, two months, day shocks of 0.1",
        "Which campaigns have moved?",
        "30 campaigns of 2 x 1,500 contacts as above; one that moved by chance is an error",
        campaigns,
        (
            CheckedMethod(
                "clustered by contact, Benjamini-Hochberg", "obvious", partial(_any_moved, ask=_by_contact)
            ),
            CheckedMethod("contact and day, Benjamini-Hochberg", "default", partial(_any_moved, ask=_by_day)),
        ),
    ),
)
_LISTS = (
    Situation(
        "lists on alternate days, day shocks of 0.15",
        "Is list B answered more?",
        "2 x 2,000 contacts, dialled 3 times on 10 days each; shocks of sd 0.15 on the logit",
        partial(lists, sd=0.15, apart=True),
        (_Z, _CONTACT, _DAY),
    ),
    Situation(
        "lists side by side, day shocks of 0.15",
        "Is list B answered more?",
        "the same, both dialled on the same 20 days",
        partial(lists, sd=0.15, apart=False),
        (CheckedMethod("clustered by contact", "default", _by_contact),),
    ),
    Situation(
        "lists side by side, day shocks of 0.15",
        "Is list B answered more?",
        "the same, the logit higher by 0.12 in B",
        partial(lists, sd=0.15, apart=False, lift=0.12),
        (CheckedMethod("clustered by contact", "default", _by_contact),),
        ("power",),
    ),
)


# Lists given up after different numbers of dials


@dataclass(frozen=True)
class Given:
    """Dials of two lists that are given up after different numbers of dials."""

    answered: Array
    treated: Array
    contact: Array
    attempt: Array


def capped(seed: int, *, caps: tuple[int, int], contacts: int = 400, days: int = 60) -> Given:
    """Draw two lists alike: every contact has its reach, half of those reached are closed."""
    rng = stream(seed, "caps")
    list_id = np.repeat([0, 1], contacts)
    most, reach = np.array(caps)[list_id], rng.beta(0.8, 2.4, 2 * contacts)
    still, count = np.ones(2 * contacts, bool), np.zeros(2 * contacts, int)
    rows: list[tuple[Array, ...]] = []
    for _ in range(days):
        at = np.flatnonzero(still & (rng.random(2 * contacts) < 0.8))
        count[at] += 1
        handled = rng.random(len(at)) < reach[at]
        refused = handled & (rng.random(len(at)) < 0.5)
        rows.append((handled.astype(float), list_id[at] == 1, at, count[at].copy()))
        still[at[refused | (count[at] >= most[at])]] = False
    return Given(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def _as_they_are(sample: Given) -> MethodAnswer:
    t, ones = sample.treated, np.ones(len(sample.answered))
    sides = [moments(sample.answered[s], ones[s], sample.contact[s]) for s in (t, ~t)]
    return answer(one_way(sides[0], sides[1], proportion=True))


def _by_attempt(sample: Given) -> MethodAnswer:
    from callstats.calibrate.comparison_methods import by_hour
    from callstats.calibrate.simulated_rows import Counts

    ones, nobody = np.ones(len(sample.answered)), np.full(len(sample.answered), -1)
    kept = sample.attempt < 168
    counts = Counts(sample.answered, ones, sample.treated, sample.contact, nobody, sample.attempt)
    return by_hour(counts.where(kept))


CAPS = tuple(
    Situation(
        f"lists capped at {caps[0]} and {caps[1]} dials",
        "Is list B answered more?",
        "2 x 400 contacts of beta(0.8, 2.4) reach, dialled for 60 days; half of those reached are closed",
        partial(capped, caps=caps),
        (
            CheckedMethod("clustered by contact", "obvious", _as_they_are),
            CheckedMethod("post-stratified by attempt", "default", _by_attempt),
        ),
    )
    for caps in ((40, 6), (12, 4))
)


# Figures of one month: service on correlated load, successes per hour


def service(seed: int, *, correlation: float = 0.6, days: int = 22) -> tuple[Array, Array]:
    """Draw calls and calls answered in time by day: more calls than usual are answered later."""
    rng = stream(seed, "correlated load")
    load = np.exp(0.12 * neighbours(rng, days, correlation))
    calls = rng.poisson(300 * load)
    return rng.binomial(calls, 1 / (1 + np.exp(6 * (load - 1) - 2))), calls


def service_level() -> float:
    """Return the expected calls answered in time over the expected calls, by quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    load = np.exp(0.12 * nodes)
    return float(weights @ (load / (1 + np.exp(6 * (load - 1) - 2))) / (weights @ load))


def hours(seed: int, *, days: int = 22, sd: float = 0.25, agents: int = 12) -> tuple[Array, Array]:
    """Draw successes and login hours by agent and day; each day has a shock on the logarithm of the rate."""
    rng = stream(seed, "successes per hour")
    rate = np.exp(rng.normal(-0.2 - sd**2 / 2, sd, days))
    worked = rng.uniform(5, 8, (days, agents))
    pace = rng.gamma(25, 1 / 25, (days, agents))
    return rng.poisson(rate[:, None] * pace * worked), worked


def _by_rows(sample: tuple[Array, Array], proportion: bool) -> MethodAnswer:
    return answer(ratio_interval(_units(sample), proportion=proportion))


def _over_days(sample: tuple[Array, Array], proportion: bool) -> MethodAnswer:
    y, n = (np.asarray(part, dtype=float).reshape(len(part), -1).sum(axis=1) for part in sample)
    days = DaySums(tuple(range(len(y))), {"numerator": y, "denominator": n})
    return answer(ratio_interval(_units(sample), proportion=proportion, days=days))


def _units(sample: tuple[Array, Array]) -> Moments:
    y, n = (np.asarray(part, dtype=float).ravel() for part in sample)
    return moments(y, n)


_ONE_MONTH = (
    *(
        Situation(
            f"service level, load correlated by {correlation}",
            "What share of calls is answered in time?",
            "22 days of about 300 calls; the load is lognormal and resembles that of the day before",
            partial(service, correlation=correlation),
            (
                CheckedMethod("clustered by day", "obvious", partial(_by_rows, proportion=True)),
                CheckedMethod(
                    "clustered by day, days resembling their neighbours",
                    "default",
                    partial(_over_days, proportion=True),
                ),
            ),
            ("coverage",),
            truth=service_level(),
        )
        for correlation in (0.0, 0.6)
    ),
    Situation(
        "successes per login hour when days differ",
        "How many successes does an hour bring?",
        "22 days of 12 agents; days differ by 25 %, agent-days by 20 %",
        hours,
        (
            CheckedMethod("clustered by agent-day", "obvious", partial(_by_rows, proportion=False)),
            CheckedMethod("clustered by day", "default", partial(_over_days, proportion=False)),
        ),
        ("coverage",),
        truth=float(np.exp(-0.2)),
    ),
)

DAY_SHOCKS = (*_MONTHS, *_CAMPAIGNS, *_LISTS, *_ONE_MONTH)
