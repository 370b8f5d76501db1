"""Situations of people who look every day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from callstats.calibrate.list_situations import changed
from callstats.calibrate.simulated_rows import dial
from callstats.calibrate.situation import CheckedMethod, MethodAnswer, Situation
from callstats.simulate import Scenario
from callstats.stats import confidence_sequence, conversion_e_value, group_sequential_bounds

CONTACTS, DAYS, PLANNED_LOOKS = 3000, 20, 4
#: The first look of a confidence sequence: a few hundred contacts are dialled by then.
FIRST_LOOK = 2


@dataclass(frozen=True)
class Looks:
    """Contacts dialled and won so far in both arms, (days,) each, control first."""

    trials: tuple[np.ndarray, np.ndarray]
    events: tuple[np.ndarray, np.ndarray]

    def at(self, day: int) -> tuple[float, float, float, float]:
        """Return events, trials, control events and control trials at the end of a day."""
        return (
            float(self.events[1][day]), float(self.trials[1][day]),
            float(self.events[0][day]), float(self.trials[0][day]),
        )  # fmt: skip


def looks_scenario(seed: int, success: float = 0.3) -> Scenario:
    """Return two lists whose contacts are dialled once each, evenly over 20 working days."""
    scenario = Scenario.small(
        seed, contacts=CONTACTS, campaign={"attempts": 1}, call_list={"dial_over": DAYS, "success": 0.3}
    )
    return changed(scenario, success=success)


def looks(seed: int, success: float = 0.3) -> Looks:
    """Draw what is known at the end of every day."""
    rows = dial(looks_scenario(seed, success))

    def so_far(kept: np.ndarray) -> np.ndarray:
        return np.bincount(rows.day[kept], minlength=DAYS).cumsum()

    arms = (~rows.treated, rows.treated)
    return Looks((so_far(arms[0]), so_far(arms[1])), tuple(so_far(arm & rows.success) for arm in arms))  # type: ignore[arg-type]


def z_of(events: float, trials: float, control_events: float, control_trials: float) -> tuple[float, float]:
    """Return the difference of two shares and its standard error."""
    p, q = events / trials, control_events / control_trials
    return p - q, float(np.sqrt(p * (1 - p) / trials + q * (1 - q) / control_trials))


def _fixed(sample: Looks) -> MethodAnswer:
    every = np.array([z_of(*sample.at(day)) for day in range(DAYS)])
    with np.errstate(all="ignore"):
        z = np.abs(every[:, 0] / every[:, 1])
    return MethodAnswer(share=float((np.nan_to_num(z) > 1.959963984540054).any()))


def _last_day(sample: Looks) -> MethodAnswer:
    gap, error = z_of(*sample.at(DAYS - 1))
    return MethodAnswer(share=float(abs(gap) > 1.959963984540054 * error))


def _sequence(sample: Looks) -> MethodAnswer:
    smallest = 1.0
    for day in range(FIRST_LOOK, DAYS):
        counts = sample.at(day)
        gap, error = z_of(*counts)
        if error > 0:
            trials = counts[1] + counts[3]
            found = confidence_sequence(gap, error, trials, planned_trials=2 * CONTACTS)
            smallest = min(smallest, found.p_value)
    return MethodAnswer(p_value=smallest)


def _e_value(sample: Looks) -> MethodAnswer:
    every = (conversion_e_value(sample.at(d)[0], sample.at(d)[2]).p_value for d in range(DAYS))
    return MethodAnswer(p_value=min(every))


@cache
def _bounds() -> tuple[float, ...]:
    return group_sequential_bounds(PLANNED_LOOKS, spending="lan-demets-obrien-fleming").bounds


def _planned(sample: Looks) -> MethodAnswer:
    days = [DAYS * (look + 1) // PLANNED_LOOKS - 1 for look in range(PLANNED_LOOKS)]
    z = [abs(gap / error) if error else 0.0 for gap, error in (z_of(*sample.at(day)) for day in days)]
    return MethodAnswer(share=float(any(value > bound for value, bound in zip(z, _bounds(), strict=True))))


_ANY_LOOK = "it holds at all looks together, at any number of them"
_METHODS = (
    CheckedMethod("fixed-n test every day", "obvious", _fixed),
    CheckedMethod("asymptotic confidence sequence every day", "default", _sequence, _ANY_LOOK),
    CheckedMethod("count e-process every day", "default", _e_value, _ANY_LOOK),
    CheckedMethod("Lan-DeMets bounds at 4 planned looks", "offered", _planned),
    CheckedMethod("one test at the end", "offered", _last_day),
)
_DRAWN = "2 x 3,000 contacts dialled over 20 days, 4.5 % of them won"
LOOKING = (
    Situation("looking every day for 20 days", "Is list B better yet?", _DRAWN, looks, _METHODS),
    Situation(
        "looking every day for 20 days",
        "Is list B better yet?",
        f"{_DRAWN} in list A and 6.6 % in list B",
        partial(looks, success=0.40),
        _METHODS[1:],
        ("power",),
    ),
)
