"""Situations of list tests whose contacts were loaded on several days, and days are not alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import narwhals as nw
import numpy as np

from callstats.answers.compare.ab_test_arms import AssignedArms
from callstats.answers.compare.ab_test_horizon import Exclusions, Trial
from callstats.answers.compare.ab_test_judged import Judged, judge
from callstats.answers.compare.ab_test_loading import LoadingDays
from callstats.answers.compare.ab_test_looks import (
    UNPLANNED,
    Look,
    Tuning,
    daily_looks,
    difference,
)
from callstats.answers.compare.ab_test_primary import compare_arms, count_arms, count_by_day
from callstats.calibrate.situation import CheckedMethod, MethodAnswer, Situation, answer
from callstats.simulate.streams import stream

HORIZON = 14
#: Spread of a day's conversion on the logit, shared by the arms.
SHOCK = 0.15
CONFIDENCE = 0.95


@dataclass(frozen=True)
class LoadedContacts:
    """Contacts of both arms with their day of loading, and whether they were won.

    Attributes
    ----------
    day, treated, won : ndarray of shape (contacts,)
    """

    day: np.ndarray
    treated: np.ndarray
    won: np.ndarray

    def until(self, day: int) -> LoadedContacts:
        """Return the contacts loaded before a day."""
        kept = self.day < day
        return LoadedContacts(self.day[kept], self.treated[kept], self.won[kept])

    @cached_property
    def looks(self) -> tuple[Look, ...]:
        """The daily looks that compare the arms within days of loading."""
        return _looks(self, self.trial, LoadingDays.of(self.trial))

    @cached_property
    def trial(self) -> Trial:
        """The same as a test, all followed to the horizon."""
        import pandas as pd

        frame = pd.DataFrame(
            {
                "treated": self.treated,
                "start": self.day,
                "stratum": self.day,
                "complete": True,
                "won": self.won.astype(int),
                "reached": self.won.astype(int),
                "won_s": np.where(self.won, 0.0, np.nan),
                "reached_s": np.where(self.won, 0.0, np.nan),
                "later": 0,
                "agent": pd.Series([None] * len(self.day), dtype=object),
            }
        )
        arms = AssignedArms("list_id", "A", "B", "contacts")
        calls = nw.from_native(frame).lazy()
        last = int(self.day.max()) + HORIZON
        return Trial(arms, HORIZON, frame, calls, last, Exclusions(), {}, 0.0, 0.0, frozenset())


def loaded(
    seed: int,
    control: Sequence[int],
    treatment: Sequence[int],
    conversion: tuple[float, float],
    effect: float = 0.0,
) -> LoadedContacts:
    """Draw contacts loaded day by day while conversion drifts on the logit, and days vary.

    Parameters
    ----------
    seed : int
    control, treatment : sequence of int
        Contacts loaded on each day.
    conversion : tuple of float
        On the first and the last day.
    effect : float
        Of the treatment, on the logit.
    """
    rng = stream(seed, "loaded contacts")
    sizes = np.array([control, treatment])
    first, last = np.log(np.array(conversion) / (1 - np.array(conversion)))
    level = np.linspace(first, last, sizes.shape[1]) + rng.normal(0, SHOCK, sizes.shape[1])
    day = np.concatenate([np.repeat(np.arange(sizes.shape[1]), one) for one in sizes])
    treated = np.repeat([False, True], sizes.sum(axis=1))
    chance = 1 / (1 + np.exp(-(level[day] + effect * treated)))
    return LoadedContacts(day, treated, rng.random(len(day)) < chance)


def ramp(seed: int, days: int = 10, per_day: int = 300) -> LoadedContacts:
    """Draw a treatment that gets 10 % of the contacts at first and 90 % at last, while conversion falls."""
    shares = np.linspace(0.1, 0.9, days)
    treatment = stream(seed, "assigned").binomial(per_day, shares)
    return loaded(seed, (per_day - treatment).tolist(), treatment.tolist(), (0.10, 0.05))


def side_by_side(seed: int, effect: float = 0.0, days: int = 20, per_day: int = 150) -> LoadedContacts:
    """Draw arms that get half of the contacts of every day."""
    treatment = stream(seed, "assigned").binomial(per_day, 0.5, days)
    return loaded(seed, (per_day - treatment).tolist(), treatment.tolist(), (0.07, 0.07), effect)


#: Contacts a day of two working weeks: A on Mondays and Tuesdays, B on Thursdays and Fridays.
_WEEKDAYS = ([700, 700, 0, 0, 0] * 2, [0, 0, 0, 700, 700] * 2)
#: Three batches of each list, on days of their own.
_BATCHES = ([1000, 0, 0, 0] * 3, [0, 0, 1000, 0] * 3)


def apart(seed: int, sizes: tuple[list[int], list[int]]) -> LoadedContacts:
    """Draw arms that were never loaded on the same day; later in the week fewer are won."""
    control, treatment = sizes
    return loaded(seed, control, treatment, (0.08, 0.06))


def _all_together(sample: LoadedContacts) -> MethodAnswer:
    return answer(difference(count_arms(sample.trial, False), CONFIDENCE))


def _by_day(sample: LoadedContacts) -> MethodAnswer:
    trial = sample.trial
    days, cells = LoadingDays.of(trial), count_arms(trial, False)
    if days.refused:
        return MethodAnswer(share=0.0)
    strata = count_by_day(trial, False, days) if days.adjusted else None
    found = compare_arms(cells, None, CONFIDENCE, False, strata)[0]
    assert found is not None
    return answer(found)


def _looks(sample: LoadedContacts, trial: Trial, loading: LoadingDays | None) -> tuple[Look, ...]:
    tuning = Tuning(len(sample.day), float("nan"), 1.0, CONFIDENCE, float(sample.treated.mean()))
    return daily_looks(trial, False, tuning, loading)


def _sequence_together(sample: LoadedContacts) -> MethodAnswer:
    return MethodAnswer(share=float(any(look.decides() for look in _looks(sample, sample.trial, None))))


def _sequence(sample: LoadedContacts) -> MethodAnswer:
    return MethodAnswer(share=float(any(look.decides() for look in sample.looks)))


def _evidence(sample: LoadedContacts) -> MethodAnswer:
    return MethodAnswer(share=float(max(look.e_value for look in sample.looks) >= 1 / (1 - CONFIDENCE)))


MONTHS = 6


def monthly(seed: int) -> LoadedContacts:
    """Draw a batch of both lists a month, for half a year."""
    return loaded(seed, [500] * MONTHS, [500] * MONTHS, (0.06, 0.06))


def _single_reports(sample: LoadedContacts) -> MethodAnswer:
    """Return whether a single look at any of the monthly reports finds a difference."""
    p_values = [_all_together(sample.until(month + 1)).p_value for month in range(MONTHS)]
    return MethodAnswer(p_value=min(p_values))


def _reports(sample: LoadedContacts) -> MethodAnswer:
    """Return whether any of the monthly reports decides.

    The looks of the last one are those of all reports but the first, whose contacts were
    all loaded on one day and are looked at by age.
    """
    first, last = _judged(sample.until(1)), _judged(sample)
    found = first.decision.kind != "open" or any(look.decides() for look in last.looks)
    return MethodAnswer(share=float(found))


def _judged(sample: LoadedContacts) -> Judged:
    trial = sample.trial
    tuning = Tuning(UNPLANNED, float("nan"), 1.0, CONFIDENCE, 0.5)
    return judge(trial, LoadingDays.of(trial), tuning, len(sample.day), declared=False)


_ANY_LOOK = "it holds at all looks together, at any number of them"
_REFUSED = "no verdict: the arms share no day of loading"
_TOGETHER = CheckedMethod("all contacts together", "obvious", _all_together)
_WITHIN = CheckedMethod("within days of loading", "default", _by_day)
_NOT_COMPARED = CheckedMethod("within days of loading", "default", _by_day, _REFUSED)
_QUESTION = "Does list B win more contacts?"
_RAMP = "3,000 contacts over 10 days, B's share rising from 10 to 90 % while conversion falls from 10 to 5 %"
LOADING = (
    Situation(
        "arms loaded on different weekdays",
        _QUESTION,
        "A on Mondays and Tuesdays, B on Thursdays and Fridays, conversion falling from 8 to 6 %",
        partial(apart, sizes=_WEEKDAYS),
        (_TOGETHER, _NOT_COMPARED),
    ),
    Situation(
        "arms loaded in batches on other days",
        _QUESTION,
        "three batches of 1,000 of each list, conversion falling from 8 to 6 %, days varying by 15 %",
        partial(apart, sizes=_BATCHES),
        (_TOGETHER, _NOT_COMPARED),
    ),
    Situation("a ramp while conversion falls", _QUESTION, _RAMP, ramp, (_TOGETHER, _WITHIN)),
    Situation(
        "a ramp, looked at every day",
        "Is list B better yet?",
        _RAMP,
        ramp,
        (
            CheckedMethod("sequence over all contacts", "obvious", _sequence_together),
            CheckedMethod("sequence within days of loading", "default", _sequence, _ANY_LOOK),
            CheckedMethod("e-process within days of loading", "default", _evidence, _ANY_LOOK),
        ),
    ),
    Situation(
        "arms loaded side by side",
        _QUESTION,
        "3,000 contacts over 20 days, half of each day for each arm, 7 % won, days varying by 15 %",
        side_by_side,
        (_TOGETHER, _WITHIN),
    ),
    Situation(
        "arms loaded side by side",
        _QUESTION,
        "3,000 contacts over 20 days, half of each day for each arm, 7 % won in A and 9.7 % in B",
        partial(side_by_side, effect=0.36),
        (_TOGETHER, _WITHIN),
        ("power",),
    ),
    Situation(
        "a report a month, no size planned",
        "Is list B better?",
        "500 contacts of each list a month, 6 % won, a report after each of six months",
        monthly,
        (
            CheckedMethod("each report on its own", "obvious", _single_reports),
            CheckedMethod("sequence, as no size was planned", "default", _reports, _ANY_LOOK),
        ),
    ),
)
