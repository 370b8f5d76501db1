"""Figures and months whose changes can be checked by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from callstats.answers.campaign.portrait_numbers import Figure
from callstats.answers.core.estimates import Change, Estimate
from callstats.answers.core.period_changes import PeriodChange
from callstats.answers.month.summary_numbers import CampaignFigures
from callstats.config import Target
from callstats.kpis import get
from callstats.moments import Moments
from tests.answers.small_campaigns import many, numbered

EMPTY = Moments(0, {}, {})


@dataclass(frozen=True)
class Known(PeriodChange):
    """A change whose p-value and size are given."""

    p: float = 0.5
    size: float = 1.0

    def p_value(self) -> float:
        return self.p

    def change(self, confidence: float = 0.95) -> Change:
        half = abs(self.size) * (0.5 if self.p <= 1 - confidence else 1.5)
        return Change(self.size, self.size - half, self.size + half)


def figure(
    name: str,
    p: float = 0.5,
    size: float = 1.0,
    *,
    value: float = 10.0,
    low: float | None = None,
    high: float | None = None,
) -> Figure:
    kpi = get(name)
    ends = (value, value - 0.1 * abs(value), value + 0.1 * abs(value))
    before = Estimate(kpi, value - size, value - size - 1, value - size + 1)
    return Figure(
        Estimate(kpi, *ends), before, Target(low, high), moved=Known(kpi, EMPTY, EMPTY, p=p, size=size)
    )


def campaign(label: str, *figures: Figure) -> CampaignFigures:
    return CampaignFigures(label.lower(), label, {f.kpi.name: f for f in figures}, dials=1.0)


def two_months(
    campaign: str = "x", *, answered: tuple[int, int] = (40, 40), talk: float = 60.0
) -> pd.DataFrame:
    """Return 100 dials on each of ten days of August and of September, so many of them answered."""
    groups = []
    for month, of in zip((8, 9), answered, strict=True):
        for day in range(3, 13):
            clock = dt.datetime(2026, month, day, 10)
            same = {"campaign_id": campaign, "local_started_at": clock, "connected": True, "abandoned": False}
            yes = {"live": True, "handled": True, "argued": True, "talk_s": talk}
            groups += [
                many(of // 4, **same, **yes, success=True, value=50.0),
                many(of - of // 4, **same, **yes, success=False),
                many(100 - of, **same, live=False, handled=False, argued=False, success=False),
            ]
    return numbered(*groups)
