"""Situations of two lists, dialled by the simulator: contacts, agents, hours, depth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import numpy as np

from callstats.calibrate import comparison_methods as comparing
from callstats.calibrate.simulated_rows import Counts, Rows, answered, arm, converted, dial
from callstats.calibrate.situation import CheckedMethod, MethodAnswer, Situation, answer
from callstats.simulate import Scenario
from callstats.stats import hazard_ratio, life_table, proportion_interval, ratio_interval

#: Every hour and weekday alike, so that the true answer rate has a closed form.
FLAT: dict[str, Any] = {"reach_by_hour": (1.0,) * 24, "reach_by_weekday": (1.0,) * 7}
#: No contact is ever closed: all get all their attempts.
NEVER_CLOSED: dict[str, Any] = {"argued": 0.0, "callback": 0.0, "do_not_call": 0.0, "invalid": 0.0}
BETA = "reach differs between contacts (beta, mean 26 %, a + b = 4)"
REACH, REACH_MORE, HANDLED = 0.26, 0.30, 0.98

#: Agents work most days and share the calls about evenly, or a few take most of them.
STEADY, UNEVEN = 0.12, 0.75
TWO_WAY = "t with as many agents as weigh the same, less one, and never under the variance of contacts"


def names(count: int) -> tuple[str, ...]:
    """Return the names of a number of agents."""
    return tuple(f"agent-{number:02d}" for number in range(count))


def changed(scenario: Scenario, **treatment: Any) -> Scenario:
    """Return a scenario whose second list differs."""
    campaign = scenario.campaigns[0]
    lists = (campaign.lists[0], replace(campaign.lists[1], **treatment))
    return replace(scenario, campaigns=(replace(campaign, lists=lists),))


def often_scenario(seed: int, attempts: int = 4, reach: float = REACH, contacts: int = 400) -> Scenario:
    """Return two lists whose contacts all get the same number of dials, with equal hours."""
    scenario = Scenario.small(
        seed, contacts=contacts, campaign={"attempts": attempts, "gap": 1.0}, call_list=NEVER_CLOSED, **FLAT
    )
    return changed(scenario, reach=reach)


def often(seed: int, attempts: int = 4, reach: float = REACH, contacts: int = 400) -> Counts:
    """Draw the answers of such lists."""
    return answered(dial(often_scenario(seed, attempts, reach, contacts)))


def _often(times: int) -> tuple[Situation, ...]:
    name, question = f"same contact dialled {times} times", "Does list B answer more often?"
    text = f"2 x 400 contacts, each dialled {times} times; {BETA}"
    methods = (
        CheckedMethod("z-test on calls", "obvious", comparing.z_on_rows),
        CheckedMethod("clustered by contact", "default", comparing.by_contact),
        CheckedMethod("relative lift, Fieller, clustered by contact", "default", comparing.lift_by_contact),
    )
    more = f"{text}; list B reaches {REACH_MORE:.0%}"
    draw = partial(often, attempts=times, reach=REACH_MORE)
    return (
        Situation(name, question, text, partial(often, attempts=times), methods),
        Situation(
            name,
            question,
            more,
            draw,
            methods[:2],
            ("power", "coverage"),
            truth=(REACH_MORE - REACH) * HANDLED,
        ),
    )


def _control_rate(counts: Counts) -> MethodAnswer:
    return answer(ratio_interval(arm(counts, False), proportion=True))


def _control_delta(counts: Counts) -> MethodAnswer:
    return answer(ratio_interval(arm(counts, False)))


def _control_wilson(counts: Counts) -> MethodAnswer:
    one = counts.where(~counts.treated)
    return answer(proportion_interval(one.numerator.sum(), one.denominator.sum()))


def _one_rate(contacts: int) -> Situation:
    return Situation(
        f"answer rate of {contacts} contacts",
        "What is the answer rate of a list?",
        f"{contacts} contacts, each dialled 8 times; {BETA}",
        partial(often, attempts=8, contacts=contacts),
        (
            CheckedMethod("Wilson on calls", "obvious", _control_wilson),
            CheckedMethod("Wilson at the effective size", "default", _control_rate),
            CheckedMethod("delta method, clustered by contact", "offered", _control_delta),
        ),
        ("coverage",),
        truth=REACH * HANDLED,
    )


def worked_scenario(
    seed: int,
    *,
    nested: bool,
    agents: int,
    skill: float,
    interaction: float,
    occupancy: float = STEADY,
    contacts: int = 800,
) -> Scenario:
    """Return two lists worked by agents of different skill; the busier they are, the fewer are rostered."""
    return Scenario.small(
        seed, contacts=contacts, nested=nested, agents=names(agents),
        skill_sd=skill, interaction_sd=interaction,
        call_list={"success": 0.25, "argued": 0.8}, campaign={"occupancy": occupancy},
    )  # fmt: skip


def worked(seed: int, **how: Any) -> Counts:
    """Draw the conversations of such lists."""
    return converted(dial(worked_scenario(seed, **how)))


def _worked(name: str, drawn: str, how: dict[str, Any], *methods: CheckedMethod) -> Situation:
    question = "Does list B convert better per conversation?"
    rows = CheckedMethod("z-test on calls", "obvious", comparing.z_on_rows)
    return Situation(name, question, drawn, partial(worked, **how), (rows, *methods))


_CONTACT = CheckedMethod("clustered by contact", "obvious", comparing.by_contact)
_TWO_WAY = CheckedMethod("two-way, contact and agent", "default", comparing.two_way, TWO_WAY)
_BY_AGENT = (
    CheckedMethod("clustered by agent, t(G-2)", "offered", comparing.by_agent),
    CheckedMethod("contact and agent, t(G-2)", "offered", comparing.nested_agents),
    CheckedMethod("contact and agent, few units", "default", comparing.two_way),
)
_NESTED = {"nested": True, "agents": 24, "skill": 0.8, "interaction": 0.0}
_CROSSED = {"nested": False, "agents": 12, "skill": 0.3, "interaction": 0.5}
AGENTS = (
    _worked(
        "each list worked by its own agents",
        "2 x 800 contacts, 12 agents of their own each, skill 0.8 apart on the logit scale",
        _NESTED,
        _CONTACT,
        *_BY_AGENT,
    ),
    _worked(
        "each list worked by its own agents, unevenly",
        "the same, but a few of the 12 agents make most of the calls (as many as 7 equal ones)",
        {**_NESTED, "occupancy": UNEVEN},
        _CONTACT,
        *_BY_AGENT,
    ),
    _worked(
        "agent x list interaction",
        "2 x 800 contacts, 12 agents on both lists, each better on one of them (0.5 on the logit scale)",
        _CROSSED,
        _CONTACT,
        _TWO_WAY,
    ),
    _worked(
        "agent x list interaction, unevenly",
        "the same, but a few of the 12 agents make most of the calls (as many as 7 equal ones)",
        {**_CROSSED, "occupancy": UNEVEN},
        _CONTACT,
        replace(_TWO_WAY, conservative=""),
    ),
    _worked(
        "agents alike on both lists",
        "2 x 800 contacts, 12 agents on both lists, of different skill (0.3) but the same on both",
        {"nested": False, "agents": 12, "skill": 0.3, "interaction": 0.0},
        replace(_CONTACT, kind="offered"),
        _TWO_WAY,
    ),
)

MORNING = (*(0.0,) * 9, 1.0, 1.0, 1.0, 0.6, 0.4, 0.3, 0.2, 0.2, 0.1, 0.1, 0.1, *(0.0,) * 4)
EVENING = (*(0.0,) * 9, 0.1, 0.1, 0.2, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0, 1.0, 1.0, *(0.0,) * 4)


def hours_scenario(seed: int) -> Scenario:
    """Return two equal lists, one dialled mostly in the mornings and one in the evenings."""
    scenario = Scenario.small(seed, contacts=2000, agents=names(20), call_list={"hours": MORNING})
    return changed(scenario, hours=EVENING)


def hours(seed: int) -> Counts:
    """Draw the answers of such lists."""
    return answered(dial(hours_scenario(seed)))


HOURS = Situation(
    "arms dialled at different hours",
    "Does list B answer more often?",
    "2 x 2,000 contacts; A mostly in the mornings, B mostly in the evenings, when more people answer",
    hours,
    (
        CheckedMethod("z-test on calls", "obvious", comparing.z_on_rows),
        CheckedMethod("clustered by contact, unadjusted", "obvious", comparing.by_contact),
        CheckedMethod("post-stratified by hour x weekday", "default", comparing.by_hour),
    ),
)


def depth_scenario(seed: int) -> Scenario:
    """Return two equal lists, the second loaded eight working days after the first."""
    scenario = Scenario.small(
        seed, contacts=500, days=16, start=date(2026, 9, 7),
        campaign={"attempts": 12, "gap": 1.0}, call_list={"dial_over": 2}, **FLAT,
    )  # fmt: skip
    return changed(scenario, loaded=date(2026, 9, 17))


def depth(seed: int) -> Rows:
    """Draw the dials of such lists."""
    return dial(depth_scenario(seed))


def _calls(rows: Rows) -> MethodAnswer:
    return comparing.z_on_rows(answered(rows))


def _calls_by_contact(rows: Rows) -> MethodAnswer:
    return comparing.by_contact(answered(rows))


def _log_rank(rows: Rows) -> MethodAnswer:
    tables = []
    for treated in (True, False):
        last, reached = first_live(rows.where(rows.treated == treated))
        tables.append(life_table(last, reached))
    return answer(hazard_ratio(*tables))


def first_live(rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each contact, the attempt that reached it (else its last), and whether it was reached."""
    attempt = rows.attempt.astype(np.int64)
    size = int(rows.contact.max()) + 1
    last = np.zeros(size, dtype=np.int64)
    np.maximum.at(last, rows.contact, attempt)
    never = np.iinfo(np.int64).max
    live = np.full(size, never)
    np.minimum.at(live, rows.contact[rows.live], attempt[rows.live])
    dialled, reached = last > 0, live < never
    return np.where(reached, live, last)[dialled], reached[dialled].astype(float)


DEPTH = Situation(
    "list A dialled 12 days, list B 4 days",
    "Is list B easier to reach?",
    "2 x 500 contacts of the same quality; B loaded eight working days later: its later attempts are missing",
    depth,
    (
        CheckedMethod("z-test on answers per call", "obvious", _calls),
        CheckedMethod("answers per call, clustered by contact", "obvious", _calls_by_contact),
        CheckedMethod("life table by attempt, log-rank", "default", _log_rank),
    ),
)

LISTS = (*_often(4), *_often(8), *AGENTS, HOURS, DEPTH, _one_rate(400), _one_rate(40))
