"""When a list will be done, as days of the calendar, or why that cannot be said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

import numpy as np

from callstats.answers.campaign.dial_flow_numbers import DialFlow
from callstats.answers.campaign.flow_model_numbers import FEWEST_DAYS, FlowModel
from callstats.answers.campaign.flow_paths_numbers import draw_paths
from callstats.answers.campaign.list_states_numbers import working_date

if TYPE_CHECKING:
    from callstats.answers.campaign.exhaustion_numbers import Question

#: Working days that show which weekdays are worked: two weeks.
WEEKS_LOOKED_AT = 10
#: Why there is no day: too few days of dials, none closed lately, contacts that are neither dialled
#: again nor closed, or more than a year ahead.
Unknown = Literal["", "few days", "no pace", "left lying", "far"]


@dataclass(frozen=True, slots=True)
class ListForecast:
    """When the share asked for is closed.

    Attributes
    ----------
    done, earliest, latest : date or None
        Median and prediction interval; None where no such day can be given. ``latest``
        alone is None where the interval has no end within a year.
    unknown : str
        Why there is no day at all; empty if there is.
    days : int
        Working days since the first dial.
    left_lying : int
        Contacts that are neither dialled again nor closed.
    cap_known : bool
        Whether it is seen after how many dials contacts are given up.
    fresh : tuple of float, or None
        Contacts never dialled at the end of a coming day: median, high and low.
    """

    done: date | None = None
    earliest: date | None = None
    latest: date | None = None
    unknown: Unknown = ""
    days: int = 0
    left_lying: int = 0
    cap_known: bool = True
    fresh: tuple[float, float, float] | None = None

    @classmethod
    def of(
        cls,
        flow: DialFlow | None,
        others: DialFlow,
        worked: Sequence[date],
        asked: Question,
        ahead: int,
        confidence: float,
    ) -> ListForecast:
        """Forecast a list from its flow and that of all lists, and the contacts never dialled ``ahead``."""
        if flow is None or flow.days < FEWEST_DAYS or not flow.open:
            return _without_paths(flow, worked[-1], ahead)
        model = FlowModel.of(flow, asked.pace_days, others)
        weekdays = np.array([day.weekday() for day in coming_days(worked)])
        paths = draw_paths(model, asked.share, weekdays, confidence=confidence, ahead=ahead)
        known = cls(
            days=flow.days,
            left_lying=model.left_lying,
            cap_known=model.curve.cap > 0 or not flow.waiting[-1].any(),
            fresh=paths.fresh_after(ahead, confidence) if ahead else None,
        )
        if not flow.closings[model.recent].any():
            return replace(known, unknown="no pace")
        middle, low, high = paths.days_until(confidence)
        if math.isinf(middle) and known.left_lying > (1 - asked.share) * flow.open:
            return replace(known, unknown="left lying")
        if math.isinf(low):
            return replace(known, unknown="far")
        done, earliest, latest = (
            None if math.isinf(number) else dated(number, worked) for number in (middle, low, high)
        )
        return replace(known, done=done, earliest=earliest, latest=latest)


def _without_paths(flow: DialFlow | None, last: date, ahead: int) -> ListForecast:
    """Return what is known of a list that is done, or too young."""
    if flow is not None and not flow.open:
        fresh = (0.0, 0.0, 0.0) if ahead else None
        return ListForecast(last, last, last, days=flow.days, fresh=fresh)
    fresh = (math.nan, math.nan, math.nan) if ahead else None
    return ListForecast(unknown="few days", days=flow.days if flow else 0, fresh=fresh)


def coming_days(worked: Sequence[date]) -> list[date]:
    """Return the working days of the next week, by the weekdays worked lately."""
    weekdays = {day.weekday() for day in worked[-WEEKS_LOOKED_AT:]}
    return [working_date(worked[-1], weekdays, n + 1) for n in range(len(weekdays))]


def dated(number: float, worked: Sequence[date]) -> date:
    """Return the date a number of working days after the last one."""
    weekdays = {day.weekday() for day in worked[-WEEKS_LOOKED_AT:]}
    return working_date(worked[-1], weekdays, math.ceil(number - 1e-9))
